"""Who judges what: small examples by hand, the best of all assignments by trying them all, and every reason why not."""

import random
from hashlib import sha256
from itertools import combinations, product

import pytest
from django.utils import translation
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluations.assignment import (
    Conflict,
    FixedAboveLoad,
    FixedAbovePanel,
    FixedForbidden,
    FixedLeavesNoRoom,
    Infeasible,
    MoreExperts,
    MoreLoad,
    Requirement,
    TooFewForGroup,
    TooFewFree,
    TooFewPlaces,
    TooFewQualified,
    assign,
    conflict,
    optimum,
)

SLOW = settings(deadline=None, max_examples=60)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def panels(judges, projects, size, load=9, **given):
    return assign(judges, projects, per_project=size, max_load=load, **{"forbidden": (), **given}).panels


def refused(judges, projects, size, load=9, **given) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        panels(judges, projects, size, load, **given)
    return caught.value


def of(names: str, minimum: int = 1, name: str = "finance") -> Requirement:
    return Requirement(frozenset(names), minimum, name)


# What must hold


def test_a_forbidden_pair_is_never_made():
    found = panels("abc", [1, 2], 2, forbidden={("a", 1), ("b", 2)})

    assert found == {1: ("b", "c"), 2: ("a", "c")}


def test_a_forbidden_pair_is_not_made_for_any_affinity():
    assert panels("ab", [1], 1, forbidden={("a", 1)}, affinity={("a", 1): 1000}) == {1: ("b",)}
    assert panels("ab", [1], 1, affinity={("a", 1): 1000}) == {1: ("a",)}


def test_nobody_has_more_than_the_highest_load_of_their_own():
    found = assign("abc", [1, 2, 3, 4], per_project=2, max_load={"a": 1, "b": 4, "c": 4}, forbidden=())

    assert found.loads in ({"a": 1, "b": 3, "c": 4}, {"a": 1, "b": 4, "c": 3})


def test_a_judge_with_no_load_judges_nothing():
    assert panels("abc", [1], 2, {"a": 0, "b": 1, "c": 1}) == {1: ("b", "c")}


def test_each_panel_has_the_composition_asked_for():
    liked = {(judge, project): 1 for judge in "cd" for project in (1, 2)}

    found = panels("abcd", [1, 2], 2, composition=[of("ab")], affinity=liked)

    assert all(len(set(panel) & set("ab")) == 1 for panel in found.values())


def test_one_judge_may_count_for_several_requirements():
    found = panels("abcd", [1], 1, composition=[of("ab"), of("bc", name="social work")])

    assert found == {1: ("b",)}


def test_pairs_made_by_hand_stay_and_count():
    found = assign(
        "abc", [1, 2], per_project=2, max_load=2, forbidden=(), fixed={("a", 1)}, affinity={("a", 1): -9, ("a", 2): -9}
    )

    assert "a" in found.panels[1]
    assert found.loads["a"] == 1  # balance would allow 1 or 2; the affinity wants no more
    assert found.panels[2] == ("b", "c")


def test_a_panel_made_by_hand_is_kept_whole():
    assert panels("abcd", [1], 2, fixed=[("d", 1), ("a", 1)]) == {1: ("a", "d")}


def test_judges_of_a_panel_come_in_the_order_of_the_input():
    assert panels("dbca", [1], 4) == {1: ("d", "b", "c", "a")}


def test_without_projects_there_are_no_panels():
    found = assign("ab", [], per_project=3, max_load=1, forbidden=())

    assert (found.panels, found.loads, found.affinity, found.proven_optimal) == ({}, {"a": 0, "b": 0}, 0.0, True)


# What is best


def test_balance_comes_before_affinity():
    liked = {("a", project): 5 for project in (1, 2, 3)}

    found = assign("abc", [1, 2, 3], per_project=1, max_load=3, forbidden=(), affinity=liked)

    assert found.loads == {"a": 1, "b": 1, "c": 1}
    assert found.affinity == 5.0


def test_affinity_decides_where_balance_leaves_a_choice():
    found = assign(
        "ab", [1, 2], per_project=1, max_load=2, forbidden=(), affinity={("a", 1): 0.5, ("b", 2): 0.25, ("a", 2): 0.7}
    )

    assert found.panels == {1: ("a",), 2: ("b",)}  # 0.75 in all, the other way 0.7
    assert found.affinity == 0.75


