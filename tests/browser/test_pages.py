"""Other pages in a real browser: the score sheet adds up, the phone's menu opens, the keyboard is enough."""

from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from evaluations.actions import declaring, panel
from evaluations.models import Sheet
from grants.models import Call
from projects.actions import checking, proposals
from projects.models import Project
from tests.browser.layout import is_no_wider
from tests.life import draft

pytestmark = pytest.mark.browser


@pytest.fixture
def assignment(town):
    """A proposal of today in review, with one expert."""
    call = town.call
    steps = [{"name": "入户", "starts_on": call.starts_on, "ends_on": call.ends_on}]
    project = draft(town, starts_on=call.starts_on, ends_on=call.ends_on, tables={"plan_steps": steps})
    proposals.submit(project, by=town.head, pledged=True)
    checking.check(project, "accept", by=town.clerk)
    made = panel.assign(project, town.expert1, by=town.clerk)
    Call.objects.filter(pk=town.call.pk).update(closes_at=clock.now() - timedelta(hours=1), panel_size=1)
    panel.open_review(Call.objects.get(pk=town.call.pk), by=town.clerk)
    declaring.declare(town.call, by=town.expert1, asked=[made.pk], ties={}, promised=True)
    return made


def test_the_sheet_adds_up_marks_too_many_points_and_is_submitted(town, assignment, open_page):
    page = open_page(town.expert1, reverse("evaluations:sheet", args=[assignment.pk]), width=390)
    inputs = page.locator("input.points")

    inputs.nth(0).fill("25")
    inputs.nth(1).fill("35.5")
    inputs.nth(2).fill("31")
    expect(page.locator(".score-total")).to_have_text("91.5")
    assert inputs.nth(2).get_attribute("aria-invalid") == "true"

    inputs.nth(2).fill("28")
    page.fill("[name=strengths]", "需求真实，做法落地。")
    page.click("button[name=submit]")
    page.wait_for_url("**/reviews/")

    assert str(Sheet.objects.get().total) == "88.50"
    assert page.problems == []


def test_the_menu_of_a_phone_opens_and_leads_on(town, open_page):
    page = open_page(town.head, reverse("home"), width=390)

    page.click(".nav-phone > summary")
    page.click(".nav-phone a[href='/projects/']")
    page.wait_for_url("**/projects/")

    assert page.problems == []


def test_the_first_tab_leads_past_the_header(town, open_page):
    page = open_page(town.head, reverse("inbox"))

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "main"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["home", "inbox", "projects:project_list", "grants:call_list", "people:profile"])
def test_no_page_is_wider_than_the_screen(town, open_page, name, width):
    page = open_page(town.clerk, reverse(name), width=width)

    assert is_no_wider(page)
    assert page.problems == []


def test_the_header_in_english_is_not_wider_than_the_screen(town, open_page):
    page = open_page(town.clerk, reverse("inbox"))

    page.evaluate("document.cookie = 'language=en; path=/'")
    page.reload()

    expect(page.locator(".nav-wide").first).to_contain_text("Settlement")
    assert is_no_wider(page)


ROLES = ["clerk", "approver", "finance", "auditor", "head", "mentor", "evaluator", "giver", "expert1", "stranger"]


@pytest.mark.parametrize("name", ROLES)
def test_the_header_stands_on_one_line_for_everybody(town, open_page, name):
    page = open_page(town.people[name], reverse("inbox"))

    assert page.evaluate("document.querySelector('.site-head').offsetHeight") < 80
    assert is_no_wider(page)


def test_what_is_rarer_opens_by_the_keyboard_without_javascript(town, open_page):
    page = open_page(town.clerk, reverse("inbox"), javascript=False)
    expect(page.locator(".nav-more a").first).to_be_hidden()

    page.focus(".nav-more > summary")
    page.keyboard.press("Enter")
    page.focus(f".nav-more a[href='{reverse('evaluations:oversight_list')}']")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('evaluations:oversight_list')}")

    expect(page.locator(".nav-more a[aria-current=page]")).to_have_count(1)


def test_a_phone_has_one_menu_with_everything_in_it(town, open_page):
    page = open_page(town.clerk, reverse("inbox"), width=390)

    page.click(".nav-phone > summary")

    expect(page.locator(".nav-phone details")).to_have_count(0)
    expect(page.locator(f".nav-phone a[href='{reverse('evaluations:oversight_list')}']")).to_be_visible()
    assert is_no_wider(page)


def test_a_page_that_is_not_there_says_so_in_our_own_words(town, open_page):
    page = open_page(town.head, "/projects/999999/")

    expect(page.locator("h1").first).to_contain_text("找不到")
    assert Project.objects.count() == 0


def test_the_first_column_of_a_wide_ledger_stays_in_sight_on_a_phone(town, open_page):
    page = open_page(town.clerk, f"{reverse('ledgers:ledger_list')}?ledger=organizations", width=390)
    table, first = page.locator(".scroll"), page.locator(".ledger-preview tbody td:first-child").first
    second = page.locator(".ledger-preview tbody td:nth-child(2)").first
    before, moved = first.bounding_box()["x"], second.bounding_box()["x"]

    table.evaluate("table => { table.scrollLeft = 300 }")

    assert first.bounding_box()["x"] == before
    assert second.bounding_box()["x"] < moved - 200
    expect(page.get_by_text("左右滑动表格看其余各列")).to_be_visible()
    assert is_no_wider(page)
    assert page.problems == []


def test_a_list_of_the_administration_keeps_its_words_whole_on_a_phone(town, open_page):
    page = open_page(town.admin, reverse("admin:people_organization_changelist"), width=390)

    cells = page.locator("#result_list td.field-kind")

    assert all(cells.nth(n).bounding_box()["width"] > 70 for n in range(cells.count()))
    assert cells.count() > 1
    expect(page.get_by_text("向左滑动")).to_be_visible()
    assert is_no_wider(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_name_of_a_wrong_field_is_in_sight_when_its_error_is_pressed(town, open_page, width):
    page = open_page(town.head, reverse("people:organization_create") + "?status=registered", width=width)
    page.locator("form[method=post] .btn-primary").last.click()
    wrong = page.locator(".errors-summary a")

    for link in (wrong.last, wrong.nth(1)):  # the first leads to a choice, which has no label of its own
        link.click()
        label = page.locator(f"label[for={link.get_attribute('href')[1:]}]").first
        box, bar = label.bounding_box(), page.locator(".form-actions").last.bounding_box()
        assert 0 <= box["y"] < box["y"] + box["height"] <= 900
        assert box["y"] + box["height"] <= bar["y"] or box["y"] >= bar["y"] + bar["height"]
