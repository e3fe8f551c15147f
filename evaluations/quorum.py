"""How many sheets a panel needs: the one place that says it.

A review needs as many as the call announces, or as two people have decided for a project whose judges were absent
(`Reduction`); an evaluation needs those of everybody who was sent. The rule that leaves out the highest and the lowest
goes by the sheets that are really there, as announced ("from five sheets on"), not by this number.
"""

from collections.abc import Collection, Mapping

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from evaluations.models import Assignment, Purpose, Reduction
from grants.models import Call
from projects.models import Project


class Needed(Mapping[int, int]):
    """By project id of one call; two people's decision is read once for all of them."""

    def __init__(self, call: Call, projects: Collection[int]) -> None:
        decided = Reduction.objects.in_force().filter(project__in=projects).order_by("pk")
        self.fewer = dict(decided.values_list("project", "judges"))  # the last decision of a project counts
        self.projects, self.size = projects, call.panel_size

    def __getitem__(self, pk: int) -> int:
        return min(self.fewer.get(pk, self.size), self.size)

    def __iter__(self):
        return iter(self.projects)

    def __len__(self) -> int:
        return len(self.projects)


def short(call: Call) -> QuerySet[Project]:
    """The projects of the call whose panel has fewer seats taken than it needs, whatever their state."""
    here = Assignment.objects.seated().filter(project=OuterRef("pk"), purpose=Purpose.REVIEW).order_by()
    taken = Subquery(here.values("project").annotate(n=Count("pk")).values("n"))
    decided = Reduction.objects.in_force().filter(project=OuterRef("pk")).order_by("-pk").values("judges")[:1]
    needed = Least(Coalesce(Subquery(decided), call.panel_size), call.panel_size)
    return call.projects.alias(taken=Coalesce(taken, 0), needed=needed).filter(taken__lt=F("needed"))


def seats(project: Project) -> int:
    """How many judges sit on the panel of a review."""
    return Assignment.objects.seated().filter(project=project, purpose=Purpose.REVIEW).count()


def sheets_needed(project: Project, purpose: str = Purpose.REVIEW) -> int:
    """How many sheets make the panel of this project whole."""
    return Needed(project.call, [project.pk])[project.pk] if purpose == Purpose.REVIEW else 1


def is_whole(assignment: Assignment) -> bool:
    """Whether every seat of its panel has handed in, and there are as many as are needed.

    A panel from which somebody has stepped down waits for the next: fewer than that are no panel.
    """
    submitted = list(assignment.panel.values_list("sheet__submitted_at", flat=True))
    return len(submitted) >= sheets_needed(assignment.project, assignment.purpose) and all(submitted)
