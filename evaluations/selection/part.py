"""A part of the problem that has nothing to do with the others, and the sets that are seen in it at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from evaluations.selection.lagrange import Relaxed, relax
from evaluations.selection.problem import Row, by_place


@dataclass(frozen=True)
class Part:
    """Candidates with the rows that they share; values and amounts are those of all candidates, by place."""

    values: list[int]
    amounts: list[int]
    rows: list[Row]
    places: list[int]

    @cached_property
    def relaxed(self) -> Relaxed | None:
        return relax(self.values, self.rows, self.places)

    def worth(self, chosen: Iterable[int]) -> int:
        return sum(self.values[place] for place in chosen)

    def allows(self, chosen: Collection[int]) -> bool:
        return all(row.allows(chosen) for row in self.rows)

    def rows_for(self, free: Collection[int], fixed: Collection[int]) -> list[Row]:
        """What is left of the rows for those that are free, when the fixed ones are chosen already."""
        return [row.less(fixed).only(free) for row in self.rows]

    def greedy(self) -> frozenset[int]:
        """By value for each fen, whatever fits; minimums are not looked at."""
        return self.filled(
            (), sorted(self.places, key=lambda place: (-self.values[place] / self.amounts[place], place))
        )

    def filled(self, chosen: Iterable[int], places: Iterable[int]) -> frozenset[int]:
        """With whoever of these still fits, in this order."""
        found = set(chosen)
        limited = [row for row in self.rows if row.high is not None]
        room = [(row.high or 0) - row.sum(found) for row in limited]
        limits = by_place(limited)
        for place in places:
            own = limits.get(place, ())
            if place not in found and all(weight <= room[index] for index, weight in own):
                found.add(place)
                for index, weight in own:
                    room[index] -= weight
        return frozenset(found)

    def in_order(self, chosen: frozenset[int]) -> frozenset[int]:
        """The same set, of those alike the first."""
        found = set(chosen)
        for same in alike(self.values, self.rows, self.places):
            count = sum(place in found for place in same)
            found.difference_update(same)
            found.update(same[:count])
        return frozenset(found)


def alike(values: list[int], rows: list[Row], places: Iterable[int]) -> list[list[int]]:
    """Candidates that differ in nothing but their place, together."""
    marks = by_place(rows)
    found: dict[Any, list[int]] = {}
    for place in places:
        found.setdefault((values[place], *marks.get(place, ())), []).append(place)
    return [same for same in found.values() if len(same) > 1]
