from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from people.models.self_entered import SelfEntered


class Inspection(SelfEntered):
    """What the annual inspection (年检) of a registered organisation found for one year."""

    class Result(models.TextChoices):
        PASSED = "passed", _("Passed")
        BASIC = "basic", _("Basically passed")
        FAILED = "failed", _("Not passed")
        MISSED = "missed", _("Not attended")

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="inspections"
    )
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    result = models.CharField(_("result"), max_length=8, choices=Result.choices)
    income = MoneyField(
        _("income of the year (yuan)"), null=True, blank=True, help_text=_("As in the report for the inspection")
    )
    public_income = MoneyField(
        _("of it public money (yuan)"),
        null=True,
        blank=True,
        help_text=_("Grants, purchases, lottery"),
    )

    class Meta:
        ordering = ["-year"]
        verbose_name = _("annual inspection")
        verbose_name_plural = _("annual inspections")
        constraints = [
            *SelfEntered.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "year"],
                name="one_inspection_a_year",
                violation_error_message=_("The inspection of this year is entered already."),
            ),
            models.CheckConstraint(
                name="public_income_is_a_part_of_all",
                condition=models.Q(income__isnull=True, public_income__isnull=True)
                | models.Q(income__gte=0, public_income__gte=0, public_income__lte=models.F("income")),
                violation_error_message=_("Enter both sums; the public money is a part of the income."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_result_display()}"

    @property
    def is_passed(self) -> bool:
        """Passed, or basically passed: what calls ask for."""
        return self.result in (self.Result.PASSED, self.Result.BASIC)
