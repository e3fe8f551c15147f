"""Choosing the best set of projects under the money: pure calculation, no ORM. The rule is the one the call published.

Four objectives. Two follow the published order, by score, equal scores in the order of the input:

| objective | rule |
|---|---|
| rank | take in order; stop at the first that does not fit into the money |
| rank_skip | take in order, passing over what does not fit |
| score | the set with the greatest sum of scores |
| merit_amount | the set with the greatest sum of score × amount (points × yuan) |

A maximum of a group is kept while walking, too: who finds it full is passed over and stops nobody, since it concerns
that group alone. A minimum never lifts anybody over the published order: what the walk does not reach is reported as
`Selection.unmet`. In the other two objectives minimums are kept, or `Infeasible` says why they cannot be.

The best set is a multidimensional knapsack (Kellerer, Pferschy and Pisinger, "Knapsack Problems", 2004, ch. 9), solved
by HiGHS (Huangfu and Hall, "Parallelizing the dual revised simplex method", 2018) with a gap of 0. It is given integers
only: money in fen, scores as multiples of their smallest place. HiGHS reckons in doubles with a tolerance, so nothing
it says is believed unseen. Each set is added up again in Python's integers; one that breaks a limit by a fen is cut off
by a cover inequality (not all of these together), which no allowed set violates, and the problem is solved again.
`proven_optimal` means that its upper bound, too, leaves no room for one unit more. That bound is a double, and the one
thing that integers do not check: HiGHS could overlook a lead within its tolerance, some 10^-9 of the whole. Where only
a few candidates are in doubt, all their sets are counted out instead. After `effort` nodes the search ends unproven,
always at the same place (one thread, no clock); `bound` then says how much better a set could be at most.

Where every group has its own purse, and the purses together are within the budget, each is a problem of its own. To see
that, and to know which candidates can differ between two best sets, serves Lagrange's bound (Fisher, "The Lagrangian
relaxation method", 2004): any multipliers, rounded to integers, give an upper bound that is exact, and a candidate
whose reduced value exceeds the distance to it is in all best sets or in none.

Among equally good sets the one counts that prefers earlier inputs: its row of yes and no is the greatest by dictionary
order. Candidates that do not differ are taken in order. Then the best of all other sets is sought: when it is worth
less, there are no ties (one proof for both: nothing is better, nothing as good). Otherwise the places that can differ
are settled from the first to the last, sixteen at a time, with powers of two for weights and the value as a limit.
`first_among_equals` says that this came to its end.
"""

import math
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from itertools import pairwise, product
from typing import Any

import highspy
import numpy as np
from django.utils.translation import gettext as _

from core.money import yuan

OBJECTIVES = ("rank", "rank_skip", "score", "merit_amount")
EFFORT = 5000
"""Nodes of the search tree before it ends unproven: a few seconds."""
HIGHEST = Decimal(100)
"""Points; only a bonus can lift a score above, up to twice as much."""
FEN = Decimal("0.01")
PLACES = 4
"""Decimal places a score may have."""
LARGEST = 10**12
"""Fen. With it sums of amounts stay whole numbers in a double, and sums of values in 64 bits."""
_FINE = 1 << 20
_BATCH = 16
_DOUBTFUL = 100
_AT_FIRST = 2000
_FEW, _MANY, _AT_ONCE = 14, 24, 18
_ITSELF = -1


@dataclass(frozen=True)
class Candidate:
    """A project that could be funded: its score, the amount (yuan), and the groups it counts in."""

    id: Hashable
    score: Decimal
    amount: Decimal
    groups: Collection[Hashable] = ()


@dataclass(frozen=True)
class Quota:
    """What is set for a group: at most this much money (yuan), at most and at least so many projects."""

    group: Hashable
    max_amount: Decimal | None = None
    max_count: int | None = None
    min_count: int | None = None
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or str(self.group)


class Code(StrEnum):
    CHOSEN = "chosen"
    MINIMUM = "minimum"
    BELOW_FLOOR = "below_floor"
    NO_MONEY = "no_money"
    QUOTA_AMOUNT = "quota_amount"
    QUOTA_COUNT = "quota_count"
    OUTWEIGHED = "outweighed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Reason:
    """Why a candidate is chosen or not, with the figures: what is missing (yuan), the quota, the floor."""

    code: Code
    missing: Decimal | None = None
    quota: Quota | None = None
    score: Decimal | None = None
    floor: Decimal | None = None

    @property
    def group(self) -> Hashable:
        return self.quota.group if self.quota else None

    @property
    def sentence(self) -> str:
        match self.code:
            case Code.CHOSEN:
                return _("Chosen.")
            case Code.BELOW_FLOOR:
                said = {"score": _plain(self.score), "floor": _plain(self.floor)}
                return _("The score %(score)s is below %(floor)s, under which nothing is funded.") % said
            case Code.NO_MONEY:
                said = {"missing": yuan(self.missing or Decimal(0))}
                return _("It does not fit into the money that is left: %(missing)s yuan are missing.") % said
            case Code.OUTWEIGHED:
                return _("Passed over: the money achieves more without it.")
            case Code.STOPPED:
                return _("The order stopped before it, where the money was no longer enough.")
        quota = self.quota
        assert quota is not None
        if self.code == Code.MINIMUM:
            said = {"group": quota.label, "count": str(quota.min_count)}
            return _("Chosen because “%(group)s” needs at least %(count)s.") % said
        if self.code == Code.QUOTA_COUNT:
            said = {"group": quota.label, "count": str(quota.max_count)}
            return _("“%(group)s” is full: at most %(count)s are funded.") % said
        said = {
            "group": quota.label,
            "limit": yuan(quota.max_amount or Decimal(0)),
            "missing": yuan(self.missing or Decimal(0)),
        }
        return _("“%(group)s” may receive at most %(limit)s yuan: %(missing)s yuan are missing.") % said


@dataclass(frozen=True)
class Unmet:
    """A minimum that the published order does not reach."""

    quota: Quota
    chosen: int

    @property
    def sentence(self) -> str:
        said = {"group": self.quota.label, "count": self.quota.min_count, "chosen": self.chosen}
        return _("“%(group)s” needs at least %(count)s; the order reaches %(chosen)s.") % said


@dataclass(frozen=True)
class Selection:
    """The chosen ids, what they are worth and cost, and why each candidate is chosen or not.

    `value` is that of the objective (of the two orders: the sum of scores). No set is worth more than `bound`; it is
    `value` when that is proven. `first_among_equals`: no other set of this value prefers earlier inputs.
    """

    chosen: frozenset[Hashable]
    value: Decimal
    spent: Decimal
    proven_optimal: bool
    reasons: Mapping[Hashable, Reason]
    bound: Decimal
    first_among_equals: bool = True
    unmet: tuple[Unmet, ...] = ()


