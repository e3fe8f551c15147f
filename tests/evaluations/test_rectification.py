"""What has to be mended: item by item, the second look, and the end when it fails again."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.models import Attachment
from core.workflow import Refused
from evaluations import inbox
from evaluations.actions import concluding, evaluation, rectifying
from evaluations.models import RectificationItem, TerminationProposal
from people.models import Role, User
from projects.actions import returns, settling
from projects.gates import facts_of, gates_of
from projects.models import Project
from tests.evaluated import commissioned, evaluated, issued, items_of
from tests.life import draft
from tests.pdfs import pdf_with
from tests.town import member, person


@pytest.fixture
def project(town, life) -> Project:
    """Running, with its first instalment paid; the second waits for what has to be mended as well."""
    town.plan.rules.get(ordinal=2).gates.create(kind="rectified")
    project = life.walk(draft(town), "running")
    life.pay(project.tranches.get(ordinal=1))
    life.day(2026, 10, 12)
    commissioned(town)
    return Project.objects.get(pk=project.pk)


def items(project) -> list[RectificationItem]:
    return list(RectificationItem.objects.filter(evaluation__project=project))


def test_the_group_is_asked_what_it_has_mended_and_not_for_activities(town, project, browse):
    evaluated(town, project, 10, 10, 10, items=items_of(30, "补票"))

    page = browse(town.head).get(reverse("evaluations:item_act", args=[items(project)[0].pk])).content.decode()

    assert "整改情况" in page
    assert "已开展的活动" not in page


def mended(town, project, **words) -> None:
    for item in RectificationItem.objects.filter(evaluation__project=project, state="open"):
        rectifying.report_item(item, by=town.head, words="已补齐", **words)


def accepted(town, project) -> None:
    for item in RectificationItem.objects.filter(evaluation__project=project, state="reported"):
        rectifying.judge_item(item, by=town.evaluator, accepts=True)


def gate(project) -> bool:
    tranche = project.tranches.get(ordinal=2)
    facts = facts_of([project])[project.pk]
    return all(one.is_open for one in gates_of(tranche, facts))


def failed_twice(town, project):
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补票据"))
    mended(town, project)
    accepted(town, project)
    evaluated(town, project, 20, 10, 5, items=items_of(20, "重建专账"))
    return Project.objects.get(pk=project.pk)


def test_a_failed_evaluation_asks_for_each_item_until_its_day(town, project):
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补票据", "建专账"))

    project.refresh_from_db()
    assert (project.state, project.due_on) == ("rectifying", date(2026, 11, 1))
    assert [(one.what, one.state) for one in items(project)] == [("补票据", "open"), ("建专账", "open")]


def test_before_it_is_published_the_items_are_words_of_a_draft(town, project):
    issued(town, project, 20, 10, 5, items=items_of(20, "补票据"))
    [item] = items(project)

    assert not RectificationItem.objects.visible_to(town.head).exists()
    with pytest.raises(Refused):
        rectifying.report_item(item, by=town.head, words="已补")


def test_an_item_is_reported_with_files_and_accepted_by_evaluator_or_clerk(town, project, browse):
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补票据", "建专账"))
    first, second = items(project)
    scan = SimpleUploadedFile("invoice.pdf", pdf_with(), "application/pdf")
    report = rectifying.report_item(first, by=town.head, words="发票已开", files=[scan])
    rectifying.report_item(second, by=town.head, words="已建账")

    rectifying.judge_item(first, by=town.evaluator, accepts=True)
    rectifying.judge_item(second, by=town.clerk, accepts=True)

    assert [one.state for one in items(project)] == ["accepted", "accepted"]
    file = reverse("core:attachment", args=[Attachment.objects.of(report).get().pk])
    assert [browse(user).get(file).status_code for user in (town.clerk, town.evaluator, town.singer)] == [200, 200, 404]


@pytest.mark.parametrize("username", ["approver", "mentor", "head", "stranger", "expert1"])
def test_nobody_else_judges_an_item(town, project, username):
    evaluated(town, project, 20, 10, 5)
    mended(town, project)

    with pytest.raises(PermissionDenied):
        rectifying.judge_item(items(project)[0], by=town.people[username], accepts=True)


def test_an_item_that_is_sent_back_is_open_again_with_a_reason_and_a_day(town, project):
    evaluated(town, project, 20, 10, 5)
    mended(town, project)
    [item] = items(project)
    with pytest.raises(Refused):
        rectifying.judge_item(item, by=town.evaluator, accepts=False, remark="")

    day = clock.today() + timedelta(days=40)
    rectifying.judge_item(item, by=town.evaluator, accepts=False, remark="发票抬头仍不对", due_on=day)

    item.refresh_from_db()
    assert (item.state, item.due_on, item.reports.get().remark) == ("open", day, "发票抬头仍不对")


def test_what_is_refused_of_an_item_is_said_at_its_field(town, project, browse):
    evaluated(town, project, 20, 10, 5)
    mended(town, project)
    page, yesterday = reverse("evaluations:item_act", args=[items(project)[0].pk]), clock.today() - timedelta(days=1)

    def wrong(**sent) -> dict:
        return browse(town.evaluator).post(page, {"back": "1"} | sent).context["form"].errors

    assert wrong(remark="抬头仍不对", due_on=yesterday) == {"due_on": ["期限已经过了。"]}
    assert list(wrong(remark="")) == ["remark"]


def test_the_second_look_waits_until_everything_is_reported(town, project):
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补票据", "建专账"))
    rectifying.report_item(items(project)[0], by=town.head, words="已补")
    with pytest.raises(Refused):
        evaluation.schedule(Project.objects.get(pk=project.pk), "midterm", by=town.clerk)

    mended(town, project)
    found = evaluation.schedule(Project.objects.get(pk=project.pk), "midterm", by=town.clerk)

    assert (found.round, Project.objects.get().state) == (2, "midterm")


def test_passed_at_the_second_look_the_next_instalment_opens(town, project):
    evaluated(town, project, 20, 10, 5)
    shut = gate(project)
    mended(town, project)
    accepted(town, project)

    evaluated(town, project, 40, 20, 15)

    assert (shut, gate(Project.objects.get(pk=project.pk))) == (False, True)


def test_a_pass_can_carry_items_which_hold_the_gate_until_they_are_accepted(town, project):
    evaluated(town, project, 40, 20, 15, items=items_of(20, "签到表补页"))
    project = Project.objects.get(pk=project.pk)
    carried = (project.state, gate(project))

    mended(town, project)
    reported = gate(project)
    accepted(town, project)

    assert (carried, reported, gate(project)) == (("running", False), False, True)


def test_what_was_reported_is_judged_before_the_second_report_is_issued(town, project):
    evaluated(town, project, 20, 10, 5)
    mended(town, project)

    with pytest.raises(Refused):
        issued(town, project, 40, 20, 15)


def test_a_failed_final_evaluation_is_mended_and_looked_at_again(town, project, life):
    evaluated(town, project, 40, 20, 15)
    life.walk(Project.objects.get(pk=project.pk), "closing")
    evaluated(town, project, 20, 10, 5, purpose="final")
    failed = Project.objects.get(pk=project.pk).state
    mended(town, project)
    accepted(town, project)

    evaluated(town, project, 45, 25, 20, purpose="final")

    assert (failed, Project.objects.get(pk=project.pk).state) == ("rectifying", "settling")


def test_late_items_are_a_task_that_is_told_on(town, project, time):
    evaluated(town, project, 20, 10, 5, items=items_of(20, "补票据"))

    time.go(datetime(2026, 11, 5, 9, 0))
    [task] = [one for one in inbox.waiting_for(User.objects.get(pk=town.head.pk)) if "补票据" in one.what]

    assert (task.due_on, task.tone, task.funder_id) == (date(2026, 11, 1), "bad", town.bureau.pk)


# -- failed again ---------------------------------------------------------------------------------------


def test_failed_again_a_clerk_proposes_and_an_approver_terminates(town, project):
    project = failed_twice(town, project)
    last = rectifying.failed_again(project)
    proposal = rectifying.propose_termination(last, by=town.clerk, reason="复评仍不合格")

    rectifying.decide_termination(proposal, by=town.approver, grant=True)

    project.refresh_from_db()
    assert project.state == "terminated"
    assert set(project.tranches.values_list("state", flat=True)) == {"receipted", "cancelled"}


def test_the_claw_back_is_what_was_paid_and_not_recognised(town, project):
    project = failed_twice(town, project)
    proposal = rectifying.propose_termination(rectifying.failed_again(project), by=town.clerk, reason="复评仍不合格")
    rectifying.decide_termination(proposal, by=town.approver, grant=True)
    project = Project.objects.get(pk=project.pk)

    settling.settle(project, by=town.finance, recognised=Decimal("1200.50"))
    notice = returns.ask_back(
        Project.objects.get(pk=project.pk),
        by=town.finance,
        reason="复评不合格",
        due_on=date(2026, 12, 31),
        pay_to="财政专户",
    )

    assert (notice.is_clawback, notice.amount) == (True, Decimal("3799.50"))


def test_the_finance_office_finds_the_reason_in_the_notice(town, project, browse):
    project = failed_twice(town, project)
    proposal = rectifying.propose_termination(rectifying.failed_again(project), by=town.clerk, reason="复评仍不合格")
    rectifying.decide_termination(proposal, by=town.approver, grant=True)
    project = Project.objects.get(pk=project.pk)
    settling.settle(project, by=town.finance, recognised=Decimal("1200.50"))

    page = browse(town.finance).get(reverse("projects:return_notice_create", args=[project.pk]))

    assert page.context["form"].initial["reason"] == "复评仍不合格"


def test_who_proposes_does_not_decide_and_refused_the_group_mends_once_more(town, project):
    project = failed_twice(town, project)
    proposal = rectifying.propose_termination(rectifying.failed_again(project), by=town.clerk, reason="复评仍不合格")
    for username in ("clerk", "finance", "evaluator", "head"):
        with pytest.raises(PermissionDenied):
            rectifying.decide_termination(proposal, by=town.people[username], grant=True)
    with pytest.raises(Refused):
        rectifying.decide_termination(proposal, by=town.approver, grant=False)

    rectifying.decide_termination(proposal, by=town.approver, grant=False, answer="再给一次机会")

    project.refresh_from_db()
    assert (project.state, TerminationProposal.objects.get().granted) == ("rectifying", False)
    assert rectifying.failed_again(project) is None


def test_after_one_failure_nobody_proposes_the_end(town, project):
    evaluated(town, project, 20, 10, 5)

    with pytest.raises(Refused):
        rectifying.propose_termination(project.evaluations.get(), by=town.clerk, reason="不行")


def test_the_clerk_and_then_the_approver_are_asked(town, project):
    project = failed_twice(town, project)
    last = rectifying.failed_again(project)

    def urls(user):
        return {task.url for task in inbox.waiting_for(User.objects.get(pk=user.pk))}

    propose = reverse("evaluations:termination_propose", args=[last.pk])
    before = propose in urls(town.clerk), urls(town.approver)
    proposal = rectifying.propose_termination(last, by=town.clerk, reason="复评仍不合格")

    assert before[0]
    assert proposal.get_absolute_url() not in before[1]
    assert propose not in urls(town.clerk)
    assert proposal.get_absolute_url() in urls(town.approver)


def test_who_published_a_failing_report_does_not_decide_on_the_end(town, project):
    member(town.approver, town.bureau, Role.STAFF)
    second = person("approver2", "冯国栋")
    member(second, town.bureau, Role.APPROVER)
    evaluated(town, project, 20, 10, 5)
    mended(town, project)
    concluding.publish(issued_again(town, project), by=User.objects.get(pk=town.approver.pk))
    last = rectifying.failed_again(Project.objects.get(pk=project.pk))
    proposal = rectifying.propose_termination(last, by=town.clerk, reason="复评仍不合格")

    with pytest.raises(PermissionDenied):
        rectifying.decide_termination(proposal, by=User.objects.get(pk=town.approver.pk), grant=True)
    asked = {
        user.username: proposal.get_absolute_url() in {task.url for task in inbox.waiting_for(user)}
        for user in (User.objects.get(pk=town.approver.pk), second)
    }
    rectifying.decide_termination(proposal, by=second, grant=True)

    assert asked == {"approver": False, "approver2": True}
    assert Project.objects.get(pk=project.pk).state == "terminated"


def issued_again(town, project):
    """The second report, which fails as well; what was mended is accepted."""
    accepted(town, project)
    return issued(town, project, 20, 10, 5, items=items_of(20, "重建专账"))
