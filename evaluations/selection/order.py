"""The walk along the published order: everybody in turn, until the money or a quota says no."""

from dataclasses import dataclass, field

from evaluations.selection.figures import in_yuan
from evaluations.selection.nouns import Code, Reason, Selection, Unmet
from evaluations.selection.problem import Problem


@dataclass(frozen=True)
class Walk:
    chosen: list[int] = field(default_factory=list)
    reasons: dict[int, Reason] = field(default_factory=dict)
    missing: dict[int, int] = field(default_factory=dict)
    """Of those for whom the money is not enough: what is missing (fen)."""


def published(problem: Problem) -> list[int]:
    """By score; equal scores in the order of the input."""
    return sorted(range(len(problem.scores)), key=lambda place: (-problem.scores[place], place))


def walk(problem: Problem, *, first: int | None = None, more: int = 0) -> Walk:
    """The order as published, with so much `more` money (fen).

    `first` is served before all others, or not at all when there is no room for it.
    """
    used = [0] * len(problem.rows)
    found = Walk()
    stopped = False
    order = published(problem)
    if first is not None:
        order.remove(first)
        order.insert(0, first)
    for place in order:
        missing = problem.missing(place, used) - more
        if place not in problem.eligible:
            found.reasons[place] = problem.below_floor(place)
        elif stopped:
            found.reasons[place] = Reason(Code.STOPPED)
        elif full := next(problem.full(place, used), None):
            found.reasons[place] = full
        elif missing > 0:
            found.missing[place] = missing
            found.reasons[place] = Reason(Code.NO_MONEY, missing=in_yuan(missing))
            stopped = problem.objective == "rank" and place != first
        else:
            for index, weight in problem.limits[place]:
                used[index] += weight
            found.chosen.append(place)
            found.reasons[place] = Reason(Code.CHOSEN)
    return found


def selected(problem: Problem) -> Selection:
    """Who is funded by the published order, and which minimums it does not reach."""
    found = walk(problem)
    value = problem.worth(sum(problem.scores[place] for place in found.chosen))
    sums = [(row.quota, row.sum(found.chosen)) for row in problem.rows if row.of == "min_count"]
    return Selection(
        chosen=problem.ids(found.chosen),
        value=value,
        spent=problem.spent(found.chosen),
        proven_optimal=True,
        reasons={one.id: found.reasons[place] for place, one in enumerate(problem.candidates)},
        bound=value,
        unmet=tuple(Unmet(quota, got) for quota, got in sums if quota and got < (quota.min_count or 0)),
    )
