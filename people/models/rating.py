from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models.self_entered import SelfEntered

YEARS_VALID = 5
"""Order 39 of civil affairs: a rating holds for five years and then lapses by itself."""


class Rating(SelfEntered):
    """The rating of a social organisation (社会组织评估等级), 1A to 5A, valid for five years."""

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="ratings"
    )
    level = models.PositiveSmallIntegerField(
        _("level"),
        choices=[(n, f"{n}A") for n in range(5, 0, -1)],
        validators=[MinValueValidator(1), MaxValueValidator(5)],
    )
    granted_on = models.DateField(_("granted on"))
    authority = models.CharField(_("granted by"), max_length=120, blank=True)

    class Meta:
        ordering = ["-granted_on", "-pk"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [
            *SelfEntered.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "granted_on"],
                name="one_rating_a_day",
                violation_error_message=_("A rating of this day is entered already."),
            ),
            models.CheckConstraint(
                name="rating_is_1a_to_5a",
                condition=Q(level__gte=1, level__lte=5),
                violation_error_message=_("A rating lies between 1 (1A) and 5 (5A)."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level}A ({self.granted_on.year})"

    @property
    def expires_on(self) -> date:
        """The first day on which it no longer holds."""
        day = self.granted_on
        if (day.month, day.day) == (2, 29):
            day = day.replace(day=28)
        return day.replace(year=day.year + YEARS_VALID)

    @property
    def is_valid(self) -> bool:
        return self.granted_on <= clock.today() < self.expires_on
