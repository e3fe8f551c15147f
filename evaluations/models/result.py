from django.db import models
from django.db.models import F, Q
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
    deduction = models.DecimalField(_("deduction"), max_digits=5, decimal_places=2, default=0)
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, help_text=_("With the bonus"))
    sheets = models.PositiveSmallIntegerField(_("score sheets"))
    rank = models.PositiveSmallIntegerField(_("rank in its track"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=10, choices=Grade.choices, blank=True)
    earned = models.CharField(
        _("grade by its points"), max_length=10, choices=Grade.choices, blank=True, editable=False
    )
    lowered_reason = models.CharField(_("why the grade was lowered"), max_length=300, blank=True, editable=False)
    vetoes = models.JSONField(_("vetoes marked"), default=list, editable=False)
    """Each with its name, the evaluators' reasons, and whether a second person confirmed it."""
    summary = models.TextField(_("conclusion"), max_length=2000, blank=True)
    confirmed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["project", "confirmed_at"]
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.UniqueConstraint(fields=["project", "purpose", "round"], name="one_result_a_round"),
            models.CheckConstraint(
                name="lowered_grade_has_a_reason", condition=Q(grade=F("earned")) | Q(earned="") | ~Q(lowered_reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.get_purpose_display()}: {self.score}"

    @property
    def is_lowered(self) -> bool:
        """It earned a better grade than the call's limit left it."""
        return bool(self.earned) and self.earned != self.grade

    @property
    def is_vetoed(self) -> bool:
        """A veto that a second person confirmed failed it, whatever its points."""
        return any(veto["confirmed"] for veto in self.vetoes)
