"""Activities by the day: the month, the feed for a phone, what residents read, and the clerk's export."""

from datetime import date, datetime
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from icalendar import Calendar
from openpyxl import load_workbook

from people.models import Membership
from projects import month_entries
from projects.actions import activities, calendars, delivery, people
from projects.models import Project
from projects.month import Month, month_of
from tests.life import draft
from tests.records import WHOLE, planned
from tests.town import aware


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def running(town, life):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


# -- the month -----------------------------------------------------------------------------------------


def test_a_month_is_whole_weeks_with_each_entry_on_its_day():
    weeks = Month(2026, 6).weeks([(date(2026, 6, 19), "粽子"), (date(2026, 6, 19), "义诊")], date(2026, 6, 20))

    days = [day for week in weeks for day in week]
    assert (len(weeks), days[0].date, days[-1].date) == (5, date(2026, 6, 1), date(2026, 7, 5))
    assert [day.entries for day in days if day.entries] == [["粽子", "义诊"]]
    assert [day.date for day in days if day.is_today] == [date(2026, 6, 20)]
    assert (Month(2026, 1).before, Month(2026, 12).after) == (Month(2025, 12), Month(2027, 1))


@pytest.mark.parametrize("text", ["", "2026-13", "2026-1", "x", "20260-01", "1999-01"])
def test_a_month_that_there_is_not_is_this_one(text):
    assert month_of(text, date(2026, 6, 20)) == Month(2026, 6)


def test_the_month_shows_what_the_person_sees_and_nothing_of_others(town, running, browse):
    planned(town, running)

    def shown(person):
        return "端午包粽子" in browse(person).get(url("calendar") + "?month=2026-06").content.decode()

    assert [shown(person) for person in (town.head, town.mentor, town.clerk)] == [True, True, True]
    assert [shown(person) for person in (town.singer, town.stranger)] == [False, False]


def test_from_one_project_one_comes_back_to_all_and_an_empty_month_says_so(town, running, browse):
    planned(town, running)
    of_one = browse(town.clerk).get(url("calendar") + f"?month=2026-06&project={running.pk}").content.decode()
    empty = browse(town.clerk).get(url("calendar") + "?month=2027-01").content.decode()

    assert f'<option value="{running.pk}" selected>' in of_one
    assert '<option value="">' in of_one
    assert ("本月没有" in of_one, "本月没有" in empty) == (False, True)


def test_a_full_day_shows_the_first_and_says_how_many_follow(town, running, browse, monkeypatch):
    monkeypatch.setattr(month_entries, "MOST_A_DAY", 1)
    for theme in ("端午包粽子", "端午义诊", "端午游园"):
        planned(town, running, theme=theme)
    planned(town, running, theme="别的日子", starts_at=aware(2026, 6, 20, 14), ends_at=aware(2026, 6, 20, 16))

    def shown(asked: str) -> list[bool]:
        page = browse(town.clerk).get(url("calendar") + f"?month=2026-06{asked}").content.decode()
        return [word in page for word in ("端午包粽子", "端午义诊", "端午游园", "别的日子", "还有2项")]

    assert shown("") == [True, False, False, True, True]
    assert shown("&day=19") == [True, True, True, True, False]
    assert shown("&day=31") == shown("&day=x") == shown("")


# -- the feed ------------------------------------------------------------------------------------------


def entries(client, feed) -> dict[str, object]:
    answer = client.get(url("calendar_feed", feed.token))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(entry["SUMMARY"]): entry for entry in Calendar.from_ical(answer.content).walk("VEVENT")}


def test_a_phone_reads_activities_and_milestones_without_an_account(town, running, browse):
    planned(town, running)
    activities.plan_activity(running, by=town.head, values=WHOLE | {"theme": "草稿"})
    due = {"name": "完成建档", "due_on": date(2026, 8, 31), "proof": ""}
    delivery.add_milestone(running, by=town.head, values=due)

    found = entries(browse(), calendars.make_link(by=town.mentor))

    assert sorted(found) == ["◆ 完成建档", "端午包粽子"]
    entry = found["端午包粽子"]
    assert (entry.decoded("DTSTART"), str(entry["LOCATION"])) == (aware(2026, 6, 19, 14), "社区活动室")
    assert (str(entry["STATUS"]), entry["SEQUENCE"]) == ("CONFIRMED", 1)
    assert found["◆ 完成建档"].decoded("DTSTART") == date(2026, 8, 31)