def test_who_judged_the_applicant_last_year_judges_another():
    assert panels("ab", [1, 2], 1, affinity={("a", 1): -1}) == {1: ("b",), 2: ("a",)}
    assert panels("ab", [1, 2], 1, affinity={("a", 2): -1}) == {1: ("a",), 2: ("b",)}


def test_a_conflict_that_ties_a_load_leaves_the_others_as_equal_as_can_be():
    forbidden = {(judge, project) for judge in "cd" for project in (1, 2, 3, 4)}  # only a and b for the first four

    found = assign("abcd", range(1, 7), per_project=1, max_load=6, forbidden=forbidden)

    assert found.loads == {"a": 2, "b": 2, "c": 1, "d": 1}


def test_loads_far_from_the_level_are_balanced_too():
    forbidden = {(judge, project) for judge in "bcdefgh" for project in range(40)}  # only a, i and j for these forty

    found = assign("abcdefghij", range(50), per_project=1, max_load=50, forbidden=forbidden)

    assert sorted(found.loads.values()) == [1, 1, 1, 1, 2, 2, 2, 13, 13, 14]


def lot(seed: str, judge, project) -> tuple[int, int]:
    digest = sha256(f"{seed}:{judge}:{project}".encode()).digest()
    return int.from_bytes(digest[:3]), int.from_bytes(digest[3:6])


@pytest.mark.parametrize("seed", ["", "2026", "lot"])
def test_a_tie_is_decided_by_the_least_lot(seed):
    expected = min("abcdef", key=lambda judge: lot(seed, judge, 1))

    assert panels("abcdef", [1], 1, seed=seed) == {1: (expected,)}


def test_another_seed_decides_ties_otherwise_and_only_ties():
    winners = {panels("abcdef", [1], 1, seed=str(number))[1] for number in range(20)}
    liked = {panels("abcdef", [1], 1, seed=str(number), affinity={("c", 1): 0.001})[1] for number in range(20)}

    assert len(winners) > 1
    assert liked == {("c",)}


def test_the_same_input_gives_the_same_result_in_any_order():
    judges, projects = [f"j{number}" for number in range(12)], list(range(30))
    forbidden = {(f"j{number % 12}", number) for number in range(30)}

    first = panels(judges, projects, 3, seed="s", forbidden=forbidden)

    assert panels(judges, projects, 3, seed="s", forbidden=forbidden) == first
    turned = panels(judges[::-1], projects[::-1], 3, seed="s", forbidden=forbidden)
    assert {project: set(panel) for project, panel in turned.items()} == {p: set(panel) for p, panel in first.items()}


# Against trying all


@st.composite
def cases(draw):
    """Small enough to try all assignments: at most 5 judges, 3 projects, 10³ panels."""
    dice = draw(st.randoms(use_true_random=False))
    judges, projects = "abcde"[: dice.randint(1, 5)], list(range(dice.randint(1, 3)))
    pairs = list(product(judges, projects))
    share = dice.choice([0, 0, 0.1, 0.3])
    forbidden = {pair for pair in pairs if dice.random() < share}
    return {
        "judges": judges,
        "projects": projects,
        "per_project": dice.randint(1, 3),
        "max_load": {judge: dice.randint(1, 3) for judge in judges},
        "forbidden": forbidden,
        "affinity": {pair: dice.randint(-3, 3) / 2 for pair in pairs if dice.random() < 0.5},
        "composition": [
            Requirement(frozenset(judge for judge in judges if dice.random() < 0.7), dice.randint(0, 1), name)
            for name in ("finance", "social work", "law")[: dice.randint(0, 3)]
        ],
        "fixed": {pair for pair in pairs if pair not in forbidden and dice.random() < dice.choice([0, 0.1])},
        "seed": str(dice.randint(1, 9)),
    }


