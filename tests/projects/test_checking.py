"""The formal check: remarks at their places, all at once; what a correction changed; cuts to the budget."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from evaluations.actions import panel, scoring
from evaluations.actions.decision import Proposal
from projects.actions import checking, drafts, proposals
from projects.models import Comment, Project
from tests.judging import decided
from tests.life import declared, draft


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def submitted(town, life):
    return life.walk(draft(town), "submitted")


def returned(town, project) -> Project:
    """With one remark on a field and one on a row."""
    checking.remark(project, by=town.clerk, anchor="needs", text="写明调查人数")
    line = project.budget_lines.first()
    checking.remark(project, by=town.clerk, anchor=f"budget_lines:{line.key}", text="附报价")
    return checking.check(project, "return_for_correction", by=town.clerk)


# -- Remarks ---------------------------------------------------------------------------------------


def test_remarks_are_read_by_nobody_before_they_leave_together(town, submitted, browse):
    checking.remark(submitted, by=town.clerk, anchor="needs", text="写明调查人数")
    group = browse(town.head)
    assert "写明调查人数" not in group.get(url("comment_list", submitted.pk)).content.decode()

    checking.check(submitted, "return_for_correction", by=town.clerk)

    assert "写明调查人数" in group.get(url("proposal_edit", submitted.pk)).content.decode()


def test_remarks_stand_for_the_reason_and_the_deadline_is_in_workdays(town, submitted):
    project = returned(town, submitted)

    assert (project.state, project.due_on) == ("returned", date(2026, 3, 17))  # five workdays after the 10th
    assert "2" in Event.objects.about(project).last().note


def test_without_remarks_a_return_needs_a_reason(town, submitted):
    with pytest.raises(Refused):
        checking.check(submitted, "return_for_correction", by=town.clerk)


def test_nothing_is_accepted_while_a_remark_waits(town, submitted, browse):
    remark = checking.remark(submitted, by=town.clerk, anchor="", text="缺章")
    with pytest.raises(Refused):
        checking.check(submitted, "accept", by=town.clerk)

    browse(town.clerk).post(url("remark_remove", remark.pk))

    assert checking.check(submitted, "accept", by=town.clerk).state == "eligible"


def test_a_remark_that_was_sent_stays(town, submitted):
    project = returned(town, submitted)

    with pytest.raises(Refused):
        checking.take_back_remark(Comment.objects.first(), by=town.clerk)
    assert project.comments.count() == 2


@pytest.mark.parametrize("username", ["head", "approver", "auditor", "mentor", "admin"])
def test_only_a_clerk_remarks(town, submitted, username):
    with pytest.raises(PermissionDenied):
        checking.remark(submitted, by=town.people[username], anchor="needs", text="x")


# -- The correction --------------------------------------------------------------------------------


def correct(town, project) -> Project:
    rows = [{"key": line.key} for line in project.budget_lines.all()]
    rows[0]["basis"] = "三家报价"
    drafts.save_proposal(
        project, by=town.head, version=project.version, values={"needs": "调查120户，独居68人，逐户登记。"},
        tables={"budget_lines": rows},
    )  # fmt: skip
    return proposals.submit(project, by=town.head, pledged=True)


def test_a_correction_shows_field_by_field_and_line_by_line_what_changed(town, submitted, browse):
    correct(town, returned(town, submitted))

    changes = browse(town.clerk).get(url("check_page", submitted.pk)).context["changes"]

    assert [change.name for change in changes.fields] == ["needs"]
    assert [(row.kind, [cell.name for cell in row.cells]) for row in changes.rows] == [("changed", ["basis"])]
    assert "三家报价" in browse(town.head).get(url("submission_changes", submitted.pk)).content.decode()


def test_a_correction_resolves_the_remarks_and_keeps_every_submission(town, submitted):
    project = correct(town, returned(town, submitted))

    assert project.comments.open().count() == 0
    assert [submission.ordinal for submission in project.submissions.all()] == [1, 2]
    with pytest.raises(TypeError):
        project.submissions.first().save()


def test_the_first_submission_has_changed_nothing(town, submitted, browse):
    assert browse(town.clerk).get(url("check_page", submitted.pk)).context["changes"] is None


# -- Cuts ------------------------------------------------------------------------------------------


def test_a_cut_lowers_what_can_be_awarded(town, submitted, browse):
    line = submitted.budget_lines.first()

    browse(town.clerk).post(url("line_cut", line.pk), {"amount": "1,000.50", "reason": "超市价更低"})

    project = Project.objects.get()
    assert (project.amount_cut, project.amount_payable) == (Decimal("1000.50"), Decimal("8999.50"))


@pytest.mark.parametrize(
    ("amount", "reason"),
    [("8000.01", "超"), ("-1", "负"), ("10", "")],
    ids=["more than the line", "below 0", "no reason"],
)
def test_a_cut_is_refused_when_it_makes_no_sense(town, submitted, amount, reason):
    with pytest.raises(Refused):
        checking.cut_line(submitted.budget_lines.first(), Decimal(amount), by=town.clerk, reason=reason)


def test_a_line_of_the_groups_own_money_is_not_cut(town, submitted):
    line = submitted.budget_lines.first()
    line.source = "own"
    line.save()

    with pytest.raises(Refused):
        checking.cut_line(line, Decimal(1), by=town.clerk, reason="x")


def test_nobody_is_awarded_more_than_the_pre_check_left(town, submitted, life):
    checking.cut_line(submitted.budget_lines.first(), Decimal("1000"), by=town.clerk, reason="偏高")
    project = life.walk(submitted, "eligible")
    for expert in (town.expert1, town.expert2, town.expert3):
        panel.assign(project, expert, by=town.clerk)
    life.day(2026, 4, 2)
    panel.open_review(town.call, by=town.clerk)
    declared(project)
    for assignment in project.assignments.all():
        points = {criterion.pk: criterion.weight for criterion in town.rubric.criteria.all()}
        scoring.submit_sheet(assignment, by=assignment.person, points=points, strengths="好", weaknesses="无")

    with pytest.raises(Refused):
        decided(town, {project.pk: Proposal("shortlist", Decimal("9000.01"))})
    assert decided(town, {project.pk: Proposal("shortlist", Decimal("9000.00"))}).total == Decimal("9000.00")


# -- The queue -------------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_what_is_with_the_group(town, submitted, browse):
    client = browse(town.clerk)
    assert submitted.title in client.get(url("check_queue") + "?state=submitted").content.decode()

    returned(town, submitted)

    assert submitted.title not in client.get(url("check_queue") + "?state=submitted").content.decode()
    assert submitted.title in client.get(url("check_queue") + "?state=returned").content.decode()
    assert browse(town.approver).get(url("check_queue")).status_code == 403
