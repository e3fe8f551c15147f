from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class MentoringNote(models.Model):
    """One session of coaching: what about, how long, what was advised, what follows (S3: 单独指导)."""

    class Topic(models.TextChoices):
        FINANCE = "finance", _("Financial management")
        PROJECT = "project", _("Project management")
        RULES = "rules", _("Rules and organisation")
        PROFESSION = "profession", _("Social work methods")
        OTHER = "other", _("Other")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="mentoring_notes"
    )
    mentor = models.ForeignKey("people.User", verbose_name=_("mentor"), on_delete=models.PROTECT, related_name="+")
    held_on = models.DateField(_("day"), default=clock.today)
    topic = models.CharField(_("topic"), max_length=12, choices=Topic.choices)
    hours = models.DecimalField(
        _("hours"),
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(Decimal(24))],
    )
    advice = models.TextField(_("findings and advice"), max_length=2000)
    follow_up = models.CharField(_("to be done next"), max_length=300, blank=True)
    written_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["-held_on", "-pk"]
        verbose_name = _("mentoring note")
        verbose_name_plural = _("mentoring notes")

    def __str__(self) -> str:
        return f"{self.held_on} {self.get_topic_display()}"
