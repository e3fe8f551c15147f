"""A resident votes on the phone with the slip of the household: 390 pixels wide, no JavaScript, no account."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from evaluations import vote_codes as codes
from evaluations.actions import vote_codes, votes
from evaluations.models import Ballot, Vote
from projects.models import Project
from tests.browser.layout import is_for_thumbs, is_no_wider
from tests.life import choir_draft, draft

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(chromium):
    contexts = []

    def start(javascript: bool = False):
        context = chromium.new_context(
            viewport={"width": 390, "height": 844}, locale="zh-CN", java_script_enabled=javascript, has_touch=True
        )
        contexts.append(context)
        return context.new_page()

    yield start
    for context in contexts:
        context.close()


@pytest.fixture
def vote(town) -> Vote:
    """An open vote on two projects, announced yesterday."""
    days = {"starts_on": clock.today() + timedelta(days=30), "ends_on": town.call.ends_on}
    stands = [draft(town, call=town.call, title="陪老人看病", **days), choir_draft(town, call=town.call, **days)]
    Project.objects.filter(pk__in=[one.pk for one in stands]).update(state="eligible")
    now = clock.now()
    with clock.at(now - timedelta(days=2)):
        made = votes.prepare(
            Vote(call=town.call, made_by=town.clerk), by=town.clerk, projects=Project.objects.filter(call=town.call),
            communities=[town.community], title="邻里微项目居民投票", opens_at=now - timedelta(days=1),
            closes_at=now + timedelta(days=1), budget=Decimal("10000.00"), max_approvals=1,
        )  # fmt: skip
        return votes.announce(made, by=town.clerk)


def test_a_resident_votes_changes_the_vote_and_finds_it_in_the_published_list(town, vote, phone, live_server):
    [slip] = vote_codes.issue(vote, town.community, by=town.clerk, number=1)
    first, second = vote.entries.all()
    page = phone()

    page.goto(live_server.url + reverse("evaluations:vote_code"))
    page.get_by_label("码单上的投票码").fill("ABCDE-FGHJK")
    page.get_by_role("button", name="去投票").click()
    expect(page.get_by_label("码单上的投票码")).to_have_value("ABCDE-FGHJK")
    page.get_by_label("码单上的投票码").fill(slip.shown.lower())
    page.get_by_role("button", name="去投票").click()
    assert is_no_wider(page)
    boxes = page.locator("input[name=approves]")
    assert is_for_thumbs(page, ".ballot-item")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="核对我选的").click()
    expect(page.get_by_text("最多勾选1个项目，您勾选了2个。")).to_be_visible()
    expect(boxes.nth(0)).to_be_checked()
    expect(boxes.nth(1)).to_be_checked()
    boxes.nth(1).uncheck()
    page.get_by_role("button", name="核对我选的").click()
    expect(page.get_by_text(first.project.title)).to_be_visible()
    expect(page.get_by_text(f"{first.amount:,.2f}").first).to_be_visible()
    assert is_no_wider(page)
    page.get_by_role("button", name="不对，回去重选").click()
    expect(boxes.nth(0)).to_be_checked()
    expect(boxes.nth(1)).not_to_be_checked()
    page.get_by_role("button", name="核对我选的").click()
    page.get_by_role("button", name="对，投票").click()
    receipt = page.locator(".receipt").inner_text()
    assert receipt == Ballot.objects.get().code
    page.get_by_role("link", name="改票").click()
    boxes.nth(0).uncheck()
    boxes.nth(1).check()
    page.get_by_role("button", name="核对我选的").click()
    page.get_by_role("button", name="对，投票").click()
    expect(page.locator(".receipt")).to_have_text(receipt)

    Vote.objects.filter(pk=vote.pk).update(closes_at=clock.now() - timedelta(seconds=1))
    page.reload()
    expect(page.get_by_role("link", name="改票")).to_have_count(0)
    page.get_by_role("link", name="查看结果").click()
    assert is_no_wider(page)
    page.get_by_role("link", name="看选票，找我的票").click()
    page.get_by_label("我的票号").fill(receipt.lower())
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#mine").get_by_text(second.project.title)).to_be_visible()
    assert is_no_wider(page)


def test_with_javascript_the_sum_of_what_is_ticked_is_shown_at_once(town, vote, phone, live_server):
    [slip] = vote_codes.issue(vote, town.community, by=town.clerk, number=1)
    _first, second = vote.entries.all()
    page = phone(javascript=True)

    page.goto(live_server.url + reverse("evaluations:vote_by_code", args=[codes.shown(slip.code)]))
    page.locator("input[name=approves]").nth(1).check()

    expect(page.locator("[data-ballot-sum]")).to_have_text(f"已选1个，共{second.amount:,.2f}元")
