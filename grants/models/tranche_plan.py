from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.money import plain
from grants.models.terms import Terms


class Gate(models.TextChoices):
    """What must have happened before an instalment may be asked for."""

    AGREEMENT = "agreement", _("Agreement signed")
    RECEIPT = "receipt", _("Receipt of the instalment before")
    REPORT = "report", _("Report accepted since the instalment before")
    SPENDING = "spending", _("Enough spent of what was paid")
    MIDTERM = "midterm", _("Midterm evaluation passed")
    FINAL = "final", _("Final evaluation passed")
    RECTIFIED = "rectified", _("No rectification open")
    MATCHING = "matching", _("Matching funds proven")


WITH_FIGURE = {Gate.SPENDING: Decimal(70), Gate.MATCHING: Decimal(100)}
"""Gates that ask for a percentage, and what is usual (field guide 1.3)."""


class TranchePlan(Terms):
    """How an award is paid, e.g. 50/40/10: a template that calls choose from."""

    used_by = ("calls",)

    class Meta(Terms.Meta):
        ordering = ["name"]
        verbose_name = _("tranche plan")
        verbose_name_plural = _("tranche plans")

    def get_absolute_url(self) -> str:
        return reverse("grants:terms_edit", args=["plans", self.pk])

    @property
    def total(self) -> Decimal:
        """Sum of the percentages; a call cannot be published unless it is 100."""
        return sum((rule.percentage for rule in self.rules.all()), Decimal(0))


class TrancheRule(models.Model):
    """One instalment of a plan: its share and the gates that must all be open."""

    plan = models.ForeignKey(TranchePlan, verbose_name=_("plan"), on_delete=models.CASCADE, related_name="rules")
    ordinal = models.PositiveSmallIntegerField(_("number"))
    percentage = models.DecimalField(_("percentage"), max_digits=5, decimal_places=2)

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
        return f"{self.ordinal}: {plain(self.percentage)}% ({self.gate_words})"

    @property
    def gate_words(self) -> str:
        """Everything that opens it, in words."""
        return "、".join(str(gate) for gate in self.gates.all()) or str(_("no condition"))


class GateRule(models.Model):
    """One gate of an instalment, with its figure if it has one, and the basis on which it is asked."""

    rule = models.ForeignKey(
        TrancheRule, verbose_name=_("instalment rule"), on_delete=models.CASCADE, related_name="gates"
    )
    kind = models.CharField(_("opens with"), max_length=12, choices=Gate.choices)
    figure = models.DecimalField(
        _("at least (%)"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Only for spending (usual: 70) and matching funds (usual: 100)"),
    )
    legal_basis = models.CharField(_("basis"), max_length=200, blank=True)

    class Meta:
        ordering = ["rule", "pk"]
        verbose_name = _("gate")
        verbose_name_plural = _("gates")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "kind"],
                name="gate_once_an_instalment",
                violation_error_message=_("An instalment has each gate once."),
            ),
            models.CheckConstraint(
                name="gate_figure_where_asked",
                condition=Q(kind__in=["spending", "matching"], figure__gte=1, figure__lte=100)
                | (~Q(kind__in=["spending", "matching"]) & Q(figure__isnull=True)),
                violation_error_message=_(
                    "Spending and matching funds ask for a percentage from 1 to 100; no other gate."
                ),
            ),
        ]

    def __str__(self) -> str:
        return gate_words(self.kind, self.figure)


def gate_words(kind: str, figure: Decimal | None = None) -> str:
    """A gate as people read it: 已拨资金支出率 ≥ 70%."""
    label = str(Gate(kind).label)
    return f"{label} ≥ {plain(figure)}%" if figure is not None else label
