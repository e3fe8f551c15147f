"""Judging in a real browser: a sheet that saves itself, and a pitch day on several devices at once."""

import re
from datetime import time, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from core import clock
from evaluations.actions import declaring, panel, pitch, presence, scoring, stage
from evaluations.models import Assignment, PitchDay, Sheet, Slot
from grants.models import Call
from projects.actions import checking, proposals
from projects.models import Project
from tests.browser.layout import is_no_wider
from tests.life import draft
from tests.pitching import points_of

pytestmark = pytest.mark.browser
FOLLOWS = 8_000  # milliseconds within which every device has followed; they ask every 3 seconds


@pytest.fixture
def in_review(town):
    """Two proposals of today in review, each with two judges who have declared."""
    call, projects = town.call, []
    for number in (1, 2):
        steps = [{"name": "入户", "starts_on": call.starts_on, "ends_on": call.ends_on}]
        project = draft(
            town, title=f"项目{number}", starts_on=call.starts_on, ends_on=call.ends_on, tables={"plan_steps": steps}
        )
        proposals.submit(project, by=town.head, pledged=True)
        checking.check(project, "accept", by=town.clerk)
        for judge in (town.expert1, town.expert2):
            panel.assign(project, judge, by=town.clerk)
        projects.append(project)
    Call.objects.filter(pk=call.pk).update(closes_at=clock.now() - timedelta(hours=1), panel_size=2)
    panel.open_review(Call.objects.get(pk=call.pk), by=town.clerk)
    for judge in (town.expert1, town.expert2):
        asked = list(Assignment.objects.filter(person=judge).values_list("pk", flat=True))
        declaring.declare(town.call, by=judge, asked=asked, ties={}, promised=True)
    return [Project.objects.get(pk=project.pk) for project in projects]


def assignment_of(project, judge) -> Assignment:
    return Assignment.objects.select_related("project__call", "person").get(project=project, person=judge)


# -- the sheet -------------------------------------------------------------------------------------


@pytest.fixture
def sheet(town, in_review):
    return reverse("evaluations:sheet", args=[assignment_of(in_review[0], town.expert1).pk])


def says(page, words: str) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text(words)


def test_points_are_kept_while_they_are_typed(town, sheet, open_page):
    page = open_page(town.expert1, sheet, width=390)

    page.locator("input.points").nth(0).fill("25")
    page.fill("[name=strengths]", "需求真实")
    says(page, "已自动保存")
    page.reload()

    expect(page.locator("input.points").nth(0)).to_have_value("25")
    expect(page.locator("[name=strengths]")).to_have_value("需求真实")
    assert not Sheet.objects.get().is_submitted
    assert page.problems == []


def test_too_many_points_are_said_and_what_is_valid_is_kept(town, sheet, open_page):
    page = open_page(town.expert1, sheet)

    page.locator("input.points").nth(0).fill("31")
    page.fill("[name=strengths]", "需求真实")
    says(page, "有分数填写不正确")

    assert Sheet.objects.get().strengths == "需求真实"
    assert not Sheet.objects.get().scores.exists()


def test_points_typed_without_a_connection_come_back(town, sheet, open_page):
    page = open_page(town.expert1, sheet)
    page.context.set_offline(True)

    page.locator("input.points").nth(1).fill("33")
    says(page, "网络不通")
    page.context.set_offline(False)
    page.reload()

    expect(page.locator("input.points").nth(1)).to_have_value("33")
    says(page, "已自动保存")
    assert str(Sheet.objects.get().scores.get().points) == "33.00"


def test_a_sheet_open_twice_is_warned_of(town, sheet, open_page):
    first = open_page(town.expert1, sheet)
    second = first.context.new_page()

    second.goto(first.url)

    second.wait_for_selector("[data-draft-banner]:not([hidden])")
    expect(second.locator("[data-draft-banner]")).to_contain_text("另一个标签页")


# -- the pitch day ---------------------------------------------------------------------------------


@pytest.fixture
def day(town, in_review):
    """A session that has begun a moment ago; both judges have signed in."""
    now = clock.now()
    session = {"name": "上午场", "held_on": now.date(), "starts_at": time(0, 0), "place": "三楼会议室"}
    made = pitch.draw_order(pitch.plan_day(town.call, in_review, by=town.clerk, **session), by=town.clerk)
    for judge in (town.expert1, town.expert2):
        presence.note_presence(made, judge, by=town.clerk)
    return pitch.begin(PitchDay.objects.get(pk=made.pk), by=town.clerk)


