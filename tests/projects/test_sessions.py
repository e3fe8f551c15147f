"""Sessions of coaching: written, answered, done, counted, printed."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from openpyxl import load_workbook

from config.reminders import tasks_of
from core import clock
from core.workflow import Refused
from projects.actions import mentoring, people, visits
from projects.hours import Held, by_call, by_mentor, by_project, totals, whole
from projects.models import MentoringNote, Project
from tests.life import choir_draft
from tests.mentored import advice, running, seen

NEXT = {"follow_up": "建专账", "follow_up_due_on": date(2026, 5, 20)}


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def note(town, project):
    return mentoring.add_session(project, by=town.mentor, values=advice(**NEXT))


def test_a_session_has_a_number_and_the_group_reads_it(town, note):
    message = town.head.notifications.first()

    assert (note.number, message.body, message.url) == ("FD2026-0001", "票据按月整理", note.get_absolute_url())


def test_a_session_lies_between_the_approval_and_today(town, project, browse):
    page = reverse("projects:mentoring_create", args=[project.pk])

    for day, taken in (("1900-01-01", False), ("2030-01-01", False), (clock.today().isoformat(), True)):
        answer = browse(town.mentor).post(page, advice(held_on=day, follow_up_due_on=""))
        assert (answer.status_code == 302, MentoringNote.objects.exists()) == (taken, taken), day
        assert taken or list(answer.context["form"].errors) == ["held_on"]


def test_a_session_that_a_browser_sends_again_is_there_once(town, project, note):
    with pytest.raises(Refused, match="FD2026-0001"):
        mentoring.add_session(project, by=town.mentor, values=advice(**NEXT))
    mentoring.add_session(project, by=town.mentor, values=advice(advice="再看一次账"))

    assert MentoringNote.objects.count() == 2


def test_the_group_answers_once_and_the_mentor_is_told(town, note):
    mentoring.answer_advice(note, by=town.volunteer, answer="这周就建")

    note.refresh_from_db()
    assert (note.answered_by, note.answer) == (town.volunteer, "这周就建")
    assert town.mentor.notifications.first().body == "这周就建"
    with pytest.raises(Refused):
        mentoring.answer_advice(note, by=town.head)


@pytest.mark.parametrize("person", ["mentor", "clerk", "singer", "stranger"])
def test_nobody_answers_for_the_group(town, note, person):
    with pytest.raises(PermissionDenied):
        mentoring.answer_advice(note, by=town.people[person])


def test_what_was_agreed_is_done_and_can_be_found_undone(town, note):
    with pytest.raises(PermissionDenied):
        mentoring.finish_follow_up(note, by=town.clerk)
    mentoring.finish_follow_up(note, by=town.head, note="建好了")
    with pytest.raises(PermissionDenied):
        mentoring.reopen_follow_up(note, by=town.head, reason="x")
    with pytest.raises(Refused):
        mentoring.reopen_follow_up(note, by=town.mentor, reason=" ")

    mentoring.reopen_follow_up(note, by=town.mentor, reason="账本里没有单据")

    note.refresh_from_db()
    assert not note.is_done
    assert town.head.notifications.first().body == "账本里没有单据"


def test_a_session_is_mended_until_it_is_answered(town, note):
    changed = advice(**NEXT, advice="票据按周整理")
    with pytest.raises(PermissionDenied):
        mentoring.amend_session(note, by=town.clerk, values=changed)
    mentoring.amend_session(note, by=town.mentor, values=changed)
    mentoring.answer_advice(note, by=town.head)

    with pytest.raises(Refused):
        mentoring.amend_session(note, by=town.mentor, values=advice(**NEXT))

    note.refresh_from_db()
    assert note.advice == "票据按周整理"


def test_what_waits_for_the_group_has_its_day_and_its_funder(town, note):
    found = {task.what: (task.due_on, task.funder_id) for task in tasks_of(town.head)}

    assert found["阅读1条建议并回复"] == (clock.today() + timedelta(days=7), town.bureau.pk)
    assert found["做商定的事：建专账"] == (date(2026, 5, 20), town.bureau.pk)
    mentoring.answer_advice(note, by=town.head)
    mentoring.finish_follow_up(note, by=town.head)
    assert not any("建议" in task.what or "商定" in task.what for task in tasks_of(town.head))


def test_a_visit_counts_as_looking_in(town, project, life):
    life.day(2026, 6, 15)
    look_in = "本月辅导跟进"
    assert any(task.url == reverse("projects:mentoring_create", args=[project.pk]) for task in tasks_of(town.mentor))

    visits.record_visit(project, by=town.mentor, values=seen())

    assert not any(
        task.url == reverse("projects:mentoring_create", args=[project.pk]) for task in tasks_of(town.mentor)
    ), look_in


def test_a_session_of_several_groups_counts_once_for_the_mentor(town, project, browse):
    other = choir_draft_running(town)
    form = {"held_on": "2026-04-22", "topic": "rules", "form": "group", "hours": "2", "advice": "一起看结项材料"}
    page = reverse("projects:mentoring_create", args=[project.pk])

    browse(town.mentor).post(page, form | {"others": [other.pk]})

    assert MentoringNote.objects.count() == 2
    listed = browse(town.mentor).get(reverse("projects:session_list"))
    assert '1次辅导，共2小时 <span class="muted">（2份记录：' in listed.content.decode()
    assert [total["sessions"] for total in listed.context["sums"][0][1]] == [1]
    assert len(listed.context["page_obj"]) == 2
    assert town.singer.notifications.filter(body="一起看结项材料").exists()
    refused = browse(town.mentor).post(page, form | {"others": [other.pk], "form": "phone"})
    assert list(refused.context["form"].errors) == ["form"]


def choir_draft_running(town) -> Project:
    """A running project of the choir that the same mentor follows."""
    call = town.call
    type(call).objects.filter(pk=call.pk).update(closes_at=clock.now() + timedelta(days=1))
    call.refresh_from_db()
    made = choir_draft(town)
    Project.objects.filter(pk=made.pk).update(state="running", submitted_at=clock.now())
    people.add_participant(made, town.mentor, "mentor", by=town.clerk, organization=town.support)
    return Project.objects.get(pk=made.pk)


def test_hours_are_summed_by_mentor_project_and_call():
    held = [Held("高", "甲", "一", Decimal(2), "同"), Held("高", "乙", "一", Decimal(2), "同"),
            Held("高", "甲", "一", Decimal("1.5")), Held("王", "丙", "二", Decimal(1))]  # fmt: skip

    def sums(by) -> list[tuple]:
        return [(one.of, one.sessions, one.hours) for one in totals(held, by)]

    assert sums(by_mentor) == [("高", 2, Decimal("3.5")), ("王", 1, Decimal(1))]
    assert sums(by_project) == [("甲", 2, Decimal("3.5")), ("乙", 1, Decimal(2)), ("丙", 1, Decimal(1))]
    assert sums(by_call) == [("一", 2, Decimal("3.5")), ("二", 1, Decimal(1))]
    assert whole(held) == Decimal("4.5")


def test_the_page_takes_answers_and_keeps_what_was_typed(town, note, browse):
    page = note.get_absolute_url()

    too_long = browse(town.head).post(page, {"answer": "", "answer-answer": "字" * 1001})
    assert "字" * 1001 in too_long.content.decode()
    assert browse(town.clerk).post(page, {"answer": "", "answer-answer": "好"}).status_code == 403
    browse(town.head).post(page, {"answer": "", "answer-answer": "好"})
    browse(town.head).post(page, {"finish": "", "finish-note": "建好了"})

    note.refresh_from_db()
    assert (note.answer, note.done_note) == ("好", "建好了")


def test_the_table_and_the_sheet_say_what_the_page_says(town, note, browse, without_layout):
    table = browse(town.clerk).get(reverse("reports:sessions") + "?topic=finance")
    rows = list(load_workbook(BytesIO(table.content))["辅导记录"].values)
    none = browse(town.clerk).get(reverse("reports:sessions") + "?topic=rules")

    assert rows[1][:1] + rows[1][5:9] == ("FD2026-0001", "高明", "财务管理", "上门", 1.5)
    assert len(list(load_workbook(BytesIO(none.content))["辅导记录"].values)) == 1
    assert browse(town.head).get(reverse("reports:session_sheet", args=[note.pk])).status_code == 200
    assert browse(town.stranger).get(reverse("reports:session_sheet", args=[note.pk])).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": "2099-01-01"}, "held_on"),
        ({"hours": "0.2"}, "hours"),
        ({"hours": "25"}, "hours"),
        ({"follow_up_due_on": "2026-05-01"}, "follow_up"),
        ({"follow_up": "建账", "follow_up_due_on": "2026-01-01"}, "follow_up_due_on"),
    ],
)
def test_a_wrong_session_is_refused_at_its_field(town, project, browse, changes, field):
    form = {"held_on": "2026-04-22", "topic": "rules", "form": "visit", "hours": "2", "advice": "看账"}

    answer = browse(town.mentor).post(reverse("projects:mentoring_create", args=[project.pk]), form | changes)

    assert list(answer.context["form"].errors) == [field]


def test_a_session_is_called_what_mentors_call_it(town, note, browse):
    page = browse(town.mentor).get(note.get_absolute_url()).content.decode()

    assert f"<title>辅导单 {note.number}" in page
    assert f"<dt>方式</dt><dd>{note.get_form_display()}</dd>" in page


@pytest.mark.parametrize(
    ("typed", "stored"), [("１．５", Decimal("1.5")), ("2。5", Decimal("2.5")), ("3", Decimal("3"))]
)
def test_hours_are_taken_as_people_type_them(town, project, browse, typed, stored):
    form = {"held_on": "2026-04-22", "topic": "rules", "form": "visit", "hours": typed, "advice": "看账"}
    page = reverse("projects:mentoring_create", args=[project.pk])

    assert browse(town.head).post(page, form).status_code == 403
    browse(town.mentor).post(page, form)

    assert project.mentoring_notes.get(advice="看账").hours == stored
