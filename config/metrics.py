"""What can be measured of the site, as Prometheus reads it.

Of this machine: how long requests take, by view and never by address. Of the whole site, asked of the database when
somebody reads: what waits, what has failed, where projects stand. Nothing here names a person.
"""

import os
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError
from django.db.models import Count, Min
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, values
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from core.lately import lately
from core.models import Dispatch, Event, Seal, Worker
from projects.models import Project

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
if FOLDER in os.environ:  # by the place of a process and not by its number: the next one in that place counts on
    values.ValueClass = values.MultiProcessValue(lambda: os.environ.get("METRICS_PLACE", str(os.getpid())))

OURS = CollectorRegistry()
STEPS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SECONDS = Histogram("site_request_seconds", "How long an answer takes", ["view"], buckets=STEPS, registry=OURS)
ANSWERS = Counter("site_answers", "Answers by view, method and kind", ["view", "method", "status"], registry=OURS)
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


def answered(view: str, method: str, status: int, seconds: float) -> None:
    """Views and methods are ours to name, so nobody can make labels without end."""
    SECONDS.labels(view).observe(seconds)
    ANSWERS.labels(view, method if method in METHODS else "other", f"{status // 100}xx").inc()


def exposition() -> bytes:
    """Everything, in Prometheus's text."""
    registry = CollectorRegistry()
    if FOLDER in os.environ:
        MultiProcessCollector(registry)
    else:
        registry.register(OURS)
    registry.register(OfTheSite())
    return generate_latest(registry)


class OfTheSite:
    """The same from whichever machine it is read."""

    def collect(self) -> Iterator[Any]:
        try:
            found = list(self.counted())
        except DatabaseError:  # what this machine has measured is told all the same
            found = []
        yield _gauge("site_database_up", "Whether the first database answers", int(bool(found)))
        yield from found

    def counted(self) -> Iterator[Any]:
        now = timezone.now()
        tasks = GaugeMetricFamily("site_tasks", "Tasks in the queue's table", labels=["status"])
        there = dict(DBTaskResult.objects.order_by().values_list("status").annotate(n=Count("pk")))
        for status in TaskResultStatus.values:
            tasks.add_metric([status.lower()], there.get(status, 0))
        yield tasks
        yield _gauge("site_queue_oldest_seconds", "How long the first waits already", _age(oldest_task(), now))
        yield _gauge("site_workers", "Workers that give a sign of life", Worker.objects.alive().count())
        yield from self.mail(now)
        yield from self.log(now)
        projects = GaugeMetricFamily("site_projects", "Projects by state", labels=["state"])
        for state, n in lately("metrics:projects", _projects)[0].items():
            projects.add_metric([state], n)
        yield projects

    def mail(self, now: Any) -> Iterator[Any]:
        due = Dispatch.objects.due(now)
        yield _gauge("site_mail_waiting", "Messages whose time has come", due.count())
        yield _gauge("site_mail_oldest_seconds", "… and since when", _age(due.aggregate(at=Min("due_at"))["at"], now))
        lost = Dispatch.objects.filter(state=Dispatch.State.FAILED).count()
        yield _gauge("site_mail_failed", "Messages that were given up", lost)

    def log(self, now: Any) -> Iterator[Any]:
        last = Seal.objects.order_by("-number").values_list("event_id", flat=True).first() or 0
        first = Event.objects.filter(pk__gt=last).order_by("pk").values_list("at", flat=True).first()
        yield _gauge("site_sealing_lag_seconds", "How long the log waits to be sealed", _age(first, now))


def oldest_task() -> Any:
    """Since when the first of the queue waits; None when nothing does."""
    return DBTaskResult.objects.ready().order_by().aggregate(at=Min("enqueued_at"))["at"]


def _projects() -> dict[str, int]:
    return dict(Project.objects.order_by().values_list("state").annotate(n=Count("pk")))


def _age(since: Any, now: Any) -> float:
    return max((now - since).total_seconds(), 0) if since else 0


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)
