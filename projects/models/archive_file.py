from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.in_delivery import InDelivery


class ArchiveFile(models.Model):
    """The file of a project (案卷): its number, how long it is kept, and the list of everything in it (档案目录).

    A clerk confirms that it is whole, or says why something is missing. From then on the list is what it is: `digest`
    is over the list, which has the digest of every paper. With the project's end nothing in it changes any more.
    """

    class Retention(models.IntegerChoices):
        """文书档案保管期限: 10, 30 years, for ever; vouchers are kept 30 years (会计档案管理办法, 79号令)."""

        TEN = 10, _("10 years")
        THIRTY = 30, _("30 years")
        FOR_EVER = 0, _("for ever")

    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="archive_file"
    )
    number = models.CharField(_("number of the file"), max_length=40, unique=True, editable=False)
    retention = models.PositiveSmallIntegerField(_("kept for"), choices=Retention.choices, default=Retention.THIRTY)
    papers = models.JSONField(_("list of papers"), default=list, editable=False)
    missing = models.JSONField(_("missing by rule"), default=list, editable=False)
    note = models.TextField(
        _("why something is missing"), max_length=500, blank=True, help_text=_("Stays with the file")
    )
    digest = models.CharField(_("digest"), max_length=64, editable=False)
    confirmed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), default=clock.now, editable=False)

    objects = InDelivery.as_manager()

    class Meta:
        verbose_name = _("file of a project")
        verbose_name_plural = _("files of projects")

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("projects:archive_file", args=[self.project_id])

    @property
    def kept_until(self) -> Any:
        """The last year in which it is kept, counted from the year after the file was closed; None: for ever."""
        return self.confirmed_at.year + self.retention if self.retention else None
