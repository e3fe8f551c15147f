from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.purpose import Purpose


class Result(models.Model):
    """What a panel's sheets add up to for one project and purpose, frozen when a person confirmed it."""

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("Excellent")
        GOOD = "good", _("Good")
        PASS = "pass", _("Pass")
        FAIL = "fail", _("Fail")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="results"
    )
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose.choices)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    base = models.DecimalField(_("experts' score"), max_digits=5, decimal_places=2)
    bonus = models.DecimalField(_("bonus"), max_digits=5, decimal_places=2, default=0)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, help_text=_("With the bonus"))
    sheets = models.PositiveSmallIntegerField(_("score sheets"))
    rank = models.PositiveSmallIntegerField(_("rank in its track"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices, blank=True)
    summary = models.TextField(_("conclusion"), max_length=2000, blank=True)
    confirmed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["project", "confirmed_at"]
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [models.UniqueConstraint(fields=["project", "purpose", "round"], name="one_result_a_round")]

    def __str__(self) -> str:
        return f"{self.project} {self.get_purpose_display()}: {self.score}"
