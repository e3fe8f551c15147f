"""Midterm and final evaluation by a commissioned evaluator."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations import inbox
from evaluations.actions import evaluation, panel, scoring
from evaluations.models import Result
from people.models import User
from projects.actions import evaluation as project_evaluation
from projects.models import Project
from tests.life import declared, draft
from tests.records import held
from tests.town import aware


@pytest.fixture
def project(town, life):
    """A running project whose call has a commissioned evaluator until the end of 2026."""
    project = life.walk(draft(town), "running")
    life.day(2026, 10, 12)
    evaluation.commission(town.call, town.evaluators, by=town.clerk, since=date(2026, 10, 1), until=date(2026, 12, 31))
    return project


def send(town, project, purpose="midterm"):
    project = Project.objects.get(pk=project.pk)
    [assignment] = evaluation.open_evaluation(project, purpose, [town.evaluator], by=town.clerk)
    declared(project)
    return assignment


def fill_in(assignment, *given):
    assignment.project.refresh_from_db()
    points = {c.pk: Decimal(p) for c, p in zip(assignment.rubric.criteria.all(), given, strict=True)}
    scoring.submit_sheet(assignment, by=assignment.person, points=points, strengths="现场查看", weaknesses="票据不全")


def conclude(town, project, purpose="midterm"):
    return evaluation.conclude(Project.objects.get(pk=project.pk), purpose, by=town.clerk, summary="按要求整改")


def test_a_passed_midterm_opens_the_second_gate(town, project):
    fill_in(send(town, project), 40, 20, 15)

    result = conclude(town, project)

    project.refresh_from_db()
    assert (result.score, result.grade, project.state) == (Decimal("75.00"), "pass", "running")
    assert project.tranches.get(ordinal=2).gate_is_open


def test_exactly_the_pass_mark_passes_and_half_a_point_less_does_not(town, project):
    fill_in(send(town, project), 30, 20, "9.5")
    assert conclude(town, project).grade == "fail"
    project_evaluation.report_rectified(Project.objects.get(), by=town.head, note="已补齐票据")
    fill_in(send(town, project), 30, 20, 10)

    assert conclude(town, project).grade == "pass"
    assert list(Result.objects.values_list("round", "score")) == [(1, Decimal("59.50")), (2, Decimal("60.00"))]


def test_a_failed_midterm_is_rectified_with_a_due_day(town, project):
    fill_in(send(town, project), 20, 10, 5)
    conclude(town, project)

    project.refresh_from_db()
    assert (project.state, project.due_on) == ("rectifying", date(2026, 11, 2))
    assert not project.tranches.get(ordinal=2).gate_is_open


def test_nothing_is_concluded_before_every_sheet_is_in(town, project):
    send(town, project)

    with pytest.raises(Refused):
        conclude(town, project)


def test_an_evaluator_sees_the_project_only_for_the_term(town, project, time):
    assignment = send(town, project)
    assert Project.objects.visible_to(town.evaluator).exists()

    time.go(datetime(2027, 1, 1, 9, 0))

    assert not Project.objects.visible_to(town.evaluator).exists()
    with pytest.raises(PermissionDenied):
        fill_in(assignment, 40, 20, 15)


def test_without_a_running_commission_nobody_can_be_sent(town, project, time):
    time.go(datetime(2027, 1, 1, 9, 0))

    with pytest.raises(Refused):
        send(town, project)


def test_somebody_who_is_no_evaluator_of_the_commission_is_refused(town, project):
    with pytest.raises(Refused):
        evaluation.open_evaluation(project, "midterm", [town.expert1], by=town.clerk)


@pytest.mark.parametrize("username", ["approver", "head", "mentor", "evaluator", "admin"])
def test_only_the_clerk_arranges_and_concludes(town, project, username):
    with pytest.raises(PermissionDenied):
        evaluation.open_evaluation(project, "midterm", [town.evaluator], by=town.people[username])
    with pytest.raises(PermissionDenied):
        evaluation.conclude(project, "midterm", by=town.people[username], summary="好")


def test_the_group_reads_the_result_and_never_who_gave_it(town, project, browse):
    fill_in(send(town, project), 40, 20, 15)
    conclude(town, project)

    page = browse(town.head).get(reverse("evaluations:evaluation_detail", args=[project.pk, "midterm"]))

    assert "按要求整改" in page.content.decode()
    assert town.evaluator.name not in page.content.decode()


def test_when_every_evaluator_has_stepped_down_another_is_to_be_sent_and_nothing_concluded(town, project):
    """None asked and none submitted is not "all submitted"."""
    assignment = send(town, project)
    page = reverse("evaluations:evaluation_open", args=[project.pk, "midterm"])
    assert page not in [task.url for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))]

    panel.recuse(assignment, by=town.evaluator, reason="亲戚在该单位任职")

    tasks = {task.url: task.what for task in inbox.waiting_for(User.objects.get(pk=town.clerk.pk))}
    assert tasks.get(page) == "另派评估员"
    assert reverse("evaluations:evaluation_detail", args=[project.pk, "midterm"]) not in tasks


def test_evaluator_and_clerk_read_what_the_records_say_while_the_term_runs(town, project, browse, time):
    held(town, project, time, heads=46, starts_at=aware(2026, 10, 13, 14), ends_at=aware(2026, 10, 13, 16))
    assignment = send(town, project)
    fill_in(assignment, 40, 20, 15)
    sheet = reverse("evaluations:sheet", args=[assignment.pk])

    mine = browse(town.evaluator).get(sheet)
    page = browse(town.clerk).get(reverse("evaluations:evaluation_detail", args=[project.pk, "midterm"]))
    time.go(datetime(2027, 1, 1, 9, 0))
    later = browse(town.evaluator).get(sheet)

    assert mine.context["figures"].visits == page.context["figures"].visits == 46
    assert (later.status_code, "figures" in later.context) == (200, False)
