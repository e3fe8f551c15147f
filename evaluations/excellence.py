"""How many projects of a call may be excellent, and which: the limit of the call on its final evaluations.

It counts every project of the call with a final result, by its last one. While a project can still get a result all
grades "excellent" are provisional; then a clerk settles them by score (`marks.stay_excellent`).
"""

from dataclasses import dataclass

from evaluations.marks import places, stay_excellent
from evaluations.models import GradeSettlement, Purpose, Result
from grants.models import Call
from projects.models import State

STILL_OPEN = (
    *(State.APPROVED, State.RUNNING, State.SUSPENDED, State.MIDTERM, State.RECTIFYING),
    *(State.CLOSING, State.FINAL),
)
"""A project here can still get a final result."""


@dataclass(frozen=True)
class Standing:
    """A project with its last final result; `stays`: excellent within the limit."""

    result: Result
    stays: bool

    @property
    def goes(self) -> bool:
        """It earned the grade and the limit takes it."""
        return self.result.earned == Result.Grade.EXCELLENT and not self.stays


@dataclass(frozen=True)
class Excellence:
    """Where a call with a limit stands."""

    call: Call
    rows: list[Standing]
    most: int
    going_on: int
    settlement: GradeSettlement | None

    @property
    def lowered(self) -> list[Standing]:
        return [row for row in self.rows if row.goes]


def is_provisional(call: Call) -> bool:
    """A limit is set and nobody has settled it yet."""
    return call.excellent_share is not None and not GradeSettlement.objects.filter(call=call).exists()


def excellence_of(call: Call) -> Excellence:
    """Every project of the call with a final result, the best score first."""
    last: dict[int, Result] = {}
    results = Result.objects.filter(project__call=call, purpose=Purpose.FINAL)
    for result in results.select_related("project__applicant").order_by("round"):
        last[result.project_id] = result
    earned = {pk: one.score for pk, one in last.items() if one.earned == Result.Grade.EXCELLENT}
    most = places(len(last), call.excellent_share) if call.excellent_share else len(last)
    staying = stay_excellent(earned, most)
    ordered = sorted(last.values(), key=lambda result: (-result.score, result.project.number))
    return Excellence(
        call=call,
        rows=[Standing(result, result.project_id in staying) for result in ordered],
        most=most,
        going_on=call.projects.filter(state__in=STILL_OPEN).count(),
        settlement=GradeSettlement.objects.filter(call=call).first(),
    )