@dataclass(frozen=True)
class Cause:
    """What cannot be kept: quotas that contradict each other, or (`cost`) that cost more than there is (`money`).

    `available` candidates of the quota's group may be chosen at all. The set is minimal: without any one part of it
    the rest could be kept.
    """

    quotas: tuple[Quota, ...]
    available: int | None = None
    cost: Decimal | None = None
    money: Decimal | None = None

    @property
    def sentence(self) -> str:
        one = self.quotas[0]
        said: dict[str, Any] = {"group": one.label, "count": one.min_count}
        if self.available is not None:
            said |= {"available": self.available}
            return _("“%(group)s” needs at least %(count)s, but only %(available)s may be chosen.") % said
        if self.cost is None or self.money is None:
            said = {"groups": ", ".join(f"“{quota.label}”" for quota in self.quotas)}
            return _("The limits of %(groups)s contradict each other.") % said
        said |= {"cost": yuan(self.cost), "money": yuan(self.money)}
        if len(self.quotas) == 1:
            return (
                _("“%(group)s” needs at least %(count)s: these cost %(cost)s yuan or more, but there are %(money)s.")
                % said
            )
        said["groups"] = ", ".join(f"“{quota.label}”" for quota in self.quotas)
        return _("%(groups)s together need %(cost)s yuan or more, but there are %(money)s.") % said


class Infeasible(Exception):
    """No set keeps every minimum; the causes say why, the smallest that was found."""

    def __init__(self, causes: Sequence[Cause]) -> None:
        super().__init__(causes)
        self.causes = tuple(causes)

    @property
    def sentences(self) -> list[str]:
        return [cause.sentence for cause in self.causes]

    def __str__(self) -> str:
        return " ".join(self.sentences)


@dataclass(frozen=True)
class Change:
    """What would have to change for one candidate, each thing by itself; None: no change of that kind is enough.

    - `score`: the smallest score, to 0.01, at which it is (still) chosen; at every higher one it is, too;
    - `amount`: the largest amount (yuan) at which it is chosen; of one that is left out, none above what it asks for;
    - `extra_budget`: in an order, the smallest sum (yuan) by which the budget must grow. Else the smallest with which a
      set with this candidate is worth as much as today's best; `extra_is_enough` says whether the best set of that
      budget really has it (another might make still more of the money);
    - `obstacles`: what stands in the way of adding it to today's choice: floor, money, quotas;
    - `value_lost`: what the objective loses when it is forced in (of a chosen one: when it is left out), with those
      that would be `leaving` and `joining`. In an order the forced one is served first; the loss can be negative.

    `proven` as in `Selection`.
    """

    id: Hashable
    chosen: bool
    obstacles: tuple[Reason, ...] = ()
    score: Decimal | None = None
    amount: Decimal | None = None
    extra_budget: Decimal | None = None
    extra_is_enough: bool = False
    value_lost: Decimal | None = None
    leaving: frozenset[Hashable] = frozenset()
    joining: frozenset[Hashable] = frozenset()
    proven: bool = True

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """The quotas that stand in its way."""
        return tuple(reason.quota for reason in self.obstacles if reason.quota)

    @property
    def sentences(self) -> list[str]:
        said = {
            "score": _plain(self.score),
            "amount": yuan(self.amount or Decimal(0)),
            "extra": yuan(self.extra_budget or Decimal(0)),
            "count": str(len(self.leaving)),
        }
        found = [reason.sentence for reason in self.obstacles]
        if self.chosen and self.score is not None:
            found.append(_("It stays chosen down to a score of %(score)s.") % said)
        elif self.score is not None:
            found.append(_("It would be chosen from a score of %(score)s.") % said)
        if self.chosen and self.amount is not None:
            found.append(_("It would still be chosen at %(amount)s yuan, but at no larger amount.") % said)
        elif self.amount is not None:
            found.append(_("It would be chosen if it asked for %(amount)s yuan.") % said)
        if self.chosen:
            return found
        if self.extra_budget is not None and self.extra_is_enough:
            found.append(_("It would be chosen if there were %(extra)s yuan more.") % said)
        elif self.extra_budget is not None:
            found.append(_("With %(extra)s yuan more it could be funded and nothing would be lost.") % said)
        if self.value_lost is not None and self.leaving:
            found.append(_("To fund it all the same, %(count)s others would have to leave.") % said)
        return found


@dataclass(frozen=True)
class Inversion:
    """A project that is left out although later ones of the same group are chosen."""

    left_out: Hashable
    chosen: tuple[Hashable, ...]


def select(
    candidates: Iterable[Candidate],
    *,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Iterable[Quota] = (),
    objective: str = "merit_amount",
    effort: int = EFFORT,
) -> Selection:
    """The candidates to be funded, and the reason for each.

    Nobody with a score below `floor` is funded (exactly at it is allowed). `Infeasible` when the minimums cannot be
    kept; ValueError for input that makes no sense, TypeError for money or scores that are not Decimal or int.
    """
    problem = _Problem.of(candidates, budget, floor, quotas, objective)
    if problem.is_order:
        walk = _walk(problem)
        return _walked(problem, walk)
    found = _best(problem, effort=effort)
    if found is None:
        raise Infeasible(_causes(problem))
    return Selection(
        chosen=problem.ids(found.chosen),
        value=problem.worth(found.value),
        spent=problem.spent(found.chosen),
        proven_optimal=found.proven,
        reasons=_reasons(problem, found.chosen),
        bound=problem.worth(found.bound),
        first_among_equals=found.first,
    )


def what_would_change(
    candidates: Iterable[Candidate],
    candidate_id: Hashable,
    *,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Iterable[Quota] = (),
    objective: str = "merit_amount",
    effort: int = EFFORT,
) -> Change:
    """What would have to change for this candidate: at most nine solutions of the problem, or two thousand walks.

    ValueError when there is no such candidate, otherwise as `select`.
    """
    problem = _Problem.of(candidates, budget, floor, quotas, objective)
    places = [place for place, one in enumerate(problem.candidates) if one.id == candidate_id]
    if not places:
        raise ValueError(f"There is no candidate {candidate_id!r}")
    return _change_in_order(problem, places[0]) if problem.is_order else _change_of_best(problem, places[0], effort)


def inversions(
    order: Sequence[Hashable], chosen: Collection[Hashable], same: Mapping[Hashable, Hashable] | None = None
) -> list[Inversion]:
    """Every id of the published order that is left out although a later one (of the same group by `same`) is chosen.

    ValueError when an id stands in the order twice, or a chosen one not at all.
    """
    taken = set(chosen)
    if len(set(order)) < len(order):
        raise ValueError("An id stands in the order twice")
    if taken - set(order):
        raise ValueError("A chosen id does not stand in the order")
    later: dict[Hashable, list[Hashable]] = {}
    found = []
    for one in reversed(order):
        group = same[one] if same is not None else None
        if one in taken:
            later.setdefault(group, []).append(one)
        elif group in later:
            found.append(Inversion(one, tuple(reversed(later[group]))))
    return found[::-1]


def greedy_merit(
    candidates: Iterable[Candidate],
    *,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Iterable[Quota] = (),
    objective: str = "merit_amount",
) -> frozenset[Hashable]:
    """The baseline: by value for each yuan, highest first, whatever fits; minimums are not looked at."""
    problem = _Problem.of(candidates, budget, floor, quotas, objective)
    return problem.ids(_greedy(problem.values, problem.amounts, problem.rows, problem.pool))


# The problem in integers


