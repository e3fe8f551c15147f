import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.models.attachment import private_storage
from core.workflow import StateField, Stateful, requires, step
from reports.models.import_job import SILENCE
from reports.models.made_file import KEPT


class PrintJobQuerySet(models.QuerySet["PrintJob"]):
    def visible_to(self, user) -> "PrintJobQuerySet":
        """One's own: it holds what this person may see, and nobody else need be allowed to."""
        return self.filter(by=user.pk) if user.is_authenticated else self.none()

    def overdue(self) -> "PrintJobQuerySet":
        """Whose files have been kept long enough."""
        return self.filter(state=PrintJob.State.DONE, finished_at__lte=clock.now() - KEPT)

    def silent(self) -> "PrintJobQuerySet":
        """Taken up by a worker that has not been heard of since: it was killed."""
        begun = self.filter(state=PrintJob.State.PRINTING, taken=models.F("attempt"))
        return begun.filter(moved_at__lt=clock.now() - SILENCE)


@requires(_("There is no paper that could be given out without the others."))
def some_are_printed(job: "PrintJob") -> bool:
    return job.items.filter(status=PrintItem.Status.DONE).exists()


class PrintJob(Stateful):
    """Many papers printed at once (批量打印): laid out in the background, given out as one PDF or as a zip.

    `attempt` tells a worker that another one has taken over (or that somebody has paused or cancelled), `taken` which
    attempt a worker has begun. What is printed stands in the items, one a paper, so that a killed worker loses nothing
    but the paper it was at.
    """

    class Form(models.TextChoices):
        MERGED = "merged", _("One PDF, to be printed")
        ZIP = "zip", _("A zip with a file for each paper, to be sent or kept")

    class State(models.TextChoices):
        PRINTING = "printing", pgettext_lazy("print job", "Being printed")
        PAUSED = "paused", pgettext_lazy("print job", "Paused")
        STOPPED = "stopped", pgettext_lazy("print job", "Stopped")
        DONE = "done", pgettext_lazy("print job", "Ready")
        CANCELLED = "cancelled", pgettext_lazy("print job", "Cancelled")
        CLEARED = "cleared", pgettext_lazy("print job", "Removed")

    kind = models.SlugField(_("kind of paper"), max_length=40)
    about = models.CharField(_("chosen from"), max_length=300)
    selection = models.JSONField(_("choice"), default=dict, help_text=_("The page and the filter it was chosen on"))
    form = models.CharField(_("as"), max_length=10, choices=Form.choices, default=Form.MERGED)
    both_sides = models.BooleanField(_("for both sides of the sheet"), default=False)
    origin = models.URLField(_("address of the site"), help_text=_("What QR codes on posters and sheets lead to"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked for by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("asked for at"), default=clock.now)
    language = models.CharField(_("language"), max_length=10, help_text=_("In which problems are written"))
    state = StateField(_("state"), default=State.PRINTING, choices=State.choices, max_length=10)
    state_since = models.DateTimeField(_("in this state since"), default=clock.now, editable=False)
    folder = models.UUIDField(default=uuid.uuid4, editable=False)
    attempt = models.PositiveSmallIntegerField(default=1, editable=False)
    taken = models.PositiveSmallIntegerField(default=0, editable=False)
    deaths = models.PositiveSmallIntegerField(default=0, editable=False)
    moved_at = models.DateTimeField(_("last progress"), default=clock.now)
    problem = models.TextField(_("what stopped it"), blank=True)
    result = models.FileField(_("result"), storage=private_storage, blank=True, max_length=200)
    result_name = models.CharField(_("file name"), max_length=200, blank=True)
    result_size = models.PositiveBigIntegerField(_("size in bytes"), null=True)
    result_sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = PrintJobQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["by", "-at"], name="print_jobs_of_person")]
        verbose_name = _("print job")
        verbose_name_plural = _("print jobs")
        constraints = [
            models.CheckConstraint(
                name="print_job_done_has_its_file",
                condition=(Q(state="done") & ~Q(result="") & ~Q(result_sha256="") & Q(finished_at__isnull=False))
                | (~Q(state="done") & Q(result="")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.about}"

    def get_absolute_url(self) -> str:
        return reverse("reports:print_job_detail", args=[self.pk])

    @step(state, source=State.PRINTING, target=State.PAUSED, permission="reports.run_print_job", label=_("Pause"),
          tone="quiet")  # fmt: skip
    def pause(self):
        """The worker finds it out at its next paper; what is printed stays."""
        self.attempt += 1

    @step(state, source=State.PAUSED, target=State.PRINTING, permission="reports.run_print_job", label=_("Continue"))
    def go_on(self):
        """With the papers that are still missing."""
        self.start_anew()

    @step(state, source=State.PRINTING, target=State.STOPPED, permission="reports.print", label=_("Stopped"),
          button=False)  # fmt: skip
    def stop(self, *, problem):
        """Some papers could not be printed, or their pages not be put together; a person reads which and why."""
        self.problem = problem

    @step(state, source=State.STOPPED, target=State.PRINTING, permission="reports.run_print_job",
          label=_("Try again what is missing"))  # fmt: skip
    def try_again(self):
        """What failed is laid out once more, what is printed is not."""
        self.start_anew()

    @step(state, source=State.STOPPED, target=State.PRINTING, permission="reports.run_print_job",
          label=_("Finish without them"), conditions=[some_are_printed], tone="quiet")  # fmt: skip
    def leave_out(self):
        """The index says which papers are missing, and why."""
        self.start_anew()

    @step(state, source=State.PRINTING, target=State.DONE, permission="reports.print", label=_("Ready"), button=False)
    def finish(self, *, result, filename, size, sha256):
        """Every paper is in the file exactly once."""
        self.result, self.result_name, self.result_size, self.result_sha256 = result, filename, size, sha256
        self.problem, self.finished_at = "", clock.now()

    @step(state, source=[State.PRINTING, State.PAUSED, State.STOPPED], target=State.CANCELLED,
          permission="reports.run_print_job", label=_("Cancel the printing"), tone="danger")  # fmt: skip
    def cancel(self):
        """Its files go; papers that were issued stay in the register as they were."""
        self.attempt += 1

    @step(state, source=State.DONE, target=State.CLEARED, permission="reports.clear_print_job",
          label=_("Remove the file"), tone="quiet")  # fmt: skip
    def clear(self):
        """The result is removed: by its owner, or by the clock."""
        self.result = ""

    def start_anew(self):
        """Whichever worker was at it finds that it is not its turn any more."""
        self.attempt += 1
        self.problem, self.moved_at = "", clock.now()

    @property
    def is_busy(self) -> bool:
        return self.state == self.State.PRINTING

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_begun(self) -> bool:
        """Whether a worker is at it; else it waits for its turn."""
        return self.taken == self.attempt

    @property
    def is_stuck(self) -> bool:
        """Silent for so long that its worker, or the one it waits for, must be gone."""
        return self.is_busy and clock.now() - self.moved_at > SILENCE

    @property
    def kept_until(self):
        return clock.localdate(self.finished_at + KEPT) if self.finished_at else None


class PrintItem(models.Model):
    """One paper of a print job. An issued one is the file of the register, byte for byte, and lies nowhere else."""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("print item", "Waiting")
        DONE = "done", pgettext_lazy("print item", "Printed")
        FAILED = "failed", pgettext_lazy("print item", "Not printed")

    job = models.ForeignKey(PrintJob, on_delete=models.CASCADE, related_name="items")
    ordinal = models.PositiveIntegerField(_("place"))
    object_id = models.BigIntegerField()
    name = models.CharField(_("what it is about"), max_length=300)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    paper = models.ForeignKey(
        "reports.Paper", verbose_name=_("issued paper"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    file = models.FileField(_("file"), storage=private_storage, blank=True, max_length=200)
    filename = models.CharField(_("file name"), max_length=300, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    error = models.CharField(_("why it is not printed"), max_length=500, blank=True)

    class Meta:
        ordering = ["job", "ordinal"]
        verbose_name = _("paper of a print job")
        verbose_name_plural = _("papers of print jobs")
        constraints = [
            models.UniqueConstraint(fields=["job", "ordinal"], name="print_item_place_once"),
            models.UniqueConstraint(fields=["job", "object_id"], name="print_item_once"),
            models.CheckConstraint(
                name="print_item_done_with_its_digest",
                condition=(Q(status="done") & ~Q(sha256="") & Q(size__gt=0) & ~Q(filename="") & Q(error=""))
                | (Q(status="waiting") & Q(sha256="", error=""))
                | (Q(status="failed") & Q(sha256="") & ~Q(error="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordinal} {self.name}"
