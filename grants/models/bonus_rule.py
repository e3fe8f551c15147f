from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class BonusRule(models.Model):
    """Points that a call adds to the experts' score, for what and at most how many; always shown apart from it."""

    class Kind(models.TextChoices):
        FUNDRAISING = "fundraising", _("Money raised")
        PRIORITY = "priority", _("Priority of the call")
        HONOUR = "honour", _("Honour of the applicant")
        OTHER = "other", _("Other bonus")

    call = models.ForeignKey(
        "grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="bonus_rules"
    )
    kind = models.CharField(_("bonus for"), max_length=12, choices=Kind.choices)
    condition = models.CharField(_("given when"), max_length=200)
    most = models.DecimalField(
        _("points at most"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(50))],
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("bonus")
        verbose_name_plural = _("bonuses")
        constraints = [
            models.CheckConstraint(
                name="bonus_in_range",
                condition=Q(most__gt=0, most__lte=50),
                violation_error_message=_("A bonus lies between 0.5 and 50 points."),
            )
        ]

    def __str__(self) -> str:
        return self.get_kind_display() + gettext(": ") + self.condition
