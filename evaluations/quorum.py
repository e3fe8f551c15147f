"""How many sheets a panel needs: the one place that says it.

A review needs as many as the call announces, or as two people have decided for a project whose judges were absent
(`Reduction`; of several decisions the last one); an evaluation needs those of everybody who was sent. The rule that
leaves out the highest and the lowest goes by the sheets that are really there, as announced ("from five sheets on"),
not by this number.
"""

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from evaluations.models import Assignment, Purpose, Reduction
from projects.models import Project


def with_seats(projects: QuerySet[Project]) -> QuerySet[Any]:
    """The projects, each with how many `seats` of its panel are taken and how many are `needed`."""
    here = Assignment.objects.seated().filter(project=OuterRef("pk"), purpose=Purpose.REVIEW).order_by()
    taken = Subquery(here.values("project").annotate(n=Count("pk")).values("n"))
    decided = Reduction.objects.in_force().filter(project=OuterRef("pk")).order_by("-pk").values("judges")[:1]
    announced = F("call__panel_size")
    return projects.annotate(seats=Coalesce(taken, 0), needed=Least(Coalesce(Subquery(decided), announced), announced))


def short(projects: QuerySet[Project]) -> QuerySet[Any]:
    """Those of the projects whose panel has fewer seats taken than it needs."""
    return with_seats(projects).filter(seats__lt=F("needed"))


def needed(projects: Collection[int]) -> dict[int, int]:
    """By project id how many sheets make its panel whole; one query."""
    return dict(with_seats(Project.objects.filter(pk__in=projects)).order_by().values_list("pk", "needed"))


def seats(project: Project) -> int:
    """How many judges sit on the panel of a review."""
    return Assignment.objects.seated().filter(project=project, purpose=Purpose.REVIEW).count()


def sheets_needed(project: Project, purpose: str = Purpose.REVIEW) -> int:
    """How many sheets make the panel of this project whole."""
    return needed([project.pk])[project.pk] if purpose == Purpose.REVIEW else 1


def is_whole(assignment: Assignment) -> bool:
    """Whether every seat of its panel has handed in, and there are as many as are needed.

    A panel from which somebody has stepped down waits for the next: fewer than that are no panel.
    """
    submitted = list(assignment.panel.values_list("sheet__submitted_at", flat=True))
    return len(submitted) >= sheets_needed(assignment.project, assignment.purpose) and all(submitted)
