"""What lasts: asked 6, 12 and 24 months after the end, answered by link or by call, counted with its denominators."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from config.management.commands.tick import DUTIES
from core import clock
from core.workflow import Refused
from people.models import Organization
from projects.actions import follow_ups, people
from projects.follow_up_link import new_code
from projects.inbox import waiting_for
from projects.lasting import lasting
from projects.models import FollowUp, Project
from projects.survival import Fate, fate, survival
from tests.life import draft
from tests.memory import remembered

SEEN = {"how": "phone", "form": "regular", "note": "每周二照常"}


@remembered
def completed(town, life) -> Project:
    """A project of the centre that was completed in March 2027; its mentor is 高明."""
    project = life.walk(draft(town), "approved")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return life.walk(project, "completed")


def later(time, project: Project, months: int, days: int = 0) -> None:
    """So long after its completion, at nine in the morning."""
    due = follow_ups.months_after(clock.localdate(project.state_since), months)
    time.go(datetime.combine(date.fromordinal(due.toordinal() + days), datetime.min.time()).replace(hour=9))


def asked_after(time, project: Project, months: int = 6) -> FollowUp:
    later(time, project, months)
    follow_ups.follow_up_by_clock()
    return FollowUp.objects.get(project=project, months=months)


def answer(**changes) -> dict:
    return {
        "form": "same",
        "people": "30",
        "money": ["members"],
        "needs": "",
        "note": "",
        "answered_by": "刘芳",
    } | changes


# Asked by the clock


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (date(2027, 3, 10), 6, date(2027, 9, 10)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2027, 12, 31), 12, date(2028, 12, 31)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2027, 3, 31), -24, date(2025, 3, 31)),
    ],
)
def test_so_many_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, due):
    assert follow_ups.months_after(day, months) == due


def test_the_group_is_asked_on_each_of_three_days_once(town, life, time, django_capture_on_commit_callbacks):
    project = completed(town, life)
    Organization.objects.filter(pk=town.centre.pk).update(email="liuxi@example.org")
    later(time, project, 6, days=-1)
    assert follow_ups.follow_up_by_clock() == 0

    with django_capture_on_commit_callbacks(execute=True):
        asked = asked_after(time, project)
    assert follow_ups.follow_up_by_clock() == 0
    for months in (12, 24):
        asked_after(time, project, months)

    assert follow_ups.follow_up_by_clock in DUTIES
    assert sorted(FollowUp.objects.values_list("months", flat=True)) == [6, 12, 24]
    [sent] = [one for one in mail.outbox if one.to == ["liuxi@example.org"]]
    assert new_code(asked) in sent.body
    assert new_code(asked) in town.head.notifications.order_by("pk").filter(subject__contains="回访").first().url


def test_who_is_not_completed_or_was_so_long_ago_is_not_asked(town, life, time):
    project = completed(town, life)
    later(time, project, 24, days=70)

    assert follow_ups.follow_up_by_clock() == 0
    Project.objects.filter(pk=project.pk).update(state="terminated")
    later(time, project, 24, days=71)
    assert follow_ups.follow_up_by_clock() == 0
    assert not FollowUp.objects.exists()


def test_who_is_silent_is_reminded_twice_and_then_mentor_and_clerk_are_asked_to_call(town, life, time):
    project = completed(town, life)
    asked = asked_after(time, project)
    heard = town.head.notifications.count()

    done = []
    for days in (9, 10, 11, 20, 30, 31, 32):
        later(time, project, 6, days=days)
        done.append(follow_ups.follow_up_by_clock())

    asked.refresh_from_db()
    assert done == [0, 1, 0, 1, 0, 1, 0]
    assert town.head.notifications.count() == heard + 2
    assert asked.is_overdue
    for person in (town.mentor, town.clerk):
        assert [
            task for task in waiting_for(person) if task.url == reverse("projects:follow_up_detail", args=[asked.pk])
        ]
    assert not [task for task in waiting_for(town.approver) if "follow-ups" in task.url]


def test_who_was_seen_otherwise_is_not_called_again(town, life, time):
    project = completed(town, life)
    asked = asked_after(time, project)
    later(time, project, 6, days=31)
    assert list(FollowUp.objects.silent()) == [asked]

    follow_ups.look_back(project, by=town.mentor, values=SEEN | {"seen_on": clock.today()})

    assert not FollowUp.objects.silent().exists()
    assert lasting([town.call])[0].figures.active == 1


# Answered


def test_the_group_answers_without_an_account_once(town, life, time, browse):
    asked = asked_after(time, completed(town, life))
    client, address = browse(), reverse("projects:follow_up_answer", args=[new_code(asked)])

    wrong = client.post(address, answer(people="很多", answered_by=""))
    assert set(wrong.context["form"].errors) == {"people", "answered_by"}
    assert "很多" in wrong.content.decode()
    client.post(address, answer(needs="活动室钥匙"))
    client.post(address, answer(form="stopped"))

    asked.refresh_from_db()
    assert (asked.form, asked.still_active, asked.people, asked.money, asked.how) == (
        "same", True, 30, ["members"], "link",
    )  # fmt: skip
    assert "活动室钥匙" in town.clerk.notifications.latest("pk").body
    assert "感谢" in client.get(address).content.decode()


@pytest.mark.parametrize("code", ["x", "eyJ9", "a:b:c", "投"])
def test_a_code_that_is_not_ours_opens_nothing(town, browse, code):
    assert browse().get(reverse("projects:follow_up_answer", args=[code])).status_code == 404


def test_a_link_ends_with_its_days_and_with_a_new_one(town, life, time, browse):
    project = completed(town, life)
    asked = asked_after(time, project)
    old = new_code(asked)

    follow_ups.send_again(asked, by=town.clerk)

    asked.refresh_from_db()
    assert browse().get(reverse("projects:follow_up_answer", args=[old])).status_code == 404
    later(time, project, 6, days=91)
    with pytest.raises(Refused):
        follow_ups.answer_by_link(asked, values={"form": "same", "answered_by": "刘芳"})
    with pytest.raises(PermissionDenied):
        follow_ups.send_again(asked, by=town.head)


def test_a_program_that_fills_in_everything_answers_nothing(town, life, time, browse):
    asked = asked_after(time, completed(town, life))

    browse().post(reverse("projects:follow_up_answer", args=[new_code(asked)]), answer(website="http://x"))

    assert not FollowUp.objects.answered().exists()


@pytest.mark.parametrize(
    "changes", [{"money": ["none", "fees"]}, {"money": ["gold"]}, {"form": "?"}, {"people": "-1"}, {"people": "9" * 30}]
)
def test_rubbish_is_said_at_its_field(town, life, time, browse, changes):
    asked = asked_after(time, completed(town, life))

    page = browse().post(reverse("projects:follow_up_answer", args=[new_code(asked)]), answer(**changes))

    assert set(page.context["form"].errors) == set(changes)
    assert not FollowUp.objects.answered().exists()


def test_what_has_stopped_has_no_people_and_no_money(town, life, time, browse):
    asked = asked_after(time, completed(town, life))
    address = reverse("projects:follow_up_answer", args=[new_code(asked)])

    page = browse().post(address, answer(form="stopped", people="30", money=["fees"]))

    assert set(page.context["form"].errors) == {"people", "money"}
    assert not FollowUp.objects.answered().exists()

    browse().post(address, answer(form="stopped", people="", money=["none"]))

    assert FollowUp.objects.answered().get().still_active is False


def test_mentor_and_clerk_write_down_what_they_heard_marked_as_such(town, life, time, browse):
    asked = asked_after(time, completed(town, life))
    sent = answer(how="visit", seen_on=clock.today().isoformat(), note="门口挂着排班表")
    for somebody in (town.head, town.stranger, town.finance):
        page = reverse("projects:follow_up_detail", args=[asked.pk])
        assert browse(somebody).post(page, sent).status_code in (403, 404)

    browse(town.mentor).post(reverse("projects:follow_up_detail", args=[asked.pk]), sent)

    asked.refresh_from_db()
    assert (asked.how, asked.by, asked.still_active) == ("visit", town.mentor, True)
    with pytest.raises(Refused):
        follow_ups.write_down(asked, by=town.clerk, values=SEEN | {"seen_on": clock.today()})


@pytest.mark.parametrize("changes", [{"how": "link"}, {"seen_on": date(2030, 1, 1)}, {"seen_on": date(2026, 1, 1)}])
def test_what_cannot_have_been_seen_is_not_written_down(town, life, changes):
    project = completed(town, life)
    values = SEEN | {"seen_on": clock.today()} | changes

    with pytest.raises(Refused):
        follow_ups.look_back(project, by=town.clerk, values=values)
    with pytest.raises(PermissionDenied):
        follow_ups.look_back(project, by=town.auditor, values=SEEN | {"seen_on": clock.today()})


def test_the_database_keeps_an_answer_whole(town, life):
    project = completed(town, life)

    for broken in ({"form": "stopped", "still_active": True}, {"form": "same", "still_active": None}, {"how": ""}):
        values = {"seen_on": clock.today(), "how": "link", "form": "same", "still_active": True} | broken
        with pytest.raises(IntegrityError), transaction.atomic():
            FollowUp.objects.create(project=project, **values)


# Counted


@pytest.mark.parametrize(
    ("terminated", "seen", "overdue", "found"),
    [
        (True, True, False, Fate.TERMINATED),
        (False, True, False, Fate.ACTIVE),
        (False, False, True, Fate.STOPPED),
        (False, True, True, Fate.SILENT),
        (False, None, True, Fate.SILENT),
        (False, None, False, Fate.NOT_ASKED),
    ],
)
def test_what_is_known_of_a_project(terminated, seen, overdue, found):
    assert fate(is_terminated=terminated, last_seen_active=seen, is_overdue=overdue) == found


def test_the_rates_by_hand():
    """Nine funded, one under way: of the eight that ended five go on, 5 ÷ 8 = 62.5 %. One is silent: of the seven of
    which something is known five go on, 5 ÷ 7 = 71.428… % = 71.4 %."""
    found = survival([Fate.ACTIVE] * 5 + [Fate.STOPPED, Fate.TERMINATED, Fate.SILENT], under_way=1)

    assert (found.funded, found.ended, found.known, found.unknown) == (9, 8, 7, 1)
    assert (found.rate, found.rate_of_known) == (Decimal("62.5"), Decimal("71.4"))
    assert survival([], under_way=3).rate is None
    assert survival([Fate.SILENT], under_way=0).rate_of_known is None


def test_silence_counts_as_not_known_and_an_answer_as_what_it_says(town, life, time):
    project = completed(town, life)
    [line] = lasting([town.call])
    assert (line.figures.not_asked, line.figures.rate) == (1, None)
    asked = asked_after(time, project)
    later(time, project, 6, days=31)
    [line] = lasting([town.call])
    assert (line.figures.silent, line.figures.stopped, line.figures.rate_of_known) == (1, 0, None)

    follow_ups.write_down(asked, by=town.clerk, values=SEEN | {"seen_on": clock.today()})

    [line] = lasting([town.call])
    assert (line.figures.active, line.forms) == (1, {"regular": 1})
    assert [(one.months, one.asked, one.active) for one in line.rounds] == [(6, 1, 1), (12, 0, 0), (24, 0, 0)]


def test_the_page_and_the_workbook_say_the_same_to_the_funder_only(town, life, time, browse):
    project = completed(town, life)
    follow_ups.look_back(project, by=town.clerk, values=SEEN | {"seen_on": clock.today()})

    page = browse(town.auditor).get(reverse("projects:survival")).content.decode()
    table = browse(town.auditor).get(reverse("reports:survival"))
    book = openpyxl.load_workbook(BytesIO(b"".join(table.streaming_content)))

    assert "已结束的1个立项项目中，1个仍在开展" in page
    heads, row = list(book["坚持率"].values)
    assert dict(zip(heads, row, strict=True))["仍在开展"] == 1
    for somebody in (town.head, town.mentor, town.stranger):
        assert browse(somebody).get(reverse("projects:survival")).status_code == 403


def test_the_page_costs_the_same_for_one_and_for_many(town, life, django_assert_num_queries):
    project = completed(town, life)
    with django_assert_num_queries(2):
        lasting([town.call])
    for number in range(5):
        FollowUp.objects.create(
            project=project, seen_on=clock.today(), how="phone", form="same", still_active=True, by=town.clerk,
            note=str(number),
        )  # fmt: skip
    with django_assert_num_queries(2):
        lasting([town.call])
