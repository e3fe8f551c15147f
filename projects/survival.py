"""What lasts: of the projects that were funded, how many go on (S3: 「8个项目中有5个坚持到了现在」). Pure: no ORM.

Counted are all funded projects of a call that have come to an end: completed ones by what was last seen of them,
terminated ones as ended. Who was asked and did not answer in time is unknown (失联), and so is who was never asked;
unknown is neither alive nor ended. Hence two figures with their denominators: those that go on of all that ended, which
is the least it can be, and of those of which something is known.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from core.money import round_half_up


class Fate(StrEnum):
    ACTIVE = "active"
    STOPPED = "stopped"
    TERMINATED = "terminated"
    SILENT = "silent"
    NOT_ASKED = "not_asked"


def fate(*, is_terminated: bool, last_seen_active: bool | None, is_overdue: bool) -> Fate:
    """Of one ended project; `last_seen_active` is None when nobody has seen it since.

    A later silence weighs more than what was seen before it: who does not answer any more is not known to go on.
    """
    if is_terminated:
        return Fate.TERMINATED
    if last_seen_active is False:
        return Fate.STOPPED
    if is_overdue:
        return Fate.SILENT
    return Fate.NOT_ASKED if last_seen_active is None else Fate.ACTIVE


@dataclass(frozen=True)
class Survival:
    """How the funded projects of one call fared; `under_way` are not counted in any rate."""

    funded: int
    under_way: int
    active: int
    stopped: int
    terminated: int
    silent: int
    not_asked: int

    @property
    def ended(self) -> int:
        """The denominator: funded, and completed or terminated."""
        return self.funded - self.under_way

    @property
    def known(self) -> int:
        return self.active + self.stopped + self.terminated

    @property
    def unknown(self) -> int:
        return self.silent + self.not_asked

    @property
    def rate(self) -> Decimal | None:
        """Go on, of all that ended: percent, None before any of them has been asked: that is no "none goes on"."""
        return _percent(self.active, self.ended) if self.ended > self.not_asked else None

    @property
    def rate_of_known(self) -> Decimal | None:
        return _percent(self.active, self.known)


def survival(fates: Iterable[Fate], under_way: int) -> Survival:
    counted = Counter(fates)
    return Survival(
        funded=sum(counted.values()) + under_way,
        under_way=under_way,
        active=counted[Fate.ACTIVE],
        stopped=counted[Fate.STOPPED],
        terminated=counted[Fate.TERMINATED],
        silent=counted[Fate.SILENT],
        not_asked=counted[Fate.NOT_ASKED],
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return round_half_up(Decimal(part) * 100 / whole, 1) if whole else None
