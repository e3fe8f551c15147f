"""An evaluator's sheet: the records propose, other points need a reason, both are kept; vetoes need a second person."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.template.loader import render_to_string
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import concluding, reporting, scoring
from evaluations.models import Assignment, Evaluation, Result, Score
from evaluations.suggestions import suggestions
from projects.models import MonthlyReport, Project
from reports.evaluation_papers import evaluation_report
from tests.by_framework import WHOLE, framework, points, sent, submit
from tests.evaluated import TEXTS, fresh, items_of
from tests.life import draft
from tests.records import entered


@pytest.fixture
def assignment(town, life):
    [found] = sent(town, life)
    return found


def line(assignment, name):
    return next(one for one in assignment.lines if one.name == name)


def data(assignment, *, submit=False, reasons=None, **given):
    """What the page sends."""
    named = {one.name: one.pk for one in assignment.lines}
    sent_ = {f"points-{named[name]}": str(value) for name, value in (WHOLE | given).items() if name in named}
    sent_ |= {f"reason-{named[name]}": why for name, why in (reasons or {}).items()}
    return sent_ | {"strengths": "现场查看", "weaknesses": "", **({"submit": ""} if submit else {"save": ""})}


# -- Points from the records -----------------------------------------------------------------------


def test_the_points_that_the_records_propose_stand_on_the_sheet_with_their_source(town, assignment, browse):
    MonthlyReport.objects.create(project=assignment.project, month=date(2026, 8, 1), due_on=date(2026, 10, 9))

    page = browse(town.evaluator).get(reverse("evaluations:sheet", args=[assignment.pk]))

    rows = {row.line.name: row for section in page.context["form"].sections for row in section.rows}
    assert rows["服务人数"].proposed == 0  # 0 of 60
    assert rows["逾期材料"].field.value() == "3"  # missing on 12 October, due on the 9th
    assert rows["质量"].fact == {}
    assert rows["质量"].reason is None
    text = page.content.decode()
    assert reverse("projects:monthly_list", args=[assignment.project_id]) in text
    assert [(part.name, part.most) for part in page.context["form"].sections][:2] == [("产出", 60), ("财务", 40)]


def test_the_proposed_points_are_accepted_without_a_word_and_frozen_with_the_fact(assignment):
    sheet = submit(assignment)

    score = sheet.scores.get(criterion__name="服务人数")
    assert (score.points, score.proposed, score.reason) == (0, 0, "")
    assert score.fact["value"] == "0"
    assert "60" in score.fact["words"]
    assert score.fact["source_url"] == reverse("projects:work_plan", args=[assignment.project_id])
    assert sheet.total == Decimal("65.00")


def test_other_points_are_refused_without_a_reason_and_kept_beside_the_proposed_ones_with_one(assignment):
    with pytest.raises(Refused) as refused:
        submit(assignment, 服务人数=20)
    assert len(refused.value.reasons) == 1
    with pytest.raises(Refused):
        submit(assignment, 服务人数=20, reasons={"服务人数": "  "})

    sheet = submit(assignment, 服务人数=20, reasons={"服务人数": "名册未录入，现场核对签到表52人"})

    score = sheet.scores.get(criterion__name="服务人数")
    assert (score.points, score.proposed, score.is_other) == (20, 0, True)
    assert score.reason == "名册未录入，现场核对签到表52人"
    assert sheet.total == Decimal("85.00")


def test_facts_are_frozen_when_the_sheet_is_submitted(town, assignment, browse):
    submit(assignment)
    entered(town, assignment.project)
    MonthlyReport.objects.create(project=assignment.project, month=date(2026, 8, 1), due_on=date(2026, 10, 1))

    page = browse(town.evaluator).get(reverse("evaluations:sheet", args=[assignment.pk]))

    rows = {row.line.name: row for row in page.context["form"].lines}
    assert (rows["逾期材料"].fact, rows["逾期材料"].proposed) == ({}, None)  # nothing was due when it was submitted
    assert rows["服务人数"].fact["value"] == "0"


def test_an_unlocked_sheet_asks_the_records_anew(town, assignment):
    submit(assignment)
    reporting.reopen_sheet(Assignment.objects.get(pk=assignment.pk), by=town.evaluator, reason="填错")
    MonthlyReport.objects.create(project=assignment.project, month=date(2026, 8, 1), due_on=date(2026, 10, 9))

    with pytest.raises(Refused):
        submit(assignment)  # three days late are three points now
    sheet = submit(assignment, 逾期材料=3)

    assert sheet.total == Decimal("62.00")
    assert sheet.scores.get(criterion__name="逾期材料").proposed == 3


def test_a_page_without_a_reason_comes_back_with_what_was_typed_and_the_message_at_its_field(town, assignment, browse):
    page = reverse("evaluations:sheet", args=[assignment.pk])
    wrong = browse(town.evaluator).post(page, data(assignment, submit=True, 服务人数=20))

    pk = line(assignment, "服务人数").pk
    assert list(wrong.context["form"].errors) == [f"reason-{pk}"]
    assert wrong.context["form"][f"points-{pk}"].value() == "20"
    right = data(assignment, submit=True, 服务人数=20, reasons={"服务人数": "现场核对"})
    assert browse(town.evaluator).post(page, right).status_code == 302
    assert Score.objects.get(criterion=pk).reason == "现场核对"


def test_autosave_keeps_other_points_with_or_without_a_reason(town, assignment, browse):
    page, pk = reverse("evaluations:sheet_autosave", args=[assignment.pk]), line(assignment, "服务人数").pk

    first = browse(town.evaluator).post(page, data(assignment, 服务人数=20)).json()
    second = data(assignment, 服务人数=20, reasons={"服务人数": "现场核对"}) | {"version": first["version"]}

    assert (first["state"], Score.objects.get(criterion=pk).reason) == ("stored", "")
    assert browse(town.evaluator).post(page, second).json()["state"] == "stored"
    assert Score.objects.get(criterion=pk).reason == "现场核对"


def test_a_reason_that_is_too_long_stays_on_the_device_and_the_points_are_kept(town, assignment, browse):
    page, pk = reverse("evaluations:sheet_autosave", args=[assignment.pk]), line(assignment, "服务人数").pk

    answer = browse(town.evaluator).post(page, data(assignment, 服务人数=20, reasons={"服务人数": "长" * 301})).json()

    assert answer["state"] == "kept"
    assert f"id_reason-{pk}" in answer["errors"]
    assert Score.objects.get(criterion=pk).points == 20


def test_more_points_than_a_bonus_has_are_refused(assignment):
    with pytest.raises(Refused):
        submit(assignment, 媒体报道=6)
    assert submit(assignment, 媒体报道=5).total == Decimal("70.00")


def test_a_self_governance_project_is_judged_by_its_own_lines(town, life):
    [assignment] = sent(town, life, nature="governance")

    assert [one.name for one in assignment.lines] == ["议事", "质量", "账目", "媒体报道", "逾期材料", "虚报"]
    with pytest.raises(Refused):
        submit(assignment)  # 议事 has no points yet
    assert submit(assignment, 议事=30).total == Decimal("95.00")
    assert not Score.objects.filter(criterion__name="服务人数").exists()


# -- Vetoes ----------------------------------------------------------------------------------------


def conclude(town, assignment, **more):
    found = fresh(Evaluation.objects.get(pk=assignment.evaluation_id))
    if not found.issued_at:
        issue(town, found)
    return concluding.publish(fresh(found), by=town.clerk, **more)


def issue(town, found):
    reporting.save_report(found, by=found.lead, texts=TEXTS, items=items_of())
    reporting.send_draft(fresh(found), by=found.lead)
    reporting.answer(fresh(found), by=town.head, answers={})
    reporting.issue(fresh(found), by=found.lead)


def test_a_veto_needs_a_reason(assignment):
    with pytest.raises(Refused):
        submit(assignment, 虚报=1)
    sheet = submit(assignment, 虚报=1, reasons={"虚报": "签到表三处笔迹相同"})

    assert sheet.total == Decimal("65.00")  # a mark is no points


def test_a_veto_reads_as_marked_only_when_it_is_and_a_reason_says_when_it_is_needed(town, assignment, browse):
    page = reverse("evaluations:sheet", args=[assignment.pk])
    vetoes = [one for one in assignment.lines if one.is_veto]

    text = browse(town.evaluator).get(page).content.decode()

    assert (text.count("确有此情形"), text.count("勾选时必填"), "已勾选" in text) == (len(vetoes), len(vetoes), False)
    assert "与建议分不同时必填" in text
    submit(assignment, **{vetoes[0].name: 1}, reasons={vetoes[0].name: "票据系伪造"})
    assert "已勾选" in browse(town.evaluator).get(page).content.decode()


def test_a_veto_of_one_evaluator_waits_for_who_concludes(town, assignment):
    submit(assignment, 虚报=1, reasons={"虚报": "签到表三处笔迹相同"})

    with pytest.raises(Refused):
        conclude(town, assignment)
    result = conclude(town, assignment, vetoes={line(assignment, "虚报").pk: True})

    assert (result.score, result.grade, result.is_vetoed) == (Decimal("65.00"), "fail", True)
    assert result.vetoes == [{"name": "虚报", "reasons": ["签到表三处笔迹相同"], "confirmed": True}]
    assert Project.objects.get(pk=assignment.project_id).state == "rectifying"


def test_a_veto_that_is_not_confirmed_changes_nothing(town, assignment):
    submit(assignment, 虚报=1, reasons={"虚报": "签到表三处笔迹相同"})

    result = conclude(town, assignment, vetoes={line(assignment, "虚报").pk: False})

    assert (result.grade, result.is_vetoed) == ("pass", False)
    assert result.vetoes[0]["confirmed"] is False


def test_two_evaluators_who_mark_the_same_need_nobody_else(town, life):
    first, second = sent(town, life, two=True)
    submit(first, 虚报=1, reasons={"虚报": "笔迹相同"})
    submit(second, 虚报=1, reasons={"虚报": "电话核实无此人"})

    result = conclude(town, first)

    assert (result.grade, result.vetoes[0]["reasons"]) == ("fail", ["笔迹相同", "电话核实无此人"])


def test_the_page_that_concludes_asks_about_the_veto(town, assignment, browse):
    submit(assignment, 虚报=1, reasons={"虚报": "签到表三处笔迹相同"})
    found = fresh(Evaluation.objects.get())
    issue(town, found)
    page, client = found.get_absolute_url(), browse(town.clerk)
    publish = reverse("evaluations:evaluation_step", args=[found.pk, "publish"])
    name = f"veto-{line(assignment, '虚报').pk}"

    shown = client.get(page).content.decode()
    assert "签到表三处笔迹相同" in shown
    assert name in shown
    for answer in ({}, {name: "maybe"}):
        client.post(publish, answer)
        assert not Result.objects.exists()
    client.post(publish, {name: "yes"})
    assert Result.objects.get().grade == "fail"
    group = browse(town.head).get(page).content.decode()
    assert "签到表三处笔迹相同" in group


def test_the_group_answers_a_veto_that_could_fail_it_and_reads_it_in_the_draft(town, assignment):
    submit(assignment, 虚报=1, reasons={"虚报": "签到表三处笔迹相同"})

    issue(town, found := fresh(Evaluation.objects.get()))

    assert [point.words for point in found.points.filter(about="veto")] == ["虚报：签到表三处笔迹相同"]
    printed = evaluation_report(fresh(found))
    text = render_to_string(printed.template, printed.context)
    assert "虚报——签到表三处笔迹相同（尚待第二人确认，确认后评为不合格）" in text
    assert "未发现" not in text


def test_a_draft_without_a_veto_asks_about_none(town, assignment):
    submit(assignment)

    issue(town, found := fresh(Evaluation.objects.get()))

    assert not found.points.filter(about="veto").exists()
    assert evaluation_report(fresh(found)).context["marked"] == []


def test_why_a_veto_would_have_been_marked_is_not_shown_when_it_is_not(town, assignment, browse):
    submit(assignment, 虚报=0, reasons={"虚报": "笔迹看起来像"})
    issue(town, found := fresh(Evaluation.objects.get()))

    page = browse(town.clerk).get(found.get_absolute_url()).content.decode()

    assert "笔迹看起来像" not in page


def test_whoever_concludes_reads_the_grade_and_that_it_cannot_be_taken_back(town, assignment, browse):
    submit(assignment)
    issue(town, found := fresh(Evaluation.objects.get()))

    page = browse(town.clerk).get(found.get_absolute_url()).content.decode()

    assert "结果：65分，合格。" in page
    assert "公布后不能撤回" in page


# -- What follows ----------------------------------------------------------------------------------


def test_a_result_keeps_bonus_and_deduction_apart(town, life):
    first, second = sent(town, life, two=True)
    submit(first, 媒体报道=5)
    submit(second, 逾期材料=1, reasons={"逾期材料": "口头提醒过一次"})

    result = conclude(town, first)

    assert (result.base, result.bonus, result.deduction) == (Decimal("65.00"), Decimal("2.50"), Decimal("0.50"))
    assert (result.score, result.grade, result.earned) == (Decimal("67.00"), "pass", "pass")


def test_the_grade_follows_the_marks_of_the_framework(town, life):
    [assignment] = sent(town, life)
    assignment.rubric.__class__.objects.filter(pk=assignment.rubric.pk).update(excellent_from=65, good_from=62)
    submit(assignment)

    assert conclude(town, assignment).grade == "excellent"


def test_the_clerk_reads_what_was_given_instead_of_the_proposal(town, assignment, browse):
    submit(assignment, 服务人数=20, reasons={"服务人数": "现场核对签到表52人"})
    found = fresh(Evaluation.objects.get())
    issue(town, found)
    page = found.get_absolute_url()

    assert [score.reason for score in browse(town.clerk).get(page).context["said"]] == ["现场核对签到表52人"]
    assert not browse(town.head).get(page).context["said"]


@pytest.mark.parametrize(("username", "status"), [("evaluator", 200), ("clerk", 403), ("head", 404), ("expert1", 404)])
def test_a_draft_is_printed_by_its_evaluator_only(town, assignment, browse, username, status):
    scoring.save_sheet(assignment, by=town.evaluator, points=points(assignment, 质量=25))

    page = reverse("reports:evaluation_sheet", args=[assignment.pk])

    assert browse(town.people[username]).get(page).status_code == status


def test_the_clerk_prints_a_submitted_sheet(town, assignment, browse):
    submit(assignment)

    assert browse(town.clerk).get(reverse("reports:evaluation_sheet", args=[assignment.pk])).status_code == 200


def test_a_proposal_knows_no_facts(town, life):
    """Whatever lines a rubric has: before the award there are no records."""
    rubric = framework(name="评审也用")
    town.call.review_rubric = rubric
    town.call.save()
    project = draft(town)
    asked = Assignment(project=project, person=town.expert1, purpose="review", assigned_by=town.clerk)

    assert suggestions(asked) == {}


def test_only_the_evaluator_fills_in_the_sheet(town, assignment):
    for who in (town.clerk, town.head, town.expert1):
        with pytest.raises(PermissionDenied):
            scoring.submit_sheet(assignment, by=who, points=points(assignment, **WHOLE), strengths="好")
