"""Strict and mild judges: values worked by hand, what the adjustment must never do, and how well it finds the truth."""

import math
import random
from decimal import Decimal as D

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluations import calibration
from evaluations.calibration import Calibration


def calibrate(scores, **rule):
    """Without types: what is None in one case is a number in the next."""
    return calibration.calibrate(scores, **rule)


def triples(table: dict) -> list[tuple]:
    """`{"judge": [score of project 0, None, …]}` as (judge, project, score)."""
    return [
        (judge, project, score)
        for judge, scores in table.items()
        for project, score in enumerate(scores)
        if score is not None
    ]


def severities(found) -> dict:
    return {effect.judge: effect.severity for effect in found.judges}


def adjusted_judges(found) -> list:
    return [effect.judge for effect in found.judges if effect.adjusted]


def adjusted(found) -> dict:
    return {effect.project: effect.adjusted for effect in found.projects}


def test_severity_worked_by_hand():
    # Mild minus strict is 2, 4, 4, 4, 6: mean 4, variance 2. Judges' mean square 5 × 4² / 2 = 40, noise 2 / 2 = 1, so
    # the judges' variance is (40 − 1) / 5 = 7.8 and least squares' ±2 shrink by 7.8 / (7.8 + 1/5) = 1 − 1/40.
    found = calibrate(triples({"mild": [82, 74, 64, 94, 76], "strict": [80, 70, 60, 90, 70]}), rounds=0)

    assert severities(found) == {"mild": pytest.approx(1.95), "strict": pytest.approx(-1.95)}
    assert found.judge_deviation == pytest.approx(math.sqrt(7.8))
    assert found.noise_deviation == pytest.approx(1)
    # Both saw every project, so nobody gains by it.
    assert adjusted(found) == pytest.approx({0: 81, 1: 72, 2: 62, 3: 92, 4: 73})


def five_each(mild: list, other: list) -> dict[str, list]:
    return {"a": [70, 60, 80, 75, 65, 72], "mild": mild, "b": [70, 60, 80, 75, 65, 72], "c": other}


def test_a_judge_who_adds_5_everywhere_is_found_out():
    truth = [70, 60, 80, 75, 65, 72]
    found = calibrate(triples(five_each([score + 5 for score in truth], truth)))

    # Against the average of the four, and without noise to shrink for.
    assert severities(found) == pytest.approx({"a": -1.25, "mild": 3.75, "b": -1.25, "c": -1.25}, abs=1e-6)
    assert found.noise_deviation == 0


def test_a_project_that_met_the_mild_judges_is_put_right():
    mild = [None, 65, 85, 80, 70, 77]  # 5 above the others, and not on the panel of project 0
    found = calibrate([*triples(five_each(mild, [None, 60, 80, 75, 65, 72])), ("mild", "late", 73), ("a", "late", 68)])
    late, first = found.projects[-1], found.projects[0]

    assert (first.project, first.raw, late.project, late.raw) == (0, 70.0, "late", 70.5)
    assert (first.raw_rank, late.raw_rank) == (5, 4)
    assert late.adjusted == pytest.approx(first.adjusted - 2)  # 68 by any judge's measure, where the first has 70
    assert (first.adjusted_rank, late.adjusted_rank) == (4, 5)


def late_judge(scores: int) -> list[tuple]:
    """Three judges of seven projects, and one more who is 10 above them on the first few."""
    truth = [70, 60, 80, 75, 65, 72, 68]
    near = {"a": truth, "b": [score + (-1) ** at for at, score in enumerate(truth)], "c": truth}
    return triples(near | {"late": [score + 10 for score in truth[:scores]]})


def test_nobody_is_adjusted_by_fewer_than_five_scores():
    four, five = calibrate(late_judge(4)), calibrate(late_judge(5))

    assert adjusted_judges(four) == ["a", "b", "c"]
    assert four.judges[3].severity == 0
    assert (four.judges[3].n, four.judges[3].low, four.judges[3].high) == (4, None, None)
    assert adjusted_judges(five) == ["a", "b", "c", "late"]
    assert five.judges[3].severity > 5