def by_trying_all(case, *, projects=None, composition=None, limited=None, fixed=None):
    """The best panels by the objectives in their order, or None; optionally of a part of the conditions only."""
    projects = case["projects"] if projects is None else projects
    composition = case["composition"] if composition is None else composition
    fixed = case["fixed"] if fixed is None else fixed
    judges, limited = case["judges"], case["judges"] if limited is None else limited

    def panels_of(project):
        for panel in combinations(judges, case["per_project"]):
            if (
                not any((judge, project) in case["forbidden"] for judge in panel)
                and all(judge in panel for judge, fixed_for in fixed if fixed_for == project)
                and all(len(each.judges.intersection(panel)) >= each.minimum for each in composition)
            ):
                yield panel

    best = None
    for choice in product(*map(list, map(panels_of, projects))):
        made = [(judge, project) for project, panel in zip(projects, choice, strict=True) for judge in panel]
        held = {*made, *fixed}
        loads = {judge: sum(1 for each, _project in held if each == judge) for judge in judges}
        if all(loads[judge] <= case["max_load"][judge] for judge in limited):
            lots = [lot(case["seed"], *pair) for pair in made]
            merit = (
                sum(load**2 for load in loads.values()),
                -sum(case["affinity"].get(pair, 0) for pair in made),
                sum(first for first, _second in lots),
                sum(second for _first, second in lots),
            )
            if best is None or merit < best[0]:
                best = merit, dict(zip(projects, choice, strict=True))
    return best and best[1]


@given(cases())
@settings(deadline=None, max_examples=200)
def test_the_result_is_the_best_of_all_and_a_refusal_means_that_there_is_none(case):
    best = by_trying_all(case)

    if best is None:
        with pytest.raises(Infeasible) as refusal:
            assign(**case)
        assert all(refusal.value.sentences())
    else:
        found = assign(**case)
        assert found.panels == best
        assert found.proven_optimal


def overlapping(number: int):
    """Tight loads and requirements that overlap, so that the linear programme may end in fractions."""
    dice = random.Random(number)
    judges, projects = "abcdef"[: dice.randint(4, 6)], list(range(dice.randint(2, 3)))
    pairs = list(product(judges, projects))
    return {
        "judges": judges,
        "projects": projects,
        "per_project": dice.randint(2, 3),
        "max_load": {judge: dice.randint(1, len(projects)) for judge in judges},
        "forbidden": {pair for pair in pairs if dice.random() < 0.2},
        "affinity": {pair: dice.randint(-3, 3) for pair in pairs if dice.random() < 0.7},
        "composition": [
            Requirement(frozenset(dice.sample(judges, dice.randint(2, 3))), 1, name)
            for name in ("finance", "social work", "law")
        ],
        "fixed": (),
        "seed": "s",
    }


def test_overlapping_requirements_are_solved_by_branching_and_conflicts_are_minimal(monkeypatch):
    branched, conflicts = [], []
    by_branching = optimum.by_branching
    monkeypatch.setattr(optimum, "by_branching", lambda *args: branched.append(args) or by_branching(*args))

    for number in range(250):
        case = overlapping(number)
        best = by_trying_all(case)
        if best is not None:
            assert assign(**case).panels == best
            continue
        with pytest.raises(Infeasible) as refusal:
            assign(**case)
        if isinstance(refusal.value.cause, Conflict):
            conflicts.append(refusal.value.cause)
            assert_minimal(case, refusal.value.cause)

    assert branched
    assert conflicts


def assert_minimal(case, cause: Conflict) -> None:
    """All of it is in conflict, and without any one part nothing is."""
    parts = {
        "projects": list(cause.projects),
        "composition": list(cause.requirements),
        "limited": list(cause.judges),
        "fixed": list(cause.fixed),
    }
    assert cause.minimal
    assert by_trying_all(case, **parts) is None
    for name, part in parts.items():
        for each in part:
            less = {**parts, name: [other for other in part if other != each]}
            assert by_trying_all(case, **less) is not None


# For any input


