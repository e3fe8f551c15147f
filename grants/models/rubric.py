from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.money import plain
from grants.models.terms import Terms

HUNDRED = Decimal(100)


class Rubric(Terms):
    """A score sheet: criteria whose full points sum to 100. Used for review, midterm and final evaluation."""

    used_by = ("reviewed_calls", "midterm_calls", "final_calls")

    pass_mark = models.DecimalField(
        _("pass mark"), max_digits=5, decimal_places=2, default=Decimal(60), help_text=_("Out of 100; for evaluations")
    )

    class Meta(Terms.Meta):
        ordering = ["name"]
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")

    @property
    def total(self) -> Decimal:
        """The sum of the criteria's full points; a call cannot be published unless it is 100."""
        return sum((criterion.weight for criterion in self.criteria.all()), Decimal(0))


class Criterion(models.Model):
    """One line of a score sheet: what is judged, and its full points (weight)."""

    rubric = models.ForeignKey(Rubric, verbose_name=_("rubric"), on_delete=models.CASCADE, related_name="criteria")
    name = models.CharField(_("name"), max_length=60)
    weight = models.DecimalField(
        _("full points"), max_digits=5, decimal_places=2, validators=[MinValueValidator(Decimal("0.5"))]
    )
    guidance = models.CharField(_("what to look at"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = [
            models.CheckConstraint(
                name="criterion_weight_in_range",
                condition=Q(weight__gt=0, weight__lte=100),
                violation_error_message=_("Full points lie above 0 and are at most 100."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Level(models.Model):
    """An anchor of a criterion: which share of the points means what, so that two judges mean the same."""

    criterion = models.ForeignKey(
        Criterion, verbose_name=_("criterion"), on_delete=models.CASCADE, related_name="levels"
    )
    name = models.CharField(_("level"), max_length=20)
    lowest = models.PositiveSmallIntegerField(_("lowest percentage"))
    highest = models.PositiveSmallIntegerField(_("highest percentage"))
    descriptor = models.CharField(_("descriptor"), max_length=200)

    class Meta:
        ordering = ["-highest"]
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        constraints = [
            models.CheckConstraint(
                name="level_range_in_order",
                condition=Q(lowest__lte=models.F("highest"), highest__lte=100),
                violation_error_message=_("A level reaches from its lower to its higher percentage, at most to 100."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.lowest}–{self.highest}%"

    @property
    def range(self) -> str:
        """From how many points on it begins, e.g. "≥ 18": it ends where the next higher one begins, without a gap."""
        return f"≥ {plain(self.criterion.weight * self.lowest / HUNDRED)}"
