"""A linear programme with whole figures, put together piece by piece and solved by HiGHS."""

from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

from evaluations.solver import Solver, Status, model

NODES = 2000
"""Of branch and bound, for one objective."""
TINY = 1e-5
"""Below this a reduced cost is none, and a figure is whole: true ones are at least a simple fraction."""


@dataclass(frozen=True)
class Solution:
    """What HiGHS found. The duals are those of the linear programme."""

    values: NDArray[np.float64]
    reduced: NDArray[np.float64]
    rows: NDArray[np.float64]
    row_duals: NDArray[np.float64]
    objective: float
    proven: bool


@dataclass
class Bounds:
    """Of columns or of rows: the least and the greatest that each may be."""

    lower: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    upper: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.lower)

    def add(self, lower: ArrayLike, upper: ArrayLike) -> NDArray[np.int64]:
        """The places of the new ones."""
        first = len(self)
        self.lower = np.concatenate([self.lower, np.asarray(lower, dtype=float)])
        self.upper = np.concatenate([self.upper, np.asarray(upper, dtype=float)])
        return np.arange(first, len(self))

    def fix(self, which: NDArray[np.bool_], values: NDArray[np.float64]) -> None:
        self.lower[which] = self.upper[which] = np.round(values[which])


@dataclass
class Programme:
    """Solved afresh each time, so nothing depends on what was before."""

    columns: Bounds = field(default_factory=Bounds)
    rows: Bounds = field(default_factory=Bounds)
    pieces: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)

    def entries(self, rows: NDArray[np.int64], columns: NDArray[np.int64], values: ArrayLike = 1.0) -> None:
        self.pieces.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=float), rows.shape)))

    def solve(self, cost: NDArray[Any], *, whole: bool = False) -> Solution | None:
        """The least cost, in whole figures if asked for; None when nothing is feasible."""
        at_row, at_column, values = (np.concatenate(parts) for parts in zip(*self.pieces, strict=True))
        columns, rows = (self.columns.lower, self.columns.upper), (self.rows.lower, self.rows.upper)
        asked = model(cost, columns, rows, (at_row, at_column, values))
        if whole:
            asked.integrality_ = [highspy.HighsVarType.kInteger] * len(self.columns)
            solver = Solver(mip_abs_gap=0.5, mip_max_nodes=NODES)  # costs are whole
        else:
            solver = Solver(solver="simplex")  # ends at a corner
        status = solver.solve_model(asked)
        if status == Status.kInfeasible:
            return None
        proven = status == Status.kOptimal
        if not solver.has_solution or not (proven or whole):
            raise RuntimeError(f"HiGHS stopped without a solution: {solver.modelStatusToString(status)}")
        found = solver.getSolution()
        return Solution(
            values=np.array(found.col_value),
            reduced=np.array(found.col_dual),
            rows=np.array(found.row_value),
            row_duals=np.array(found.row_dual),
            objective=solver.getInfo().objective_function_value,
            proven=proven,
        )

    def narrow(self, solution: Solution) -> None:
        """Leave only what is as good as this solution of the linear programme: all of that, and nothing else."""
        self.columns.fix(np.abs(solution.reduced) > TINY, solution.values)
        self.rows.fix(np.abs(solution.row_duals) > TINY, solution.rows)
