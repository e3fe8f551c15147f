"""Which passwords are taken, how long they hold, and that what somebody else set is changed first."""

from datetime import timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from core.models import Event
from people.models import User
from tests import town as towns

pytestmark = pytest.mark.one_database

CHANGE = "/accounts/password/change/"


def refusals(password: str, user: User | None = None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return [error.code for error in refused.error_list]
    return []


@pytest.mark.parametrize(
    ("password", "level", "found"),
    [
        ("Liuxi-26", 2, []),
        ("liuxi-2026", 2, []),
        ("Liuxi-26", 3, ["password_too_short"]),
        ("Liuxi-2026", 3, []),
        ("Lx-2026", 2, ["password_too_short"]),
        ("liuxi2026", 2, ["password_too_simple"]),
        ("柳溪镇的春天来了", 2, ["password_too_simple"]),
        ("Admin@123", 2, ["password_too_common"]),
        ("P@ssw0rd", 2, ["password_too_common"]),
        ("Abc@123456", 2, ["password_too_common"]),
    ],
)
def test_length_classes_and_common_ones_by_level(settings, password, level, found):
    settings.SECURITY_LEVEL = level

    assert sorted(set(refusals(password))) == found


def test_a_password_like_ones_own_number_or_name_is_refused():
    user = User(username="wangguilan", name="王桂兰", phone="13800138000")

    assert refusals("Wangguilan-1", user) == ["password_too_similar"]
    assert refusals("Aa13800138000", user) == ["password_too_similar"]


@pytest.mark.parametrize(("level", "remembered"), [(2, 3), (3, 5)])
def test_an_earlier_password_does_not_come_back_until_it_is_long_ago(town, settings, level, remembered):
    """Neither the present one nor as many before it as the level says."""
    settings.SECURITY_LEVEL = level
    user, passwords = town.singer, [f"Liuxi-20{number}" for number in range(10, 17)]
    for password in passwords:
        assert refusals(password, user) == []
        user.set_password(password)
        user.save()

    used = [password for password in passwords if refusals(password, user) == ["password_used_before"]]

    assert used == passwords[-remembered - 1 :]
    assert "password_used_before" not in refusals("test", user)  # long ago, and only too weak


def test_a_password_that_an_administrator_sets_holds_for_one_sign_in(town, browse):
    keeper, person = browse(towns.administrator("security")), browse()
    passwords = {"password1": "Liuxi-2026", "password2": "Liuxi-2026", "usable_password": "true"}
    keeper.post(reverse("admin:auth_user_password_change", args=[town.singer.pk]), passwords)
    person.post("/accounts/login/", {"login": "singer", "password": "Liuxi-2026"})

    first = person.get("/projects/?q=1")
    pressed = person.post(reverse("people:profile_edit"), {"name": "改"})
    own = {"oldpassword": "Liuxi-2026", "password1": "Chunjie-27", "password2": "Chunjie-27"}
    changed = person.post(CHANGE, own)

    assert first["Location"] == pressed["Location"] == CHANGE
    assert "现在的密码是别人设置的" in person.get(CHANGE).content.decode()
    assert changed["Location"] == reverse("people:go_on")
    assert person.get(changed["Location"])["Location"] == "/resume/?to=%2Fme%2Fgo-on%2F"  # the form that was pressed
    assert person.post("/resume/?to=%2Fme%2Fgo-on%2F")["Location"] == "/me/go-on/"
    assert person.get("/me/go-on/")["Location"] == "/projects/?q=1"
    assert person.get("/projects/").status_code == 200
    assert User.objects.get(username="singer").name == "王桂兰"
    assert [event.name for event in Event.objects.about(town.singer)] == ["password_set", "sign_in", "password_changed"]


@pytest.mark.parametrize(
    ("username", "level", "days", "place"),
    [
        ("clerk", 2, 179, None),
        ("clerk", 2, 181, CHANGE),
        ("singer", 2, 400, None),
        ("singer", 3, 89, None),
        ("singer", 3, 91, CHANGE),
    ],
)
def test_a_password_is_too_old_by_level_and_role(town, browse, settings, username, level, days, place):
    settings.SECURITY_LEVEL = level
    user = town.people[username]
    User.objects.filter(pk=user.pk).update(password_set_at=timezone.now() - timedelta(days=days))

    assert browse(user).get("/projects/").get("Location") == place


def test_what_was_typed_when_the_password_had_grown_too_old_waits(town, browse):
    head = browse(town.head)
    User.objects.filter(pk=town.head.pk).update(must_change_password=True)
    page = reverse("people:organization_edit", args=[town.centre.pk])

    assert head.post(page, {"profile": "第一行"})["Location"] == CHANGE
    User.objects.filter(pk=town.head.pk).update(must_change_password=False)

    assert "第一行" in head.get(head.get("/todo/")["Location"]).content.decode()


def test_a_wrong_current_password_is_said_to_be_wrong_and_tries_do_not_shut_the_page(town, browse):
    client = browse(town.head)
    for _try in range(7):
        page = client.post(CHANGE, {"oldpassword": "nope", "password1": "a", "password2": "a"})

    assert page.status_code == 200
    assert page.context["form"].errors["oldpassword"] == ["当前密码不对，请重新输入。"]


@pytest.mark.every_case
@pytest.mark.parametrize("new", ["a", "test"])
def test_with_a_wrong_current_password_nothing_is_said_of_the_new_one(town, browse, new):
    """That it was used before would tell whoever sits at an open desk that they have guessed it."""
    page = browse(town.head).post(CHANGE, {"oldpassword": "nope", "password1": new, "password2": "b"})

    assert list(page.context["form"].errors) == ["oldpassword"]


def test_a_right_current_password_leaves_what_is_wrong_with_the_new_one(town, browse):
    page = browse(town.head).post(CHANGE, {"oldpassword": "test", "password1": "test", "password2": "test"})

    assert "这个密码您以前用过：请换一个。" in page.context["form"].errors["password1"]


def test_who_has_no_password_yet_reads_no_rule_about_earlier_ones(town, browse):
    keeper, rule = browse(town.admin), "最近"
    pages = {
        "sign-up": browse().get("/accounts/signup/"),
        "account made by an administrator": keeper.get(reverse("admin:people_user_add")),
        "change": browse(town.head).get(CHANGE),
    }

    assert [rule in page.content.decode() for page in pages.values()] == [False, False, True]
    assert ["至少8个字符" in page.content.decode() for page in pages.values()] == [True, True, True]


def test_a_new_password_ends_the_other_sessions(town, browse):
    here, elsewhere = browse(), browse()
    for client in (here, elsewhere):
        client.post("/accounts/login/", {"login": "singer", "password": "test"})

    here.post(CHANGE, {"oldpassword": "test", "password1": "Chunjie-27", "password2": "Chunjie-27"})

    assert here.get("/todo/").status_code == 200
    assert elsewhere.get("/todo/")["Location"] == "/accounts/login/?next=/todo/"
