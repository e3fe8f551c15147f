"""Do the judges agree? Published examples, values worked by hand, an independent implementation, and properties."""

import math
import random
from decimal import Decimal as D
from fractions import Fraction
from statistics import NormalDist

import krippendorff  # GPL: an oracle of the tests, no part of the product
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluations.reliability import (
    LEVELS,
    Icc,
    Spread,
    Undefined,
    discuss_first,
    f_quantile,
    icc2k,
    krippendorff_alpha,
    outliers,
    severity,
    spread,
    t_quantile,
)

# Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), part D: four observers, twelve units.
OBSERVERS: list[list] = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]

# Shrout and Fleiss, "Intraclass correlations" (1979), table 2: four judges, six targets.
JUDGES: list[list] = [
    [9, 6, 8, 7, 10, 6],
    [2, 1, 4, 1, 5, 2],
    [5, 3, 6, 2, 6, 4],
    [8, 2, 8, 6, 9, 7],
]


def columns(ratings) -> list[list]:
    """One row a project becomes one row a judge, and back."""
    return [list(column) for column in zip(*ratings, strict=True)]


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_alpha_of_krippendorffs_example_is_as_published(level, published):
    assert round(krippendorff_alpha(OBSERVERS, level), 3) == published


@pytest.mark.parametrize(
    ("level", "by_hand"),
    [
        # Two judges, three projects: 1-1, 2-2, 3-4; the values are 1, 1, 2, 2, 3, 4.
        # Of 30 ordered pairs 26 differ: D_o = 2 × 1/6, D_e = 26/30.
        ("nominal", 1 - (2 / 6) / (26 / 30)),
        # Squared differences: D_o = 2/6; over all ordered pairs 6 Σx² − (Σx)², twice = 2 × (210 − 169) = 82.
        ("interval", 1 - (2 / 6) / (82 / 30)),
        # The same of the mid-ranks 1, 1, 3, 3, 4.5, 5.5: D_o = 2/6, 2 × (6 × 70.5 − 18²) = 198.
        ("ordinal", 1 - (2 / 6) / (198 / 30)),
    ],
)
def test_alpha_worked_by_hand(level, by_hand):
    assert krippendorff_alpha([[1, 2, 3], [1, 2, 4]], level) == pytest.approx(by_hand, abs=1e-15)


def test_alpha_counts_only_projects_with_two_ratings():
    with_single: list[list] = [[1, 2, 3, 99], [1, 2, 4, None]]

    for level in LEVELS:
        assert krippendorff_alpha(with_single, level) == krippendorff_alpha([[1, 2, 3], [1, 2, 4]], level)


def test_nominal_alpha_takes_words():
    assert krippendorff_alpha([["通过", "不通过"], ["通过", "不通过"]], "nominal") == 1
    with pytest.raises(ValueError, match="must be a number"):
        krippendorff_alpha([["通过", "不通过"], ["通过", "不通过"]], "interval")


def test_systematic_disagreement_is_below_nothing():
    assert krippendorff_alpha([[0, 100], [100, 0]], "interval") == -0.5


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        ([], "no project"),
        ([[], []], "no project"),
        ([[80, 90]], "no project"),
        ([[80, None], [None, 90]], "no project"),
        ([[80, 80], [80, 80]], "the same"),
        ([[80, None], [D("80.0"), 90]], "the same"),  # 90 cannot be paired
    ],
)
def test_alpha_is_undefined_without_pairs_or_variation(ratings, why):
    for level in LEVELS:
        with pytest.raises(Undefined, match=why):
            krippendorff_alpha(ratings, level)


@pytest.mark.parametrize(
    ("ratings", "level"),
    [
        ([[1, 2], [1, 2]], "ratio"),
        ([[1, 2], [1]], "nominal"),
        ([[1, math.nan], [1, 2]], "interval"),
        ([[1, D("NaN")], [1, 2]], "nominal"),
        ([[1, math.inf], [1, 2]], "ordinal"),
    ],
)
def test_alpha_refuses_what_it_cannot_read(ratings, level):
    with pytest.raises(ValueError, match=r"level|as many|NaN|finite") as refused:
        krippendorff_alpha(ratings, level)
    assert not isinstance(refused.value, Undefined)


def tables(values, *, judges=(2, 5), projects=(1, 8)):
    """Tables of ratings, one row a judge."""
    sizes = st.tuples(st.integers(*judges), st.integers(*projects))
    return sizes.flatmap(
        lambda size: st.lists(st.lists(values, min_size=size[1], max_size=size[1]), min_size=size[0], max_size=size[0])
    )


