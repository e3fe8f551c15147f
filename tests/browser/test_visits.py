"""Site visits on a phone without a line: written, kept, sent later, once; two devices; signed out meanwhile."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from config.story.mentoring_2026 import picture
from core import clock
from core.models import Attachment
from projects.actions import people, visits
from projects.models import Project, SiteVisit, VisitVersion
from tests.life import draft
from tests.mentored import seen

pytestmark = pytest.mark.browser
APP = reverse("projects:visit_app")


@pytest.fixture
def project(town):
    """A running project with its mentor."""
    made = draft(town, starts_on=town.call.starts_on, ends_on=town.call.ends_on, tables={"plan_steps": []})
    long_ago = clock.now() - timedelta(days=90)
    Project.objects.filter(pk=made.pk).update(
        state="running", submitted_at=long_ago, approved_at=long_ago, approved_by=town.approver, amount_awarded=10000
    )
    project = Project.objects.get(pk=made.pk)
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


def ready(page) -> None:
    """The page lies in the phone's cache, and the projects in its database."""
    page.wait_for_function("navigator.serviceWorker.ready.then((worker) => Boolean(worker.active))")
    page.wait_for_selector("[data-projects] button")


def fill(page, **texts: str) -> None:
    for name, text in texts.items():
        page.fill(f"form[data-visit] [name={name}]", text)


def waiting(page) -> str:
    return page.inner_text("[data-waiting]")


def without_line(page) -> None:
    page.context.set_offline(True)


def test_a_visit_written_without_a_line_is_sent_once_when_there_is_one(town, project, open_page):
    page = open_page(town.mentor, APP, width=390)
    ready(page)
    without_line(page)
    page.reload()  # also the page itself is there without a line

    page.click(f"[data-new='{project.pk}']")
    fill(page, place="活动室", met="刘芳", findings="来了三十人，签到表齐全")
    page.check("[name=answer-books][value=partly]", force=True)
    page.fill("[name=note-books]", "缺两张发票")
    page.set_input_files("#v-photos", [{"name": "现场.png", "mimeType": "image/png", "buffer": picture((10, 90, 80))}])
    page.wait_for_selector("[data-photos] canvas")
    page.click("[data-finish]")
    page.wait_for_selector("[data-waiting] li")

    assert "等待发送" in waiting(page)
    expect(page.locator("[data-line]")).to_have_text("没有网络，您写的内容存在本机")
    assert not SiteVisit.objects.exists()

    page.reload()
    expect(page.locator("[data-waiting] li")).to_contain_text(project.title)

    page.context.set_offline(False)
    expect(page.locator("[data-waiting] li")).to_have_count(0)
    expect(page.locator("[data-sent] li")).to_have_count(1)
    visit = SiteVisit.objects.get()
    assert (visit.place, visit.visitor, visit.answers["books"]["note"]) == ("活动室", town.mentor, "缺两张发票")
    assert visit.device_at is not None
    assert [file.name for file in Attachment.objects.of(visit)] == ["现场.jpg"]
    assert VisitVersion.objects.count() == 1


def test_an_answer_that_is_lost_does_not_store_the_visit_twice(town, project, open_page):
    page = open_page(town.mentor, APP, width=390)
    ready(page)

    def lose_the_answer(route):
        route.fetch()  # it arrives at the server, and the phone never hears of it
        route.abort()

    sync = re.compile(r"/visits/sync/$")
    page.route(sync, lose_the_answer)
    page.click(f"[data-new='{project.pk}']")
    fill(page, place="活动室", met="刘芳", findings="好")
    with page.expect_event("requestfailed"):
        page.click("[data-finish]")
    expect(page.locator("[data-waiting] li")).to_contain_text("等待发送")
    assert SiteVisit.objects.count() == 1

    page.unroute(sync)
    page.click("[data-send]")
    expect(page.locator("[data-waiting] li")).to_have_count(0)

    assert (SiteVisit.objects.count(), VisitVersion.objects.count()) == (1, 1)


