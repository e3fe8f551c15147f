"""What is chosen from, what is set for it, what comes out, and the sentences that people read."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from core.money import yuan
from evaluations.selection.figures import written


@dataclass(frozen=True)
class Candidate:
    """A project that could be funded: its score, the amount (yuan), and the groups it counts in."""

    id: Hashable
    score: Decimal
    amount: Decimal
    groups: Collection[Hashable] = ()


@dataclass(frozen=True)
class Quota:
    """What is set for a group: at most this much money (yuan), at most and at least so many projects."""

    group: Hashable
    max_amount: Decimal | None = None
    max_count: int | None = None
    min_count: int | None = None
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or str(self.group)


class Code(StrEnum):
    CHOSEN = "chosen"
    MINIMUM = "minimum"
    BELOW_FLOOR = "below_floor"
    NO_MONEY = "no_money"
    QUOTA_AMOUNT = "quota_amount"
    QUOTA_COUNT = "quota_count"
    OUTWEIGHED = "outweighed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Reason:
    """Why a candidate is chosen or not, with the figures: what is missing (yuan), the quota, the floor."""

    code: Code
    missing: Decimal | None = None
    quota: Quota | None = None
    score: Decimal | None = None
    floor: Decimal | None = None

    @property
    def group(self) -> Hashable:
        return self.quota.group if self.quota else None

    @property
    def sentence(self) -> str:
        quota = self.quota or Quota(None)
        said = {
            "score": written(self.score),
            "floor": written(self.floor),
            "missing": yuan(self.missing or Decimal(0)),
            "group": quota.label,
            "limit": yuan(quota.max_amount or Decimal(0)),
            "count": str(quota.min_count if self.code == Code.MINIMUM else quota.max_count),
        }
        match self.code:
            case Code.CHOSEN:
                return _("Chosen.")
            case Code.MINIMUM:
                return _("Chosen because “%(group)s” needs at least %(count)s.") % said
            case Code.BELOW_FLOOR:
                return _("The score %(score)s is below %(floor)s, under which nothing is funded.") % said
            case Code.NO_MONEY:
                return _("It does not fit into the money that is left: %(missing)s yuan are missing.") % said
            case Code.QUOTA_AMOUNT:
                return _("“%(group)s” may receive at most %(limit)s yuan: %(missing)s yuan are missing.") % said
            case Code.QUOTA_COUNT:
                return _("“%(group)s” is full: at most %(count)s are funded.") % said
            case Code.OUTWEIGHED:
                return _("Passed over: the money achieves more without it.")
            case Code.STOPPED:
                return _("The order stopped before it, where the money was no longer enough.")


@dataclass(frozen=True)
class Unmet:
    """A minimum that the published order does not reach."""

    quota: Quota
    chosen: int

    @property
    def sentence(self) -> str:
        said = {"group": self.quota.label, "count": self.quota.min_count, "chosen": self.chosen}
        return _("“%(group)s” needs at least %(count)s; the order reaches %(chosen)s.") % said


@dataclass(frozen=True)
class Selection:
    """The chosen ids, what they are worth and cost, and why each candidate is chosen or not.

    `value` is that of the objective (of the two orders: the sum of scores). No set is worth more than `bound`; it is
    `value` when that is proven. `first_among_equals`: no other set of this value prefers earlier inputs.
    """

    chosen: frozenset[Hashable]
    value: Decimal
    spent: Decimal
    proven_optimal: bool
    reasons: Mapping[Hashable, Reason]
    bound: Decimal
    first_among_equals: bool = True
    unmet: tuple[Unmet, ...] = ()
