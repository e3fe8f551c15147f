"""A month as weeks of days, for a page; knows no database."""

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

PATTERN = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")


@dataclass
class Day:
    """A day of the page, also those before and after the month that fill its weeks."""

    date: date
    is_inside: bool
    is_today: bool
    entries: list[Any] = field(default_factory=list)
    left_out: int = 0
    """So many more than these there are on this day."""


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

    def day(self, text: str) -> date | None:
        """The day of this month that an address asks for by its number; None if it asks for none that there is."""
        is_number = text.isascii() and text.isdecimal() and len(text) < 3
        return self.first.replace(day=int(text)) if is_number and 0 < int(text) <= self.last.day else None

    def weeks(
        self, entries: Iterable[tuple[date, Any]], today: date, left_out: Mapping[date, int] = MappingProxyType({})
    ) -> list[list[Day]]:
        """Monday to Sunday, each day with its entries in the order in which they come, and how many are left out."""
        by_day: dict[date, list[Any]] = {}
        for day, entry in entries:
            by_day.setdefault(day, []).append(entry)
        return [
            [Day(day, day.month == self.month, day == today, by_day.get(day, []), left_out.get(day, 0)) for day in week]
            for week in calendar.Calendar().monthdatescalendar(self.year, self.month)
        ]


def month_of(text: str, today: date) -> Month:
    """The month that an address asks for; this one if it asks for none that there is."""
    found = PATTERN.fullmatch(text or "")
    return Month(int(found[1]), int(found[2])) if found else Month(today.year, today.month)
