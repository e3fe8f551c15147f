"""Working days in China: periods of public notice, deadlines, and how sure we are of them.

For each day the first of these that knows it decides:

1. the table `CalendarDay`, which an administrator fills from the State Council's yearly notice;
2. the package `chinese_calendar`, which knows the years up to its release (2004–2026 in 1.11);
3. the law: the public holidays whose day it fixes (全国年节及纪念日放假办法, as of 2025) are none; then the weekday.
   The festivals of the lunar calendar and what is moved for them come with the notice, usually in November before:
   `uncertain_years` names the years that wait for it, so that a page can warn.

Each function reads the table once, however long the period.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import chinese_calendar

from core.models import CalendarDay

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_FIXED_HOLIDAYS = frozenset([(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)])
"""New Year, Labour Day and National Day, by month and day; their number has stood since 2025."""


def _is_qingming(day: date) -> bool:
    """Whether the solar term 清明 falls on `day`, by the usual formula, which holds for the years 2000 to 2099."""
    two_digits = day.year % 100
    return day.month == 4 and day.day == int(two_digits * 0.2422 + 4.81) - two_digits // 4


def _is_fixed_holiday(day: date) -> bool:
    return (day.month, day.day) in _FIXED_HOLIDAYS or _is_qingming(day)


def _require_days(*days: date) -> None:
    """A datetime is a date to Python but has a time zone to settle first, and never equals a row's date."""
    for day in days:
        if isinstance(day, datetime):
            raise TypeError("workdays are counted in dates: convert the datetime in Asia/Shanghai first")


@lru_cache
def _package_knows(year: int) -> bool:
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def _table(start: date, end: date | None = None) -> Mapping[date, str]:
    """The table's rows from `start` on, by date; without `end` all of them, a few dozen a year."""
    rows = CalendarDay.objects.filter(date__gte=start)
    if end is not None:
        rows = rows.filter(date__lte=end)
    return dict(rows.order_by().values_list("date", "kind"))


def _works(day: date, table: Mapping[date, str]) -> bool:
    if day in table:
        return table[day] == CalendarDay.Kind.MAKEUP
    if _package_knows(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < _SATURDAY and not _is_fixed_holiday(day)


def is_workday(day: date) -> bool:
    """Whether offices work on `day`: weekday or make-up day (调休), and no public holiday.

    Raises TypeError for a datetime. One query.
    """
    _require_days(day)
    return _works(day, _table(day, day))


def add_workdays(start: date, count: int, *, count_first_day: bool = False) -> date:
    """The last day of a period of `count` workdays that begins on `start`.

    The first day is not counted (Civil Code, art. 201), unless the call's terms count it, as 福田 did:
    five workdays from 2021-08-18, first day counted, end on 2021-08-24. A first day that is no workday
    is never counted. The result is always a workday, so art. 203 (a period that would end on a holiday
    ends on the next working day) needs no further step; a count of 0 is no period and gives `start`.

    Raises ValueError for a negative count, TypeError for a datetime. One query.
    """
    _require_days(start)
    if count < 0:
        raise ValueError(f"count must not be negative, not {count}")
    if count == 0:
        return start
    table = _table(start)
    left = count
    if count_first_day and _works(start, table):
        left -= 1
    day = start
    while left:
        day += _ONE_DAY
        left -= _works(day, table)
    return day


@dataclass(frozen=True)
class Day:
    """One day of a period: the how-manieth of its workdays, 0 when it does not count; why not, or why it does."""

    date: date
    number: int
    kind: str  # "workday", "makeup", "holiday", "weekend", "first"
    is_certain: bool


def days_of(start: date, end: date, *, count_first_day: bool = False) -> list[Day]:
    """Each day from `start` to `end`, as `add_workdays` counts it, with the reason; one query.

    "first": a workday on which the period begins, which does not count. Raises TypeError for a datetime.
    """
    _require_days(start, end)
    table, found, number = _table(start, end), [], 0
    unsure = set(uncertain_years(start, end))
    for ahead in range((end - start).days + 1):
        day = start + timedelta(days=ahead)
        works, is_weekday = _works(day, table), day.weekday() < _SATURDAY
        if works and day == start and not count_first_day:
            kind = "first"
        elif works:
            kind, number = "workday" if is_weekday else "makeup", number + 1
        else:
            kind = "holiday" if is_weekday else "weekend"
        found.append(Day(day, number if kind in ("workday", "makeup") else 0, kind, day.year not in unsure))
    return found


def workdays_between(start: date, end: date) -> int:
    """How many workdays lie after `start`, up to and including `end`; 0 when `end` is not after `start`.

    The counterpart of `add_workdays`: `workdays_between(start, add_workdays(start, n)) == n`.
    Raises TypeError for a datetime. One query.
    """
    _require_days(start, end)
    table = _table(start, end)
    return sum(_works(start + timedelta(days=ahead), table) for ahead in range(1, (end - start).days + 1))


def uncertain_years(start: date, end: date) -> list[int]:
    """The years from `start` to `end`, both included, that neither the table nor the package knows.

    Deadlines in them rest on weekdays and the fixed holidays, and the page must say so. The table knows a year once it
    has a holiday in it before December: a lone December row belongs to the next year's notice, whose New
    Year holiday may begin there. Empty when `end` is before `start`. Raises TypeError for a datetime.
    At most one query.
    """
    _require_days(start, end)
    unknown = [year for year in range(start.year, end.year + 1) if not _package_knows(year)]
    if not unknown:
        return []
    holidays = CalendarDay.objects.filter(
        kind=CalendarDay.Kind.HOLIDAY, date__gte=date(unknown[0], 1, 1), date__lte=date(unknown[-1], 12, 31)
    )
    known = {day.year for day in holidays.order_by().values_list("date", flat=True) if day.month < 12}
    return [year for year in unknown if year not in known]