def test_how_many_scores_are_enough_can_be_set():
    assert "late" in adjusted_judges(calibrate(late_judge(4), fewest=4))
    assert "late" not in adjusted_judges(calibrate(late_judge(5), fewest=6))
    with pytest.raises(ValueError, match="fewest"):
        calibrate(late_judge(4), fewest=0)


def test_scores_that_nobody_can_be_compared_by_do_not_count_as_scores():
    alone = [("late", f"alone {number}", 90) for number in range(9)]

    found = calibrate(late_judge(4) + alone)

    assert (found.judges[3].n, found.judges[3].adjusted) == (13, False)


def test_without_adjustment_the_adjusted_score_is_the_raw_one():
    found = calibrate([("a", 1, D("80.1")), ("b", 1, D("80.2")), ("a", 2, D("70.3"))])

    assert [(one.raw, one.adjusted, one.low) for one in found.projects] == [(80.15, 80.15, None), (70.3, 70.3, None)]
    assert adjusted_judges(found) == []
    assert (found.judge_deviation, found.noise_deviation) == (None, None)


def test_judges_who_differ_no_more_than_noise_are_left_alone():
    up, down = [71, 59, 81, 74, 66, 71], [69, 61, 79, 76, 64, 73]  # on average the same
    found = calibrate(triples({"a": up, "b": down}))

    assert (found.judge_deviation, adjusted_judges(found)) == (0, [])
    assert found.noise_deviation > 0
    assert all(one.low < one.adjusted == one.raw < one.high for one in found.projects)


def test_judges_who_agree_in_everything_leave_nothing_to_adjust():
    found = calibrate(triples({judge: [70, 60, 80, 75, 65] for judge in "abc"}))

    assert (found.judge_deviation, found.noise_deviation, adjusted_judges(found)) == (0, 0, [])
    assert [(one.rank_low, one.adjusted_rank, one.rank_high) for one in found.projects] == [
        (3, 3, 3),
        (5, 5, 5),
        (1, 1, 1),
        (2, 2, 2),
        (4, 4, 4),
    ]


def test_equal_scores_share_a_rank_and_the_next_is_skipped():
    found = calibrate([("a", "p", 90), ("a", "q", 80), ("a", "r", D("80.00")), ("a", "s", 70)])

    assert [one.raw_rank for one in found.projects] == [1, 2, 2, 4]
    assert [one.adjusted_rank for one in found.projects] == [1, 2, 2, 4]


def test_panels_that_share_nobody_are_flagged():
    one = late_judge(5)
    other = [(f"{judge}′", f"{project}′", score) for judge, project, score in one]

    assert calibrate(one).components == 1
    found = calibrate([*one, *other])
    assert found.components == 2
    assert {(effect.judge[-1] == "′", effect.component) for effect in found.judges} == {(False, 1), (True, 2)}
    assert {(str(effect.project)[-1] == "′", effect.component) for effect in found.projects} == {(False, 1), (True, 2)}
    # A single score by which both have something in common joins them.
    assert calibrate([*one, *other, ("a", "0′", 70)]).components == 1


def test_what_is_not_connected_does_not_move_the_severities():
    one = late_judge(6)
    raised = [(f"{judge}′", f"{project}′", score + 7) for judge, project, score in one]

    found = severities(calibrate([*one, *raised], rounds=0))

    for judge in ("a", "b", "c", "late"):
        assert found[judge] == pytest.approx(found[f"{judge}′"])


@pytest.mark.parametrize("score", [-1, D("-0.01"), D("100.01"), math.nan, D("NaN"), math.inf])
def test_a_score_off_the_scale_is_refused(score):
    with pytest.raises(ValueError, match="between 0 and 100"):
        calibrate([("a", 1, score)])


def test_the_ends_of_the_scale_are_on_it():
    assert [one.raw for one in calibrate([("a", 1, 0), ("a", 2, 100)]).projects] == [0, 100]
    with pytest.raises(ValueError, match="between 0 and 10,"):
        calibrate([("a", 1, 11)], highest=10)


def test_a_judge_scores_a_project_once():
    assert calibrate([("a", 1, 80), ("a", 2, 80), ("b", 1, 80)]).components == 1
    with pytest.raises(ValueError, match="'a' has scored project 1 twice"):
        calibrate([("a", 1, 80), ("a", 2, 80), ("a", 1, 80)])


def test_nothing_gives_nothing():
    assert calibrate([]) == Calibration((), (), 0, None, None)


