import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.models.attachment import private_storage

KEPT = timedelta(days=14)
"""So long the file lies here to be fetched: it is a copy, and a copy of people's data is not kept for nothing."""
SILENCE = timedelta(minutes=30)
"""After this long without an end the worker is taken for dead."""


def made_path(made: "MadeFile", filename: str) -> str:
    """The stored name says nothing."""
    return f"{made.FOLDER}/{made.at:%Y/%m}/{uuid.uuid4()}"


class MadeFileQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "MadeFileQuerySet":
        """One's own: it holds what its maker may read, which can be more than somebody else may."""
        return self.filter(by=user.pk) if user.is_authenticated else self.none()


class MadeFile(models.Model):
    """A file that somebody asked for and that is made in the background; only who asked for it can fetch it.

    The row stays when the file has gone.
    """

    FOLDER = ""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("archive package", "Being made")
        DONE = "done", pgettext_lazy("archive package", "Ready")
        FAILED = "failed", pgettext_lazy("archive package", "Stopped")

    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked for by"),
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: written by a command of whoever keeps the platform"),
    )
    at = models.DateTimeField(_("asked for at"), default=clock.now)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    file = models.FileField(_("file"), storage=private_storage, upload_to=made_path, blank=True, max_length=200)
    filename = models.CharField(_("file name"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)

    class Meta:
        abstract = True
        ordering = ["-at", "-pk"]

    @property
    def is_busy(self) -> bool:
        return self.status == self.Status.WAITING and not self.is_stuck

    @property
    def is_stuck(self) -> bool:
        """Stopped by a mistake, or silent for so long that its worker must be gone: another can be asked for."""
        is_silent = self.status == self.Status.WAITING and clock.now() - self.at > SILENCE
        return is_silent or self.status == self.Status.FAILED
