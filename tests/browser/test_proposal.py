"""The proposal form in a real browser: the budget adds up while one types."""

import contextlib
import re
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Error, expect

from people.models import Community
from projects.actions import drafts
from projects.models import Project
from tests.browser.layout import is_no_wider

pytestmark = pytest.mark.browser
LINES = "[data-formset=budget_lines]"
LINE = [{"category": "materials", "item": "海报", "unit_price": Decimal(10), "quantity": Decimal(2)}]


@pytest.fixture
def form(town):
    project = drafts.create_draft(town.call, town.centre, by=town.head, title="暖心陪伴")
    return reverse("projects:proposal_edit", args=[project.pk])


def fill_line(page, row: int, item: str, price: str, quantity: str, source: str = "grant") -> None:
    """Write a budget line; rows that are not there yet are added as a person adds them."""
    while page.locator(f"[name=budget_lines-{row}-item]").count() == 0:
        page.click(f"{LINES} [data-formset-add]")
    page.select_option(f"[name=budget_lines-{row}-category]", "materials")
    page.fill(f"[name=budget_lines-{row}-item]", item)
    page.fill(f"[name=budget_lines-{row}-unit_price]", price)
    page.fill(f"[name=budget_lines-{row}-quantity]", quantity)
    page.select_option(f"[name=budget_lines-{row}-source]", source)


def test_lines_and_totals_add_up_while_typing(town, form, open_page):
    page = open_page(town.head, form)

    fill_line(page, 0, "海报", "12.50", "3")
    fill_line(page, 1, "场地", "0.335", "1")
    expect(page.locator(f"{LINES} [data-formset-row] >> nth=0 >> [data-line-amount]")).to_have_text("37.50")
    expect(page.locator("[data-total-all]")).to_have_text("—")  # a price with three decimals is no price

    fill_line(page, 1, "场地", "100", "2", source="own")
    page.fill("[name=amount_requested]", "40")
    expect(page.locator("[data-total-all]")).to_have_text("237.50")
    expect(page.locator("[data-total-grant]")).to_have_text("37.50")
    expect(page.locator("[data-total-difference]")).to_have_text("−2.50")
    assert page.problems == []


def test_a_line_can_be_added_and_removed_and_is_stored(town, form, open_page):
    page = open_page(town.head, form)
    fill_line(page, 0, "海报", "10", "2")
    fill_line(page, 1, "矿泉水", "1", "10")
    page.click(f"{LINES} [data-formset-row] >> nth=0 >> [data-formset-remove]")
    expect(page.locator("[data-total-all]")).to_have_text("10.00")

    page.click("button[name=save]")
    page.wait_for_load_state()

    lines = Project.objects.get().budget_lines.values_list("item", flat=True)
    assert list(lines) == ["矿泉水"]
    assert page.problems == []


def test_blank_rows_stand_there_only_without_a_script(town, form, open_page):
    project = Project.objects.get()
    drafts.save_proposal(project, by=town.head, version=0, values={}, tables={"budget_lines": LINE})

    with_script, without = open_page(town.head, form), open_page(town.head, form, javascript=False)

    rows = f"{LINES} [data-formset-row]"
    assert (with_script.locator(rows).count(), without.locator(rows).count()) == (1, 3)
    partners = "[data-formset=partners] [data-formset-row]"
    assert (with_script.locator(partners).count(), without.locator(partners).count()) == (0, 1)
    expect(with_script.locator("[data-formset=targets] [data-formset-row]")).to_have_count(1)  # one is always asked for
    expect(with_script.locator("[name=budget_lines-TOTAL_FORMS]")).to_have_value("1")


def test_rows_that_were_added_offline_come_back(town, form, open_page):
    page = open_page(town.head, form)
    page.context.set_offline(True)
    for row, item in enumerate(("海报", "矿泉水", "场地")):
        fill_line(page, row, item, "10", "2")
    says(page, "网络不通")
    page.context.set_offline(False)

    page.reload()

    assert [page.input_value(f"[name=budget_lines-{row}-item]") for row in range(3)] == ["海报", "矿泉水", "场地"]
    stored(page)
    assert Project.objects.get().budget_lines.count() == 3