@dataclass(frozen=True)
class _Row:
    """low ≤ the sum of the weights of those chosen ≤ high; weights by place, never negative."""

    weights: Mapping[int, int]
    low: int | None = None
    high: int | None = None
    quota: Quota | None = None
    of: str = ""

    def sum(self, chosen: Iterable[int]) -> int:
        return sum(self.weights.get(place, 0) for place in chosen)

    def allows(self, chosen: Collection[int]) -> bool:
        total = self.sum(chosen)
        return (self.low is None or total >= self.low) and (self.high is None or total <= self.high)

    def less(self, chosen: Collection[int]) -> "_Row":
        """What is left of it when these are chosen already."""
        used = self.sum(chosen)
        weights = {place: weight for place, weight in self.weights.items() if place not in chosen}
        low, high = (None if limit is None else limit - used for limit in (self.low, self.high))
        return replace(self, weights=weights, low=low, high=high)

    def only(self, places: Collection[int]) -> "_Row":
        return replace(self, weights={place: self.weights[place] for place in places if place in self.weights})


@dataclass(frozen=True)
class _Problem:
    candidates: tuple[Candidate, ...]
    quotas: tuple[Quota, ...]
    objective: str
    floor: Decimal | None
    budget: int
    amounts: list[int]
    """In fen."""
    scores: list[int]
    scale: int
    """Scores are given as multiples of 1/scale."""
    rows: list[_Row]
    """The budget first, then what the quotas say."""
    pool: list[int]
    """Who is not below the floor."""

    @classmethod
    def of(
        cls,
        candidates: Iterable[Candidate],
        budget: Decimal,
        floor: Decimal | None,
        quotas: Iterable[Quota],
        objective: str,
    ) -> "_Problem":
        found, limits = tuple(candidates), tuple(quotas)
        if objective not in OBJECTIVES:
            raise ValueError(f"objective must be one of {', '.join(OBJECTIVES)}, not {objective!r}")
        if len({one.id for one in found}) < len(found):
            raise ValueError("Two candidates have the same id")
        if floor is not None:
            floor = _number(floor, "floor")
        for one in found:
            if not 0 <= _number(one.score, "score") <= 2 * HIGHEST:
                raise ValueError(f"score must be from 0 to {2 * HIGHEST}, not {one.score}")
        places = max([2, *(_places(one.score) for one in found)])
        if places > PLACES:
            raise ValueError(f"score must have at most {PLACES} decimal places")
        amounts = [_fen(one.amount, "amount", least=1) for one in found]
        if sum(amounts) > LARGEST:
            raise ValueError("The amounts are too large")
        money = _fen(budget, "budget")
        scale = 10**places
        return cls(
            candidates=found,
            quotas=limits,
            objective=objective,
            floor=floor,
            budget=money,
            amounts=amounts,
            scores=[int(Decimal(one.score) * scale) for one in found],
            scale=scale,
            rows=[_Row(dict(enumerate(amounts)), high=money, of="budget"), *_rows(found, limits, amounts)],
            pool=[place for place, one in enumerate(found) if floor is None or one.score >= floor],
        )

    @property
    def is_order(self) -> bool:
        return self.objective in ("rank", "rank_skip")

    @property
    def values(self) -> list[int]:
        if self.objective != "merit_amount":
            return self.scores
        return [score * amount for score, amount in zip(self.scores, self.amounts, strict=True)]

    def worth(self, value: int) -> Decimal:
        """A value as people read it: points, or points × yuan."""
        places = len(str(self.scale)) - 1 + (2 if self.objective == "merit_amount" else 0)
        return Decimal(value).scaleb(-places)

    def ids(self, places: Iterable[int]) -> frozenset[Hashable]:
        return frozenset(self.candidates[place].id for place in places)

    def spent(self, places: Iterable[int]) -> Decimal:
        return _yuan(sum(self.amounts[place] for place in places))

    def with_one(self, place: int, **changes: Any) -> "_Problem":
        """The same with another score, amount or budget for one candidate."""
        budget = changes.pop("budget", _yuan(self.budget))
        candidates = list(self.candidates)
        candidates[place] = replace(candidates[place], **changes)
        return _Problem.of(candidates, budget, self.floor, self.quotas, self.objective)


def _rows(candidates: Sequence[Candidate], quotas: Sequence[Quota], amounts: list[int]) -> Iterator[_Row]:
    members: dict[Hashable, list[int]] = {}
    for place, one in enumerate(candidates):
        for group in set(one.groups):
            members.setdefault(group, []).append(place)
    seen = set()
    for quota in quotas:
        if quota.group in seen:
            raise ValueError(f"There are two quotas for {quota.group!r}")
        seen.add(quota.group)
        if quota.max_amount is None and quota.max_count is None and quota.min_count is None:
            raise ValueError(f"The quota for {quota.group!r} sets nothing")
        for name, count in (("max_count", quota.max_count), ("min_count", quota.min_count)):
            if isinstance(count, bool) or not isinstance(count, int | None):
                raise TypeError(f"{name} must be an int, not {type(count).__name__}")
            if count is not None and count < 0:
                raise ValueError(f"{name} must not be negative, not {count}")
        if None not in (quota.min_count, quota.max_count) and quota.min_count > quota.max_count:  # type: ignore[operator]
            raise ValueError(f"The quota for {quota.group!r} asks for more than it allows")
        places = members.get(quota.group, [])
        if quota.max_amount is not None:
            high = _fen(quota.max_amount, "max_amount")
            yield _Row({place: amounts[place] for place in places}, high=high, quota=quota, of="max_amount")
        ones = dict.fromkeys(places, 1)
        if quota.max_count is not None:
            yield _Row(ones, high=quota.max_count, quota=quota, of="max_count")
        if quota.min_count:
            yield _Row(ones, low=quota.min_count, quota=quota, of="min_count")


def _number(value: Decimal, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"{name} must be a Decimal or an int, not {type(value).__name__}")
    if not Decimal(value).is_finite():
        raise ValueError(f"{name} must be a finite number, not {value}")
    return Decimal(value)


def _fen(value: Decimal, name: str, *, least: int = 0) -> int:
    fen = _number(value, name).scaleb(2)
    if fen != int(fen):
        raise ValueError(f"{name} must have at most two decimal places, not {value}")
    if fen < least:
        raise ValueError(f"{name} must be at least {_yuan(least)}, not {value}")
    if fen > LARGEST:
        raise ValueError(f"{name} is too large: {value}")
    return int(fen)


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _places(score: Decimal) -> int:
    exponent = Decimal(score).normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # it is finite
    return max(0, -exponent)


def _plain(score: Decimal | None) -> str:
    return "" if score is None else f"{score:.2f}" if _places(score) <= 2 else f"{score.normalize():f}"


# The published order


@dataclass(frozen=True)
class _Walk:
    chosen: list[int]
    reasons: dict[int, Reason]
    missing: dict[int, int]
    """Of those for whom the money is not enough: what is missing (fen)."""


def _order(problem: _Problem) -> list[int]:
    return sorted(range(len(problem.scores)), key=lambda place: (-problem.scores[place], place))


def _rows_by_place(rows: Iterable[_Row]) -> dict[int, list[tuple[int, _Row]]]:
    """For each candidate the limits that it counts in, with their index; not the budget, not the minimums."""
    found: dict[int, list[tuple[int, _Row]]] = {}
    for index, row in enumerate(rows):
        if row.high is not None and row.quota is not None:
            for place in row.weights:
                found.setdefault(place, []).append((index, row))
    return found


