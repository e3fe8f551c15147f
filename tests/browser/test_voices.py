"""A resident scans the poster: a phone without JavaScript, without an account, with the keyboard and in big type."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from core import clock
from evaluations.actions import moderating
from evaluations.models import Grievance, Voice
from projects.models import Project
from tests import speaking
from tests.browser.layout import is_for_thumbs, is_no_wider
from tests.life import draft

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium):
    contexts = []

    def start():
        context = chromium.new_context(
            viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False, has_touch=True,
            is_mobile=True, device_scale_factor=2,
        )  # fmt: skip
        contexts.append(context)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def code(town):
    made = draft(town, call=town.call, starts_on=clock.today() + timedelta(days=30), ends_on=town.call.ends_on)
    Project.objects.filter(pk=made.pk).update(state="running", submitted_at=clock.now())
    return speaking.code(town, Project.objects.get(pk=made.pk))


def fits(page) -> bool:
    """Nothing is wider than the phone, and nothing to press is smaller than a thumb."""
    return is_no_wider(page) and is_for_thumbs(page, "button:not(.say-default), .face, .say-links a")


def test_resident_answers_says_more_takes_it_back_and_answers_anew(town, code, phone, live_server):
    page = phone()
    page.goto(f"{live_server.url}/s/{code.code}/")
    assert fits(page)

    page.get_by_label("您最想说的一句话").fill("后排看不见")
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("请在三个表情里选一个。").first).to_be_visible()
    expect(page.get_by_label("您最想说的一句话")).to_have_value("后排看不见")

    page.get_by_role("button", name="关怀版").click()
    assert fits(page)
    expect(page.get_by_label("您最想说的一句话")).to_have_value("后排看不见")
    page.locator("label.face").nth(2).click()
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_text("谢谢您，评价已提交")).to_be_visible()
    assert fits(page)
    assert Voice.objects.get().level == 2

    page.get_by_role("link", name="再答8道题").click()
    assert fits(page)
    page.get_by_role("group", name="总的来说，您满意吗？").get_by_label("非常不满意").check()
    page.get_by_role("button", name="提交").click()
    assert Voice.objects.get().level == 1

    page.get_by_role("button", name="撤回重填").click()
    expect(page.get_by_text("已撤回")).to_be_visible()
    page.locator("label.face").first.click()
    page.get_by_role("button", name="提交").click()
    assert [voice.level for voice in Voice.objects.standing()] == [4]


def test_keyboard_alone_is_enough(code, phone, live_server):
    page = phone()
    page.goto(f"{live_server.url}/s/{code.code}/")

    page.get_by_role("radio", name="满意", exact=True).focus()
    page.keyboard.press("ArrowRight")
    with page.expect_navigation():
        page.keyboard.press("Enter")

    expect(page.get_by_text("谢谢您，评价已提交")).to_be_visible()
    assert Voice.objects.get().face == "fair"


def test_two_phones_are_two_answers_and_words_are_public_once_somebody_has_looked(town, code, phone, live_server):
    for text in ("第一部手机说的", "第二部手机说的"):
        page = phone()
        page.goto(f"{live_server.url}/s/{code.code}/")
        page.locator("label.face").first.click()
        page.get_by_label("您最想说的一句话").fill(text)
        page.get_by_role("button", name="提交").click()
    moderating.show(Voice.objects.get(text="第一部手机说的"), by=town.clerk)

    page.get_by_role("link", name="居民怎么说").click()

    expect(page.get_by_text("第一部手机说的")).to_be_visible()
    expect(page.get_by_text("第二部手机说的")).to_have_count(0)


def test_resident_types_the_code_and_reports_a_problem(code, phone, live_server):
    page = phone()
    page.goto(f"{live_server.url}/s/")
    page.get_by_label("海报上的六位字母数字").fill(code.code.lower())
    page.get_by_role("button", name="继续").click()
    page.get_by_role("link", name="反映问题").click()
    page.get_by_label("钱款或物资").check()
    page.get_by_label("具体情况").fill("奖品少发了")
    page.get_by_role("button", name="提交").click()

    expect(page.get_by_text("已收到您反映的问题")).to_be_visible()
    assert Grievance.objects.get().text == "奖品少发了"
