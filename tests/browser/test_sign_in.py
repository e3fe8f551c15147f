"""Signing in on a phone: the page behind the code, without an account and without JavaScript."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core import clock
from projects import sign_in
from projects.models import Project
from tests.browser.layout import is_for_thumbs, is_no_wider
from tests.life import draft
from tests.records import planned

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium):
    contexts = []

    def start():
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=False, has_touch=True
        )
        contexts.append(context)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()


def test_two_phones_sign_in_and_one_corrects_what_it_wrote(town, phone, live_server):
    project = draft(town, call=town.call, starts_on=clock.today() + timedelta(days=30), ends_on=town.call.ends_on)
    Project.objects.filter(pk=project.pk).update(state="running")
    project.refresh_from_db()
    begins = clock.now() - timedelta(minutes=5)
    activity = planned(town, project, starts_at=begins, ends_at=begins + timedelta(hours=2))
    address = f"{live_server.url}/here/{sign_in.new_code(activity)}/"

    first = phone()
    first.goto(address)
    assert is_no_wider(first)
    assert is_for_thumbs(first, "button")
    first.get_by_label("您的姓名，或者怎么称呼").fill("王秀荣")
    first.get_by_label("您的手机后四位").fill("8000")
    first.get_by_label("我已看过上面的说明，同意").check()
    first.get_by_role("button", name="我来了，签到").click()
    expect(first.get_by_text("王秀荣，已签到")).to_be_visible()
    first.get_by_role("link", name="写错了，我要更正").click()
    first.get_by_label("您的姓名，或者怎么称呼").fill("王秀英")
    first.get_by_label("我已看过上面的说明，同意").check()
    first.get_by_role("button", name="更正").click()

    second = phone()
    second.goto(address)
    expect(second.get_by_text("王秀英")).to_have_count(0)
    second.get_by_label("您的姓名，或者怎么称呼").fill("小李")
    second.get_by_label("我已看过上面的说明，同意").check()
    second.get_by_role("button", name="我来了，签到").click()

    assert list(activity.sign_ins.values_list("name", "phone_tail")) == [("王秀英", "8000"), ("小李", "")]
