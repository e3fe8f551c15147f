"""What the gap view counts: open needs, and the projects that answer them; the table itself is in `gaps`."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _

from core import clock
from grants.eligibility import years_before
from grants.models import Need
from people.models import Community
from people.territory import inside
from projects.gaps import GapTable, gap_table
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


def places(period: str) -> list[tuple[int | None, int | None, int]]:
    """Community, field and project: a line for each community in which a counted project takes place."""
    funded = counted(period)
    others = funded.filter(other_communities__isnull=False).values_list("other_communities", "field", "pk")
    return [*funded.values_list("community", "field", "pk"), *others]


def gaps(period: str = USUAL, *, regions: Collection[str] | None = None) -> GapTable:
    """Need × funded field × community; of these regions only, when they are named."""
    needs = Need.objects.open()
    lines = [(place, field) for place, field, _pk in places(period)]
    if regions is not None:
        needs = needs.filter(inside("community__region_code", *regions))
        here = set(Community.objects.filter(inside("region_code", *regions)).values_list("pk", flat=True))
        lines = [(place, field) for place, field in lines if place in here]
    return gap_table(needs.values_list("community", "field"), lines)
