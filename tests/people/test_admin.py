"""The administrator's desk: people, organisations, communities; and records that nobody changes."""

import re
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from core.models import Dispatch, Event, Series
from core.workflow import record
from grants.models import ServiceField
from people.models import Administrator, Membership, Office, Organization, User
from reports.admin import WORDS
from reports.models import Paper
from tests.life import draft

SET_UP = ("people_user", "people_organization", "people_community", "core_calendarday")
RECORDS = ("core_event", "core_attachment", "core_notification", "core_series")


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


# -- What is read there ----------------------------------------------------------------------------

OURS = {"core", "people", "grants", "projects", "evaluations", "reports"}


def officer(office):
    user = User.objects.create(username=office, name="管理员甲", is_staff=True)
    Administrator.objects.create(user=user, office=office)
    return User.objects.get(pk=user.pk)


def english(page):
    """Words of small letters that a reader sees; names of accounts, and what is sealed, are shown as they are."""
    page = re.sub(r"<script.*?</script>|<style.*?</style>|field-sealed.*?</fieldset>", "", page, flags=re.S)
    seen = re.sub(r"\S+@\S+|SHA-256", "", unescape(re.sub(r"<[^>]*>", "\n", page)))
    names = {name.rstrip("0123456789") for name in User.objects.values_list("username", flat=True)}
    return {word for word in re.findall(r"[A-Za-z][a-z]{2,}", seen) if word not in names}


def pages_of(client):
    """Every list, form and record that this person finds in the administration."""
    yield reverse("admin:index")
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        if row := model._default_manager.first():
            yield from (reverse(f"{name}_{step}", args=[row.pk]) for step in ("change", "history", "delete"))


@pytest.mark.every_case
@pytest.mark.parametrize("office", Office.values)
def test_the_three_read_no_english_and_no_code(town, life, browse, office):
    life.walk(draft(town), "submitted")
    Series.objects.create(key=f"agreement:{town.bureau.pk}:2026", last=3)
    Dispatch.objects.create(channel="mail", address="x@example.org", subject="请确认您的异议", text="请确认")
    client = browse(officer(office))

    found = {path: english(answer.content.decode()) for path in pages_of(client)
             if (answer := client.get(path)).status_code == 200}  # fmt: skip

    assert len(found) > 5
    assert {path: words for path, words in found.items() if words} == {}


def test_every_record_of_ours_has_a_chinese_name():
    names = {model._meta.label: str(model._meta.verbose_name) for model in apps.get_models()
             if model._meta.app_label in OURS}  # fmt: skip

    assert [label for label, name in names.items() if name.isascii()] == []


@pytest.mark.every_case
@pytest.mark.parametrize(("office", "leads_on"), [("security", True), ("audit", False)])
def test_a_reader_is_led_only_to_what_they_may_see(town, browse, office, leads_on):
    client = browse(officer(office))
    held = Administrator.objects.get(office=office)
    person = reverse("admin:people_user_change", args=[held.user_id])

    page = client.get(reverse("admin:people_administrator_change", args=[held.pk])).content.decode()

    assert "管理员甲" in page
    assert (person in page, client.get(person).status_code == 200) == (leads_on, leads_on)


def test_an_event_says_in_words_where_it_led_and_keeps_the_sealed_record(town, life, browse):
    moved = Event.objects.about(life.walk(draft(town), "submitted")).get(name="submit")

    page = browse(officer("audit")).get(reverse("admin:core_event_change", args=[moved.pk])).content.decode()

    assert "草稿 → 已提交" in page
    assert "submit {" in page


def test_a_number_series_is_named_by_what_it_counts_and_for_whom(town, browse):
    of_bureau = (f"agreement:{town.bureau.pk}:2026", f"paper:{town.bureau.pk}:minutes:2026")
    for key in (*of_bureau, "visit-2026", f"project:{town.call.pk}"):
        Series.objects.create(key=key, last=3)

    page = browse(officer("system")).get(reverse("admin:core_series_changelist")).content.decode()

    rows = re.findall(r'field-what">(.*?)</t.*?field-whose">(.*?)</t.*?field-year">(.*?)</t', page)
    assert rows == [
        ("立项协议书", town.bureau.name, "2026"),
        (f"发文 · {Paper.Series.MINUTES.label}", town.bureau.name, "2026"),
        ("申报书", str(town.call), "-"),
        ("实地走访", "-", "2026"),
    ]


def test_every_series_that_the_code_counts_has_words():
    root = Path(__file__).parent.parent.parent
    text = "".join(path.read_text("utf-8") for app in OURS for path in (root / app).rglob("*.py"))
    counted = set(re.findall(r"""next_number\(f['"]([a-z-]+?)[:-]\{""", text))

    assert (counted - set(WORDS), len(counted) > 10) == (set(), True)


def test_a_message_to_a_resident_is_not_read_by_who_keeps_the_platform(town, browse):
    """There are keys in it: to confirm an objection, to follow it."""
    words = {"subject": "请确认您的异议", "text": "/confirm/KEY/"}
    sent = Dispatch.objects.create(channel="mail", address="x@example.org", **words)

    page = browse(officer("system")).get(reverse("admin:core_dispatch_change", args=[sent.pk])).content.decode()

    assert ("请确认您的异议" in page, "邮箱" in page, "KEY" in page) == (True, True, False)


def test_a_number_in_use_is_said_to_who_keeps_accounts_and_not_as_if_it_were_theirs(town, browse):
    town.singer.phone = "13800138000"
    town.singer.save()

    page = browse(town.admin).post(reverse("admin:people_user_add"), {"username": "new", "phone": "13800138000"})
    said = page.context["adminform"].form.errors["phone"]

    assert said == ["这个手机号已用于另一个账号。"]
    assert ("密码登录" in page.content.decode(), "基于密码的验证" in page.content.decode()) == (True, False)


def test_only_a_message_that_waits_has_a_next_try(town, browse):
    words = {"subject": "通知", "text": "内容", "channel": "mail", "address": "x@example.org"}
    later = {"due_at": datetime(2031, 5, 6, 7, 8, tzinfo=UTC)}
    waiting, sent = (
        Dispatch.objects.create(state=state, sent_at=at, **words, **later)
        for state, at in (("waiting", None), ("sent", datetime(2026, 1, 1, tzinfo=UTC)))
    )
    client = browse(officer("system"))

    pages = [
        client.get(reverse("admin:core_dispatch_change", args=[one.pk])).content.decode() for one in (waiting, sent)
    ]
    listed = client.get(reverse("admin:core_dispatch_changelist")).content.decode()

    assert ["2031" in page for page in pages] == [True, False]
    assert listed.count("2031") == 1


def test_a_service_field_that_a_call_names_is_not_deleted(town, browse):
    client = browse(officer("system"))
    used, spare = town.call.service_fields.first(), ServiceField.objects.create(name="环保")

    answers = [client.post(reverse("admin:grants_servicefield_delete", args=[one.pk]), {"post": "yes"}).status_code
               for one in (used, spare)]  # fmt: skip

    assert answers == [403, 302]
    assert list(ServiceField.objects.filter(pk__in=[used.pk, spare.pk])) == [used]


@pytest.mark.every_case
@pytest.mark.parametrize("office", Office.values)
def test_what_the_three_are_led_to_on_the_site_opens(town, browse, office):
    client = browse(officer(office))
    pages = [answer.content.decode() for path in pages_of(client) if (answer := client.get(path)).status_code == 200]

    doors = {door for page in pages for door in re.findall(r'href="(/admin/r/[^"]+)"', page)}

    assert [door for door in doors if client.get(door, follow=True).status_code != 200] == []
