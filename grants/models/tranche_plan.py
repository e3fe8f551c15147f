from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import plain
from grants.models.terms import Terms


class Gate(models.TextChoices):
    """What must have happened before an instalment may be asked for."""

    AGREEMENT = "agreement", _("Agreement signed")
    MIDTERM = "midterm", _("Midterm evaluation passed")
    FINAL = "final", _("Final evaluation passed")


class TranchePlan(Terms):
    """How an award is paid, e.g. 50/40/10: a template that calls choose from."""

    used_by = ("calls",)

    class Meta(Terms.Meta):
        ordering = ["name"]
        verbose_name = _("tranche plan")
        verbose_name_plural = _("tranche plans")

    @property
    def total(self) -> Decimal:
        """Sum of the percentages; a call cannot be published unless it is 100."""
        return sum((rule.percentage for rule in self.rules.all()), Decimal(0))


class TrancheRule(models.Model):
    """One instalment of a plan: its share and the gate that opens it."""

    plan = models.ForeignKey(TranchePlan, verbose_name=_("plan"), on_delete=models.CASCADE, related_name="rules")
    ordinal = models.PositiveSmallIntegerField(_("number"))
    percentage = models.DecimalField(_("percentage"), max_digits=5, decimal_places=2)
    gate = models.CharField(_("opens with"), max_length=12, choices=Gate.choices)

    class Meta:
        ordering = ["ordinal"]
        verbose_name = _("instalment rule")
        verbose_name_plural = _("instalment rules")
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "ordinal"],
                name="instalment_once",
                violation_error_message=_("Two instalments have the same number."),
            ),
            models.CheckConstraint(
                name="instalment_share_in_range",
                condition=Q(percentage__gt=0, percentage__lte=100),
                violation_error_message=_("An instalment lies above 0 and is at most 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ordinal}: {plain(self.percentage)}% ({self.get_gate_display()})"
