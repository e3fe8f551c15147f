"""Adding up and ranking: pure calculation, no ORM. The rule is the one published in the call.

From a panel size that the call names (field guide 2.3: five) the highest and the lowest sheet are left out, one each,
so that no single judge decides; the mean of the rest is rounded half-up to two places. Bonuses (field guide 2.3, after
the rules of Zhongshan) are added afterwards and kept apart. Places are given within a track; between equal scores the
order stated beforehand decides, and in the end a recorded lot.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import round_half_up


@dataclass(frozen=True)
class Entry:
    """A project to be ranked: its track, its score, and what decides between equal scores (higher first)."""

    id: Hashable
    track: Hashable
    score: Decimal
    tie_break: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Ranked:
    """A project's place among those of its track; equal in everything means the same place."""

    id: Hashable
    track: Hashable
    rank: int
    score: Decimal


@dataclass(frozen=True)
class Sum:
    """What the sheets of one panel add up to, and how.

    `counted` are the indexes of the sheets that count, `dropped` those of the highest and the lowest when they were
    left out; `base` is the mean of the counted ones (out of 100), `bonus` comes on top.
    """

    base: Decimal
    bonus: Decimal
    counted: tuple[int, ...]
    dropped: tuple[int, ...] = ()

    @property
    def score(self) -> Decimal:
        return self.base + self.bonus


def add_up(totals: Sequence[Decimal], *, drop_from: int = 0, bonuses: Iterable[Decimal] = ()) -> Sum:
    """The score of a panel whose sheets have these totals, by the rule `drop_from` of its call.

    With `drop_from` or more sheets the first highest and the first lowest are left out; 0 leaves none out, and so do
    fewer sheets. ValueError when there is no sheet, or when `drop_from` would leave none.
    """
    if drop_from and drop_from < 3:
        raise ValueError("Of fewer than three sheets none can be left out")
    indexes = list(range(len(totals)))
    dropped: tuple[int, ...] = ()
    if drop_from and len(totals) >= drop_from:
        highest = max(indexes, key=lambda index: (totals[index], -index))
        lowest = min((index for index in indexes if index != highest), key=lambda index: (totals[index], index))
        dropped = tuple(sorted((highest, lowest)))
    counted = tuple(index for index in indexes if index not in dropped)
    bonus = round_half_up(sum(bonuses, Decimal(0)))
    return Sum(average([totals[index] for index in counted]), bonus, counted, dropped)


def average(totals: Sequence[Decimal]) -> Decimal:
    """The mean of the sheets' totals (each out of 100), half-up to two places; ValueError when there is none."""
    if not totals:
        raise ValueError("There is no score to average")
    return round_half_up(sum(totals, Decimal(0)) / len(totals))


def rank(entries: Iterable[Entry]) -> list[Ranked]:
    """Places within each track, best first: 1, 2, 2, 4. Tracks come in the order in which they first appear."""
    tracks: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        tracks.setdefault(entry.track, []).append(entry)
    ranked = []
    for track, found in tracks.items():
        found.sort(key=lambda entry: (entry.score, entry.tie_break), reverse=True)
        place, before = 0, None
        for position, entry in enumerate(found, start=1):
            merit = (entry.score, entry.tie_break)
            if merit != before:
                place, before = position, merit
            ranked.append(Ranked(entry.id, track, place, entry.score))
    return ranked