@st.composite
def committees(draw):
    """Larger, with few conflicts."""
    count = draw(st.integers(6, 15))
    judges, projects = [f"j{number}" for number in range(count)], list(range(draw(st.integers(1, 25))))
    pairs = st.tuples(st.sampled_from(judges), st.sampled_from(projects))
    return {
        "judges": judges,
        "projects": projects,
        "per_project": draw(st.integers(1, 3)),
        "max_load": draw(st.integers(5, 25)),
        "forbidden": draw(st.sets(pairs, max_size=12)),
        "affinity": draw(st.dictionaries(pairs, st.floats(-10, 10), max_size=20)),
        "composition": [Requirement(frozenset(judges[: count // 2]), 1, "finance")] * draw(st.integers(0, 1)),
        "seed": draw(st.text(max_size=3)),
    }


@given(committees())
@SLOW
def test_what_must_hold_holds_for_any_input(case):
    try:
        found = assign(**case)
    except Infeasible:
        assume(False)
    pairs = {(judge, project) for project, panel in found.panels.items() for judge in panel}
    assert not pairs & case["forbidden"]
    assert list(found.panels) == case["projects"]
    assert all(len(set(panel)) == case["per_project"] for panel in found.panels.values())
    assert all(load <= case["max_load"] for load in found.loads.values())
    assert found.loads == {judge: sum(1 for each, _project in pairs if each == judge) for judge in case["judges"]}
    for requirement in case["composition"]:
        assert all(requirement.judges.intersection(panel) for panel in found.panels.values())
    assert found.proven_optimal


@given(st.integers(1, 12), st.integers(0, 30), st.data())
@SLOW
def test_loads_differ_by_at_most_one_when_nothing_stands_in_the_way(count, projects, data):
    size = data.draw(st.integers(1, count))
    affinity = {(0, project): 3.5 for project in range(projects)}

    found = assign(range(count), range(projects), per_project=size, max_load=projects, forbidden=(), affinity=affinity)

    assert max(found.loads.values()) - min(found.loads.values()) <= 1
    assert sum(found.loads.values()) == size * projects


# Why there is none


def test_too_few_experts_free_of_conflict_for_a_project():
    refusal = refused("abc", [11, 12], 3, forbidden={("a", 12)})

    assert refusal.cause == TooFewFree(12, 2, 3)
    assert refusal.sentences() == ["Only 2 of the experts can judge 12; its panel needs 3."]
    assert panels("abc", [11, 12], 2, forbidden={("a", 12)})


def test_all_projects_with_too_few_experts_are_named_at_once():
    refusal = refused("abc", [11, 12, 13], 3, forbidden={("a", 12), ("b", 13), ("c", 13)})

    assert refusal.causes == (TooFewFree(12, 2, 3), TooFewFree(13, 1, 3))
    assert refusal.sentences(name_of=lambda each: f"项目{each}")[1] == (
        "Only 1 of the experts can judge 项目13; its panel needs 3."
    )
    assert str(refusal) == " ".join(refusal.sentences())


def test_an_expert_without_room_is_not_available():
    assert refused("ab", [1], 2, {"a": 0, "b": 1}).cause == TooFewFree(1, 1, 2)
    assert refused("ab", [1, 2], 1, {"a": 1, "b": 1}, forbidden=[("b", 2)], fixed=[("a", 1)]).cause == TooFewFree(
        2, 0, 1
    )


def test_too_few_experts_of_a_requirement_for_a_project():
    refusal = refused("abcd", [1, 2], 2, forbidden={("a", 2)}, composition=[of("ab", 2)])

    assert refusal.cause == TooFewQualified(2, "finance", 1, 2)
    assert refusal.sentences() == [
        "Only 1 of the experts for “finance” can judge 2; its panel needs at least 2 of them."
    ]
    assert panels("abcd", [1, 2], 2, forbidden={("a", 2)}, composition=[of("ab", 1)])


def test_too_few_places_say_which_load_or_how_many_more_experts_would_do():
    refusal = refused("abc", range(10), 2, 5)

    assert refusal.cause == TooFewPlaces(needed=20, available=15, load=7, experts=1)
    assert refusal.sentences() == [
        "The panels have 20 places; the experts can take 15 of them.",
        "A highest load of 7 for each of them would give enough places, and so would 1 more of them.",
    ]
    assert panels("abc", range(10), 2, 7)
    assert panels("abcd", range(10), 2, 5)
    assert refused("abc", range(10), 2, 6).cause == TooFewPlaces(20, 18, 7, 1)


def test_places_that_conflicts_take_do_not_count():
    forbidden = {("a", 1), ("b", 2)}

    refusal = refused("abc", [1, 2, 3], 2, {"a": 3, "b": 1, "c": 2}, forbidden=forbidden)

    assert refusal.cause == TooFewPlaces(needed=6, available=5, load=2, experts=1)  # a: 2, b: 1, c: 2
    assert panels("abc", [1, 2, 3], 2, 2 + 1, forbidden=forbidden)


def test_too_few_places_among_the_experts_of_a_requirement():
    refusal = refused("abcd", range(5), 2, 4, composition=[of("a")])

    assert refusal.cause == TooFewPlaces(needed=5, available=4, load=5, experts=1, requirement="finance")
    assert refusal.sentences()[0] == "The panels need 5 places for “finance”; its experts can take 4 of them."
    assert panels("abcd", range(5), 2, 5, composition=[of("a")])


def test_a_group_of_projects_that_share_too_few_experts():
    only_ab = {(judge, project) for judge in "cdef" for project in (3, 4, 5)}

    refusal = refused("abcdef", range(1, 7), 2, 2, forbidden=only_ab)

    assert refusal.cause == TooFewForGroup((3, 4, 5), ("a", "b"), needed=6, available=4)
    assert refusal.sentences() == [
        "Together these need 6 places: 3、4、5. Only these experts can judge any of them, and they can take 4: a、b."
    ]
    assert panels("abcdef", range(1, 7), 2, 3, forbidden=only_ab)


def test_a_group_counts_what_was_given_by_hand():
    only_abc = {(judge, project) for judge in "def" for project in (1, 2)}
    loads = {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 2}

    refusal = refused("abcdef", [1, 2, 3, 4], 2, loads, forbidden=only_abc, fixed=[("a", 1)])

    assert refusal.cause == TooFewForGroup((1, 2), ("a", "b", "c"), needed=4, available=3)
    assert panels("abcdef", [1, 2, 3, 4], 2, {**loads, "b": 2}, forbidden=only_abc, fixed=[("a", 1)])


def test_who_has_no_room_left_is_not_of_the_group():
    only_ab = {(judge, project) for judge in "cd" for project in (1, 2, 3)}

    refusal = refused("abcd", [1, 2, 3, 4], 1, 1, forbidden=only_ab, fixed=[("a", 1)])

    assert refusal.cause == TooFewForGroup((2, 3), ("b",), needed=2, available=1)
    assert panels("abcd", [1, 2, 3, 4], 1, 2, forbidden=only_ab, fixed=[("a", 1)])


def test_a_group_that_shares_too_few_experts_of_a_requirement():
    forbidden = {(judge, project) for judge in "bc" for project in (1, 2, 3)}

    refusal = refused("abcdef", range(1, 6), 2, 2, forbidden=forbidden, composition=[of("abc")])

    assert refusal.cause == TooFewForGroup((1, 2, 3), ("a",), needed=3, available=2, requirement="finance")
    assert refusal.sentences() == [
        "Together these need 3 places for “finance”: 1、2、3. "
        "Only these of its experts can judge any of them, and they can take 2: a."
    ]
    assert panels("abcdef", range(1, 6), 2, 3, forbidden=forbidden, composition=[of("abc")])


def test_many_names_are_cut_short_in_a_sentence_but_not_in_the_data():
    forbidden = {(judge, project) for judge in "bc" for project in range(12)}

    refusal = refused(
        "abcd", range(16), 1, {**dict.fromkeys("bcd", 16), "a": 10}, forbidden=forbidden, composition=[of("abc")]
    )

    assert len(refusal.cause.projects) == 11
    assert "、6、7 and 3 more" in str(refusal)


def test_a_forbidden_pair_made_by_hand():
    refusal = refused("abc", [1], 1, forbidden={("a", 1)}, fixed=[("a", 1)])

    assert refusal.cause == FixedForbidden("a", 1)
    assert refusal.sentences() == ["a was put on the panel of 1 by hand, but must not judge it."]


def test_more_by_hand_than_the_highest_load():
    refusal = refused("abc", [1, 2, 3], 1, 2, fixed=[("a", 1), ("a", 2), ("a", 3)])

    assert refusal.cause == FixedAboveLoad("a", 3, 2)
    assert refusal.sentences() == ["a was given 3 of the panels by hand; the highest load is 2."]


def test_more_by_hand_than_a_panel_has():
    refusal = refused("abc", [1], 2, fixed=[("a", 1), ("b", 1), ("c", 1)])

    assert refusal.cause == FixedAbovePanel(1, 3, 2)
    assert refusal.sentences() == ["3 experts were put on the panel of 1 by hand; a panel has 2."]


def test_a_panel_made_by_hand_without_room_for_a_requirement():
    refusal = refused("abcd", [1], 2, fixed=[("a", 1)], composition=[of("cd", 2)])

    assert refusal.cause == FixedLeavesNoRoom(1, "finance", left=1, missing=2)
    assert refusal.sentences() == [
        "The panel of 1, as far as it was made by hand, leaves 1 of its places; “finance” still needs 2."
    ]
    assert panels("abcd", [1], 2, fixed=[("c", 1)], composition=[of("cd", 2)]) == {1: ("c", "d")}


def test_a_requirement_larger_than_the_panel():
    refusal = refused("abc", [1, 2], 1, composition=[of("abc", 2)])

    assert refusal.cause == Conflict((1,), (of("abc", 2),), (), (), per_project=1)
    assert refusal.sentences() == [
        "No panels of 1 can be made for 1 that keep all of this:",
        "“finance” needs at least 2 in each panel.",
    ]


def test_requirements_that_no_panel_of_a_project_can_hold_together():
    law, finance, social = of("ef", name="law"), of("ab"), of("cd", name="social work")

    refusal = refused("abcdef", [1, 2], 2, composition=[finance, social, law])

    assert refusal.cause == Conflict((1,), (finance, social, law), (), (), per_project=2)
    assert panels("abcdef", [1, 2], 3, composition=[finance, social, law])


def test_a_conflict_of_requirements_and_loads_over_several_projects():
    finance, social = of("ab"), of("bc", name="social work")

    refusal = refused("abcd", [1, 2], 1, {"a": 2, "b": 1, "c": 2, "d": 2}, composition=[finance, social])

    assert refusal.cause == Conflict((1, 2), (finance, social), ("b",), (), per_project=1)
    assert refusal.sentences(lambda each: f"<{each}>") == [
        "No panels of 1 can be made for <1>、<2> that keep all of this:",
        "“finance” needs at least 1 in each panel.",
        "“social work” needs at least 1 in each panel.",
        "These experts must not be given more than their highest load: <b>.",
    ]
    assert panels("abcd", [1, 2], 1, 2, composition=[finance, social]) == {1: ("b",), 2: ("b",)}


def test_a_conflict_with_a_pair_made_by_hand():
    finance, social = of("ab"), of("bc", name="social work")

    refusal = refused("abcd", [1], 2, fixed=[("d", 1)], forbidden=[("b", 1)], composition=[finance, social])

    assert refusal.cause == Conflict((1,), (finance, social), (), (("d", 1),), per_project=2)
    assert refusal.sentences()[-1] == "d was put on the panel of 1 by hand."
    assert panels("abcd", [1], 2, forbidden=[("b", 1)], composition=[finance, social]) == {1: ("a", "c")}


def test_a_search_that_is_cut_short_says_so(monkeypatch):
    monkeypatch.setattr(conflict, "TESTS", 1)

    refusal = refused("abcd", [1, 2], 1, {"a": 2, "b": 1, "c": 2, "d": 2}, composition=[of("ab"), of("bc", name="law")])

    assert refusal.cause.minimal is False
    assert refusal.sentences()[-1] == "Not all of this may be needed for the conflict: the search was cut short."


# Input that contradicts itself


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"judges": "aba"}, "The judge 'a' is there twice"),
        ({"projects": [1, 2, 1]}, "The project 1 is there twice"),
        ({"projects": [1, "1"]}, "The project '1' is there twice"),  # written the same
        ({"per_project": 0}, "per_project must be at least 1, not 0"),
        ({"max_load": -1}, "max_load must not be negative, but is -1 for 'a'"),
        ({"max_load": {"a": 1, "b": -2}}, "max_load must not be negative, but is -2 for 'b'"),
        ({"max_load": {"a": 1}}, "max_load says nothing of the judge 'b'"),
        ({"max_load": {"a": 1, "b": 1, "z": 1}}, "max_load names an unknown judge: 'z'"),
        ({"forbidden": {("z", 1)}}, "forbidden names an unknown judge: 'z'"),
        ({"forbidden": {("a", 9)}}, "forbidden names an unknown project: 9"),
        ({"affinity": {("z", 1): 1}}, "affinity names an unknown judge: 'z'"),
        ({"affinity": {("a", 1): float("nan")}}, r"The affinity of \('a', 1\) is nan"),
        ({"fixed": [("a", 9)]}, "fixed names an unknown project: 9"),
        ({"composition": [of("az")]}, "The requirement 'finance' names an unknown judge: 'z'"),
        ({"composition": [of("a", -1)]}, "The requirement 'finance' must not be negative: -1"),
        ({"composition": [of("a"), of("b")]}, "Two requirements have the name 'finance'"),
    ],
)
def test_input_that_contradicts_itself_is_refused(changed, message):
    given = {"judges": "ab", "projects": [1, 2], "per_project": 1, "max_load": 2, "forbidden": ()}

    with pytest.raises(ValueError, match=f"^{message}$"):
        assign(**{**given, **changed})


