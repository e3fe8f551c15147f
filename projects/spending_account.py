"""Plan against spending: pure, exact to the fen. Lines and payments in, what is left and what is over out."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Any

from core.money import round_half_up

ZERO = Decimal("0.00")
FEN = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class PlanLine:
    """A line of the plan: what was agreed first, and what holds now after approved changes (yuan)."""

    key: str
    category: str
    item: str
    source: str
    rank: str = ""
    original: Decimal = ZERO
    amount: Decimal = ZERO

    @property
    def is_granted(self) -> bool:
        return self.source == "grant"


@dataclass(frozen=True)
class Payment:
    """What one payment takes of its line: its day, its amount, and how much of it is recognised."""

    pk: int
    line_key: str
    spent_on: date
    amount: Decimal
    recognised: Decimal = ZERO
    state: str = "entered"
    is_granted: bool = True

    @property
    def takes(self) -> Decimal:
        """What it takes of its line: what is recognised once that is decided, what is claimed before."""
        return self.recognised if self.state in ("recognised", "refused") else self.amount


@dataclass
class Account:
    """What was planned, is planned now, was paid and was recognised: of a line, a category or the whole."""

    original: Decimal = ZERO
    planned: Decimal = ZERO
    spent: Decimal = ZERO
    recognised: Decimal = ZERO
    waiting: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.planned - self.spent

    @property
    def is_over(self) -> bool:
        return self.spent > self.planned

    @property
    def is_changed(self) -> bool:
        return self.original != self.planned

    @property
    def rate(self) -> Decimal | None:
        """Spent of what is planned, in percent; None where nothing is planned."""
        return round_half_up(self.spent * HUNDRED / self.planned, 1) if self.planned else None

    def add(self, other: "Account") -> None:
        self.original += other.original
        self.planned += other.planned
        self.spent += other.spent
        self.recognised += other.recognised
        self.waiting += other.waiting


@dataclass
class LineAccount(Account):
    line: Any = None


@dataclass
class CategoryAccount(Account):
    category: str = ""
    lines: list[LineAccount] = field(default_factory=list)


def accounts(lines: Iterable[PlanLine], payments: Iterable[Payment]) -> list[CategoryAccount]:
    """Every line with what was paid of it, by category in the order of the plan."""
    by_key: dict[str, LineAccount] = {}
    groups: dict[str, CategoryAccount] = {}
    for line in lines:
        account = LineAccount(original=line.original, planned=line.amount, line=line)
        by_key[line.key] = account
        groups.setdefault(line.category, CategoryAccount(category=line.category)).lines.append(account)
    for payment in payments:
        account_of = by_key.get(payment.line_key)
        if account_of is not None:
            account_of.spent += payment.takes
            account_of.recognised += payment.recognised
            account_of.waiting += payment.amount if payment.state == "handed_in" else ZERO
    for group in groups.values():
        for account in group.lines:
            group.add(account)
    return list(groups.values())


def total(groups: Iterable[CategoryAccount], *, granted: bool = True) -> Account:
    """The sum of all lines paid from the grant, or of all others."""
    whole = Account()
    for group in groups:
        for account in group.lines:
            if account.line.is_granted == granted:
                whole.add(account)
    return whole


def with_tolerance(planned: Decimal, tolerance: Decimal) -> Decimal:
    """The most that a line may come to, in whole fen, never rounded up."""
    return (planned * (HUNDRED + tolerance) / HUNDRED).quantize(FEN, ROUND_DOWN)


def room(day: date, others: Sequence[tuple[date, Decimal]], cap: Callable[[date], Decimal]) -> Decimal:
    """How much of a payment of that day still fits: what was recognised up to each later day stays within what held on
    that day, so that a plan that grew later excuses nothing that was spent before."""
    days = sorted({day, *(other for other, _amount in others if other > day)})
    free = [cap(each) - sum((amount for other, amount in others if other <= each), ZERO) for each in days]
    return max(min(free), ZERO)


def taken_before(payment: Payment, payments: Iterable[Payment]) -> Decimal:
    """What earlier payments of the same line take, in the order of days."""
    here = (payment.spent_on, payment.pk)
    return sum(
        (
            one.takes
            for one in payments
            if one.line_key == payment.line_key and one.pk != payment.pk and (one.spent_on, one.pk) < here
        ),
        ZERO,
    )
