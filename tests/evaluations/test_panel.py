"""Who may judge what: conflicts, assignment, recusal, the start of the review."""

from datetime import date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.workflow import Refused
from evaluations.actions import declaring, panel
from evaluations.conflicts import conflict_map, conflicts
from evaluations.models import Assignment
from evaluations.quorum import is_whole
from grants.models import PanelRule
from people.models import Membership, Role, Skill
from projects.actions import people
from projects.models import Project
from tests.judging import judged, score
from tests.life import choir_draft, declared, draft


@pytest.fixture
def project(town, life):
    return life.walk(draft(town), "eligible")


def test_an_expert_is_assigned_and_sees_the_proposal(town, project):
    panel.assign(project, town.expert1, by=town.clerk)
    assert not Project.objects.visible_to(town.expert1).exists()  # not before declaring

    declared(project)

    assert Project.objects.visible_to(town.expert1).get() == project
    assert not Project.objects.visible_to(town.expert2).exists()


@pytest.mark.parametrize("username", ["head", "volunteer", "clerk", "approver", "auditor"])
def test_members_of_the_applicant_and_the_funder_are_refused(town, project, username):
    with pytest.raises(Refused):
        panel.assign(project, town.people[username], by=town.clerk)
    assert not Assignment.objects.exists()


def test_the_head_of_the_host_may_not_judge_the_group_it_hosts(town, life):
    project = life.walk(choir_draft(town), "eligible")

    with pytest.raises(Refused):
        panel.assign(project, town.hosthead, by=town.clerk)


def test_a_mentor_never_judges_and_a_judge_never_mentors(town, project):
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    with pytest.raises(Refused):
        panel.assign(project, town.mentor, by=town.clerk)

    Membership.objects.create(user=town.expert1, organization=town.support, role=Role.MENTOR, since=date(2020, 1, 1))
    panel.assign(project, town.expert1, by=town.clerk)
    with pytest.raises(Refused):
        people.assign_mentor(project, town.expert1, town.support, by=town.clerk)


@pytest.mark.parametrize(("left", "barred"), [(date(2024, 3, 12), True), (date(2024, 3, 9), False)])
def test_who_left_less_than_two_years_ago_is_still_barred(town, project, left, barred):
    Membership.objects.create(
        user=town.expert1, organization=town.centre, role=Role.STAFF, since=date(2020, 1, 1), until=left
    )

    assert bool(conflicts(town.expert1, project)) is barred


@pytest.mark.parametrize("username", ["approver", "head", "mentor", "expert2", "admin"])
def test_only_the_clerk_assigns(town, project, username):
    with pytest.raises(PermissionDenied):
        panel.assign(project, town.expert1, by=town.people[username])


def test_nobody_is_asked_twice(town, project):
    panel.assign(project, town.expert1, by=town.clerk)

    with pytest.raises(Refused):
        panel.assign(project, town.expert1, by=town.clerk)


def test_conflicts_of_many_cost_the_same_number_of_queries(town, life, django_assert_num_queries):
    projects = [life.walk(draft(town), "submitted") for _ in range(5)]
    everybody = list(town.people.values())
    projects = list(Project.objects.filter(pk__in=[p.pk for p in projects]).select_related("call"))
    with CaptureQueriesContext(connection) as one:
        conflict_map(everybody[:1], projects[:1])

    with django_assert_num_queries(len(one)):
        found = conflict_map(everybody, projects)

    assert {person for person, _project in found} == {
        town.people[name].pk for name in ("head", "volunteer", "clerk", "approver", "finance", "auditor")
    }


def test_a_recusal_leaves_its_line_and_ends_the_access(town, project):
    assignment = panel.assign(project, town.expert1, by=town.clerk)

    panel.recuse(assignment, by=town.expert1, reason="申报负责人是我的学生")

    assignment.refresh_from_db()
    assert assignment.recusal_reason == "申报负责人是我的学生"
    assert not Project.objects.visible_to(town.expert1).exists()


