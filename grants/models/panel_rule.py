from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Expertise


class PanelRule(models.Model):
    """How many experts of one field every panel of a call must have; one person may count for two fields."""

    call = models.ForeignKey(
        "grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="panel_rules"
    )
    expertise = models.CharField(_("field of expertise"), max_length=12, choices=Expertise.choices)
    minimum = models.PositiveSmallIntegerField(
        _("at least"), default=1, validators=[MinValueValidator(1), MaxValueValidator(15)]
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("rule for panels")
        verbose_name_plural = _("rules for panels")
        constraints = [
            models.UniqueConstraint(
                fields=["call", "expertise"],
                name="panel_rule_once",
                violation_error_message=_("This field of expertise stands in the call already."),
            ),
            models.CheckConstraint(
                name="panel_rule_asks_for_somebody",
                condition=Q(minimum__gte=1),
                violation_error_message=_("Please enter at least 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_expertise_display()} ≥ {self.minimum}"
