"""Guessing passwords: counted by account and by address, whoever counts; the answer says nothing about who is here."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from django.utils.html import strip_tags

from core.models import Event
from people.actions import signing_in
from people.models import SignInGuard, User
from people.security import policy
from tests import town as towns

LOGIN = "/accounts/login/"


def attempt(client, login: str, password: str = "wrong", address: str = "198.51.100.7"):
    return client.post(LOGIN, {"login": login, "password": password}, REMOTE_ADDR=address)


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def said(response) -> list[str]:
    return list(response.context["form"].non_field_errors())


@pytest.fixture
def wang(town) -> User:
    town.singer.phone = "13800138000"
    town.singer.save()
    return town.singer


def test_an_account_is_locked_whichever_of_its_names_is_typed_and_opens_by_itself(wang, browse):
    names = ["singer", "singer@example.org", "13800138000", "Singer", "+86 138 0013 8000"]
    for login in names:
        attempt(browse(), login)
    client = browse()

    locked = attempt(client, "13800138000", "test")

    assert (is_in(client), said(locked)) == (
        False,
        ["尝试次数太多。请15分钟后再试，或者重设密码。急用时可以请安全管理员提前解锁。"],
    )
    assert [event.name for event in Event.objects.about(wang)][-2:] == ["sign_in_failed", "sign_in_locked"]
    assert wang.notifications.get().subject == "有人多次尝试登录您的账号，没有成功"
    SignInGuard.objects.filter(user=wang).update(locked_until=timezone.now() - timedelta(seconds=1))
    attempt(client, "singer", "test")
    assert is_in(client)
    assert SignInGuard.objects.get(user=wang).failures == 0


@pytest.mark.one_database
@pytest.mark.parametrize(("level", "minutes"), [(2, 15), (3, 30)])
def test_an_account_is_locked_for_as_long_as_the_level_says(wang, browse, settings, level, minutes):
    settings.SECURITY_LEVEL = level
    for _ in range(5):
        attempt(browse(), "singer")

    left = SignInGuard.objects.get(user=wang).locked_until - timezone.now()

    assert timedelta(minutes=minutes - 1) < left <= timedelta(minutes=minutes)
    assert f"请{minutes}分钟后再试" in said(attempt(browse(), "singer", "test"))[0]


def test_four_mistakes_lock_nobody_and_are_forgotten_with_the_right_password(wang, browse):
    for _ in range(4):
        attempt(browse(), "singer")
    client = browse()

    attempt(client, "singer", "test")

    assert is_in(client)
    assert SignInGuard.objects.get(user=wang).failures == 0


def test_a_name_that_nobody_has_is_answered_like_one_that_somebody_has(wang, browse):
    known = [strip_tags(attempt(browse(), "singer").content.decode()) for _ in range(7)]
    unknown = [strip_tags(attempt(browse(), "nobody").content.decode()) for _ in range(7)]

    assert known == unknown
    assert SignInGuard.objects.filter(kind="name", key__contains="nobody").count() == 0  # it may be a mistyped password


def test_another_account_from_another_address_is_not_locked(wang, browse):
    for _ in range(6):
        attempt(browse(), "singer")
    client = browse()

    attempt(client, "volunteer", "test", address="198.51.100.8")

    assert is_in(client)


def test_an_address_that_guesses_at_many_accounts_is_locked_and_own_sign_ins_do_not_wipe_the_count(wang, browse):
    most = policy().failures_address
    for number in range(most):
        assert signing_in.begin_attempt([], f"name{number}", "198.51.100.7")
        signing_in.fail_attempt([], f"name{number}", "198.51.100.7")
        if number == 5:
            assert signing_in.begin_attempt([wang], "singer", "198.51.100.7")
            signing_in.pass_attempt(wang, "singer", "198.51.100.7")
    client, elsewhere = browse(), browse()

    attempt(client, "singer", "test")
    attempt(elsewhere, "singer", "test", address="198.51.100.8")

    assert (is_in(client), is_in(elsewhere)) == (False, True)
    guard = SignInGuard.objects.get(kind="address", key="198.51.100.7")
    assert [event.name for event in Event.objects.about(guard)] == ["sign_in_locked"]


def test_more_attempts_than_allowed_are_not_begun_before_the_first_is_answered(wang):
    """A hundred requests at once: what has not failed yet counts as well."""
    begun = [signing_in.begin_attempt([wang], "singer", "198.51.100.7") for _ in range(8)]

    assert begun == [True] * 5 + [False] * 3


def test_taking_another_persons_number_as_ones_name_does_not_help_to_guess(wang, browse):
    User.objects.create_user("13800138000", name="冒名", password="own")
    for _ in range(4):
        attempt(browse(), "13800138000")
    attempt(browse(), "13800138000", "own")
    attempt(browse(), "13800138000")
    client = browse()

    attempt(client, "singer", "test")

    assert not is_in(client)


def test_a_security_administrator_unlocks_before_the_time_and_nobody_else_does(town, wang, browse):
    keeper = towns.administrator("security")
    for _ in range(5):
        attempt(browse(), "singer")
    guard = SignInGuard.objects.get(user=wang)

    refused = browse(town.clerk).post(f"/safety/locks/{guard.pk}/unlock/")
    page = browse(User.objects.get(pk=keeper.pk)).get("/safety/").content.decode()
    browse(User.objects.get(pk=keeper.pk)).post(f"/safety/locks/{guard.pk}/unlock/")

    assert (refused.status_code, "王桂兰" in page) == (403, True)
    event = Event.objects.about(wang).last()
    assert (event.name, event.actor) == ("sign_in_unlocked", keeper)
    client = browse()
    attempt(client, "singer", "test")
    assert is_in(client)


def test_forgotten_passwords_are_answered_alike_and_strangers_get_no_mail(wang, browse):
    known = browse().post("/accounts/password/reset/", {"email": "singer@example.org"})
    unknown = browse().post("/accounts/password/reset/", {"email": "nobody@example.org"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [["singer@example.org"]]


def test_each_sign_in_stands_in_the_log_and_a_new_place_is_told(wang, browse):
    for address in ("198.51.100.7", "198.51.9.1", "203.0.113.5"):  # the second is in the same network as the first
        attempt(browse(), "singer", "test", address=address)

    signed_in = [event.data["address"] for event in Event.objects.about(wang).filter(name="sign_in")]
    assert signed_in == ["198.51.100.7", "198.51.9.1", "203.0.113.5"]
    assert [note.body.split("。")[0] for note in wang.notifications.all()] == ["登录地址：203.0.113.5"]


@pytest.mark.one_database
def test_failures_are_forgotten_after_a_day_unless_they_lock(wang):
    yesterday = timezone.now() - timedelta(days=1, minutes=1)
    guards = {key: SignInGuard.objects.create(kind="address", key=key, last_at=yesterday) for key in ("old", "locked")}
    SignInGuard.objects.filter(key="locked").update(locked_until=timezone.now() + timedelta(hours=1))
    SignInGuard.objects.create(kind="address", key="today")

    assert signing_in.forget_attempts() == 1
    assert guards["old"].key not in SignInGuard.objects.values_list("key", flat=True)
