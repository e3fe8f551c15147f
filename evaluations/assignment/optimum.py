"""The best of all assignments: one objective after the other, each only among the optima of those before."""

import numpy as np
from numpy.typing import NDArray

from evaluations.assignment.balance import Outside, Steps
from evaluations.assignment.case import Case
from evaluations.assignment.panels import Panels
from evaluations.assignment.programme import TINY

WINDOW = 8
"""Loads this far from the level are priced one by one; further off by a line that is corrected if it matters."""
CLOSE = 1e-3
"""Sums of whole costs that differ by less are the same."""


class Nothing(Exception):
    """Nothing is feasible."""


def optimal_pairs(case: Case, lots: tuple[NDArray[np.int64], NDArray[np.int64]]) -> tuple[NDArray[np.bool_], bool]:
    """Who judges what, and whether that is proven to be the best; `Nothing` when no assignment keeps what must hold."""
    objectives = [*([-case.gains] if case.gains.any() else []), *lots]
    width, whole = WINDOW, False
    while True:
        panels = Panels.of(case)
        steps = Steps.added(case, panels, width)
        costs = [steps.cost, *map(panels.cost, objectives)]
        try:
            values, proven = by_branching(panels, steps, costs) if whole else (_at_corners(panels, steps, costs), True)
        except Outside:
            width *= 4
            continue
        if values is not None:
            return _checked(case, panels, values), proven
        whole = True


def _at_corners(panels: Panels, steps: Steps, costs: list[NDArray[np.int64]]) -> NDArray[np.float64] | None:
    """The optimum if the linear programme ends in whole figures; they then reach each of its bounds. None if not."""
    values = np.empty(0)
    bounds: list[float] = []
    for cost in costs:
        found = panels.programme.solve(cost)
        if found is None:
            raise Nothing
        if not bounds:
            steps.keep(panels, found.values)
        values = found.values
        bounds.append(found.objective)
        panels.programme.narrow(found)
    whole = np.round(values)
    reached = all(whole @ cost - bound < CLOSE for cost, bound in zip(costs, bounds, strict=True))
    return whole if reached and np.abs(whole - values).max() < TINY else None


def by_branching(panels: Panels, steps: Steps, costs: list[NDArray[np.int64]]) -> tuple[NDArray[np.float64], bool]:
    """The optimum by branch and bound, and whether all of it is proven."""
    programme = panels.programme
    values, proven = np.empty(0), True
    for cost in costs:
        linear, found = programme.solve(cost), programme.solve(cost, whole=True)
        if linear is None or found is None:
            if not len(values):
                raise Nothing
            return values, False
        if not len(values):
            steps.keep(panels, found.values)
        values, proven = np.round(found.values), proven and found.proven
        reached = int(values @ cost)
        if reached - linear.objective < CLOSE:
            programme.narrow(linear)
        else:
            row, columns = programme.rows.add([-np.inf], [reached]), np.flatnonzero(cost)
            programme.entries(np.repeat(row, len(columns)), columns, cost[columns])
    return values, proven


def _checked(case: Case, panels: Panels, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The pairs as a matrix, everything that must hold looked at once more, in whole numbers."""
    chosen = np.zeros(case.free.shape, dtype=bool)
    chosen[panels.judges, panels.projects] = values[: len(panels.judges)] > 0.5
    held = (
        not (chosen & ~case.free).any()
        and not (case.fixed & ~chosen).any()
        and (chosen.sum(axis=0) == case.size).all()
        and (chosen.sum(axis=1) <= case.loads).all()
        and all((chosen[skill.judges].sum(axis=0) >= skill.minimum).all() for skill in case.skills)
    )
    if not held:
        raise RuntimeError("HiGHS gave a solution that does not hold")
    return chosen
