"""What would have to change for one candidate: it is chosen where the best set with it beats the best without it."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal

from evaluations.selection.causes import Infeasible, causes
from evaluations.selection.change import Change
from evaluations.selection.effort import Effort
from evaluations.selection.explanation import obstacles
from evaluations.selection.figures import FEN, in_yuan
from evaluations.selection.margin import Found
from evaluations.selection.optimum import best
from evaluations.selection.problem import Problem, Row
from evaluations.selection.programme import AGAIN, Line, run, solve


@dataclass(frozen=True)
class Allowance:
    """What each further solution may take; it starts anew for each."""

    nodes: int
    seconds: float | None

    @property
    def once(self) -> Effort:
        return Effort.of(self.nodes, self.seconds)


def change_of_best(problem: Problem, place: int, nodes: int, seconds: float | None) -> Change:
    today = best(problem, effort=Effort.of(nodes, seconds))
    effort = Allowance(nodes, None if seconds is None else seconds / 3)
    if today is None:
        raise Infeasible(causes(problem))
    chosen = place in today.chosen
    without = best(problem.without(place), effort=effort.once, ties=False) if chosen else today
    inside = today if chosen else best(problem, effort=effort.once, forced=place, ties=False)
    told = Change(
        id=problem.candidates[place].id,
        chosen=chosen,
        obstacles=obstacles(problem, place, today.chosen),
        proven=all(found.proven for found in (today, without, inside) if found),
    )
    if without is None:  # no minimum can be met without it
        told = replace(told, score=_at_floor(problem) * FEN)
    elif inside is not None:
        told = replace(told, score=_score_needed(problem, place, inside, without, effort))
    if place not in problem.eligible:
        return told
    amount, certain = _amount_allowed(problem, place, without, effort, chosen)
    told = replace(told, amount=amount, proven=told.proven and certain)
    if without is None:
        return told
    if chosen:
        told = replace(told, extra_budget=Decimal("0.00"), extra_is_enough=True)
    else:
        extra, richer, certain = _extra_needed(problem, place, today, effort)
        told = replace(told, extra_budget=extra, proven=told.proven and certain)
        if richer and place in richer.chosen:
            leaving = problem.ids(today.chosen - richer.chosen)
            told = replace(told, extra_is_enough=True, leaving_with_extra=leaving)
    other = without if chosen else inside
    if other is None:
        return told
    return replace(
        told,
        value_lost=problem.worth(today.value - other.value),
        leaving=problem.ids(today.chosen - other.chosen - {place}),
        joining=problem.ids(other.chosen - today.chosen - {place}),
    )


def _at_floor(problem: Problem) -> int:
    """The smallest score that is not below the floor, in hundredths."""
    return 0 if problem.floor is None else int((problem.floor / FEN).to_integral_value(ROUND_CEILING))


def _score_needed(problem: Problem, place: int, inside: Found, without: Found, effort: Allowance) -> Decimal | None:
    """From the two values, exactly: its own is score × weight, and nothing else in either depends on its score."""
    weight = problem.amounts[place] if problem.objective == "merit_amount" else 1
    lacking = without.value - (inside.value - problem.values[place])
    step = problem.scale // 100 * weight
    grid = max(0, -(-lacking // step), _at_floor(problem))
    score, highest = grid * FEN, problem.highest_score(place)
    if score > highest:
        return None
    if grid * step == lacking and not _is_chosen(problem.with_one(place, score=score), place, effort):
        score += FEN
    return score if score <= highest else None


def _is_chosen(problem: Problem, place: int, effort: Allowance) -> bool:
    found = best(problem, effort=effort.once)
    return found is not None and place in found.chosen


def _purses(problem: Problem, place: int) -> list[Row]:
    """The limits of money out of which it is paid."""
    return [row for row in problem.rows if row.is_money and place in row.weights]


def _amount_allowed(
    problem: Problem, place: int, without: Found | None, effort: Allowance, chosen: bool
) -> tuple[Decimal | None, bool]:
    """The largest amount with which a set with it is worth as much as the best without it; and whether it is proven.

    One more problem: its amount is a variable of it. Where both are worth the same, the order of the input decides,
    and that is asked; where it loses, the set must be worth more (a smaller amount that wins a tie is not sought).
    """
    purses = _purses(problem, place)
    asked = problem.budget if chosen else problem.amounts[place]
    most = min([asked, *(row.high for row in purses if row.quota and row.high)])
    pool = problem.without(place).pool
    column = len(pool)
    lines = []
    for row in problem.rows:
        if row.is_money and place in row.weights:
            own = Line.of(row, pool)
            lines.append(Line([*own.columns, column], [*own.weights, 1], own.low, own.high))
        else:
            lines.append(Line.of(row.less({place}), pool))
    for least in (without.value, without.value + 1) if without else (None,):
        found = _roomiest(problem, place, pool, lines, least, most, effort)
        if found is None:
            return None, False
        room, certain = found
        if room < 1:
            return None, certain
        amount = in_yuan(room)
        if _is_chosen(problem.with_one(place, amount=amount), place, effort):
            return amount, certain
    return None, False


def _roomiest(
    problem: Problem, place: int, pool: list[int], lines: list[Line], least: int | None, most: int, effort: Allowance
) -> tuple[int, bool] | None:
    """The largest amount in fen, 0 where there is none, that leaves a set which keeps these lines and is worth `least`;
    and whether it is proven. None where the search gave none.

    Checked in whole numbers, as to HiGHS a thousandth of a thousandth of a large project is none of it, and may be all
    that was lacking: what it says wrongly is cut off.
    """
    purses = _purses(problem, place)
    columns = range(len(pool))
    asked = lines if least is None else [*lines, _worth_at_least(problem, place, pool, least)]
    for _again in range(AGAIN):
        raw = run([0] * len(pool) + [1], asked, effort=effort.once, upper={len(pool): most})
        if raw is None or not raw.values:
            return (0, True) if raw is not None and raw.infeasible else None
        taken = {column for column in columns if raw.values[column] > 0.5}
        rest = [pool[column] for column in taken]
        room = min([most, *((row.high or 0) - row.sum(rest) for row in purses)])
        own = problem.scores[place] * (room if problem.objective == "merit_amount" else 1)
        if room < 1 or least is None or sum(problem.values[at] for at in rest) + own >= least:
            return max(room, 0), raw.optimal
        asked = [*asked, Line([*columns], [-1 if one in taken else 1 for one in columns], 1 - len(taken), None)]
    return None


def _worth_at_least(problem: Problem, place: int, pool: list[int], least: int) -> Line:
    """With this place in it, whose amount is the last column."""
    weights, score = [problem.values[at] for at in pool], problem.scores[place]
    if problem.objective == "merit_amount":
        return Line(list(range(len(pool) + 1)), [*weights, score], least, None)
    return Line(list(range(len(pool))), weights, least - score, None)


def _extra_needed(
    problem: Problem, place: int, today: Found, effort: Allowance
) -> tuple[Decimal | None, Found | None, bool]:
    """The cheapest set with it that is worth as much as today's: what it costs beyond the budget, the best set of such
    a budget, and whether that is proven."""
    rows = [row.less({place}) for row in problem.rows if row.of != "budget"]
    if any(row.is_overdrawn for row in rows):
        return None, None, True
    pool = problem.without(place).pool
    needed = today.value - problem.values[place]
    rows.append(Row({at: problem.values[at] for at in pool if problem.values[at]}, low=needed))
    answer = solve([-problem.amounts[at] for at in pool], rows, pool, effort.once)
    if answer.chosen is None:
        return None, None, answer.infeasible
    cost = sum(problem.amounts[at] for at in answer.chosen) + problem.amounts[place]
    extra = max(0, cost - problem.budget)
    richer = problem.with_one(place, budget=in_yuan(problem.budget + extra))
    return in_yuan(extra), best(richer, effort=effort.once), answer.bound == problem.amounts[place] - cost
