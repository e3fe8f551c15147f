"""How many judges make a panel whole: whoever asks, for one project or for many, is told the same."""

import itertools

import pytest

from core import clock
from evaluations import inbox, quorum
from evaluations.actions import panel
from evaluations.models import Assignment, Reduction
from evaluations.standings import standings
from grants.models import Call
from people.models import User
from projects.models import Project
from tests.life import draft

SIZE = 3


@pytest.fixture
def projects(town, life):
    """Three in review, with three, two and one judge seated; the others have stepped down or are absent."""
    found = [life.walk(draft(town, title=f"项目{number}"), "eligible") for number in (1, 2, 3)]
    for project in found:
        for expert in (town.expert1, town.expert2, town.expert3):
            panel.assign(project, expert, by=town.clerk)
    found = [life.walk(project, "in_review") for project in found]
    lines = Assignment.objects.filter(person=town.expert3)
    lines.filter(project=found[1]).update(absent_at=clock.now(), absence_reason="没来")
    lines.filter(project=found[2]).update(recused_at=clock.now(), recusal_reason="亲戚")
    Assignment.objects.filter(project=found[2], person=town.expert2).update(
        absent_at=clock.now(), absence_reason="没来"
    )
    return found


def decided(project, town, judges: int, *, granted: bool | None) -> None:
    said = {"decided_by": town.approver, "decided_at": clock.now()} if granted is not None else {}
    Reduction.objects.create(
        project=project, judges=judges, reason="无替补专家", asked_by=town.clerk, granted=granted, **said
    )


DECISIONS = [None, (2, True), (2, False), (2, None), (4, True)]
"""Of two people about a panel: fewer, not fewer, not yet, and once agreed before the announced number fell."""


@pytest.mark.parametrize(("first", "second"), list(itertools.product(DECISIONS, DECISIONS[:3])))
def test_one_and_many_projects_are_told_the_same_by_what_was_agreed_last(town, projects, first, second):
    for project in projects:
        for one in (first, second):
            if one:
                decided(project, town, one[0], granted=one[1])
    agreed = [judges for judges, granted in filter(None, (first, second)) if granted]
    needed = min(agreed[-1] if agreed else SIZE, SIZE)

    assert quorum.needed([one.pk for one in projects]) == {one.pk: needed for one in projects}
    assert [quorum.sheets_needed(one) for one in projects] == [needed] * 3
    assert [quorum.seats(one) for one in projects] == [3, 2, 1]
    short = quorum.short(Project.objects.filter(pk__in=[one.pk for one in projects]))
    assert sorted((one.title, one.seats) for one in short) == [
        (f"项目{place}", seats) for place, seats in ((1, 3), (2, 2), (3, 1)) if seats < needed
    ]
    assert [row.expected for row in standings(town.call)] == [max(seats, needed) for seats in (3, 2, 1)]


def test_a_reduction_of_another_project_changes_nothing(town, projects):
    decided(projects[0], town, 2, granted=True)

    assert quorum.sheets_needed(projects[1]) == SIZE


def test_the_clerk_is_asked_to_assign_while_one_panel_is_short_however_many_sit_on_another(town, life):
    one, other = (life.walk(draft(town, title=title), "eligible") for title in ("甲", "乙"))
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(one, expert, by=town.clerk)
    panel.assign(other, town.expert1, by=town.clerk)
    Call.objects.filter(pk=town.call.pk).update(panel_size=2)  # four seats are taken, as many as two panels need
    life.day(2026, 4, 1)

    tasks = [task.what for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))]

    assert ("分派专家" in tasks, "启动评审" in tasks) == (True, False)
    panel.assign(other, town.expert2, by=town.clerk)
    assert "启动评审" in [task.what for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))]
