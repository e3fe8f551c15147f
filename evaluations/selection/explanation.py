"""Why each candidate is chosen or not in the best set, and what stands in the way of one more."""

from collections.abc import Collection, Hashable, Sequence
from itertools import takewhile

from evaluations.selection.figures import in_yuan
from evaluations.selection.nouns import Code, Quota, Reason
from evaluations.selection.problem import Problem


def reasons(problem: Problem, chosen: frozenset[int]) -> dict[Hashable, Reason]:
    used = problem.used(chosen)
    needed = _needed(problem, chosen, used)
    last = min((problem.scores[place] for place in chosen if place not in needed), default=None)
    found = {}
    for place, one in enumerate(problem.candidates):
        missing = problem.missing(place, used)
        if place in chosen:
            reason = Reason(Code.MINIMUM, quota=needed[place]) if place in needed else Reason(Code.CHOSEN)
        elif place not in problem.eligible:
            reason = problem.below_floor(place)
        elif full := next(problem.full(place, used), None):
            reason = full
        elif missing <= 0 or (last is not None and problem.scores[place] > last):
            reason = Reason(Code.OUTWEIGHED)
        else:
            reason = Reason(Code.NO_MONEY, missing=in_yuan(missing))
        found[one.id] = reason
    return found


def _needed(problem: Problem, chosen: frozenset[int], used: Sequence[int]) -> dict[int, Quota]:
    """Who is chosen because of a minimum that is just met: without it, another worth more could take the place."""
    minimums = [row for row, total in zip(problem.rows, used, strict=True) if row.low is not None and total == row.low]
    if not minimums:
        return {}
    values = problem.values
    others = sorted(problem.eligible - chosen, key=lambda place: -values[place])

    def could_be_replaced(place: int) -> bool:
        without = list(used)
        for index, weight in problem.limits[place]:
            without[index] -= weight
        return any(
            problem.missing(other, without) <= 0 and not any(problem.full(other, without))
            for other in takewhile(lambda other: values[other] > values[place], others)
        )

    found: dict[int, Quota] = {}
    for row in minimums:
        assert row.quota is not None
        own = [place for place in chosen if place in row.weights and place not in found]
        found |= {place: row.quota for place in own if could_be_replaced(place)}
    return found


def obstacles(problem: Problem, place: int, chosen: Collection[int]) -> tuple[Reason, ...]:
    """Floor, money and quotas that keep one that is not chosen from being added to the chosen ones."""
    if place in chosen:
        return ()
    used = problem.used(chosen)
    missing = problem.missing(place, used)
    found = [] if place in problem.eligible else [problem.below_floor(place)]
    if missing > 0:
        found.append(Reason(Code.NO_MONEY, missing=in_yuan(missing)))
    return (*found, *problem.full(place, used))
