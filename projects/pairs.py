"""What pledges add up to in the ledger of pairs (企业—组织结对台账): promised and received, by kind."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from projects.models import Gift, Pledge

ZERO = Decimal("0.00")
OUT = (Pledge.State.OFFERED, Pledge.State.DECLINED, Pledge.State.WITHDRAWN)
"""Not promised yet, or not any more."""


@dataclass(frozen=True)
class KindSum:
    """Of one kind, in yuan."""

    kind: str
    label: str
    promised: Decimal
    received: Decimal


@dataclass(frozen=True)
class PairSums:
    """Of many pledges: by kind, how many givers and groups, and all together."""

    kinds: list[KindSum]
    givers: int
    groups: int

    @property
    def promised(self) -> Decimal:
        return sum((kind.promised for kind in self.kinds), ZERO)

    @property
    def received(self) -> Decimal:
        return sum((kind.received for kind in self.kinds), ZERO)


def sums_of(found: QuerySet[Pledge]) -> PairSums:
    """Promised is what the group accepted, also what lapsed since; received is what was confirmed."""
    binding = found.order_by().exclude(state__in=OUT)
    promised = dict(binding.values_list("kind").annotate(Sum("value")))
    gifts = Gift.objects.counted().filter(pledge__in=binding.values("pk")).order_by()
    received = dict(gifts.values_list("pledge__kind").annotate(Sum("value")))
    kinds = [
        KindSum(kind.value, str(kind.label), promised.get(kind.value) or ZERO, received.get(kind.value) or ZERO)
        for kind in Pledge.Kind
    ]
    givers = binding.values("giver").distinct().count()
    return PairSums(kinds, givers, binding.values("project__applicant").distinct().count())
