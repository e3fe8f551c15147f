"""What an evaluation comes to: bands, sums of sheets, and the share of the excellent."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from core.money import round_half_up
from evaluations.marks import Scale, Total, grade, mean, propose, stay_excellent
from evaluations.marks import places as places_for_excellent

BANDS = ((100, "10"), (80, "6.67"), (60, "3.33"))
GRANTED = 25000


@dataclass(frozen=True)
class Spent:
    """So much of the grant is recognised: the share as it is shown, and the points of its band."""

    amount: Decimal
    shown: Decimal
    points: Decimal


@lru_cache
def banded() -> tuple[Spent, ...]:
    """The third lacks one yuan to the band: 79.996 percent, which is shown as 80.00."""
    return tuple(
        Spent(
            Decimal(amount),
            round_half_up(Decimal(amount) * 100 / GRANTED),
            propose(Fraction(100 * amount, GRANTED), most=Decimal(10), bands=BANDS),
        )
        for amount in (25000, 20000, 19999, 12000)
    )


@dataclass(frozen=True)
class Evaluated:
    """Two sheets as they were filled in, as far as they count, and what the panel comes to."""

    sheets: tuple[Total, ...]
    scale: Scale

    @property
    def counted(self) -> list[Total]:
        return [one.counted for one in self.sheets]

    @property
    def total(self) -> Total:
        return mean(self.sheets)

    @property
    def grade(self) -> str:
        return grade(self.total.score, self.scale)


@lru_cache
def evaluated() -> Evaluated:
    """The second sheet has more bonus than reaches to the full points."""
    given = ((88, 5, 1), (97, 5, 0))
    return Evaluated(tuple(Total(*(Decimal(part) for part in parts)) for parts in given), Scale())


@dataclass(frozen=True)
class Excellent:
    """So many projects with a final result, the call's share in percent, and which stay excellent."""

    count: int
    share: int
    scores: tuple[tuple[str, int], ...]

    @property
    def most(self) -> int:
        return places_for_excellent(self.count, self.share)

    @property
    def stay(self) -> list[str]:
        return sorted(map(str, stay_excellent({name: Decimal(score) for name, score in self.scores}, self.most)))


@lru_cache
def excellent() -> tuple[Excellent, ...]:
    """One place: it goes to the best; between two equals it goes to neither."""
    return (Excellent(7, 20, (("甲", 96), ("乙", 95))), Excellent(7, 20, (("甲", 96), ("乙", 96), ("丙", 91))))
