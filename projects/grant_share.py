"""What share of all money is the grant's (资助占比), and by how much the grant has to fall so that it holds. No ORM.

The field's rule (field guide 1.4): at the end the share is calculated anew from what was really spent; where the
matching funds have not come, the grant is cut in proportion.
"""

from dataclasses import dataclass
from decimal import Decimal

from core.money import CENT, round_half_up

ZERO, HUNDRED = Decimal("0.00"), Decimal(100)


@dataclass(frozen=True)
class Share:
    """A grant beside the money of others, and the highest share that the call allows (percent; 100: no rule)."""

    grant: Decimal
    others: Decimal
    highest: Decimal = HUNDRED

    @property
    def total(self) -> Decimal:
        return self.grant + self.others

    @property
    def percent(self) -> Decimal | None:
        """Percent of all money, half-up to two places; None where there is no money at all."""
        return round_half_up(self.grant * 100 / self.total) if self.total else None

    @property
    def has_rule(self) -> bool:
        return self.highest < HUNDRED

    @property
    def holds(self) -> bool:
        """Exact, whatever the rounded percentage shows."""
        return self.grant * 100 <= self.highest * self.total

    @property
    def most(self) -> Decimal:
        """The highest grant to the fen beside this money of others with which the share holds."""
        if not self.has_rule or self.holds:
            return self.grant
        most = round_half_up(self.others * self.highest / (HUNDRED - self.highest))
        if most * 100 > self.highest * (most + self.others):
            most -= CENT  # rounding up has passed the share by less than a fen
        return max(most, ZERO)

    @property
    def fall(self) -> Decimal:
        """By how much the grant would have to fall so that the share holds, in yuan; 0.00 when it holds."""
        return self.grant - self.most