# What would be enough


def works(judges, projects, size, load, remedy, **given) -> bool:
    """Whether there are panels once the remedy is carried out."""
    loads = dict.fromkeys(judges, load) if isinstance(load, int) else dict(load)
    composition = list(given.pop("composition", ()))
    judges = list(judges)
    if isinstance(remedy, MoreLoad):
        loads |= dict(remedy.loads)
    else:
        for number, fields in enumerate(remedy.fields):
            judges.append(name := f"further {number}")
            loads[name] = remedy.load
            composition = [
                Requirement(one.judges | {name}, one.minimum, one.name) if one.name in fields else one
                for one in composition
            ]
    assign(judges, projects, per_project=size, max_load=loads, forbidden=given.pop("forbidden", ()),
           composition=composition, **given)  # fmt: skip
    return True


def test_two_requirements_that_bind_at_once_are_met_by_one_expert_for_both():
    """Each alone asks for one more expert; one who is both is enough, and so is a place more for one of each."""
    given = {"composition": [of("a"), of("b", name="social work")]}

    refusal = refused("abcdef", [1, 2, 3], 2, 2, **given)

    assert [cause.requirement for cause in refusal.causes] == ["finance", "social work"]
    assert refusal.remedies == [MoreLoad((("a", 3), ("b", 3))), MoreExperts((("finance", "social work"),), 2)]
    assert all(works("abcdef", [1, 2, 3], 2, 2, remedy, **given) for remedy in refusal.remedies)
    assert refusal.advice() == [
        "The panels need 3 places for “finance”; its experts can take 2 of them.",
        "The panels need 3 places for “social work”; its experts can take 2 of them.",
        "It is enough to raise the highest load: a to 3, b to 3.",
        "It is enough to have 1 more expert, without ties to these projects and with room for 2 of them: "
        "1 for “finance” and “social work”.",
    ]


