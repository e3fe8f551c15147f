"""What loads cost: the square of each, said so that a linear programme meets it exactly."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluations.assignment.case import Case
from evaluations.assignment.panels import Panels
from evaluations.assignment.programme import TINY


class Outside(Exception):
    """Loads lie where the cost of the steps is not the square."""


@dataclass(frozen=True)
class Steps:
    """What loads cost: each judge's from 0 to `low` at once, then one by one, then from `high` on at once.

    On [low − 1, high + 1] the cost is the square of the load (less a constant), outside it is below the square. So an
    optimum whose loads lie inside is one for the squares.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    cost: NDArray[np.int64]

    @classmethod
    def added(cls, case: Case, panels: Panels, width: int) -> "Steps":
        """The steps of the loads, added to the programme of the panels."""
        middle = np.clip(level(case.most, len(case.projects) * case.size), case.fixed.sum(axis=1), case.most)
        low, high = np.maximum(middle - width, 0), np.minimum(middle + width, case.most)
        programme, everybody = panels.programme, np.arange(len(low))
        programme.rows.lower[panels.load] = programme.rows.upper[panels.load] = 0
        first = programme.columns.add(np.zeros(len(low)), low)
        last = programme.columns.add(np.zeros(len(low)), case.most - high)
        owner = np.repeat(everybody, high - low)
        number = np.concatenate([np.arange(start, end) for start, end in zip(low, high, strict=True)])
        single = programme.columns.add(np.zeros(len(owner)), np.ones(len(owner)))
        for columns, judges in ((first, everybody), (last, everybody), (single, owner)):
            programme.entries(panels.load[judges], columns, -1.0)
        cost = np.zeros(len(programme.columns), dtype=np.int64)
        cost[first], cost[last], cost[single] = 2 * low - 1, 2 * high + 1, 2 * number + 1
        return cls(low, high, first, last, cost)

    def keep(self, panels: Panels, values: NDArray[np.float64]) -> None:
        """Have only loads on which the cost is the square from now on; `Outside` when these are not."""
        loads = np.bincount(panels.judges, weights=values[: len(panels.judges)], minlength=len(self.low))
        if (loads < self.low - 1 - TINY).any() or (loads > self.high + 1 + TINY).any():
            raise Outside
        columns = panels.programme.columns
        columns.lower[self.first] = np.maximum(self.low - 1, 0)
        columns.upper[self.last] = np.minimum(columns.upper[self.last], 1)


def level(most: NDArray[np.int64], needed: int) -> int:
    """The least load that gives as many places as needed, were each to take as much of it as possible."""
    greatest = int(most.max(initial=0))
    return next((load for load in range(greatest) if np.minimum(most, load).sum() >= needed), greatest)
