"""Shifts between budget categories: which are so small that they are filed and not asked (预算调剂). No ORM here.

Field guide 2.2: 类别间≤10% 备案自调，>10% 或涉及人员/管理费调增须审批；总额不得调增。
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ZERO = Decimal("0.00")
GRANT = "grant"
NEVER_UP = ("staff", "administration")
"""Personnel and management cost: no rise is small."""


@dataclass(frozen=True)
class Shift:
    """What one category of the grant was (yuan), is to be, and whether that may be done without asking."""

    category: str
    old: Decimal
    new: Decimal
    is_small: bool

    @property
    def change(self) -> Decimal:
        return self.new - self.old


def sums(lines: Iterable[Any]) -> dict[str, Decimal]:
    """Yuan of this grant in each category."""
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.source == GRANT:
            found[line.category] = found.get(line.category, ZERO) + line.amount
    return found


def shifts(old: Mapping[str, Decimal], new: Mapping[str, Decimal], tolerance: Decimal) -> list[Shift]:
    """Every category whose sum changes. Small: at most `tolerance` percent of what the category was, and no rise of
    staff or administration; a category that did not exist is never small."""
    found = []
    for category in [*old, *(name for name in new if name not in old)]:
        before, after = old.get(category, ZERO), new.get(category, ZERO)
        if before == after:
            continue
        is_small = abs(after - before) * 100 <= before * tolerance
        found.append(Shift(category, before, after, is_small and not (category in NEVER_UP and after > before)))
    return found
