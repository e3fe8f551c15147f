"""Lagrange's bound: an upper bound that is exact, and who can differ between two of the best sets."""

import math
from dataclasses import dataclass

from evaluations.selection.problem import Row
from evaluations.selection.programme import Line, run

FINE = 1 << 20


@dataclass(frozen=True)
class Relaxed:
    """Lagrange's bound; `fine` is the same and `reduced` the reduced values, in units of 1/FINE."""

    bound: int
    fine: int
    reduced: dict[int, int]


def relax(values: list[int], rows: list[Row], places: list[int]) -> Relaxed | None:
    """The bound by the multipliers of the linear problem, rounded: valid whatever they are. None without any."""
    answer = run([values[place] for place in places], [Line.of(row, places) for row in rows], integer=False)
    if answer is None or answer.duals is None:
        return None
    reduced = {place: values[place] * FINE for place in places}
    fine = 0
    for row, dual in zip(rows, answer.duals, strict=True):
        multiplier = round(dual * FINE) if math.isfinite(dual) else 0
        limit = row.high if multiplier > 0 else row.low
        if multiplier and limit is not None:
            fine += multiplier * limit
            for place, weight in row.weights.items():
                reduced[place] -= multiplier * weight
    fine += sum(value for value in reduced.values() if value > 0)
    return Relaxed(fine // FINE, fine, reduced)
