"""Who must have a second factor sets it up before anything else; whoever has lost it is helped, with a reason."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import sha256, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

from core.models import Event
from core.workflow import Refused
from people import actions, sessions
from tests import town as towns

pytestmark = pytest.mark.one_database

ALL = ["administrator", "manager", "staff", "approver", "finance", "auditor"]
SETUP = "/me/second-step/"


def code(secret: str, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def signed_in(browse, username: str):
    client = browse()
    client.post("/accounts/login/", {"login": username, "password": "test"})
    return client


def set_up(client) -> str:
    """By an app for codes; returns its secret."""
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert answer["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


@pytest.mark.parametrize(
    ("username", "roles", "level", "asked"),
    [
        ("approver", ALL, 2, True),
        ("approver", ["finance"], 2, False),
        ("admin", ALL, 2, True),
        ("admin", ["approver"], 2, False),
        ("head", ALL, 2, False),  # a head, but not of a funder
        ("approver", [], 2, False),
        ("approver", [], 3, True),
        ("head", [], 3, False),
    ],
)
def test_who_is_asked_by_setting_and_level(town, browse, settings, username, roles, level, asked):
    settings.MFA_REQUIRED_ROLES, settings.SECURITY_LEVEL = roles, level

    response = browse(town.people[username]).get("/projects/")

    assert response.get("Location") == (SETUP if asked else None)


@pytest.mark.django_db(transaction=True)
def test_a_code_in_the_digits_of_a_chinese_keyboard_is_taken(town, browse):
    client = signed_in(browse, "head")
    client.get("/accounts/2fa/totp/activate/")
    full = {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"}
    typed = code(client.session["mfa.totp.secret"]).translate(full)

    refused = client.post("/accounts/2fa/totp/activate/", {"code": typed[::-1] + "９"})
    taken = client.post("/accounts/2fa/totp/activate/", {"code": typed})

    assert (refused.status_code, taken["Location"]) == (200, "/accounts/2fa/recovery-codes/")


@pytest.mark.django_db(transaction=True)
def test_set_up_by_app_and_on_to_the_page_that_was_wanted(town, browse, settings):
    settings.MFA_REQUIRED_ROLES = ALL
    client = signed_in(browse, "approver")

    led = client.get("/projects/?q=1")
    by_button = client.post("/me/edit/", {"name": "改"})
    by_htmx = client.get("/projects/", headers={"HX-Request": "true"})
    wrong = client.post("/accounts/2fa/totp/activate/", {"code": "000000"})
    secret = set_up(client)
    codes = client.get("/accounts/2fa/recovery-codes/").content.decode()

    assert (led["Location"], by_button["Location"], by_htmx["HX-Redirect"]) == (SETUP, SETUP, SETUP)
    assert wrong.status_code == 200
    assert "我已保存好，继续" in codes
    resume = client.get("/me/go-on/")["Location"]  # what was pressed meanwhile waits first
    assert client.post(resume)["Location"] == "/me/go-on/"
    assert client.get("/me/go-on/")["Location"] == "/projects/?q=1"
    assert client.get("/projects/").status_code == 200
    assert Event.objects.about(town.approver).last().name == "second_factor_added"

    again = signed_in(browse, "approver")
    assert again.get("/projects/").status_code == 302  # not in before the second step
    assert again.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)}).status_code == 302
    assert again.get("/projects/").status_code == 200
    third = signed_in(browse, "approver")
    used = third.post("/accounts/2fa/authenticate/", {"code": code(secret, 1)})
    assert "验证码不对" in used.content.decode()
    [one] = Authenticator.objects.filter(type="recovery_codes")
    third.post("/accounts/2fa/authenticate/", {"code": one.wrap().get_unused_codes()[0]})
    assert third.get("/projects/").status_code == 200


def test_the_last_factor_is_not_taken_away_by_who_must_have_one(town, browse, settings):
    client = signed_in(browse, "approver")
    Authenticator.objects.create(user=town.approver, type="totp", data={"secret": "MZMTIBYMZEW52ZUW5MPKKVVRDE7CKGDJ"})
    settings.MFA_REQUIRED_ROLES = ALL

    kept = client.post("/accounts/2fa/totp/deactivate/")
    settings.MFA_REQUIRED_ROLES = []
    removed = client.post("/accounts/2fa/totp/deactivate/")

    assert (kept.status_code, removed.status_code) == (200, 302)
    assert "请先添加另一种" in kept.content.decode()


def test_a_lost_phone_is_reset_by_the_security_administrator_with_a_reason(town, browse):
    keeper = towns.administrator("security")
    Authenticator.objects.create(user=town.approver, type="totp", data={"secret": "MZMTIBYMZEW52ZUW5MPKKVVRDE7CKGDJ"})
    desk, page = browse(keeper), reverse("people:safety_person", args=[town.approver.pk])

    without = desk.post(page, {"deed": "second-factor", "reason": ""})
    refused = browse(town.clerk).post(page, {"deed": "second-factor", "reason": "手机丢了"})
    desk.post(page, {"deed": "second-factor", "reason": "手机丢了，已电话核实"})

    assert (without.status_code, refused.status_code) == (200, 403)
    assert not Authenticator.objects.filter(user=town.approver).exists()
    event = Event.objects.about(town.approver).last()
    assert (event.name, event.note, event.actor) == ("second_factor_reset", "手机丢了，已电话核实", keeper)
    assert town.approver.notifications.get().subject == "您登录的第二步验证已被重置"


def test_nobody_resets_their_own_second_factor(town):
    keeper = towns.administrator("security")

    with pytest.raises(Refused):
        actions.reset_second_factor(keeper, by=keeper, reason="丢了")


def test_wrong_codes_are_limited_too(town, browse):
    Authenticator.objects.create(user=town.singer, type="totp", data={"secret": "MZMTIBYMZEW52ZUW5MPKKVVRDE7CKGDJ"})
    client = signed_in(browse, "singer")
    for _ in range(5):
        client.post("/accounts/2fa/authenticate/", {"code": "000000"})

    right = client.post("/accounts/2fa/authenticate/", {"code": code("MZMTIBYMZEW52ZUW5MPKKVVRDE7CKGDJ")})

    assert "尝试次数太多" in right.content.decode()
    assert Event.objects.about(town.singer).filter(name="second_factor_failed").count() == 5
    assert sessions.SECOND_FACTOR not in client.session


def key() -> dict:
    """What a browser sends of a security key."""
    public = ES256.from_ctap1(b"\x04" + bytes(64))
    credential = AttestedCredentialData.create(bytes(16), b"key", public)
    data = AuthenticatorData.create(sha256(b"testserver"), AuthenticatorData.FLAG.AT, 0, credential)
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://testserver")
    sent = {"clientDataJSON": client, "attestationObject": AttestationObject.create("none", data, {})}
    response = {name: websafe_encode(value) for name, value in sent.items()}
    return {"id": websafe_encode(b"key"), "rawId": websafe_encode(b"key"), "type": "public-key", "response": response}


@pytest.mark.every_case
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("has_key", [False, True])
def test_a_key_is_offered_to_who_has_one(town, browse, has_key):
    set_up(signed_in(browse, "head"))
    if has_key:
        Authenticator.objects.create(user=town.head, type="webauthn", data={"name": "钥匙", "credential": key()})

    client = signed_in(browse, "head")
    page = client.get("/accounts/2fa/authenticate/").content.decode()

    assert ("验证码" in page, "mfa_webauthn_authenticate" in page) == (True, has_key)


MACHINE = ("Email", "恢复代码", "身份验证器", "双因素", "密钥", "登出", "会话", "token", "首选", "激活", "（重复）")


@pytest.mark.every_case
@pytest.mark.django_db(transaction=True)
def test_the_pages_of_the_account_speak_as_an_office_does(town, browse):
    client = signed_in(browse, "head")
    set_up(client)
    paths = ["email/", "password/change/", "logout/", "2fa/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/"]
    paths += ["2fa/totp/deactivate/", "2fa/webauthn/", "2fa/webauthn/add/", "sessions/", "reauthenticate/"]
    paths += ["2fa/reauthenticate/", "password/reset/done/"]
    pages = {path: client.get(f"/accounts/{path}").content.decode() for path in paths}
    pages |= {path: browse().get(f"/accounts/{path}").content.decode() for path in ("password/reset/", "signup/")}
    shown = {path: re.sub(r"<script.*?</script>|<[^>]*>", "", page, flags=re.S)
             for path, page in pages.items()}  # fmt: skip

    assert {path: [word for word in MACHINE if word in text] for path, text in shown.items()} == {
        path: [] for path in shown
    }
    assert "您的账号下有以下邮箱" in shown["email/"]
