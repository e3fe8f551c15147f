"""The proposal form in a real browser: the budget adds up while one types."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from projects.actions import drafts
from projects.models import Project

pytestmark = pytest.mark.browser
LINES = "[data-formset=budget_lines]"


@pytest.fixture
def form(town):
    project = drafts.create_draft(town.call, town.centre, by=town.head, title="暖心陪伴")
    return reverse("projects:proposal_edit", args=[project.pk])


def fill_line(page, row: int, item: str, price: str, quantity: str, source: str = "grant") -> None:
    page.select_option(f"[name=budget_lines-{row}-category]", "materials")
    page.fill(f"[name=budget_lines-{row}-item]", item)
    page.fill(f"[name=budget_lines-{row}-unit_price]", price)
    page.fill(f"[name=budget_lines-{row}-quantity]", quantity)
    page.select_option(f"[name=budget_lines-{row}-source]", source)


def test_lines_and_totals_add_up_while_typing(town, form, open_page):
    page = open_page(town.head, form)

    fill_line(page, 0, "海报", "12.50", "3")
    fill_line(page, 1, "场地", "0.335", "1")
    assert page.inner_text(f"{LINES} [data-formset-row] >> nth=0 >> [data-line-amount]") == "37.50"
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
    page.click(f"{LINES} [data-formset-add]")
    fill_line(page, 2, "矿泉水", "1", "10")
    page.click(f"{LINES} [data-formset-row] >> nth=0 >> [data-formset-remove]")
    assert page.inner_text("[data-total-all]") == "10.00"

    page.click("button[name=save]")
    page.wait_for_load_state()

    lines = Project.objects.get().budget_lines.values_list("item", flat=True)
    assert list(lines) == ["矿泉水"]
    assert page.problems == []


# -- Saving by itself ------------------------------------------------------------------------------


def stored(page) -> None:
    """Wait until the page says that the server has it."""
    says(page, "已自动保存")


def says(page, words: str) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text(words)


def test_what_is_typed_is_saved_without_a_press(town, form, open_page):
    page = open_page(town.head, form)

    page.fill("[name=summary]", "每周入户陪伴独居老人")
    stored(page)

    assert Project.objects.get().summary == "每周入户陪伴独居老人"
    page.reload()
    assert page.input_value("[name=summary]") == "每周入户陪伴独居老人"


def test_saving_by_itself_counts_what_is_filled_in(town, form, open_page):
    page = open_page(town.head, form)
    assert page.inner_text("[data-progress=why] [data-progress-count]") == "0/2"

    page.fill("[name=summary]", "陪伴")
    stored(page)

    assert page.inner_text("[data-progress=why] [data-progress-count]").startswith("1/2")


def test_what_cannot_be_stored_comes_back_with_its_error(town, form, open_page):
    page = open_page(town.head, form)

    page.fill("[name=summary]", "陪伴")
    page.fill("[name=amount_requested]", "一万")
    says(page, "已暂存")
    page.reload()

    assert (page.input_value("[name=amount_requested]"), page.input_value("[name=summary]")) == ("一万", "陪伴")
    assert page.locator("#id_amount_requested_error").is_visible()
    assert Project.objects.get().summary == ""


def test_words_survive_a_dropped_line_and_a_reload(town, form, open_page):
    page = open_page(town.head, form)
    page.context.set_offline(True)

    page.fill("[name=summary]", "断网时写的一段话")
    says(page, "网络不通")
    page.context.set_offline(False)
    page.reload()

    assert page.input_value("[name=summary]") == "断网时写的一段话"
    assert page.locator("[data-draft-banner]").is_visible()
    stored(page)
    assert Project.objects.get().summary == "断网时写的一段话"


def test_words_survive_the_end_of_the_session(town, form, open_page):
    page = open_page(town.head, form)
    cookies = page.context.cookies()
    page.context.clear_cookies(name="sessionid")

    page.fill("[name=summary]", "会话结束后写的话")
    page.wait_for_selector("[data-draft-banner]:not([hidden])")
    page.context.add_cookies(cookies)
    page.reload()

    assert page.input_value("[name=summary]") == "会话结束后写的话"


def test_a_second_tab_is_warned(town, form, open_page):
    first = open_page(town.head, form)
    second = first.context.new_page()

    second.goto(first.url)

    second.wait_for_selector("[data-draft-banner]:not([hidden])")
    first.wait_for_selector("[data-draft-banner]:not([hidden])")


def test_an_older_tab_does_not_overwrite_what_a_newer_one_has_saved(town, form, open_page):
    first = open_page(town.head, form)
    second = open_page(town.volunteer, form)
    second.fill("[name=summary]", "同事写的")
    stored(second)

    first.fill("[name=summary]", "我写的")
    first.wait_for_selector("[data-draft-banner]:not([hidden])")

    assert Project.objects.get().summary == "同事写的"
    assert first.input_value("[name=summary]") == "我写的"


def test_a_new_row_keeps_its_key_from_save_to_save(town, form, open_page):
    page = open_page(town.head, form)
    page.click(f"{LINES} [data-formset-add]")
    fill_line(page, 2, "海报", "10", "2")
    stored(page)
    key = Project.objects.get().budget_lines.get().key

    page.fill("[name=budget_lines-2-quantity]", "3")
    page.wait_for_timeout(2500)
    stored(page)

    line = Project.objects.get().budget_lines.get()
    assert (line.key, line.quantity) == (key, 3)


# -- Without comfort -------------------------------------------------------------------------------


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


def test_what_was_sent_is_not_kept_on_the_device(town, form, open_page):
    page = open_page(town.head, form)
    page.fill("[name=summary]", "已经保存的话")

    page.click("button[name=save]")
    page.wait_for_load_state()

    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length") == 0


def test_older_words_of_this_device_are_offered_and_never_put_over_newer_ones(town, form, open_page):
    page = open_page(town.head, form)
    page.context.set_offline(True)
    page.fill("[name=summary]", "离线时写的旧话")
    says(page, "网络不通")
    project = Project.objects.get()
    drafts.save_proposal(project, by=town.volunteer, version=0, values={"summary": "同事后来写的"})
    page.context.set_offline(False)

    page.reload()

    assert page.input_value("[name=summary]") == "同事后来写的"
    page.click("[data-draft-restore]")
    assert page.input_value("[name=summary]") == "离线时写的旧话"
