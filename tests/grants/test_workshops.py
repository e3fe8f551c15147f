"""Workshops: announced, signed up for, and who came."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.workflow import Refused
from grants.actions import workshops
from grants.models import Attendance, Workshop
from projects.facts import facts_about
from tests.town import aware, make_call


@pytest.fixture
def workshop(town):
    """On 20 March, with one seat."""
    made = Workshop(
        organizer=town.support, call=town.call, title="项目书工作坊", place="会议室", seats=1,
        starts_at=aware(2026, 3, 20, 9), ends_at=aware(2026, 3, 20, 12),
    )  # fmt: skip
    return workshops.hold_workshop(made, by=town.mentor)


BEGUN = datetime(2026, 3, 20, 9, 0)


def test_a_support_organisation_holds_workshops_and_a_group_does_not(town, workshop):
    assert workshop.created_by == town.mentor
    other = Workshop(organizer=town.centre, title="我们的", starts_at=BEGUN, ends_at=BEGUN)

    with pytest.raises(PermissionDenied):
        workshops.hold_workshop(Workshop(organizer=town.support, title="冒名"), by=town.head)
    assert other.pk is None


def test_the_last_seat_is_taken_once(town, workshop):
    workshops.sign_up(workshop, town.centre, by=town.head)

    with pytest.raises(Refused):
        workshops.sign_up(workshop, town.choir, by=town.singer)
    workshops.give_up_seat(workshop, by=town.head)
    workshops.sign_up(workshop, town.choir, by=town.singer)

    assert [seat.person for seat in workshop.attendances.all()] == [town.singer]


def test_signing_up_twice_keeps_one_seat(town, workshop):
    workshops.sign_up(workshop, town.centre, by=town.head)
    workshops.sign_up(workshop, town.centre, by=town.head)

    assert workshop.attendances.count() == 1


def test_nobody_signs_up_for_a_group_of_others(town, workshop):
    with pytest.raises(PermissionDenied):
        workshops.sign_up(workshop, town.choir, by=town.head)


def test_once_it_has_begun_seats_are_fixed_and_attendance_is_recorded(town, workshop, time):
    seat = workshops.sign_up(workshop, town.centre, by=town.head)
    with pytest.raises(Refused):
        workshops.record_attendance(workshop, by=town.mentor, came={seat.pk: True})
    time.go(BEGUN)

    workshops.record_attendance(workshop, by=town.mentor, came={seat.pk: True})

    seat.refresh_from_db()
    assert seat.came is True
    for refused in (
        lambda: workshops.give_up_seat(workshop, by=town.head),
        lambda: workshops.sign_up(workshop, town.choir, by=town.singer),
        lambda: workshops.hold_workshop(workshop, by=town.mentor),
    ):
        with pytest.raises(Refused):
            refused()


def test_only_the_organiser_says_who_came(town, workshop, time):
    seat = workshops.sign_up(workshop, town.centre, by=town.head)
    time.go(BEGUN)

    with pytest.raises(PermissionDenied):
        workshops.record_attendance(workshop, by=town.head, came={seat.pk: True})


def test_a_workshop_is_announced_and_signed_up_for_on_its_pages(town, browse):
    data = {
        "organizer": town.support.pk, "call": town.call.pk, "title": "答疑", "about": "", "place": "二楼",
        "seats": "20",
        "starts_at": "2026-03-20T09:00", "ends_at": "2026-03-20T08:00",
    }  # fmt: skip
    client = browse(town.mentor)

    assert client.post(reverse("grants:workshop_create"), data).context["form"].errors
    response = client.post(reverse("grants:workshop_create"), data | {"ends_at": "2026-03-20T12:00"})
    browse(town.head).post(response.url, {"sign_up": "", "organization": town.centre.pk})

    assert Workshop.objects.get().attendances.get().organization == town.centre


# -- A call that is not published yet --------------------------------------------------------------


def test_the_public_sees_the_workshop_of_an_unpublished_call_and_not_the_call(town, workshop, browse):
    workshop.call = make_call(town, code="SOON", title="2027年微创投（草案）", publish=False)
    workshop.save()

    for page in (reverse("grants:workshop_list"), workshop.get_absolute_url()):
        for user in (None, town.head, town.mentor):
            text = browse(user).get(page).content.decode()
            assert (workshop.title in text, "2027年微创投" in text) == (True, False)
        assert "2027年微创投" in browse(town.clerk).get(page).content.decode()


def test_the_public_sees_the_call_of_a_workshop_once_it_is_published(town, workshop, browse):
    for page in (reverse("grants:workshop_list"), workshop.get_absolute_url()):
        assert town.call.title in browse(None).get(page).content.decode()


# -- What can be announced -------------------------------------------------------------------------


def sent(town, **changes) -> dict:
    """What the form of a workshop sends: on 20 March, for 20 people."""
    data = {
        "organizer": town.support.pk, "call": town.call.pk, "title": "答疑", "about": "", "place": "二楼",
        "seats": "20", "starts_at": "2026-03-20T09:00", "ends_at": "2026-03-20T12:00",
    }  # fmt: skip
    return data | changes


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"starts_at": "2026-03-01T09:00"}, "starts_at"),
        ({"ends_at": "2026-03-20T09:00"}, "ends_at"),
        ({"seats": "0"}, "seats"),
        ({"seats": "1001"}, "seats"),
        ({"seats": "99999999"}, "seats"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(town, browse, changes, field):
    response = browse(town.mentor).post(reverse("grants:workshop_create"), sent(town, **changes))

    assert list(response.context["form"].errors) == [field]
    assert not Workshop.objects.exists()


def test_seats_that_are_taken_cannot_be_taken_away(town, workshop, browse):
    workshop.seats = 2
    workshops.hold_workshop(workshop, by=town.mentor)
    workshops.sign_up(workshop, town.centre, by=town.head)
    workshops.sign_up(workshop, town.choir, by=town.singer)
    page = reverse("grants:workshop_edit", args=[workshop.pk])

    assert list(browse(town.mentor).post(page, sent(town, seats="1")).context["form"].errors) == ["seats"]
    browse(town.mentor).post(page, sent(town, seats="2", title="改名"))

    workshop.refresh_from_db()
    assert (workshop.seats, workshop.title) == (2, "改名")


def test_the_verb_and_the_database_refuse_what_the_form_refuses(town, workshop):
    past = Workshop(
        organizer=town.support, title="昨天", place="室", starts_at=aware(2026, 3, 1, 9), ends_at=aware(2026, 3, 1, 10)
    )
    with pytest.raises(ValidationError):
        past.clean()
    with pytest.raises(Refused):
        workshops.hold_workshop(past, by=town.mentor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Workshop.objects.filter(pk=workshop.pk).update(seats=0)


def test_a_workshop_that_has_begun_does_not_open_for_changes(town, workshop, browse, time):
    page = reverse("grants:workshop_edit", args=[workshop.pk])
    assert browse(town.mentor).get(page).status_code == 200
    time.go(BEGUN)

    assert browse(town.mentor).get(page).url == workshop.get_absolute_url()
    response = browse(town.mentor).post(page, sent(town, starts_at="2026-03-25T09:00", ends_at="2026-03-25T12:00"))
    assert response.context["form"].non_field_errors()


# -- Changes reach whoever has a seat --------------------------------------------------------------


def test_another_time_or_place_is_told_and_another_title_is_not(town, workshop, browse):
    workshops.sign_up(workshop, town.centre, by=town.head)
    before = town.head.notifications.count()
    page = reverse("grants:workshop_edit", args=[workshop.pk])

    browse(town.mentor).post(page, sent(town, title="改名", place="会议室"))
    assert town.head.notifications.count() == before
    browse(town.mentor).post(page, sent(town, title="改名", place="三楼"))

    assert "三楼" in town.head.notifications.latest("pk").body
    assert town.head.notifications.count() == before + 1


def test_a_cancelled_workshop_is_told_with_its_reason_and_closed(town, workshop, browse):
    workshops.sign_up(workshop, town.centre, by=town.head)
    page = reverse("grants:workshop_cancel", args=[workshop.pk])
    assert list(browse(town.mentor).post(page, {"reason": " "}).context["form"].errors) == ["reason"]

    browse(town.mentor).post(page, {"reason": "台风红色预警"})

    assert "台风红色预警" in town.head.notifications.latest("pk").body
    assert "台风红色预警" in browse(None).get(workshop.get_absolute_url()).content.decode()
    assert list(Workshop.objects.upcoming()) == []
    for refused in (
        lambda: workshops.sign_up(workshop, town.choir, by=town.singer),
        lambda: workshops.cancel(workshop, by=town.mentor, reason="再次"),
        lambda: workshops.hold_workshop(Workshop.objects.get(), by=town.mentor),
    ):
        with pytest.raises(Refused):
            refused()


def test_only_the_organiser_cancels_and_not_afterwards(town, workshop, time):
    with pytest.raises(PermissionDenied):
        workshops.cancel(workshop, by=town.head, reason="不想去")
    with pytest.raises(Refused):
        workshops.cancel(workshop, by=town.mentor, reason="")
    time.go(datetime(2026, 3, 20, 12, 0))

    with pytest.raises(Refused):
        workshops.cancel(workshop, by=town.mentor, reason="太晚")


# -- Who came without a seat -----------------------------------------------------------------------


def walk_in(browse, user, workshop, **data):
    return browse(user).post(workshop.get_absolute_url(), {"walk_in": "", "name": "王桂兰"} | data)


def test_a_walk_in_counts_as_trained(town, workshop, browse, time):
    assert walk_in(browse, town.mentor, workshop, organization=town.choir.name).context["walk_in"].errors
    time.go(BEGUN)

    walk_in(browse, town.mentor, workshop, organization=town.choir.filing_number.lower())

    seat = Attendance.objects.get()
    assert (seat.who, seat.organization, seat.came) == ("王桂兰", town.choir, True)
    assert facts_about(town.choir, town.call).trained
    assert not facts_about(town.centre, town.call).trained


def test_a_walk_in_of_an_unknown_group_comes_back_as_typed(town, workshop, browse, time):
    time.go(BEGUN)

    response = walk_in(browse, town.mentor, workshop, organization="不存在的队")

    assert list(response.context["walk_in"].errors) == ["organization"]
    assert "不存在的队" in response.content.decode()


def test_who_is_on_the_list_is_not_written_down_again(town, workshop, time):
    workshops.sign_up(workshop, town.centre, by=town.head)
    time.go(BEGUN)
    workshops.add_walk_in(workshop, town.centre, by=town.mentor, name="小何")

    for name in (town.head.name, "小何"):
        with pytest.raises(Refused):
            workshops.add_walk_in(workshop, town.centre, by=town.mentor, name=name)
    with pytest.raises(PermissionDenied):
        workshops.add_walk_in(workshop, town.choir, by=town.singer, name="小王")


def test_a_cancelled_workshop_has_trained_nobody(town, workshop, time):
    time.go(BEGUN)
    workshops.add_walk_in(workshop, town.choir, by=town.mentor, name="王桂兰")

    workshops.cancel(workshop, by=town.mentor, reason="停电")

    assert not facts_about(town.choir, town.call).trained
