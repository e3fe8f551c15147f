"""Equal shares: votes counted by hand, properties of every result, and the same results as pabutools."""

from decimal import Decimal as D
from fractions import Fraction as F

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pabutools.election import ApprovalBallot, ApprovalProfile, Cardinality_Sat, Cost_Sat, Instance, Project
from pabutools.rules import method_of_equal_shares

from evaluations.equal_shares import Code, by_votes, equal_shares


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


NORTH_AND_SOUTH = {
    **{f"north {number}": {"park", "road", "school"} for number in range(6)},
    **{f"south {number}": {"choir", "clinic"} for number in range(4)},
}
COSTS = {"park": D(40), "road": D(30), "school": D(30), "choir": D(20), "clinic": D(30)}


def test_a_majority_decides_on_its_share_and_a_minority_on_its_own():
    """10 yuan each: the north has 60, the south 40. By cost a yuan costs each northerner a sixth, whatever it buys."""
    found = equal_shares(NORTH_AND_SOUTH, COSTS, budget=D(100), completion=None)

    assert (found.chosen, found.spent, found.share) == (("park", "choir"), D(60), F(10))
    assert found.outcomes["park"].price == F(40, 6)
    assert found.outcomes["road"].missing == 30 - 20
    assert set(found.left.values()) == {10 - F(20, 3), F(5)}


def test_plain_counting_gives_the_majority_everything():
    found = by_votes(NORTH_AND_SOUTH, COSTS, budget=D(100))

    assert (found.chosen, found.spent) == (("park", "road", "school"), D(100))


def test_by_count_the_cheapest_for_its_supporters_comes_first():
    """Prices: road and school 30/6 = 5, choir 20/4 = 5, park 40/6, clinic 30/4; the first of equals in the list."""
    found = equal_shares(NORTH_AND_SOUTH, COSTS, budget=D(100), completion=None, utility="count")

    assert found.chosen == ("road", "school", "choir")
    assert [found.outcomes[one].price for one in found.chosen] == [F(5), F(5), F(5)]


def test_who_has_less_than_the_share_gives_what_is_left():
    """4 yuan each. a (3 voters, 6 yuan, 2 each) is bought first; b then costs its two voters 2 and 4."""
    ballots = {1: {"a"}, 2: {"a"}, 3: {"a", "b"}, 4: {"b"}}

    found = equal_shares(ballots, {"a": D(6), "b": D(6)}, budget=D(16), completion=None)

    assert (found.chosen, found.outcomes["b"].price) == (("a", "b"), F(4))
    assert found.left == {1: 2, 2: 2, 3: 0, 4: 0}


@pytest.mark.parametrize(("cost", "expected"), [("10.00", ("a",)), ("10.01", ())])
def test_supporters_pay_up_to_the_last_fen_and_not_one_more(cost, expected):
    ballots = {1: {"a"}, 2: {"a"}, 3: {"b"}}

    assert equal_shares(ballots, {"a": D(cost), "b": D(90)}, budget=D(15), completion=None).chosen == expected


def test_greedy_completion_spends_what_is_left_by_votes():
    found = equal_shares(NORTH_AND_SOUTH, COSTS, budget=D(100))

    assert found.chosen == ("park", "choir", "road")  # 40 were left
    assert {one: (outcome.code, outcome.missing) for one, outcome in found.outcomes.items()} == {
        "park": (Code.SHARES, None),
        "road": (Code.VOTES, None),
        "school": (Code.NO_MONEY, F(20)),
        "choir": (Code.SHARES, None),
        "clinic": (Code.NO_MONEY, F(20)),
    }


def test_add1_gives_everybody_more_until_the_budget_would_be_exceeded():
    """With 12 yuan each the north has 72, enough for park and road; the south has 48 and buys the choir. With 13 it has
    52, enough for the clinic, too: 120 yuan in all."""
    found = equal_shares(NORTH_AND_SOUTH, COSTS, budget=D(100), completion="add1")

    assert (found.chosen, found.share, found.spent) == (("park", "road", "choir"), F(12), D(90))
    assert found.outcomes["road"].code == Code.SHARES


def test_each_outcome_says_why_in_a_sentence():
    costs = COSTS | {"statue": D(5)}
    greedy = equal_shares(NORTH_AND_SOUTH, costs, budget=D(100)).outcomes
    plain = equal_shares(NORTH_AND_SOUTH, costs, budget=D(100), completion=None).outcomes

    assert [greedy[one].sentence for one in ("park", "road", "clinic", "statue")] == [
        "Its 6 supporters pay for it, at most 6.67 yuan each.",
        "Paid from the money that was left, by its 6 votes.",
        "It does not fit into the money that is left: 20.00 yuan are missing.",
        "Nobody voted for it.",
    ]
    assert plain["road"].sentence == "Its 6 supporters do not have its cost left: 10.00 yuan are missing."
    assert (greedy["park"].is_chosen, greedy["statue"].is_chosen) == (True, False)


def test_without_voters_nothing_is_chosen():
    assert equal_shares({}, COSTS, budget=D(100)).chosen == ()
    assert equal_shares({1: set()}, COSTS, budget=D(100), completion="add1").chosen == ()


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"ballots": {1: {"bridge"}}}, "bridge"),
        ({"costs": COSTS | {"park": D(0)}}, "cost"),
        ({"costs": COSTS | {"park": D("0.001")}}, "two decimal places"),
        ({"budget": D("-1")}, "budget"),
        ({"budget": D("NaN")}, "budget"),
        ({"completion": "more"}, "completion"),
        ({"utility": "beauty"}, "utility"),
        ({"step": D(0)}, "step"),
    ],
)
def test_input_that_makes_no_sense_is_refused(rules, message):
    with pytest.raises(ValueError, match=message):
        equal_shares(**{"ballots": NORTH_AND_SOUTH, "costs": COSTS, "budget": D(100)} | rules)


