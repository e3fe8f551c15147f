"""Adding up and ranking: pure calculation, no ORM. The rule is the one published in the call."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import round_half_up

EXCELLENT, GOOD = Decimal(90), Decimal(80)
"""Grades of field guide 2.9 E: from 90 excellent, from 80 good, from the pass mark a pass."""


@dataclass(frozen=True)
class Entry:
    """A project to be ranked: its track, its score out of 100, and what decides between equal scores (higher first)."""

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


def grade(score: Decimal, *, pass_mark: Decimal) -> str:
    """The grade of an evaluation score out of 100: "excellent", "good", "pass" or "fail"."""
    if score < pass_mark:
        return "fail"
    if score >= EXCELLENT:
        return "excellent"
    return "good" if score >= GOOD else "pass"
