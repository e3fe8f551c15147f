"""Workers that die: what they were at is taken again, once, and not for ever."""

import multiprocessing
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from config.management.commands import tick
from config.workers import TAKEN_FOR_DEAD, bury, signs_of_life, take_again
from core.models import Worker

MINUTE = timedelta(minutes=1)


def at_work(*names: str) -> DBTaskResult:
    return DBTaskResult.objects.create(
        status=TaskResultStatus.RUNNING, started_at=timezone.now(), run_after=timezone.now(), backend_name="default",
        worker_ids=list(names), args_kwargs={"args": [1, 1], "kwargs": {}}, task_path="reports.actions.background.run",
    )  # fmt: skip


def silent(name: str, *, missed: bool) -> None:
    Worker.objects.create(name=name, machine="far", beat_at=Now() - MINUTE * 9)
    Worker.objects.filter(name=name).update(missed_at=Now() - MINUTE * 5 if missed else None)


def test_who_is_silent_is_missed_first_and_buried_later(db):
    silent("a", missed=False)
    silent("b", missed=True)
    Worker.objects.create(name="c", machine="here")

    assert bury() == 1
    assert [(one.name, one.missed_at is None) for one in Worker.objects.order_by("name")] == [("a", False), ("c", True)]
    assert list(Worker.objects.alive().values_list("name", flat=True)) == ["c"]


def test_the_task_of_a_dead_worker_goes_back_and_that_of_a_living_or_missed_one_does_not(db):
    silent("missed", missed=False)
    silent("dead", missed=True)
    Worker.objects.create(name="living", machine="here")
    lost, kept, waits = at_work("dead"), at_work("living"), at_work("missed")

    assert (take_again(), take_again()) == (1, 0)
    states = {row.pk: row.status for row in DBTaskResult.objects.all()}
    assert states == {lost.pk: "READY", kept.pk: "RUNNING", waits.pk: "RUNNING"}


def test_a_task_at_which_three_workers_died_is_given_up(db):
    row = at_work("dead1", "dead2", "dead3")

    assert take_again() == 1
    row.refresh_from_db()
    assert (row.status, row.exception_class_path) == ("FAILED", "config.workers.WorkerDied")


def freezes() -> None:
    with signs_of_life("frozen"):
        Worker.objects.all().delete()  # another machine took it for dead
        time.sleep(20)


@pytest.mark.one_database
@pytest.mark.django_db(transaction=True)
def test_who_wakes_up_and_was_taken_for_dead_ends_before_it_goes_on(settings):
    settings.WORKER_BEAT = 0.1
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=freezes)
    process.start()
    process.join(15)

    assert process.exitcode == TAKEN_FOR_DEAD


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="several machines need PostgreSQL")
def test_what_is_due_is_done_by_one_machine_at_a_time(monkeypatch):
    done = []

    def duty() -> int:
        other = connection.copy()  # another machine
        try:
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [tick.LOCK])
                done.append(cursor.fetchone()[0])
        finally:
            other.close()
        return 1

    monkeypatch.setattr(tick, "DUTIES", (duty,))
    for _time in range(2):  # and it is given back
        tick.Command().handle(every=None)

    assert done == [False, False]
