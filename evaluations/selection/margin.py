"""The candidates in doubt: counted out where they are few, else left to the solver with what is known of them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluations.selection.effort import Effort
from evaluations.selection.lagrange import FINE
from evaluations.selection.part import Part, alike
from evaluations.selection.problem import Row
from evaluations.selection.programme import solve

AT_ONCE = 18
"""Candidates of whom all sets are added up in one go."""
BATCH = 16
"""Places that are settled in one go: powers of two as weights must stay small."""
ITSELF = -1
"""The column by which the chosen set itself is let in."""


@dataclass(frozen=True)
class Found:
    """A set that keeps every row, its value, and what no set can surpass; `first` among those of the same value."""

    chosen: frozenset[int]
    value: int
    bound: int
    first: bool

    @property
    def proven(self) -> bool:
        return self.value == self.bound


@dataclass(frozen=True)
class Margin:
    """The candidates in which a set of at least the value of the chosen one can differ from it, and their limits."""

    chosen: frozenset[int]
    value: int
    values: list[int]
    fixed: frozenset[int]
    free: list[int]
    rows: list[Row]

    @classmethod
    def of(cls, part: Part, chosen: frozenset[int]) -> "Margin":
        value, relaxed = part.worth(chosen), part.relaxed
        room = relaxed.fine - value * FINE if relaxed else 0
        free = [place for place in part.places if relaxed is None or abs(relaxed.reduced[place]) <= room]
        fixed = chosen.difference(free)
        rows = [row for row in part.rows_for(free, fixed) if row.weights and row.can_bind]
        for same in alike(part.values, rows, free):
            rows += [Row({one: 1, other: -1}, low=0) for one, other in pairwise(same)]
        return cls(chosen, value, part.values, fixed, free, rows)

    def joined(self, free: Iterable[int]) -> frozenset[int]:
        return self.fixed | frozenset(free)

    def counted_out(self) -> Found:
        """Every set is looked at, in whole numbers: for a few candidates that is the surest and soonest."""
        tail = self.free[-AT_ONCE:]
        head = self.free[: -len(tail)] if tail else []
        worth = _sums([self.values[place] for place in tail])
        totals = [_sums([row.weights.get(place, 0) for place in tail]) for row in self.rows]
        best, value = self.chosen.difference(self.fixed), -1
        for picks in product((True, False), repeat=len(head)):  # the greatest in dictionary order first
            taken = [place for place, yes in zip(head, picks, strict=True) if yes]
            allowed = np.ones(len(worth), bool)
            for row, total in zip(self.rows, totals, strict=True):
                used = row.sum(taken)
                if row.high is not None:
                    allowed &= total <= row.high - used
                if row.low is not None:
                    allowed &= total >= row.low - used
            if allowed.any():
                found = np.where(allowed, worth, -1)
                reached = int(found.max()) + sum(self.values[place] for place in taken)
                if reached > value:
                    code = int(np.flatnonzero(found == found.max())[-1])
                    rest = [place for at, place in enumerate(reversed(tail)) if code >> at & 1]
                    best, value = frozenset(taken + rest), reached
        chosen = self.joined(best)
        value = sum(self.values[place] for place in chosen)
        return Found(chosen, value, value, True)

    def best_other(self, effort: Effort) -> tuple[frozenset[int] | None, int | None, int]:
        """A set that differs and is worth as much or more, if there is one; what no such set surpasses; nodes.

        The chosen set itself is let in at half a unit less, by a column of its own: so the search knows from the start
        what need not be looked at.
        """
        own = self.chosen.difference(self.fixed)
        unit = math.gcd(*(self.values[place] for place in self.free)) or 1
        weights = {place: -1 if place in own else 1 for place in self.free} | {ITSELF: 1}
        answer = solve(
            [*(2 * self.values[place] // unit for place in self.free), -1],
            [*self.rows, Row(weights, low=1 - len(own))],
            [*self.free, ITSELF],
            effort,
            start=own | {ITSELF},
        )
        rival = None if answer.chosen is None else self.joined(answer.chosen - {ITSELF})
        most = None
        if answer.bound is not None:
            most = answer.bound // 2 * unit + sum(self.values[place] for place in self.fixed)
        return (None if rival == self.chosen else rival), most, answer.nodes

    def first(self, effort: Effort) -> tuple[frozenset[int], bool]:
        """Of the sets of this value the one that prefers earlier inputs, and whether that is settled."""
        free = self.free
        least = self.value - sum(self.values[place] for place in self.fixed)
        as_good = Row({place: self.values[place] for place in free if self.values[place]}, low=least)
        now = self.chosen.difference(self.fixed)
        settled: dict[int, int] = {}
        for start in range(0, len(free), BATCH):
            batch = free[start : start + BATCH]
            if not now.issuperset(batch):
                early = Row({place: 1 << at for at, place in enumerate(reversed(batch))})
                weights = [early.weights.get(place, 0) for place in free]
                answer = solve(weights, [*self.rows, as_good], free, effort, fixed=settled, start=now)
                if answer.chosen is None or answer.bound is None:
                    return self.joined(now), False
                now = max(now, answer.chosen, key=early.sum)
                if answer.bound > early.sum(now):
                    return self.joined(now), False
            settled |= {start + at: int(place in now) for at, place in enumerate(batch)}
        return self.joined(now), True


def _sums(weights: Sequence[int]) -> NDArray[Any]:
    """The sum of every subset; the number of the subset has a bit for each weight, the first one the highest."""
    sums = np.zeros(1, np.int64)
    for weight in reversed(weights):
        sums = np.concatenate([sums, sums + weight])
    return sums
