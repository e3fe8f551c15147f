"""What the gap view counts: open needs, and the projects that answer them; the table itself is in `gaps`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from core import clock
from grants.eligibility import years_before
from grants.models import Need
from people.territory import inside
from projects.gaps import GapTable, Place
from projects.models import Project
from projects.models.state import ENDED, FUNDED

PERIODS = {"1": _("12 months"), "2": _("24 months"), "3": _("36 months"), "all": _("all years")}
"""How long after its end a project still counts as an answer to a need."""
USUAL = "1"


def since(period: str) -> date | None:
    """The first day whose ended projects count; None when all do."""
    return None if period == "all" else years_before(clock.today(), int(period))


def counted(period: str) -> QuerySet[Project]:
    """Projects with money that run, and those that were carried through and ended in the period."""
    running = Project.objects.filter(state__in=FUNDED - ENDED)
    completed = Project.objects.completed().alias(ended_on=Coalesce("ends_on", TruncDate("state_since")))
    if first := since(period):
        completed = completed.filter(ended_on__gte=first)
    return Project.objects.filter(Q(pk__in=running.values("pk")) | Q(pk__in=completed.values("pk")))


def gaps(period: str = USUAL, *, regions: Collection[str] | None = None) -> GapTable:
    """Need × funded field × community; of these regions only, when they are named."""
    needs, funded = Need.objects.open(), Counter[Place]()
    if regions is not None:
        needs = needs.filter(inside("community__region_code", *regions))
    for place, number in _by_place(period, regions, Count("pk")):
        funded[place] += number
    return GapTable(Counter(dict(_grouped(needs, "community", Count("pk")))), funded)


def money_by_place(period: str = USUAL, *, regions: Collection[str] | None = None) -> dict[Place, Decimal]:
    """What the counted projects were awarded, in yuan; a project in several communities counts in each."""
    found: dict[Place, Decimal] = defaultdict(Decimal)
    for place, yuan in _by_place(period, regions, Sum("amount_awarded")):
        found[place] += yuan or Decimal(0)
    return found


def _by_place(period: str, regions: Collection[str] | None, figure: Aggregate) -> Iterator[tuple[Place, Any]]:
    """The figure for each community in which counted projects take place, and field: twice where it is the main one
    of some and another one of others."""
    for community in ("community", "other_communities"):
        rows = counted(period).filter(**{f"{community}__isnull": False} if community != "community" else {})
        if regions is not None:
            rows = rows.filter(inside(f"{community}__region_code", *regions))
        yield from _grouped(rows, community, figure)


def _grouped(rows: QuerySet, community: str, figure: Aggregate) -> Iterator[tuple[Place, Any]]:
    """By the database: a line for each community, not for each project."""
    for place, field, number in rows.order_by().values_list(community, "field").annotate(figure=figure):
        yield (place, field), number
