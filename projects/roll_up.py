"""What the records of a project say of a month: the one place where the monthly report gets its figures."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from core.money import plain, round_half_up
from projects.models import Expense, Project
from projects.spending_account import ZERO


@dataclass(frozen=True)
class Counted:
    """Figures of work in a period."""

    planned: int = 0
    held: int = 0
    visits: int = 0
    persons: int | None = None
    volunteers: int = 0
    hours: Decimal = Decimal("0.0")
    reached: dict[str, Decimal] = field(default_factory=dict)


def counted(project: Project, since: date, until: date) -> Counted:
    """From the records of activities; both days are included."""
    begin = timezone.make_aware(datetime.combine(since, time()))
    end = timezone.make_aware(datetime.combine(until + timedelta(days=1), time()))
    found = project.activities.filter(starts_at__gte=begin, starts_at__lt=end)
    held = found.filter(recorded_at__isnull=False)
    sums = held.aggregate(visits=Sum("attendance"), volunteers=Sum("volunteers"))
    return Counted(
        planned=found.count(),
        held=held.count(),
        visits=sums["visits"] or 0,
        volunteers=sums["volunteers"] or 0,
    )


def rolled_up(project: Project, month: date, last_day: date) -> dict[str, Any]:
    """Everything that a monthly report shows, by the names of its fields."""
    work = counted(project, month, last_day)
    paid = Expense.objects.filter(project=project).granted().that_count()
    sums = paid.aggregate(
        month=Sum("amount", filter=Q(spent_on__range=(month, last_day))),
        all=Sum("amount", filter=Q(spent_on__lte=last_day)),
        recognised=Sum("recognised", filter=Q(spent_on__lte=last_day)),
    )
    return {
        "activities_planned": work.planned,
        "activities_held": work.held,
        "visits": work.visits,
        "persons": work.persons,
        "volunteers": work.volunteers,
        "volunteer_hours": work.hours,
        "spent": sums["month"] or ZERO,
        "spent_in_all": sums["all"] or ZERO,
        "recognised": sums["recognised"] or ZERO,
        "award": project.amount_awarded or ZERO,
        "targets": [_target(one, work.reached.get(one.key)) for one in project.targets.all()],
    }


def _target(target: Any, reached: Decimal | None) -> dict[str, str]:
    rate = round_half_up(reached * 100 / target.value, 1) if reached is not None and target.value else None
    return {
        "goal": target.goal,
        "indicator": target.indicator,
        "unit": target.unit,
        "value": plain(target.value),
        "reached": plain(reached) if reached is not None else "",
        "rate": plain(rate) if rate is not None else "",
    }
