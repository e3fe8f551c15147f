import uuid
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.models.attachment import private_storage
from projects.models import Project

KEPT = timedelta(days=14)
"""So long the file lies here to be fetched: it is a copy, and a copy of people's data is not kept for nothing."""
SILENCE = timedelta(minutes=30)
"""After this long without an end the worker is taken for dead."""


def package_path(package: "ArchivePackage", filename: str) -> str:
    """The stored name says nothing."""
    return f"archives/{package.at:%Y/%m}/{uuid.uuid4()}"


class ArchivePackageQuerySet(models.QuerySet["ArchivePackage"]):
    def visible_to(self, user: Any) -> "ArchivePackageQuerySet":
        """One's own: it holds what its maker may read, which can be more than somebody else may."""
        return self.filter(by=user.pk) if user.is_authenticated else self.none()

    def of(self, project: Project) -> "ArchivePackageQuerySet":
        return self.filter(project=project).select_related("by")


class ArchivePackage(models.Model):
    """An archive package (归档包) that somebody had made of a project: by whom, when, which edition, and its hashes.

    The row stays when the file has gone: `digest` (of the tag manifest) and `sha256` (of the zip) are what
    `manage.py verify_archive` compares a package with.
    """

    class Edition(models.TextChoices):
        """As `reports.archive.entries.Edition`."""

        FULL = "full", _("Archive package")
        INTERIM = "interim", _("Interim copy, not archived yet")
        PUBLIC = "public", _("For the public")

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("archive package", "Being made")
        DONE = "done", pgettext_lazy("archive package", "Ready")
        FAILED = "failed", pgettext_lazy("archive package", "Stopped")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="archive_packages"
    )
    edition = models.CharField(_("edition"), max_length=10, choices=Edition.choices)
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
    file = models.FileField(_("file"), storage=private_storage, upload_to=package_path, blank=True, max_length=200)
    filename = models.CharField(_("file name"), max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    items = models.PositiveIntegerField(_("items"), default=0)
    withheld = models.PositiveIntegerField(_("kinds left out"), default=0)
    differing = models.PositiveIntegerField(_("items unlike the register"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    digest = models.CharField(_("digest of the whole"), max_length=64, blank=True)

    objects = ArchivePackageQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("archive package")
        verbose_name_plural = _("archive packages")
        constraints = [
            models.CheckConstraint(
                name="package_done_with_its_hashes",
                condition=~Q(status="done") | (~Q(sha256="") & ~Q(digest="") & Q(finished_at__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return self.filename or f"{self.project} {self.edition}"

    @property
    def is_busy(self) -> bool:
        return self.status == self.Status.WAITING and not self.is_stuck

    @property
    def is_stuck(self) -> bool:
        """Stopped by a mistake, or silent for so long that its worker must be gone: another can be asked for."""
        is_silent = self.status == self.Status.WAITING and clock.now() - self.at > SILENCE
        return is_silent or self.status == self.Status.FAILED
