"""The programme of the panels: what must hold, and whether it can."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaluations.assignment.case import Case
from evaluations.assignment.programme import TINY, Programme


@dataclass(frozen=True)
class Panels:
    """A column for each pair that may be made, with its judge and project.

    Rows: `panel` for each project, `load` for each judge (at most so many), `skill` for each requirement and project.
    """

    programme: Programme
    judges: NDArray[np.int64]
    projects: NDArray[np.int64]
    panel: NDArray[np.int64]
    load: NDArray[np.int64]
    skill: tuple[NDArray[np.int64], ...]

    @classmethod
    def of(cls, case: Case) -> "Panels":
        judges, projects = np.nonzero(case.free)
        programme = Programme()
        pairs = programme.columns.add(case.fixed[judges, projects], np.ones(len(judges)))
        count = len(case.projects)
        panel = programme.rows.add(np.full(count, case.size), np.full(count, case.size))
        load = programme.rows.add(np.full(len(case.judges), -np.inf), case.loads)
        programme.entries(panel[projects], pairs)
        programme.entries(load[judges], pairs)
        rows = []
        for skill in case.skills:
            row = programme.rows.add(np.full(count, skill.minimum), np.full(count, np.inf))
            counted = skill.judges[judges]
            programme.entries(row[projects[counted]], pairs[counted])
            rows.append(row)
        return cls(programme, judges, projects, panel, load, tuple(rows))

    def cost(self, figures: NDArray[np.int64]) -> NDArray[np.int64]:
        """Costs of pairs, for all columns."""
        cost = np.zeros(len(self.programme.columns), dtype=np.int64)
        cost[: len(self.judges)] = figures[self.judges, self.projects]
        return cost


def is_feasible(case: Case) -> bool:
    if not case.projects:
        return True
    programme = Panels.of(case).programme
    cost = np.zeros(len(programme.columns))
    found = programme.solve(cost)
    if found is None:
        return False
    is_whole = np.abs(found.values - np.round(found.values)).max() < TINY
    return bool(is_whole) or programme.solve(cost, whole=True) is not None
