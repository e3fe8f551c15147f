"""What speaks for or against an organisation: rating, annual inspection, credit records."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from people.actions import add_credit_record, add_rating, confirm, lift_credit_record, set_inspection
from people.models import CreditRecord, Organization, Rating, Role
from tests.town import member

RATING = {"level": 3, "granted_on": date(2021, 3, 11), "authority": "区民政局"}
RECORD = {"kind": "abnormal", "entered_on": date(2025, 1, 1), "source": "信用中国"}


def test_a_rating_holds_for_five_years_to_the_day(town, time):
    rating = add_rating(town.centre, by=town.head, values=RATING)

    assert (rating.expires_on, rating.is_valid) == (date(2026, 3, 11), True)  # today is the 10th
    time.go(datetime(2026, 3, 11, 0, 0))
    assert not rating.is_valid


def test_nothing_is_said_of_an_organisation_for_a_day_before_it_was_founded(town, browse):
    Organization.objects.filter(pk=town.centre.pk).update(established_on=date(2021, 3, 11))
    town.centre.refresh_from_db()
    head, clerk = browse(town.head), browse(town.clerk)
    early = RATING | {"granted_on": "2021-03-10"}

    rated = head.post(reverse("people:rating_create", args=[town.centre.pk]), early)
    noted = clerk.post(
        reverse("people:credit_record_create", args=[town.centre.pk]), RECORD | {"entered_on": "2021-03-10"}
    )

    assert list(rated.context["form"].errors) == ["granted_on"]
    assert list(noted.context["form"].errors) == ["entered_on"]
    with pytest.raises(Refused):
        set_inspection(town.centre, by=town.head, values={"year": 2020, "result": "passed"})
    assert add_rating(town.centre, by=town.head, values=RATING).pk  # the day itself
    assert set_inspection(town.centre, by=town.head, values={"year": 2021, "result": "passed"}).pk


def test_a_rating_of_29_february_expires_on_the_28th():
    assert Rating(level=3, granted_on=date(2024, 2, 29)).expires_on == date(2029, 2, 28)


def test_only_the_head_enters_a_rating_and_none_for_a_filed_group(town):
    for person in (town.volunteer, town.clerk, town.singer):
        with pytest.raises(PermissionDenied):
            add_rating(town.centre, by=person, values=RATING)
    with pytest.raises(Refused):
        add_rating(town.choir, by=town.singer, values=RATING)


def test_an_inspection_is_corrected_and_never_of_this_year(town):
    set_inspection(town.centre, by=town.head, values={"year": 2025, "result": "failed"})
    set_inspection(town.centre, by=town.head, values={"year": 2025, "result": "passed"})

    assert [(i.year, i.is_passed) for i in town.centre.inspections.all()] == [(2025, True)]
    with pytest.raises(Refused):
        set_inspection(town.centre, by=town.head, values={"year": 2026, "result": "passed"})


def test_a_clerk_confirms_what_the_organisation_entered_and_a_correction_is_checked_anew(town):
    rating = confirm(add_rating(town.centre, by=town.head, values=RATING), by=town.clerk)
    said = {"year": 2024, "result": "passed"}
    inspection = confirm(set_inspection(town.centre, by=town.head, values=said), by=town.clerk)

    assert (rating.confirmed_by, inspection.confirmed_by) == (town.clerk, town.clerk)
    assert Event.objects.about(town.centre).filter(name="confirm", actor=town.clerk).count() == 2
    with pytest.raises(Refused):
        confirm(rating, by=town.clerk)
    corrected = set_inspection(town.centre, by=town.head, values=said | {"result": "basic"})
    assert not corrected.is_confirmed


def test_nobody_but_a_funders_clerk_confirms_and_not_for_an_organisation_of_ones_own(town):
    rating = add_rating(town.centre, by=town.head, values=RATING)
    member(town.clerk, town.centre, Role.STAFF)

    for somebody in (town.head, town.approver, town.admin, town.clerk):
        with pytest.raises(PermissionDenied):
            confirm(rating, by=somebody)


def test_what_was_changed_meanwhile_is_not_confirmed(town, browse):
    inspection = set_inspection(town.centre, by=town.head, values={"year": 2024, "result": "passed"})
    page = reverse("people:inspection_confirm", args=[inspection.pk])
    seen = str(inspection)
    set_inspection(town.centre, by=town.head, values={"year": 2024, "result": "failed"})

    assert browse(town.head).post(page).status_code == 403
    assert browse(town.singer).post(page).status_code == 404
    browse(town.clerk).post(page, {"seen": seen})
    assert not town.centre.inspections.get().is_confirmed
    with pytest.raises(Refused):
        confirm(inspection, by=town.clerk)
    browse(town.clerk).post(page, {"seen": str(town.centre.inspections.get())})
    assert town.centre.inspections.get().is_confirmed


def test_a_credit_record_is_entered_by_a_clerk_and_never_by_the_organisation(town):
    found = add_credit_record(town.centre, by=town.clerk, values=RECORD)

    assert (found.recorded_by, found.lifted_on) == (town.clerk, None)
    for person in (town.head, town.approver, town.admin):
        with pytest.raises(PermissionDenied):
            add_credit_record(town.centre, by=person, values=RECORD)


def test_a_lifted_record_stays_with_its_day(town):
    found = add_credit_record(town.centre, by=town.clerk, values=RECORD)

    lift_credit_record(found, by=town.clerk)

    assert CreditRecord.objects.get().lifted_on == date(2026, 3, 10)
    with pytest.raises(Refused):
        lift_credit_record(CreditRecord.objects.get(), by=town.clerk)


def test_the_pages_say_what_is_wrong_at_the_field(town, browse):
    client = browse(town.head)

    rating = client.post(
        reverse("people:rating_create", args=[town.centre.pk]), {"level": 3, "granted_on": "2027-01-01"}
    )
    inspection = client.post(
        reverse("people:inspection_create", args=[town.centre.pk]), {"year": "九五", "result": "x"}
    )
    record = browse(town.clerk).post(
        reverse("people:credit_record_create", args=[town.centre.pk]),
        {"kind": "penalty", "entered_on": "2025-05-01", "lifted_on": "2025-04-01", "source": "x"},
    )

    assert list(rating.context["form"].errors) == ["granted_on"]
    assert sorted(inspection.context["form"].errors) == ["result", "year"]
    assert record.context["form"].errors
    assert not CreditRecord.objects.exists()


def test_a_record_is_seen_by_the_organisation_and_not_by_its_guests(town, browse):
    add_credit_record(town.host, by=town.clerk, values=RECORD)
    page = town.host.get_absolute_url()

    assert "信用中国" in browse(town.hosthead).get(page).content.decode()
    assert "信用中国" not in browse(town.singer).get(page).content.decode()
