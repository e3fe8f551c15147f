"""Is a unit price out of line with what others ask for the same thing? Shown to reviewers, never an automatic refusal.

Method: the modified z-score of Iglewicz and Hoaglin (1993), 0.6745 × (x − median) / MAD, where MAD is the median
absolute deviation; both withstand the odd figures that a mean would follow. |z| > 3.5 is far, as they recommend. When
more than half of the peers ask the very same price the MAD is 0: then the mean absolute deviation stands in
(x − median) / (1.253314 × MeanAD), and when that is 0 too, any other price is out of line.

A spread of next to nothing makes a cent look like an outlier: where most ask 20.00, 20.01 has no finite z at all. What
is less than a fifth off the median is therefore never called far: three honest offers for one thing differ by as much,
and a reviewer has better things to look at.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from statistics import median
from typing import Any

FAR = 3.5
FEWEST = 5
"""With fewer peers a median says nothing."""
ALIKE = 0.5
LEAST = Decimal("0.2")
"""The least distance from the median, as a share of it, that is worth a reviewer's look."""


@dataclass(frozen=True)
class PeerPrice:
    """One line against its peers: the median price (yuan), how many peers, and the robust z (None: no spread)."""

    line: Any
    median: Decimal
    peers: int
    z: float | None

    @property
    def is_far(self) -> bool:
        """Far in the spread of the others, and by an amount that matters."""
        distance = abs(self.line.unit_price - self.median)
        return distance > 0 and distance >= LEAST * self.median and (self.z is None or abs(self.z) > FAR)

    @property
    def is_dear(self) -> bool:
        return self.line.unit_price > self.median


@lru_cache(maxsize=10_000)
def pairs_of(text: str) -> frozenset[str]:
    """The two-character pieces of an item's name, without width, case and punctuation."""
    plain = re.sub(r"[\W_\d]+", "", unicodedata.normalize("NFKC", text).casefold())
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1)) or frozenset({plain})


def are_alike(left: Any, right: Any) -> bool:
    """Like items: the same category and unit, and names that share at least half of their pieces (Dice)."""
    if (left.category, left.unit.strip()) != (right.category, right.unit.strip()):
        return False
    a, b = pairs_of(left.item), pairs_of(right.item)
    return 2 * len(a & b) >= ALIKE * (len(a) + len(b))


def robust_z(value: Decimal, others: list[Decimal]) -> float | None:
    """The modified z-score of `value` among `others`; 0.0 at the median, None when all others agree and it differs."""
    middle = median(others)
    distance = float(value - middle)
    if distance == 0:
        return 0.0
    deviations = [abs(other - middle) for other in others]
    mad = float(median(deviations))
    if mad:
        return 0.6745 * distance / mad
    mean = float(sum(deviations)) / len(deviations)
    return distance / (1.253314 * mean) if mean else None


def compare(lines: Iterable[Any], others: Iterable[Any]) -> list[PeerPrice]:
    """For each line that has at least five like items among `others`: where its price stands."""
    others = list(others)
    found = []
    for line in lines:
        prices = [other.unit_price for other in others if are_alike(line, other)]
        if len(prices) >= FEWEST:
            found.append(PeerPrice(line, median(prices), len(prices), robust_z(line.unit_price, prices)))
    return found
