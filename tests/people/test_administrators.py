"""The three administrators: exclusive of each other and of every role, each with their own part of /admin/."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.models import Event
from core.workflow import Refused
from people import actions
from people.checks import administrators_are_three
from people.models import Administrator, Expert, Membership, Role, SignInGuard, User

PARTS = {
    "core_calendarday": ("system", "add"),
    "people_community": ("system", "add"),
    "people_organization": ("system", "add"),
    "grants_rubric": ("system", "add"),
    "people_user": ("security", "add"),
    "people_membership": ("security", "add"),
    "core_event": ("audit", "changelist"),
    "people_signinguard": ("audit", "changelist"),
}
"""Whose a table is, and the deepest page of it that they open."""


@pytest.fixture
def three(town) -> dict[str, User]:
    """System, security and audit administrator: three people without a role in any organisation."""
    found = {}
    Expert.objects.update(is_active=False)  # who may be asked to judge keeps no platform
    for username, office in (("expert1", "system"), ("expert2", "security"), ("expert3", "audit")):
        actions.give_office(town.people[username], office, by=town.admin)
        found[office] = User.objects.get(username=username)
    return found


@pytest.mark.parametrize("name", PARTS)
def test_each_table_is_opened_by_one_of_the_three(three, town, browse, name):
    whose, page = PARTS[name]
    url = reverse(f"admin:{name}_{page}")

    statuses = {office: browse(user).get(url).status_code for office, user in three.items()}

    shared = {"security"} if name == "people_signinguard" else set()
    assert {office for office, status in statuses.items() if status == 200} == {whose} | shared
    assert browse(town.approver).get(url).status_code == 302


def test_the_log_is_read_and_never_written(three, browse):
    event = Event.objects.latest("pk")
    client = browse(three["audit"])

    assert client.get(reverse("admin:core_event_change", args=[event.pk])).status_code == 200
    assert client.get(reverse("admin:core_event_add")).status_code == 403
    assert client.post(reverse("admin:core_event_delete", args=[event.pk]), {"post": "yes"}).status_code == 403


def test_the_list_of_the_log_says_who_did_what_to_whom_and_asks_as_often_for_many(
    three, town, browse, django_assert_max_num_queries
):
    actions.ask_new_password(town.singer, by=three["security"], reason="密码外泄")
    client, page = browse(three["audit"]), reverse("admin:core_event_changelist")
    with CaptureQueriesContext(connection) as once:
        rows = re.findall(r"<tr>.*?</tr>", client.get(page).content.decode(), re.S)
    [row] = [re.sub(r"<[^>]+>", " ", row) for row in rows if "密码外泄" in row]
    for person in (town.head, town.mentor, town.expert1):
        actions.ask_new_password(person, by=three["security"], reason="密码外泄")

    assert re.search(rf"{three['security']}\s+要求修改密码\s+密码外泄\s+人员 {town.singer}", row)
    with django_assert_max_num_queries(len(once)):
        assert client.get(page).content.decode().count("密码外泄") == 4


def test_nobody_holds_two_of_them_and_the_answer_says_why(three, town):
    with pytest.raises(Refused) as refused:
        actions.give_office(three["system"], "audit", by=three["security"])

    assert refused.value.reasons == [
        "林教授已经是系统管理员：三类管理员互相监督，一个人不能兼任两类，也不能同时在机构任职。"
    ]
    with pytest.raises(IntegrityError), transaction.atomic():  # and the database refuses it as well
        Administrator.objects.bulk_create([Administrator(user=three["system"], office="audit")])


def test_an_administrator_gets_no_role_by_any_way(three, town, browse):
    member = Membership(user=three["audit"], organization=town.centre, role=Role.STAFF)

    with pytest.raises(ValidationError):
        member.save()
    with pytest.raises(Refused, match="审计管理员"):
        actions.add_member(town.centre, by=town.head, login="expert3", role=Role.STAFF)
    with pytest.raises(Refused, match="系统管理员"):
        actions.save_expert(
            three["system"], by=town.clerk, employer="", title="", max_load=3, skills=["finance"], is_active=True
        )
    page = browse(three["security"]).post(
        reverse("admin:people_membership_add"),
        {"user": three["system"].pk, "organization": town.centre.pk, "role": "staff", "since": "2026-01-01"},
    )
    assert "林教授已经是系统管理员" in page.content.decode()
    assert not Membership.objects.filter(user__in=[user.pk for user in three.values()]).exists()


def test_whoever_works_for_an_organisation_becomes_no_administrator_until_the_role_has_ended(town):
    with pytest.raises(Refused) as refused:
        actions.give_office(town.volunteer, "audit", by=town.admin)
    membership = town.volunteer.memberships.get()
    actions.end_membership(membership, by=town.head)
    given = actions.give_office(User.objects.get(pk=town.volunteer.pk), "audit", by=town.admin)

    assert "何小燕是“柳溪社会工作服务中心”的" in refused.value.reasons[0]
    assert given.office == "audit"


def test_whoever_is_asked_to_judge_becomes_no_administrator(town):
    with pytest.raises(Refused) as refused:
        actions.give_office(town.expert1, "system", by=town.admin)
    Expert.objects.filter(person=town.expert1).update(is_active=False)

    assert "评审专家库" in refused.value.reasons[0]
    assert actions.give_office(User.objects.get(pk=town.expert1.pk), "system", by=town.admin).office == "system"


def test_the_list_of_failed_sign_ins_leaves_out_whoever_has_come_in_since(three, browse):
    SignInGuard.objects.create(kind="account", key="1", user=three["system"], failures=0)
    SignInGuard.objects.create(kind="address", key="10.0.0.9", failures=2)

    page = browse(three["audit"]).get(reverse("admin:people_signinguard_changelist")).content.decode()

    assert ("10.0.0.9" in page, "林教授" in page) == (True, False)


def test_an_administrator_registers_no_organisation(three, browse):
    values = {
        "name": "新的机构",
        "kind": "social_organization",
        "status": "registered",
        "credit_code": "91110105MA01KXYT0B",
    }

    assert browse(three["system"]).post("/organizations/new/", values).status_code == 403
    with pytest.raises(Refused, match="已经是系统管理员"):
        actions.register_organization(by=three["system"], values=values)


def test_the_database_refuses_an_office_beside_a_role_whoever_writes_it(three, town):
    """Not by the verbs, nor by `save`: by what asks neither."""
    role = {"organization": town.centre, "role": "staff"}
    Membership.objects.bulk_create([Membership(user=three["audit"], **role, until=clock.today())])
    mine = Membership.objects.bulk_create([Membership(user=town.stranger, **role)])
    tries = (
        lambda: Membership.objects.bulk_create([Membership(user=three["audit"], **role)]),
        lambda: Membership.objects.filter(user=three["audit"]).update(until=None),
        lambda: Administrator.objects.bulk_create([Administrator(user=town.stranger, office="audit")]),
        lambda: Administrator.objects.filter(user=three["audit"]).update(user=town.stranger),
    )
    for attempt in tries:
        with pytest.raises(IntegrityError, match="One of the three administrators"), transaction.atomic():
            attempt()

    Membership.objects.filter(pk=mine[0].pk).update(until=clock.today())
    Administrator.objects.bulk_create([Administrator(user=town.stranger, office="audit")])


def test_offices_are_given_and_ended_by_security_with_a_reason_and_never_by_oneself(three, town, browse):
    for by in (three["system"], three["audit"], town.approver):
        with pytest.raises(PermissionDenied):
            actions.give_office(town.stranger, "audit", by=by)
    with pytest.raises(Refused):
        actions.end_office(three["security"].administrator, by=three["security"], reason="走了")
    client, pk = browse(three["security"]), three["audit"].administrator.pk

    without = client.post(f"/safety/offices/{pk}/end/", {"reason": " "})
    client.post(f"/safety/offices/{pk}/end/", {"reason": "调离"})
    given = client.post("/safety/", {"login": "stranger", "office": "audit"})

    assert (without.status_code, given.status_code) == (200, 302)
    assert not User.objects.get(pk=three["audit"].pk).is_staff
    assert [(e.name, e.note) for e in Event.objects.about(three["audit"])] == [
        ("give_office", "审计管理员"),
        ("end_office", "调离"),
    ]
    assert User.objects.get(username="stranger").office == "audit"


def test_the_desk_says_why_somebody_cannot_have_the_office(three, browse):
    page = browse(three["security"]).post("/safety/", {"login": "expert1", "office": "audit"})

    assert "一个人不能兼任两类" in page.content.decode()


def test_the_installation_ends_when_all_three_are_there_and_the_check_says_so(town, three):
    warned = [found.id for found in administrators_are_three()]
    call_command("retire_superuser", "admin")

    assert warned == ["people.W001", "people.W003"]
    assert [found.id for found in administrators_are_three()] == ["people.W003"]
    assert not User.objects.get(username="admin").is_active


def test_the_installation_does_not_end_before(town):
    with pytest.raises(CommandError, match="审计管理员"):
        call_command("retire_superuser", "admin")

    assert [found.id for found in administrators_are_three()] == ["people.W001", *["people.W002"] * 3, "people.W003"]
    assert User.objects.get(username="admin").is_active


@pytest.mark.parametrize(("roles", "level", "warned"), [([], 2, True), (["finance"], 2, False), ([], 3, False)])
def test_the_check_says_when_nobody_needs_a_second_factor(three, settings, roles, level, warned):
    settings.MFA_REQUIRED_ROLES, settings.SECURITY_LEVEL = roles, level

    assert ("people.W003" in [found.id for found in administrators_are_three()]) == warned


def test_the_account_of_the_installation_cannot_be_taken_over(three, town, browse):
    client = browse(three["security"])
    passwords = {"password1": "Liuxi-2026", "password2": "Liuxi-2026", "usable_password": "true"}

    own = client.post(reverse("admin:auth_user_password_change", args=[town.admin.pk]), passwords)
    page = client.get(reverse("admin:people_user_change", args=[town.stranger.pk])).content.decode()

    assert own.status_code == 403
    assert ['name="is_superuser"' in page, 'name="is_staff"' in page, 'name="groups"' in page] == [False] * 3


def test_administration_has_the_one_door(town, browse):
    assert browse().get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert browse().get("/admin/login/?next=/admin/")["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert browse().post("/admin/login/", {"username": "admin", "password": "test"}).status_code == 302
    assert browse(town.approver).get("/admin/login/").status_code == 403
    assert browse(town.admin).get("/admin/password_change/")["Location"] == "/accounts/password/change/"
