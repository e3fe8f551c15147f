"""What a person may see is asked in one way where that is little, in another where it is much, and in a third of what
is at hand; the answer is one."""

from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.db.models import F

from grants.models import Call
from people.models import Community, Kind, Organization, User
from projects.models import Activity, Expense, MentoringNote, Milestone, Part, Participant, Project, Report
from projects.models import project_queries as asked
from projects.models.project_queries import is_seen_by
from projects.models.state import ENDED, State
from projects.month import month_of
from projects.month_entries import entries_of
from reports.search.sources import BY_KIND
from tests.life import draft
from tests.sweep.things import things
from tests.town import make_call

__all__ = ["things"]  # the fixture with one of everything


def seen(user: User) -> dict[str, set]:
    user = User.objects.get(pk=user.pk)  # which way is asked is kept with the person
    found = {"visible": Project.objects.visible_to(user), "delivery": Project.objects.delivery_visible_to(user)}
    found |= {"listed": Project.objects.listed_for(user), "listed work": Project.objects.delivery_listed_for(user)}
    found |= {model.__name__: model.objects.visible_to(user) for model in (MentoringNote, Activity, Expense, Report)}
    found["papers in the search"] = BY_KIND["paper_of_project"].seen(user)
    said = {name: set(rows.values_list("pk", flat=True)) for name, rows in found.items()}
    said["at hand"] = {project.pk for project in Project.objects.all() if is_seen_by(project, user)}
    return said | {"calendar": on_the_calendar(user)}


def on_the_calendar(user: User) -> set[str]:
    is_seen = Project.objects.all().seen_in_delivery(user, "project")
    months = {f"{day:%Y-%m}" for day in Activity.objects.values_list("starts_at", flat=True)}
    months |= {f"{day:%Y-%m}" for day in Milestone.objects.values_list("due_on", flat=True)}
    days = [entries_of(is_seen, month_of(month, None)).rows for month in months]
    return {str(row) for rows in days for row in rows}


def test_both_ways_say_the_same_of_everybody(things, town, monkeypatch):
    expected = {name: seen(user) for name, user in town.people.items()}
    monkeypatch.setattr(asked, "MANY", 0)

    assert {name: seen(user) for name, user in town.people.items()} == expected
    for found in expected.values():
        assert (found["listed"], found["listed work"]) == (found["visible"], found["delivery"])
        assert found["at hand"] == found["visible"]
    for kind in ("delivery", "calendar", "at hand"):
        assert expected["clerk"][kind] - expected["stranger"][kind], kind


@pytest.mark.parametrize(
    ("how", "is_seen"),
    [
        ({}, True),
        ({"is_blind": True}, False),
        ({"is_waiting": True}, False),
        ({"until": date(2026, 3, 10)}, False),
        ({"until": date(2026, 3, 11)}, True),
        ({"since": date(2026, 3, 11)}, False),
    ],
)
def test_who_takes_part_sees_it_for_that_long_and_not_before_it_may(town, how, is_seen):
    project = draft(town)
    Participant.objects.create(project=project, person=town.expert1, part=Part.JUDGE, **how)

    assert seen(town.expert1)["visible"] == seen(town.expert1)["at hand"] == ({project.pk} if is_seen else set())
    assert not is_seen_by(project, AnonymousUser())


def test_a_host_sees_what_is_handed_in_through_it_and_no_draft(town, life):
    own = draft(town)
    theirs = life.walk(draft(town), "submitted")
    Project.objects.update(host=town.host)

    assert seen(town.hosthead)["visible"] == seen(town.hosthead)["at hand"] == {theirs.pk}
    assert seen(town.head)["at hand"] == {own.pk, theirs.pk}


def test_who_sees_much_as_a_funder_and_something_else_besides_is_listed_both(town, life, monkeypatch):
    own, theirs = (life.walk(draft(town), "submitted") for _n in range(2))
    other = Organization.objects.create(name="邻镇人民政府", kind=Kind.FUNDER, credit_code="11110105000053030K")
    call = make_call(town, code="LX2027", publish=False)
    Call.objects.filter(pk=call.pk).update(funder=other)
    Project.objects.filter(pk=theirs.pk).update(funder=other, call=call)
    monkeypatch.setattr(asked, "MANY", 0)
    assert seen(town.clerk)["listed"] == {own.pk}

    Participant.objects.create(project=theirs, person=town.clerk, part=Part.COACH)

    assert seen(town.clerk)["listed"] == {own.pk, theirs.pk}


def test_every_project_stands_under_the_funder_of_its_call(things):
    assert Project.objects.filter(funder=F("call__funder")).exists()
    assert not Project.objects.exclude(funder=F("call__funder")).exists()


@pytest.mark.parametrize("state", [State.DRAFT, State.RUNNING, State.COMPLETED, State.WITHDRAWN])
def test_what_is_not_ended_is_what_one_sees_and_has_not_ended(things, town, state):
    Project.objects.update(state=state)

    for name, user in town.people.items():
        visible = set(Project.objects.visible_to(user))
        assert set(Project.objects.not_ended_for(user)) == (set() if state in ENDED else visible), name
        goes_on = set(Project.objects.delivery_visible_to(user)) if state == State.RUNNING else set()
        assert set(Project.objects.in_delivery_for(user)) == goes_on, name
    assert Project.objects.visible_to(town.clerk).exists()
    for nobody in (Project.objects.not_ended_for, Project.objects.in_delivery_for):
        assert not nobody(AnonymousUser()).exists()


def test_projects_name_the_calls_and_communities_that_are_theirs_once(town):
    project = draft(town)
    draft(town)
    Community.objects.create(region_code="110105000009", name="没有项目的社区", street="东街街道", district="朝阳区")
    all_projects = Project.objects.order_by("-title")

    assert list(all_projects.their("call")) == [project.call]
    assert list(all_projects.their("community")) == [project.community]
    assert not all_projects.none().their("community").exists()


@pytest.mark.parametrize(("most", "asked_again"), [(0, 0), (1000, 1)])
def test_that_there_is_much_is_found_out_once_in_a_while_and_that_there_is_little_each_time(
    things, town, monkeypatch, django_assert_num_queries, most, asked_again
):
    monkeypatch.setattr(asked, "MANY", most)
    caches["quick"].clear()
    seen(town.clerk)
    again = User.objects.get(pk=town.clerk.pk)
    assert again.roles

    with django_assert_num_queries(asked_again):
        Project.objects.visible_to(again)
