from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from projects.models.in_delivery import InDelivery


class Report(models.Model):
    """What the group says about its work: at a milestone, or to close the project."""

    class Kind(models.TextChoices):
        MILESTONE = "milestone", _("Milestone report")
        CLOSING = "closing", _("Closing report")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="reports"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MILESTONE)
    milestone = models.ForeignKey(
        "projects.Milestone",
        verbose_name=_("milestone"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
    )
    done = models.TextField(_("what was done"), max_length=2000)
    problems = models.TextField(_("problems and requests"), max_length=1000, blank=True)
    visits = models.PositiveIntegerField(_("visits"), help_text=_("Everybody counted each time they came"))
    persons = models.PositiveIntegerField(_("persons"), help_text=_("Everybody counted once"))
    volunteer_hours = models.DecimalField(
        _("volunteer hours"), max_digits=9, decimal_places=1, default=Decimal("0.0"), validators=[MinValueValidator(0)]
    )
    spent = MoneyField(_("spent so far"), help_text=_("Yuan of this grant, since the project began"))
    submitted_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), default=clock.now, editable=False)
    accepted_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["submitted_at"]
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        indexes = [models.Index(fields=["project"], condition=Q(accepted_at__isnull=True), name="report_not_accepted")]
        constraints = [
            models.CheckConstraint(
                name="persons_are_not_more_than_visits",
                condition=Q(persons__lte=models.F("visits")),
                violation_error_message=_("There cannot be more persons than visits."),
            ),
            models.CheckConstraint(
                name="acceptance_is_whole",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.submitted_at:%Y-%m-%d}"
