"""The proposal form in a real browser: the budget adds up while one types."""

import pytest
from django.urls import reverse

from projects.actions import proposals
from projects.models import Project

pytestmark = pytest.mark.browser


@pytest.fixture
def form(town):
    project = proposals.create_draft(town.call, town.centre, by=town.head, title="暖心陪伴")
    return reverse("projects:proposal_edit", args=[project.pk])


def fill_line(page, row: int, item: str, price: str, quantity: str, source: str = "grant") -> None:
    page.select_option(f"[name=lines-{row}-category]", "materials")
    page.fill(f"[name=lines-{row}-item]", item)
    page.fill(f"[name=lines-{row}-unit_price]", price)
    page.fill(f"[name=lines-{row}-quantity]", quantity)
    page.select_option(f"[name=lines-{row}-source]", source)


def test_lines_and_totals_add_up_while_typing(town, form, open_page):
    page = open_page(town.head, form)

    fill_line(page, 0, "海报", "12.50", "3")
    fill_line(page, 1, "场地", "0.335", "1")
    assert page.inner_text("[data-formset-row] >> nth=0 >> [data-line-amount]") == "37.50"
    assert page.inner_text("[data-total-all]") == "—"  # a price with three decimals is no price

    fill_line(page, 1, "场地", "100", "2", source="own")
    page.fill("[name=amount_requested]", "40")
    assert page.inner_text("[data-total-all]") == "237.50"
    assert page.inner_text("[data-total-grant]") == "37.50"
    assert page.inner_text("[data-total-difference]") == "−2.50"
    assert page.problems == []


def test_a_line_can_be_added_and_removed_and_is_stored(town, form, open_page):
    page = open_page(town.head, form)
    fill_line(page, 0, "海报", "10", "2")
    page.click("[data-formset-add]")
    fill_line(page, 3, "矿泉水", "1", "10")
    page.click("[data-formset-row] >> nth=0 >> [data-formset-remove]")
    assert page.inner_text("[data-total-all]") == "10.00"

    page.click("button[name=save]")
    page.wait_for_load_state()

    lines = Project.objects.get().budget_lines.values_list("item", flat=True)
    assert list(lines) == ["矿泉水"]
    assert page.problems == []


def test_leaving_with_unsaved_words_asks_first(town, form, open_page):
    page = open_page(town.head, form)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))

    page.fill("[name=summary]", "还没有保存的一段话")
    page.click("header a.brand")
    page.wait_for_load_state()

    assert asked == ["beforeunload"]


def test_characters_are_counted_as_a_reader_counts(town, form, open_page):
    page = open_page(town.head, form)

    page.fill("[name=summary]", "𠅤喆\n好")

    assert page.inner_text("[name=summary] + .count") == "4 / 200"


def test_the_form_works_without_javascript(town, form, open_page):
    page = open_page(town.head, form, javascript=False)
    fill_line(page, 0, "海报", "10", "2")

    page.click("button[name=save]")
    page.wait_for_load_state()

    assert Project.objects.get().total_budget == 20


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(town, form, open_page, width):
    page = open_page(town.head, form, width=width)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
