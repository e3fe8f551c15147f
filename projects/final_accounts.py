"""The final accounts of a project (收支决算表), and what they say must come or go: pure, exact to the fen.

Field guide 2.12: budget as agreed, budget after approved changes, actual, difference, rate; and the side of income.
Nothing in it is typed: lines come from the versions of the plan, actual figures from recognised payments less what an
audit took off, income from the ledger and from confirmed proofs and gifts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from core.money import round_half_up

ZERO = Decimal("0.00")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Line:
    """One line of the budget, in yuan: as agreed first, as the last plan in force has it, recognised, taken off by an
    audit. `recognised` is None where payments were not entered one by one: then only the whole is known."""

    key: str
    category: str
    item: str
    source: str
    budget: Decimal = ZERO
    adjusted: Decimal = ZERO
    recognised: Decimal | None = ZERO
    deducted: Decimal = ZERO

    @property
    def is_granted(self) -> bool:
        return self.source == "grant"

    @property
    def actual(self) -> Decimal | None:
        return None if self.recognised is None else self.recognised - self.deducted

    @property
    def difference(self) -> Decimal | None:
        """What was planned and not spent; below zero where more was spent."""
        return None if self.actual is None else self.adjusted - self.actual

    @property
    def rate(self) -> Decimal | None:
        return rate(self.actual, self.adjusted)


def rate(actual: Decimal | None, planned: Decimal) -> Decimal | None:
    """Percent of what was planned, half-up to one place; None where nothing was planned or nothing is known."""
    return round_half_up(actual * HUNDRED / planned, 1) if planned and actual is not None else None


@dataclass(frozen=True)
class Sum:
    """What several lines come to; `actual` is None as soon as one of them is not known, and `known` is what is known
    all the same: what was given in kind is proven also where no payment is entered."""

    budget: Decimal = ZERO
    adjusted: Decimal = ZERO
    actual: Decimal | None = ZERO
    known: Decimal = ZERO

    @property
    def difference(self) -> Decimal | None:
        return None if self.actual is None else self.adjusted - self.actual

    @property
    def rate(self) -> Decimal | None:
        return rate(self.actual, self.adjusted)


def total(lines: Iterable[Line]) -> Sum:
    found = list(lines)
    known = sum((line.actual or ZERO for line in found), ZERO)
    actual = known if all(line.actual is not None for line in found) else None
    return Sum(sum((line.budget for line in found), ZERO), sum((line.adjusted for line in found), ZERO), actual, known)


@dataclass(frozen=True)
class Income:
    """Money or goods that came in: what was planned, and what came."""

    kind: str
    words: str
    budget: Decimal = ZERO
    actual: Decimal = ZERO
    on: str = ""


@dataclass(frozen=True)
class FinalAccounts:
    """Both sides, in yuan. `recognised`: what the grant bears, after the audit, the cap of the award and its share."""

    lines: Sequence[Line]
    income: Sequence[Income]
    award: Decimal
    paid: Decimal
    recognised: Decimal
    returned: Decimal = ZERO
    interest: Decimal = ZERO
    interest_returned: Decimal = ZERO
    lowered: Decimal = ZERO
    whole: Decimal | None = None
    """What was spent of the grant, where payments were not entered one by one."""

    @property
    def is_detailed(self) -> bool:
        return self.whole is None

    @property
    def granted(self) -> Sum:
        found = total(line for line in self.lines if line.is_granted)
        return found if self.whole is None else replace(found, actual=self.whole)

    @property
    def others(self) -> Sum:
        """Own money, donations and contributions in kind."""
        return total(line for line in self.lines if not line.is_granted)

    @property
    def spent(self) -> Decimal:
        """All that was spent and given, whoever paid."""
        return (self.granted.actual or ZERO) + (self.others.actual or ZERO)

    @property
    def over(self) -> Decimal:
        """What was spent as agreed beyond what the grant bears: the group's own."""
        return max((self.granted.actual or ZERO) - self.recognised, ZERO)

    @property
    def by_category(self) -> list[tuple[str, list[Line], Sum]]:
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            groups.setdefault(line.category, []).append(line)
        return [(category, lines, total(lines)) for category, lines in groups.items()]

    @property
    def granted_by_category(self) -> list[tuple[str, Decimal, Decimal]]:
        """What the grant pays for, by category: planned and spent; nothing where only the whole is known."""
        if not self.is_detailed:
            return []
        groups: dict[str, list[Line]] = {}
        for line in self.lines:
            if line.is_granted:
                groups.setdefault(line.category, []).append(line)
        sums = [(category, total(lines)) for category, lines in groups.items()]
        return [(category, found.adjusted, found.known) for category, found in sums]

    @property
    def came_in(self) -> Decimal:
        return sum((one.actual for one in self.income), ZERO)

    @property
    def balance(self) -> Decimal:
        """Income less what was spent; below zero where the last instalment or own money is still to come."""
        return self.came_in - self.spent

    @property
    def to_return(self) -> Decimal:
        """What was paid and not recognised; never below zero (field guide 6.9)."""
        return max(self.paid - self.recognised, ZERO)

    @property
    def to_pay(self) -> Decimal:
        """What of the award is still to be paid: never more than is recognised."""
        return max(self.recognised - self.paid, ZERO)

    @property
    def unused(self) -> Decimal:
        """What of the award was not needed."""
        return self.award - self.recognised

    def wrong(self) -> list[str]:
        """Which sums do not hold; empty for every account that was made of sound data."""
        found = []
        if self.is_detailed:
            groups = [sum_of for _category, _lines, sum_of in self.by_category]
            both = (self.granted, self.others)
            if sum((group.actual or ZERO for group in groups), ZERO) != sum((one.actual or ZERO for one in both), ZERO):
                found.append("categories")
        if self.paid + self.to_pay != self.recognised + self.to_return:
            found.append("paid")
        if self.recognised > self.award:
            found.append("award")
        if sum((one.actual for one in self.income if one.kind == "grant"), ZERO) != self.paid:
            found.append("instalments")
        return found


@dataclass(frozen=True)
class Open:
    """An instalment that is not paid yet: what the agreement says it is, and what stands now."""

    pk: int
    agreed: Decimal
    amount: Decimal = field(default=ZERO)


def shares_of(instalments: Sequence[Open], left: Decimal) -> dict[int, Decimal]:
    """What each open instalment comes to, in their order, when `left` yuan are still to be paid in all."""
    found: dict[int, Decimal] = {}
    for one in instalments:
        found[one.pk] = max(min(one.agreed, left), ZERO)
        left -= found[one.pk]
    return found


def written(accounts: FinalAccounts) -> dict[str, Any]:
    """The accounts as they are kept: plain text, so that what stood there is read the same in ten years."""

    def plain(value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value

    return {
        "lines": [{name: plain(value) for name, value in vars(line).items()} for line in accounts.lines],
        "income": [{name: plain(value) for name, value in vars(one).items()} for one in accounts.income],
        **{name: plain(value) for name, value in vars(accounts).items() if name not in ("lines", "income")},
    }


def read(kept: dict[str, Any]) -> FinalAccounts:
    """The accounts as they were kept."""
    texts = ("key", "category", "item", "source", "kind", "words", "on")

    def back(row: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value if name in texts or value is None else Decimal(value)
            for name, value in row.items()
            if name not in ("lines", "income")
        }

    lines = [Line(**back(row)) for row in kept["lines"]]
    income = [Income(**back(row)) for row in kept["income"]]
    return FinalAccounts(lines=lines, income=income, **back(kept))
