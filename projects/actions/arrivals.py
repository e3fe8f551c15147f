"""Records that are written where there is no line, and sent later: the promises that are kept to whoever wrote them.

A device may send the same thing twice, late, or on top of something newer. Hence three promises: what is sent twice
(`send_key`) is stored once; nothing that arrives is thrown away; what was changed elsewhere meanwhile is not
overwritten but waits, and the writer decides with both versions side by side.

What a record is, who may write it and who is told stands in a subclass of `Arrivals`: `visits` for mentors' visits, the
site forms of evaluations in an app further right.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.models import Attachment
from core.notifications import notify
from core.workflow import Refused
from people.models import User
from projects.models import ArrivedVersion
from projects.visit_values import packed, unpacked

PHOTOS = 20
"""At most so many photos a record."""
CLOCK_OFF = timedelta(minutes=10)
"""A device's clock that is wrong by more is said beside the record."""
MOST_OFF = 2**31 - 1
"""So many minutes at most are kept of how wrong it is: what the column holds."""
Standing = ArrivedVersion.Standing
Values = dict[str, Any]


@dataclass(frozen=True)
class Sending:
    """How something arrived: `key` names this sending, `base` the version it was written on (0: a new record)."""

    key: UUID | None = None
    base: int = 0
    device_at: datetime | None = None
    sent_at: datetime | None = None
    """What the device's clock says while it sends."""


