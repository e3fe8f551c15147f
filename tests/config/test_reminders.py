"""Reminders by workdays: three before, on the day, when it is overdue; and others are told when nobody acts."""

from datetime import date, datetime

import pytest
from django.core.management import call_command

from config.reminders import remind
from core.models import Duty, Notification
from evaluations.actions import panel
from projects.models import Project
from tests.life import draft
from tests.town import aware

pytestmark = pytest.mark.one_database

DUE = date(2026, 6, 10)
"""A Wednesday; the Thursday before is 4 June."""


@pytest.fixture
def sheet(town, life):
    """An expert has to score by the 10th of June."""
    project = life.walk(draft(town), "eligible")
    assignment = panel.assign(project, town.expert1, by=town.clerk, due_on=DUE)
    project = life.walk(project, "in_review")
    Notification.objects.all().delete()
    return assignment


def morning(time, day: date, hour: int = 8) -> int:
    """It is eight o'clock on that day, and the clock strikes."""
    time.go(aware(day.year, day.month, day.day, hour))
    return remind()


def said_to(person) -> list[str]:
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 6, 4), []),
        (date(2026, 6, 5), ["提醒：1件三个工作日内到期"]),  # Friday: Monday, Tuesday, Wednesday are left
        (date(2026, 6, 8), []),
        (date(2026, 6, 10), ["提醒：1件最迟今天办"]),
        (date(2026, 6, 11), ["提醒：1件已过期"]),
        (date(2026, 6, 12), []),
    ],
)
def test_who_has_something_due_is_reminded(town, time, sheet, day, said):
    morning(time, day)

    assert said_to(town.expert1) == said


def test_several_things_are_one_message_with_their_days(town, time):
    for title, due_on in (("第一个项目", DUE), ("第二个项目", date(2026, 6, 9))):
        project = draft(town, title=title)
        Project.objects.filter(pk=project.pk).update(state="returned", due_on=due_on)

    morning(time, DUE)

    message = Notification.objects.get(recipient=town.head)
    assert message.subject == "提醒：1件最迟今天办、1件已过期"
    assert "第二个项目" in message.body
    assert message.body.count("2026-06-") == 2
    assert message.url == "/todo/"


def test_it_is_said_once_a_day_however_often_the_clock_strikes(town, time, sheet):
    assert morning(time, DUE) > 0
    assert remind() == 0
    Duty.objects.update(done_on=None)  # the process died before it had written down that it was done
    remind()

    assert len(said_to(town.expert1)) == 1


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 6, 10, 7, 59), datetime(2026, 6, 7, 9, 0), datetime(2026, 10, 1, 9, 0)],
    ids=["too early", "a Sunday", "a holiday"],
)
def test_nobody_is_reminded_before_eight_or_on_a_day_off(town, time, sheet, moment):
    time.go(aware(*moment.timetuple()[:5]))

    assert remind() == 0
    assert Duty.objects.get().done_on is None


def test_what_is_due_on_a_weekend_is_said_on_the_last_workday_before(town, time, sheet):
    sheet.due_on = date(2026, 6, 13)  # a Saturday
    sheet.save()

    morning(time, date(2026, 6, 12))

    assert said_to(town.expert1) == ["提醒：1件最迟今天办"]


def test_what_stays_undone_for_three_workdays_is_told_to_the_clerks(town, time, sheet):
    morning(time, date(2026, 6, 12))
    assert [said for said in said_to(town.clerk) if "逾期" in said] == []

    morning(time, date(2026, 6, 15))

    assert [said for said in said_to(town.clerk) if "逾期" in said] == ["1件事长时间逾期"]
    assert [said for said in said_to(town.approver) if "逾期" in said] == []


def test_what_the_funder_leaves_undone_is_told_to_its_approvers(town, time, life):
    project = life.walk(draft(town), "submitted")
    Project.objects.filter(pk=project.pk).update(due_on=DUE)
    Notification.objects.all().delete()

    morning(time, date(2026, 6, 15))

    assert [said for said in said_to(town.approver) if "逾期" in said] == ["2件事长时间逾期"]  # papers and budget
    assert [said for said in said_to(town.head) if "逾期" in said] == []


def test_the_clock_strikes_for_reminders_too(town, time, sheet, capsys):
    time.go(aware(2026, 6, 10, 8))

    call_command("tick")

    assert "remind: " in capsys.readouterr().out
    assert said_to(town.expert1) == ["提醒：1件最迟今天办"]
