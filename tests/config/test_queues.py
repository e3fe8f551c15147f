"""A task and what it is about are stored together, or neither is."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from core.models import Dispatch
from core.notifications import write_to
from reports.actions import imports
from tests.reports.tables import centre, csv_file

done: list[str] = []


@task()
def remember(word: str) -> None:
    done.append(word)


@pytest.fixture
def queue(settings, transactional_db):
    settings.TASKS = {"default": {"BACKEND": "config.queues.TracedQueue"}}


@pytest.fixture
def no_queue(settings, transactional_db):
    settings.TASKS = {"default": {"BACKEND": "config.queues.NoQueue"}}
    done.clear()


def test_what_is_asked_for_waits_as_soon_as_it_is_stored(town, settings):
    """Within a transaction of the test nothing ever runs "on commit": as on a server that dies right after it."""
    settings.TASKS = {"default": {"BACKEND": "config.queues.TracedQueue"}}
    table = SimpleUploadedFile("t.csv", csv_file(centre(1)))
    job = imports.send(by=town.clerk, table="organizations", upload=table)
    imports.confirm(job, by=town.clerk, mode="good_rows")
    write_to("she@example.org", subject="x", text="x")

    waiting = DBTaskResult.objects.ready().values_list("task_path", flat=True)
    assert sorted(waiting) == ["core.notifications.deliver_at_once", "reports.actions.background.run"]


def test_a_task_is_gone_with_its_transaction(queue):
    with transaction.atomic():
        write_to("she@example.org", subject="x", text="x")
        transaction.set_rollback(True)

    assert (Dispatch.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_without_a_queue_it_is_done_after_the_commit_and_not_before(no_queue):
    with transaction.atomic():
        remember.enqueue("it")
        assert done == []

    assert done == ["it"]


def test_without_a_queue_nothing_is_done_about_what_was_undone(no_queue):
    with transaction.atomic():
        remember.enqueue("it")
        transaction.set_rollback(True)

    assert done == []
