"""HiGHS as both calculations use it: without a word, on one thread, to the optimum itself."""

from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from numpy.typing import ArrayLike

Status = highspy.HighsModelStatus
Bounds = tuple[ArrayLike, ArrayLike]


def model(
    cost: ArrayLike, columns: Bounds, rows: Bounds, entries: tuple[ArrayLike, ArrayLike, ArrayLike]
) -> highspy.HighsLp:
    """A linear programme to be minimised: bounds as (lower, upper), entries as (rows, columns, values)."""
    at_row, at_column = (np.asarray(places, dtype=np.int32) for places in entries[:2])
    order = np.lexsort((at_row, at_column))
    found = highspy.HighsLp()
    found.col_cost_ = np.asarray(cost, dtype=float)
    found.col_lower_, found.col_upper_ = (np.asarray(bound, dtype=float) for bound in columns)
    found.row_lower_, found.row_upper_ = (np.asarray(bound, dtype=float) for bound in rows)
    found.num_col_, found.num_row_ = len(found.col_cost_), len(found.row_lower_)
    found.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    found.a_matrix_.start_ = np.searchsorted(at_column[order], np.arange(found.num_col_ + 1)).astype(np.int32)
    found.a_matrix_.index_ = at_row[order]
    found.a_matrix_.value_ = np.asarray(entries[2], dtype=float)[order]
    return found


class Solver(highspy.Highs):
    """Further options are those of HiGHS.

    HiGHS keeps one pool of threads a process: whoever asks for another number later gets an error, no solution.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__()
        for name, value in {"threads": 1, "mip_rel_gap": 0.0, **options}.items():
            self.setOptionValue(name, value)

    def enableCallbacks(self) -> None:
        """The first thing that HiGHS does when it is made: later it would have printed its banner."""
        self.silent()
        super().enableCallbacks()

    def stop_when(self, is_over: Callable[[], bool]) -> None:
        """End the search of an integer programme as soon as this says so; HiGHS's own limit counts waiting, too."""

        def ask(event: Any) -> None:
            if is_over():
                event.interrupt()

        self.cbMipInterrupt.subscribe(ask)

    def solve_model(self, asked: highspy.HighsLp, start: list[float] | None = None) -> Status:
        """How it ended; `start` is a solution from which the search begins. Nothing here is ever unbounded."""
        self.passModel(asked)
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start
            self.setSolution(solution)
        self.run()
        status = self.getModelStatus()
        return Status.kInfeasible if status == Status.kUnboundedOrInfeasible else status

    @property
    def has_solution(self) -> bool:
        """One that keeps all it was asked to keep."""
        return self.getInfo().primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