def _full(limits: Iterable[tuple[int, _Row]], used: Sequence[int], place: int) -> Iterator[Reason]:
    """The quotas that one more would break."""
    for index, row in limits:
        over = used[index] + row.weights[place] - (row.high or 0)
        if over > 0 and row.of == "max_count":
            yield Reason(Code.QUOTA_COUNT, quota=row.quota)
        elif over > 0:
            yield Reason(Code.QUOTA_AMOUNT, quota=row.quota, missing=_yuan(over))


def _walk(problem: _Problem, *, first: int | None = None, budget: int | None = None) -> _Walk:
    """The order as published; `first` is served before all others, or not at all when there is no room for it."""
    left = problem.budget if budget is None else budget
    limits = _rows_by_place(problem.rows)
    used = [0] * len(problem.rows)
    eligible = set(problem.pool)
    walk = _Walk([], {}, {})
    stopped = False
    order = _order(problem)
    if first is not None:
        order.remove(first)
        order.insert(0, first)
    for place in order:
        amount = problem.amounts[place]
        if place not in eligible:
            walk.reasons[place] = _below(problem, place)
        elif stopped:
            walk.reasons[place] = Reason(Code.STOPPED)
        elif full := next(_full(limits.get(place, ()), used, place), None):
            walk.reasons[place] = full
        elif amount > left:
            walk.missing[place] = amount - left
            walk.reasons[place] = Reason(Code.NO_MONEY, missing=_yuan(amount - left))
            stopped = problem.objective == "rank" and place != first
        else:
            left -= amount
            for index, row in limits.get(place, ()):
                used[index] += row.weights[place]
            walk.chosen.append(place)
            walk.reasons[place] = Reason(Code.CHOSEN)
    return walk


def _below(problem: _Problem, place: int) -> Reason:
    return Reason(Code.BELOW_FLOOR, score=problem.candidates[place].score, floor=problem.floor)


def _walked(problem: _Problem, walk: _Walk) -> Selection:
    value = problem.worth(sum(problem.scores[place] for place in walk.chosen))
    sums = [(row.quota, row.sum(walk.chosen)) for row in problem.rows if row.of == "min_count"]
    return Selection(
        chosen=problem.ids(walk.chosen),
        value=value,
        spent=problem.spent(walk.chosen),
        proven_optimal=True,
        reasons={one.id: walk.reasons[place] for place, one in enumerate(problem.candidates)},
        bound=value,
        unmet=tuple(Unmet(quota, got) for quota, got in sums if quota and got < (quota.min_count or 0)),
    )


# The best set


@dataclass(frozen=True)
class _Found:
    """A set that keeps every row, its value, and what no set can surpass; `first` among those of the same value."""

    chosen: frozenset[int]
    value: int
    bound: int
    first: bool

    @property
    def proven(self) -> bool:
        return self.value == self.bound


def _best(
    problem: _Problem, *, effort: int, forced: int | None = None, excluded: int | None = None, ties: bool = True
) -> _Found | None:
    """The best set with and without these; None when there is none that keeps every row."""
    taken = frozenset() if forced is None else frozenset({forced})
    rows = [row.less(taken) for row in problem.rows]
    pool = [place for place in problem.pool if place not in (forced, excluded)]
    found = _best_of(problem.values, problem.amounts, rows, pool, effort, ties)
    if found is None or not taken:
        return found
    own = sum(problem.values[place] for place in taken)
    return replace(found, chosen=found.chosen | taken, value=found.value + own, bound=found.bound + own)


