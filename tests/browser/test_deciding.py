"""The page on which a list is made, in a real browser: it fits the desk, and it adds up as it is typed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from evaluations.actions import declaring, panel, scoring
from evaluations.models import Assignment
from grants.models import Call
from projects.actions import checking, proposals
from tests.browser.layout import is_no_wider
from tests.life import draft

pytestmark = pytest.mark.browser


@pytest.fixture
def ranking(town):
    """Two proposals of 10,000 yuan with long titles, whose two judges each have submitted."""
    call, judges = town.call, (town.expert1, town.expert2)
    steps = [{"name": "入户", "starts_on": call.starts_on, "ends_on": call.ends_on}]
    for number in (1, 2):
        title = f"独居老人陪伴与社区互助服务能力提升示范项目第{number}期"
        project = draft(town, title=title, starts_on=call.starts_on, ends_on=call.ends_on, tables={"plan_steps": steps})
        proposals.submit(project, by=town.head, pledged=True)
        checking.check(project, "accept", by=town.clerk)
        for judge in judges:
            panel.assign(project, judge, by=town.clerk)
    Call.objects.filter(pk=call.pk).update(closes_at=clock.now() - timedelta(hours=1), panel_size=2, budget="15000.00")
    panel.open_review(Call.objects.get(pk=call.pk), by=town.clerk)
    for judge in judges:
        asked = list(Assignment.objects.filter(person=judge).values_list("pk", flat=True))
        declaring.declare(call, by=judge, asked=asked, ties={}, promised=True)
    for one in Assignment.objects.select_related("project__call", "person"):
        points = {criterion.pk: criterion.weight - one.pk % 3 for criterion in one.rubric.criteria.all()}
        scoring.submit_sheet(one, by=one.person, points=points, strengths="好")
    return reverse("evaluations:ranking", args=[call.pk])


@pytest.mark.parametrize("width", [390, 1280])
def test_the_list_that_is_being_decided_fits_the_screen(town, ranking, open_page, width):
    page = open_page(town.clerk, ranking, width=width)

    expect(page.locator("input[name^=reason-]")).to_have_count(2)
    assert is_no_wider(page)
    assert page.problems == []


def test_what_is_proposed_is_added_up_against_the_money_left(town, ranking, open_page):
    page = open_page(town.clerk, ranking)
    choices = page.locator("select[name^=decision-]")
    amounts = page.locator("input[name^=amount-]")
    total, left = page.locator("[data-decision-total]"), page.locator("[data-decision-left]")

    choices.nth(0).select_option("shortlist")
    expect(total).to_have_text("10,000.00")
    expect(left).to_have_text("5,000.00")
    choices.nth(1).select_option("shortlist")
    amounts.nth(1).fill("5000.01")

    expect(total).to_have_text("15,000.01")
    expect(left).to_have_text("−0.01")
    expect(left).to_have_class("money is-off")
