"""Adding up and ranking: exact vectors, and properties that hold for any scores."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.ranking import Entry, average, grade, rank


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


@pytest.mark.parametrize(
    ("score", "expected"),
    [("90", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", "pass"), ("60", "pass"), ("59.99", "fail")],
)
def test_grades_begin_exactly_at_their_mark(score, expected):
    assert grade(D(score), pass_mark=D(60)) == expected


scores = st.lists(st.tuples(st.integers(1, 3), st.decimals(0, 100, places=2)), max_size=30)


@given(scores)
def test_a_better_score_never_has_a_worse_place(rows):
    entries = [Entry(number, track, score) for number, (track, score) in enumerate(rows)]

    ranked = rank(entries)

    assert sorted(one.id for one in ranked) == list(range(len(rows)))
    for one in ranked:
        better = sum(1 for other in ranked if other.track == one.track and other.score > one.score)
        assert one.rank == better + 1
