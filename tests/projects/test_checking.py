"""The formal check: remarks at their places, all at once; what a correction changed; cuts to the budget."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.files import attach
from core.models import Event, Notification
from core.workflow import Refused
from evaluations.actions import panel, scoring
from evaluations.actions.decision import Proposal
from grants.models import EligibilityRule
from projects.actions import checking, coaching, drafts, proposals, support
from projects.inbox import waiting_for
from projects.models import Comment, Project
from tests.judging import decided
from tests.life import choir_draft, declared, draft
from tests.test_files import pdf


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


def test_a_remark_is_done_when_the_clerk_has_looked_and_not_by_submitting_again(town, submitted, browse):
    project = correct(town, returned(town, submitted))
    first, second = project.comments.all()
    client = browse(town.clerk)
    assert {comment.standing[0] for comment in (first, second)} == {"info"}

    browse(town.approver).post(url("remark_confirm", first.pk))
    client.post(url("remark_confirm", first.pk))

    assert list(project.comments.open()) == [second]
    checking.check(project, "accept", by=town.clerk)
    assert list(project.comments.open()) == []


def test_a_remark_that_never_left_cannot_be_confirmed(town, submitted):
    remark = checking.remark(submitted, by=town.clerk, anchor="needs", text="写明调查人数")

    with pytest.raises(Refused):
        checking.confirm_remark(remark, by=town.clerk)
    with pytest.raises(PermissionDenied):
        checking.confirm_remark(remark, by=town.head)


def test_pressing_twice_notes_a_remark_once(town, submitted):
    for text in ("缺章", "缺章 ", "缺页"):
        checking.remark(submitted, by=town.clerk, anchor="needs", text=text)

    assert [comment.text for comment in submitted.comments.all()] == ["缺章", "缺页"]


def test_a_remark_that_did_not_leave_before_a_withdrawal_was_never_sent(town, submitted):
    remark = checking.remark(submitted, by=town.clerk, anchor="needs", text="缺章")
    assert remark.standing[0] == "wait"

    proposals.withdraw(submitted, by=town.head, note="改投")

    assert Comment.objects.get(pk=remark.pk).standing[0] == "neutral"


def test_the_answer_of_the_group_stands_on_the_check_page(town, submitted, browse):
    project = returned(town, submitted)
    coaching.answer_comment(project.comments.first(), by=town.head, text="已补入户登记表")
    correct(town, project)

    assert "已补入户登记表" in browse(town.clerk).get(url("check_page", project.pk)).content.decode()


def test_the_message_names_each_place_and_the_last_day(town, submitted):
    returned(town, submitted)

    message = Notification.objects.filter(recipient=town.head).latest("pk")

    assert "1. The need：写明调查人数" in message.body.replace("需求分析", "The need")
    assert "附报价" in message.body
    assert "2026-03-17" in message.body
    assert message.url == url("proposal_edit", submitted.pk)


def test_the_page_of_the_return_names_the_places_and_the_last_day(town, submitted, browse):
    checking.remark(submitted, by=town.clerk, anchor="needs", text="写明调查人数")

    context = browse(town.clerk).get(url("project_step", submitted.pk, "return_for_correction")).context

    assert [remark.place for remark in context["remarks"]] == [str(Project._meta.get_field("needs").verbose_name)]
    assert context["last_day"] == date(2026, 3, 17)


def test_a_second_return_needs_a_reason_of_its_own(town, submitted, browse):
    project = correct(town, returned(town, submitted))
    checking.remark(project, by=town.clerk, anchor="needs", text="还缺一处")

    with pytest.raises(Refused):
        checking.check(project, "return_for_correction", by=town.clerk)
    page = browse(town.clerk).get(url("check_page", project.pk))
    assert page.context["returns"] == 1

    assert checking.check(project, "return_for_correction", by=town.clerk, note="漏看一处").state == "returned"


def test_more_time_is_given_with_a_reason_and_the_group_is_told(town, submitted, time):
    project = returned(town, submitted)
    time.go(datetime(2026, 3, 18, 10))
    assert project.is_too_late_to_correct
    with pytest.raises(Refused):
        proposals.submit(project, by=town.head, pledged=True)

    checking.extend_correction(project, by=town.clerk, until=date(2026, 3, 20), reason="停电两天")

    assert correct(town, project).state == "submitted"
    assert Notification.objects.filter(recipient=town.head, body="停电两天").exists()


@pytest.mark.parametrize(
    ("until", "reason"),
    [(date(2026, 3, 17), "停电"), (date(2026, 3, 9), "停电"), (date(2026, 3, 20), " ")],
    ids=["the same day", "in the past", "no reason"],
)
def test_more_time_is_refused_when_it_makes_no_sense(town, submitted, until, reason):
    project = returned(town, submitted)

    with pytest.raises(Refused):
        checking.extend_correction(project, by=town.clerk, until=until, reason=reason)


def test_only_a_clerk_gives_more_time_and_only_for_a_correction(town, submitted):
    with pytest.raises(Refused):
        checking.extend_correction(submitted, by=town.clerk, until=date(2026, 3, 20), reason="停电")
    project = returned(town, submitted)
    for person in (town.head, town.finance, town.approver):
        with pytest.raises(PermissionDenied):
            checking.extend_correction(project, by=person, until=date(2026, 3, 20), reason="停电")


def test_a_form_that_is_too_late_says_so_and_offers_no_submission(town, submitted, browse, time):
    page = url("proposal_edit", returned(town, submitted).pk)
    assert 'name="submit"' in browse(town.head).get(page).content.decode()

    time.go(datetime(2026, 3, 18, 10))

    late = browse(town.head).get(page).content.decode()
    assert 'name="submit"' not in late
    assert "2026-03-17" in late


def test_a_comparison_sees_papers_explanations_and_recommendations(town, submitted, browse):
    project = returned(town, submitted)
    attach(project, pdf("三家报价.pdf"), by=town.head, kind="other")
    asked = support.ask_for_recommendation(project, town.community, by=town.head)
    rule = EligibilityRule.objects.create(call=town.call, kind="rated", severity="warns")
    project.explanations.create(rule=rule, text="正在评级", by=town.head)
    correct(town, project)

    changes = browse(town.clerk).get(url("check_page", project.pk)).context["changes"]

    beside = {row.table: (row.kind, row.row) for row in changes.rows if row.table != "budget_lines"}
    assert beside["papers"][1]["name"] == "三家报价.pdf"
    assert beside["explanations"][1]["text"] == "正在评级"
    assert beside["recommendations"][1]["community"] == str(asked.community)
    assert {kind for kind, _row in beside.values()} == {"added"}


def test_any_two_submissions_are_compared(town, submitted, browse):
    project = correct(town, returned(town, submitted))
    checking.check(project, "return_for_correction", by=town.clerk, note="再改")
    drafts.save_proposal(project, by=town.head, version=project.version, values={"goals": "九十位老人。"})
    proposals.submit(project, by=town.head, pledged=True)
    page, client = url("submission_changes", project.pk), browse(town.head)

    def names(query: str) -> list[str]:
        return [change.name for change in client.get(page + query).context["changes"].fields]

    assert names("") == ["goals"]
    assert names("?old=1&new=2") == ["needs"]
    assert sorted(names("?old=1&new=3")) == ["goals", "needs"]
    assert names("?old=x&new=99") == ["goals"]  # rubbish: the two newest


def test_every_submission_is_kept_as_it_was(town, submitted):
    project = correct(town, returned(town, submitted))

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


@pytest.mark.parametrize(
    "changes", [{"unit_price": Decimal("40.00")}, {"quantity": Decimal(10)}, {"source": "own"}], ids=str
)
def test_a_cut_falls_when_the_group_changes_what_it_was_measured_by(town, submitted, changes):
    line = submitted.budget_lines.first()
    checking.cut_line(line, Decimal("500.10"), by=town.clerk, reason="偏高")
    project = returned(town, submitted)

    rows = [{"key": each.key} for each in project.budget_lines.all()]
    rows[0] |= changes
    drafts.save_proposal(project, by=town.head, version=project.version, values={}, tables={"budget_lines": rows})

    line.refresh_from_db()
    assert (line.cut, line.cut_reason, line.cut_before) == (0, "", Decimal("500.10"))
    assert project.amount_cut == 0
    assert Event.objects.about(project).filter(name="drop_cut").count() == 1


def test_a_cut_stays_when_only_the_words_of_its_line_change(town, submitted):
    line = submitted.budget_lines.first()
    checking.cut_line(line, Decimal("500.10"), by=town.clerk, reason="偏高")

    correct(town, returned(town, submitted))  # changes the basis of this very line

    line.refresh_from_db()
    assert (line.cut, line.cut_before) == (Decimal("500.10"), 0)


def test_a_trial_cut_is_read_by_the_group_with_the_decision_and_not_before(town, submitted, browse):
    line, group = submitted.budget_lines.first(), browse(town.head)
    pages = [url("project_detail", submitted.pk), url("proposal_detail", submitted.pk)]
    checking.cut_line(line, Decimal("900.00"), by=town.clerk, reason="先试算")
    checking.cut_line(line, Decimal("500.10"), by=town.finance, reason="超市价更低")
    assert not any("500.10" in group.get(page).content.decode() for page in pages)
    assert "500.10" in browse(town.clerk).get(pages[1]).content.decode()

    checking.check(submitted, "accept", by=town.clerk)

    assert all("500.10" in group.get(page).content.decode() for page in pages)
    body = Notification.objects.filter(recipient=town.head).latest("pk").body
    assert "500.10" in body
    assert "9,499.90" in body


def test_finance_finishes_the_pre_check_and_a_later_cut_opens_it_again(town, submitted, browse):
    client = browse(town.finance)
    assert client.get(url("check_queue")).status_code == 200
    client.post(url("line_cut", submitted.budget_lines.first().pk), {"amount": "10", "reason": "偏高"})
    client.post(url("precheck_finish", submitted.pk))
    assert Project.objects.get().budget_checked_by == town.finance

    checking.cut_line(Project.objects.get().budget_lines.first(), Decimal(0), by=town.clerk, reason="")

    assert Project.objects.get().budget_checked_at is None


def test_a_line_that_changed_after_its_cut_is_decided_before_the_pre_check_is_finished(town, submitted):
    line = submitted.budget_lines.first()
    line.cut_before = Decimal("5.00")
    line.save()
    with pytest.raises(Refused):
        checking.finish_precheck(submitted, by=town.finance)

    checking.cut_line(line, Decimal(0), by=town.finance, reason="")

    assert checking.finish_precheck(submitted, by=town.finance).budget_checked_by == town.finance


def test_a_correction_is_pre_checked_and_compared_anew(town, submitted):
    checking.finish_precheck(submitted, by=town.finance)

    project = correct(town, returned(town, submitted))

    assert (project.budget_checked_at, project.budget_checked_by, project.compared_at) == (None, None, None)


@pytest.mark.parametrize("username", ["head", "approver", "auditor", "mentor", "admin"])
def test_only_clerk_and_finance_do_the_pre_check(town, submitted, username):
    with pytest.raises(PermissionDenied):
        checking.finish_precheck(submitted, by=town.people[username])


def test_the_form_of_a_cut_is_closed_when_the_check_is_over(town, submitted, browse):
    page = url("line_cut", submitted.budget_lines.first().pk)
    assert browse(town.clerk).get(page).status_code == 200

    returned(town, submitted)

    assert browse(town.clerk).get(page).status_code == 302


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


def test_the_pre_check_waits_in_the_inbox_of_finance_until_it_is_finished(town, submitted):
    def tasks(person) -> list[str]:
        return [task.url for task in waiting_for(person) if task.title == submitted.title]

    page = url("check_page", submitted.pk) + "#budget"
    assert tasks(town.finance) == [page]

    checking.finish_precheck(submitted, by=town.finance)

    assert tasks(town.finance) == []


def test_the_applicants_own_proposals_stand_apart_from_those_of_its_host(town, life, browse):
    mine = life.walk(choir_draft(town), "submitted")
    other = choir_draft(town, title="第二个项目")
    proposals.submit(other, by=town.singer, pledged=True)
    life.walk(draft(town), "submitted")
    Project.objects.filter(applicant=town.centre).update(host=town.host)

    own, hosted = browse(town.clerk).get(url("check_page", mine.pk)).context["siblings"]

    assert (own["count"], [each.title for each in own["rows"]]) == (1, ["第二个项目"])
    assert (hosted["count"], [each.applicant for each in hosted["rows"]]) == (1, [town.centre])
    assert hosted["seen"] == {other.pk, hosted["rows"][0].pk}
