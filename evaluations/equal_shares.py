"""What residents' approval ballots choose under a budget: the Method of Equal Shares, and plain counting.

Method: Peters, Pierczyński and Skowron, "Proportional Participatory Budgeting with Additive Utilities" (2021). The
budget is divided equally among the voters. A project can be bought when those who approved it have its cost left
between them; they share it equally, and who has less than that share gives all that is left. For each project ρ is the
highest price that a supporter pays for one unit of utility; the project with the lowest ρ is bought, again and again
until none can be. So each group of voters decides on about its share of the money, and a majority not on all of it.

Two readings of utility: `cost` (a voter values a project at its cost; the version used in cities such as Wieliczka and
Aarau, equalshares.net) and `count` (each approved project counts the same, which favours cheap ones).

Money that nobody can spend by himself is then used by one of two completions:

- `greedy`: the projects by votes, most first, whatever still fits;
- `add1`: everybody is given a step (1 yuan) more and the method starts again, until nothing that is left out fits into
  the real budget, or after `ROUNDS` steps; a result that exceeds it does not count, the one before does. What is left
  is used as with `greedy`.

A project without a vote is never chosen. Equal ones are taken in the order of `costs`. All numbers are fractions, so
the result can be recomputed from the published ballots by anybody, to the last digit and in any order of the voters.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from django.utils.translation import gettext as _

from core.money import round_half_up, yuan

COMPLETIONS = (None, "greedy", "add1")
UTILITIES = ("cost", "count")
STEP = Decimal(1)
ROUNDS = 5000


class Code(StrEnum):
    SHARES = "shares"
    VOTES = "votes"
    NO_VOTES = "no_votes"
    SUPPORTERS_SHORT = "supporters_short"
    NO_MONEY = "no_money"


@dataclass(frozen=True)
class Outcome:
    """One project: its votes, whether it is chosen and why, and what it cost its supporters.

    `price` is the most that a supporter paid (yuan), None unless the supporters bought it; `missing` (yuan) is what its
    supporters, or the budget, lack for one that is not chosen.
    """

    id: Hashable
    cost: Decimal
    votes: int
    code: Code
    price: Fraction | None = None
    missing: Fraction | None = None

    @property
    def is_chosen(self) -> bool:
        return self.code in (Code.SHARES, Code.VOTES)

    @property
    def sentence(self) -> str:
        """How it came about; that it is chosen or not stands beside it, by `is_chosen`."""
        said = {
            "votes": self.votes,
            "price": yuan(_rounded(self.price or Fraction(0))),
            "missing": yuan(_rounded(self.missing or Fraction(0))),
        }
        match self.code:
            case Code.SHARES:
                return _("Its %(votes)s supporters pay for it, at most %(price)s yuan each.") % said
            case Code.VOTES:
                return _("Paid from the money that was left, by its %(votes)s votes.") % said
            case Code.NO_VOTES:
                return _("Nobody voted for it.")
            case Code.SUPPORTERS_SHORT:
                return _("Its %(votes)s supporters do not have its cost left: %(missing)s yuan are missing.") % said
        return _("It does not fit into the money that is left: %(missing)s yuan are missing.") % said


@dataclass(frozen=True)
class Vote:
    """The result: the chosen ids in the order in which they were chosen, what each project met with, and the money.

    `share` is what every voter was given (with `add1` more than the budget's equal part), `left` what each has over.
    """

    chosen: tuple[Hashable, ...]
    outcomes: Mapping[Hashable, Outcome]
    spent: Decimal
    share: Fraction
    left: Mapping[Hashable, Fraction]


def equal_shares(
    ballots: Mapping[Hashable, Collection[Hashable]],
    costs: Mapping[Hashable, Decimal],
    *,
    budget: Decimal,
    completion: str | None = "greedy",
    utility: str = "cost",
    step: Decimal = STEP,
) -> Vote:
    """The Method of Equal Shares: `ballots` say which projects each voter approves, `costs` what they cost (yuan).

    Without completion (None) the money that no group of supporters can spend is left over. ValueError for a vote for an
    unknown project, costs that are not above 0, more than two decimal places, a negative budget, or an unknown rule.
    """
    if completion not in COMPLETIONS:
        raise ValueError(f"completion must be one of greedy, add1 and None, not {completion!r}")
    if utility not in UTILITIES:
        raise ValueError(f"utility must be cost or count, not {utility!r}")
    prices, money, supporters = _checked(ballots, costs, budget)
    rise = _exact(step, "step")
    if rise <= 0:
        raise ValueError(f"step must be above 0, not {step}")
    worth = prices if utility == "cost" else dict.fromkeys(prices, Fraction(1))
    share = money / len(ballots) if ballots else Fraction(0)
    bought = _buy(prices, worth, supporters, dict.fromkeys(ballots, share))
    for _round in range(ROUNDS if completion == "add1" and ballots else 0):
        rest = money - sum(prices[one] for one in bought.order)
        if not any(own and prices[one] <= rest for one, own in supporters.items() if one not in bought.price):
            break
        more = _buy(prices, worth, supporters, dict.fromkeys(ballots, share + rise))
        if sum(prices[one] for one in more.order) > money:
            break
        bought, share = more, share + rise
    outcomes, chosen = {}, list(bought.order)
    if completion is None:
        for one, own in supporters.items():
            lacking = prices[one] - sum((bought.left[voter] for voter in own), Fraction(0))
            outcomes[one] = Outcome(one, costs[one], len(own), Code.SUPPORTERS_SHORT, missing=lacking)
    else:
        rest = money - sum(prices[one] for one in chosen)
        others = {one: own for one, own in supporters.items() if one not in bought.price}
        filled, outcomes = _count(others, prices, costs, rest)
        chosen += filled
    for one, price in bought.price.items():
        outcomes[one] = Outcome(one, costs[one], len(supporters[one]), Code.SHARES, price=price)
    return _vote(chosen, outcomes, supporters, costs, share, bought.left)


def by_votes(
    ballots: Mapping[Hashable, Collection[Hashable]], costs: Mapping[Hashable, Decimal], *, budget: Decimal
) -> Vote:
    """Plain counting: the projects by votes, most first, whatever still fits into the budget."""
    prices, money, supporters = _checked(ballots, costs, budget)
    chosen, outcomes = _count(supporters, prices, costs, money)
    return _vote(chosen, outcomes, supporters, costs, Fraction(0), dict.fromkeys(ballots, Fraction(0)))


def _vote(
    chosen: Sequence[Hashable],
    outcomes: Mapping[Hashable, Outcome],
    supporters: Mapping[Hashable, list[Hashable]],
    costs: Mapping[Hashable, Decimal],
    share: Fraction,
    left: Mapping[Hashable, Fraction],
) -> Vote:
    silent = {one: Outcome(one, costs[one], 0, Code.NO_VOTES) for one, own in supporters.items() if not own}
    told = {one: silent.get(one) or outcomes[one] for one in costs}
    return Vote(tuple(chosen), told, sum((costs[one] for one in chosen), Decimal(0)), share, left)


def _checked(
    ballots: Mapping[Hashable, Collection[Hashable]], costs: Mapping[Hashable, Decimal], budget: Decimal
) -> tuple[dict[Hashable, Fraction], Fraction, dict[Hashable, list[Hashable]]]:
    """Costs and budget as fractions, and who approves each project; in the order of `costs`."""
    money = _exact(budget, "budget")
    if money < 0:
        raise ValueError(f"budget must not be negative, not {budget}")
    prices = {one: _exact(cost, "cost") for one, cost in costs.items()}
    for one, price in prices.items():
        if price <= 0:
            raise ValueError(f"cost must be above 0, not {costs[one]}")
    supporters: dict[Hashable, list[Hashable]] = {one: [] for one in costs}
    for voter, approved in ballots.items():
        for one in set(approved):
            if one not in supporters:
                raise ValueError(f"There is a vote for {one!r}, which has no cost")
            supporters[one].append(voter)
    return prices, money, supporters


def _exact(amount: Decimal, name: str) -> Fraction:
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int):
        raise TypeError(f"{name} must be a Decimal or an int, not {type(amount).__name__}")
    if not Decimal(amount).is_finite():
        raise ValueError(f"{name} must be a finite number, not {amount}")
    exact = Fraction(amount)
    if (exact * 100).denominator != 1:
        raise ValueError(f"{name} must have at most two decimal places, not {amount}")
    return exact


def _rounded(amount: Fraction) -> Decimal:
    """To the fen, to be read; half-up like all money."""
    return round_half_up(Decimal(2 * amount.numerator * 100 // amount.denominator) / 2 / 100)


@dataclass(frozen=True)
class _Bought:
    order: list[Hashable]
    price: dict[Hashable, Fraction]
    left: dict[Hashable, Fraction]


def _buy(
    prices: Mapping[Hashable, Fraction],
    worth: Mapping[Hashable, Fraction],
    supporters: Mapping[Hashable, list[Hashable]],
    left: dict[Hashable, Fraction],
) -> _Bought:
    """The method itself. ρ never falls as money is spent, so one that was higher before need not be looked at again."""
    bought = _Bought([], {}, left)
    least = {one: prices[one] / (worth[one] * len(own)) for one, own in supporters.items() if own}
    places = {one: place for place, one in enumerate(prices)}
    while least:
        best: Hashable = None
        lowest: Fraction | None = None
        for one in sorted(least, key=lambda one: (least[one], places[one])):
            if lowest is not None and least[one] > lowest:
                break
            share = _share(prices[one], [left[voter] for voter in supporters[one]])
            if share is None:
                del least[one]
                continue
            least[one] = share / worth[one]
            if lowest is None or (least[one], places[one]) < (lowest, places[best]):
                best, lowest = one, least[one]
        if lowest is None:
            break
        share = lowest * worth[best]
        for voter in supporters[best]:
            left[voter] -= min(left[voter], share)
        bought.order.append(best)
        bought.price[best] = share
        del least[best]
    return bought


def _share(cost: Fraction, purses: Sequence[Fraction]) -> Fraction | None:
    """The most that one of them pays when they share the cost as equally as they can; None when it is too much."""
    rest, count = cost, len(purses)
    for purse in sorted(purses):
        if purse * count >= rest:
            return rest / count
        rest -= purse
        count -= 1
    return None


def _count(
    supporters: Mapping[Hashable, list[Hashable]],
    prices: Mapping[Hashable, Fraction],
    costs: Mapping[Hashable, Decimal],
    money: Fraction,
) -> tuple[list[Hashable], dict[Hashable, Outcome]]:
    chosen, outcomes = [], {}
    for one in sorted((one for one, own in supporters.items() if own), key=lambda one: -len(supporters[one])):
        votes = len(supporters[one])
        if prices[one] <= money:
            money -= prices[one]
            chosen.append(one)
            outcomes[one] = Outcome(one, costs[one], votes, Code.VOTES)
        else:
            outcomes[one] = Outcome(one, costs[one], votes, Code.NO_MONEY, missing=prices[one] - money)
    return chosen, outcomes
