"""Words are looked at before others read them; odd answers are left out by people only; the group answers once."""

import pytest
from django.core.exceptions import PermissionDenied

from config.reminders import tasks_of
from core import clock
from core.models import Event
from core.workflow import Refused
from evaluations.actions import moderating
from evaluations.models import Grievance, Voice
from evaluations.satisfaction import satisfaction_of
from projects.models import Project
from tests import speaking
from tests.life import draft
from tests.mentored import running
from tests.records import planned
from tests.speaking import say

TEXT = "何小燕讲得好，电话13800138008。"


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def code(town, project):
    return speaking.code(town, project)


@pytest.fixture
def words(code):
    return say(code, text=TEXT)


@pytest.mark.parametrize("who", ["clerk", "mentor"])
def test_clerk_and_mentor_show_words_with_names_and_phones_masked(town, words, who):
    shown = moderating.show(words, by=town.people[who], names=["何小燕"])

    assert (shown.state, shown.shown_text, shown.text) == ("shown", "何**讲得好，电话138****8008。", TEXT)
    assert town.head.notifications.filter(subject__contains="居民的评价已公开").count() == 1


@pytest.mark.parametrize("who", ["head", "volunteer", "hosthead", "approver", "auditor", "stranger", "admin"])
def test_nobody_else_decides_on_words(town, words, who):
    with pytest.raises(PermissionDenied):
        moderating.show(words, by=town.people[who])
    with pytest.raises(PermissionDenied):
        moderating.hide(words, by=town.people[who], why="insult", note="骂人")


def test_words_are_not_shown_for_a_kind_of_reason_in_words_and_count_all_the_same(town, words):
    with pytest.raises(Refused):
        moderating.hide(words, by=town.clerk, why=Voice.Why.PERSONAL, note=" ")

    hidden = moderating.hide(words, by=town.clerk, why=Voice.Why.PERSONAL, note="写了电话")

    assert (hidden.state, hidden.hidden_for, hidden.text, hidden.shown_text) == ("hidden", "personal", TEXT, "")
    assert satisfaction_of(words.project).n == 1
    assert Event.objects.about(words).last().note == "写了电话"


def test_decision_on_words_can_be_changed_and_both_stay_in_the_log(town, words):
    moderating.hide(words, by=town.clerk, why=Voice.Why.OFF_TOPIC, note="看错了")

    assert moderating.show(words, by=town.clerk).state == "shown"
    assert list(Event.objects.about(words).values_list("name", flat=True)) == ["hide", "show"]


def test_words_that_were_not_meant_for_the_public_are_never_shown(town, code):
    inside = say(code, text="只给你们看", inside=True)

    with pytest.raises(Refused):
        moderating.show(inside, by=town.clerk)


def test_charge_is_looked_into_as_a_report(town, words):
    moderating.hide(words, by=town.mentor, why=Voice.Why.CHARGE, note="涉及指控")

    assert Grievance.objects.get().text == TEXT
    assert "答复居民反映" in " ".join(task.what for task in tasks_of(town.clerk))
    assert "答复居民反映" not in " ".join(task.what for task in tasks_of(town.mentor))


def test_group_answers_shown_words_once(town, words):
    with pytest.raises(PermissionDenied):
        moderating.answer(words, by=town.head, text="谢谢")
    shown = moderating.show(words, by=town.clerk)

    answered = moderating.answer(shown, by=town.head, text="谢谢，请打13900139000")

    assert answered.reply == "谢谢，请打139****9000"
    with pytest.raises(PermissionDenied):
        moderating.answer(answered, by=town.head, text="再说一句")


@pytest.mark.parametrize("who", ["clerk", "mentor", "hosthead", "stranger"])
def test_others_do_not_answer_for_the_group(town, words, who):
    shown = moderating.show(words, by=town.clerk)

    with pytest.raises(PermissionDenied):
        moderating.answer(shown, by=town.people[who], text="谢谢")


def test_everybody_reads_what_is_shown_and_nothing_else(town, code, words, browse):
    hidden = say(code, text="骂人的话骂人的话")
    moderating.hide(hidden, by=town.clerk, why="insult", note="骂人")
    say(code, text="还没有人看过")
    public = f"/residents/{code.project_id}/"
    assert "讲得好" not in browse().get(public).content.decode()

    moderating.answer(moderating.show(words, by=town.clerk, names=["何小燕"]), by=town.head, text="谢谢鼓励")

    page = browse().get(public).content.decode()
    assert ("讲得好" in page, "谢谢鼓励" in page) == (True, True)
    assert [text for text in ("何小燕", "13800138008", "骂人", "还没有人看过") if text in page] == []


def test_words_stand_on_the_pages_of_the_activity_and_of_the_completed_project(town, project, code, words, browse):
    activity = planned(town, project)
    moderating.show(say(speaking.code(town, project, activity=activity), text="粽子好吃极了"), by=town.clerk)
    moderating.show(words, by=town.clerk)

    page = browse().get(f"/happening/{activity.pk}/").content.decode()
    assert ("粽子好吃极了" in page, "讲得好" in page, "我要评价" in page) == (True, False, True)

    Project.objects.filter(pk=project.pk).update(state="completed")
    page = browse().get(f"/showcase/{project.pk}/").content.decode()
    assert ("粽子好吃极了" in page, "讲得好" in page) == (True, True)


