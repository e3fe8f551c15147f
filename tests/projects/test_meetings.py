"""Speed meetings: who holds them, who signs up, what the schedule keeps, and letters that become pledges."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Notification
from core.workflow import Refused
from projects.actions import meetings, pledges
from projects.models import IntentLetter, Meeting, MeetingTalk, Pledge, Project
from tests.giving import MONEY, announced, scheduled
from tests.life import draft


@pytest.fixture
def project(town, life) -> Project:
    return life.walk(draft(town), "running")


@pytest.fixture
def met(town, project, time) -> Meeting:
    """The meeting has taken place."""
    meeting = scheduled(town, project)
    time.go(meeting.starts_at + timedelta(hours=2))
    return Meeting.objects.get(pk=meeting.pk)


def wish(town, meeting, *entries):
    return meetings.come_as_giver(meeting, town.shop, by=town.giver, person="罗掌柜", wishes=entries)


@pytest.mark.parametrize("username", ["giver", "head", "stranger", "evaluator"])
def test_only_funders_and_support_organisations_hold_a_meeting(town, username):
    with pytest.raises(PermissionDenied):
        meetings.announce(
            Meeting(organizer=town.bureau, starts_at=clock.now() + timedelta(days=1)), by=town.people[username]
        )


def test_a_talk_takes_eight_minutes_unless_somebody_says_otherwise(town):
    meeting = announced(town)

    assert meeting.begins(1) - meeting.begins(0) == timedelta(minutes=10)
    assert meeting.ends_at - meeting.starts_at == timedelta(minutes=28)


def test_each_signs_up_for_their_own(town, project):
    meeting = announced(town)
    for username in ("giver", "clerk", "singer"):
        with pytest.raises(Refused):
            meetings.come_with_project(meeting, project, by=town.people[username], person="甲", seeks="乙")
    for username in ("head", "clerk"):
        with pytest.raises(Refused):
            meetings.come_as_giver(meeting, town.shop, by=town.people[username], person="甲")
    entry = meetings.come_with_project(meeting, project, by=town.head, person="刘芳", seeks="画架")
    guest = wish(town, meeting, entry)

    assert [(one.entry, one.rank) for one in guest.wishes.all()] == [(entry, 1)]
    with pytest.raises(Refused):
        meetings.stay_away(entry, by=town.giver)
    meetings.stay_away(entry, by=town.head)
    assert meeting.entries.count() == 0


def test_a_project_that_is_not_awarded_does_not_come(town, life):
    with pytest.raises(Refused):
        meetings.come_with_project(
            announced(town), life.walk(draft(town), "eligible"), by=town.head, person="刘芳", seeks="画架"
        )


def test_signing_up_ends_on_its_day_and_with_the_schedule(town, project, time):
    meeting = announced(town)
    planned = scheduled(town, project)
    with pytest.raises(Refused):
        wish(town, planned)

    time.go(clock.now() + timedelta(days=8))
    with pytest.raises(Refused):
        wish(town, meeting)


def test_the_schedule_is_kept_and_everybody_is_told(town, project):
    meeting = scheduled(town, project)

    talk = meeting.talks.get()
    assert (str(talk.guest), str(talk.entry), talk.round, talk.rank) == ("柳溪文具商店", "夕阳红暖心陪伴", 0, 1)
    for person in (town.giver, town.head):
        assert Notification.objects.filter(recipient=person, subject="“柳溪社洽会”的日程已排定").exists()
    with pytest.raises(PermissionDenied):
        meetings.make_schedule(meeting, by=town.giver)


def test_nobody_comes_and_there_is_no_schedule(town):
    with pytest.raises(Refused):
        meetings.make_schedule(announced(town), by=town.clerk)


def test_fewer_tables_make_the_schedule_anew_and_another_title_does_not(town, project):
    meeting = scheduled(town, project)
    before = meeting.talks.get().pk

    meetings.change_meeting(meeting, by=town.clerk, values={"title": "社洽会"})
    assert meeting.talks.get().pk == before
    meetings.change_meeting(meeting, by=town.clerk, values={"tables": 1})

    assert meeting.talks.get().pk != before


def test_the_schedule_stays_once_a_letter_has_come_of_it(town, project, browse):
    """As when the clock of the machine stood wrong: the meeting lies ahead, and a giver has written already."""
    meeting = scheduled(town, project)
    page = reverse("projects:meeting_plan", args=[meeting.pk])
    assert "这些洽谈已有意向书" not in browse(town.clerk).post(page, follow=True).content.decode()
    talk = meeting.talks.get()
    IntentLetter.objects.create(
        talk=talk, number="YX2026-0001", what="画架", until=date(2026, 12, 31), written_by=town.giver
    )

    answer = browse(town.clerk).post(page, follow=True)

    assert "这些洽谈已有意向书，日程不再改动。" in answer.content.decode()
    assert meeting.talks.get() == talk
    with pytest.raises(Refused, match="意向书"):
        meetings.change_meeting(meeting, by=town.clerk, values={"tables": 1})


def test_the_database_keeps_everybody_in_one_place(town, project):
    talk = scheduled(town, project).talks.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingTalk.objects.create(meeting=talk.meeting, guest=talk.guest, entry=talk.entry, round=1, table=1)


def test_a_cancelled_meeting_says_why_and_takes_nobody(town, project):
    meeting = announced(town)
    meetings.come_with_project(meeting, project, by=town.head, person="刘芳", seeks="画架")

    meetings.cancel(meeting, by=town.clerk, reason="暴雨")

    assert Notification.objects.filter(recipient=town.head, body="暴雨").exists()
    with pytest.raises(Refused):
        wish(town, meeting)


def test_a_letter_of_intent_becomes_one_pledge(town, project, met, browse):
    letter = meetings.write_intent(
        met.talks.get(), by=town.giver, what="画架20个", value=Decimal("600.00"), until=date(2026, 12, 31)
    )
    assert letter.number == "YX2026-0001"
    page = browse(town.giver).get(reverse("projects:pledge_create", args=[project.pk]), {"letter": letter.pk})
    assert page.context["form"].initial["what"] == "画架20个"

    values = MONEY | {"due_on": clock.today()}
    made = pledges.offer(project, town.shop, by=town.giver, values=values, letter=letter)

    assert Pledge.objects.get(letter=letter) == made
    with pytest.raises(Refused):
        pledges.offer(project, town.shop, by=town.giver, values=values, letter=IntentLetter.objects.get())


def test_a_letter_is_written_after_the_talk_by_the_giver_and_once(town, project, time):
    meeting = scheduled(town, project)
    talk, values = meeting.talks.get(), {"what": "画架", "until": date(2026, 12, 31)}
    with pytest.raises(Refused):
        meetings.write_intent(talk, by=town.giver, **values)
    time.go(meeting.starts_at + timedelta(hours=1))
    for username in ("head", "clerk", "stranger"):
        with pytest.raises(PermissionDenied):
            meetings.write_intent(talk, by=town.people[username], **values)
    meetings.write_intent(talk, by=town.giver, **values)

    with pytest.raises(Refused):
        meetings.write_intent(talk, by=town.giver, **values)


def test_the_letter_is_nobody_elses(town, met, browse):
    letter = meetings.write_intent(met.talks.get(), by=town.giver, what="画架", until=date(2026, 12, 31))

    allowed = {"giver": 200, "head": 200, "clerk": 200, "stranger": 404, "singer": 404}
    assert {name: browse(town.people[name]).get(letter.get_absolute_url()).status_code for name in allowed} == allowed


def test_signing_up_and_the_schedule_in_the_browser(town, project, browse):
    meeting = announced(town)
    page = meeting.get_absolute_url()
    browse(town.head).post(page, {"entry": "1", "project": project.pk, "person": "刘芳", "seeks": "画架"})
    entry = meeting.entries.get()
    giver = browse(town.giver)
    twice = {"guest": "1", "giver": town.shop.pk, "person": "罗掌柜", "wish_1": entry.pk}
    giver.post(page, twice)
    assert meeting.guests.get().wishes.get().entry == entry

    browse(town.clerk).post(reverse("projects:meeting_plan", args=[meeting.pk]))

    assert [str(talk.entry) for talk in giver.get(page).context["rows"]] == ["夕阳红暖心陪伴"]
    assert browse(town.singer).get(page).context["rows"] == []
    assert "rows" not in browse().get(page).context


@pytest.mark.parametrize(
    ("field", "value"),
    [("starts_at", "9998-12-05T14:00"), ("closes_on", "2020-01-01")],
)
def test_a_meeting_with_a_mistyped_day_is_asked_back(town, browse, field, value):
    day = clock.today() + timedelta(days=10)
    sent = {
        "organizer": town.bureau.pk, "title": "社洽会", "place": "会议室", "starts_at": f"{day}T14:00",
        "closes_on": day, "minutes": 8, "pause": 2, "rounds": 3, "tables": 2, "contact": "陈静",
    }  # fmt: skip
    page, client = reverse("projects:meeting_create"), browse(town.clerk)

    assert list(client.post(page, sent | {field: value}).context["form"].errors) == [field]
    assert client.post(page, sent).status_code == 302


def test_a_project_at_its_end_gets_no_letter_and_is_no_dead_link(town, project, met, browse):
    talk, page = MeetingTalk.objects.get(meeting=met), reverse("projects:meeting_detail", args=[met.pk])
    support, write = (
        reverse("projects:giving_detail", args=[project.pk]), reverse("projects:intent_create", args=[talk.pk])
    )  # fmt: skip
    text = browse(town.giver).get(page).content.decode()
    assert support in text
    assert write in text
    Project.objects.filter(pk=project.pk).update(state="closing")

    text = browse(town.giver).get(page).content.decode()

    assert support not in text
    assert write not in text
    with pytest.raises(Refused):
        meetings.write_intent(talk, by=town.giver, what="画架", until=clock.today())


def test_a_second_letter_of_the_same_talk_leads_to_the_first(town, met, browse):
    talk = MeetingTalk.objects.get(meeting=met)
    letter = meetings.write_intent(talk, by=town.giver, what="画架", until=clock.today())

    answer = browse(town.giver).get(reverse("projects:intent_create", args=[talk.pk]))

    assert answer.url == letter.get_absolute_url()
