from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from core.money import round_half_up
from projects.models.project import Project

MOST_MINUTES = 16 * 60
"""Nobody helps longer in a day."""


def in_hours(minutes: int | None) -> Decimal:
    """Minutes as hours with one place, half up: 95 minutes are 1.6 hours."""
    return round_half_up(Decimal(minutes or 0) / 60, 1)


class Volunteer(models.Model):
    """Somebody who helps in one project, with or without an account.

    Kept with the project: the rules on volunteer service (《志愿服务条例》) ask for a true record and a certificate.
    """

    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="volunteers")
    name = models.CharField(_("name"), max_length=40)
    person = models.ForeignKey(
        "people.User", verbose_name=_("account"), on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    added_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "name"],
                name="volunteer_named_once",
                violation_error_message=_("A volunteer of this name is there already: add what tells them apart."),
            ),
            models.UniqueConstraint(
                fields=["project", "person"], name="volunteer_person_once", condition=Q(person__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VolunteerTimeQuerySet(models.QuerySet["VolunteerTime"]):
    def confirmed(self) -> "VolunteerTimeQuerySet":
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> "VolunteerTimeQuerySet":
        return self.filter(confirmed_at__isnull=True)


class VolunteerTime(models.Model):
    """How long a volunteer helped on one day, at an activity or besides; it counts once it is confirmed."""

    volunteer = models.ForeignKey(
        Volunteer, verbose_name=_("volunteer"), on_delete=models.PROTECT, related_name="times"
    )
    activity = models.ForeignKey(
        "projects.Activity", verbose_name=_("activity"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="volunteer_times",
    )  # fmt: skip
    held_on = models.DateField(_("day"))
    minutes = models.PositiveSmallIntegerField(
        pgettext_lazy("a length of time", "minutes"), validators=[MinValueValidator(1), MaxValueValidator(MOST_MINUTES)]
    )
    task = models.CharField(_("what they did"), max_length=60, blank=True)
    entered_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    confirmed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)

    objects = VolunteerTimeQuerySet.as_manager()

    class Meta:
        ordering = ["-held_on", "pk"]
        verbose_name = _("volunteer's time")
        verbose_name_plural = _("volunteers' times")
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "activity"], name="one_time_an_activity", condition=Q(activity__isnull=False)
            ),
            models.CheckConstraint(name="minutes_are_possible", condition=Q(minutes__gte=1, minutes__lte=MOST_MINUTES)),
            models.CheckConstraint(
                name="time_confirmed_by_somebody",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.held_on}"

    @property
    def project(self) -> Project:
        return self.volunteer.project

    @property
    def hours(self) -> Decimal:
        return in_hours(self.minutes)