def test_two_devices_that_changed_one_visit_are_shown_side_by_side_and_nothing_is_lost(town, project, open_page):
    visit = visits.record_visit(project, by=town.mentor, values=seen(findings="原来的话")).visit
    phone, tablet = (open_page(town.mentor, APP, width=width) for width in (390, 1280))
    for page in (phone, tablet):
        ready(page)
        without_line(page)
        page.click(f"[data-edit='{visit.key}']")
    fill(phone, findings="手机上写的话")
    fill(tablet, findings="平板上写的话", place="三楼")
    for page in (phone, tablet):
        page.click("[data-finish]")
        page.wait_for_selector("[data-waiting] li")

    for page in (phone, tablet):
        page.context.set_offline(False)
        expect(page.locator("[data-waiting] li")).to_have_count(0)
    visit.refresh_from_db()
    assert (visit.findings, visit.version) == ("手机上写的话", 2)

    tablet.click("[data-sent] a")
    table = tablet.inner_text("table.versions")
    assert "手机上写的话" in table
    assert "平板上写的话" in table
    tablet.click("#merge summary")
    expect(tablet.locator("#merge [name=findings]")).to_have_value("手机上写的话\n平板上写的话")
    tablet.click("[name=merge]")
    tablet.wait_for_url(re.compile(f"{visit.get_absolute_url()}(#.*)?$"))

    visit.refresh_from_db()
    assert (visit.findings, visit.version) == ("手机上写的话\n平板上写的话", 3)
    assert {version.values["findings"] for version in visit.versions.all()} >= {"手机上写的话", "平板上写的话"}


def test_a_session_that_ended_meanwhile_loses_nothing(town, project, open_page):
    page = open_page(town.mentor, APP, width=390)
    ready(page)
    without_line(page)
    page.click(f"[data-new='{project.pk}']")
    fill(page, place="活动室", met="刘芳", findings="写了很久的话")
    page.click("[data-finish]")
    Session.objects.all().delete()

    page.context.set_offline(False)
    page.wait_for_selector("[data-signed-out]:not([hidden])")
    assert project.title in waiting(page)
    assert not SiteVisit.objects.exists()

    page.click("[data-sign-in-link]")
    page.fill("[name=login]", "mentor")
    page.fill("[name=password]", "test")
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"**{APP}")
    expect(page.locator("[data-sent] li")).to_have_count(1)
    expect(page.locator("[data-waiting] li")).to_have_count(0)

    assert SiteVisit.objects.get().findings == "写了很久的话"


def test_who_signs_out_is_asked_about_what_was_not_sent(town, project, open_page, live_server):
    page = open_page(town.mentor, APP, width=1280)
    ready(page)
    page.click(f"[data-new='{project.pk}']")
    fill(page, findings="写了一半")
    expect(page.locator("[data-visit] [data-saved]")).not_to_be_empty()
    page.goto(live_server.url + reverse("inbox"))

    def sign_out(choice: str) -> None:
        page.click(".user-menu > summary")
        page.click("[data-sign-out] button")
        page.click(f".leave-dialog [data-choice={choice}]")

    sign_out("stay")
    page.wait_for_url(f"**{APP}*")
    expect(page.locator("[data-waiting] li")).to_contain_text(project.title)

    page.goto(live_server.url + reverse("inbox"))
    sign_out("delete")
    expect(page.locator(".user-menu")).to_have_count(0)
    page.goto(live_server.url + APP)
    page.wait_for_selector("[data-signed-out]:not([hidden])")

    expect(page.locator("[data-waiting] li")).to_have_count(0)


def test_without_javascript_the_plain_form_does_the_same(town, project, open_page):
    page = open_page(town.mentor, reverse("projects:visit_create", args=[project.pk]), width=390, javascript=False)

    page.fill("[name=place]", "活动室")
    page.fill("[name=met]", "刘芳")
    page.fill("[name=findings]", "来了三十人")
    page.click("main form button.btn-primary")

    visit = SiteVisit.objects.get()
    assert page.url.endswith(visit.get_absolute_url())
