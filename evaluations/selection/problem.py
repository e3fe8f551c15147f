"""The problem in whole numbers: candidates are places in the input, and every limit is a row of weights."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from core.money import exact
from evaluations.selection.figures import LARGEST, decimal_places, in_fen, in_yuan
from evaluations.selection.nouns import Candidate, Code, Quota, Reason

OBJECTIVES = ("rank", "rank_skip", "score", "merit_amount")
HIGHEST = Decimal(100)
"""Points; only a bonus can lift a score above, up to twice as much."""
PLACES = 4
"""Decimal places a score may have."""


@dataclass(frozen=True)
class Row:
    """low ≤ the sum of the weights of those chosen ≤ high; weights by place."""

    weights: Mapping[int, int]
    low: int | None = None
    high: int | None = None
    quota: Quota | None = None
    of: str = ""

    @property
    def is_money(self) -> bool:
        return self.of in ("budget", "max_amount")

    @property
    def is_overdrawn(self) -> bool:
        """More is used already than it allows."""
        return self.high is not None and self.high < 0

    @property
    def barred(self) -> set[int]:
        """Who by himself is more than it allows."""
        return set() if self.high is None else {place for place, weight in self.weights.items() if weight > self.high}

    @property
    def can_bind(self) -> bool:
        total = sum(self.weights.values())
        return (self.low or 0) > 0 or (self.high is not None and total > self.high)

    def sum(self, chosen: Iterable[int]) -> int:
        return sum(self.weights.get(place, 0) for place in chosen)

    def allows(self, chosen: Collection[int]) -> bool:
        total = self.sum(chosen)
        return (self.low is None or total >= self.low) and (self.high is None or total <= self.high)

    def less(self, chosen: Collection[int]) -> "Row":
        """What is left of it when these are chosen already."""
        used = self.sum(chosen)
        weights = {place: weight for place, weight in self.weights.items() if place not in chosen}
        low, high = (None if limit is None else limit - used for limit in (self.low, self.high))
        return replace(self, weights=weights, low=low, high=high)

    def only(self, places: Collection[int]) -> "Row":
        return replace(self, weights={place: self.weights[place] for place in places if place in self.weights})


def by_place(rows: Iterable[Row]) -> dict[int, list[tuple[int, int]]]:
    """For each candidate the rows that it counts in, by their index, with its weight."""
    found: dict[int, list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        for place, weight in row.weights.items():
            found.setdefault(place, []).append((index, weight))
    return found


@dataclass(frozen=True)
class Problem:
    """What was given, checked, with the limits of the money and the quotas as rows."""

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
    rows: list[Row]
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
    ) -> "Problem":
        found, limits = tuple(candidates), _joined(quotas)
        if objective not in OBJECTIVES:
            raise ValueError(f"objective must be one of {', '.join(OBJECTIVES)}, not {objective!r}")
        if len({one.id for one in found}) < len(found):
            raise ValueError("Two candidates have the same id")
        if floor is not None:
            floor = exact(floor, "floor")
        for one in found:
            if not 0 <= exact(one.score, "score") <= 2 * HIGHEST:
                raise ValueError(f"score must be from 0 to {2 * HIGHEST}, not {one.score}")
        places = max([2, *(decimal_places(one.score) for one in found)])
        if places > PLACES:
            raise ValueError(f"score must have at most {PLACES} decimal places")
        amounts = [in_fen(one.amount, "amount", least=1) for one in found]
        if sum(amounts) > LARGEST:
            raise ValueError("The amounts are too large")
        money = in_fen(budget, "budget")
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
            rows=[Row(dict(enumerate(amounts)), high=money, of="budget"), *_rows(found, limits, amounts)],
            pool=[place for place, one in enumerate(found) if floor is None or one.score >= floor],
        )

    def with_one(self, place: int, *, budget: Decimal | None = None, **changes: Any) -> "Problem":
        """The same with another score or amount of one candidate, or with another budget."""
        candidates = list(self.candidates)
        candidates[place] = replace(candidates[place], **changes)
        money = in_yuan(self.budget) if budget is None else budget
        return Problem.of(candidates, money, self.floor, self.quotas, self.objective)

    def without(self, place: int) -> "Problem":
        return replace(self, pool=[other for other in self.pool if other != place])

    def highest_score(self, place: int) -> Decimal:
        return max(HIGHEST, self.candidates[place].score)

    @property
    def is_order(self) -> bool:
        return self.objective in ("rank", "rank_skip")

    @cached_property
    def values(self) -> list[int]:
        if self.objective != "merit_amount":
            return self.scores
        return [score * amount for score, amount in zip(self.scores, self.amounts, strict=True)]

    @cached_property
    def eligible(self) -> frozenset[int]:
        return frozenset(self.pool)

    @cached_property
    def limits(self) -> dict[int, list[tuple[int, int]]]:
        """For each candidate the rows that it counts in, the budget (0) first, with its weight."""
        return by_place(self.rows)

    def used(self, chosen: Iterable[int]) -> list[int]:
        """Of each row."""
        places = list(chosen)
        return [row.sum(places) for row in self.rows]

    def full(self, place: int, used: Sequence[int]) -> Iterator[Reason]:
        """The quotas that this one more would break."""
        for index, weight in self.limits[place]:
            row = self.rows[index]
            if row.quota is None or row.high is None or used[index] + weight <= row.high:
                continue
            if row.of == "max_count":
                yield Reason(Code.QUOTA_COUNT, quota=row.quota)
            else:
                yield Reason(Code.QUOTA_AMOUNT, quota=row.quota, missing=in_yuan(used[index] + weight - row.high))

    def missing(self, place: int, used: Sequence[int]) -> int:
        """What is missing (fen) for this one more; 0 or less when there is enough."""
        return used[0] + self.amounts[place] - self.budget

    def below_floor(self, place: int) -> Reason:
        return Reason(Code.BELOW_FLOOR, score=self.candidates[place].score, floor=self.floor)

    def worth(self, value: int) -> Decimal:
        """A value as people read it: points, or points × yuan."""
        places = len(str(self.scale)) - 1 + (2 if self.objective == "merit_amount" else 0)
        return Decimal(value).scaleb(-places)

    def ids(self, places: Iterable[int]) -> frozenset[Hashable]:
        return frozenset(self.candidates[place].id for place in places)

    def spent(self, places: Iterable[int]) -> Decimal:
        return in_yuan(sum(self.amounts[place] for place in places))


def _rows(candidates: Sequence[Candidate], quotas: Sequence[Quota], amounts: list[int]) -> Iterator[Row]:
    members: dict[Hashable, list[int]] = {}
    for place, one in enumerate(candidates):
        for group in set(one.groups):
            members.setdefault(group, []).append(place)
    for quota in quotas:
        places = members.get(quota.group, [])
        if quota.max_amount is not None:
            high = in_fen(quota.max_amount, "max_amount")
            yield Row({place: amounts[place] for place in places}, high=high, quota=quota, of="max_amount")
        ones = dict.fromkeys(places, 1)
        if quota.max_count is not None:
            yield Row(ones, high=quota.max_count, quota=quota, of="max_count")
        if quota.min_count:
            yield Row(ones, low=quota.min_count, quota=quota, of="min_count")


def _check(quota: Quota) -> None:
    for name, count in (("max_count", quota.max_count), ("min_count", quota.min_count)):
        if isinstance(count, bool) or not isinstance(count, int | None):
            raise TypeError(f"{name} must be an int, not {type(count).__name__}")
        if count is not None and count < 0:
            raise ValueError(f"{name} must not be negative, not {count}")


def _joined(quotas: Iterable[Quota]) -> tuple[Quota, ...]:
    """One quota a group: of several, the stricter limit of each kind. One that sets nothing does no harm."""
    found: dict[Hashable, Quota] = {}
    for quota in quotas:
        _check(quota)
        other = found.get(quota.group)
        found[quota.group] = _stricter(other, quota) if other else quota
    return tuple(found.values())


def _stricter(one: Quota, other: Quota) -> Quota:
    amounts = [quota.max_amount for quota in (one, other) if quota.max_amount is not None]
    most = [quota.max_count for quota in (one, other) if quota.max_count is not None]
    least = [quota.min_count for quota in (one, other) if quota.min_count is not None]
    return Quota(
        one.group,
        min(amounts, default=None),
        min(most, default=None),
        max(least, default=None),
        name=one.name or other.name,
    )