def season(
    *, judges: int, projects: int, panel: int, seed: int, severity: float = 4, noise: float = 4
) -> tuple[list[tuple], dict, dict]:
    """Scores as the model has them, with the true severities (against their average) and merits."""
    dice = random.Random(seed)
    strict = {f"J{number}": dice.gauss(0, severity) for number in range(judges)}
    merit = {f"P{number}": dice.gauss(60, 7) for number in range(projects)}
    scores = [
        (judge, project, min(100.0, max(0.0, merit[project] + strict[judge] + dice.gauss(0, noise))))
        for project in merit
        for judge in dice.sample(list(strict), panel)
    ]
    level = sum(strict.values()) / judges
    truth = {project: value + level for project, value in merit.items()}
    return scores, {judge: value - level for judge, value in strict.items()}, truth


def test_adjusted_scores_are_nearer_to_the_truth():
    scores, _, truth = season(judges=20, projects=120, panel=4, seed=1)

    found = calibrate(scores, rounds=0)

    def miss(scores_of) -> float:
        return math.sqrt(sum((scores_of(one) - truth[one.project]) ** 2 for one in found.projects) / len(truth))

    assert miss(lambda one: one.adjusted) < 0.85 * miss(lambda one: one.raw)


def test_the_variances_are_found_on_average():
    found = [calibrate(season(judges=12, projects=50, panel=3, seed=seed)[0], rounds=0) for seed in range(40)]

    assert sum(one.judge_deviation**2 for one in found) / 40 == pytest.approx(16, abs=2.5)
    assert sum(one.noise_deviation**2 for one in found) / 40 == pytest.approx(16, abs=1)


@pytest.mark.parametrize("panel", [2, 3, 5])
def test_intervals_hold_the_truth_about_as_often_as_they_promise(panel):
    judges, projects = [], []
    for seed in range(12):
        scores, strict, truth = season(judges=15, projects=50, panel=panel, seed=seed)
        found = calibrate(scores)
        judges += [one.low <= strict[one.judge] <= one.high for one in found.judges if one.adjusted]
        projects += [one.low <= truth[one.project] <= one.high for one in found.projects]

    assert 0.9 <= sum(projects) / len(projects) <= 0.98
    assert 0.86 <= sum(judges) / len(judges) <= 1


def test_what_two_judges_are_apart_is_as_uncertain_of_one_as_of_the_other():
    mild, strict = calibrate(triples({"mild": [82, 74, 64, 94, 76], "strict": [80, 70, 60, 90, 70]})).judges

    assert (mild.low, mild.high) == pytest.approx((-strict.high, -strict.low))
    assert 0.5 < mild.low < 1.95 < mild.high < 3.5


def test_fewer_judges_make_a_wider_interval():
    scores, _, _ = season(judges=12, projects=60, panel=5, seed=3)
    thinned = [triple for at, triple in enumerate(scores) if triple[1] != "P0" or at % 5 == 0]

    full, thin = calibrate(scores).projects[0], calibrate(thinned).projects[0]

    assert (full.n, thin.n) == (5, 1)
    assert thin.high - thin.low > 1.5 * (full.high - full.low)
    assert thin.rank_high - thin.rank_low > full.rank_high - full.rank_low


def test_the_same_scores_give_the_same_figures_in_any_order():
    scores, _, _ = season(judges=8, projects=30, panel=3, seed=4)
    found = calibrate(scores)
    shuffled = calibrate(random.Random(0).sample(scores, len(scores)))

    assert calibrate(iter(scores)) == found
    assert set(shuffled.judges) == set(found.judges)
    assert {(one.project, one.adjusted, one.low, one.high, one.rank_low) for one in shuffled.projects} == {
        (one.project, one.adjusted, one.low, one.high, one.rank_low) for one in found.projects
    }


def test_another_seed_moves_the_intervals_and_nothing_else():
    scores, _, _ = season(judges=8, projects=30, panel=3, seed=4)

    one, other = calibrate(scores), calibrate(scores, seed=1)

    assert severities(one) == severities(other)
    assert adjusted(one) == adjusted(other)
    assert [project.low for project in one.projects] != [project.low for project in other.projects]