points = st.decimals(0, 100, places=1)
gaps = tables(st.none() | st.integers(0, 4) | points)


def alpha(ratings, level) -> float | None:
    try:
        return krippendorff_alpha(ratings, level)
    except Undefined:
        return None


@settings(deadline=None, max_examples=200)
@given(gaps, st.sampled_from(LEVELS))
def test_alpha_is_that_of_an_independent_implementation(ratings, level):
    ours = alpha(ratings, level)

    if ours is not None:
        table = [[np.nan if rating is None else float(rating) for rating in row] for row in ratings]
        assert ours == pytest.approx(krippendorff.alpha(table, level_of_measurement=level), abs=1e-12)


@given(gaps, st.sampled_from(LEVELS), st.randoms(use_true_random=False))
def test_alpha_does_not_depend_on_the_order_of_judges_and_projects(ratings, level, dice):
    shuffled = columns(dice.sample(ratings, len(ratings)))
    dice.shuffle(shuffled)

    assert alpha(columns(shuffled), level) == alpha(ratings, level)


@given(gaps, st.fractions(max_denominator=9).filter(bool), st.fractions(max_denominator=9))
def test_interval_alpha_does_not_depend_on_unit_and_zero(ratings, factor, shift):
    moved = [[None if rating is None else Fraction(rating) * factor + shift for rating in row] for row in ratings]

    assert alpha(moved, "interval") == alpha(ratings, "interval")


@given(gaps)
def test_ordinal_alpha_sees_only_the_order(ratings):
    bent = [[None if rating is None else Fraction(rating) ** 3 for rating in row] for row in ratings]

    assert alpha(bent, "ordinal") == alpha(ratings, "ordinal")


@given(st.lists(points, min_size=2, max_size=8), st.integers(2, 5), st.sampled_from(LEVELS))
def test_perfect_agreement_is_1_unless_nothing_varies(scores, judges, level):
    assert alpha([scores] * judges, level) == (1 if len(set(scores)) > 1 else None)


def test_icc_of_shrout_and_fleiss_is_as_published():
    icc = icc2k(JUDGES)

    assert (round(icc.value, 2), icc.projects, icc.judges) == (0.62, 6, 4)
    # The interval is the one that the R package psych prints for ICC2k of these data: 0.071 to 0.93.
    assert (icc.low, icc.high) == (pytest.approx(0.071, abs=0.0005), pytest.approx(0.93, abs=0.005))


def test_icc_worked_by_hand():
    # Projects 1, 2, 3 by one judge, 3, 4, 5 by the other: MSR = 2, MSC = 6, MSE = 0; 2 / (2 + 6/3) = 1/2.
    assert icc2k([[1, 2, 3], [3, 4, 5]]).value == 0.5


def test_icc_of_perfect_agreement_is_1_for_certain():
    assert icc2k([[D("61.5"), 70], [D("61.5"), 70]]) == Icc(1.0, 2, 2, 1.0, 1.0)


def test_icc_leaves_out_projects_that_a_judge_did_not_rate_and_says_how_many_remain():
    gappy = [[*row, 5] for row in JUDGES]
    gappy[2][-1] = None

    assert icc2k(gappy) == icc2k(JUDGES)
    assert icc2k([*JUDGES, [None] * 6]) == icc2k(JUDGES)  # a judge who rated nothing is none
    assert icc2k([*JUDGES, [5, 6, None, None, None, None]]).projects == 2


@pytest.mark.parametrize(
    "ratings",
    [
        [],
        [[80, 90, 70]],
        [[80], [90]],
        [[80, None, 70], [None, 90, 60]],
        [[80, 80], [80, 80]],
        [[0, 100], [100, 0]],
    ],
)
def test_icc_is_undefined_with_too_little_or_without_variance(ratings):
    with pytest.raises(Undefined):
        icc2k(ratings)


@given(tables(points, judges=(2, 5), projects=(2, 7)))
def test_icc_is_that_of_the_analysis_of_variance(ratings):
    table = np.array([[float(score) for score in row] for row in ratings]).T
    n, k = table.shape
    rows, cols, all_of_it = table.mean(axis=1, keepdims=True), table.mean(axis=0, keepdims=True), table.mean()
    msr = k * float(((rows - all_of_it) ** 2).sum()) / (n - 1)
    msc = n * float(((cols - all_of_it) ** 2).sum()) / (k - 1)
    mse = float(((table - rows - cols + all_of_it) ** 2).sum()) / ((n - 1) * (k - 1))
    variance = msr + (msc - mse) / n
    if variance > 1e-3:
        icc = icc2k(ratings)
        assert icc.value == pytest.approx((msr - mse) / variance, rel=1e-6, abs=1e-6)
        assert icc.value <= 1
        if icc.low is not None and icc.high is not None:
            assert icc.low - 1e-12 <= icc.value <= icc.high + 1e-12


