"""What HiGHS is asked, what it answers, and the check of each answer in whole numbers."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import highspy

from evaluations.selection.effort import Effort
from evaluations.selection.problem import Row
from evaluations.solver import Solver, Status, model

AGAIN = 20
"""Times that sets which break a limit are cut off."""
BITS = 24
"""Of the largest figure that HiGHS is given."""
ENDED = (Status.kOptimal, Status.kInfeasible, Status.kSolutionLimit, Status.kIterationLimit, Status.kInterrupt)
"""Ways of ending in which what HiGHS says is worth reading."""


@dataclass(frozen=True)
class Answer:
    """A set that keeps every row to the fen, and an upper bound for all of them; None where the search gave none."""

    chosen: frozenset[int] | None
    bound: int | None
    infeasible: bool = False
    nodes: int = 0
    is_optimal: bool = False


@dataclass(frozen=True)
class Line:
    """A row as HiGHS wants it, by column."""

    columns: list[int]
    weights: list[int]
    low: int | None
    high: int | None

    @classmethod
    def of(cls, row: Row, places: Sequence[int]) -> "Line":
        at = {place: column for column, place in enumerate(places)}
        kept = {at[place]: weight for place, weight in row.weights.items() if place in at}
        return cls(list(kept), list(kept.values()), row.low, row.high)

    @property
    def shift(self) -> int:
        return _shift(self.weights)

    @property
    def scaled(self) -> tuple[list[float], float, float]:
        """Weights, low, high; a limit that becomes a fraction is moved by half a unit, where no whole number lies."""
        shift = self.shift
        half = 0.5 if shift else 0.0
        low = -math.inf if self.low is None else math.ldexp(self.low - half, -shift)
        high = math.inf if self.high is None else math.ldexp(self.high + half, -shift)
        return [math.ldexp(weight, -shift) for weight in self.weights], low, high


@dataclass(frozen=True)
class Raw:
    """What HiGHS says, in doubles; no values when it found no set."""

    infeasible: bool
    optimal: bool
    values: list[float]
    bound: float
    duals: list[float] | None
    nodes: int


def solve(
    worth: Sequence[int],
    rows: list[Row],
    places: list[int],
    effort: Effort | None,
    *,
    fixed: Mapping[int, int] | None = None,
    start: Collection[int] | None = None,
) -> Answer:
    """The set of greatest worth, checked in integers.

    `worth` and `fixed` go by the order of `places`. `start` is a set that keeps the rows, from which the search begins.
    """
    if not places:
        return Answer(frozenset(), 0) if all(row.allows(()) for row in rows) else Answer(None, None, infeasible=True)
    unit = math.gcd(*worth) or 1
    worth = [value // unit for value in worth]
    lines = [Line.of(row, places) for row in rows]
    begin = None if start is None else [float(place in start) for place in places]
    is_exact = sum(map(abs, worth)) < 1 << 52
    for _again in range(AGAIN):
        raw = run(worth, lines, effort=effort, fixed=fixed, start=begin)
        if raw is None:
            break
        if raw.infeasible:
            return Answer(None, None, infeasible=True)
        bound = math.floor(raw.bound) if is_exact and math.isfinite(raw.bound) else None
        if not raw.values:
            return Answer(None, None if bound is None else bound * unit, nodes=raw.nodes)
        columns = {column for column, value in enumerate(raw.values) if value > 0.5}
        chosen = frozenset(places[column] for column in columns)
        broken = [index for index, row in enumerate(rows) if not row.allows(chosen)]
        if not broken:
            total = sum(worth[column] for column in columns)
            if bound is not None and raw.optimal:
                bound = max(bound, total)
            return Answer(chosen, None if bound is None else bound * unit, nodes=raw.nodes, is_optimal=raw.optimal)
        lines += [_cut(lines[index], columns) for index in broken]
    return Answer(None, None)


def _cut(broken: Line, columns: Collection[int]) -> Line:
    """A line that this set breaks, said so that no double can miss it, and no set that keeps it is lost.

    Its weights are not negative: the rows that have such have ones only, and those a double does not miss.
    """
    taken = [column for column in broken.columns if column in columns]
    total = sum(weight for column, weight in zip(broken.columns, broken.weights, strict=True) if column in columns)
    if broken.high is not None and total > broken.high:
        return Line(taken, [1] * len(taken), None, len(taken) - 1)
    rest = [column for column in broken.columns if column not in columns]
    return Line(rest, [1] * len(rest), 1, None)


def run(
    worth: Sequence[int],
    lines: Sequence[Line],
    *,
    integer: bool = True,
    effort: Effort | None = None,
    fixed: Mapping[int, int] | None = None,
    upper: Mapping[int, int] | None = None,
    start: list[float] | None = None,
) -> Raw | None:
    """Maximise over columns from 0 to 1 (`upper`: a continuous one up to there).

    None when HiGHS gives up or the effort is over.
    """
    upper = upper or {}
    asked = _asked(worth, lines, fixed or {}, upper)
    if integer:
        whole, any_number = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        asked.integrality_ = [any_number if column in upper else whole for column in range(len(worth))]
    options: dict[str, Any] = {"mip_abs_gap": 0.0, "mip_allow_restart": False}  # measured: half the time
    if effort is not None:
        if effort.is_over:
            return None
        options["mip_max_nodes"] = effort.nodes
    if start is not None:
        options["mip_heuristic_effort"] = 0.0
    solver = Solver(**options)
    if integer and effort is not None and effort.until is not None:
        solver.stop_when(lambda: effort.is_over)
    status = solver.solve_model(asked, start)
    if status not in ENDED:
        return None
    info, solution, shift = solver.getInfo(), solver.getSolution(), _shift(worth)
    duals = None
    if status == Status.kOptimal and not integer:
        duals = [math.ldexp(dual, shift - line.shift) for dual, line in zip(solution.row_dual, lines, strict=True)]
    return Raw(
        infeasible=status == Status.kInfeasible,
        optimal=status == Status.kOptimal,
        values=list(solution.col_value) if solver.has_solution else [],
        bound=math.ldexp(info.mip_dual_bound if integer else info.objective_function_value, shift),
        duals=duals,
        nodes=max(int(info.mip_node_count), 0),
    )


def _asked(
    worth: Sequence[int], lines: Sequence[Line], fixed: Mapping[int, int], upper: Mapping[int, int]
) -> highspy.HighsLp:
    """Large numbers are divided by a power of two, which a double does exactly."""
    columns, shift = range(len(worth)), _shift(worth)
    lows, highs, at_row, at_column, values = [], [], [], [], []
    for index, line in enumerate(lines):
        weights, low, high = line.scaled
        lows.append(low)
        highs.append(high)
        at_row += [index] * len(weights)
        at_column += line.columns
        values += weights
    asked = model(
        [math.ldexp(value, -shift) for value in worth],
        ([fixed.get(at, 0) for at in columns], [fixed.get(at, upper.get(at, 1)) for at in columns]),
        (lows, highs),
        (at_row, at_column, values),
    )
    asked.sense_ = highspy.ObjSense.kMaximize
    return asked


def _shift(numbers: Iterable[int]) -> int:
    """By how many bits to move these so that the largest has no more than `BITS`."""
    return max(0, max((abs(number).bit_length() for number in numbers), default=0) - BITS)
