from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SelfEvaluation(models.Model):
    """How a group sees its own project (自评报告): a draft of its own until it is handed in, then it stands."""

    evaluation = models.OneToOneField(
        "evaluations.Evaluation", on_delete=models.PROTECT, related_name="self_evaluation"
    )
    went_well = models.TextField(_("what went well"), max_length=2000, blank=True)
    went_badly = models.TextField(_("what went badly, and why"), max_length=2000, blank=True)
    next_steps = models.TextField(_("what we will do about it"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)
    saved_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    handed_in_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    figures = models.JSONField(_("what the records said when it was handed in"), default=dict, editable=False)

    class Meta:
        verbose_name = _("self-evaluation")
        verbose_name_plural = _("self-evaluations")
        constraints = [
            models.CheckConstraint(
                name="self_evaluation_is_handed_in_by_somebody",
                condition=Q(handed_in_at__isnull=True, handed_in_by__isnull=True)
                | Q(handed_in_at__isnull=False, handed_in_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return str(self.evaluation)

    @property
    def is_handed_in(self) -> bool:
        return self.handed_in_at is not None

    @property
    def total(self) -> Decimal:
        """The sum of the points the group gives itself."""
        return sum((score.points for score in self.scores.all() if score.points is not None), Decimal(0))


class SelfScore(models.Model):
    """What a group gives itself for one criterion, and in a few words why."""

    self_evaluation = models.ForeignKey(SelfEvaluation, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(
        "grants.Criterion", verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="+"
    )
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True)
    words = models.CharField(_("what shows it"), max_length=500, blank=True)

    class Meta:
        ordering = ["criterion__position", "pk"]
        verbose_name = _("points of the group for itself")
        verbose_name_plural = _("points of the groups for themselves")
        constraints = [
            models.UniqueConstraint(fields=["self_evaluation", "criterion"], name="self_scored_once"),
            models.CheckConstraint(
                name="self_points_not_negative", condition=Q(points__isnull=True) | Q(points__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criterion}: {self.points}"
