"""From figures to points to a grade: every expected figure is worked out by hand."""

from decimal import Decimal as D
from fractions import Fraction

import pytest

from evaluations.marks import (
    Mark,
    Scale,
    Total,
    add_up,
    by_bands,
    by_units,
    grade,
    mean,
    places,
    propose,
    stay_excellent,
)

SERVED = [["100", "3"], ["80", "2"], ["60", "1"]]
"""Field guide 2.9 A: 服务人数 ≥100% 3 points; 80–<100% 2; 60–<80% 1; <60% 0."""
EXECUTED = [["90", "5"], ["85", "4"], ["80", "3"], ["75", "2"], ["70", "1"]]
"""Field guide 2.9 E: 90–100 % full points, 1 less for each 5 points below that have begun."""


@pytest.mark.parametrize(
    ("rate", "points"),
    [("250", 3), ("100", 3), ("99.99", 2), ("80", 2), ("79.99", 1), ("60", 1), ("59.99", 0), ("0", 0)],
)
def test_people_served_have_three_bands_and_nothing_below(rate, points):
    assert by_bands(D(rate), SERVED) == points


@pytest.mark.parametrize(
    ("rate", "points"),
    [("104", 5), ("100", 5), ("90", 5), ("89.99", 4), ("85", 4), ("84.99", 3), ("72", 1), ("69.99", 0)],
)
def test_the_execution_rate_loses_a_point_for_each_five_below_ninety(rate, points):
    assert by_bands(D(rate), EXECUTED) == points


def test_bands_may_fall_as_the_figure_rises_and_stand_in_any_order():
    late = [["1", "4"], ["0", "5"], ["11", "0"], ["4", "2"]]

    assert [by_bands(D(days), late) for days in (0, 1, 3, 4, 10, 11)] == [5, 4, 4, 2, 2, 0]


@pytest.mark.parametrize(("days", "points"), [("0", "0"), ("3", "3"), ("5", "5"), ("6", "5"), ("-2", "0")])
def test_late_papers_cost_a_point_a_day_and_five_at_most(days, points):
    assert by_units(D(days), D(1), D(5)) == D(points)


def test_the_rate_of_the_budget_is_points_by_itself():
    """财预〔2020〕10号: 93.55 % of 10 points are 9.355, half-up 9.36."""
    assert propose(D("93.55"), most=D(10), each=D("0.1")) == D("9.36")


def test_no_proposal_is_higher_than_its_line():
    assert propose(D(100), most=D(2), bands=SERVED) == 2


def test_a_sheet_is_full_points_and_bonus_less_deductions_and_a_veto_is_no_points():
    marks = [Mark("points", D("40")), Mark("points", D("38.5")), Mark("bonus", D(3)), Mark("deduction", D("1.5"))]

    total = add_up([*marks, Mark("veto", D(1))])

    assert total == Total(D("78.5"), D(3), D("1.5"))
    assert total.score == D(80)


@pytest.mark.parametrize(
    ("total", "score"),
    [(Total(D(98), D(5)), 100), (Total(D(3), D(0), D(10)), 0), (Total(D(98), D(5), D(4)), 99)],
)
def test_a_score_stays_between_nothing_and_a_hundred(total, score):
    assert total.score == score


def test_a_panel_is_the_mean_of_each_part_so_that_the_score_is_their_sum():
    """(80 + 75 + 70.01) / 3 = 75.0033; (5 + 0 + 0) / 3 = 1.6667; (0 + 1 + 1) / 3 = 0.6667."""
    sheets = [Total(D(80), D(5)), Total(D(75), D(0), D(1)), Total(D("70.01"), D(0), D(1))]

    total = mean(sheets)

    assert total == Total(D("75.00"), D("1.67"), D("0.67"))
    assert total.score == D("76.00")


def test_a_bonus_beyond_full_points_makes_up_for_nothing_on_another_sheet():
    """The sheets read 100 and 80: the panel has 90, not (105 + 80) / 2."""
    assert mean([Total(D(100), D(5)), Total(D(80))]).score == 90
    assert mean([Total(D(3), D(0), D(10)), Total(D(80))]).score == 40


def test_no_sheet_has_no_mean():
    with pytest.raises(ValueError, match="no score"):
        mean([])


@pytest.mark.parametrize(
    ("score", "expected"),
    [("90", "excellent"), ("89.99", "good"), ("80", "good"), ("79.99", "pass"), ("60", "pass"), ("59.99", "fail")],
)
def test_grades_begin_exactly_at_their_mark(score, expected):
    assert grade(D(score), Scale()) == expected


@pytest.mark.parametrize(
    ("score", "expected"), [("85", "excellent"), ("84.99", "good"), ("75", "good"), ("74.99", "pass")]
)
def test_another_scale_has_other_marks(score, expected):
    assert grade(D(score), Scale(D(85), D(75), D(60))) == expected


def test_a_veto_fails_the_best():
    assert grade(D(100), Scale(), vetoed=True) == "fail"


@pytest.mark.parametrize(("count", "share", "expected"), [(10, 20, 2), (9, 20, 1), (4, 20, 0), (3, 100, 3), (0, 20, 0)])
def test_the_places_of_a_share_are_rounded_down(count, share, expected):
    assert places(count, share) == expected


def test_the_highest_scores_stay_excellent():
    scores = {"a": D(97), "b": D(95), "c": D(93), "d": D(91)}

    assert stay_excellent(scores, 2) == {"a", "b"}
    assert stay_excellent(scores, 4) == set(scores)
    assert stay_excellent(scores, 0) == set()


def test_equal_scores_at_the_limit_all_go():
    scores = {"a": D(97), "b": D(93), "c": D(93), "d": D(91)}

    assert stay_excellent(scores, 2) == {"a"}
    assert stay_excellent(scores, 3) == {"a", "b", "c"}


def test_a_share_just_below_a_band_does_not_reach_it_though_it_is_shown_as_if():
    just_below, exactly = Fraction(100 * 8999, 10000), Fraction(90)  # 89.99: both are 90.0 with one place

    assert [by_bands(share, [[90, 10], [80, 8]]) for share in (just_below, exactly)] == [8, 10]


def test_units_of_an_exact_figure_are_rounded_once():
    assert by_units(Fraction(200, 3), D("0.03"), D(5)) == D("2.00")
    assert by_units(D("66.67"), D("0.03"), D(5)) == D("2.00")
