"""Printing in bulk as it is seen: the bar moves by itself, and without JavaScript by loading the page again."""

import pytest
from playwright.sync_api import expect

from reports.actions import print_run
from reports.models import PrintJob
from tests.life import draft
from tests.printing import ask

pytestmark = pytest.mark.browser


@pytest.fixture
def queued(settings):
    """The work waits until the test does it."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def test_the_page_shows_the_file_as_soon_as_it_is_ready(town, queued, open_page):
    draft(town)
    page = open_page(town.head, "/documents/print-jobs/new/projects/")
    page.locator("input[name=kind][value=proposal]").check()
    page.get_by_role("button", name="开始打印").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    job = PrintJob.objects.get()

    print_run.run.call(job.pk, job.attempt)

    expect(page.get_by_role("link", name="下载PDF")).to_be_visible()
    assert page.problems == []


def test_without_javascript_the_page_loads_itself_again(town, queued, open_page):
    draft(town)
    job = ask(town.head, "proposal")
    page = open_page(town.head, job.get_absolute_url(), javascript=False)
    page.get_by_role("button", name="暂停").click()
    expect(page.get_by_text("已暂停", exact=True)).to_be_visible()
    page.get_by_role("button", name="继续").click()
    job.refresh_from_db()

    print_run.run.call(job.pk, job.attempt)

    expect(page.get_by_role("link", name="下载压缩包")).to_be_visible()
