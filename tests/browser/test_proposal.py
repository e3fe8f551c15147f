"""The proposal form in a real browser: the budget adds up while one types."""

import contextlib
import re

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

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
    assert Project.objects.get().summary == "陪伴"  # what was valid did not have to wait


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


def sign_in(page, user) -> None:
    """As a person does, in a tab of its own: the form's page keeps its old token."""
    user.set_password("Passwort-2026!")
    user.save(update_fields=["password"])
    other = page.context.new_page()
    other.goto(re.sub(r"/projects/.*", reverse("account_login"), page.url))
    other.fill("[name=login]", user.username)
    other.fill("[name=password]", "Passwort-2026!")
    other.press("[name=password]", "Enter")
    other.wait_for_url("**/todo/**")
    other.close()


def test_after_signing_in_again_in_another_tab_the_form_goes_on(town, form, open_page):
    page = open_page(town.head, form)
    page.context.clear_cookies()
    page.fill("[name=summary]", "会话结束后写的话")
    page.wait_for_selector("[data-draft-banner]:not([hidden])")

    sign_in(page, town.head)
    page.fill("[name=summary]", "会话结束后写的话，又接着写")
    stored(page)
    page.click("button[name=save]")
    page.wait_for_load_state()

    assert Project.objects.get().summary == "会话结束后写的话，又接着写"
    assert page.input_value("[name=summary]") == "会话结束后写的话，又接着写"


def test_pressing_save_without_a_connection_loses_nothing(town, form, open_page):
    page = open_page(town.head, form)
    address = page.url
    page.context.set_offline(True)
    page.fill("[name=summary]", "断网时按了保存")
    with contextlib.suppress(Error):
        page.click("button[name=save]")
    page.wait_for_timeout(500)
    page.context.set_offline(False)

    page.goto(address)

    assert page.input_value("[name=summary]") == "断网时按了保存"


def test_an_error_page_of_a_proxy_loses_nothing(town, form, open_page):
    page = open_page(town.head, form)
    address = page.url

    def refuse(route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=502, body="Bad gateway")
        else:
            route.continue_()

    page.route("**/projects/**", refuse)
    page.fill("[name=summary]", "网关出错时写的话")
    page.click("button[name=save]")
    page.wait_for_load_state()
    page.unroute("**/projects/**")

    page.goto(address.replace(form, "/todo/"))  # another page of ours proves nothing
    page.goto(address)

    assert page.input_value("[name=summary]") == "网关出错时写的话"


def test_a_press_waits_for_the_save_that_is_under_way(town, form, open_page):
    page = open_page(town.head, form)

    held = []
    page.route("**/autosave/", lambda route: held.append(route))
    with page.expect_request("**/autosave/"):
        page.fill("[name=summary]", "按保存时，自动保存还没回来")
    page.click("button[name=save]")
    page.wait_for_timeout(300)
    held[0].fulfill(response=held[0].fetch())
    page.wait_for_selector("text=草稿已保存")

    assert Project.objects.get().summary == "按保存时，自动保存还没回来"


def test_each_tab_keeps_its_own_words(town, form, open_page):
    first = open_page(town.head, form)
    second = first.context.new_page()
    second.goto(first.url)
    second.fill("[name=summary]", "第二个标签页")
    stored(second)
    first.fill("[name=needs]", "第一个标签页")
    expect(first.locator("[data-draft-text]")).to_contain_text("另一个窗口")
    second.fill("[name=summary]", "第二个标签页，又保存一次")
    second.wait_for_timeout(2500)
    stored(second)
    second.close()

    first.reload()
    first.click("[data-draft-restore]")

    assert first.input_value("[name=needs]") == "第一个标签页"


def test_what_was_given_up_does_not_come_back(town, form, open_page):
    page = open_page(town.head, form)
    page.fill("[name=amount_requested]", "一万")
    says(page, "已暂存")
    page.reload()

    page.click("form[data-draft-forget] button")
    page.wait_for_load_state()
    page.wait_for_timeout(500)

    assert page.input_value("[name=amount_requested]") == ""
    assert page.locator("[data-draft-banner]").is_hidden()


def test_mistakes_are_said_at_their_places_when_one_has_left_them(town, form, open_page):
    page = open_page(town.head, form)
    page.fill("[name=amount_requested]", "一万")
    says(page, "已暂存")
    assert page.locator("#id_amount_requested_error").count() == 0

    page.focus("[name=summary]")
    expect(page.locator("#id_amount_requested_error")).to_be_visible()
    page.fill("[name=amount_requested]", "10000")
    stored(page)

    expect(page.locator("#id_amount_requested_error")).to_be_hidden()


def test_what_is_still_to_do_follows_while_one_writes(town, form, open_page):
    page = open_page(town.head, form)
    page.fill("[name=summary]", "陪伴")
    stored(page)
    before = page.inner_text("[data-draft-todo] summary")

    page.fill("[name=needs]", "独居老人68人")

    expect(page.locator("[data-draft-todo] summary")).not_to_have_text(before)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_status_stays_in_sight_on_a_long_page(town, form, open_page, width):
    page = open_page(town.head, form, width=width)
    page.locator("[name=budget_lines-0-item]").scroll_into_view_if_needed()

    page.fill("[name=budget_lines-0-item]", "海报")
    says(page, "已暂存")

    expect(page.locator("[data-draft-status]")).to_be_in_viewport()


def test_restored_lines_are_still_for_their_steps(town, form, open_page):
    page = open_page(town.head, form)
    page.context.set_offline(True)
    page.fill("[name=plan_steps-0-name]", "入户走访")
    fill_line(page, 0, "海报", "10", "2")
    page.select_option("[name=budget_lines-0-step_key]", label="入户走访")
    key = page.input_value("[name=budget_lines-0-step_key]")
    page.wait_for_timeout(300)
    page.context.set_offline(False)

    page.reload()

    assert key
    assert page.input_value("[name=budget_lines-0-step_key]") == key


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
