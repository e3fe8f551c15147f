"""A security key and a passkey in a real browser: Chromium's virtual authenticator stands in for finger and phone."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings
from playwright.sync_api import expect

from core.models import Event
from tests.browser.layout import is_for_thumbs, is_no_wider

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium, live_server):
    """A phone with a sensor for fingers."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = context.new_page()
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda line: page.problems.append(line.text) if line.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    sensor = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    added = devices.send("WebAuthn.addVirtualAuthenticator", {"options": sensor})
    page.finger = lambda right: devices.send(
        "WebAuthn.setUserVerified", {"authenticatorId": added["authenticatorId"], "isUserVerified": right}
    )
    # A key belongs to a name, and an address of numbers is none.
    page.site = live_server.url.replace("127.0.0.1", "localhost")
    yield page
    context.close()


def sign_out(page) -> None:
    page.context.clear_cookies()
    page.goto(f"{page.site}/accounts/login/")


def give_password(page) -> None:
    page.get_by_label("用户名、手机号或邮箱").fill("approver")
    page.get_by_label("密码").fill("test")
    page.get_by_role("button", name="登录", exact=True).click()


def test_a_finger_is_set_up_first_then_signs_in_beside_the_password_and_instead_of_it(town, phone):
    with override_settings(MFA_REQUIRED_ROLES=["approver"]):
        phone.goto(f"{phone.site}/accounts/login/?next=/projects/")
        assert is_no_wider(phone)
        give_password(phone)
        expect(phone.get_by_role("heading", name="设置第二步验证")).to_be_visible()
        assert is_no_wider(phone)
        phone.locator("a[href='/accounts/2fa/webauthn/add/']").click()
        phone.get_by_label("以后只用它登录，不用输密码").check()
        assert is_for_thumbs(phone, "#mfa_webauthn_add")
        phone.get_by_role("button", name="添加").click()
        expect(phone.get_by_role("heading", name="备用码")).to_be_visible()
        phone.get_by_role("link", name="我已保存好，继续").click()
        expect(phone).to_have_url(f"{phone.site}/projects/")
        assert Authenticator.objects.filter(user=town.approver, type="webauthn").count() == 1

        sign_out(phone)
        give_password(phone)
        expect(phone.get_by_role("heading", name="第二步验证")).to_be_visible()
        phone.finger(False)  # somebody else's
        phone.get_by_role("button", name="指纹、人脸或安全钥匙").click()
        expect(phone.get_by_text("没有成功。请再试一次，或者换一种方式。")).to_be_visible()
        phone.finger(True)
        phone.get_by_role("button", name="指纹、人脸或安全钥匙").click()
        expect(phone).to_have_url(f"{phone.site}/todo/")

        sign_out(phone)
        phone.get_by_role("button", name="指纹、人脸或安全钥匙").click()
        expect(phone).to_have_url(f"{phone.site}/todo/")

    signed_in = [event.data["how"] for event in Event.objects.about(town.approver).filter(name="sign_in")]
    assert signed_in == ["password", "password + mfa", "mfa"]
    assert phone.problems == []