def _best_of(
    values: list[int], amounts: list[int], rows: Iterable[_Row], pool: list[int], effort: int, ties: bool
) -> _Found | None:
    """Solved in the parts that have nothing to do with each other, each by itself."""
    rows = list(rows)
    if any(row.high is not None and row.high < 0 for row in rows):
        return None
    barred = {
        place
        for row in rows
        if row.high is not None
        for place, weight in row.weights.items()
        if weight > row.high
    }  # fmt: skip
    pool = [place for place in pool if place not in barred]
    rows = [row.only(pool) for row in rows]
    if any(row.low is not None and sum(row.weights.values()) < row.low for row in rows):
        return None
    rows = [row for row in rows if _can_bind(row)]
    others = [row for row in rows if row.of != "budget"]
    if len(others) < len(rows):
        purse = next(row for row in rows if row.of == "budget")
        relaxed = _relax(amounts, others, pool)
        if relaxed and relaxed.bound <= (purse.high or 0):
            rows = others  # the other limits keep everybody within the budget
    parts = _parts(pool, rows)
    chosen: set[int] = set()
    value = bound = 0
    first = True
    for places, own in parts:
        found = _best_part(values, amounts, own, places, max(effort // len(parts), 200), ties)
        if found is None:
            return None
        chosen |= found.chosen
        value, bound, first = value + found.value, bound + found.bound, first and found.first
    return _Found(frozenset(chosen), value, bound, first)


def _can_bind(row: _Row) -> bool:
    return (row.low or 0) > 0 or (row.high is not None and sum(row.weights.values()) > row.high)


def _parts(pool: list[int], rows: list[_Row]) -> list[tuple[list[int], list[_Row]]]:
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
    parts: dict[int, tuple[list[int], list[_Row]]] = {}
    for place in pool:
        parts.setdefault(root(place), ([], []))[0].append(place)
    for row in rows:
        parts[root(next(iter(row.weights)))][1].append(row)
    return list(parts.values())


def _best_part(
    values: list[int], amounts: list[int], rows: list[_Row], places: list[int], effort: int, ties: bool
) -> _Found | None:
    """First a set that is most likely the best, chosen among those at the margin; then the best of all the others.

    The others are worth less: the set is the best, and the only one. More: it takes its place. As much: there are ties.
    """
    if not rows:
        total = sum(values[place] for place in places)
        return _Found(frozenset(places), total, total, True)
    relaxed = _relax(values, rows, places)
    chosen = _likely(values, amounts, rows, places, relaxed, effort)
    if chosen is None:
        return None
    bound = relaxed.bound if relaxed else sum(values[place] for place in places)
    while True:
        chosen = _in_order(_filled(chosen, rows, places), values, rows, places)
        margin = _Margin.of(chosen, values, rows, places, relaxed)
        if len(margin.free) <= _FEW:
            return margin.counted_out()
        rival, most, nodes = margin.best_other(effort)
        effort -= nodes
        bound = max(margin.value, bound if most is None else min(bound, most))
        if most is not None and most < margin.value:
            return _Found(chosen, margin.value, margin.value, True)
        if rival is None or sum(values[place] for place in rival) <= margin.value:
            break
        chosen = rival
        if effort <= 0:
            margin = _Margin.of(chosen, values, rows, places, relaxed)
            break
    first = False
    if bound > margin.value and len(margin.free) <= _MANY:
        return margin.counted_out()
    if bound == margin.value and ties:
        chosen, first = margin.first(max(effort, _AT_FIRST))
    return _Found(chosen, margin.value, max(bound, margin.value), first)


def _likely(
    values: list[int],
    amounts: list[int],
    rows: list[_Row],
    places: list[int],
    relaxed: "_Relaxed | None",
    effort: int,
) -> frozenset[int] | None:
    """A set that keeps the rows: whoever clearly belongs to it and the best choice among the hundred in doubt."""
    reduced = relaxed.reduced if relaxed else dict.fromkeys(places, 0)
    by_doubt = sorted(places, key=lambda place: (abs(reduced[place]), place))
    count = _DOUBTFUL
    while True:
        free = sorted(by_doubt[:count])
        fixed = frozenset(place for place in by_doubt[count:] if reduced[place] > 0)
        own = [row.less(fixed).only(free) for row in rows]
        answer = _solve(values, own, free, min(effort, _AT_FIRST) if count == _DOUBTFUL else effort)
        if answer.chosen is not None:
            return fixed | answer.chosen
        if count >= len(places):
            break
        count *= 4
    if answer.infeasible:
        return None
    chosen = _greedy(values, amounts, rows, places)  # the search ended before it found anything
    return chosen if all(row.allows(chosen) for row in rows) else _solve([0] * len(values), rows, places, None).chosen


def _greedy(values: list[int], amounts: list[int], rows: Iterable[_Row], places: Iterable[int]) -> frozenset[int]:
    """By value for each fen, whatever fits; minimums are not looked at."""
    by_worth = sorted(places, key=lambda place: (-values[place] / amounts[place], place))
    return _filled((), [replace(row, low=None) for row in rows], by_worth)


def _filled(chosen: Iterable[int], rows: Iterable[_Row], places: Iterable[int]) -> frozenset[int]:
    """With whoever still fits, in this order."""
    found = set(chosen)
    limited = [row for row in rows if row.high is not None]
    room = [(row.high or 0) - row.sum(found) for row in limited]
    limits: dict[int, list[tuple[int, int]]] = {}
    for index, row in enumerate(limited):
        for place, weight in row.weights.items():
            limits.setdefault(place, []).append((index, weight))
    for place in places:
        own = limits.get(place, ())
        if place not in found and all(weight <= room[index] for index, weight in own):
            found.add(place)
            for index, weight in own:
                room[index] -= weight
    return frozenset(found)


def _alike(values: list[int], rows: list[_Row], places: Iterable[int]) -> list[list[int]]:
    """Candidates that differ in nothing but their place, together."""
    marks: dict[int, list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        for place, weight in row.weights.items():
            marks.setdefault(place, []).append((index, weight))
    found: dict[Any, list[int]] = {}
    for place in places:
        found.setdefault((values[place], *marks.get(place, ())), []).append(place)
    return [places for places in found.values() if len(places) > 1]


def _in_order(chosen: frozenset[int], values: list[int], rows: list[_Row], places: Iterable[int]) -> frozenset[int]:
    """The same set, of those alike the first."""
    found = set(chosen)
    for alike in _alike(values, rows, places):
        count = sum(place in found for place in alike)
        found.difference_update(alike)
        found.update(alike[:count])
    return frozenset(found)


@dataclass(frozen=True)
class _Relaxed:
    """Lagrange's bound, exact; `fine` is the same and `reduced` the reduced values, in units of 1/_FINE."""

    bound: int
    fine: int
    reduced: dict[int, int]


def _relax(values: list[int], rows: list[_Row], places: list[int]) -> _Relaxed | None:
    """The bound by the multipliers of the linear problem, rounded: valid whatever they are. None without any."""
    answer = _run([values[place] for place in places], [_line(row, places) for row in rows], integer=False)
    if answer is None or answer.duals is None:
        return None
    reduced = {place: values[place] * _FINE for place in places}
    fine = 0
    for row, dual in zip(rows, answer.duals, strict=True):
        multiplier = round(dual * _FINE) if math.isfinite(dual) else 0
        limit = row.high if multiplier > 0 else row.low
        if multiplier and limit is not None:
            fine += multiplier * limit
            for place, weight in row.weights.items():
                reduced[place] -= multiplier * weight
    fine += sum(value for value in reduced.values() if value > 0)
    return _Relaxed(fine // _FINE, fine, reduced)


@dataclass(frozen=True)
class _Margin:
    """The candidates in which a set of at least the value of the chosen one can differ from it, and their limits."""

    chosen: frozenset[int]
    value: int
    values: list[int]
    fixed: frozenset[int]
    free: list[int]
    rows: list[_Row]

    @classmethod
    def of(
        cls,
        chosen: frozenset[int],
        values: list[int],
        rows: list[_Row],
        places: list[int],
        relaxed: "_Relaxed | None",
    ) -> "_Margin":
        value = sum(values[place] for place in chosen)
        room = relaxed.fine - value * _FINE if relaxed else 0
        free = [place for place in places if relaxed is None or abs(relaxed.reduced[place]) <= room]
        fixed = chosen.difference(free)
        own = [row.less(fixed).only(free) for row in rows]
        own = [row for row in own if row.weights and _can_bind(row)]
        for alike in _alike(values, own, free):
            own += [_Row({one: 1, other: -1}, low=0) for one, other in pairwise(alike)]
        return cls(chosen, value, values, fixed, free, own)

    def joined(self, free: Iterable[int]) -> frozenset[int]:
        return self.fixed | frozenset(free)

    def counted_out(self) -> _Found:
        """Every set is looked at, in whole numbers: for a few candidates that is the surest and soonest."""
        tail = self.free[-_AT_ONCE:]
        head = self.free[: -len(tail)] if tail else []
        rows = [row for row in self.rows if row.weights]
        worth = _sums([self.values[place] for place in tail])
        totals = [_sums([row.weights.get(place, 0) for place in tail]) for row in rows]
        best, value = self.chosen.difference(self.fixed), -1
        for picks in product((True, False), repeat=len(head)):  # the greatest in dictionary order first
            taken = [place for place, yes in zip(head, picks, strict=True) if yes]
            allowed = np.ones(len(worth), bool)
            for row, total in zip(rows, totals, strict=True):
                used = row.sum(taken)
                if row.high is not None:
                    allowed &= total <= row.high - used
                if row.low is not None:
                    allowed &= total >= row.low - used
            if allowed.any():
                found = np.where(allowed, worth, -1)
                reached = int(found.max()) + sum(self.values[place] for place in taken)
                if reached > value:
                    code = int(np.flatnonzero(found == found.max())[-1])
                    rest = [place for at, place in enumerate(reversed(tail)) if code >> at & 1]
                    best, value = frozenset(taken + rest), reached
        chosen = self.joined(best)
        value = sum(self.values[place] for place in chosen)
        return _Found(chosen, value, value, True)

    def best_other(self, effort: int) -> tuple[frozenset[int] | None, int | None, int]:
        """A set that differs and is worth as much or more, if there is one; what no such set surpasses; nodes.

        The chosen set itself is let in at half a unit less, by a column of its own: so the search knows from the start
        what need not be looked at.
        """
        own = self.chosen.difference(self.fixed)
        unit = math.gcd(*(self.values[place] for place in self.free)) or 1
        weights = {place: -1 if place in own else 1 for place in self.free} | {_ITSELF: 1}
        answer = _solve(
            [*(2 * self.values[place] // unit for place in self.free), -1],
            [*self.rows, _Row(weights, low=1 - len(own))],
            [*self.free, _ITSELF],
            effort,
            by_place=False,
            start=own | {_ITSELF},
        )
        rival = None if answer.chosen is None else self.joined(answer.chosen - {_ITSELF})
        most = None
        if answer.bound is not None:
            most = answer.bound // 2 * unit + sum(self.values[place] for place in self.fixed)
        return (None if rival == self.chosen else rival), most, answer.nodes

    def first(self, effort: int) -> tuple[frozenset[int], bool]:
        """Of the sets of this value the one that prefers earlier inputs, and whether that is settled."""
        free = self.free
        least = self.value - sum(self.values[place] for place in self.fixed)
        as_good = _Row({place: self.values[place] for place in free if self.values[place]}, low=least)
        now = [place in self.chosen for place in free]
        done: dict[int, int] = {}
        while len(done) < len(free):
            start = len(done)
            end = min(start + _BATCH, len(free))
            if not all(now[start:end]):
                weights = [0] * start + [1 << (end - 1 - at) for at in range(start, end)] + [0] * (len(free) - end)
                before = [place for place, yes in zip(free, now, strict=True) if yes]
                answer = _solve(weights, [*self.rows, as_good], free, effort, by_place=False, fixed=done, start=before)
                if answer.chosen is None or answer.bound is None:
                    break
                reached = sum(weights[at] for at in range(start, end) if now[at])
                found = [place in answer.chosen for place in free]
                if sum(weights[at] for at in range(start, end) if found[at]) > reached:
                    now, reached = found, sum(weights[at] for at in range(start, end) if found[at])
                if answer.bound > reached:
                    break
            done |= {at: int(now[at]) for at in range(start, end)}
        return self.joined(place for place, yes in zip(free, now, strict=True) if yes), len(done) == len(free)


def _sums(weights: Sequence[int]) -> "np.ndarray[Any, Any]":
    """The sum of every subset; the number of the subset has a bit for each weight, the first one the highest."""
    sums = np.zeros(1, np.int64)
    for weight in reversed(weights):
        sums = np.concatenate([sums, sums + weight])
    return sums


# HiGHS


class _Silent(highspy.Highs):
    """Without the banner that HiGHS prints once it may speak."""

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()


@dataclass(frozen=True)
class _Line:
    """A row as HiGHS wants it, by column."""

    columns: list[int]
    weights: list[int]
    low: int | None
    high: int | None


@dataclass(frozen=True)
class _Raw:
    status: Any
    values: list[float]
    bound: float
    duals: list[float] | None
    nodes: int


@dataclass(frozen=True)
class _Answer:
    """A set that keeps every row to the fen, and an upper bound for all of them; None where the search gave none."""

    chosen: frozenset[int] | None
    bound: int | None
    infeasible: bool = False
    nodes: int = 0


def _line(row: _Row, places: Sequence[int]) -> _Line:
    at = {place: column for column, place in enumerate(places)}
    columns = [at[place] for place in row.weights if place in at]
    return _Line(columns, [weight for place, weight in row.weights.items() if place in at], row.low, row.high)


def _solve(
    values: Sequence[int],
    rows: list[_Row],
    places: list[int],
    effort: int | None,
    *,
    by_place: bool = True,
    fixed: Mapping[int, int] | None = None,
    start: Collection[int] | None = None,
) -> _Answer:
    """The set of greatest value, checked in integers. `values` by place, or in the order of `places`; `start` is a set
    that keeps the rows, from which the search begins."""
    if not places:
        return _Answer(frozenset(), 0) if all(row.allows(()) for row in rows) else _Answer(None, None, infeasible=True)
    worth = [values[place] for place in places] if by_place else list(values)
    unit = math.gcd(*worth) or 1
    worth = [value // unit for value in worth]
    lines = [_line(row, places) for row in rows]
    begin = None if start is None else [float(place in start) for place in places]
    exact = sum(map(abs, worth)) < 1 << 52
    for _again in range(20):
        raw = _run(worth, lines, effort=effort, fixed=fixed, start=begin)
        if raw is None:
            break
        if raw.status == highspy.HighsModelStatus.kInfeasible:
            return _Answer(None, None, infeasible=True)
        bound = math.floor(raw.bound) if exact and math.isfinite(raw.bound) else None
        if not raw.values:
            return _Answer(None, None if bound is None else bound * unit, nodes=raw.nodes)
        columns = {column for column, value in enumerate(raw.values) if value > 0.5}
        chosen = frozenset(places[column] for column in columns)
        broken = [index for index, row in enumerate(rows) if not row.allows(chosen)]
        if not broken:
            total = sum(worth[column] for column in columns)
            settled = raw.status == highspy.HighsModelStatus.kOptimal
            if settled and bound is not None and bound <= total:
                bound = total
            return _Answer(chosen, None if bound is None else bound * unit, nodes=raw.nodes)
        lines += [_cut(rows[index], lines[index], columns) for index in broken]
    return _Answer(None, None)


def _cut(row: _Row, line: _Line, columns: Collection[int]) -> _Line:
    """A row that this set breaks, said so that no double can miss it, and no set that keeps it is lost."""
    total = sum(weight for column, weight in zip(line.columns, line.weights, strict=True) if column in columns)
    if line.high is not None and total > line.high:
        over = [column for column in line.columns if column in columns]
        return _Line(over, [1] * len(over), None, len(over) - 1)
    rest = [column for column in line.columns if column not in columns]
    return _Line(rest, [1] * len(rest), 1, None)


def _run(
    worth: Sequence[int],
    lines: Sequence[_Line],
    *,
    integer: bool = True,
    effort: int | None = None,
    fixed: Mapping[int, int] | None = None,
    upper: Mapping[int, int] | None = None,
    start: list[float] | None = None,
) -> _Raw | None:
    """Maximise over columns from 0 to 1 (`upper`: a continuous one up to there); None when HiGHS gives up.

    Large numbers are divided by a power of two, which a double does exactly; a limit that becomes a fraction is moved
    by half a unit, where no whole number lies.
    """
    count = len(worth)
    shift = _shift(worth, 24)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = count, len(lines)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = np.array([math.ldexp(value, -shift) for value in worth])
    low, high = np.zeros(count), np.ones(count)
    for column, limit in (upper or {}).items():
        high[column] = limit
    for column, value in (fixed or {}).items():
        low[column] = high[column] = value
    model.col_lower_, model.col_upper_ = low, high
    starts, columns, weights, lows, highs = [0], [], [], [], []
    for line in lines:
        down = _shift(line.weights, 24)
        half = 0.5 if down else 0.0
        columns += line.columns
        weights += [math.ldexp(weight, -down) for weight in line.weights]
        starts.append(len(columns))
        lows.append(-math.inf if line.low is None else math.ldexp(line.low - half, -down))
        highs.append(math.inf if line.high is None else math.ldexp(line.high + half, -down))
    model.row_lower_, model.row_upper_ = np.array(lows), np.array(highs)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(starts)
    model.a_matrix_.index_ = np.array(columns)
    model.a_matrix_.value_ = np.array(weights, float)
    if integer:
        whole, any_number = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        model.integrality_ = [any_number if column in (upper or {}) else whole for column in range(count)]
    solver = _Silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 0)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    solver.setOptionValue("mip_allow_restart", False)  # measured: half the time
    if effort is not None:
        solver.setOptionValue("mip_max_nodes", effort)
    solver.passModel(model)
    if start is not None:
        solver.setOptionValue("mip_heuristic_effort", 0.0)
        solution = highspy.HighsSolution()
        solution.col_value = start
        solver.setSolution(solution)
    solver.run()
    status = solver.getModelStatus()
    known = highspy.HighsModelStatus
    if status == known.kUnboundedOrInfeasible:
        status = known.kInfeasible  # nothing here is unbounded
    if status not in (known.kOptimal, known.kInfeasible, known.kSolutionLimit, known.kIterationLimit):
        return None
    info, solution = solver.getInfo(), solver.getSolution()
    values = list(solution.col_value) if info.primal_solution_status == 2 else []
    bound = math.ldexp(info.mip_dual_bound if integer else info.objective_function_value, shift)
    duals = None
    if not integer and status == known.kOptimal:
        duals = [
            math.ldexp(dual, shift - _shift(line.weights, 24))
            for dual, line in zip(solution.row_dual, lines, strict=True)
        ]
    return _Raw(status, values, bound, duals, max(int(info.mip_node_count), 0))


def _shift(numbers: Iterable[int], bits: int) -> int:
    """By how many bits to move these so that the largest has no more than `bits`."""
    return max(0, max((abs(number).bit_length() for number in numbers), default=0) - bits)


# Reasons


def _reasons(problem: _Problem, chosen: frozenset[int]) -> dict[Hashable, Reason]:
    limits = _rows_by_place(problem.rows)
    used = [row.sum(chosen) for row in problem.rows]
    left = problem.budget - used[0]
    needed = _needed(problem, chosen, used)
    eligible = set(problem.pool)
    last = min((problem.scores[place] for place in chosen if place not in needed), default=None)
    found = {}
    for place, one in enumerate(problem.candidates):
        missing = problem.amounts[place] - left
        if place in chosen:
            reason = Reason(Code.MINIMUM, quota=needed[place]) if place in needed else Reason(Code.CHOSEN)
        elif place not in eligible:
            reason = _below(problem, place)
        elif full := next(_full(limits.get(place, ()), used, place), None):
            reason = full
        elif missing <= 0 or (last is not None and problem.scores[place] > last):
            reason = Reason(Code.OUTWEIGHED)
        else:
            reason = Reason(Code.NO_MONEY, missing=_yuan(missing))
        found[one.id] = reason
    return found


def _needed(problem: _Problem, chosen: frozenset[int], used: list[int]) -> dict[int, Quota]:
    """Who is chosen because of a minimum that is just met: without it, another worth more could take the place."""
    minimums = [row for row, total in zip(problem.rows, used, strict=True) if row.low is not None and total == row.low]
    if not minimums:
        return {}
    limits = _rows_by_place(problem.rows)
    values, amounts = problem.values, problem.amounts
    left = problem.budget - used[0]
    others = sorted((place for place in problem.pool if place not in chosen), key=lambda place: -values[place])
    found: dict[int, Quota] = {}
    for row in minimums:
        for place in chosen:
            if place not in row.weights or place in found:
                continue
            without = list(used)
            for index, limit in limits.get(place, ()):
                without[index] -= limit.weights[place]
            for other in others:
                if values[other] <= values[place]:
                    break
                if amounts[other] <= left + amounts[place] and not any(_full(limits.get(other, ()), without, other)):
                    assert row.quota is not None
                    found[place] = row.quota
                    break
    return found


def _causes(problem: _Problem) -> list[Cause]:
    """Why the minimums cannot be kept: one that is too much alone, else a smallest set that contradicts itself."""
    pool = set(problem.pool)
    minimums = [row.only(pool) for row in problem.rows if row.of == "min_count"]
    found = []
    for row in minimums:
        assert row.quota is not None
        if len(row.weights) < (row.low or 0):
            found.append(Cause((row.quota,), available=len(row.weights)))
            continue
        cost = sum(sorted(problem.amounts[place] for place in row.weights)[: row.low])
        purses = [problem.budget]
        if row.quota.max_amount is not None:
            purses.append(_fen(row.quota.max_amount, "max_amount"))
        if cost > min(purses):
            found.append(Cause((row.quota,), cost=_yuan(cost), money=_yuan(min(purses))))
    return found or [_conflict(problem)]


def _conflict(problem: _Problem) -> Cause:
    """A smallest set of limits that cannot be kept together, by leaving out one after the other (deletion filter)."""
    places = problem.pool
    kept = [row.only(places) for row in problem.rows if row.quota or row.of == "budget"]
    for row in sorted(kept, key=lambda row: ("max_count", "max_amount", "budget", "min_count").index(row.of)):
        rest = [other for other in kept if other is not row]
        if _solve([0] * len(problem.values), rest, places, None).infeasible:
            kept = rest
    quotas = tuple(dict.fromkeys(row.quota for row in kept if row.quota))
    rest = [row for row in kept if row.of != "budget"]
    if len(rest) == len(kept):
        return Cause(quotas)
    cheapest = _solve([-amount for amount in problem.amounts], rest, places, EFFORT)
    cost = -cheapest.bound if cheapest.bound is not None else problem.budget + 1
    return Cause(quotas, cost=_yuan(cost), money=_yuan(problem.budget))


# What would have to change


def _obstacles(problem: _Problem, place: int, chosen: Collection[int]) -> tuple[Reason, ...]:
    if place in chosen:
        return ()
    used = [row.sum(chosen) for row in problem.rows]
    missing = problem.amounts[place] - (problem.budget - used[0])
    found = [] if place in set(problem.pool) else [_below(problem, place)]
    if missing > 0:
        found.append(Reason(Code.NO_MONEY, missing=_yuan(missing)))
    return (*found, *_full(_rows_by_place(problem.rows).get(place, ()), used, place))


def _highest(problem: _Problem, place: int) -> Decimal:
    return max(HIGHEST, problem.candidates[place].score)


def _change_in_order(problem: _Problem, place: int) -> Change:
    """By walking again. A higher score only takes others away from before it, so it never does harm."""
    one = problem.candidates[place]
    walk = _walk(problem)
    chosen = place in walk.chosen

    def is_chosen(**changes: Any) -> bool:
        changed = problem.with_one(place, **changes)
        return place in _walk(changed).chosen

    low, high = 0, int(_highest(problem, place) / FEN)
    score = None
    if is_chosen(score=high * FEN):
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if is_chosen(score=middle * FEN) else (middle + 1, high)
        score = low * FEN
    if place not in problem.pool:
        return Change(one.id, chosen, _obstacles(problem, place, walk.chosen), score=score)
    amount = _amount_in_order(problem, place, walk)
    extra = _extra_in_order(problem, place)
    lost, leaving, joining = None, frozenset[Hashable](), frozenset[Hashable]()
    other = _walk(problem, first=place) if not chosen else _walk(_without(problem, place))
    if chosen or place in other.chosen:
        lost = problem.worth(
            sum(problem.scores[at] for at in walk.chosen) - sum(problem.scores[at] for at in other.chosen)
        )
        leaving = problem.ids(set(walk.chosen) - set(other.chosen) - {place})
        joining = problem.ids(set(other.chosen) - set(walk.chosen) - {place})
    return Change(
        id=one.id,
        chosen=chosen,
        obstacles=_obstacles(problem, place, walk.chosen),
        score=score,
        amount=amount,
        extra_budget=extra,
        extra_is_enough=extra is not None,
        value_lost=lost,
        leaving=leaving,
        joining=joining,
    )


def _without(problem: _Problem, excluded: int) -> _Problem:
    return replace(problem, pool=[place for place in problem.pool if place != excluded])


def _amount_in_order(problem: _Problem, place: int, walk: _Walk) -> Decimal | None:
    """What is left, of the money and of its quotas, when its turn comes."""
    before = set(_order(problem)[: _order(problem).index(place)])
    taken = [at for at in walk.chosen if at in before]
    if problem.objective == "rank" and any(at in before for at in walk.missing):
        return None
    rooms = []
    for row in problem.rows:
        if place not in row.weights or row.high is None:
            continue
        room = row.high - row.sum(taken)
        if row.of == "max_count" and room < 1:
            return None
        if row.of != "max_count":
            rooms.append(room)
    return _yuan(min(rooms)) if min(rooms) > 0 else None


def _extra_in_order(problem: _Problem, place: int) -> Decimal | None:
    """From one budget at which the walk up to this candidate changes to the next: by the least that is missing."""
    before = set(_order(problem)[: _order(problem).index(place) + 1])
    budget = problem.budget
    for _step in range(2000):
        walk = _walk(problem, budget=budget)
        if place in walk.chosen:
            return _yuan(budget - problem.budget)
        steps = [missing for at, missing in walk.missing.items() if at in before]
        if not steps:
            return None  # it is not money that is missing
        budget += min(steps)
    return None


def _change_of_best(problem: _Problem, place: int, effort: int) -> Change:
    """By the best set with and the best set without it: it is chosen where the first is worth more."""
    one = problem.candidates[place]
    allowed = place in set(problem.pool)
    today = _best(problem, effort=effort)
    if today is None:
        raise Infeasible(_causes(problem))
    chosen = place in today.chosen
    proven = today.proven
    without = _best(problem, effort=effort, excluded=place, ties=False) if chosen else today
    inside = today if chosen else _best(problem, effort=effort, forced=place, ties=False)
    obstacles = _obstacles(problem, place, today.chosen)
    if without is None:  # no minimum can be met without it
        most, certain = _amount_allowed(problem, place, None, effort, chosen)
        least = problem.floor.quantize(FEN, ROUND_CEILING) if problem.floor is not None else Decimal("0.00")
        amount = None if most is None else _yuan(most)
        return Change(one.id, chosen, score=least, amount=amount, proven=proven and certain)
    proven = proven and without.proven
    told = Change(one.id, chosen, obstacles)
    if inside is not None:
        proven = proven and inside.proven
        told = replace(told, score=_score_needed(problem, place, inside, without, effort))
    if not allowed:
        return replace(told, proven=proven)
    most, certain = _amount_allowed(problem, place, without, effort, chosen)
    extra, enough, sure = (0, True, True) if chosen else _extra_needed(problem, place, today, effort)
    told = replace(
        told,
        amount=None if most is None else _yuan(most),
        extra_budget=None if extra is None else _yuan(extra),
        extra_is_enough=enough,
        proven=proven and certain and sure,
    )
    other = without if chosen else inside
    if other is None:
        return told
    return replace(
        told,
        value_lost=problem.worth(today.value - other.value),
        leaving=problem.ids(today.chosen - other.chosen - {place}),
        joining=problem.ids(other.chosen - today.chosen - {place}),
    )


def _score_needed(problem: _Problem, place: int, inside: _Found, without: _Found, effort: int) -> Decimal | None:
    """From the two values, exactly: its own is score × weight, and nothing else in either depends on its score."""
    weight = problem.amounts[place] if problem.objective == "merit_amount" else 1
    lacking = without.value - (inside.value - problem.values[place])
    step = problem.scale // 100
    grid = max(0, -(-lacking // (weight * step)))
    if problem.floor is not None:
        grid = max(grid, int((problem.floor / FEN).to_integral_value(ROUND_CEILING)))
    score, highest = grid * FEN, _highest(problem, place)
    if score > highest:
        return None
    if grid * step * weight == lacking and not _is_chosen(problem.with_one(place, score=score), place, effort):
        score += FEN
    return score if score <= highest else None


def _is_chosen(problem: _Problem, place: int, effort: int) -> bool:
    found = _best(problem, effort=effort)
    return found is not None and place in found.chosen


def _amount_allowed(
    problem: _Problem, place: int, without: _Found | None, effort: int, chosen: bool
) -> tuple[int | None, bool]:
    """The largest amount with which a set with it is worth as much as the best without it; and whether it is proven.

    One more problem: its amount is a variable of it. Where both are worth the same, the order of the input decides,
    and that is asked; where it loses, the set must be worth more (a smaller amount that wins a tie is not sought).
    """
    most = [problem.budget if chosen else problem.amounts[place]]
    most += [row.high for row in problem.rows if row.of == "max_amount" and row.high and place in row.weights]
    pool = [at for at in problem.pool if at != place]
    column = len(pool)
    merit = problem.objective == "merit_amount"
    for least in (without.value, without.value + 1) if without else (None,):
        lines, rows = [], []
        for row in problem.rows:
            is_money = row.of in ("budget", "max_amount")
            if not is_money:
                row = row.less({place})
            line = _line(row, pool)
            if is_money and place in row.weights:
                line = _Line([*line.columns, column], [*line.weights, 1], line.low, line.high)
            lines.append(line)
            rows.append(row)
        if least is not None and merit:
            weights = [*(problem.values[at] for at in pool), problem.scores[place]]
            lines.append(_Line(list(range(column + 1)), weights, least, None))
        elif least is not None:
            weights = [problem.values[at] for at in pool]
            lines.append(_Line(list(range(column)), weights, least - problem.scores[place], None))
        raw = _run([0] * column + [1], lines, effort=effort, upper={column: min(most)})
        if raw is None or not raw.values:
            return None, raw is not None and raw.status == highspy.HighsModelStatus.kInfeasible
        rest = [at for at, value in zip(pool, raw.values, strict=False) if value > 0.5]
        room = min([min(most)] + [(row.high or 0) - row.sum(rest) for row in rows if place in row.weights])
        optimal = raw.status == highspy.HighsModelStatus.kOptimal
        if room < 1:
            return None, optimal
        if _is_chosen(problem.with_one(place, amount=_yuan(room)), place, effort):
            return room, optimal
    return None, False


def _extra_needed(problem: _Problem, place: int, today: _Found, effort: int) -> tuple[int | None, bool, bool]:
    """The cheapest set with it that is worth as much as today's: what it costs beyond the budget, and whether the best
    set of such a budget has it."""
    rows = [row.less({place}) for row in problem.rows if row.of != "budget"]
    pool = [at for at in problem.pool if at != place]
    needed = today.value - problem.values[place]
    rows.append(_Row({at: problem.values[at] for at in pool if problem.values[at]}, low=needed, of="value"))
    if any(row.high is not None and row.high < 0 for row in rows):
        return None, False, True
    answer = _solve([-amount for amount in problem.amounts], rows, pool, effort)
    if answer.chosen is None:
        return None, False, answer.infeasible
    cost = sum(problem.amounts[at] for at in answer.chosen) + problem.amounts[place]
    extra = max(0, cost - problem.budget)
    enough = _is_chosen(problem.with_one(place, budget=_yuan(problem.budget + extra)), place, effort)
    return extra, enough, answer.bound == problem.amounts[place] - cost
