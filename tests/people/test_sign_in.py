"""People sign in with what they remember: user name, e-mail address or mobile number."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from people.models import User

LOGIN = "/accounts/login/"
SIGNUP = "/accounts/signup/"
NEWCOMER = {
    "username": "zhaoli",
    "name": "赵丽",
    "phone": "139 1111 2222",
    "email": "",
    "password1": "liuxi-2026-aaa",
    "password2": "liuxi-2026-aaa",
    "agreed": "on",
}


@pytest.fixture
def wang(town) -> User:
    """The choir's head, who has a mobile number."""
    town.singer.phone = "13800138000"
    town.singer.save()
    return town.singer


def signed_in(client) -> int | None:
    found = client.session.get("_auth_user_id")
    return int(found) if found else None


@pytest.mark.parametrize(
    "login",
    ["singer", "singer@example.org", "Singer@Example.org", "13800138000", "138 0013 8000", "+86 138-0013-8000"],
)
def test_sign_in_by_name_address_or_number(wang, browse, login):
    client = browse()

    response = client.post(LOGIN, {"login": login, "password": "test"})

    assert (response.status_code, response["Location"]) == (302, "/todo/")
    assert signed_in(client) == wang.pk


@pytest.mark.parametrize("login", ["singer", "singer@example.org", "13800138000"])
def test_sign_in_with_a_wrong_password_is_refused(wang, browse, login):
    client = browse()

    response = client.post(LOGIN, {"login": login, "password": "wrong"})

    assert response.status_code == 200
    assert len(response.context["form"].non_field_errors()) == 1
    assert signed_in(client) is None


def test_sign_in_of_an_inactive_person_is_refused(wang, browse):
    wang.is_active = False
    wang.save()
    client = browse()

    response = client.post(LOGIN, {"login": "singer", "password": "test"})

    assert response["Location"] == "/accounts/inactive/"
    assert signed_in(client) is None


def test_sign_up_keeps_name_and_normalised_number_and_signs_in(db, browse):
    client = browse()

    response = client.post(SIGNUP, NEWCOMER)

    person = User.objects.get(username="zhaoli")
    assert (response.status_code, response["Location"]) == (302, "/todo/")
    assert (person.name, person.phone, person.email) == ("赵丽", "13911112222", "")
    assert signed_in(client) == person.pk


@pytest.mark.parametrize("page", [SIGNUP, "/accounts/email/"])
def test_an_address_that_is_too_long_is_refused_and_not_cut(wang, browse, page):
    sent = NEWCOMER | {"email": "a" * 300 + "@example.org", "action_add": ""}

    answer = browse(wang if page != SIGNUP else None).post(page, sent)

    assert answer.context["form"].errors == {"email": ["邮箱地址太长。"]}
    assert not User.objects.filter(email__startswith="aaa").exists()


def test_sign_up_then_sign_in_with_the_number(db, browse):
    browse().post(SIGNUP, NEWCOMER)
    client = browse()

    client.post(LOGIN, {"login": "13911112222", "password": "liuxi-2026-aaa"})

    assert signed_in(client) == User.objects.get(username="zhaoli").pk


def test_sign_up_with_a_number_that_is_taken_is_refused_at_the_field(wang, browse):
    client = browse()

    response = client.post(SIGNUP, NEWCOMER | {"phone": "+86 13800138000"})

    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["phone"]
    assert response.context["form"]["username"].value() == "zhaoli"
    assert signed_in(client) is None


def test_sign_up_with_an_address_that_is_taken_makes_no_second_account(wang, browse):
    client = browse()

    client.post(SIGNUP, NEWCOMER | {"email": "singer@example.org"})

    assert User.objects.filter(email="singer@example.org").count() == 1
    assert signed_in(client) is None


@pytest.mark.parametrize("number", ["12345", "010-65000000", "abc"])
def test_sign_up_with_something_that_is_no_mobile_number_is_refused(db, browse, number):
    response = browse().post(SIGNUP, NEWCOMER | {"phone": number})

    assert list(response.context["form"].errors) == ["phone"]
    assert User.objects.count() == 0


def test_sign_up_of_two_people_without_a_number(db, browse):
    browse().post(SIGNUP, NEWCOMER | {"phone": ""})
    browse().post(SIGNUP, NEWCOMER | {"phone": "", "username": "zhaoli2"})

    assert list(User.objects.order_by("pk").values_list("username", "phone")) == [("zhaoli", None), ("zhaoli2", None)]


@pytest.mark.parametrize("url", [LOGIN, SIGNUP, "/accounts/password/reset/"])
def test_entrance_pages_stand_in_our_layout(db, browse, url):
    response = browse().get(url)

    assert response.status_code == 200
    assert "base.html" in [template.name for template in response.templates]
    assert 'class="entrance"' in response.content.decode()


@pytest.mark.parametrize("url", ["/accounts/password/change/", "/accounts/2fa/"])
def test_safety_pages_stand_in_our_layout(town, browse, url):
    response = browse(town.singer).get(url)

    assert response.status_code == 200
    assert 'class="manage"' in response.content.decode()


@pytest.mark.parametrize("url", ["/accounts/password/change/", "/accounts/2fa/"])
def test_safety_pages_ask_a_stranger_to_sign_in(db, browse, url):
    response = browse().get(url)

    assert response["Location"] == f"{LOGIN}?next={url}"


def test_sixth_wrong_password_in_a_row_locks_even_the_right_one_out(wang, browse):
    client = browse()
    for _ in range(5):
        client.post(LOGIN, {"login": "singer", "password": "wrong"})

    client.post(LOGIN, {"login": "singer", "password": "test"})

    assert signed_in(client) is None


def test_two_step_sign_in_asks_for_a_code_after_the_password(wang, browse):
    Authenticator.objects.create(
        user=wang, type=Authenticator.Type.TOTP, data={"secret": "MZMTIBYMZEW52ZUW5MPKKVVRDE7CKGDJ"}
    )
    client = browse()

    response = client.post(LOGIN, {"login": "13800138000", "password": "test"})

    assert response["Location"] == "/accounts/2fa/authenticate/"
    assert signed_in(client) is None


def test_whoever_cannot_get_in_reads_who_helps(db, client, settings):
    pages = [reverse(name) for name in ("account_login", "account_reset_password")]
    silent = [client.get(page).content.decode() for page in pages]
    settings.HELP_DESK = "郭安 010-65000000"

    assert [page for page in silent if "无法登录" in page] == []
    said = "无法登录？请联系平台的安全管理员：郭安 010-65000000"
    assert [page for page in pages if said not in client.get(page).content.decode()] == []
