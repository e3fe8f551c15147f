from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class PaperEntry(models.Model):
    """A paper score sheet as one person keyed it. Two people key every sheet, each without seeing the other's.

    The database holds them apart: two turns, and nobody keys the same sheet twice.
    """

    assignment = models.ForeignKey(
        "evaluations.Assignment", verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="paper_entries"
    )
    turn = models.PositiveSmallIntegerField(_("keying"))
    points = models.JSONField(_("points"), help_text=_("By criterion"))
    strengths = models.TextField(_("strengths"), max_length=1000, blank=True)
    weaknesses = models.TextField(_("weaknesses and advice"), max_length=1000, blank=True)
    keyed_by = models.ForeignKey(
        "people.User", verbose_name=_("keyed by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    keyed_at = models.DateTimeField(_("keyed at"), default=clock.now)

    class Meta:
        ordering = ["assignment", "turn"]
        verbose_name = _("keying of a paper sheet")
        verbose_name_plural = _("keyings of paper sheets")
        constraints = [
            models.UniqueConstraint(fields=["assignment", "turn"], name="keyed_once_a_turn"),
            models.UniqueConstraint(fields=["assignment", "keyed_by"], name="keyed_by_two_people"),
            models.CheckConstraint(name="keyed_twice_at_most", condition=Q(turn__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.turn}"

    @property
    def cells(self) -> dict[str, str]:
        """Everything that was keyed, by cell: the criteria's ids, and the two texts."""
        return {**self.points, "strengths": self.strengths, "weaknesses": self.weaknesses}
