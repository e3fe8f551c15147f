from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from evaluations.models.assignment import Assignment
from evaluations.models.kept import Kept, KeptQuerySet


class EvidenceQuerySet(KeptQuerySet["Evidence"]):
    def tied(self) -> "EvidenceQuerySet":
        """Not taken away again."""
        return self.filter(untied_at__isnull=True)


class Evidence(Kept):
    """A record of the project on which the points for one line of a sheet rest, as it was when it was tied to them.

    Label, day, amount and digest are kept: whoever reads the sheet in two years sees what it rested on, and whether the
    record was corrected since (`evaluations.records`). Of people served it never holds a name.
    """

    class Kind(models.TextChoices):
        ACTIVITY = "activity", _("Activity")
        PHOTO = "photo", _("Photo")
        SERVICE = "service", _("Service")
        EXPENSE = "expense", _("Voucher")
        REPORT = "report", _("Report")
        MONTHLY = "monthly", _("Monthly report")
        PLAN = "plan", _("Version of the plan")
        VISIT = "visit", _("Site visit")
        FILE = "file", _("Paper")
        SITE = "site", _("Site form")
        SAMPLE = "sample", _("Random sample")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="evidence")
    criterion = models.ForeignKey(
        "grants.Criterion", verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=36)
    label = models.CharField(_("record"), max_length=200)
    day = models.DateField(_("day"), null=True)
    amount = MoneyField(_("amount"), null=True)
    edition = models.CharField(_("edition"), max_length=60, blank=True)
    digest = models.CharField("SHA-256", max_length=64)
    why = models.CharField(_("what it shows"), max_length=200, blank=True)
    tied_at = models.DateTimeField(_("tied at"), default=clock.now, editable=False)
    untied_at = models.DateTimeField(_("taken away at"), null=True, editable=False)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ["criterion__position", "criterion", "kind", "day", "pk"]
        verbose_name = _("piece of evidence")
        verbose_name_plural = _("evidence")
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "criterion", "kind", "key"],
                name="evidence_tied_once",
                condition=Q(untied_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}"


class EvidenceWord(models.Model):
    """What an evaluator says of a line where no record shows it: points that are low ask for one or the other."""

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="evidence_words")
    criterion = models.ForeignKey(
        "grants.Criterion", verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(_("what the points rest on"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("sentence in place of evidence")
        verbose_name_plural = _("sentences in place of evidence")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "criterion"], name="one_evidence_word_a_line"),
        ]

    def __str__(self) -> str:
        return self.text
