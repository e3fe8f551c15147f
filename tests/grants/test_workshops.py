"""Workshops: announced, signed up for, and who came."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from grants.actions import workshops
from grants.models import Workshop
from tests.town import aware


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
