"""A month as weeks of days, for a page; knows no database."""

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PATTERN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass
class Day:
    """A day of the page, also those before and after the month that fill its weeks."""

    date: date
    is_inside: bool
    is_today: bool
    entries: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Month:
    """One month; `text` as it stands in an address: 2026-11."""

    year: int
    month: int

    @property
    def text(self) -> str:
        return f"{self.year}-{self.month:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def before(self) -> "Month":
        return self._moved(-1)

    @property
    def after(self) -> "Month":
        return self._moved(1)

    def _moved(self, by: int) -> "Month":
        year, month = divmod(self.year * 12 + self.month - 1 + by, 12)
        return Month(year, month + 1)

    def weeks(self, entries: Iterable[tuple[date, Any]], today: date) -> list[list[Day]]:
        """Monday to Sunday, each day with its entries in the order in which they come."""
        by_day: dict[date, list[Any]] = {}
        for day, entry in entries:
            by_day.setdefault(day, []).append(entry)
        return [
            [Day(day, day.month == self.month, day == today, by_day.get(day, [])) for day in week]
            for week in calendar.Calendar().monthdatescalendar(self.year, self.month)
        ]


def month_of(text: str, today: date) -> Month:
    """The month that an address asks for; this one if it asks for none that there is."""
    found = PATTERN.fullmatch(text or "")
    return Month(int(found[1]), int(found[2])) if found else Month(today.year, today.month)
