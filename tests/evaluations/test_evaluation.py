"""Midterm and final evaluation by a commissioned evaluator: who is sent, what is scored, what follows."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations import inbox
from evaluations.actions import commissions, concluding, evaluation, panel, rectifying, reporting
from evaluations.models import Evaluation, Result
from people.models import User
from projects.models import Project
from tests.evaluated import (
    at_draft,
    commissioned,
    drafted,
    evaluated,
    fill_in,
    fresh,
    issued,
    scheduled,
    sent,
    written,
)
from tests.life import draft
from tests.records import held
from tests.town import aware


@pytest.fixture
def project(town, life):
    """A running project whose call has a commissioned evaluator until the end of 2026."""
    project = life.walk(draft(town), "running")
    life.day(2026, 10, 12)
    commissioned(town, since=date(2026, 10, 1), until=date(2026, 12, 31))
    return project


def mended(town, project):
    """Everything that was asked for is reported."""
    for one in Project.objects.get(pk=project.pk).evaluations.all():
        for item in one.items.filter(state="open"):
            rectifying.report_item(item, by=town.head, words="已补齐")


def test_a_passed_midterm_opens_the_second_gate(town, project):
    result = evaluated(town, project, 40, 20, 15)

    project.refresh_from_db()
    assert (result.score, result.grade, project.state) == (Decimal("75.00"), "pass", "running")
    assert project.tranches.get(ordinal=2).gate_is_open


def test_exactly_the_pass_mark_passes_and_half_a_point_less_does_not(town, project):
    assert evaluated(town, project, 30, 20, "9.5").grade == "fail"
    mended(town, project)
    found = written(town, at_draft(town, project), 30, 20, 10)
    for item in Evaluation.objects.get(round=1).items.all():
        rectifying.judge_item(item, by=town.evaluator, accepts=True)

    finish(town, found)

    assert list(Result.objects.order_by("round").values_list("round", "score", "grade")) == [
        (1, Decimal("59.50"), "fail"),
        (2, Decimal("60.00"), "pass"),
    ]


def finish(town, found):
    reporting.send_draft(found, by=found.lead)
    reporting.answer(fresh(found), by=town.head, answers={})
    reporting.issue(fresh(found), by=found.lead)
    return concluding.publish(fresh(found), by=town.clerk)


def test_a_failed_midterm_is_rectified_until_the_last_day_of_its_items(town, project):
    evaluated(town, project, 20, 10, 5)

    project.refresh_from_db()
    assert (project.state, project.due_on) == ("rectifying", date(2026, 11, 11))
    assert not project.tranches.get(ordinal=2).gate_is_open


def test_nothing_is_concluded_before_the_report_is_issued(town, project):
    found = drafted(town, project, 40, 20, 15)

    with pytest.raises(Refused):
        concluding.publish(found, by=town.clerk)


def test_an_evaluator_sees_the_project_only_for_the_term(town, project, time):
    found = at_draft(town, project)
    assert Project.objects.visible_to(town.evaluator).exists()

    time.go(datetime(2027, 1, 1, 9, 0))

    assert not Project.objects.visible_to(town.evaluator).exists()
    with pytest.raises(PermissionDenied):
        fill_in(found.panel.get(), 40, 20, 15)


def test_without_a_running_commission_nobody_can_be_sent(town, project, time):
    time.go(datetime(2027, 1, 1, 9, 0))

    with pytest.raises(Refused):
        evaluation.schedule(Project.objects.get(pk=project.pk), "midterm", by=town.clerk)


def test_somebody_who_is_no_evaluator_of_the_commission_is_refused(town, project):
    with pytest.raises(Refused):
        evaluation.open_evaluation(project, "midterm", [town.expert1], by=town.clerk)


@pytest.mark.parametrize("username", ["approver", "head", "mentor", "evaluator", "admin"])
def test_only_the_clerk_arranges_and_concludes(town, project, username):
    with pytest.raises(PermissionDenied):
        evaluation.open_evaluation(project, "midterm", [town.evaluator], by=town.people[username])
    found = issued(town, project, 40, 20, 15)
    with pytest.raises(PermissionDenied):
        concluding.publish(found, by=town.people[username])


def test_the_group_reads_the_result_and_never_who_gave_which_points(town, project, browse):
    evaluated(town, project, 40, 20, 15, conclusion="按要求整改")
    page = browse(town.head).get(reverse("evaluations:evaluation_detail", args=[project.pk, "midterm"]))

    assert "按要求整改" in page.content.decode()
    assert town.evaluator.name not in page.content.decode()


def test_when_every_evaluator_has_stepped_down_the_head_is_to_send_another(town, project):
    """None asked and none submitted is not "all submitted"."""
    found = sent(town, project)
    page = reverse("evaluations:evaluation_distribute", args=[found.pk])
    assert page not in [task.url for task in inbox.waiting_for(User.objects.get(pk=town.evaluator.pk))]

    panel.recuse(found.panel.get(), by=town.evaluator, reason="亲戚在该单位任职")

    tasks = {task.url: task.what for task in inbox.waiting_for(User.objects.get(pk=town.evaluator.pk))}
    assert tasks.get(page) is not None


def test_evaluator_and_clerk_read_what_the_records_say_while_the_term_runs(town, project, browse, time):
    held(town, project, time, heads=46, starts_at=aware(2026, 10, 13, 14), ends_at=aware(2026, 10, 13, 16))
    found = at_draft(town, project)
    assignment = found.panel.get()
    fill_in(assignment, 40, 20, 15)
    sheet = reverse("evaluations:sheet", args=[assignment.pk])

    mine = browse(town.evaluator).get(sheet)
    page = browse(town.clerk).get(reverse("evaluations:evaluation_detail", args=[project.pk, "midterm"]))
    time.go(datetime(2027, 1, 1, 9, 0))
    later = browse(town.evaluator).get(sheet)

    assert mine.context["figures"].visits == page.context["figures"].visits == 46
    assert (later.status_code, "figures" in later.context) == (200, False)


def test_the_head_of_the_evaluator_sends_without_a_clerk_and_nobody_else_does(town, project):
    found = scheduled(town, project)
    for username in ("head", "mentor", "approver", "stranger"):
        with pytest.raises(PermissionDenied):
            evaluation.distribute(found, [town.evaluator], by=town.people[username])

    evaluation.distribute(found, [town.evaluator], by=town.evaluator)

    assert (fresh(found).lead, fresh(found).state) == (town.evaluator, "self_evaluation")


def test_a_small_project_is_spared_the_site_visit(town, project):
    town.call.visit_above = Decimal("10000.00")
    town.call.save()

    found = sent(town, project)

    assert [step for step, _label, _look in found.path] == [
        *("scheduled", "self_evaluation", "document_check", "draft", "answer", "final", "published"),
    ]


def test_the_framework_is_frozen_when_it_is_scheduled(town, project):
    found = scheduled(town, project)
    town.call.midterm_rubric = town.rubric
    town.call.save()

    evaluation.distribute(found, [town.evaluator], by=town.evaluator)

    assert fresh(found).panel.get().rubric == town.evaluation_rubric
    assert commissions.covering(project, "midterm") == [found.commission]
