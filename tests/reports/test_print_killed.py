"""A worker is killed half-way: what it printed is kept, the next one prints the rest, and no paper twice."""

import multiprocessing
import os
import signal
import zipfile
from datetime import timedelta
from time import monotonic, sleep

import pytest
from django.db import connections, transaction

from config.workers import signs_of_life
from core import clock
from reports import press
from reports.actions import print_run, printing
from reports.models import Paper, PrintJob
from tests import town as towns
from tests.life import Life
from tests.printing import ask, awarded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.one_database]
PAPERS = 10


@pytest.fixture
def town(transactional_db, time):
    return towns.build()


@pytest.fixture
def queued(settings):
    """Nobody works on what is queued."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def worker(job: PrintJob, name: str) -> multiprocessing.Process:
    """A worker at this job: a process of its own that says it is there, with the processes that it lays out in."""

    def work() -> None:
        with signs_of_life(name):
            print_run.run.call(job.pk, job.attempt)

    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    return process


def wait_until(condition, seconds: int = 60) -> None:
    end = monotonic() + seconds
    while not condition():
        assert monotonic() < end, "it did not happen in time"
        sleep(0.02)


def children_of(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


def runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(") ", 1)[1][0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="looks at processes as Linux shows them")
def test_after_a_kill_every_paper_is_printed_exactly_once(town, time, queued, settings):
    settings.PRINT_PROCESSES = 2
    awarded(town, Life(town, time), PAPERS)
    job = ask(town.clerk)
    process = worker(job, "first")
    wait_until(lambda: job.items.filter(status="done").count() >= 2)
    helpers = children_of(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    wait_until(lambda: not any(runs(pid) for pid in helpers))
    kept = set(job.items.filter(status="done").values_list("pk", "sha256"))
    time.go(clock.now() + timedelta(minutes=3))

    went_on = printing.go_on_with_killed()
    job.refresh_from_db()
    second = worker(job, "second")
    second.join()

    job.refresh_from_db()
    letters = Paper.objects.filter(kind="award").order_by("serial")
    assert len(helpers) == 2
    assert 2 <= len(kept) < PAPERS
    assert (went_on, second.exitcode, job.state, job.attempt) == (1, 0, "done", 2)
    assert [paper.serial for paper in letters] == list(range(1, PAPERS + 1))
    assert kept <= set(job.items.values_list("pk", "sha256"))
    with job.result.open("rb") as file:
        archive = zipfile.ZipFile(file)
        names = archive.namelist()
        printed = [archive.read(name) for name in names[:-1]]
    assert len(names) == len(set(names)) == PAPERS + 1
    for paper, content in zip(letters, printed, strict=True):
        with paper.file.open("rb") as file:
            assert content == file.read()


def squared(number: int) -> int:
    return number * number


def test_a_pool_does_each_once():
    connections.close_all()

    assert sorted(press.each(squared, range(50), processes=2)) == [n * n for n in range(50)]


def ends(_number: int) -> int:
    os._exit(9)


def test_a_process_that_dies_is_noticed():
    with pytest.raises(RuntimeError, match="terminated abruptly"):
        list(press.each(ends, range(4), processes=2))


def test_inside_a_transaction_nothing_is_forked(town):
    with transaction.atomic():
        inside = press.hands()

    assert inside == 1
