"""What stands on the days of a month: of each day so many at most, however many projects somebody sees."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber, TruncDate

from core import clock
from projects.models import Activity, Milestone
from projects.month import Month

MOST_A_DAY = 12
MOST_OF_ONE = 300
"""Of the day that is asked for."""


@dataclass
class Entries:
    """(day, what stands there) in their order, and of how many more a day has no room."""

    rows: list[tuple[date, dict[str, Any]]] = field(default_factory=list)
    left_out: Counter[date] = field(default_factory=Counter)


def entries_of(seen: Q, month: Month, whole: date | None = None) -> Entries:
    """Milestones and activities of a month; of the day `whole` many more than of the others.

    `seen`: of what has a `project`, whether it is shown.
    """
    found = Entries()
    due = Milestone.objects.filter(seen, due_on__range=(month.first, month.last))
    for milestone in _first(due.alias(day=F("due_on")), "pk", whole, found.left_out).select_related("project"):
        found.rows.append((milestone.due_on, {"milestone": milestone}))
    begin, end = clock.begin_of(month.first), clock.begin_of(month.after.first)
    held = Activity.objects.filter(seen, starts_at__gte=begin, starts_at__lt=end)
    held = held.alias(day=TruncDate("starts_at"))
    for one in _first(held, "starts_at", whole, found.left_out).select_related("project__applicant"):
        found.rows.append((clock.localdate(one.starts_at), {"activity": one}))
    return found


def _first(rows: QuerySet, by: str, whole: date | None, left_out: Counter[date]) -> QuerySet:
    """The first rows of each `day`; how many follow them is counted."""
    days = {"partition_by": F("day")}
    ranked = rows.order_by().annotate(
        day=F("day"), nth=Window(RowNumber(), order_by=(by, "pk"), **days), of=Window(Count("pk"), **days)
    )
    shown = ranked.filter(Q(nth__lte=MOST_A_DAY) | Q(day=whole, nth__lte=MOST_OF_ONE))
    kept = list(shown.values_list("pk", "day", "of"))
    left_out.update(dict(_left_out(kept)))
    return rows.model._default_manager.filter(pk__in=[pk for pk, _day, _of in kept]).order_by(by, "pk")


def _left_out(kept: list[tuple[int, date, int]]) -> Iterator[tuple[date, int]]:
    shown, of = Counter(day for _pk, day, _of in kept), {day: of for _pk, day, of in kept}
    return ((day, of[day] - number) for day, number in shown.items() if of[day] > number)
