"""Where the projects of a call stand in the review: read once, in a constant number of queries."""

from dataclasses import dataclass, field
from decimal import Decimal

from core.money import round_half_up
from evaluations.models import Assignment, Purpose, Result
from evaluations.ranking import Entry, average, rank
from grants.models import Call
from projects.models import Project, State

NOT_JUDGED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.INELIGIBLE, State.ELIGIBLE, State.WITHDRAWN)
ZERO = Decimal("0.00")


@dataclass
class Standing:
    """One project in the review: its sheets so far, its score and its place in its track."""

    project: Project
    sheets: list[Assignment] = field(default_factory=list)
    expected: int = 0
    score: Decimal | None = None
    rank: int | None = None
    tie_break: tuple[Decimal, ...] = ()

    @property
    def is_complete(self) -> bool:
        return self.expected > 0 and len(self.sheets) == self.expected

    @property
    def spread(self) -> Decimal | None:
        """Points between the highest and the lowest sheet: how far the experts are apart."""
        totals = [assignment.sheet.total for assignment in self.sheets]
        return max(totals) - min(totals) if totals else None


def standings(call: Call) -> list[Standing]:
    """Every judged project of the call, by track and place; those without a sheet come last.

    Equal scores are decided by the means of the criteria in the rubric's order, then by the lower request:
    the order stated on the call's ranking page.
    """
    projects = call.projects.exclude(state__in=NOT_JUDGED).select_related("applicant", "track", "call")
    projects = projects.prefetch_related("budget_lines")
    rows = {project.pk: Standing(project) for project in projects.order_by("track", "number")}
    assignments = (
        Assignment.objects.active()
        .filter(project__in=rows, purpose=Purpose.REVIEW)
        .select_related("person", "sheet")
        .prefetch_related("sheet__scores__criterion")
    )
    for assignment in assignments:
        row = rows[assignment.project_id]
        row.expected += 1
        if assignment.is_submitted:
            row.sheets.append(assignment)
    for row in rows.values():
        if row.sheets:
            row.score = average([assignment.sheet.total for assignment in row.sheets])
            row.tie_break = (*_criterion_means(row.sheets), -(row.project.amount_requested or ZERO))
    entries = [
        Entry(pk, row.project.track_id, row.score, row.tie_break) for pk, row in rows.items() if row.score is not None
    ]
    for ranked in rank(entries):
        rows[ranked.id].rank = ranked.rank
    for project_id, score, place in Result.objects.filter(project__in=rows, purpose=Purpose.REVIEW).values_list(
        "project", "score", "rank"
    ):
        rows[project_id].score, rows[project_id].rank = score, place
    return sorted(rows.values(), key=lambda row: (row.project.track_id, row.rank or 9999, row.project.number))


def _criterion_means(sheets: list[Assignment]) -> list[Decimal]:
    """The mean points of each criterion, in the rubric's order."""
    points: dict[tuple[int, int], list[Decimal]] = {}
    for assignment in sheets:
        for score in assignment.sheet.scores.all():
            points.setdefault((score.criterion.position, score.criterion_id), []).append(score.points)
    return [round_half_up(sum(given, ZERO) / len(given)) for _place, given in sorted(points.items())]
