"""Adding up and ranking: exact vectors, and properties that hold for any scores."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.ranking import Entry, add_up, average, rank


@pytest.mark.parametrize(
    ("totals", "mean"),
    [
        (["85", "83", "91.5"], "86.50"),
        (["80", "81"], "80.50"),
        (["90.01", "90.00"], "90.01"),  # 90.005 rounds up, not to even
        (["66.66", "66.67", "66.67"], "66.67"),
        (["70"], "70.00"),
    ],
)
def test_the_average_is_rounded_half_up_to_two_places(totals, mean):
    assert average([D(total) for total in totals]) == D(mean)


def decimals(*totals):
    return [D(str(total)) for total in totals]


@pytest.mark.parametrize(
    ("totals", "drop_from", "base", "dropped"),
    [
        # 5 sheets, field guide 2.3: (85 + 83 + 82) / 3 = 83.333…
        ((90, 85, 83, 82, 60), 5, "83.33", (0, 4)),
        # 7 sheets: (80 + 81 + 82 + 83 + 84) / 5
        ((95, 80, 81, 82, 83, 84, 50), 5, "82.00", (0, 6)),
        # one below the announced number: every sheet counts, (90 + 85 + 83 + 60) / 4
        ((90, 85, 83, 60), 5, "79.50", ()),
        # exactly the announced number
        ((90, 80, 40), 3, "80.00", (0, 2)),
        # two equal highest: only one of them is left out, (90 + 80 + 70) / 3
        ((90, 90, 80, 70, 60), 5, "80.00", (0, 4)),
        # two equal lowest: only one of them, (80 + 70 + 60) / 3
        ((90, 80, 70, 60, 60), 5, "70.00", (0, 3)),
        # all equal: one as the highest, another as the lowest
        ((80, 80, 80, 80, 80), 5, "80.00", (0, 1)),
        # of 7 asked one is recused and one absent: 5 sheets are really in
        ((88, 92, 75, 80, 86), 5, "84.67", (1, 2)),
        # never
        ((100, 0), 0, "50.00", ()),
    ],
)
def test_highest_and_lowest_are_left_out_from_the_announced_number(totals, drop_from, base, dropped):
    found = add_up(decimals(*totals), drop_from=drop_from)

    assert (found.base, found.dropped) == (D(base), dropped)
    assert sorted([*found.counted, *found.dropped]) == list(range(len(totals)))


@pytest.mark.parametrize(
    ("totals", "base"),
    [
        ((80.01, 80.00), "80.01"),  # 80.005 goes up
        ((80.00, 80.01, 80.00), "80.00"),  # 80.00333…
        ((80.01, 80.01, 80.00), "80.01"),  # 80.00666…
        ((82.35, 82.34, 82.35, 82.34), "82.35"),  # 82.345 goes up, not to the even figure
    ],
)
def test_half_a_hundredth_goes_up(totals, base):
    assert add_up(decimals(*totals)).base == D(base)


def test_bonuses_are_added_afterwards_and_kept_apart():
    found = add_up(decimals(90, 85, 83, 82, 60), drop_from=5, bonuses=decimals(3.5, 1))

    assert (found.base, found.bonus, found.score) == (D("83.33"), D("4.50"), D("87.83"))


@pytest.mark.parametrize(("totals", "drop_from"), [((), 0), ((), 5), ((90, 80), 2), ((90,), 1)])
def test_a_rule_that_leaves_no_sheet_is_no_rule(totals, drop_from):
    with pytest.raises(ValueError, match=r"no score|Of fewer"):
        add_up(decimals(*totals), drop_from=drop_from)


def test_there_is_no_average_of_nothing():
    with pytest.raises(ValueError, match="no score"):
        average([])


def places(*entries: Entry) -> dict:
    return {ranked.id: ranked.rank for ranked in rank(entries)}


def test_each_track_is_ranked_by_itself():
    found = places(Entry("a", "filed", D(80)), Entry("b", "registered", D(90)), Entry("c", "filed", D(85)))

    assert found == {"c": 1, "a": 2, "b": 1}


def test_equal_scores_are_decided_by_the_tie_break_in_its_order():
    found = places(
        Entry("a", 1, D(80), (D(20), D(30), D(-5000))),
        Entry("b", 1, D(80), (D(21), D(10), D(-9000))),
        Entry("c", 1, D(80), (D(20), D(30), D(-4000))),
    )

    assert found == {"b": 1, "c": 2, "a": 3}


def test_equal_in_everything_is_the_same_place_and_the_next_is_skipped():
    found = places(Entry("a", 1, D(90)), Entry("b", 1, D(80)), Entry("c", 1, D(80)), Entry("d", 1, D(70)))

    assert found == {"a": 1, "b": 2, "c": 2, "d": 4}


scores = st.lists(st.tuples(st.integers(1, 3), st.decimals(0, 100, places=2)), max_size=30)


@given(scores)
def test_a_better_score_never_has_a_worse_place(rows):
    entries = [Entry(number, track, score) for number, (track, score) in enumerate(rows)]

    ranked = rank(entries)

    assert sorted(one.id for one in ranked) == list(range(len(rows)))
    for one in ranked:
        better = sum(1 for other in ranked if other.track == one.track and other.score > one.score)
        assert one.rank == better + 1