class Arrivals(ABC):
    """One kind of record that arrives; whoever uses it is in a transaction and holds what the records belong to, so
    that the same record, sent twice at once, is not begun twice."""

    model: ClassVar[Any]
    versions: ClassVar[Any]
    link: ClassVar[str]
    """The field by which a version names its record."""
    stored: ClassVar[tuple[str, ...]]
    """The fields of the record that a device writes."""

    # -- what a subclass says ------------------------------------------------------------------------

    @abstractmethod
    def writer(self, record: Any) -> User: ...

    @abstractmethod
    def belongs(self, record: Any) -> bool:
        """Whether the record belongs where the sender says."""

    @abstractmethod
    def new(self, by: User, values: Values, key: UUID | None) -> Any:
        """A record that is not saved yet. Refused, or PermissionDenied, when nobody may begin one now."""

    @abstractmethod
    def begun(self, record: Any, by: User) -> None:
        """It is stored for the first time: log and messages."""

    @abstractmethod
    def may_amend(self, record: Any, by: User) -> bool: ...

    @abstractmethod
    def amended(self, record: Any, by: User, before: Any) -> None:
        """It says something else now: log and messages. `before`: what `reset` gave."""

    @abstractmethod
    def reset(self, record: Any, values: Values) -> Any:
        """Take away what others said to the older version; what should be kept of that in the log."""

    @abstractmethod
    def set_aside(self, record: Any, version: Any, by: User) -> None:
        """A version was not taken: log."""

    @abstractmethod
    def title(self, record: Any) -> str: ...

    # -- what is the same for all --------------------------------------------------------------------

    def values_of(self, record: Any) -> Values:
        """What a record says now, packed."""
        return packed({name: getattr(record, name) for name in self.stored})

    def take_in(
        self, *, by: User, values: Values, key: UUID | None, sending: Sending, photos: Iterable[UploadedFile]
    ) -> Any:
        """Begin a record, or change it. Returns the version that came of it: stored, or waiting when the record was
        changed since the version it is based on. The same sending a second time returns the version of the first."""
        if sending.key and (sent := self._sent(sending.key)):
            if sent.by != by:
                raise PermissionDenied
            return sent
        record = self.model.objects.filter(key=key).first() if key else None
        if record is None:
            return self._begin(by, values, key, sending, photos)
        if not self.belongs(record) or self.writer(record) != by:
            raise PermissionDenied
        return self._change(record, by, values, sending, photos)

    def _sent(self, send_key: UUID) -> Any:
        return self.versions.objects.filter(send_key=send_key).select_related(self.link).first()

    def _begin(
        self, by: User, values: Values, key: UUID | None, sending: Sending, photos: Iterable[UploadedFile]
    ) -> Any:
        record = self.new(by, values, key)
        for name, value in unpacked(packed(values)).items():
            setattr(record, name, value)
        record.device_at, record.clock_off = sending.device_at, clock_off(sending)
        record.save()
        version = self._keep(record, by, values, sending, Standing.APPLIED, number=1)
        self.add_photos(record, by=by, photos=photos)
        self.begun(record, by)
        return version

    def _change(self, record: Any, by: User, values: Values, sending: Sending, photos: Iterable[UploadedFile]) -> Any:
        if packed(values) == self.values_of(record):
            self.add_photos(record, by=by, photos=photos)
            return record.versions.filter(number=record.version).get()
        if not self.may_amend(record, by):  # not any more: kept to be read, for nobody could choose between the two
            version = self._keep(record, by, values, sending, Standing.SET_ASIDE)
            self._set_aside(record, version, by)
        elif sending.base == record.version:
            version = self._apply(record, by, values, sending)
        else:
            version = self._keep(record, by, values, sending, Standing.WAITING)
            notify([self.writer(record)], subject=self._choose(record), url=record.get_absolute_url())
        self.add_photos(record, by=by, photos=photos)
        return version

    def _choose(self, record: Any) -> str:
        return _("“%(project)s”: two versions of your visit, please choose") % {"project": self.title(record)}

    def _apply(self, record: Any, by: User, values: Values, sending: Sending, version: Any = None) -> Any:
        """The record says this from now on."""
        before = self.reset(record, values)
        for name, value in unpacked(packed(values)).items():
            setattr(record, name, value)
        record.version += 1
        record.save()
        if version is None:
            version = self._keep(record, by, values, sending, Standing.APPLIED, number=record.version)
        else:
            version.number, version.standing = record.version, Standing.APPLIED
            version.settled_at = clock.now()
            version.save(update_fields=["number", "standing", "settled_at"])
        self.amended(record, by, before)
        return version

    def _keep(
        self, record: Any, by: User, values: Values, sending: Sending, standing: str, number: int | None = None
    ) -> Any:
        # Written on a version that is not there yet, as a device may say: then on the newest that is.
        base = min(sending.base, record.version - (standing == Standing.APPLIED))
        return self.versions.objects.create(
            number=number, base=base, send_key=sending.key, values=packed(values), by=by,
            device_at=sending.device_at, standing=standing, **{self.link: record},
        )  # fmt: skip

    def settle(self, record: Any, version: Any, *, by: User, take: bool) -> Any:
        """Of two versions the writer takes one; the other stays to be read."""
        version = self._waiting(version)
        if take:
            self._apply(record, by, unpacked(version.values), Sending(), version)
        else:
            self._set_aside(record, version, by)
        return record

    def merge(self, record: Any, version: Any, *, by: User, values: Values, base: int) -> Any:
        """The writer writes both into one; both stay to be read. Refused when the record was changed since."""
        version = self._waiting(version)
        if base != record.version:
            raise Refused(_("The visit was changed meanwhile. Please look at both versions again."))
        if packed(values) != self.values_of(record):
            self._apply(record, by, values, Sending(base=base))
        self._set_aside(record, version, by)
        return record

    def _waiting(self, version: Any) -> Any:
        version = self.versions.objects.select_for_update(of=("self",)).get(pk=version.pk)
        if not version.is_waiting:
            raise Refused(_("This has been decided already."))
        return version

    def _set_aside(self, record: Any, version: Any, by: User) -> None:
        version.standing, version.settled_at = Standing.SET_ASIDE, clock.now()
        version.save(update_fields=["standing", "settled_at"])
        self.set_aside(record, version, by)

    def add_photos(self, record: Any, *, by: User, photos: Iterable[UploadedFile]) -> list[Attachment]:
        """Keep photos with a record, each once however often it is sent; refused when there are too many."""
        if self.writer(record) != by:
            raise PermissionDenied
        photos = list(photos)
        if not photos:
            return []
        self.model.objects.select_for_update(of=("self",)).get(pk=record.pk)
        there = {file.sha256: file for file in Attachment.objects.of(record)}
        kept = []
        for photo in photos:
            file = attach(record, photo, by=by, kind="photo")
            if file.sha256 in there:
                file.file.delete(save=False)
                file.delete()
                kept.append(there[file.sha256])
                continue
            there[file.sha256] = file
            kept.append(file)
        if len(there) > PHOTOS:
            raise Refused(_("A visit has at most %(n)s photos.") % {"n": PHOTOS})
        return kept


def clock_off(sending: Sending) -> int | None:
    """By how many minutes the device's clock is wrong, if it is."""
    if sending.sent_at is None or abs(sending.sent_at - clock.now()) <= CLOCK_OFF:
        return None
    minutes = round((sending.sent_at - clock.now()).total_seconds() / 60)
    return max(-MOST_OFF, min(minutes, MOST_OFF))
