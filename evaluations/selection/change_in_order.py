"""What would have to change for one candidate in the published order: found by walking it again."""

from dataclasses import replace
from decimal import Decimal

from evaluations.selection.change import Change
from evaluations.selection.explanation import obstacles
from evaluations.selection.figures import FEN, in_yuan
from evaluations.selection.order import Walk, published, walk
from evaluations.selection.problem import Problem

BUDGETS = 2000
"""That are tried before it is left open how much more money is needed."""


def change_in_order(problem: Problem, place: int) -> Change:
    today = walk(problem)
    chosen = place in today.chosen
    told = Change(
        id=problem.candidates[place].id,
        chosen=chosen,
        obstacles=obstacles(problem, place, today.chosen),
        score=_score_needed(problem, place),
    )
    if place not in problem.eligible:
        return told
    more = _extra_needed(problem, place)
    richer = today if more is None else walk(problem, more=more)
    told = replace(
        told,
        amount=_amount_allowed(problem, place, today),
        extra_budget=None if more is None else in_yuan(more),
        extra_is_enough=more is not None,
        leaving_with_extra=problem.ids(set(today.chosen) - set(richer.chosen)),
    )
    other = walk(problem.without(place)) if chosen else walk(problem, first=place)
    if not chosen and place not in other.chosen:
        return told
    return replace(
        told,
        value_lost=problem.worth(
            sum(problem.scores[at] for at in today.chosen) - sum(problem.scores[at] for at in other.chosen)
        ),
        leaving=problem.ids(set(today.chosen) - set(other.chosen) - {place}),
        joining=problem.ids(set(other.chosen) - set(today.chosen) - {place}),
    )


def _score_needed(problem: Problem, place: int) -> Decimal | None:
    """By halving: a higher score only takes others away from before it, so it never does harm."""

    def is_chosen(hundredths: int) -> bool:
        return place in walk(problem.with_one(place, score=hundredths * FEN)).chosen

    low, high = 0, int(problem.highest_score(place) / FEN)
    if not is_chosen(high):
        return None
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_chosen(middle) else (middle + 1, high)
    return low * FEN


def _amount_allowed(problem: Problem, place: int, today: Walk) -> Decimal | None:
    """What is left, of the money and of its quotas, when its turn comes."""
    order = published(problem)
    before = set(order[: order.index(place)])
    if problem.objective == "rank" and not before.isdisjoint(today.missing):
        return None
    used = problem.used(at for at in today.chosen if at in before)
    rooms = []
    for index, weight in problem.limits[place]:
        row = problem.rows[index]
        if row.high is None:
            continue
        if row.is_money:
            rooms.append(row.high - used[index])
        elif used[index] + weight > row.high:
            return None
    return in_yuan(min(rooms)) if min(rooms) > 0 else None


def _extra_needed(problem: Problem, place: int) -> int | None:
    """From one budget at which the walk up to this candidate changes to the next: by the least that is missing."""
    order = published(problem)
    before = order[: order.index(place) + 1]
    more = 0
    for _budget in range(BUDGETS):
        found = walk(problem, more=more)
        if place in found.chosen:
            return more
        steps = [found.missing[at] for at in before if at in found.missing]
        if not steps:
            return None  # it is not money that is missing
        more += min(steps)
    return None
