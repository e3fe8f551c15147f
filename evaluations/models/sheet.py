from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluations.marks import Mark, Total, add_up


class Sheet(models.Model):
    """One judge's score sheet of one project: a draft until it is submitted, and then locked."""

    assignment = models.OneToOneField(
        "evaluations.Assignment", verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="sheet"
    )
    strengths = models.TextField(_("strengths"), max_length=1000, blank=True)
    weaknesses = models.TextField(_("weaknesses and advice"), max_length=1000, blank=True)
    total = models.DecimalField(_("total"), max_digits=5, decimal_places=2, null=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)
    unlocked_at = models.DateTimeField(
        _("opened again at"), null=True, editable=False, help_text=_("Until it is submitted again")
    )
    version = models.PositiveIntegerField(default=0, editable=False, help_text=_("Counts up with every change"))
    saved_from = models.CharField(max_length=32, blank=True, editable=False)
    deviates_since = models.DateTimeField(_("far from the others since"), null=True, blank=True, editable=False)
    deviation_note = models.CharField(_("why it is far from the others"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        constraints = [
            models.CheckConstraint(
                name="submitted_sheet_has_a_total",
                condition=Q(submitted_at__isnull=True) | Q(total__isnull=False),
            ),
            models.CheckConstraint(
                name="opened_sheet_is_not_submitted",
                condition=Q(unlocked_at__isnull=True) | Q(submitted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="total_in_range", condition=Q(total__isnull=True) | Q(total__gte=0, total__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.total}"

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None

    @property
    def said(self) -> dict[str, Any]:
        """Everything that stands on it, to be kept before it is opened again."""
        scores = list(self.scores.select_related("criterion"))
        said: dict[str, Any] = {
            "total": str(self.total),
            "submitted_at": self.submitted_at.isoformat() if self.submitted_at else "",
            "points": {score.criterion.name: str(score.points) for score in scores},
            "strengths": self.strengths,
            "weaknesses": self.weaknesses,
        }
        if reasons := {score.criterion.name: score.reason for score in scores if score.reason}:
            said["reasons"] = reasons
        return said

    @property
    def sum(self) -> Total:
        """Full points, bonuses and deductions of what is on it now."""
        return add_up(Mark(score.criterion.kind, score.points) for score in self.scores.select_related("criterion"))

    def add_up(self) -> Decimal:
        """The points given, with bonuses and less deductions; the criteria's full points carry the weights."""
        return self.sum.score


class Score(models.Model):
    """The points one judge gives for one criterion, from 0 to its full points; on a veto line 1 when it is marked.

    Where the records know the figure, what they said and the points they proposed are kept with it when the sheet is
    submitted; whoever gives other points, or marks a veto, says why.
    """

    sheet = models.ForeignKey(Sheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(
        "grants.Criterion", verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="+"
    )
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    proposed = models.DecimalField(_("points proposed"), max_digits=5, decimal_places=2, null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    fact = models.JSONField(_("what the records said"), default=dict, editable=False)
    """Value, words and address of the source, as text, frozen when the sheet was submitted."""

    class Meta:
        ordering = ["criterion__position", "pk"]
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="scored_once"),
            models.CheckConstraint(name="points_not_negative", condition=Q(points__gte=0)),
            models.CheckConstraint(
                name="other_points_than_proposed_have_a_reason",
                condition=Q(proposed__isnull=True) | Q(points=F("proposed")) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"

    @property
    def is_other(self) -> bool:
        """Not what the records proposed."""
        return self.proposed is not None and self.points != self.proposed
