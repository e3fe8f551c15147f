from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Bonus(models.Model):
    """Points that a project gets by a bonus rule of its call, with what shows that it is due."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="bonuses"
    )
    rule = models.ForeignKey(
        "grants.BonusRule", verbose_name=_("bonus"), on_delete=models.PROTECT, related_name="bonuses"
    )
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2)
    reason = models.CharField(_("shown by"), max_length=300)
    given_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["rule", "pk"]
        verbose_name = _("bonus of a project")
        verbose_name_plural = _("bonuses of projects")
        constraints = [
            models.UniqueConstraint(fields=["project", "rule"], name="bonus_given_once"),
            models.CheckConstraint(name="bonus_has_points_and_a_reason", condition=Q(points__gt=0) & ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.rule} +{self.points}"