def test_the_longest_choice_does_not_run_under_the_arrow(town, form, open_page):
    page = open_page(town.head, form)
    room = """select => {
        const style = getComputedStyle(select), pen = document.createElement("canvas").getContext("2d");
        pen.font = style.font;
        const longest = Math.max(...Array.from(select.options, option => pen.measureText(option.text).width));
        return select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - longest;
    }"""

    for name in ("category", "source"):
        assert page.eval_on_selector(f"[name=budget_lines-0-{name}]", room) >= 0, name


def ranked(town) -> None:
    """The call limits lecture fees by title: 500 yuan a lesson for an associate, 300 without a title."""
    for rank, value in (("associate", 500), ("none", 300)):
        town.call.budget_rules.create(
            metric="unit_price",
            category="training",
            rank=rank,
            per="lesson",
            value=value,
            legal_basis="财行〔2016〕540号",
        )


def test_the_title_is_asked_for_where_somebody_teaches_and_is_stored(town, form, open_page):
    ranked(town)
    page = open_page(town.head, form)
    rank = page.locator("[name=budget_lines-0-rank]")
    fill_line(page, 0, "讲课费", "400", "2")
    expect(rank).to_be_hidden()

    page.select_option("[name=budget_lines-0-category]", "training")
    expect(rank).to_be_visible()
    assert rank.locator("option").all_inner_texts()[:2] == [
        "没有以上职称（每学时最多300元）",
        "副高级职称（副教授等）（每学时最多500元）",
    ]
    rank.select_option("associate")
    stored(page)

    line = Project.objects.get().budget_lines.get()
    assert (line.category, line.rank) == ("training", "associate")


def test_the_limit_of_a_title_is_explained_at_its_line(town, form, open_page):
    ranked(town)
    page = open_page(town.head, form)
    fill_line(page, 0, "海报", "10", "2")
    fill_line(page, 1, "讲课费", "400", "2")
    page.select_option("[name=budget_lines-1-category]", "training")
    page.fill("[name=budget_lines-1-unit]", "课时")

    page.click("button[name=submit]")
    page.wait_for_load_state()

    said = page.locator(f"{LINES} [data-formset-row] >> nth=1 >> .row-error")
    expect(said).to_contain_text("“讲课费”每课时400.00元")
    expect(said).to_contain_text("财行〔2016〕540号")
    expect(page.locator(f"{LINES} [data-formset-row] >> nth=0 >> .row-error")).to_have_count(0)
    page.select_option("[name=budget_lines-1-rank]", "associate")
    page.click("button[name=submit]")
    page.wait_for_load_state()
    expect(page.locator(f"{LINES} .row-error")).to_have_count(0)


def test_many_communities_are_folded_to_what_is_chosen(town, form, open_page):
    for number in range(2, 11):
        Community.objects.create(
            region_code=f"1101050300{number:02d}", name=f"第{number}社区", street="柳溪镇", district="朝阳区"
        )
    page = open_page(town.head, form)
    said = page.locator("[data-ticked-names]")
    expect(said).to_have_text("未选")
    expect(page.locator("#id_other_communities")).to_be_hidden()

    page.click("details[data-ticked] summary")
    page.click("#id_other_communities label:has-text('第3社区')")

    expect(said).to_have_text("柳溪镇第3社区")
    stored(page)
    assert [place.name for place in Project.objects.get().other_communities.all()] == ["第3社区"]


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
    expect(page.locator("[name=summary]")).to_have_value("每周入户陪伴独居老人")


def test_saving_by_itself_counts_what_is_filled_in(town, form, open_page):
    page = open_page(town.head, form)
    expect(page.locator("[data-progress=why] [data-progress-count]")).to_have_text("0/2")

    page.fill("[name=summary]", "陪伴")
    stored(page)

    expect(page.locator("[data-progress=why] [data-progress-count]").first).to_contain_text("1/2")


def test_what_cannot_be_stored_comes_back_with_its_error(town, form, open_page):
    page = open_page(town.head, form)

    page.fill("[name=summary]", "陪伴")
    page.fill("[name=amount_requested]", "一万")
    says(page, "已暂存")
    page.reload()

    assert (page.input_value("[name=amount_requested]"), page.input_value("[name=summary]")) == ("一万", "陪伴")
    expect(page.locator("#id_amount_requested_error")).to_be_visible()
    assert Project.objects.get().summary == "陪伴"  # what was valid did not have to wait


