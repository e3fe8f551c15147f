"""Residents report a problem: for the funder's clerk, never public, answered once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied

from core import clock
from core.models import Attachment
from core.workflow import Refused
from evaluations.actions import grievances, voices
from evaluations.inbox import waiting_for
from evaluations.models import Grievance
from tests import speaking
from tests.mentored import running
from tests.test_files import pdf

VALUES = {
    "kind": "money",
    "text": "奖品少发了。",
    "contact": "张女士",
    "phone": "13900139000",
    "email": "z@example.org",
}


@pytest.fixture
def project(town, life):
    return running(town, life)


@pytest.fixture
def grievance(project):
    return grievances.report(project, sender="a", values=VALUES)


def test_report_reaches_the_clerks_and_nobody_of_the_group(town, grievance):
    assert grievance.number == "JB2026-0001"
    assert town.clerk.notifications.filter(subject__contains="反映问题").count() == 1
    assert town.head.notifications.filter(subject__contains="反映问题").count() == 0


def test_connection_reports_five_times_an_hour(project):
    for _each in range(5):
        grievances.report(project, sender="a", values=VALUES)

    with pytest.raises(Refused):
        grievances.report(project, sender="a", values=VALUES)
    assert grievances.report(project, sender="b", values=VALUES).pk


def test_clerk_answers_once_and_whoever_left_an_address_is_written_to(
    town, grievance, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        grievances.answer_report(grievance, by=town.clerk, finding="内部核查", answer="已补发")

    assert [(sent.to, sent.body) for sent in mail.outbox if sent.to == ["z@example.org"]] == [
        (["z@example.org"], "已补发")
    ]
    with pytest.raises(Refused):
        grievances.answer_report(grievance, by=town.clerk, finding="", answer="再答")


@pytest.mark.parametrize("who", ["head", "mentor", "evaluator", "approver", "auditor", "stranger"])
def test_nobody_else_answers(town, grievance, who):
    with pytest.raises(PermissionDenied):
        grievances.answer_report(grievance, by=town.people[who], finding="", answer="没有这回事")


def test_page_takes_a_report_with_a_photo_and_the_link_shows_the_answer(town, project, browse):
    code = speaking.code(town, project)
    sent = VALUES | {"phone": "", "email": "", "contact": "", "files": pdf("照片.pdf")}

    page = browse().post(f"{code.get_absolute_url()}problem/", sent, follow=True)

    made = Grievance.objects.get()
    assert page.redirect_chain[-1][0] == made.get_follow_url()
    assert Attachment.objects.of(made).count() == 1
    grievances.answer_report(made, by=town.clerk, finding="内部核查", answer="已补发")
    page = browse().get(made.get_follow_url()).content.decode()
    assert ("已补发" in page, "内部核查" in page) == (True, False)


def test_page_keeps_what_was_typed(town, project, browse):
    code = speaking.code(town, project)

    page = browse().post(f"{code.get_absolute_url()}problem/", {"text": "奖品少发了", "phone": "abc"}).content.decode()

    assert "奖品少发了" in page
    assert Grievance.objects.count() == 0


def test_group_mentor_and_clerks_with_a_stake_do_not_see_it(town, grievance, browse):
    address = grievance.get_absolute_url()

    statuses = {who: browse(town.people[who]).get(address).status_code for who in ("clerk", "head", "mentor", "singer")}

    assert statuses == {"clerk": 200, "head": 404, "mentor": 404, "singer": 404}


def test_contact_goes_half_a_year_after_the_answer(town, grievance, time):
    grievances.answer_report(grievance, by=town.clerk, finding="", answer="已补发")
    time.go(clock.now() + timedelta(days=180))
    voices.forget_traces()
    assert Grievance.objects.get().phone == "13900139000"

    time.go(clock.now() + timedelta(minutes=1))
    voices.forget_traces()

    kept = Grievance.objects.get()
    assert (kept.contact, kept.phone, kept.email, kept.sender, kept.answer) == ("", "", "", "", "已补发")


# Whoever left a phone alone


@pytest.fixture
def by_phone(project):
    return grievances.report(project, sender="a", values=VALUES | {"email": ""})


def waits(user) -> bool:
    return any(task.what.startswith("电话告知答复") for task in waiting_for(type(user).objects.get(pk=user.pk)))


def test_a_phone_alone_is_called_and_what_came_of_it_is_written_down(town, by_phone, browse):
    address = by_phone.get_absolute_url()
    assert (waits(town.clerk), "打电话告知反映人" in browse(town.clerk).get(address).text) == (False, False)
    grievances.answer_report(by_phone, by=town.clerk, finding="", answer="已补发")
    assert (waits(town.clerk), waits(town.approver), waits(town.head)) == (True, False, False)

    page = browse(town.clerk).post(address, {"told": "1", "note": ""})
    assert "请填写这一项" in page.text
    browse(town.clerk).post(address, {"told": "1", "note": "已告知，本人满意。"})

    found = Grievance.objects.get()
    assert (found.told_by, found.told_how, waits(town.clerk)) == (town.clerk, "已告知，本人满意。", False)
    assert "已告知，本人满意。" in browse(town.auditor).get(address).text


def test_nobody_is_told_before_there_is_an_answer_and_nobody_twice(town, by_phone):
    with pytest.raises(Refused):
        grievances.tell_by_phone(by_phone, by=town.clerk, note="打过了")
    grievances.answer_report(by_phone, by=town.clerk, finding="", answer="已补发")
    with pytest.raises(PermissionDenied):
        grievances.tell_by_phone(by_phone, by=town.approver, note="打过了")
    grievances.tell_by_phone(by_phone, by=town.clerk, note="三次无人接听")

    with pytest.raises(Refused):
        grievances.tell_by_phone(by_phone, by=town.clerk, note="又打")


def test_whoever_was_written_to_need_not_be_called(town, grievance):
    grievances.answer_report(grievance, by=town.clerk, finding="", answer="已补发")

    assert not waits(town.clerk)


@pytest.mark.parametrize(("left", "said"), [({}, True), ({"contact": "", "phone": "", "email": ""}, False)])
def test_a_contact_that_was_deleted_says_so_and_none_that_was_never_left(town, project, time, browse, left, said):
    made = grievances.report(project, sender="a", values=VALUES | left)
    grievances.answer_report(made, by=town.clerk, finding="", answer="已补发")
    time.go(clock.now() + timedelta(days=181))

    voices.forget_traces()

    found = Grievance.objects.get()
    assert (found.phone, found.sender, found.forgotten_at is not None) == ("", "", said)
    assert ("联系方式已于" in browse(town.clerk).get(found.get_absolute_url()).text) is said
