"""The best set: the problem falls into parts, and in each a likely set has to stand up to the best of all others."""

from collections.abc import Iterable
from dataclasses import replace

from evaluations.selection.effort import Effort
from evaluations.selection.lagrange import relax
from evaluations.selection.margin import Found, Margin
from evaluations.selection.part import Part
from evaluations.selection.problem import Problem, Row
from evaluations.selection.programme import solve

EFFORT = 5000
"""Nodes of the search tree before it ends unproven."""
AT_FIRST, AT_LEAST = 500, 200
"""Nodes for a first set, and for the smallest part."""
DOUBTFUL = 40
"""Candidates among whom a first set is sought."""
FIRST_SHARE = 0.4
"""Of the time, for a first set."""
AT_MOST = 20.0
"""Seconds for any set at all, where the search ended before it had one and what is taken greedily misses a minimum."""
FEW, MANY = 14, 24
"""So few candidates are counted out at once; up to so many where the solver has not settled it."""


class Undecided(Exception):
    """Neither was a set found that keeps every minimum, nor was it proven that there is none."""


def best(problem: Problem, *, effort: Effort, forced: int | None = None, ties: bool = True) -> Found | None:
    """The best set, with the forced one in it; None when there is none that keeps every row."""
    if forced is None:
        return _best(Part(problem.values, problem.amounts, problem.rows, problem.pool), effort, ties)
    rows = [row.less({forced}) for row in problem.rows]
    found = _best(Part(problem.values, problem.amounts, rows, problem.without(forced).pool), effort, ties)
    if found is None:
        return None
    own = problem.values[forced]
    return replace(found, chosen=found.chosen | {forced}, value=found.value + own, bound=found.bound + own)


def _best(whole: Part, effort: Effort, ties: bool) -> Found | None:
    """Solved in the parts that have nothing to do with each other, each by itself."""
    rows = whole.rows
    if any(row.is_overdrawn for row in rows):
        return None
    barred = {place for row in rows for place in row.barred}
    pool = [place for place in whole.places if place not in barred]
    rows = [row.only(pool) for row in rows]
    if any(row.low is not None and sum(row.weights.values()) < row.low for row in rows):
        return None
    rows = _without_idle([row for row in rows if row.can_bind], whole.amounts, pool)
    parts = [replace(whole, rows=own, places=places) for places, own in _parts(pool, rows)]
    chosen: frozenset[int] = frozenset()
    value = bound = 0
    first = True
    nodes = max(effort.nodes // max(1, len(parts)), AT_LEAST)
    for waiting, part in zip(range(len(parts), 0, -1), parts, strict=True):
        found = _best_of_part(part, replace(effort.share(1 / waiting), nodes=nodes), ties)
        if found is None:
            return None
        chosen |= found.chosen
        value, bound, first = value + found.value, bound + found.bound, first and found.first
    return Found(chosen, value, bound, first)


def _without_idle(rows: list[Row], amounts: list[int], pool: list[int]) -> list[Row]:
    """Without the budget when the other limits keep everybody within it."""
    others = [row for row in rows if row.of != "budget"]
    if len(others) == len(rows):
        return rows
    purse = next(row for row in rows if row.of == "budget")
    relaxed = relax(amounts, others, pool)
    return others if relaxed and relaxed.bound <= (purse.high or 0) else rows


def _parts(pool: list[int], rows: Iterable[Row]) -> list[tuple[list[int], list[Row]]]:
    """Candidates that share a row, over others too, with their rows; in the order of the input."""
    parent = {place: place for place in pool}

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for row in rows:
        head = root(next(iter(row.weights)))
        for place in row.weights:
            parent[root(place)] = head
    parts: dict[int, tuple[list[int], list[Row]]] = {}
    for place in pool:
        parts.setdefault(root(place), ([], []))[0].append(place)
    for row in rows:
        parts[root(next(iter(row.weights)))][1].append(row)
    return list(parts.values())


def _best_of_part(part: Part, effort: Effort, ties: bool) -> Found | None:
    """First a set that is most likely the best, chosen among those at the margin; then the best of all the others.

    The others are worth less: the set is the best, and the only one. More: it takes its place. As much: there are ties.
    """
    if not part.rows:
        total = part.worth(part.places)
        return Found(frozenset(part.places), total, total, True)
    chosen = _likely(part, effort)
    if chosen is None:
        return None
    bound = part.relaxed.bound if part.relaxed else part.worth(part.places)
    while True:
        chosen = part.in_order(part.filled(chosen, part.places))
        margin = Margin.of(part, chosen)
        if len(margin.free) <= FEW:
            return margin.counted_out()
        rival, most, nodes = margin.best_other(effort)
        effort = effort.less(nodes)
        bound = max(margin.value, bound if most is None else min(bound, most))
        if most is not None and most < margin.value:
            return Found(chosen, margin.value, margin.value, True)
        if rival is None or part.worth(rival) <= margin.value:
            break
        chosen = rival
        if effort.is_over:
            margin = Margin.of(part, chosen)
            break
    first = False
    if bound > margin.value and len(margin.free) <= MANY:
        return margin.counted_out()
    if bound == margin.value and ties:
        chosen, first = margin.first(effort.with_nodes(least=AT_FIRST))
    return Found(chosen, margin.value, max(bound, margin.value), first)


def _likely(part: Part, effort: Effort) -> frozenset[int] | None:
    """A set that keeps the rows: whoever clearly belongs to it and the best choice among those in doubt.

    Sought among few first, then among twice as many as long as the share of the time lasts: the better this set, the
    fewer are left in doubt for the proof.
    """
    reduced = part.relaxed.reduced if part.relaxed else dict.fromkeys(part.places, 0)
    by_doubt = sorted(part.places, key=lambda place: (abs(reduced[place]), place))
    within = effort.share(FIRST_SHARE).with_nodes(most=AT_FIRST)
    count, found = DOUBTFUL, None
    while True:
        free = sorted(by_doubt[:count])
        fixed = frozenset(place for place in by_doubt[count:] if reduced[place] > 0)
        answer = solve([part.values[place] for place in free], part.rows_for(free, fixed), free, within)
        if answer.chosen is not None:
            found = max(found or frozenset(), fixed | answer.chosen, key=part.worth)
        if count >= len(part.places) or (found is not None and (within.is_over or not answer.is_optimal)):
            break
        if answer.chosen is None:
            within = effort.share(FIRST_SHARE)
        count *= 2
    if found is not None:
        return found
    if answer.infeasible:
        return None
    chosen = part.greedy()  # the search ended before it found anything
    if part.allows(chosen):
        return chosen
    anything = solve([0] * len(part.places), part.rows, part.places, Effort.of(EFFORT, AT_MOST))
    if anything.chosen is None and not anything.infeasible:
        raise Undecided
    return anything.chosen
