"""What can happen to the machine under a request, told from a mistake of ours: the disk is full, the database takes no
changes, is busy, away or damaged. Such a request gets its own page (`config.failing.went_wrong`), and nothing of it is
stored: a verb is one transaction."""

import errno
from collections.abc import Iterator
from enum import Enum
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _


class Words(NamedTuple):
    """What the page says of it, and after how many seconds a program may ask again."""

    title: Any
    what: Any
    to_do: Any
    again: int


class Accident(Enum):
    FULL = Words(
        _("The platform has no room left"),
        _("Its disk is full, so what you just sent could not be stored. What was stored before is safe."),
        _("The system administrator has to make room. Ring the office, so that they know."),
        300,
    )
    READ_ONLY = Words(
        _("Nothing can be changed just now"),
        _("The platform can be read only: it is being moved or mended. What was stored before is safe."),
        _("You can go on reading. Please try again in half an hour; if it stays so, ring the office."),
        300,
    )
    BUSY = Words(
        _("Too many people are saving at this moment"),
        _("The platform could not take your turn in time, so what you just sent is not stored yet."),
        _("Please wait a minute and send it again."),
        60,
    )
    AWAY = Words(
        _("The platform cannot reach its records just now"),
        _("The database gives no answer: it may be starting anew. What was stored before is safe."),
        _("Please try again in a few minutes; if it stays so, ring the office."),
        60,
    )
    DAMAGED = Words(
        _("The platform cannot read its records"),
        _("The disk or the database is damaged. So that nothing is lost, please enter nothing more for now."),
        _("Ring the office: the system administrator has to look at it, and has backups."),
        3600,
    )


_OF_FILES = {
    errno.ENOSPC: Accident.FULL, errno.EDQUOT: Accident.FULL, errno.EFBIG: Accident.FULL,
    errno.EROFS: Accident.READ_ONLY, errno.EACCES: Accident.READ_ONLY, errno.EPERM: Accident.READ_ONLY,
    errno.EIO: Accident.DAMAGED,
}  # fmt: skip
_OF_SQLITE = {
    "FULL": Accident.FULL, "READONLY": Accident.READ_ONLY, "BUSY": Accident.BUSY, "LOCKED": Accident.BUSY,
    "CANTOPEN": Accident.AWAY, "IOERR_SHMSIZE": Accident.FULL, "IOERR": Accident.DAMAGED,
    "CORRUPT": Accident.DAMAGED, "NOTADB": Accident.DAMAGED,
}  # fmt: skip
# https://www.postgresql.org/docs/current/errcodes-appendix.html; the longest beginning decides.
_OF_POSTGRESQL = {
    "53100": Accident.FULL, "25006": Accident.READ_ONLY,
    "53300": Accident.BUSY, "55P03": Accident.BUSY, "40001": Accident.BUSY, "40P01": Accident.BUSY,
    "57014": Accident.BUSY, "57P": Accident.AWAY, "08": Accident.AWAY,
    "58030": Accident.DAMAGED, "XX": Accident.DAMAGED,
}  # fmt: skip


def accident_of(error: BaseException | None) -> Accident | None:
    """Which accident lies under an error; None when it is a mistake of ours."""
    return next((found for one in _chain(error) if (found := _of_one(one))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _of_one(error: BaseException) -> Accident | None:
    if name := getattr(error, "sqlite_errorname", ""):  # SQLITE_READONLY_DBMOVED is a SQLITE_READONLY
        said = name.removeprefix("SQLITE_")
        return _OF_SQLITE.get(said) or _OF_SQLITE.get(said.split("_")[0])
    if type(error).__module__.startswith("psycopg"):
        state = getattr(error, "sqlstate", None)
        if state:
            return next((_OF_POSTGRESQL[state[:n]] for n in (5, 3, 2) if state[:n] in _OF_POSTGRESQL), None)
        return Accident.AWAY if type(error).__name__ == "OperationalError" else None  # nobody has answered
    if isinstance(error, OSError):
        return _OF_FILES.get(error.errno or 0)
    return None
