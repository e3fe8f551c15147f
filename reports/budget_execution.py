"""Spending against budget, category by category (预算执行): a chart with its table, for papers. Pure: no ORM."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from projects.final_accounts import rate
from reports import charts
from reports.chart_style import PAPER, in_ten_thousand
from reports.wording import CATEGORIES

ZERO = Decimal("0.00")


class Category(NamedTuple):
    """One category of the grant's budget, in yuan: as the plan in force has it, and spent as recognised."""

    name: str
    planned: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        return self.planned - self.spent

    @property
    def rate(self) -> Decimal | None:
        return rate(self.spent, self.planned)


class Execution(NamedTuple):
    """All categories, their sum, and the chart; empty where nothing is known line by line."""

    rows: Sequence[Category]
    total: Category
    chart: SafeString


def execution(kept: Iterable[tuple[str, Decimal, Decimal]]) -> Execution | None:
    """From code of the category, planned and spent. None when there is nothing to show."""
    rows = [Category(str(CATEGORIES[code]), planned, spent) for code, planned, spent in kept]  # type: ignore[index]
    rows = [row for row in rows if row.planned or row.spent]
    if not rows:
        return None
    total = Category("合计", sum((row.planned for row in rows), ZERO), sum((row.spent for row in rows), ZERO))
    return Execution(rows, total, _chart(rows))


def _chart(rows: Sequence[Category]) -> SafeString:
    parts = ["已支出", "未支出"]
    bars = [(row.name, [min(row.spent, row.planned), max(row.left, ZERO)]) for row in rows]
    if any(row.left < 0 for row in rows):
        parts.append("超出预算")
        bars = [(name, [*bar, max(-row.left, ZERO)]) for (name, bar), row in zip(bars, rows, strict=True)]
    drawn = tuple((name, tuple(bar)) for name, bar in bars)
    made = charts.stacked("预算与支出", tuple(parts), drawn, "元", PAPER, in_ten_thousand)
    return mark_safe(made)  # Safe: canvas.py writes it as XML, where every text is escaped.