def test_a_float_is_refused():
    with pytest.raises(TypeError, match="budget"):
        equal_shares(NORTH_AND_SOUTH, COSTS, budget=100.0)


@st.composite
def elections(draw, most=6):
    costs = {f"p{n}": draw(st.decimals("0.5", 30, places=2)) for n in range(draw(st.integers(1, most)))}
    ballots = {n: draw(st.sets(st.sampled_from(sorted(costs)))) for n in range(draw(st.integers(1, 7)))}
    return ballots, costs, draw(st.decimals(1, 60, places=2))


utilities = st.sampled_from(["cost", "count"])


@settings(max_examples=150, deadline=None)
@given(elections(), utilities, st.sampled_from([None, "greedy", "add1"]))
def test_every_result_keeps_the_budget_and_the_supporters_pay_exactly_what_they_bought(election, utility, completion):
    ballots, costs, budget = election

    found = equal_shares(ballots, costs, budget=budget, completion=completion, utility=utility)

    assert found.spent == sum((costs[one] for one in found.chosen), D(0)) <= budget
    assert {one for one, outcome in found.outcomes.items() if outcome.is_chosen} == set(found.chosen)
    paid = sum((found.share - left for left in found.left.values()), F(0))
    assert paid == sum(F(costs[one]) for one, outcome in found.outcomes.items() if outcome.code == Code.SHARES)
    assert all(left >= 0 for left in found.left.values())
    if completion:
        rest = budget - found.spent
        assert all(out.cost > rest for out in found.outcomes.values() if out.votes and not out.is_chosen)
    backwards = dict(reversed(ballots.items()))
    assert found == equal_shares(backwards, costs, budget=budget, completion=completion, utility=utility)


@settings(max_examples=100, deadline=None)
@given(elections(), utilities)
def test_a_group_that_agrees_and_can_pay_gets_something(election, utility):
    """Proportionality: whoever approves the same project and has its cost among them is not left with nothing."""
    ballots, costs, budget = election

    found = equal_shares(ballots, costs, budget=budget, completion=None, utility=utility)

    for one, cost in costs.items():
        supporters = [voter for voter, approved in ballots.items() if one in approved]
        if supporters and F(cost) <= F(budget) * len(supporters) / len(ballots):
            assert any(ballots[voter] & set(found.chosen) for voter in supporters)


def by_pabutools(ballots, costs, budget, utility, step=None) -> set[str]:
    projects = {one: Project(one, cost=F(cost)) for one, cost in costs.items()}
    instance = Instance(projects.values(), budget_limit=F(budget))
    profile = ApprovalProfile(
        [ApprovalBallot({projects[one] for one in approved}) for approved in ballots.values()], instance=instance
    )
    sat = Cost_Sat if utility == "cost" else Cardinality_Sat
    found = method_of_equal_shares(instance, profile, sat_class=sat, resoluteness=False, voter_budget_increment=step)
    return [{project.name for project in one} for one in found]


@settings(max_examples=80, deadline=None)
@given(elections(most=5), utilities)
def test_the_result_is_one_of_those_of_pabutools(election, utility):
    """It lists every result that some breaking of ties gives; where nothing ties there is one."""
    ballots, costs, budget = election

    found = equal_shares(ballots, costs, budget=budget, completion=None, utility=utility)

    assert set(found.chosen) in by_pabutools(ballots, costs, budget, utility)


@settings(max_examples=60, deadline=None)
@given(elections(most=5), utilities)
def test_add1_is_that_of_pabutools_where_nothing_ties(election, utility):
    """It stops at the first step at which *some* breaking of ties would overspend: then one result is no proof that
    nothing ties. So no two projects cost their supporters the same to begin with; and as ours go to the project that
    stands first, the other way round shows a tie that comes later."""
    ballots, costs, budget = election
    supporters = {one: sum(one in approved for approved in ballots.values()) for one in costs}
    prices = [n if utility == "cost" else F(costs[one]) / n for one, n in supporters.items() if n]
    if len(set(prices)) < len(prices):
        return
    theirs = by_pabutools(ballots, costs, budget, utility, step=1)
    ours = by_shares(ballots, costs, budget, utility)
    other_way_round = by_shares(ballots, dict(reversed(costs.items())), budget, utility)
    if len(theirs) > 1 or ours != other_way_round or not any(ballots.values()):
        return

    assert [ours] == theirs


def by_shares(ballots, costs, budget, utility) -> set[str]:
    """What residents' shares pay for, without what fills up the rest."""
    found = equal_shares(ballots, costs, budget=budget, completion="add1", utility=utility)
    return {one for one, outcome in found.outcomes.items() if outcome.code == Code.SHARES}


def test_add1_counterexample_with_a_tie_is_seen_as_one():
    ballots, costs, budget = {0: set(), 1: {"p0", "p1"}}, {"p0": D("2.01"), "p1": D("2.02")}, D("2.01")

    assert by_shares(ballots, costs, budget, "cost") == {"p0"}
    assert by_shares(ballots, dict(reversed(costs.items())), budget, "cost") == set()
