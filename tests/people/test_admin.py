"""The administrator's desk: people, organisations, communities; and records that nobody changes."""

from datetime import date

import pytest
from django.urls import reverse
from tablib import Dataset

from core.admin import CalendarDayResource
from core.models import CalendarDay, Event
from core.workflow import record
from people.models import Community, Membership, Organization, User
from people.resources import CommunityResource

SET_UP = ("people_user", "people_organization", "people_community", "core_calendarday")
RECORDS = ("core_event", "core_attachment", "core_notification", "core_series")
HEADERS = ["region_code", "name", "street", "district", "population"]


def load(*rows, headers=HEADERS):
    return CommunityResource().import_data(Dataset(*rows, headers=headers))


@pytest.mark.every_case
@pytest.mark.parametrize("name", [*SET_UP, *RECORDS, "people_certificate"])
def test_lists_open_for_the_administrator_only(town, browse, name):
    url = reverse(f"admin:{name}_changelist")

    assert browse(town.admin).get(url).status_code == 200
    assert browse(town.approver).get(url).status_code == 302  # to the sign-in page of the administration


@pytest.mark.parametrize("name", SET_UP)
def test_what_is_set_up_can_be_added(town, browse, name):
    assert browse(town.admin).get(reverse(f"admin:{name}_add")).status_code == 200


@pytest.mark.parametrize("name", RECORDS)
def test_records_cannot_be_added(town, browse, name):
    assert browse(town.admin).get(reverse(f"admin:{name}_add")).status_code == 403


@pytest.mark.parametrize("step", ["change", "delete"])
def test_event_is_read_and_not_changed(town, browse, step):
    event = record(town.centre, "register", by=town.head)
    client = browse(town.admin)

    assert client.get(reverse("admin:core_event_change", args=[event.pk])).status_code == 200
    assert client.post(reverse(f"admin:core_event_{step}", args=[event.pk]), {"post": "yes"}).status_code == 403
    assert Event.objects.about(town.centre).get().name == "register"


def test_person_is_added_with_a_normalised_phone(town, browse):
    data = {"username": "new", "name": "新人", "phone": "138 0013 8000", "usable_password": "true"}
    passwords = {"password1": "liuxi-2026-aaa", "password2": "liuxi-2026-aaa"}

    browse(town.admin).post(reverse("admin:people_user_add"), data | passwords)

    assert User.objects.get(username="new").phone == "13800138000"


def test_person_page_opens_without_first_and_last_name(town, browse):
    page = browse(town.admin).get(reverse("admin:people_user_change", args=[town.head.pk])).content.decode()

    assert ["first_name" in page, "last_name" in page, "identity_fingerprint" in page] == [False] * 3


@pytest.mark.parametrize(("code", "stored"), [("52110105mj0100027t", 1), ("52110105MJ0100027U", 0), ("", 0)])
def test_funder_is_entered_with_a_valid_code_only(town, browse, code, stored):
    data = {"name": "朝阳区民政局", "kind": "funder", "status": "registered", "credit_code": code, "filing_number": ""}
    inlines = {f"{prefix}-{name}_FORMS": "0" for prefix in ("memberships", "council") for name in ("TOTAL", "INITIAL")}

    browse(town.admin).post(reverse("admin:people_organization_add"), data | inlines)

    assert Organization.objects.filter(name="朝阳区民政局", credit_code="52110105MJ0100027T").count() == stored


def test_an_administrator_neither_reads_nor_changes_where_money_goes_and_what_is_changed_is_kept(town, browse):
    path = reverse("admin:people_organization_change", args=[town.centre.pk])
    admin = browse(town.admin)
    page = admin.get(path)
    assert "6222000011112222" not in page.content.decode()
    form = page.context["adminform"].form
    data = {name: value for name in form.fields if (value := form[name].value()) is not None}
    inlines = {f"{prefix}-{name}_FORMS": "0" for prefix in ("memberships", "council") for name in ("TOTAL", "INITIAL")}

    admin.post(path, data | inlines | {"address": "柳溪路9号", "bank_account": "6222999900001111"})

    town.centre.refresh_from_db()
    assert (town.centre.address, town.centre.bank_account) == ("柳溪路9号", "6222000011112222")
    event = Event.objects.about(town.centre).last()
    assert (event.name, event.actor, event.data) == ("change", town.admin, {"changes": {"address": True}})


# -- communities from a spreadsheet ----------------------------------------------------------------


def test_import_adds_new_communities_and_changes_known_ones(town):
    result = load(
        ["110105030001", "柳溪社区", "柳溪镇", "朝阳区", 5300],
        [110105030002.0, "桃园社区", "柳溪镇", "朝阳区", None],  # a spreadsheet makes numbers of codes
    )

    assert (result.has_errors(), result.has_validation_errors()) == (False, False)
    assert list(Community.objects.values_list("region_code", "population")) == [
        ("110105030001", 5300),
        ("110105030002", None),
    ]


@pytest.mark.parametrize("code", ["1101050300", "990105030001", "", "abc"])
def test_import_of_a_wrong_region_code_is_refused(town, code):
    result = load([code, "桃园社区", "柳溪镇", "朝阳区", None])

    assert result.has_validation_errors() or result.has_errors()
    assert Community.objects.count() == 1


def test_import_reads_headers_by_their_labels_too(town):
    headers = [str(Community._meta.get_field(name).verbose_name) for name in HEADERS]

    load(["110105030003", "梨园社区", "柳溪镇", "朝阳区", 900], headers=headers)

    assert Community.objects.get(region_code="110105030003").name == "梨园社区"


def test_import_of_calendar_days(db):
    rows = Dataset(
        ["2027-10-01", "holiday", "国办发明电"], ["2027-10-02", "party", "?"], headers=["date", "kind", "source"]
    )

    result = CalendarDayResource().import_data(rows)

    assert result.has_validation_errors() is True
    assert list(CalendarDay.objects.values_list("kind", flat=True)) == ["holiday"]


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        ("1900-01-01", "", "since"),
        ("1949-09-30", "", "since"),
        ("2011-12-31", "", "since"),  # the centre was founded the day after
        ("2099-01-01", "", "since"),
        ("2015-01-01", "2014-12-31", "until"),
        ("2015-01-01", "2206-01-01", "until"),
        ("2012-01-01", "2026-03-10", ""),
        ("2026-09-01", "2029-09-01", ""),
    ],
)
def test_a_role_neither_begins_before_its_organisation_nor_ends_in_another_century(town, browse, since, until, wrong):
    Organization.objects.filter(pk=town.centre.pk).update(established_on=date(2012, 1, 1))
    data = {"user": town.stranger.pk, "organization": town.centre.pk, "role": "staff", "since": since, "until": until}

    answer = browse(town.admin).post(reverse("admin:people_membership_add"), data)

    errors = answer.context["adminform"].form.errors if answer.context else {}
    assert list(errors) == ([wrong] if wrong else [])
    assert Membership.objects.filter(user=town.stranger).exists() is not bool(wrong)


def test_an_old_slip_of_the_year_does_not_keep_a_role_from_being_ended(town, browse):
    old = Membership.objects.create(user=town.stranger, organization=town.centre, role="staff", since=date(1900, 1, 1))
    data = {"user": town.stranger.pk, "organization": town.centre.pk, "role": "staff", "since": "1900-01-01"}

    browse(town.admin).post(reverse("admin:people_membership_change", args=[old.pk]), data | {"until": "2026-03-10"})

    old.refresh_from_db()
    assert old.until == date(2026, 3, 10)
