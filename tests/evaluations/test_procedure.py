"""An evaluation step by step: self-evaluation, papers, visit, draft, answer, final report."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.models import Attachment
from core.workflow import Refused, Stale
from evaluations import inbox
from evaluations.actions import (
    concluding,
    evaluation,
    inspecting,
    panel,
    report_templates,
    reporting,
    scoring,
    self_evaluation,
    unlocking,
)
from evaluations.models import AnswerPoint, Assignment, ReportTemplate, SheetRevision
from people.models import Role, User
from projects.actions.people import assign_mentor
from projects.models import Project
from tests.evaluated import (
    TEXTS,
    at_draft,
    checked,
    commissioned,
    drafted,
    evaluated,
    fill_in,
    fresh,
    issued,
    items_of,
    scheduled,
    self_evaluated,
    sent,
    visited,
    written,
)
from tests.life import declared, draft
from tests.pdfs import pdf_with
from tests.test_files import pdf
from tests.town import aware, member, person


@pytest.fixture
def project(town, life) -> Project:
    project = life.walk(draft(town), "running")
    life.day(2026, 10, 12)
    commissioned(town)
    return project


def tasks(user) -> dict[str, str]:
    return {task.what: task.url for task in inbox.waiting_for(User.objects.get(pk=user.pk))}


def full_scores(found) -> dict:
    return {one.pk: (one.weight, "见记录") for one in found.rubric.criteria.all()}


# -- self-evaluation -------------------------------------------------------------------------------


def test_the_self_evaluation_is_due_in_the_calls_workdays_and_moves_on_when_it_is_handed_in(town, project):
    found = sent(town, project)
    due_on = found.due_on

    self_evaluated(town, found)

    assert due_on == date(2026, 10, 19)
    assert fresh(found).state == "document_check"


def test_a_self_evaluation_needs_points_and_words_to_every_criterion(town, project):
    found = sent(town, project)
    scores = full_scores(found)
    first = next(iter(scores))

    with pytest.raises(Refused):
        self_evaluation.hand_in(
            found, by=town.head, scores=scores | {first: (None, "")}, went_well="好", went_badly="慢"
        )
    with pytest.raises(Refused):
        self_evaluation.hand_in(found, by=town.head, scores=scores, went_well="", went_badly="慢")
    with pytest.raises(Refused):
        self_evaluation.save(found, by=town.head, scores={first: (101, "太多")})


@pytest.mark.parametrize("username", ["clerk", "mentor", "evaluator", "stranger"])
def test_nobody_else_writes_the_self_evaluation_or_reads_its_draft(town, project, browse, username):
    found = sent(town, project)
    self_evaluation.save(found, by=town.head, scores={}, went_well="只给自己看的话")

    with pytest.raises(PermissionDenied):
        self_evaluation.save(found, by=town.people[username], scores={})
    page = browse(town.people[username]).get(reverse("evaluations:self_evaluation", args=[found.pk]))

    assert page.status_code in (403, 404)


def test_what_happened_says_what_the_group_did_and_whether_a_sheet_is_begun(town, project, browse):
    found = self_evaluated(town, sent(town, project))
    page = reverse("evaluations:evaluation_page", args=[found.pk])

    events = browse(town.evaluator).get(page).context["log"]
    by_group = [event.label for event in events if event.actor == town.head]
    before = browse(town.evaluator).get(page).content.decode()
    scoring.save_sheet(found.panel.get(), by=town.evaluator, points={}, strengths="写到一半")
    after = browse(town.evaluator).get(page).content.decode()

    assert by_group == ["转入查阅资料", "自评已提交"]
    assert ("尚未开始" in before, "已存草稿" in before) == (True, False)
    assert ("尚未开始" in after, "已存草稿" in after) == (False, True)


def test_two_people_of_the_group_do_not_overwrite_each_other(town, project):
    found = sent(town, project)
    self_evaluation.save(found, by=town.head, scores={}, went_well="一", version=0)

    with pytest.raises(Stale):
        self_evaluation.save(found, by=town.volunteer, scores={}, went_well="二", version=0)


def test_who_saves_over_another_window_keeps_what_was_typed_and_sees_what_is_stored(town, project, browse):
    found = sent(town, project)
    self_evaluation.save(found, by=town.head, scores={}, went_well="先保存的", went_badly="一样", version=0)
    address, client = reverse("evaluations:self_evaluation", args=[found.pk]), browse(town.volunteer)
    typed = {"version": "0", "went_well": "后来写的", "went_badly": "一样", "save": ""}

    page = client.post(address, typed)

    form = page.context["form"]
    assert (form["went_well"].value(), form.clashes) == ("后来写的", [("做得好的方面", "先保存的")])
    assert "先保存的" in page.content.decode()
    assert fresh(found).self_evaluation.went_well == "先保存的"

    client.post(address, typed | {"version": form["version"].value()})

    assert fresh(found).self_evaluation.went_well == "后来写的"


def test_without_a_self_evaluation_it_goes_on_only_after_the_last_day(town, project, time):
    found = sent(town, project)
    with pytest.raises(Refused):
        evaluation.go_on(found, by=town.evaluator)

    time.go(datetime(2026, 10, 20, 9, 0))
    evaluation.go_on(fresh(found), by=town.evaluator)

    assert fresh(found).state == "document_check"


def test_what_was_typed_comes_back_when_the_self_evaluation_is_refused(town, project, browse):
    found = sent(town, project)
    first = found.rubric.criteria.first()
    data = {f"points-{first.pk}": "9999", f"words-{first.pk}": "写了很多", "went_well": "好话", "submit": ""}

    page = browse(town.head).post(reverse("evaluations:self_evaluation", args=[found.pk]), data)

    assert page.status_code == 200
    assert "写了很多" in page.content.decode()
    assert "9999" in page.content.decode()


def test_the_texts_that_must_be_there_are_not_called_optional(town, project, browse):
    found = sent(town, project)

    page = browse(town.head).get(reverse("evaluations:self_evaluation", args=[found.pk])).content.decode()

    assert page.count("提交前必填") == 2


def test_what_is_missing_in_the_self_evaluation_stands_at_its_field(town, project, browse):
    found = sent(town, project)
    page, client = reverse("evaluations:self_evaluation", args=[found.pk]), browse(town.head)
    first, *others = found.scored_lines
    given = {f"points-{first.pk}": "1", f"words-{first.pk}": "见记录", "went_well": "好"}

    form = client.post(page, given | {"submit": ""}).context["form"]
    draft_of_it = client.post(page, given | {"save": ""})

    blank = {f"{part}-{one.pk}" for one in others for part in ("points", "words")}
    assert set(form.errors) == {*blank, "went_badly"}
    assert draft_of_it.status_code == 302


# -- papers ---------------------------------------------------------------------------------------------


def test_a_missing_paper_is_asked_from_the_group_and_looked_at_again(town, project):
    found = self_evaluated(town, sent(town, project))
    line = found.papers.first()
    inspecting.check_papers(found, by=town.evaluator, found={line.pk: ("missing", "请上传专账首页")}, ask=True)
    asked = tasks(town.head)

    scan = SimpleUploadedFile("account.pdf", pdf_with(), "application/pdf")
    inspecting.hand_in_paper(line, by=town.head, note="已补", files=[scan])

    line.refresh_from_db()
    assert any(line.name in what for what in asked)
    assert (line.standing, line.is_waited_for, line.asked_until) == ("", False, date(2026, 10, 19))


def test_a_paper_that_is_there_is_called_complete_as_in_the_report(town, project, browse):
    found = self_evaluated(town, sent(town, project))

    page = browse(town.evaluator).get(reverse("evaluations:papers", args=[found.pk])).content.decode()

    assert "齐全" in page
    assert "到会" not in page  # who was present at a meeting


def test_the_group_finds_the_paper_that_is_asked_for_on_the_page_of_the_evaluation(town, project, browse):
    found = self_evaluated(town, sent(town, project))
    line = found.papers.first()
    hand_in = reverse("evaluations:paper_hand_in", args=[line.pk])
    before = browse(town.head).get(found.get_absolute_url()).content.decode()

    given = {one.pk: ("present", "") for one in found.papers.all()} | {line.pk: ("missing", "请补签章页")}
    inspecting.check_papers(fresh(found), by=town.evaluator, found=given, ask=True)

    assert hand_in not in before
    assert hand_in in browse(town.head).get(found.get_absolute_url()).content.decode()
    assert hand_in not in browse(town.clerk).get(found.get_absolute_url()).content.decode()


def test_what_is_missing_is_asked_with_words_only(town, project):
    found = self_evaluated(town, sent(town, project))
    line = found.papers.first()

    with pytest.raises(Refused):
        inspecting.check_papers(found, by=town.evaluator, found={line.pk: ("missing", "")}, ask=True)
    with pytest.raises(PermissionDenied):
        inspecting.check_papers(found, by=town.clerk, found={line.pk: ("missing", "缺")})
    with pytest.raises(Refused):
        inspecting.hand_in_paper(line, by=town.head, note="没人要")


def test_it_does_not_go_on_before_every_paper_was_looked_at(town, project):
    found = self_evaluated(town, sent(town, project))

    with pytest.raises(Refused):
        evaluation.go_on(found, by=town.evaluator)

    assert checked(town, found).state == "site_visit"


def test_an_organisation_with_a_list_of_its_own_checks_that(town, project):
    text = "专账\n票据\n专账\n\n签到表"
    report_templates.keep(town.evaluators, by=town.evaluator, kind="papers", title="本所清单", text=text)

    found = self_evaluated(town, sent(town, project))

    assert [line.name for line in found.papers.all()] == ["专账", "票据", "签到表"]


# -- the visit ------------------------------------------------------------------------------------------


def test_the_group_agrees_on_the_day_or_asks_for_another(town, project):
    found = checked(town, self_evaluated(town, sent(town, project)))
    words = {"place": "活动室", "visitors": "唐欣"}
    visit = inspecting.announce_visit(found, by=town.evaluator, planned_at=aware(2026, 10, 15, 9), **words)
    with pytest.raises(Refused):
        inspecting.answer_visit(visit, by=town.head, suits=False)
    inspecting.answer_visit(visit, by=town.head, suits=False, note="当天有活动，请改16日")

    visit = inspecting.announce_visit(found, by=town.evaluator, planned_at=aware(2026, 10, 16, 9), **words)

    assert (visit.answer, visit.planned_at) == ("", aware(2026, 10, 16, 9))
    assert inspecting.answer_visit(visit, by=town.head, suits=True).answer == "agreed"


def test_a_visit_lies_ahead_when_announced_and_behind_when_written_down(town, project):
    found = checked(town, self_evaluated(town, sent(town, project)))

    with pytest.raises(Refused):
        inspecting.announce_visit(
            found, by=town.evaluator, planned_at=clock.now() - timedelta(days=1), place="这里", visitors="我"
        )
    with pytest.raises(Refused):
        inspecting.record_visit(
            found, by=town.evaluator, held_at=clock.now() + timedelta(days=1), present="我", seen="没有"
        )
    with pytest.raises(Refused):
        evaluation.go_on(found, by=town.evaluator)
    assert visited(town, found).state == "draft"


def read_by(browse, people, files) -> set[str]:
    """Who of these people gets the files."""
    pages = [reverse("core:attachment", args=[one.pk]) for one in files]
    return {one.username for one in people if any(browse(one).get(page).status_code == 200 for page in pages)}


def test_photos_of_the_visit_are_read_with_the_report(town, project, browse):
    assign_mentor(project, town.mentor, town.support, by=town.clerk)
    people = [town.evaluator, town.head, town.clerk, town.mentor]
    found = checked(town, self_evaluated(town, sent(town, project)))
    words = {"present": "刘芳", "seen": "活动室锁着。", "files": [pdf("现场.pdf")]}
    photos = Attachment.objects.of(inspecting.record_visit(found, by=town.evaluator, held_at=clock.now(), **words))

    before = read_by(browse, people, photos)
    evaluation.go_on(fresh(found), by=town.evaluator)
    written(town, fresh(found), 40, 20, 15)
    reporting.send_draft(fresh(found), by=town.evaluator)
    told = read_by(browse, people, photos)

    assert before == {town.evaluator.username}
    assert told == {one.username for one in people if one != town.mentor}


def test_what_the_group_hands_in_and_answers_is_not_for_its_mentor(town, project, browse):
    assign_mentor(project, town.mentor, town.support, by=town.clerk)
    people = [town.evaluator, town.head, town.clerk, town.mentor]
    found = self_evaluated(town, sent(town, project))
    line = found.papers.first()
    inspecting.check_papers(found, by=town.evaluator, found={line.pk: ("missing", "签到表")}, ask=True)
    line.refresh_from_db()
    paper = inspecting.hand_in_paper(line, by=town.head, note="补上", files=[pdf("签到表.pdf")])
    found = visited(town, checked(town, fresh(found)))
    reporting.send_draft(written(town, found, 40, 20, 15), by=town.evaluator)
    reporting.answer(fresh(found), by=town.head, answers={}, files=[pdf("说明.pdf")])

    assert read_by(browse, people, Attachment.objects.of(paper)) == {one.username for one in people[:3]}
    assert read_by(browse, people, reporting.files_of(found)) == {one.username for one in people[:3]}


# -- the draft --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("username", ["clerk", "approver", "auditor", "head", "mentor", "hosthead"])
def test_nobody_outside_the_organisation_reads_a_draft_before_it_is_sent(town, project, browse, username):
    found = written(town, at_draft(town, project), 40, 20, 15, conclusion="秘密的结论")
    reader = browse(town.people[username])

    page = reader.get(reverse("evaluations:evaluation_page", args=[found.pk]))
    paper = reader.get(reverse("reports:evaluation_report", args=[found.pk]))

    assert "秘密的结论" not in page.content.decode()
    assert "score-total" not in page.content.decode()
    assert paper.status_code in (403, 404)
    assert "秘密的结论" in browse(town.evaluator).get(page.request["PATH_INFO"]).content.decode()


@pytest.mark.parametrize("username", ["clerk", "head"])
def test_once_it_is_sent_the_group_and_the_funder_read_it(town, project, browse, username):
    found = drafted(town, project, 40, 20, 15, conclusion="送达的结论")

    page = browse(town.people[username]).get(reverse("evaluations:evaluation_page", args=[found.pk]))

    assert "送达的结论" in page.content.decode()
    assert browse(town.people[username]).get(reverse("reports:evaluation_report", args=[found.pk])).status_code == 200


def test_a_draft_is_sent_with_its_sheets_and_texts_and_by_who_leads(town, project):
    found = at_draft(town, project)
    with pytest.raises(Refused):
        reporting.send_draft(found, by=town.evaluator)
    fill_in(found.panel.get(), 40, 20, 15)
    reporting.save_report(fresh(found), by=town.evaluator, texts=TEXTS | {"summary": ""})
    with pytest.raises(Refused):
        reporting.send_draft(fresh(found), by=town.evaluator)
    with pytest.raises(PermissionDenied):
        reporting.save_report(fresh(found), by=town.clerk, texts=TEXTS)


def test_a_failing_draft_says_what_has_to_be_mended(town, project):
    found = at_draft(town, project)
    fill_in(found.panel.get(), 10, 10, 10)
    reporting.save_report(fresh(found), by=town.evaluator, texts=TEXTS)

    with pytest.raises(Refused):
        reporting.send_draft(fresh(found), by=town.evaluator)

    reporting.save_report(fresh(found), by=town.evaluator, texts=TEXTS, items=items_of())
    assert reporting.send_draft(fresh(found), by=town.evaluator).state == "answer"


def test_two_windows_of_the_lead_do_not_overwrite_each_other(town, project):
    found = at_draft(town, project)
    reporting.save_report(found, by=town.evaluator, texts={"conclusion": "一"}, version=0)

    with pytest.raises(Stale):
        reporting.save_report(found, by=town.evaluator, texts={"conclusion": "二"}, version=0)


def test_the_report_in_an_older_window_shows_what_is_stored_and_keeps_what_was_typed(town, project, browse):
    found = at_draft(town, project)
    reporting.save_report(found, by=town.evaluator, texts={"conclusion": "先保存的"}, version=0)
    data = {"version": "0", "conclusion": "后来写的", "items-TOTAL_FORMS": "0", "items-INITIAL_FORMS": "0"}

    form = browse(town.evaluator).post(reverse("evaluations:report", args=[found.pk]), data).context["form"]

    assert [text for _label, text in form.clashes] == ["先保存的"]
    assert form["conclusion"].value() == "后来写的"
    assert fresh(found).conclusion == "先保存的"


def test_a_day_for_mending_that_does_not_lie_ahead_stands_at_its_row(town, project, browse):
    """Not above the form: of several nobody would know which. A row that is left out does not shift it."""
    found, today = at_draft(town, project), clock.today()
    filled = {"what": "补票", "basis": "协议第三条", "due_on": today + timedelta(days=9)}
    data = {"version": "0", "items-TOTAL_FORMS": "4", "items-INITIAL_FORMS": "0", "items-1-due_on": today}
    data |= {f"items-{row}-{name}": value for row in (0, 2) for name, value in filled.items()}
    address, client = reverse("evaluations:report", args=[found.pk]), browse(town.evaluator)

    answer = client.post(address, data | {"items-0-due_on": "2026-01-04", "items-2-due_on": today})

    assert [list(row.errors) for row in answer.context["formset"]] == [["due_on"], [], ["due_on"], []]
    assert list(answer.context["form"].errors) == []
    page = answer.content.decode()
    assert 'href="#id_items-2-due_on"' in page  # said at the top too, as a link to the row
    assert 'id="id_items-2-due_on_error"' in page
    assert not found.items.exists()
    assert client.post(address, data | {"items-2-due_on": today + timedelta(days=1)}).status_code == 302
    assert found.items.count() == 2


def test_an_own_text_is_added_without_losing_what_is_typed(town, project, browse):
    found = at_draft(town, project)
    text = report_templates.keep(town.evaluators, by=town.evaluator, kind="advice", title="归档", text="按月归档。")
    data = {"advice": "先写的话", "conclusion": "没保存的", "use": text.pk}
    data |= {"items-TOTAL_FORMS": "1", "items-INITIAL_FORMS": "0", "items-0-what": "补票据"}

    page = browse(town.evaluator).post(reverse("evaluations:report", args=[found.pk]), data).content.decode()

    assert "先写的话\n按月归档。" in page
    assert "没保存的" in page
    assert "补票据" in page
    assert fresh(found).advice == ""


def test_texts_belong_to_the_organisation(town, project):
    text = ReportTemplate(organization=town.evaluators)
    for username in ("clerk", "head", "mentor"):
        with pytest.raises(PermissionDenied):
            report_templates.keep(
                town.evaluators, by=town.people[username], kind="advice", title="一", text="二", template=text
            )
    assert not ReportTemplate.objects.visible_to(town.clerk).exists()


def test_the_page_of_a_visit_speaks_of_a_place_and_not_of_a_rank(town, project, browse):
    found = checked(town, self_evaluated(town, sent(town, project)))
    when = clock.now() + timedelta(days=2)
    inspecting.announce_visit(found, by=town.evaluator, planned_at=when, place="活动室", visitors="评估员")

    page = browse(town.head).get(reverse("evaluations:visit", args=[found.pk])).content.decode()

    assert "地点" in page
    assert [word for word in ("名次", "已公布", "实地走访") if word in page] == []


# -- the answer -------------------------------------------------------------------------------------------


def test_the_group_answers_each_point_and_the_evaluator_each_answer(town, project):
    found = drafted(town, project, 40, 20, 15)
    about = list(found.points.values_list("about", flat=True))
    point = found.points.get(words="签到表缺一次。")
    with pytest.raises(Refused):
        reporting.answer(found, by=town.head, answers={point.pk: ("differs", " ")})

    reporting.answer(found, by=town.head, answers={point.pk: ("differs", "签到表在第三册。")})
    with pytest.raises(Refused):
        reporting.issue(fresh(found), by=town.evaluator)
    reporting.reply(fresh(found), by=town.evaluator, replies={point.pk: ("changed", "已核对，删去此条。")})
    reporting.issue(fresh(found), by=town.evaluator)

    assert about == ["score", "conclusion", "problem", "problem", "other"]
    assert fresh(found).number == "PG2026-0001"
    assert AnswerPoint.objects.get(pk=point.pk).reply == "已核对，删去此条。"


def test_the_page_of_an_answer_that_was_sent_leads_back_to_the_evaluation(town, project, browse):
    """By the back button, or in a second window: nothing happens twice, and nobody is told that it is not theirs."""
    found = drafted(town, project, 40, 20, 15)
    page = reverse("evaluations:answer", args=[found.pk])
    stranger = browse(town.singer).get(page)
    given = {f"stance-{point.pk}": "agrees" for point in found.points.all()}
    browse(town.head).post(page, given)

    again = browse(town.head).post(page, given, follow=True)

    assert stranger.status_code == 404
    assert again.redirect_chain == [(found.get_absolute_url(), 302)]
    assert "这件事已经完成了" in again.content.decode()


def test_an_answer_is_not_sent_with_points_that_nobody_has_answered(town, project, browse):
    """It is sent once: agreement is never chosen beforehand."""
    found = drafted(town, project, 40, 20, 15)
    page, client = reverse("evaluations:answer", args=[found.pk]), browse(town.head)

    chosen = [stance.value() for _point, stance, _words in client.get(page).context["form"].rows()]
    first, *others = found.points.all()
    response = client.post(page, {f"stance-{first.pk}": "agrees"})

    assert set(chosen) == {None}
    assert response.status_code == 200
    assert fresh(found).state == "answer"
    assert set(response.context["form"].errors) == {f"stance-{point.pk}" for point in others}


def test_what_is_not_replied_to_is_named_with_chinese_punctuation(town, project):
    found = drafted(town, project, 40, 20, 15)

    assert [str(point) for point in found.points.filter(about="conclusion")] == [f"结论：{found.conclusion[:40]}"]


def test_issuing_the_report_says_so_and_whom_it_waits_for(town, project, browse):
    found = drafted(town, project, 40, 20, 15)
    reporting.answer(found, by=town.head, answers={})

    page = browse(town.evaluator).post(reverse("evaluations:evaluation_step", args=[found.pk, "issue"]), follow=True)

    assert "正式报告PG2026-0001已出具" in page.content.decode()


def test_silence_is_noted_as_agreement_the_day_after_the_last_and_not_before(town, project, time):
    found = drafted(town, project, 40, 20, 15)
    last_day = found.due_on
    time.go(datetime.combine(last_day, datetime.min.time()).replace(hour=9))
    early = reporting.note_silences()

    time.go(datetime.combine(last_day + timedelta(days=1), datetime.min.time()).replace(hour=9))
    noted = reporting.note_silences()

    assert (early, noted, reporting.note_silences()) == (0, 1, 0)
    assert (fresh(found).state, fresh(found).was_silent) == ("final", True)
    assert set(found.points.values_list("stance", flat=True)) == {"agrees"}
    with pytest.raises(PermissionDenied):
        reporting.answer(fresh(found), by=town.head, answers={})


@pytest.mark.parametrize("username", ["clerk", "mentor", "evaluator", "singer"])
def test_only_the_group_answers(town, project, username):
    found = drafted(town, project, 40, 20, 15)

    with pytest.raises(PermissionDenied):
        reporting.answer(found, by=town.people[username], answers={})


# -- the final report --------------------------------------------------------------------------------------


def test_a_sheet_opened_after_the_answer_keeps_what_it_said(town, project):
    found = drafted(town, project, 40, 20, 15)
    reporting.answer(found, by=town.head, answers={})
    assignment = found.panel.get()

    revision = reporting.reopen_sheet(assignment, by=town.evaluator, reason="签到表找到了")
    with pytest.raises(Refused):
        reporting.issue(fresh(found), by=town.evaluator)
    fill_in(assignment, 45, 20, 15)
    reporting.issue(fresh(found), by=town.evaluator)

    lines = SheetRevision.objects.get(pk=revision.pk).lines()
    changed = [(line.before, line.after) for line in lines if line.is_changed]
    assert changed == [("40", "45"), ("75", "80")]
    assert concluding.publish(fresh(found), by=town.clerk).score == 80


def test_nobody_else_opens_a_sheet_and_not_once_it_is_issued(town, project):
    found = issued(town, project, 40, 20, 15)
    assignment = found.panel.get()

    with pytest.raises(Refused):
        reporting.reopen_sheet(assignment, by=town.evaluator, reason="再改")
    with pytest.raises(PermissionDenied):
        reporting.reopen_sheet(assignment, by=town.clerk, reason="请改高")
    with pytest.raises(PermissionDenied):
        unlocking.ask_to_unlock(assignment, by=town.clerk, reason="请改高")


def test_the_clerk_sends_a_report_back_with_a_reason_and_changes_nothing_in_it(town, project):
    found = issued(town, project, 40, 20, 15)
    with pytest.raises(Refused):
        reporting.send_back(found, by=town.clerk, reason="")
    with pytest.raises(PermissionDenied):
        reporting.send_back(found, by=town.head, reason="分数低")

    reporting.send_back(found, by=town.clerk, reason="漏了一次走访")
    with pytest.raises(Refused):
        concluding.publish(fresh(found), by=town.clerk)
    reporting.issue(fresh(found), by=town.evaluator)

    assert fresh(found).number == "PG2026-0001"


def test_published_the_mentor_reads_it_too_and_everybody_grade_and_summary(town, life, project, browse):
    evaluated(town, project, 40, 20, 15)
    found = project.evaluations.get()
    whole = browse(town.mentor)
    assert whole.get(reverse("evaluations:evaluation_page", args=[found.pk])).status_code == 404  # not its mentor

    life.walk(Project.objects.get(pk=project.pk), "closing")
    evaluated(town, project, 45, 25, 20, purpose="final", summary="全体居民都看得到的摘要")
    Project.objects.filter(pk=project.pk).update(state="completed")
    page = browse().get(reverse("projects:showcase_detail", args=[project.pk])).content.decode()

    assert "全体居民都看得到的摘要" in page
    assert "优秀" in page
    assert TEXTS["problems"].splitlines()[0] not in page


def test_every_step_of_the_group_is_a_task_with_a_day(town, project):
    found = sent(town, project)
    first = tasks(town.head)
    found = written(town, at_draft_from(town, found), 40, 20, 15)
    reporting.send_draft(found, by=found.lead)
    found = fresh(found)
    dues = {task.url: (task.due_on, task.funder_id) for task in inbox.waiting_for(User.objects.get(pk=town.head.pk))}

    assert first["提交自评"] == reverse("evaluations:self_evaluation", args=[found.pk])
    assert dues[reverse("evaluations:answer", args=[found.pk])] == (found.due_on, town.bureau.pk)


def at_draft_from(town, found):
    return visited(town, checked(town, self_evaluated(town, found)))


# -- who judges, after the report ---------------------------------------------------------------------


def colleague(town) -> User:
    made = person("juan", "卢娟")
    member(made, town.evaluators, Role.EVALUATOR)
    return made


def test_a_report_is_not_concluded_when_one_of_its_sheets_no_longer_counts(town, project, time):
    second = colleague(town)
    found = at_draft(town, project, people=[town.evaluator, second])
    fill_in(found.panel.get(person=town.evaluator), 40, 20, 15)
    fill_in(found.panel.get(person=second), 30, 20, 11)
    reporting.save_report(fresh(found), by=town.evaluator, texts=TEXTS)
    reporting.send_draft(fresh(found), by=town.evaluator)
    reporting.answer(fresh(found), by=town.head, answers={})
    reporting.issue(fresh(found), by=town.evaluator)
    time.go(clock.now() + timedelta(hours=1))
    panel.stand_down(found.panel.get(person=second), by=town.clerk, reason="亲属在该机构任职")

    with pytest.raises(Refused):
        concluding.publish(fresh(found), by=town.clerk)

    time.go(clock.now() + timedelta(hours=1))
    reporting.send_back(fresh(found), by=town.clerk, reason="一名评估人员回避，请重新定稿")
    reporting.issue(fresh(found), by=town.evaluator)
    assert concluding.publish(fresh(found), by=town.clerk).score == 75


def test_an_evaluation_whose_lead_has_stood_down_says_so(town, project, browse):
    found = sent(town, project)
    page = found.get_absolute_url()
    before = browse(town.clerk).get(page).content.decode()

    panel.recuse(found.panel.get(), by=town.evaluator, reason="妹妹在该社任会计")

    assert "已回避" not in before
    assert "已回避：请评估机构负责人另派人员" in browse(town.clerk).get(page).content.decode()
    assert "组长已回避" in browse(town.evaluator).get(reverse("evaluations:workspace")).content.decode()
    assert "已回避：请评估机构负责人另派人员" not in browse(town.head).get(page).content.decode()


def test_the_only_evaluator_of_an_organisation_is_chosen_beforehand(town, project, browse):
    found = scheduled(town, project)
    page, client = reverse("evaluations:evaluation_distribute", args=[found.pk]), browse(town.evaluator)
    one = client.get(page).context["form"]

    member(person("pinggu2", "第二人"), town.evaluators, Role.EVALUATOR)
    two = client.get(page).context["form"]

    assert (one["people"].value(), one["lead"].value()) == ([town.evaluator.pk], town.evaluator.pk)
    assert (two["people"].value(), two["lead"].value()) == ([], None)


def test_whoever_stands_down_after_the_answer_is_followed_by_a_colleague_who_issues_the_report(town, project):
    second = colleague(town)
    found = drafted(town, project, 40, 20, 15)
    with pytest.raises(PermissionDenied):
        evaluation.distribute(found, [second], by=town.evaluator)  # the group is answering
    reporting.answer(found, by=town.head, answers={})
    panel.stand_down(found.panel.get(), by=town.clerk, reason="亲属在该机构任职")

    evaluation.distribute(fresh(found), [second], by=town.evaluator)
    declared(project)
    assert Assignment.objects.open().filter(person=second).exists()
    with pytest.raises(Refused):
        reporting.issue(fresh(found), by=second)
    fill_in(fresh(found).panel.get(), 35, 20, 15)
    reporting.issue(fresh(found), by=second)

    with pytest.raises(PermissionDenied):
        evaluation.distribute(fresh(found), [town.evaluator], by=town.evaluator)
    assert concluding.publish(fresh(found), by=town.clerk).score == 70


def test_before_an_evaluation_one_declares_for_an_evaluation_and_not_for_a_review(town, project, browse):
    found = scheduled(town, project)
    evaluation.distribute(found, [town.evaluator], by=town.evaluator)
    address = reverse("evaluations:declare", args=[town.call.pk])

    page = browse(town.evaluator).get(address).content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    [asked] = Assignment.objects.filter(evaluation=found)
    done = browse(town.evaluator).post(address, {"shown": asked.pk, "promised": "on"}, follow=True)

    assert "评审" not in main
    assert "有1个项目等您评估" in main
    assert "谢谢，现在可以查看项目并开始评估了。" in done.content.decode()
