"""The schedule of a speed meeting: nobody in two places, each pair once, wishes first, always the same."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.speed_meeting import Side, Talk, schedule

MOST = 7


@st.composite
def days(draw):
    """Givers, projects of which some belong to one group, wishes, rounds and tables."""
    givers = [Side(number, 100 + number) for number in range(draw(st.integers(0, MOST)))]
    groups = st.integers(0, 4)
    projects = [Side(number, 200 + draw(groups)) for number in range(draw(st.integers(0, MOST)))]
    wishes = {}
    for giver in givers:
        chosen = draw(st.lists(st.sampled_from(projects), unique=True)) if projects else []
        wishes |= {(giver.id, project.id): rank for rank, project in enumerate(chosen, start=1)}
    return givers, projects, wishes, draw(st.integers(1, 6)), draw(st.integers(1, MOST))


def made(day) -> list[Talk]:
    givers, projects, wishes, rounds, tables = day
    return schedule(givers, projects, wishes, rounds=rounds, tables=tables)


@given(days())
def test_nobody_is_in_two_places_and_each_pair_meets_at_most_once(day):
    givers, projects, _wishes, rounds, tables = day
    talks = made(day)
    ours, theirs = {one.id: one.party for one in givers}, {one.id: one.party for one in projects}

    for places in (
        [(talk.giver, talk.project) for talk in talks],
        [("giver", ours[talk.giver], talk.round) for talk in talks],
        [("project", theirs[talk.project], talk.round) for talk in talks],
        [(talk.table, talk.round) for talk in talks],
    ):
        assert max(Counter(places).values(), default=1) == 1
    assert all(0 <= talk.round < rounds and 0 <= talk.table < tables for talk in talks)


@given(days())
def test_the_same_people_get_the_same_schedule_however_the_wishes_arrive(day):
    givers, projects, wishes, rounds, tables = day
    backwards = dict(reversed(wishes.items()))

    assert made(day) == schedule(givers, projects, backwards, rounds=rounds, tables=tables)


@given(days())
def test_no_pair_is_left_out_that_would_still_fit(day):
    """A giver and a project that do not meet have too little time, or the tables of the day are used up."""
    givers, projects, _wishes, rounds, tables = day
    talks = made(day)
    met = {(talk.giver, talk.project) for talk in talks}
    theirs = {one.id: one.party for one in projects}
    busy_givers, busy_groups = Counter(t.giver for t in talks), Counter(theirs[t.project] for t in talks)

    for giver in givers:
        for project in projects:
            if (giver.id, project.id) not in met:
                full = rounds in (busy_givers[giver.id], busy_groups[project.party])
                assert full or len(talks) == rounds * tables


@given(days())
def test_a_first_wish_goes_before_whoever_nobody_wished_for(day):
    """With one table and one round the only talk is a first wish, when there is one."""
    givers, projects, wishes, _rounds, _tables = day
    talks = schedule(givers, projects, wishes, rounds=1, tables=1)

    if wishes:
        assert [talk.rank for talk in talks] == [1]
    else:
        assert [talk.rank for talk in talks] == [0] * bool(givers and projects)


def test_wishes_come_first_then_who_has_talked_least_then_who_signed_up_first():
    givers, projects = [Side(1, 1), Side(2, 2)], [Side(11, 11), Side(12, 12), Side(13, 13)]
    wishes = {(1, 13): 1, (2, 13): 2}

    talks = schedule(givers, projects, wishes, rounds=2, tables=2)

    assert {(talk.giver, talk.project): talk.rank for talk in talks} == {(1, 13): 1, (2, 13): 2, (1, 11): 0, (2, 12): 0}


def test_a_giver_keeps_its_table_where_there_are_enough():
    givers, projects = [Side(1, 1), Side(2, 2)], [Side(11, 11), Side(12, 12)]

    talks = schedule(givers, projects, {}, rounds=2, tables=2)

    assert {(talk.giver, talk.table) for talk in talks} == {(1, 0), (2, 1)}


def test_two_projects_of_one_group_never_sit_in_the_same_round():
    givers, projects = [Side(1, 1), Side(2, 2)], [Side(11, 9), Side(12, 9)]

    talks = schedule(givers, projects, {}, rounds=4, tables=2)

    assert sorted(talk.round for talk in talks) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("givers", "wishes", "rounds", "tables"),
    [([Side(1, 1)], {}, 0, 1), ([Side(1, 1)], {}, 1, 0), ([Side(1, 1)] * 2, {}, 1, 1), ([], {(1, 1): 0}, 1, 1)],
)
def test_nonsense_is_refused(givers, wishes, rounds, tables):
    with pytest.raises(ValueError, match=r"."):
        schedule(givers, [Side(1, 5)], wishes, rounds=rounds, tables=tables)