def test_spread_of_each_project():
    several, one, none = spread([[80, 70, None], [D("90.5"), None, None], [84, None, None]])

    # Mean 84 5/6; squared distances (−29)² + 34² + (−5)² = 2022 thirty-sixths, over 2.
    assert several == Spread(0, 3, 509 / 6, math.sqrt(2022 / 72), 10.5)
    assert one == Spread(1, 1, 70.0, None, 0.0)
    assert none == Spread(2, 0, None, None, None)


def test_severity_is_measured_against_the_others_on_the_same_projects():
    mild, strict, once, alone = severity([[80, 90, None], [70, 80, None], [None, 85, None], [None, None, 60]])

    # Above the others by 80 − 70 = 10 and 90 − 82.5 = 7.5: mean 8.75, deviation 2.5 / √2, t(1) = 12.7062.
    half = 12.706204736432095 * 2.5 / 2
    assert (mild.judge, mild.n, mild.mean) == (0, 2, 8.75)
    assert (mild.low, mild.high) == (pytest.approx(8.75 - half), pytest.approx(8.75 + half))
    assert (strict.n, strict.mean) == (2, -8.75)  # 70 − 80 and 80 − 87.5
    assert (once.n, once.mean, once.low, once.high) == (1, 0.0, None, None)
    assert (alone.n, alone.mean, alone.low) == (0, None, None)


def test_a_judge_who_is_always_the_same_above_is_so_for_certain():
    assert [(one.mean, one.low, one.high) for one in severity([[85, 75], [80, 70]])] == [(5, 5, 5), (-5, -5, -5)]


@given(tables(st.none() | points), points)
def test_severity_does_not_depend_on_the_level(ratings, shift):
    raised = [[None if score is None else score + shift for score in row] for row in ratings]

    assert severity(raised) == severity(ratings)


def test_the_project_with_the_largest_deviation_is_discussed_first():
    ratings: list[list] = [[80, 70, 60, 90], [81, 90, 60, None], [82, 75, 60, None]]

    assert discuss_first(ratings) == [1, 0]  # where all are equal, or one alone, there is nothing to discuss
    assert discuss_first(ratings, limit=1) == [1]
    assert discuss_first(ratings, limit=0) == []
    with pytest.raises(ValueError, match="limit"):
        discuss_first(ratings, limit=-1)


def test_between_equal_deviations_the_range_decides_and_then_the_order():
    pair, five = [79, 81, None, None, None], [78, 80, 80, 80, 82]  # variance 2 both, range 2 and 4

    assert discuss_first(columns([pair, five, pair])) == [1, 0, 2]


def panel(*scores) -> list[list]:
    return [[score] for score in scores]


def apart(*scores, **rule) -> list[int]:
    """The judges of one panel who have to explain their score."""
    return [judge for judge, _project in outliers(panel(*scores), **rule)]


def test_exactly_20_points_from_the_mean_is_not_more_than_20():
    assert apart(90, 50) == []
    assert apart(D("90.01"), 50) == [0, 1]
    assert apart(90, 70, 50, z=30) == []
    assert apart(90, D("69.99"), 50, z=30) == [0]  # 20.003 above, 19.997 below


@pytest.mark.parametrize("rule", [{"z": -1}, {"points": -1}, {"least": D(-1)}, {"z": math.nan}])
def test_a_bound_is_not_below_nothing(rule):
    assert apart(80, 90, 85, z=0, points=0, least=0) == [0, 1]
    assert apart(80, 80, 99, z=50) == [2]  # the others agree: no z is as far
    assert apart(80, 81, 99, z=50) == []
    with pytest.raises(ValueError, match="at least 0"):
        apart(80, 90, **rule)


def test_the_number_of_points_is_that_of_the_rule():
    assert apart(85, 65, points=10) == []
    assert apart(85, 64, points=10) == [0, 1]


def test_in_a_panel_of_five_the_one_who_stands_apart_is_seen():
    scores = [80, 81, 79, 80, 95]  # 12 from the mean of 83: |z| in its own panel is 1.78 and could not be above 1.79

    assert apart(*scores) == [4]
    assert apart(80, 81, 79, 80, 83) == []


