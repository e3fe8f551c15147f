"""Who belongs to an organisation: added by its head, ended but never deleted."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core.models import Event, Notification
from core.workflow import Refused
from people.actions import add_member, end_membership
from people.models import Kind, Membership, Role, User


def role_of(user: User, organization) -> Membership:
    return Membership.objects.get(user=user, organization=organization)


# -- adding ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login", ["stranger", "Stranger@Example.org", "13800138000", "+86 138 0013 8000", " stranger "]
)
def test_head_adds_a_person_by_name_address_or_number(town, login):
    User.objects.filter(pk=town.stranger.pk).update(phone="13800138000")

    membership = add_member(town.centre, by=town.head, login=login, role=Role.STAFF)

    assert (membership.user, membership.role, membership.since) == (town.stranger, Role.STAFF, date(2026, 3, 10))
    assert town.stranger.has_role(town.centre.pk, Role.STAFF)


def test_added_person_is_told_and_the_log_says_so(town):
    add_member(town.centre, by=town.head, login="stranger", role=Role.FINANCE)

    note = Notification.objects.get()
    assert (note.recipient, note.url) == (town.stranger, town.centre.get_absolute_url())
    assert [event.name for event in Event.objects.about(town.centre)] == ["add_member"]


@pytest.mark.parametrize("who", ["volunteer", "stranger", "clerk", "hosthead", "admin"])
def test_nobody_but_the_head_adds(town, who):
    with pytest.raises(PermissionDenied):
        add_member(town.centre, by=getattr(town, who), login="stranger", role=Role.STAFF)


@pytest.mark.parametrize("login", ["nobody", "nobody@example.org", "13900139000", "", "  "])
def test_unknown_person_is_refused(town, login):
    with pytest.raises(Refused) as caught:
        add_member(town.centre, by=town.head, login=login, role=Role.STAFF)

    assert len(caught.value.reasons) == 1


@pytest.mark.one_database
def test_looks_in_vain_are_kept_and_end_after_twenty_within_a_day(town, browse):
    head, page = browse(town.head), f"/organizations/{town.centre.pk}/members/new/"
    for number in range(20):
        head.post(page, {"login": f"1380013{number:04}", "role": "staff"})

    refused = head.post(page, {"login": "stranger", "role": "staff"}).content.decode()
    kept = Event.objects.about(town.head).filter(name="account_sought")

    assert "请明天再继续" in refused
    assert [kept.count(), kept.filter(data={}, note="").count()] == [20, 20]
    assert not town.stranger.memberships.exists()


def test_login_that_fits_two_people_is_refused(town):
    User.objects.filter(pk=town.stranger.pk).update(phone="13800138000")
    User.objects.filter(pk=town.mentor.pk).update(username="13800138000")

    with pytest.raises(Refused):
        add_member(town.centre, by=town.head, login="13800138000", role=Role.STAFF)


def test_inactive_person_is_refused(town):
    User.objects.filter(pk=town.stranger.pk).update(is_active=False)

    with pytest.raises(Refused):
        add_member(town.centre, by=town.head, login="stranger", role=Role.STAFF)


def test_role_held_already_is_refused(town):
    with pytest.raises(Refused):
        add_member(town.centre, by=town.head, login="volunteer", role=Role.STAFF)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR, Role.EVALUATOR, "king"])
def test_role_that_means_nothing_in_a_group_is_refused(town, role):
    with pytest.raises(Refused):
        add_member(town.centre, by=town.head, login="stranger", role=role)


# -- ending ----------------------------------------------------------------------------------------


def test_head_ends_a_role_with_today_as_its_last_day(town, time):
    membership = end_membership(role_of(town.volunteer, town.centre), by=town.head)

    assert membership.until == date(2026, 3, 10)
    time.go(datetime(2026, 3, 11, 0, 0))
    assert User.objects.get(pk=town.volunteer.pk).roles == {}
    assert Membership.objects.filter(user=town.volunteer).count() == 1


def test_everybody_may_leave(town):
    membership = end_membership(role_of(town.volunteer, town.centre), by=town.volunteer)

    assert membership.until == date(2026, 3, 10)


@pytest.mark.parametrize("who", ["stranger", "clerk", "hosthead", "admin"])
def test_somebody_else_may_not_end_a_role(town, who):
    with pytest.raises(PermissionDenied):
        end_membership(role_of(town.volunteer, town.centre), by=getattr(town, who))


def test_staff_may_not_end_the_role_of_the_head(town):
    with pytest.raises(PermissionDenied):
        end_membership(role_of(town.head, town.centre), by=town.volunteer)


def test_last_head_cannot_leave(town):
    with pytest.raises(Refused):
        end_membership(role_of(town.head, town.centre), by=town.head)

    assert role_of(town.head, town.centre).until is None


def test_head_leaves_when_there_is_another(town):
    add_member(town.centre, by=town.head, login="volunteer", role=Role.MANAGER)

    end_membership(role_of(town.head, town.centre), by=town.head)

    assert role_of(town.head, town.centre).until == date(2026, 3, 10)


def test_two_heads_cannot_both_leave_on_one_day(town):
    add_member(town.centre, by=town.head, login="stranger", role=Role.MANAGER)
    end_membership(role_of(town.head, town.centre), by=town.head)

    with pytest.raises(Refused):
        end_membership(role_of(town.stranger, town.centre), by=town.stranger)


def test_role_that_has_ended_cannot_end_again(town):
    membership = end_membership(role_of(town.volunteer, town.centre), by=town.head)

    with pytest.raises(Refused):
        end_membership(membership, by=town.head)


def test_person_who_left_can_come_back(town):
    end_membership(role_of(town.volunteer, town.centre), by=town.head)

    add_member(town.centre, by=town.head, login="volunteer", role=Role.STAFF)

    assert Membership.objects.filter(user=town.volunteer, organization=town.centre).count() == 2


# -- the database itself ---------------------------------------------------------------------------


def test_database_refuses_a_role_twice_and_an_end_before_its_start(town):
    same = {"user": town.head, "organization": town.centre}

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(role=Role.MANAGER, **same)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(role=Role.STAFF, since=date(2026, 3, 2), until=date(2026, 3, 1), **same)


# -- what the organisations are --------------------------------------------------------------------


def test_roles_and_the_kinds_of_organisations_are_read_by_one_question(town, django_assert_num_queries):
    clerk = User.objects.get(pk=town.clerk.pk)

    with django_assert_num_queries(1):
        assert clerk.bureaus == {town.bureau.pk: town.bureau.region}
        assert clerk.of_kinds(Kind.COMMUNITY_GROUP, Kind.EVALUATOR) == {}
        assert not clerk.gives_for


def test_a_role_that_has_ended_makes_nobody_a_bureau(town, time):
    Membership.objects.filter(user=town.clerk).update(until=date(2026, 3, 11))
    time.go(datetime(2026, 3, 11, 0, 0))

    assert User.objects.get(pk=town.clerk.pk).bureaus == {}
