"""What a dashboard shows: a chart with the table behind it, every figure with the address of its rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.money import yuan
from reports import chart_style
from reports.chart_style import Size

Drawn = Callable[[Size], str]
Row = TypeVar("Row")


@dataclass(frozen=True)
class Cell:
    """One figure of a table: as it is read, what it is, and where its rows stand ("" where they are not public)."""

    text: str
    url: str = ""
    value: Any = None
    is_figure: bool = True

    @property
    def linked(self) -> SafeString:
        """As it stands on the page; a board of a thousand calls has ten thousand of them, too many for a template."""
        if self.url:
            return format_html('<a href="{}">{}</a>', self.url, self.text)
        return conditional_escape(self.text)

    @property
    def short(self) -> str:
        """For the screen in the hall: an amount in ten thousands."""
        return short_money(self.value) if isinstance(self.value, Decimal) else self.text


def label(text: Any) -> Cell:
    return Cell(str(text), is_figure=False)


def count(number: int, url: str = "") -> Cell:
    """So many; nothing has no rows to lead to."""
    return Cell(f"{number:,}", url if number else "", number)


def amount(money: Decimal | None, url: str = "") -> Cell:
    """Yuan, exact to the fen."""
    return Cell(yuan(money or Decimal(0)), url if money else "", money or Decimal(0))


def said(text: Any, value: Any = None, url: str = "") -> Cell:
    return Cell(str(text), url, value)


def short_money(value: chart_style.Number) -> str:
    """An amount as it fits beside a bar: 12.3万, or 123k."""
    if (get_language() or "").startswith("zh"):
        return chart_style.in_ten_thousand(value)
    return chart_style.in_thousand(value)


def yuan_words() -> str:
    return str(_("yuan"))


@dataclass(frozen=True)
class Picture:
    """One chart. `how` says what is counted; `empty` what is said where there is nothing to draw."""

    key: str
    title: str
    unit: str
    how: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    draw: Drawn
    empty: str
    is_wide: bool = False
    note: str = ""
    in_hall: Drawn | None = field(default=None)
    is_narrowed: bool = True
    """Whether the filter of the page narrows it: then an empty one says so, instead of “not yet”."""

    def svg(self, size: Size) -> SafeString:
        # Safe: canvas.py writes it as XML, where every text is escaped (tests/reports/test_charts.py).
        return mark_safe(self.draw(size))

    @property
    def wide(self) -> SafeString:
        return self.svg(chart_style.FULL if self.is_wide else chart_style.WIDE)

    @cached_property
    def narrow(self) -> SafeString:
        return self.svg(chart_style.NARROW)

    @property
    def on_paper(self) -> SafeString:
        return self.svg(chart_style.PAPER)

    @property
    def hall(self) -> SafeString:
        """For the screen in the hall; a chart that would not fit is drawn from fewer rows."""
        return mark_safe((self.in_hall or self.draw)(chart_style.HALL))

    @property
    def is_empty(self) -> bool:
        return not self.narrow


@dataclass(frozen=True)
class Tile:
    """One headline figure."""

    label: str
    cell: Cell
    note: str = ""


DRAWN = 30
"""So many bars a chart has at most: nobody reads more, and each takes its time to draw."""
LISTED = 100
"""So many rows the table beside it has at most: those of a thousand calls were nine tenths of a page that nobody read
to its end. Who looks for one of the others narrows the page to a year, a call or a street."""


def drawable(rows: Sequence[tuple[str, Any]]) -> tuple[tuple[str, Any], ...]:
    """The rows that a chart draws, the first ones."""
    return shortened(rows, DRAWN)


def listed(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows that the table beside a chart has, the first ones."""
    return rows[:LISTED]


def only_drawn(rows: Sequence[Any]) -> str:
    """What a reader must know of more rows than there are bars, or lines in the table; nothing where all are there."""
    if len(rows) > LISTED:
        words = _(
            "The chart shows the first %(n)s and the table the first %(most)s of %(all)s; narrow the page to a year, "
            "a call or a street to see the others."
        )
    elif len(rows) > DRAWN:
        words = _("The chart shows the first %(n)s, the table all.")
    else:
        return ""
    return " " + words % {"n": DRAWN, "most": LISTED, "all": len(rows)}


def shortened(rows: Sequence[tuple[str, Any]], most: int = 7) -> tuple[tuple[str, Any], ...]:
    """The rows for a screen that is read from far away: the first ones; the rest stands on the page."""
    return tuple(rows[:most])