def test_far_for_a_panel_of_three_begins_where_t_says():
    # The others: mean 80.25, deviation 0.5 / √2. 13.9677 × 0.5 / √2 × √(3/2) = 6.0482.
    assert apart(80, D("80.5"), D("86.298"), least=0) == []
    assert apart(80, D("80.5"), D("86.299"), least=0) == [2]


def test_where_the_others_agree_exactly_5_points_from_the_mean_are_no_outlier():
    assert apart(80, 80, D("87.5")) == []
    assert apart(80, 80, D("87.51")) == [2]
    assert apart(80, 80, 81, least=0) == [2]


def test_one_who_agrees_or_is_alone_is_no_outlier():
    assert outliers([]) == []
    assert apart(80) == []
    assert apart(80, 80, 80, least=0) == []


def test_outliers_come_by_judge_and_missing_scores_are_nobodys():
    ratings: list[list] = [[20, 80, 80], [80, 80, 80], [80, 80, None], [80, 80, 20], [80, 10, 80]]

    assert outliers(ratings) == [(0, 0), (3, 2), (4, 1)]


@pytest.mark.parametrize("judges", [3, 4, 5, 7, 9])
def test_far_means_the_same_in_a_panel_of_any_size(judges):
    dice = random.Random(judges)
    ratings = [[dice.gauss(70, 5) for _project in range(1500)] for _judge in range(judges)]

    share = len(outliers(ratings, points=1000, least=0)) / (1500 * judges)

    assert share == pytest.approx(2 * NormalDist().cdf(-2), abs=0.007)  # |z| > 2: 4.6 %


@pytest.mark.parametrize(
    ("p", "df", "table"),
    [
        (0.975, 1, 12.7062047364),
        (0.975, 2, 4.3026527297),
        (0.975, 4, 2.7764451052),
        (0.975, 10, 2.2281388520),
        (0.975, 30, 2.0422724563),
        (0.975, 120, 1.9799304051),
        (0.995, 3, 5.8409093097),
        (0.9, 7, 1.4149239277),
        (0.9995, 5, 6.8688266259),
    ],
)
def test_quantiles_of_t_are_those_of_the_tables(p, df, table):
    assert t_quantile(p, df) == pytest.approx(table, abs=1e-9)
    assert t_quantile(1 - p, df) == pytest.approx(-table, abs=1e-9)


def test_the_middle_of_t_is_0_and_its_limit_is_the_normal_curve():
    assert t_quantile(0.5, 3) == 0
    assert t_quantile(0.975, 1e7) == pytest.approx(NormalDist().inv_cdf(0.975), abs=1e-6)


@pytest.mark.parametrize(
    ("p", "df1", "df2", "table"),
    [
        (0.95, 1, 1, 161.4476387976),
        (0.95, 5, 10, 3.3258345304),
        (0.975, 5, 10, 4.236085668),
        (0.975, 15, 5, 6.4277),
        (0.99, 3, 20, 4.938193382),
    ],
)
def test_quantiles_of_f_are_those_of_the_tables(p, df1, df2, table):
    assert f_quantile(p, df1, df2) == pytest.approx(table, rel=1e-5)


@given(st.floats(0.001, 0.999), st.floats(0.5, 500))
def test_quantiles_have_the_closed_form_that_two_degrees_of_freedom_allow(p, df):
    assert f_quantile(p, 2, df) == pytest.approx(df / 2 * math.expm1(-2 / df * math.log1p(-p)), rel=1e-9)
    assert t_quantile(p, 2) == pytest.approx((2 * p - 1) * math.sqrt(2 / (4 * p * (1 - p))), rel=1e-9, abs=1e-9)


@given(st.floats(0.51, 0.999), st.floats(0.5, 500), st.floats(0.5, 500))
def test_quantiles_of_t_and_f_fit_together(p, df, other):
    assert t_quantile(p, df) ** 2 == pytest.approx(f_quantile(2 * p - 1, 1, df), rel=1e-7)
    assert f_quantile(p, df, other) * f_quantile(1 - p, other, df) == pytest.approx(1, rel=1e-7)


@pytest.mark.parametrize(("p", "df"), [(0, 3), (1, 3), (math.nan, 3), (0.5, 0), (0.5, -1), (0.5, math.inf)])
def test_quantiles_refuse_what_has_none(p, df):
    with pytest.raises(ValueError, match="must be above 0"):
        t_quantile(p, df)
    with pytest.raises(ValueError, match="must be above 0"):
        f_quantile(p, df, 3)
