"""Site forms of an evaluation on a tablet without a line: written, kept, sent later, once; photos and two devices."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from config.story.mentoring_2026 import picture
from core import clock
from core.models import Attachment
from evaluations.models import Evaluation, SiteForm, SiteFormVersion
from projects.models import Project
from tests import evaluated
from tests.life import draft

pytestmark = pytest.mark.browser
APP = reverse("projects:visit_app")
PHOTO = [{"name": "现场.png", "mimeType": "image/png", "buffer": picture((10, 90, 80))}]


@pytest.fixture
def evaluation(town) -> Evaluation:
    """An evaluation on site, of a project that runs."""
    made = draft(town, starts_on=town.call.starts_on, ends_on=town.call.ends_on, tables={"plan_steps": []})
    long_ago = clock.now() - timedelta(days=90)
    Project.objects.filter(pk=made.pk).update(
        state="running", submitted_at=long_ago, approved_at=long_ago, approved_by=town.approver, amount_awarded=10000
    )
    found = evaluated.self_evaluated(town, evaluated.sent(town, Project.objects.get(pk=made.pk)))
    return evaluated.checked(town, found)


def ready(page) -> None:
    page.wait_for_function("navigator.serviceWorker.ready.then((worker) => Boolean(worker.active))")
    page.wait_for_selector("[data-evaluations] button")


def fill(page, **texts: str) -> None:
    for name, text in texts.items():
        page.fill(f"form[data-site] [name={name}]", text)


def begin(page, evaluation: Evaluation) -> None:
    page.click(f"[data-new-site='{evaluation.pk}']")
    fill(page, findings="账本在，缺两张发票", present="刘芳，项目负责人\n王大爷，居民")


def finish(page) -> None:
    page.click("form[data-site] [data-finish]")


def test_a_form_written_without_a_line_is_sent_once_with_its_photos(town, evaluation, open_page):
    page = open_page(town.evaluator, APP, width=820)
    ready(page)
    page.context.set_offline(True)
    page.reload()

    begin(page, evaluation)
    page.check("form[data-site] [name=answer-books][value=partly]", force=True)
    page.set_input_files("#s-photos", PHOTO)
    page.wait_for_selector("form[data-site] [data-photos] canvas")
    finish(page)
    expect(page.locator("form[data-site] [data-errors]")).to_contain_text("同意")  # nobody has said that they agreed
    page.check("#s-agreed")
    finish(page)
    page.wait_for_selector("[data-waiting] li")
    page.reload()
    expect(page.locator("[data-waiting] li")).to_contain_text(evaluation.project.title)
    assert not SiteForm.objects.exists()

    page.context.set_offline(False)
    expect(page.locator("[data-waiting] li")).to_have_count(0)
    form = SiteForm.objects.get()
    assert (form.findings, form.writer, form.checklist) == ("账本在，缺两张发票", town.evaluator, 1)
    assert (form.answers["books"]["answer"], form.signatures[1]) == ("partly", "王大爷，居民")
    assert [file.name for file in Attachment.objects.of(form)] == ["现场.jpg"]
    assert SiteFormVersion.objects.count() == 1
    assert evaluated.fresh(evaluation).visit.is_recorded


def test_a_line_that_breaks_in_the_middle_stores_it_once_and_loses_no_photo(town, evaluation, open_page):
    page = open_page(town.evaluator, APP, width=820)
    ready(page)
    answers_lost = []

    def lose_the_answer(route):
        route.fetch()  # it arrives at the server, and the tablet never hears of it
        answers_lost.append(route.request.url)
        route.abort()

    both = re.compile(r"/visits/evaluations/(sync|photo)/$")
    page.route(both, lose_the_answer)
    begin(page, evaluation)
    page.set_input_files("#s-photos", PHOTO)
    page.wait_for_selector("form[data-site] [data-photos] canvas")
    page.check("#s-agreed")
    with page.expect_event("requestfailed"):
        finish(page)
    expect(page.locator("[data-waiting] li")).to_have_count(1)
    page.unroute(both)
    page.route(re.compile(r"/visits/evaluations/photo/$"), lose_the_answer)
    with page.expect_event("requestfailed"):
        page.click("[data-send]")
    expect(page.locator("[data-waiting] li")).to_have_count(1)
    page.unroute(re.compile(r"/visits/evaluations/photo/$"))
    expect(page.locator("[data-send]")).to_be_visible()
    page.click("[data-send]")

    expect(page.locator("[data-waiting] li")).to_have_count(0)
    assert len(answers_lost) >= 2
    assert (SiteForm.objects.count(), SiteFormVersion.objects.count()) == (1, 1)
    assert Attachment.objects.of(SiteForm.objects.get()).count() == 1


def test_two_tablets_that_changed_one_form_are_shown_side_by_side(town, evaluation, open_page):
    first = open_page(town.evaluator, APP, width=820)
    ready(first)
    begin(first, evaluation)
    finish(first)
    expect(first.locator("[data-sent] li")).to_have_count(1)
    form = SiteForm.objects.get()
    second = open_page(town.evaluator, APP, width=1280)
    ready(second)
    for page in (first, second):
        page.reload()
        page.wait_for_selector(f"[data-edit='{form.key}']")
        page.context.set_offline(True)
        page.click(f"[data-edit='{form.key}']")
    fill(first, findings="第一台写的")
    fill(second, findings="第二台写的")
    for page in (first, second):
        finish(page)
        page.wait_for_selector("[data-waiting] li")
        page.context.set_offline(False)
        expect(page.locator("[data-waiting] li")).to_have_count(0)

    second.locator("[data-sent] a").first.click()
    table = second.inner_text("table.versions")

    assert "第一台写的" in table
    assert "第二台写的" in table
    form.refresh_from_db()
    assert (form.findings, form.version) == ("第一台写的", 2)