def test_without_rounds_there_are_no_intervals():
    found = calibrate(late_judge(6), rounds=0)

    assert {(one.low, one.high) for one in found.judges} == {(None, None)}
    assert {(one.low, one.rank_low) for one in found.projects} == {(None, None)}
    with pytest.raises(ValueError, match="rounds"):
        calibrate(late_judge(6), rounds=-1)


@st.composite
def panels(draw, highest=100) -> list[tuple]:
    """A few judges, some projects, and who scored what how."""
    judges, projects = draw(st.integers(1, 6)), draw(st.integers(1, 10))
    scores = draw(
        st.lists(st.none() | st.decimals(0, highest, places=1), min_size=judges * projects, max_size=judges * projects)
    )
    return [(at % judges, at // judges, score) for at, score in enumerate(scores) if score is not None]


@settings(deadline=None)
@given(panels())
def test_every_estimate_lies_in_its_interval_and_every_place_is_a_place(scores):
    found = calibrate(scores, rounds=20)

    assert sorted((one.judge, one.n) for one in found.judges) == sorted(
        (judge, sum(1 for triple in scores if triple[0] == judge)) for judge in {triple[0] for triple in scores}
    )
    for one in found.judges:
        assert (one.severity, one.low) == (0, None) if not one.adjusted else one.low <= one.severity <= one.high
        assert not (one.adjusted and one.n < 5)
    for one in found.projects:
        assert one.raw_rank == 1 + sum(1 for other in found.projects if other.raw > one.raw + 1e-6)
        if one.low is not None:
            assert one.low <= one.adjusted <= one.high
            assert 1 <= one.rank_low <= one.adjusted_rank <= one.rank_high <= len(found.projects)


@settings(deadline=None)
@given(panels(highest=60), st.decimals(0, 40, places=1))
def test_a_constant_added_to_all_scores_changes_no_severity(scores, shift):
    before = calibrate(scores, rounds=0)
    after = calibrate([(judge, project, score + shift) for judge, project, score in scores], rounds=0)

    assert severities(after) == pytest.approx(severities(before), abs=1e-6)
    assert adjusted(after) == pytest.approx(
        {project: score + float(shift) for project, score in adjusted(before).items()}, abs=1e-6
    )


@settings(deadline=None)
@given(
    st.lists(st.lists(st.decimals(0, 100, places=1), min_size=6, max_size=6), min_size=2, max_size=5),
)
def test_shrinkage_never_overshoots(rows):
    # Where everybody has scored everything, least squares is the judge's mean above the mean of all.
    found = severities(calibrate(triples(dict(enumerate(rows))), rounds=0))

    table = np.array(rows, dtype=float)
    for judge, plain in enumerate(table.mean(axis=1) - table.mean()):
        assert min(0, plain) - 1e-9 <= found[judge] <= max(0, plain) + 1e-9


@settings(deadline=None)
@given(panels())
def test_shrunk_severities_are_together_smaller_than_those_of_least_squares(scores):
    found = calibrate(scores, rounds=0, fewest=1)
    assume(found.judges)
    judges = [one.judge for one in found.judges]
    projects = [one.project for one in found.projects]
    design = np.zeros((len(scores), len(judges) + len(projects)))
    for row, (judge, project, _) in enumerate(scores):
        design[row, judges.index(judge)] = design[row, len(judges) + projects.index(project)] = 1
    plain = np.linalg.lstsq(design, np.array([float(score) for _, _, score in scores]), rcond=None)[0][: len(judges)]
    for part in {one.component for one in found.judges}:
        inside = [at for at, one in enumerate(found.judges) if one.component == part]
        plain[inside] -= plain[inside].mean()

    size = math.sqrt(sum(one.severity**2 for one in found.judges))

    assert size <= float(np.linalg.norm(plain)) + 1e-6


@settings(deadline=None)
@given(st.lists(st.integers(20, 90), min_size=6, max_size=12), st.integers(-10, 10), st.integers(3, 6))
def test_whatever_a_judge_adds_everywhere_is_found_again(truth, added, judges):
    table = {f"J{number}": truth for number in range(judges)} | {"other": [score + added for score in truth]}

    found = severities(calibrate(triples(table), rounds=0))

    assert found["other"] - found["J0"] == pytest.approx(added, abs=1e-6)