def test_group_reads_only_what_is_shown(town, code, words, browse):
    page = browse(town.head).get(f"/projects/{code.project_id}/voices/").content.decode()

    assert "讲得好" not in page
    assert browse(town.head).get(words.get_absolute_url()).status_code == 403
    assert browse(town.mentor).get(words.get_absolute_url()).status_code == 200
    moderating.show(words, by=town.clerk, names=["何小燕"])
    page = browse(town.head).get(words.get_absolute_url()).content.decode()
    assert ("何**讲得好" in page, "13800138008" in page) == (True, False)


def test_words_wait_for_clerk_and_mentor_in_what_is_to_do(town, words):
    assert "有1条居民意见待审核" in [task.what for task in tasks_of(town.clerk)]
    assert "有1条居民意见待审核" in [task.what for task in tasks_of(town.mentor)]
    assert [task.what for task in tasks_of(town.head) if "居民意见" in task.what] == []


# -- odd answers ---------------------------------------------------------------------------------


@pytest.fixture
def odd(code):
    return [say(code, sender="a") for _each in range(8)]


def test_odd_answers_wait_for_the_clerk_until_somebody_has_looked(town, code, odd):
    assert "有8条异常评价待查看" in [task.what for task in tasks_of(town.clerk)]

    assert moderating.look(code.project, by=town.clerk, voices=odd[:5]) == 5
    assert "有3条异常评价待查看" in [task.what for task in tasks_of(town.clerk)]
    assert satisfaction_of(code.project).n == 8


def test_odd_answers_are_left_out_with_a_reason_and_taken_in_again(town, code, odd):
    with pytest.raises(Refused, match="为什么不计入"):
        moderating.leave_out(code.project, by=town.clerk, voices=odd, reason=" ")
    moderating.leave_out(code.project, by=town.clerk, voices=odd, reason="试填")
    assert satisfaction_of(code.project).n == 0

    one = Voice.objects.get(pk=odd[0].pk)
    with pytest.raises(Refused, match="为什么重新计入"):
        moderating.take_in(one, by=town.clerk, reason="")
    moderating.take_in(one, by=town.clerk, reason="确有其人")

    assert satisfaction_of(code.project).n == 1
    assert list(Event.objects.about(one).values_list("name", "note")) == [
        ("leave_out", "试填"),
        ("take_in", "确有其人"),
    ]


@pytest.mark.parametrize("who", ["head", "mentor", "approver", "hosthead", "stranger"])
def test_nobody_but_the_clerk_leaves_answers_out(town, code, odd, who):
    with pytest.raises(PermissionDenied):
        moderating.leave_out(code.project, by=town.people[who], voices=odd, reason="不喜欢")
    assert satisfaction_of(code.project).n == 8


@pytest.fixture
def other(town):
    made = draft(town, title="别的项目")
    Project.objects.filter(pk=made.pk).update(state="running", submitted_at=clock.now())
    return Project.objects.get(pk=made.pk)


def test_answers_of_another_project_are_not_touched(town, other, code, odd):
    with pytest.raises(Refused):
        moderating.leave_out(other, by=town.clerk, voices=odd, reason="试填")
    assert satisfaction_of(code.project).n == 8


def test_page_keeps_the_reason_that_was_typed_when_nothing_is_chosen(town, code, odd, browse):
    page = browse(town.clerk).post(f"/projects/{code.project_id}/voices/", {"reason": "工作人员试填", "leave_out": ""})

    assert "工作人员试填" in page.content.decode()
    assert satisfaction_of(code.project).n == 8


def test_page_leaves_out_what_was_chosen(town, code, odd, browse):
    chosen = {"voices": [voice.pk for voice in odd[:2]], "reason": "试填", "leave_out": ""}

    browse(town.clerk).post(f"/projects/{code.project_id}/voices/", chosen)

    assert satisfaction_of(code.project).n == 6


def test_words_that_accuse_are_taken_up_once_however_often_it_is_decided_on_them(town, words):
    moderating.hide(words, by=town.clerk, why=Voice.Why.CHARGE, note="指控")
    moderating.show(Voice.objects.get(pk=words.pk), by=town.clerk)
    moderating.hide(Voice.objects.get(pk=words.pk), by=town.mentor, why=Voice.Why.CHARGE, note="还是指控")

    assert Grievance.objects.get().voice == words
    assert town.clerk.notifications.filter(subject__contains="反映问题").count() == 1


def test_the_mentor_reads_who_decides_on_odd_answers_and_the_clerk_has_the_button(town, odd, browse):
    address = f"/projects/{odd[0].project_id}/voices/"

    mentor, clerk = (browse(user).get(address).content.decode() for user in (town.mentor, town.clerk))

    assert ("由柳溪镇人民政府的经办人决定" in mentor, 'name="leave_out"' in mentor) == (True, False)
    assert ("由柳溪镇人民政府的经办人决定" in clerk, 'name="leave_out"' in clerk) == (False, True)