def test_a_cancelled_activity_stays_and_says_so_with_a_higher_number(town, running, browse):
    activity = planned(town, running)
    feed = calendars.make_link(by=town.head, project=running)
    before = entries(browse(), feed)["端午包粽子"]
    activities.cancel(activity, by=town.head, reason="大风预警")

    after = entries(browse(), feed)["端午包粽子"]

    assert (str(after["STATUS"]), after["SEQUENCE"] > before["SEQUENCE"]) == ("CANCELLED", True)
    assert after["UID"] == before["UID"]


def test_a_link_that_was_taken_back_and_one_of_somebody_who_left_show_nothing(town, running, browse):
    planned(town, running)
    mine, theirs = calendars.make_link(by=town.head), calendars.make_link(by=town.volunteer, project=running)
    with pytest.raises(PermissionDenied):
        calendars.take_back_link(mine, by=town.volunteer)
    with pytest.raises(PermissionDenied):
        calendars.make_link(by=town.singer, project=running)

    calendars.take_back_link(mine, by=town.head)
    Membership.objects.filter(user=town.volunteer).update(until=date(2026, 4, 1))

    assert browse().get(url("calendar_feed", mine.token)).status_code == 404
    assert entries(browse(), theirs) == {}
    calendars.take_back_link(theirs, by=town.head)  # of a project of the group
    assert browse().get(url("calendar_feed", theirs.token)).status_code == 404


def test_links_are_made_and_taken_back_on_their_page(town, running, browse):
    client = browse(town.head)

    client.post(url("calendar_links"), {"project": str(running.pk)})
    feed = town.head.calendar_feeds.get()
    page = client.get(url("calendar_links")).content.decode()
    client.post(url("calendar_link_revoke", feed.pk))

    assert feed.token in page
    assert browse(town.stranger).post(url("calendar_link_revoke", feed.pk)).status_code == 403
    assert town.head.calendar_feeds.filter(revoked_at=None).count() == 0


# -- residents -----------------------------------------------------------------------------------------


def test_residents_read_what_is_handed_in_and_meant_for_them(town, running, browse):
    public = planned(town, running)
    closed = planned(town, running, theme="封闭小组", is_public=False)
    plan = activities.plan_activity(running, by=town.head, values=WHOLE | {"theme": "草稿"})

    page = browse().get(url("happening_list")).content.decode()

    home = browse().get("/").content.decode()

    for shown in (page, home):
        assert [theme in shown for theme in ("端午包粽子", "封闭小组", "草稿")] == [True, False, False]
    statuses = [browse().get(url("happening_detail", one.pk)).status_code for one in (public, closed, plan)]
    assert statuses == [200, 404, 404]
    text = browse().get(url("happening_detail", public.pk)).content.decode()
    assert "13800138000" not in text
    assert WHOLE["emergency_plan"] not in text


def test_what_is_over_or_of_a_stopped_project_is_not_announced(town, running, browse, time):
    activity = planned(town, running)
    Project.objects.filter(pk=running.pk).update(state="suspended")
    stopped = browse().get(url("happening_detail", activity.pk)).status_code
    Project.objects.filter(pk=running.pk).update(state="running")
    time.go(datetime(2026, 6, 20, 9, 0))

    assert stopped == 404
    assert "端午包粽子" not in browse().get(url("happening_list")).content.decode()


def test_the_clerk_takes_the_month_out_and_nobody_else(town, running, browse):
    planned(town, running)
    planned(town, running, theme="七月的", starts_at=aware(2026, 7, 1, 9), ends_at=aware(2026, 7, 1, 10))
    page = reverse("reports:announcements") + "?month=2026-06"

    answer = browse(town.clerk).get(page)

    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert [row[3] for row in rows] == ["活动主题", "端午包粽子"]
    assert rows[1][2] == "14:00—16:00"
    assert "%E5%B9%B46%E6%9C%88" in answer["Content-Disposition"]
    for person in (town.head, town.mentor, town.approver, town.stranger):
        assert browse(person).get(page).status_code == 403
