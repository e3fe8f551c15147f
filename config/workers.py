"""Workers on several machines: each gives signs of life, and what a dead one was at is taken again.

`django-tasks-db` gives each task to exactly one worker (`SELECT … FOR UPDATE SKIP LOCKED`), but knows nothing of one
that never came back. So a worker writes every few seconds that it is there. Who is taken for dead and wakes up again
ends at once, before it does anything twice (docs/adr/0021-several-machines.md).
"""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from platform import node

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from core.models import Worker
from core.models.worker import patience
from reports import press

log = logging.getLogger(__name__)

TRIES = 3
"""A task that was at work when so many workers died may have killed them: it is not given to another."""
TAKEN_FOR_DEAD = 70


class WorkerDied(Exception):
    """Stands at a task that was given up."""


@contextmanager
def signs_of_life(name: str) -> Iterator[None]:
    """While this lasts, a thread of its own says that the worker `name` is there."""
    Worker.objects.create(name=name, machine=node()[:120])
    over = threading.Event()
    thread = threading.Thread(target=_beat, args=(name, over), daemon=True)
    thread.heeds_forks = True  # type: ignore[attr-defined]
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=settings.WORKER_BEAT * 2)
        Worker.objects.filter(pk=name).delete()


def _beat(name: str, over: threading.Event) -> None:
    while not over.wait(settings.WORKER_BEAT):
        with press.still:  # nor does a connection of ours lie open when processes are forked
            try:
                beaten = Worker.objects.filter(pk=name).update(beat_at=Now(), missed_at=None)
            except DatabaseError as failure:  # locked, or away: the next beat will do
                log.warning("No sign of life could be given: %s", type(failure).__name__)
                continue
            finally:
                connection.close()
        if not beaten and not over.is_set():
            log.critical("Worker %s was taken for dead, and its task for lost: it ends", name)
            os._exit(TAKEN_FOR_DEAD)


def take_again() -> int:
    """What dead workers were at goes back into the queue; how many tasks. For `manage.py tick`."""
    bury()
    dead = 0
    running = DBTaskResult.objects.running().exclude(worker_ids=[])
    for row in running.order_by("started_at").values_list("pk", flat=True):
        dead += _take_again(row)
    return dead


def bury() -> int:
    """Who is silent is missed; who has been missed for as long again is dead."""
    silent = Worker.objects.filter(beat_at__lt=Now() - patience())
    silent.filter(missed_at=None).update(missed_at=Now())
    gone, _rows = silent.filter(missed_at__lt=Now() - patience()).delete()
    if gone:
        log.error("%s workers are silent and taken for dead", gone)
    return gone


@transaction.atomic
def _take_again(pk: object) -> int:
    row = DBTaskResult.objects.running().select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None or Worker.objects.filter(pk=row.worker_ids[-1]).exists():
        return 0
    if len(row.worker_ids) >= TRIES:
        row.set_failed(WorkerDied(f"{TRIES} workers died at it"))
        log.error("Task %s (%s) is given up: %s workers died at it", row.pk, row.task_path, TRIES)
        return 1
    row.status, row.started_at = TaskResultStatus.READY, None
    row.save(update_fields=["status", "started_at"])
    log.warning("Task %s (%s) goes back into the queue: its worker is dead", row.pk, row.task_path)
    return 1
