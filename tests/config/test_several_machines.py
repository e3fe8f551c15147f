"""Two web servers and two workers on one PostgreSQL, and one of each is killed in the middle of its work."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from config import workers
from core.models import Event, Notification, Worker
from people.models import Organization
from reports.actions import imports
from reports.models import ImportJob
from tests import town as towns
from tests.nodes import Web, through_a_proxy, wait_until, worker
from tests.reports.tables import centre, csv_file

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="several machines need PostgreSQL"),
]
BEAT = 0.3
TABLES, ROWS, MANY = 10, 5, 2000


@pytest.fixture
def town(transactional_db):
    """By the clock of the machine: the other processes know no other."""
    return towns.build()


@pytest.fixture
def site(town, settings, tmp_path):
    """Two of each, on the test's own database and folder of files."""
    settings.TASKS = {"default": {"BACKEND": "config.queues.TracedQueue"}}
    settings.WORKER_BEAT = BEAT
    webs = [Web(tmp_path), Web(tmp_path)]
    hands = [worker(tmp_path, name, BEAT) for name in ("one", "two")]
    try:
        wait_until(lambda: all(web.answers() for web in webs) and Worker.objects.count() == 2)
        yield webs, hands
    finally:
        for node in (*webs, *hands):
            node.stop()


def sent(town, name: str, numbers: range) -> ImportJob:
    content = csv_file(*(centre(number) for number in numbers))
    return imports.send(by=town.clerk, table="organizations", upload=SimpleUploadedFile(f"{name}.csv", content))


def signed_in(person) -> dict[str, str]:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return {"sessionid": client.cookies["sessionid"].value}


def confirming(job: ImportJob) -> str:
    return reverse("reports:import_confirm", args=[job.pk])


def has_no_answer(web: Web, job: ImportJob, cookies: dict[str, str]) -> bool:
    try:
        web.ask("POST", confirming(job), cookies, {"mode": "good_rows"})
    except (OSError, HTTPException):
        return True
    return False


@contextmanager
def held(job: ImportJob) -> Iterator[None]:
    """Whoever wants to confirm it waits, in the middle of their request."""
    with transaction.atomic():
        ImportJob.objects.select_for_update().get(pk=job.pk)
        yield


def somebody_waits() -> bool:
    """Whether a row that is held here is waited for, by another process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
        return cursor.fetchone() is not None


def states(jobs: list[ImportJob]) -> set[str]:
    return set(ImportJob.objects.filter(pk__in=[job.pk for job in jobs]).values_list("status", flat=True))


def test_one_of_each_is_killed_and_everything_is_done_exactly_once(town, site):
    webs, hands = site
    cookies = signed_in(town.clerk)
    large = sent(town, "large", range(10_000, 10_000 + MANY))
    small = [sent(town, f"small{n}", range(n * ROWS, (n + 1) * ROWS)) for n in range(1, TABLES + 1)]
    wait_until(lambda: states([large, *small]) == {"ready"})
    before = Organization.objects.count()
    over, looked = threading.Event(), []

    def look() -> None:
        while not over.is_set():
            looked.append(through_a_proxy(webs, "GET", "/", {}))
            time.sleep(0.2)

    def confirm(job: ImportJob) -> int | None:
        turned = webs if job.pk % 2 else webs[::-1]
        return through_a_proxy(turned, "POST", confirming(job), cookies, {"mode": "good_rows"})

    def is_done() -> bool:
        workers.take_again()  # as `manage.py tick` does
        return states([large, *small]) == {"done"}

    with ThreadPoolExecutor(6) as people:
        try:
            people.submit(look)
            confirmed = [people.submit(confirm, job) for job in (large, *small[:-1])]
            with held(small[-1]):
                cut_off = people.submit(has_no_answer, webs[0], small[-1], cookies)
                wait_until(somebody_waits)
                confirmed[1].result(timeout=60)
                webs[0].kill()
                was_cut_off = cut_off.result(timeout=5)
            confirmed.append(people.submit(confirm, small[-1]))
            wait_until(lambda: 0 < ImportJob.objects.get(pk=large.pk).done < MANY)
            at_work = DBTaskResult.objects.get(args_kwargs__args=[large.pk, large.attempt + 1]).worker_ids
            hands[("one", "two").index(at_work[0])].kill()
            half = ImportJob.objects.get(pk=large.pk)
            wait_until(is_done)
        finally:
            over.set()

    large.refresh_from_db()
    tasks = DBTaskResult.objects.filter(task_path__endswith="background.run")
    assert was_cut_off  # in the middle of a confirmation, which is then sent again
    assert {answer.result() for answer in confirmed} == {302}
    assert (len(looked) > 5, set(looked)) == (True, {200})
    assert (half.status, half.done < MANY) == ("running", True)
    assert (large.done, large.new + large.changed + large.unchanged, large.wrong) == (MANY, MANY, 0)
    assert Organization.objects.count() - before == sum(ImportJob.objects.values_list("new", flat=True))
    assert Event.objects.filter(name="confirm").count() == TABLES + 1
    assert Event.objects.filter(name="finish").count() == TABLES + 1
    assert Notification.objects.filter(recipient=town.clerk).count() == TABLES + 1
    assert sorted(len(worker_ids) for worker_ids in tasks.values_list("worker_ids", flat=True)) == [1] * TABLES + [2]
    assert Worker.objects.count() == 1
