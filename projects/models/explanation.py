from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Explanation(models.Model):
    """What the applicant says to a warning, of the eligibility check (`rule`) or of a budget rule (`limit`); the clerk
    reads it and decides."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="explanations"
    )
    rule = models.ForeignKey(
        "grants.EligibilityRule",
        verbose_name=_("condition"),
        on_delete=models.PROTECT,
        null=True,
        related_name="explanations",
    )
    limit = models.ForeignKey(
        "grants.BudgetRule",
        verbose_name=_("budget rule"),
        on_delete=models.PROTECT,
        null=True,
        related_name="explanations",
    )
    text = models.CharField(_("explanation"), max_length=300)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["rule", "limit"]
        verbose_name = _("explanation")
        verbose_name_plural = _("explanations")
        constraints = [
            models.UniqueConstraint(fields=["project", "rule"], name="one_explanation_a_rule"),
            models.UniqueConstraint(fields=["project", "limit"], name="one_explanation_a_limit"),
            models.CheckConstraint(
                name="explanation_of_one_thing",
                condition=Q(rule__isnull=True, limit__isnull=False) | Q(rule__isnull=False, limit__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.text