def test_a_recusal_needs_a_reason_and_is_not_for_others(town, project):
    assignment = panel.assign(project, town.expert1, by=town.clerk)

    with pytest.raises(Refused):
        panel.recuse(assignment, by=town.expert1, reason=" ")
    with pytest.raises(PermissionDenied):
        panel.recuse(assignment, by=town.expert2, reason="理由")


def test_the_review_starts_when_the_call_is_closed_and_every_panel_is_complete(town, project, time):
    for expert in (town.expert1, town.expert2):
        panel.assign(project, expert, by=town.clerk)
    with pytest.raises(Refused):
        panel.open_review(town.call, by=town.clerk)  # still open
    time.go(datetime(2026, 4, 2, 9, 0))
    with pytest.raises(Refused) as refused:
        panel.open_review(town.call, by=town.clerk)
    assert project.number in refused.value.reasons[0]

    panel.assign(project, town.expert3, by=town.clerk)
    assert panel.open_review(town.call, by=town.clerk) == 1
    assert Project.objects.get().state == "in_review"


def test_a_recused_expert_does_not_fill_a_seat(town, project, time):
    for expert in (town.expert1, town.expert2, town.expert3):
        assignment = panel.assign(project, expert, by=town.clerk)
    panel.recuse(assignment, by=town.clerk, reason="同单位")
    time.go(datetime(2026, 4, 2, 9, 0))

    with pytest.raises(Refused):
        panel.open_review(town.call, by=town.clerk)


def test_the_page_says_at_the_form_why_an_expert_is_refused(town, project, browse):
    page = reverse("evaluations:panel", args=[town.call.pk])

    Membership.objects.create(user=town.expert2, organization=town.centre, role=Role.STAFF, since=date(2026, 1, 1))
    refused = browse(town.clerk).post(page, {"assign": "", "project": project.pk, "person": town.expert2.pk})
    assert refused.context["forms"]["assign"].non_field_errors()
    nobody = browse(town.clerk).post(page, {"assign": "", "project": project.pk, "person": town.head.pk})
    assert list(nobody.context["forms"]["assign"].errors) == ["person"]  # not on the roster

    browse(town.clerk).post(page, {"assign": "", "project": project.pk, "person": town.expert1.pk})
    assert Assignment.objects.get().person == town.expert1


# -- Neither more nor fewer, nor others than announced ---------------------------------------------


def test_a_panel_is_never_larger_than_the_call_announces(town, life):
    project = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)

    with pytest.raises(Refused, match="3"):
        panel.assign(project, town.stranger, by=town.clerk)

    assert project.assignments.count() == 3


def test_the_review_does_not_begin_with_another_composition_than_announced(town, life, time):
    project = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    PanelRule.objects.create(call=town.call, expertise="law", minimum=1, legal_basis="评审组含法律专家")
    time.go(town.call.closes_at + timedelta(days=1))

    with pytest.raises(Refused, match="法律"):
        panel.open_review(town.call, by=town.clerk)

    Skill.objects.create(expert=town.expert3.expert, kind="law")
    assert panel.open_review(town.call, by=town.clerk) == 1


