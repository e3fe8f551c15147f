"""What the records of a project say of a month: the one place where the monthly report gets its figures."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from core.money import plain, round_half_up
from projects.figures import figures, progress, unit_of_progress
from projects.models import Expense, Project
from projects.spending_account import ZERO


def rolled_up(project: Project, month: date, last_day: date) -> dict[str, Any]:
    """Everything that a monthly report shows, by the names of its fields."""
    work, reached = figures(project, month, last_day), progress(project, last_day)
    paid = Expense.objects.filter(project=project).granted().that_count()
    sums = paid.aggregate(
        month=Sum("amount", filter=Q(spent_on__range=(month, last_day))),
        all=Sum("amount", filter=Q(spent_on__lte=last_day)),
        recognised=Sum("recognised", filter=Q(spent_on__lte=last_day)),
    )
    return {
        "activities_planned": work.activities_planned,
        "activities_held": work.activities_held,
        "visits": work.visits,
        "persons": work.persons,
        "volunteers": work.volunteers,
        "volunteer_hours": work.volunteer_hours,
        "spent": sums["month"] or ZERO,
        "spent_in_all": sums["all"] or ZERO,
        "recognised": sums["recognised"] or ZERO,
        "award": project.amount_awarded or ZERO,
        "targets": [_target(one, reached.get(one.key)) for one in project.targets.all()],
    }


def _target(target: Any, reached: Decimal | None) -> dict[str, str]:
    rate = round_half_up(reached * 100 / target.value, 1) if reached is not None and target.value else None
    return {
        "goal": target.goal,
        "indicator": target.indicator,
        "unit": target.unit,
        "value": plain(target.value),
        "reached_unit": unit_of_progress(target.unit),
        "reached": plain(reached) if reached is not None else "",
        "rate": plain(rate) if rate is not None else "",
    }
