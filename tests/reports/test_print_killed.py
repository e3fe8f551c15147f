"""A worker is killed half-way: what it printed is kept, the next one prints the rest, and no paper twice."""

import os
import signal
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections, transaction
from django.utils import timezone

from reports import press
from reports.actions import printing
from reports.models import Paper, PrintJob
from tests import town as towns
from tests.life import Life
from tests.nodes import Node, wait_until
from tests.printing import ask, awarded

pytestmark = pytest.mark.django_db(transaction=True)
PAPERS = 10
WORK = """
import sys
import django
django.setup()
from config.workers import signs_of_life
from reports.actions import print_run
name, job, attempt = sys.argv[1:]
with signs_of_life(name):
    print_run.run.call(int(job), int(attempt))
"""


@pytest.fixture
def town(transactional_db, time):
    return towns.build()


@pytest.fixture
def queued(settings):
    """Nobody works on what is queued."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}


def worker(folder: Path, job: PrintJob, name: str) -> Node:
    """A worker at this job: a program of its own as on a real machine, not a copy of the process that tests run in."""
    return Node(folder, "-c", WORK, name, str(job.pk), str(job.attempt), PRINT_PROCESSES="2")


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
def test_after_a_kill_every_paper_is_printed_exactly_once(town, time, queued, tmp_path):
    awarded(town, Life(town, time), PAPERS)
    job = ask(town.clerk)
    first = worker(tmp_path, job, "first").process
    wait_until(lambda: job.items.filter(status="done").count() >= 2 or first.poll() is not None)
    helpers = children_of(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    wait_until(lambda: not any(runs(pid) for pid in helpers))
    kept = set(job.items.filter(status="done").values_list("pk", "sha256"))
    time.go(timezone.now() + timedelta(minutes=3))  # workers go by the clock of the machine

    went_on = printing.go_on_with_killed()
    job.refresh_from_db()
    second = worker(tmp_path, job, "second")
    said = second.process.wait(), second.said.read_text()

    job.refresh_from_db()
    letters = Paper.objects.filter(kind="award").order_by("serial")
    assert len(helpers) == 2
    assert 2 <= len(kept) < PAPERS
    assert (went_on, job.state, job.attempt) == (1, "done", 2), said
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


@pytest.mark.one_database
def test_a_pool_does_each_once():
    connections.close_all()

    assert sorted(press.each(squared, range(50), processes=2)) == [n * n for n in range(50)]


def ends(_number: int) -> int:
    os._exit(9)


@pytest.mark.one_database
def test_a_process_that_dies_is_noticed():
    with pytest.raises(RuntimeError, match="terminated abruptly"):
        list(press.each(ends, range(4), processes=2))


@pytest.mark.one_database
def test_inside_a_transaction_nothing_is_forked(town):
    with transaction.atomic():
        inside = press.hands()

    assert inside == 1