def first(day) -> Slot:
    return Slot.objects.select_related("project").get(day=day, position=1)


def test_every_device_follows_the_clerk(town, day, open_page):
    """The clerk presses; the judge's phone, and the screen in the hall, show it without a touch."""
    clerk = open_page(town.clerk, reverse("evaluations:pitch_detail", args=[day.pk]))
    judge = open_page(town.expert1, reverse("evaluations:pitch_judge", args=[day.pk]), width=390)
    screen = open_page(town.stranger, reverse("evaluations:pitch_screen", args=[day.screen_token]))
    title = first(day).project.title
    expect(judge.locator("input.points")).to_have_count(0)

    for verb, words in (("请上场", "汇报中"), ("进入答辩", "答辩中"), ("开始评分", "评分中")):
        clerk.get_by_role("button", name=verb).first.click()
        expect(screen.locator(".screen-state")).to_have_text(words, timeout=FOLLOWS)
    expect(screen.locator("h1")).to_contain_text(title)
    expect(screen.locator("[data-clock]")).to_have_text(re.compile(r"^\d+:\d\d$"))
    expect(judge.locator("input.points").first).to_be_visible(timeout=FOLLOWS)
    assert clerk.problems == judge.problems == screen.problems == []


def test_what_is_typed_survives_the_polling_and_closes_with_the_scores(town, day, open_page):
    slot = first(day)
    for verb in (stage.call_up, stage.ask_questions, stage.open_scoring):
        verb(slot, by=town.clerk)
    judge = open_page(town.expert1, reverse("evaluations:pitch_judge", args=[day.pk]), width=390)
    inputs = judge.locator("input.points")

    inputs.nth(0).fill("25")
    inputs.nth(1).fill("35")
    other = assignment_of(slot.project, town.expert2)
    scoring.submit_sheet(other, by=town.expert2, points=points_of(other, 30, 40, 30), strengths="好")
    judge.wait_for_timeout(4_000)  # longer than one round of asking
    expect(inputs.nth(0)).to_have_value("25")
    expect(inputs.nth(1)).to_have_value("35")
    expect(judge.locator(".score-total >> nth=0")).to_have_text("60")

    stage.lock(Slot.objects.get(pk=slot.pk), by=town.clerk)
    expect(judge.locator("[data-closed]")).to_be_visible(timeout=FOLLOWS)
    expect(inputs.nth(0)).to_be_disabled()
    expect(inputs.nth(0)).to_have_value("25")
    assert not assignment_of(slot.project, town.expert1).is_submitted


def test_a_sheet_handed_in_is_revealed_on_the_screen(town, day, open_page):
    slot = first(day)
    for verb in (stage.call_up, stage.ask_questions, stage.open_scoring):
        verb(slot, by=town.clerk)
    judge = open_page(town.expert1, reverse("evaluations:pitch_judge", args=[day.pk]), width=390)
    for place, points in enumerate(("25", "35", "28")):
        judge.locator("input.points").nth(place).fill(points)
    judge.fill("[name=strengths]", "需求真实")
    judge.click("button[name=submit]")
    expect(judge.locator(".callout-good")).to_contain_text("88")
    other = assignment_of(slot.project, town.expert2)
    scoring.submit_sheet(other, by=town.expert2, points=points_of(other, 30, 40, 30), strengths="好")
    clerk = open_page(town.clerk, reverse("evaluations:pitch_detail", args=[day.pk]))
    screen = open_page(town.stranger, reverse("evaluations:pitch_screen", args=[day.screen_token]))
    expect(screen.locator(".screen-score")).to_have_count(0)

    clerk.get_by_role("button", name="锁定评分").click()
    clerk.get_by_role("button", name="公布得分").click()

    expect(screen.locator(".screen-score")).to_contain_text("94.00", timeout=FOLLOWS)


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_no_page_of_the_day_is_wider_than_the_device(town, day, open_page, width):
    slot = first(day)
    for verb in (stage.call_up, stage.ask_questions, stage.open_scoring):
        verb(slot, by=town.clerk)

    for person, name in ((town.clerk, "pitch_detail"), (town.clerk, "pitch_presence"), (town.expert1, "pitch_judge")):
        page = open_page(person, reverse(f"evaluations:{name}", args=[day.pk]), width=width)
        assert is_no_wider(page)