def test_words_survive_a_dropped_line_and_a_reload(town, form, open_page):
    page = open_page(town.head, form)
    page.context.set_offline(True)

    page.fill("[name=summary]", "断网时写的一段话")
    says(page, "网络不通")
    page.context.set_offline(False)
    page.reload()

    expect(page.locator("[name=summary]")).to_have_value("断网时写的一段话")
    expect(page.locator("[data-draft-banner]")).to_be_visible()
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
    expect(page.locator("[name=summary]")).to_have_value("会话结束后写的话，又接着写")


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

    expect(page.locator("[name=summary]")).to_have_value("断网时按了保存")


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

    expect(page.locator("[name=summary]")).to_have_value("网关出错时写的话")


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

    expect(first.locator("[name=needs]")).to_have_value("第一个标签页")


def test_what_was_given_up_does_not_come_back(town, form, open_page):
    page = open_page(town.head, form)
    page.fill("[name=amount_requested]", "一万")
    says(page, "已暂存")
    page.reload()

    page.click("form[data-draft-forget] button")
    page.wait_for_load_state()
    page.wait_for_timeout(500)

    expect(page.locator("[name=amount_requested]")).to_have_value("")
    expect(page.locator("[data-draft-banner]")).to_be_hidden()


def test_mistakes_are_said_at_their_places_when_one_has_left_them(town, form, open_page):
    page = open_page(town.head, form)
    page.fill("[name=amount_requested]", "一万")
    says(page, "已暂存")
    expect(page.locator("#id_amount_requested_error")).to_have_count(0)

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
    expect(page.locator("[name=budget_lines-0-step_key]")).to_have_value(key)


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
    expect(first.locator("[name=summary]")).to_have_value("我写的")


def test_a_new_row_keeps_its_key_from_save_to_save(town, form, open_page):
    page = open_page(town.head, form)
    fill_line(page, 1, "海报", "10", "2")
    stored(page)
    key = Project.objects.get().budget_lines.get().key

    page.fill("[name=budget_lines-1-quantity]", "3")
    page.wait_for_timeout(2500)
    stored(page)

    line = Project.objects.get().budget_lines.get()
    assert (line.key, line.quantity) == (key, 3)


# -- Without comfort -------------------------------------------------------------------------------


def test_characters_are_counted_as_a_reader_counts(town, form, open_page):
    page = open_page(town.head, form)

    page.fill("[name=summary]", "𠅤喆\n好")

    expect(page.locator("[name=summary] + .count")).to_have_text("4 / 200")


@pytest.mark.parametrize("character", ["😀", "𬱖", "好"])
def test_a_title_is_as_long_as_a_reader_counts(town, form, open_page, character):
    page = open_page(town.head, form)

    page.fill("[name=title]", character * 60)
    stored(page)
    expect(page.locator("[name=title] + .count")).to_have_text("60 / 60")
    assert Project.objects.get().title == character * 60

    page.fill("[name=title]", character * 61)
    page.click("button[name=save]")
    page.wait_for_load_state()

    expect(page.locator("[name=title] + .count")).to_have_text("61 / 60")
    expect(page.locator("#id_title_error")).to_be_visible()
    expect(page.locator("[name=title]")).to_have_value(character * 61)  # nothing is cut
    assert Project.objects.get().title == character * 60


def test_a_short_line_is_not_counted_until_it_is_nearly_full(town, form, open_page):
    page = open_page(town.head, form)

    page.fill("[name=title]", "暖" * 47)
    expect(page.locator("[name=title] + .count")).to_have_count(0)
    page.fill("[name=title]", "暖" * 48)
    expect(page.locator("[name=title] + .count")).to_have_text("48 / 60")
    expect(page.locator("input[maxlength], textarea[maxlength]")).to_have_count(0)


def test_the_form_works_without_javascript(town, form, open_page):
    page = open_page(town.head, form, javascript=False)
    fill_line(page, 0, "海报", "10", "2")

    page.click("button[name=save]")
    page.wait_for_load_state()

    assert Project.objects.get().total_budget == 20


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(town, form, open_page, width):
    page = open_page(town.head, form, width=width)

    assert is_no_wider(page)


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

    expect(page.locator("[name=summary]")).to_have_value("同事后来写的")
    page.click("[data-draft-restore]")
    expect(page.locator("[name=summary]")).to_have_value("离线时写的旧话")
