import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.models.attachment import private_storage

SILENCE = timedelta(minutes=2)
"""After this long without progress the worker is taken for dead."""


def import_path(job: "ImportJob", filename: str) -> str:
    """The stored name says nothing: the original name is kept in the row."""
    return f"imports/{job.at:%Y/%m}/{uuid.uuid4()}"


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, user) -> "ImportJobQuerySet":
        """One's own: the file may hold telephone numbers that nobody else needs."""
        return self.filter(by=user.pk) if user.is_authenticated else self.none()

    def silent(self) -> "ImportJobQuerySet":
        """Not heard of for so long that the worker must have been killed."""
        busy = [ImportJob.Status.CHECKING, ImportJob.Status.RUNNING]
        return self.filter(status__in=busy, moved_at__lt=clock.now() - SILENCE)


class ImportJob(models.Model):
    """A table that somebody sent: first it is checked, then its sender decides, then it is imported.

    The check and the import are background work, which may stop at any moment: `done` counts the rows of
    the transactions that have been committed, `attempt` tells a worker that another one has taken over.
    """

    class Status(models.TextChoices):
        CHECKING = "checking", _("Being checked")
        READY = "ready", _("Waiting for your decision")
        RUNNING = "running", _("Being imported")
        DONE = "done", _("Imported")
        REFUSED = "refused", _("Not imported")
        DISCARDED = "discarded", _("Discarded")
        FAILED = "failed", _("Stopped")

    class Mode(models.TextChoices):
        GOOD_ROWS = "good_rows", _("Import the good rows and leave out the wrong ones")
        ALL_OR_NOTHING = "all_or_nothing", _("All or nothing: with a single wrong row, import none")

    table = models.SlugField(_("table"), max_length=40)
    file = models.FileField(_("file"), storage=private_storage, upload_to=import_path)
    name = models.CharField(_("file name"), max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("sent by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("sent at"), default=clock.now)
    language = models.CharField(_("language"), max_length=10, help_text=_("In which the findings are written"))
    mode = models.CharField(_("what to import"), max_length=20, choices=Mode.choices, default=Mode.GOOD_ROWS)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.CHECKING)
    is_confirmed = models.BooleanField(default=False, editable=False)
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    new = models.PositiveIntegerField(_("new"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("unchanged"), default=0)
    wrong = models.PositiveIntegerField(_("wrong"), default=0)
    samples = models.JSONField(_("first rows of each kind"), default=dict, blank=True)
    errors = models.JSONField(_("wrong rows"), default=list, blank=True)
    wrong_rows = models.FileField(
        _("workbook of the wrong rows"), storage=private_storage, upload_to=import_path, blank=True
    )
    problem = models.TextField(_("what stopped it"), blank=True)
    moved_at = models.DateTimeField(_("last progress"), default=clock.now)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["by", "-at"], name="import_jobs_of_person")]
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:import_detail", args=[self.pk])

    @property
    def is_busy(self) -> bool:
        return self.status in (self.Status.CHECKING, self.Status.RUNNING)

    @property
    def importable(self) -> int:
        """How many rows the import would write."""
        return self.new + self.changed

    @property
    def standing(self) -> str:
        """The status in words; a table of which nothing can be imported leaves nothing to decide."""
        if self.status != self.Status.READY or self.importable:
            return str(self.get_status_display())
        if not self.wrong:
            return gettext("Nothing to import")
        return ngettext("%(n)s wrong row", "%(n)s wrong rows", self.wrong) % {"n": self.wrong}

    @property
    def is_stuck(self) -> bool:
        """Stopped by a mistake, or silent for so long that its worker must be gone."""
        return self.status == self.Status.FAILED or (self.is_busy and clock.now() - self.moved_at > SILENCE)
