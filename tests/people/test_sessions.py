"""When a session ends by itself, what becomes of what was typed, and the list of one's own devices."""

import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from people import sessions
from people.models import User

pytestmark = pytest.mark.one_database

HALF_HOUR = 30 * 60
TITLE = "九十九个台阶的陪伴"


def age(client, *, idle: int = 0, old: int = 0) -> None:
    """As if nothing had been done for so many seconds, or as if the session had begun so many seconds ago."""
    session = client.session
    session[sessions.SEEN] = int(time.time()) - idle
    session[sessions.BEGAN] = int(time.time()) - max(old, idle)
    session.save()


def is_in(client) -> bool:
    return SESSION_KEY in client.session


@pytest.mark.parametrize(
    ("username", "level", "idle", "old", "stays"),
    [
        ("clerk", 2, HALF_HOUR - 60, 0, True),
        ("clerk", 2, HALF_HOUR + 60, 0, False),
        ("admin", 2, HALF_HOUR + 60, 0, False),
        ("head", 2, 7 * 3600, 0, True),
        ("head", 2, 9 * 3600, 0, False),
        ("head", 2, 0, 13 * 3600, False),
        ("head", 3, 0, 9 * 3600, False),
        ("head", 3, 59 * 60, 0, True),
        ("head", 3, 61 * 60, 0, False),
        ("clerk", 3, 14 * 60, 0, True),
        ("clerk", 3, 16 * 60, 0, False),
    ],
)
def test_a_session_ends_by_level_and_role(town, browse, settings, username, level, idle, old, stays):
    settings.SECURITY_LEVEL = level
    client = browse(town.people[username])
    User.objects.update(is_staff=False)  # level 3 would ask administrators for a second factor first
    Authenticator.objects.create(user=town.clerk, type="totp", data={"secret": "MZMTIBYMZEW52ZUW5MPKKVVRDE7CKGDJ"})
    age(client, idle=idle, old=old)

    response = client.get("/projects/?q=1")

    assert is_in(client) == stays
    if not stays:
        assert response["Location"] == "/accounts/login/?next=/projects/%3Fq%3D1"
        assert "已自动退出。请重新登录。" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("username", "idle", "stays"),
    [("head", 4, True), ("head", 6, False), ("clerk", 2, True), ("clerk", 4, False)],
)
def test_a_deployment_may_say_itself_how_long_nothing_may_be_done(town, browse, settings, username, idle, stays):
    settings.IDLE_MINUTES, settings.IDLE_MINUTES_PRIVILEGED = 5, 3
    client = browse(town.people[username])
    age(client, idle=idle * 60)

    client.get("/projects/")

    assert is_in(client) == stays


def test_a_key_of_before_signing_in_opens_nothing_afterwards(browse, town):
    """Whoever had put their own into another's browser, or read it there, would be signed in as well."""
    client = browse()
    client.get("/accounts/login/")
    session = client.session  # as a page for strangers makes one
    session["note"] = "of before"
    session.save()
    client.cookies["sessionid"] = before = session.session_key

    client.post("/accounts/login/", {"login": "head", "password": "test"})
    after = client.cookies["sessionid"].value
    old = browse()
    old.cookies["sessionid"] = before

    assert (is_in(client), after != before) == (True, True)
    assert old.get("/todo/")["Location"] == "/accounts/login/?next=/todo/"


def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(town, browse):
    client = browse(town.clerk)
    age(client, idle=HALF_HOUR - 300)
    before = client.session[sessions.SEEN]

    client.get("/todo/", headers={"X-By-Itself": "1"})
    untouched = client.session[sessions.SEEN]
    client.get("/todo/")

    assert (untouched, client.session[sessions.SEEN] > before) == (before, True)


def typed(town, client):
    """The head of the centre types for longer than the session lasts, and presses the button."""
    age(client, idle=9 * 3600)
    page = reverse("people:organization_edit", args=[town.centre.pk])
    return page, client.post(
        page, {"name": TITLE, "profile": "第一行\r\n第二行"}, headers={"Referer": f"http://testserver{page}"}
    )


def test_what_was_typed_waits_and_is_sent_by_a_press(town, browse):
    client = browse(town.head)
    page, response = typed(town, client)

    login = client.get(response["Location"]).content.decode()
    client.post(response["Location"].split("?")[0], {"login": "head", "password": "test", "next": page})
    led = client.get(page)
    shown = client.get(led["Location"]).content.decode()
    sent = client.post(page, {"name": TITLE, "profile": "第一行\r\n第二行"})

    assert ("您填写的内容已保留" in login, "刚才的操作没有生效" in login) == (True, False)
    assert led["Location"].startswith("/resume/?to=")
    assert ("您填写的内容还在" in shown, TITLE in shown, f'action="{page}"' in shown) == (True, True, True)
    assert sent.status_code == 200  # the form with what was typed, and what is still missing
    assert sent.context["form"]["name"].value() == TITLE
    assert client.get(page).status_code == 200  # nothing waits any more


