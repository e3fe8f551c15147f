"""How each kind of ledger entry moves money between the places of a fund. No ORM here.

outside → free → reserved → committed → paid, each step with its way back. A place never holds less than nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal("0.00")
PLACES = ("free", "reserved", "committed", "paid")

MOVES: dict[str, tuple[str, str]] = {
    "allocate": ("", "free"),
    "unallocate": ("free", ""),
    "reserve": ("free", "reserved"),
    "release": ("reserved", "free"),
    "commit": ("reserved", "committed"),
    "decommit": ("committed", "free"),
    "pay": ("committed", "paid"),
    "reverse": ("paid", "committed"),
    "refund": ("paid", "free"),
    "clawback": ("paid", "free"),
    "unrefund": ("free", "paid"),
    "interest": ("", "free"),
}
"""From where to where, by kind of entry; "" is outside the fund."""

COUNTER: dict[str, str] = {
    "allocate": "unallocate",
    "refund": "unrefund",
    "clawback": "unrefund",
    "interest": "unallocate",
}
"""What takes back a mistyped entry. All others are written by the platform itself and have no figure to mistype."""


@dataclass(frozen=True)
class Balance:
    """Where money stands, in yuan: the sum of the moves of a fund, or of one project (then `free` says nothing)."""

    free: Decimal = ZERO
    reserved: Decimal = ZERO
    committed: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def allocated(self) -> Decimal:
        """Everything that came in, wherever it stands now."""
        return self.free + self.reserved + self.committed + self.paid

    def after(self, kind: str, amount: Decimal) -> "Balance":
        """The balance when `amount` yuan have moved as this kind says."""
        source, target = MOVES[kind]
        places = {place: getattr(self, place) for place in PLACES}
        if source:
            places[source] -= amount
        if target:
            places[target] += amount
        return Balance(**places)

    @property
    def overdrawn(self) -> list[str]:
        """The places that hold less than nothing."""
        return [place for place in PLACES if getattr(self, place) < 0]


def balance_of(sums: Iterable[tuple[str, Decimal]]) -> Balance:
    """The balance after these kinds and amounts, in whatever order."""
    balance = Balance()
    for kind, amount in sums:
        balance = balance.after(kind, amount)
    return balance


@dataclass(frozen=True)
class Account:
    """What the ledger says of one project, in yuan."""

    reserved: Decimal = ZERO
    committed: Decimal = ZERO
    paid_out: Decimal = ZERO
    returned: Decimal = ZERO
    interest: Decimal = ZERO
    """What its bank account bore and came to the fund: new money, no return of what was paid."""

    @property
    def held(self) -> Decimal:
        """What the group has of the fund's money now."""
        return self.paid_out - self.returned


def account_of(sums: Iterable[tuple[str, Decimal]]) -> Account:
    """The account of one project from the sums of its entries by kind."""
    by_kind = dict.fromkeys(MOVES, ZERO)
    for kind, amount in sums:
        by_kind[kind] += amount
    balance = balance_of(by_kind.items())
    return Account(
        reserved=balance.reserved,
        committed=balance.committed,
        paid_out=by_kind["pay"] - by_kind["reverse"],
        returned=by_kind["refund"] + by_kind["clawback"] - by_kind["unrefund"],
        interest=by_kind["interest"] - by_kind["unallocate"],
    )