def test_a_panel_from_which_somebody_has_stepped_down_is_not_locked(town, life, browse):
    """The two who have submitted do not read each other's points while a third is still to come."""
    project = life.walk(draft(town), "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    project = life.walk(project, "in_review")
    first, second, third = project.assignments.select_related("project__call", "person").order_by("pk")
    score(first, 30, 38, 20)
    score(second, 30, 20, 20)

    panel.recuse(third, by=third.person, reason="临时出差")

    assert not is_whole(first)
    page = browse(first.person).get(reverse("evaluations:sheet", args=[first.pk]))
    assert page.context.get("others") is None


def test_who_was_stood_down_after_submitting_reads_no_points(town, life, browse):
    [project] = judged(town, life, 38)
    mine = project.assignments.get(person=town.expert1)
    Assignment.objects.filter(pk=mine.pk).update(recused_at=clock.now(), recusal_reason="与申报单位有利害关系")
    replacement = panel.assign(Project.objects.get(pk=project.pk), town.stranger, by=town.clerk)
    declaring.declare(town.call, by=town.stranger, asked=[replacement.pk], ties={}, promised=True)
    score(Assignment.objects.get(pk=replacement.pk), 30, 30, 20)

    page = browse(town.expert1).get(reverse("evaluations:sheet", args=[mine.pk]))

    assert page.context.get("others") is None


def test_the_auditor_reads_who_judges_and_changes_nothing(town, life, browse):
    judged(town, life, 38)
    page, client = reverse("evaluations:panel", args=[town.call.pk]), browse(town.auditor)

    shown = client.get(page)
    table = client.get(reverse("reports:panels", args=[town.call.pk]))

    assert town.expert1.name in shown.content.decode()
    assert 'name="assign"' not in shown.content.decode()
    assert client.post(page, {"assign": "", "person": town.expert1.pk}).status_code == 403
    rows = list(openpyxl.load_workbook(BytesIO(table.content))["分派与回避"].values)
    assert [row[2] for row in rows[1:]] == [town.expert1.name, town.expert2.name, town.expert3.name]
    assert browse(town.head).get(page).status_code == 403


# -- Many projects ---------------------------------------------------------------------------------


def eligible(town, life, *, more: int) -> Project:
    """One project in earnest, and so many copies of it that a page is not enough; the expert judges each."""
    first = Project.objects.filter(title="邻里食堂").first() or life.walk(draft(town, title="邻里食堂"), "eligible")
    copies = []
    for number in range(more):
        copy = Project.objects.get(pk=first.pk)
        copy.pk, copy.number, copy.title = None, f"{first.number}-{number:04d}", f"夜校{number:04d}"
        copies.append(copy)
    Project.objects.bulk_create(copies)
    asked = [] if first.assignments.exists() else [first]
    Assignment.objects.bulk_create(
        Assignment(project=one, person=town.expert1, purpose="review", assigned_by=town.clerk)
        for one in [*asked, *copies]
    )
    return first


def test_the_page_costs_the_same_for_one_project_and_for_sixty(town, life, browse):
    page, client, costs = reverse("evaluations:panel", args=[town.call.pk]), browse(town.clerk), []
    for more in (0, 59):
        eligible(town, life, more=more)
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(page)
        costs.append(len(queries))

    assert costs[0] == costs[1]
    assert len(shown.context["rows"]) == 20
    assert shown.context["loads"] == [(town.expert1, 60)]


def test_projects_are_found_by_their_words_their_group_and_their_expert(town, life, browse):
    first = eligible(town, life, more=25)
    panel.assign(first, town.expert2, by=town.clerk)
    page, client = reverse("evaluations:panel", args=[town.call.pk]), browse(town.clerk)

    def found(**asked) -> int:
        return client.get(page, asked).context["page_obj"].count

    assert found(q="食堂") == found(q=first.number + "-0007") == found(q=town.expert2.name) == 1
    assert found(q=town.centre.name) == found(q=town.expert1.name) == found() == 26
    assert found(q="没有的") == 0
    panel.assign(first, town.expert3, by=town.clerk)
    assert found(lacking="on") == 25  # three of three experts
    second = client.get(page).context["page_obj"].next_page
    assert client.get(page, {"page": second}).context["page_obj"].has_previous
    assert client.get(page, {"page": "瞎写", "q": "x" * 99}).status_code == 200


def test_after_assigning_the_same_page_of_the_list_is_shown(town, life, browse):
    first = eligible(town, life, more=25)
    page = reverse("evaluations:panel", args=[town.call.pk]) + "?q=食堂"

    sent = browse(town.clerk).post(page, {"assign": "", "project": first.pk, "person": town.expert2.pk})

    assert sent.status_code == 302
    assert "q=" in sent.url