def test_what_was_typed_the_evening_before_waits_too(town, browse):
    """The cookie outlives the session, so that the one who typed is known; what waits is gone after half a day."""
    client = browse()
    client.post("/accounts/login/", {"login": "head", "password": "test"})
    assert client.cookies["sessionid"]["max-age"] > 2 * 24 * 3600

    typed(town, client)

    assert client.cookies["sessionid"]["max-age"] == 12 * 3600
    assert sessions.HELD in client.session


def test_what_was_typed_waits_when_another_tab_has_seen_the_end_of_the_session(town, browse):
    client = browse(town.head)
    age(client, idle=9 * 3600)
    client.get("/todo/")
    page = reverse("people:organization_edit", args=[town.centre.pk])

    told = client.get(client.post(page, {"profile": "第一行"})["Location"]).content.decode()
    client.post("/accounts/login/", {"login": "head", "password": "test"})

    assert "您填写的内容已保留" in told
    assert "第一行" in client.get(client.get("/todo/")["Location"]).content.decode()
    assert sessions.WAS not in client.session


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(town, browse):
    client = browse(town.clerk)
    age(client, idle=HALF_HOUR + 60)
    part = {"HX-Request": "true", "HX-Current-URL": "http://testserver/documents/prints/1/?a=b", "X-By-Itself": "1"}

    assert client.get("/todo/", headers=part)["HX-Redirect"] == "/accounts/login/?next=/documents/prints/1/"


def test_what_was_typed_is_left_by_a_press(town, browse):
    client = browse(town.head)
    page, _response = typed(town, client)
    client.post("/accounts/login/", {"login": "head", "password": "test"})

    left = client.post("/resume/?to=/projects/")

    assert (left["Location"], client.get(page).status_code) == ("/projects/", 200)


def test_what_was_typed_is_shown_to_nobody_else(town, browse):
    client = browse(town.head)
    typed(town, client)
    client.post("/accounts/login/", {"login": "stranger", "password": "test"})

    response = client.get("/todo/")

    assert (response.status_code, TITLE in response.content.decode()) == (200, False)
    assert sessions.HELD not in client.session
    assert client.get("/resume/")["Location"] == "/todo/"


@pytest.mark.parametrize("path", ["/me/identity/", "/accounts/password/change/"])
def test_numbers_and_passwords_are_never_kept(town, browse, path):
    client = browse(town.head)
    age(client, idle=9 * 3600)

    client.post(path, {"number": "11010519491231002X", "oldpassword": "test"})

    assert sessions.HELD not in client.session


def test_nothing_leads_out_of_the_site(town, browse):
    client = browse(town.head)

    assert client.get("/resume/?to=https://elsewhere.example/")["Location"] == "/todo/"
    assert client.post("/resume/?to=//elsewhere.example/")["Location"] == "/todo/"


def test_the_others_of_ones_own_devices_are_signed_out(town, browse):
    here, phone, other = browse(), browse(), browse()
    here.post("/accounts/login/", {"login": "singer", "password": "test"}, HTTP_USER_AGENT="X11; Linux Firefox/1")
    phone.post("/accounts/login/", {"login": "singer", "password": "test"}, HTTP_USER_AGENT="iPhone MicroMessenger")
    other.post("/accounts/login/", {"login": "volunteer", "password": "test"})

    shown = here.get("/accounts/sessions/").content.decode()
    here.post("/accounts/sessions/")

    assert ("iPhone · 微信" in shown, "Linux · Firefox" in shown) == (True, True)
    assert [is_in(client) for client in (here, phone, other)] == [True, False, True]


@pytest.mark.parametrize(
    ("one", "level", "still_there"), [(True, 2, False), (None, 2, True), (None, 3, False), (False, 3, True)]
)
def test_one_session_a_person_by_setting_and_level(town, browse, settings, one, level, still_there):
    settings.ONE_SESSION, settings.SECURITY_LEVEL = one, level
    first, second = browse(), browse()
    for client in (first, second):
        client.post("/accounts/login/", {"login": "singer", "password": "test"})

    assert (is_in(second), is_in(first)) == (True, still_there)
