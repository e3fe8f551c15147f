"""The stars of organisations, by hand: every figure in here was worked out on paper."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.stars import (
    COMPLIANCE,
    FINALS,
    NO_FINALS,
    OPENNESS,
    PARTS,
    TOO_LITTLE,
    VOICES,
    Facts,
    Rules,
    has_many_bad,
    kept,
    means_of,
    places,
    rate,
    rate_one,
    shrunk,
    spared,
    stars_for,
    value_of_items,
)

POINTS = {
    "on_time": D(35), "approved_first": D(20), "unwarned": D(20), "credit": D(15), "inspection": D(10),
    "reports": D(30), "photos": D(30), "mark": D(20), "profile": D(20),
}  # fmt: skip
RULES = Rules(
    weights={FINALS: D(40), VOICES: D(30), COMPLIANCE: D(20), OPENNESS: D(10)},
    thresholds=(D(90), D(80), D(70), D(60)),
    strength=30,
    least_voices=30,
    least_finals=1,
    least_known=D(60),
    most_if_unknown=4,
    points=POINTS,
)
EVERYTHING = dict.fromkeys(POINTS, D(1))


def facts(**changes) -> Facts:
    values = {"key": 1, "group": "filed", "finals": (D(90),), "voices": 30, "satisfied": 24, "shares": EVERYTHING}
    return Facts(**(values | changes))


# -- Shrinkage ---------------------------------------------------------------------------------------


def test_few_answers_are_drawn_to_the_mean_and_many_are_not():
    # (10 + 30 × 0.8) / 40 = 34 / 40; (290 + 24) / 330 = 314 / 330
    assert shrunk(10, 10, D("0.8"), 30) == D("0.85")
    assert round(shrunk(290, 300, D("0.8"), 30), 6) == D("0.951515")


def test_ten_of_ten_stands_behind_nearly_all_of_three_hundred():
    assert shrunk(10, 10, D("0.8"), 30) < shrunk(290, 300, D("0.8"), 30)


def test_without_strength_the_share_is_what_it_is():
    assert shrunk(3, 4, D("0.1"), 0) == D("0.75")


@pytest.mark.parametrize(("satisfied", "n", "strength"), [(5, 4, 30), (-1, 4, 30), (0, 0, 0)])
def test_what_cannot_be_is_refused(satisfied, n, strength):
    with pytest.raises(ValueError, match="answers"):
        shrunk(satisfied, n, D("0.5"), strength)


@given(st.integers(1, 500), st.data())
def test_the_shrunk_share_lies_between_the_own_and_the_mean(n, data):
    satisfied = data.draw(st.integers(0, n))
    mean = D(data.draw(st.integers(0, 100))) / 100

    found = shrunk(satisfied, n, mean, 30)

    low, high = sorted([D(satisfied) / n, mean])
    assert low - D("1e-20") <= found <= high + D("1e-20")


def test_the_mean_is_of_the_group_and_of_nobody_else():
    known = means_of([facts(), facts(key=2, voices=10, satisfied=10), facts(key=3, group="registered", satisfied=3)])

    assert known == {"filed": (40, 34), "registered": (30, 3)}


# -- Items -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("done", "of", "share"), [(3, 4, D("0.75")), (0, 4, D(0)), (0, 0, None)])
def test_the_share_of_what_was_due(done, of, share):
    assert kept(done, of) == share


@pytest.mark.parametrize(("times", "left"), [(0, D(1)), (1, D("0.5")), (2, D(0)), (5, D(0))])
def test_each_time_costs_until_nothing_is_left(times, left):
    assert spared(times, 2) == left


def test_an_item_that_does_not_apply_is_left_out():
    # a filed group has no inspection: (35 × 0.8 + 20 + 10 + 15) × 100 / 90 = 73 × 100 / 90
    shares = {"on_time": D("0.8"), "approved_first": D(1), "unwarned": D("0.5"), "credit": D(1), "inspection": None}

    assert round(value_of_items(COMPLIANCE, shares, POINTS), 4) == D("81.1111")
    # with it passed only basically: (73 + 6) × 100 / 100
    assert value_of_items(COMPLIANCE, shares | {"inspection": D("0.6")}, POINTS) == D(79)


def test_where_no_item_applies_the_part_is_not_known():
    assert value_of_items(OPENNESS, {}, POINTS) is None


# -- The score ---------------------------------------------------------------------------------------


def test_four_known_parts_are_weighted_as_announced():
    # finals (90 + 84) / 2 = 87 → 34.8; voices alone in its group: 24 / 30 = 80 → 24;
    # compliance 81.11 → 16.22; openness 30 + 15 + 20 = 65 of 80 → 81.25 → 8.125
    shares = {
        "on_time": D("0.8"), "approved_first": D(1), "unwarned": D("0.5"), "credit": D(1),
        "reports": D(1), "photos": D("0.5"), "profile": D(1),
    }  # fmt: skip
    [found] = rate([facts(finals=(D(90), D(84)), shares=shares)], RULES)

    assert [(part.key, part.value, part.counts, part.brings) for part in found.parts] == [
        (FINALS, D("87.00"), D("40.00"), D("34.80")),
        (VOICES, D("80.00"), D("30.00"), D("24.00")),
        (COMPLIANCE, D("81.11"), D("20.00"), D("16.22")),
        (OPENNESS, D("81.25"), D("10.00"), D("8.13")),
    ]
    # 34.8 + 24 + 16.2222… + 8.125 = 83.1472…
    assert (found.score, found.stars, found.why_not, found.is_capped) == (D("83.15"), 4, "", False)


def test_the_voice_is_drawn_to_the_mean_of_all_in_the_group():
    # together 54 of 90 satisfied: m = 0.6; A (28 + 18) / (30 + 30) = 76.67; B (26 + 18) / (60 + 30) = 48.89
    first, second = rate([facts(satisfied=28), facts(key=2, voices=60, satisfied=26)], RULES)

    assert (first.part(VOICES).value, second.part(VOICES).value) == (D("76.67"), D("48.89"))


def test_without_enough_voices_the_others_count_more_and_the_fifth_star_is_out_of_reach():
    # 40 : 20 : 10 of 70 → 57.14, 28.57, 14.29; (40 × 96 + 20 × 100 + 10 × 100) / 70 = 6840 / 70 = 97.714…
    [found] = rate([facts(finals=(D(96),), voices=29, satisfied=29)], RULES)

    assert [part.counts for part in found.parts] == [D("57.14"), D("0"), D("28.57"), D("14.29")]
    assert found.part(VOICES).value is None
    assert (found.score, found.stars, found.is_capped) == (D("97.71"), 4, True)


def test_with_one_voice_more_all_is_known_and_nothing_is_capped():
    [found] = rate([facts(finals=(D(96),), voices=30, satisfied=30)], RULES)

    assert (found.score, found.stars, found.is_capped) == (D("98.40"), 5, False)


def test_too_few_voices_still_belong_to_the_mean_of_their_group():
    # 10 of 20 and 30 of 30: m = 40 / 50 = 0.8; (30 + 24) / 60 = 90
    few, many = rate([facts(voices=20, satisfied=10), facts(key=2, satisfied=30)], RULES)

    assert few.part(VOICES).value is None
    assert many.part(VOICES).value == D("90.00")


def test_without_a_final_evaluation_there_is_no_star():
    [found] = rate([facts(finals=())], RULES)

    assert (found.score, found.stars, found.why_not) == (None, None, NO_FINALS)


def test_fewer_final_evaluations_than_announced_are_none():
    [found] = rate([facts()], RULES.__class__(**(RULES.__dict__ | {"least_finals": 2})))

    assert found.why_not == NO_FINALS


def test_where_too_little_is_known_there_is_no_star():
    # 40 + 10 of 100 known, 60 are asked for
    [found] = rate([facts(voices=0, satisfied=0, shares={"profile": D(1)})], RULES)

    assert (found.score, found.why_not) == (None, TOO_LITTLE)


def test_exactly_what_is_asked_for_is_enough():
    # 40 + 20: finals and compliance; (40 × 90 + 20 × 100) / 60
    [found] = rate([facts(voices=0, satisfied=0, shares={"credit": D(1)})], RULES)

    assert (found.score, found.stars) == (D("93.33"), 4)


def test_one_organisation_is_rated_anew_beside_the_means_of_its_year():
    together = [facts(satisfied=28), facts(key=2, voices=60, satisfied=26)]

    assert rate_one(together[0], RULES, means_of(together)) == rate(together, RULES)[0]


@pytest.mark.parametrize(
    ("score", "stars"),
    [("100", 5), ("90", 5), ("89.99", 4), ("80", 4), ("79.99", 3), ("70", 3), ("60", 2), ("59.99", 1), ("0", 1)],
)
def test_a_threshold_that_is_met_exactly_is_met(score, stars):
    assert stars_for(D(score), RULES.thresholds) == stars


@given(st.lists(st.integers(0, 100), min_size=1, max_size=4), st.integers(0, 60), st.data())
def test_no_score_leaves_its_range_and_a_better_final_never_takes_a_star(finals, voices, data):
    satisfied = data.draw(st.integers(0, voices))
    given_facts = facts(finals=tuple(map(D, finals)), voices=voices, satisfied=satisfied)
    better = facts(finals=tuple(D(min(100, each + 5)) for each in finals), voices=voices, satisfied=satisfied)

    before, after = rate([given_facts], RULES)[0], rate([better], RULES)[0]

    assert 0 <= before.score <= 100
    assert after.score >= before.score
    assert after.stars >= before.stars
    assert [part.key for part in before.parts] == list(PARTS)


# -- Places ------------------------------------------------------------------------------------------


def test_equal_scores_share_a_place_and_the_next_is_counted_on():
    rows = [(1, "filed", D(90)), (2, "filed", D(85)), (3, "filed", D(85)), (4, "filed", D(70)), (5, "filed", None)]

    found = places(rows)

    assert {key: (one.rank, one.sharing, one.of) for key, one in found.items()} == {
        1: (1, 1, 4), 2: (2, 2, 4), 3: (2, 2, 4), 4: (4, 1, 4)
    }  # fmt: skip
    assert [key for key, one in found.items() if one.is_last] == [4]


def test_registered_and_filed_are_ranked_apart():
    found = places([(1, "filed", D(60)), (2, "registered", D(90))])

    assert (found[1].rank, found[2].rank) == (1, 1)


def test_two_who_share_the_last_place_are_both_last():
    found = places([(1, "a", D(90)), (2, "a", D(70)), (3, "a", D(70))])

    assert [key for key, one in found.items() if one.is_last] == [2, 3]


@pytest.mark.parametrize("scores", [(90, 80), (80, 80, 80), (80,)])
def test_where_it_says_nothing_nobody_is_last(scores):
    found = places([(key, "a", D(score)) for key, score in enumerate(scores)])

    assert not any(one.is_last for one in found.values())


@pytest.mark.parametrize(
    ("bad", "n", "many"), [(31, 100, True), (30, 100, False), (10, 29, False), (10, 30, True), (0, 0, False)]
)
def test_more_than_the_limit_of_enough_answers_are_many(bad, n, many):
    assert has_many_bad(bad, n, limit=D(30), least=30) is many