def test_where_ties_stand_in_the_way_no_load_helps_and_only_experts_are_advised():
    given = {"forbidden": [("a", 1), ("b", 1)], "composition": [of("ab")]}

    refusal = refused("abcd", [1, 2], 2, 2, **given)

    assert refusal.remedies == [MoreExperts((("finance",),), 2)]
    assert works("abcd", [1, 2], 2, 2, refusal.remedies[0], **given)


def test_a_conflict_says_what_would_be_enough():
    finance, social = of("ab"), of("bc", name="social work")
    loads = {"a": 2, "b": 1, "c": 2, "d": 2}

    refusal = refused("abcd", [1, 2], 1, loads, composition=[finance, social])

    assert isinstance(refusal.cause, Conflict)
    assert refusal.remedies == [MoreLoad((("b", 2),)), MoreExperts((("finance", "social work"),), 2)]
    assert all(works("abcd", [1, 2], 1, loads, remedy, composition=[finance, social]) for remedy in refusal.remedies)


def test_many_causes_are_counted_and_not_all_read_out():
    refusal = refused("ab", range(20), 3)

    assert len(refusal.causes) == 20
    assert refusal.advice()[8] == "And 12 more of this kind."
    assert refusal.advice()[9].startswith("It is enough to have")


def test_nothing_is_advised_against_what_was_made_by_hand():
    assert refused("ab", [1], 1, fixed=[("a", 1)], forbidden=[("a", 1)]).remedies == []


@given(cases())
@SLOW
def test_every_remedy_is_enough(case):
    try:
        assign(**case)
    except Infeasible as infeasible:
        size, load = case["per_project"], case["max_load"]
        rest = {key: value for key, value in case.items() if key in ("forbidden", "composition", "fixed")}
        for remedy in infeasible.remedies:
            assert works(case["judges"], case["projects"], size, load, remedy, **rest)
