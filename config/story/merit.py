"""How the evaluators of the demo fill in a sheet: what the records propose is taken, the rest follows the merit."""

from decimal import Decimal

from evaluations.models import Assignment
from evaluations.suggestions import suggestions

HALF = Decimal(2)
ON_PAPER = {
    "persons": "服务对象名册是纸质的，未录入系统；现场核对签到表和名册，按实际人数评分。",
    "visits": "部分入户服务只有纸质记录，抽查20份属实，按实际人次评分。",
}
"""Why an evaluator gives more than the records propose: the groups keep part of their records on paper."""


def sheet_of(assignment: Assignment, merit: float) -> tuple[dict[int, Decimal], dict[int, str]]:
    """Points and reasons that come to about the merit. Who is good gets more than the records propose where these are
    on paper, with a reason; no bonus, no veto."""
    known = suggestions(assignment)
    points, reasons = {}, {}
    for line in assignment.lines:
        proposed = known[line.pk].points if line.pk in known else None
        if line.fact in ON_PAPER and proposed == 0 and merit >= 75:
            points[line.pk] = (line.weight * 2 / 3 * HALF).to_integral_value() / HALF
            reasons[line.pk] = ON_PAPER[line.fact]
        elif proposed is not None or not line.is_scored:
            points[line.pk] = proposed or Decimal(0)
    given = sum((points[line.pk] for line in assignment.lines if line.is_scored and line.pk in points), Decimal(0))
    taken = sum((points[line.pk] for line in assignment.lines if line.is_deduction), Decimal(0))
    by_hand = [line for line in assignment.lines if line.is_scored and line.pk not in points]
    open_points = sum((line.weight for line in by_hand), Decimal(0))
    share = min(Decimal(1), max(Decimal(0), (Decimal(str(merit)) + taken - given) / open_points))
    for line in by_hand:
        points[line.pk] = (line.weight * share * HALF).to_integral_value() / HALF
    return points, reasons
