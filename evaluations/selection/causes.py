"""When no set keeps every minimum: the smallest cause, and the sentence that says it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import yuan
from evaluations.selection.effort import Effort
from evaluations.selection.figures import in_fen, in_yuan
from evaluations.selection.nouns import Quota
from evaluations.selection.optimum import EFFORT
from evaluations.selection.problem import Problem
from evaluations.selection.programme import solve

SECONDS = 5.0
"""For the cause; what could be left out in that time is left out."""


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
    is_contrary: bool = False
    """The quota asks for more projects than it allows."""

    @property
    def sentence(self) -> str:
        one = self.quotas[0]
        said: dict[str, Any] = {
            "group": one.label,
            "groups": ", ".join(f"“{quota.label}”" for quota in self.quotas),
            "count": one.min_count,
            "most": one.max_count,
            "available": self.available,
            "cost": yuan(self.cost or Decimal(0)),
            "money": yuan(self.money or Decimal(0)),
        }
        if self.is_contrary:
            found = _("“%(group)s” needs at least %(count)s, but may have at most %(most)s.")
        elif self.available is not None:
            found = _("“%(group)s” needs at least %(count)s, but only %(available)s may be chosen.")
        elif self.cost is None:
            found = _("The limits of %(groups)s contradict each other.")
        elif len(self.quotas) == 1:
            found = _(
                "“%(group)s” needs at least %(count)s: these cost %(cost)s yuan or more, but there are %(money)s."
            )
        else:
            found = _("%(groups)s together need %(cost)s yuan or more, but there are %(money)s.")
        return found % said


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


def causes(problem: Problem) -> list[Cause]:
    """Why the minimums cannot be kept: one that is too much alone, else a smallest set that contradicts itself."""
    return list(_alone(problem)) or [_conflict(problem)]


def _alone(problem: Problem) -> Iterator[Cause]:
    for row in problem.rows:
        if row.of != "min_count":
            continue
        assert row.quota is not None
        if row.quota.max_count is not None and (row.low or 0) > row.quota.max_count:
            yield Cause((row.quota,), is_contrary=True)
            continue
        amounts = sorted(problem.amounts[place] for place in row.weights if place in problem.eligible)
        if len(amounts) < (row.low or 0):
            yield Cause((row.quota,), available=len(amounts))
            continue
        cost, purse = sum(amounts[: row.low]), problem.budget
        if row.quota.max_amount is not None:
            purse = min(purse, in_fen(row.quota.max_amount, "max_amount"))
        if cost > purse:
            yield Cause((row.quota,), cost=in_yuan(cost), money=in_yuan(purse))


def _conflict(problem: Problem) -> Cause:
    """A smallest set of limits that cannot be kept together, by leaving out one after the other (deletion filter)."""
    places = problem.pool
    kept = [row.only(places) for row in problem.rows]
    effort = Effort.of(EFFORT, SECONDS)
    for row in sorted(kept, key=lambda row: ("max_count", "max_amount", "budget", "min_count").index(row.of)):
        rest = [other for other in kept if other is not row]
        if solve([0] * len(places), rest, places, effort).infeasible:
            kept = rest
    quotas = tuple(dict.fromkeys(row.quota for row in kept if row.quota))
    rest = [row for row in kept if row.of != "budget"]
    if len(rest) == len(kept):
        return Cause(quotas)
    cheapest = solve([-problem.amounts[place] for place in places], rest, places, Effort.of(EFFORT, SECONDS))
    cost = -cheapest.bound if cheapest.bound is not None else problem.budget + 1
    return Cause(quotas, cost=in_yuan(cost), money=in_yuan(problem.budget))
