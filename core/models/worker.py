from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

BEATS = 6
"""So many signs of life may be missed."""


def patience() -> timedelta:
    return timedelta(seconds=settings.WORKER_BEAT * BEATS)


class WorkerQuerySet(models.QuerySet["Worker"]):
    def alive(self) -> "WorkerQuerySet":
        """Whoever gave a sign of life lately."""
        return self.filter(beat_at__gte=Now() - patience())


class Worker(models.Model):
    """A process that works on the queue, somewhere, and when it last gave a sign of life. By the clock of the database,
    since machines differ.

    Who is silent is first missed and only after that taken for dead: while the database itself was away, or locked for
    long, everybody is silent.
    """

    name = models.CharField(_("name"), max_length=64, primary_key=True)
    machine = models.CharField(_("machine"), max_length=120)
    since = models.DateTimeField(_("since"), db_default=Now())
    beat_at = models.DateTimeField(_("last sign of life"), db_default=Now())
    missed_at = models.DateTimeField(_("missed since"), null=True)

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return f"{self.name} ({self.machine})"
