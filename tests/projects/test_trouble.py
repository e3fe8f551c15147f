"""A project in trouble: warned, answered, called to a talk, and what both sides write down."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock
from core.models import Notification
from core.workflow import Refused
from projects.actions import people, trouble
from projects.inbox import waiting_for
from projects.models import Part, Project, Talk, WarningLetter
from tests.life import draft
from tests.town import aware

WORDS = "四月、五月月报未交，请补交并说明原因。"
UNTIL = date(2026, 7, 10)


def url(name: str, pk: int) -> str:
    return reverse(f"projects:{name}", args=[pk])


@pytest.fixture
def project(town, life) -> Project:
    """Running, with a mentor, on the first of July."""
    project = life.walk(draft(town), "running")
    people.add_participant(project, town.mentor, Part.MENTOR, by=town.clerk, organization=town.support)
    life.day(2026, 7, 1)
    Notification.objects.all().delete()
    return project


@pytest.fixture
def warning(town, project) -> WarningLetter:
    return trouble.warn(project, by=town.clerk, ground="late", words=WORDS, answer_until=UNTIL)


def talk_of(project, by, warning=None, **values) -> Talk:
    given = {"reason": "月报仍未补交", "planned_at": aware(2026, 7, 13, 14), "place": "街道二楼会议室"}
    return trouble.call_to_talk(project, by=by, warning=warning, **(given | values))


def written_down(talk, by, **values) -> Talk:
    given = {
        "present": "陈静\n刘芳",
        "said": "负责人住院，月报无人写。",
        "agreed": "补交三个月月报",
        "agreed_until": date(2026, 7, 20),
    }
    return trouble.record_talk(talk, by=by, **(given | values))


def tasks(user) -> list[str]:
    return [task.what for task in waiting_for(type(user).objects.get(pk=user.pk))]


# -- Warnings --------------------------------------------------------------------------------------


def test_a_warning_reaches_the_group_and_its_mentor_with_a_last_day(town, warning):
    told = set(Notification.objects.values_list("recipient__username", flat=True))

    assert {town.head.username, town.mentor.username} <= told
    assert "2026-07-10" in Notification.objects.get(recipient=town.head).body
    assert "回应预警" in tasks(town.head)


def test_a_form_that_is_refused_names_the_files_to_choose_again(town, warning, browse):
    sent = {
        "answer": "",
        "files": [SimpleUploadedFile("补交月报.pdf", b"%PDF-1.4 1"), SimpleUploadedFile("照片.pdf", b"2")],
    }

    refused = browse(town.head).post(url("warning_detail", warning.pk), sent).content.decode()

    again = "这次没有保存，请重新选择文件（补交月报.pdf、照片.pdf）。"
    assert refused.count(again) == 2  # in the summary, and at the field
    assert "这次没有保存" not in browse(town.head).get(url("warning_detail", warning.pk)).content.decode()


def test_a_form_without_a_file_asks_for_none_again(town, warning, browse):
    refused = browse(town.head).post(url("warning_detail", warning.pk), {"answer": ""}).content.decode()

    assert "请检查以下内容" in refused
    assert "请重新选择文件" not in refused


@pytest.mark.parametrize("username", ["approver", "mentor", "head", "auditor"])
def test_only_a_clerk_of_the_funder_warns(town, project, username):
    with pytest.raises(PermissionDenied):
        trouble.warn(project, by=town.people[username], ground="late", words=WORDS, answer_until=UNTIL)


def test_a_warning_needs_a_day_ahead_and_a_project_under_way(town, life, project):
    with pytest.raises(Refused):
        trouble.warn(project, by=town.clerk, ground="late", words=WORDS, answer_until=date(2026, 6, 30))
    Project.objects.filter(pk=project.pk).update(state="completed")
    with pytest.raises(Refused):
        trouble.warn(project, by=town.clerk, ground="late", words=WORDS, answer_until=UNTIL)


def test_the_group_answers_once_and_the_clerk_lifts_it(town, warning):
    trouble.answer_warning(warning, by=town.head, answer="已补交。")
    with pytest.raises(Refused):
        trouble.answer_warning(warning, by=town.head, answer="再答一次。")
    assert "预警已答复，请处理" in tasks(town.clerk)

    trouble.lift_warning(warning, by=town.clerk, note="材料齐了。")

    warning.refresh_from_db()
    assert (warning.outcome, warning.closing_note) == ("lifted", "材料齐了。")
    assert "预警已答复，请处理" not in tasks(town.clerk)
    with pytest.raises(Refused):
        trouble.lift_warning(warning, by=town.clerk, note="再解除。")


def test_an_answer_and_the_lifting_need_words(town, warning):
    with pytest.raises(Refused):
        trouble.answer_warning(warning, by=town.head, answer=" ")
    with pytest.raises(Refused):
        trouble.lift_warning(warning, by=town.clerk, note=" ")

    warning.refresh_from_db()
    assert (warning.answer, warning.outcome) == ("", "")


def test_a_mentor_neither_answers_nor_lifts(town, warning):
    with pytest.raises(PermissionDenied):
        trouble.answer_warning(warning, by=town.mentor, answer="我替他们答。")
    with pytest.raises(PermissionDenied):
        trouble.lift_warning(warning, by=town.mentor, note="算了。")


def test_silence_is_told_to_the_clerk(town, life, warning):
    life.day(2026, 7, 13)

    assert "预警逾期未答复，请处理" in tasks(town.clerk)
    assert WarningLetter.objects.get().is_overdue


# -- Talks -----------------------------------------------------------------------------------------


def test_a_talk_closes_the_warning_it_comes_from(town, project, warning):
    talk = talk_of(project, town.clerk, warning)

    warning.refresh_from_db()
    assert (warning.outcome, talk.warning) == ("talk", warning)
    assert "参加约谈" in tasks(town.head)


def test_a_talk_lies_ahead_and_is_written_down_afterwards(town, life, project):
    with pytest.raises(Refused):
        talk_of(project, town.clerk, planned_at=clock.now() - timedelta(hours=1))
    talk = talk_of(project, town.clerk)
    with pytest.raises(Refused):
        written_down(talk, town.clerk)

    life.day(2026, 7, 14)

    assert "记录约谈" in tasks(town.clerk)
    assert written_down(talk, town.clerk).is_recorded


def test_a_talk_can_be_moved_until_it_is_written_down(town, life, project):
    talk = talk_of(project, town.clerk)

    moved = trouble.move_talk(talk, by=town.clerk, planned_at=aware(2026, 7, 15, 9), place="社区活动室")
    assert (moved.day, moved.place) == (date(2026, 7, 15), "社区活动室")

    life.day(2026, 7, 16)
    written_down(talk, town.clerk)
    with pytest.raises(Refused):
        trouble.move_talk(talk, by=town.clerk, planned_at=aware(2026, 7, 20, 9), place="街道")


@pytest.mark.parametrize("values", [{"agreed": ""}, {"agreed_until": None}], ids=["nothing to do", "no day"])
def test_what_is_agreed_needs_its_day_and_a_day_its_work(town, life, project, values):
    talk = talk_of(project, town.clerk)
    life.day(2026, 7, 14)

    with pytest.raises(Refused):
        written_down(talk, town.clerk, **values)


def test_the_head_confirms_the_record_and_then_it_stays(town, life, project):
    talk = talk_of(project, town.clerk)
    life.day(2026, 7, 14)
    written_down(talk, town.clerk, said="第一稿")
    written_down(talk, town.clerk)
    with pytest.raises(PermissionDenied):
        trouble.confirm_talk(talk, by=town.volunteer)

    trouble.confirm_talk(talk, by=town.head, remark="住院的是副队长。")

    talk.refresh_from_db()
    assert (talk.confirmed_by, talk.remark) == (town.head, "住院的是副队长。")
    with pytest.raises(Refused):
        written_down(talk, town.clerk)


def test_what_was_agreed_comes_back_to_the_clerk_on_its_day(town, life, project):
    talk = talk_of(project, town.clerk)
    life.day(2026, 7, 14)
    written_down(talk, town.clerk)
    assert "填写约谈结果" not in tasks(town.clerk)

    life.day(2026, 7, 20)
    assert "填写约谈结果" in tasks(town.clerk)
    trouble.close_talk(talk, by=town.clerk, note="已补交，恢复正常。")

    assert "填写约谈结果" not in tasks(town.clerk)


# -- Pages -----------------------------------------------------------------------------------------


def test_from_the_warning_to_the_end_through_the_pages(town, life, project, browse):
    clerk, head = browse(town.clerk), browse(town.head)
    sent = {"ground": "late", "words": WORDS, "answer_until": "2026-07-10"}
    page = clerk.post(url("warning_create", project.pk), sent).url
    assert WORDS in head.get(page).content.decode()
    head.post(page, {"answer": "负责人住院。"})
    talk = clerk.post(
        url("talk_create", project.pk) + f"?warning={WarningLetter.objects.get().pk}",
        {"reason": "当面谈", "planned_at": "2026-07-13T14:00", "place": "街道"},
    ).url
    life.day(2026, 7, 14)
    clerk.post(
        url("talk_record", Talk.objects.get().pk),
        {"present": "陈静", "said": "说清了。", "agreed": "补交", "agreed_until": "2026-07-20"},
    )
    head.post(talk, {"remark": ""})
    clerk.post(talk, {"note": "已补交。", "close": "1"})

    assert "已补交。" in head.get(talk).content.decode()
    assert Talk.objects.get().confirmed_by == town.head
    card = head.get(project.get_absolute_url()).content.decode()
    assert "预警与约谈" in card


def test_what_was_typed_comes_back(town, project, browse):
    page = url("warning_create", project.pk)

    response = browse(town.clerk).post(page, {"ground": "late", "words": WORDS, "answer_until": "2026-06-01"})

    assert response.status_code == 200
    assert WORDS in response.content.decode()
    assert not WarningLetter.objects.exists()


@pytest.mark.parametrize(
    ("page", "name", "typed"),
    [
        ("warning_create", "answer_until", "2062-07-10"),
        ("warning_create", "answer_until", "9999-12-31"),
        ("talk_create", "planned_at", "2062-07-13T14:00"),
    ],
)
def test_a_day_more_than_a_year_ahead_is_a_mistyped_year(town, project, browse, page, name, typed):
    sent = {"ground": "late", "words": WORDS, "reason": "当面谈", "place": "街道"}

    response = browse(town.clerk).post(url(page, project.pk), sent | {name: typed})

    assert list(response.context["form"].errors) == [name]
    assert not WarningLetter.objects.exists()
    assert not Talk.objects.exists()
    assert browse(town.clerk).post(url(page, project.pk), sent | {name: typed.replace(typed[:4], "2026")}).url


@pytest.mark.parametrize(("name", "words"), [("suspend", "不申请、不拨付"), ("terminate", "此操作不能撤回")])
def test_the_page_of_a_hard_step_says_what_follows(town, project, browse, name, words):
    person = town.clerk if name == "suspend" else town.approver

    page = browse(person).get(reverse("projects:project_step", args=[project.pk, name])).content.decode()

    assert words in page


def test_strangers_find_nothing(town, warning, browse):
    assert browse(town.stranger).get(warning.get_absolute_url()).status_code == 404
    assert browse(town.expert1).get(warning.get_absolute_url()).status_code == 404
    assert browse(town.mentor).get(warning.get_absolute_url()).status_code == 200
