from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField


class Track(models.Model):
    """A lane of a call in which applicants of one legal status are judged among themselves, with their own cap."""

    class Open(models.TextChoices):
        REGISTERED = "registered", _("Registered organisations")
        FILED = "filed", _("Filed groups")

    class Form(models.TextChoices):
        """How much an applicant has to write."""

        FULL = "full", _("Full form")
        SHORT = "short", _("Short form for micro grants")

    class Optimisation(models.TextChoices):
        """Whether the plan is finished between award and agreement (优化)."""

        USUAL = "", _("As usual: with the full form, not with the short one")
        YES = "yes", _("Yes")
        NO = "no", _("No")

    call = models.ForeignKey("grants.Call", verbose_name=_("call"), on_delete=models.CASCADE, related_name="tracks")
    name = models.CharField(_("name"), max_length=60)
    open_to = models.CharField(_("open to"), max_length=12, choices=Open.choices)
    cap = MoneyField(_("highest grant"), help_text=_("Yuan a project"))
    max_share = models.DecimalField(
        _("highest share"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(100),
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(Decimal(100))],
        help_text=_("Percent of the project's total budget"),
    )

    in_kind_counts = models.BooleanField(
        _("contributions in kind count"),
        default=True,
        help_text=_("Goods, venue and hours count towards the total budget, valued with their basis"),
    )
    form = models.CharField(_("application form"), max_length=5, choices=Form.choices, default=Form.FULL)
    optimisation = models.CharField(
        _("the plan is finished before signing"),
        max_length=3,
        choices=Optimisation.choices,
        blank=True,
        help_text=_("After the award the group and its mentor finish the plan, and the clerk confirms it"),
    )
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        constraints = [
            models.CheckConstraint(
                name="track_cap_is_positive",
                condition=Q(cap__gt=0),
                violation_error_message=_("The highest grant must be more than 0 yuan."),
            ),
            models.CheckConstraint(
                name="track_share_in_range",
                condition=Q(max_share__gt=0, max_share__lte=100),
                violation_error_message=_("The share lies above 0 and is at most 100 percent."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def optimises(self) -> bool:
        """Whether the plan is finished after the award, before the agreement."""
        if self.optimisation == self.Optimisation.USUAL:
            return self.form == self.Form.FULL
        return self.optimisation == self.Optimisation.YES

    def takes(self, organization) -> bool:
        """Whether an applicant of this legal status belongs in this track."""
        return organization.status == self.open_to
