from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from projects.models.project import Project


class ActivityQuerySet(models.QuerySet["Activity"]):
    def visible_to(self, user) -> "ActivityQuerySet":
        """Of the projects whose delivery this person may see."""
        return self.filter(project__in=Project.objects.delivery_visible_to(user))


class Activity(models.Model):
    """An activity: planned (theme, time, place, division of work, materials, emergency plan), then recorded."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="activities"
    )
    theme = models.CharField(_("theme"), max_length=80)
    starts_at = models.DateTimeField(_("begins at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True, help_text=_("May still be open while you plan"))
    partners = models.TextField(_("partners and division of work"), max_length=1000, blank=True)
    programme = models.TextField(_("programme"), max_length=2000, blank=True)
    emergency_plan = models.TextField(_("emergency plan"), max_length=1000, blank=True)

    recorded_at = models.DateTimeField(_("recorded at"), null=True, editable=False)
    recorded_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    audience = models.CharField(_("who was served"), max_length=80, blank=True)
    attendance = models.PositiveIntegerField(_("people who came"), null=True, blank=True)
    volunteers = models.PositiveIntegerField(_("volunteers"), null=True, blank=True)
    spent = MoneyField(_("money spent"), null=True, blank=True)
    outcome = models.TextField(_("how it went"), max_length=2000, blank=True)
    reflection = models.TextField(_("what we learnt"), max_length=1000, blank=True)

    objects = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "pk"]
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.CheckConstraint(
                name="activity_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=models.F("starts_at")),
                violation_error_message=_("The activity must end after it begins."),
            ),
            models.CheckConstraint(
                name="record_is_whole",
                condition=Q(recorded_at__isnull=True, recorded_by__isnull=True)
                | (Q(recorded_at__isnull=False, recorded_by__isnull=False, attendance__isnull=False) & ~Q(place="")),
            ),
        ]

    def __str__(self) -> str:
        return self.theme

    def get_absolute_url(self) -> str:
        return reverse("projects:activity_detail", args=[self.pk])

    @property
    def cost(self) -> Decimal:
        """What the materials are planned to cost, in yuan."""
        return sum((item.amount for item in self.items.all()), Decimal("0.00"))

    @property
    def is_recorded(self) -> bool:
        return self.recorded_at is not None


class ActivityItem(models.Model):
    """A line of an activity's materials: name, how many, and what it comes to (about)."""

    activity = models.ForeignKey(Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="items")
    name = models.CharField(_("item"), max_length=80)
    quantity = models.CharField(_("how many"), max_length=40, blank=True)
    amount = MoneyField(_("amount"))

    class Meta:
        ordering = ["pk"]
        verbose_name = _("item")
        verbose_name_plural = _("items")

    def __str__(self) -> str:
        return self.name
