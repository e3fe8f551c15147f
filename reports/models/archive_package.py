from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from projects.models import Project
from reports.models.made_file import MadeFile, MadeFileQuerySet


class ArchivePackageQuerySet(MadeFileQuerySet):
    def of(self, project: Project) -> "ArchivePackageQuerySet":
        return self.filter(project=project).select_related("by")


class ArchivePackage(MadeFile):
    """An archive package (归档包) that somebody had made of a project: by whom, when, which edition, and its hashes.

    The row stays when the file has gone: `digest` (of the tag manifest) and `sha256` (of the zip) are what
    `manage.py verify_archive` compares a package with.
    """

    class Edition(models.TextChoices):
        """As `reports.archive.entries.Edition`."""

        FULL = "full", _("Archive package")
        INTERIM = "interim", _("Interim copy, not archived yet")
        PUBLIC = "public", _("For the public")

    FOLDER = "archives"

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="archive_packages"
    )
    edition = models.CharField(_("edition"), max_length=10, choices=Edition.choices)
    items = models.PositiveIntegerField(_("items"), default=0)
    withheld = models.PositiveIntegerField(_("kinds left out"), default=0)
    differing = models.PositiveIntegerField(_("items unlike the register"), default=0)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    digest = models.CharField(_("digest of the whole"), max_length=64, blank=True)

    objects = ArchivePackageQuerySet.as_manager()

    class Meta(MadeFile.Meta):
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
