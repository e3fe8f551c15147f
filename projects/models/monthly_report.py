import secrets
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.money import round_half_up
from projects.models.in_delivery import InDelivery

ZERO = Decimal("0.00")


def new_token() -> str:
    return secrets.token_urlsafe(24)


class MonthlyReportQuerySet(InDelivery["MonthlyReport"]):
    def open(self) -> "MonthlyReportQuerySet":
        """Made, and not handed in yet."""
        return self.filter(handed_in_at__isnull=True)

    def late(self) -> "MonthlyReportQuerySet":
        """Not handed in, or handed in after the day."""
        return self.filter(
            Q(handed_in_at__isnull=True, due_on__lt=clock.today()) | Q(handed_in_at__date__gt=models.F("due_on"))
        )

    def unanswered(self) -> "MonthlyReportQuerySet":
        """Handed in, and no mentor has said anything."""
        return self.filter(handed_in_at__isnull=False).exclude(remarks__part=MonthlyRemark.Part.MENTOR)


class MonthlyReport(models.Model):
    """A month of a project: figures that roll up from its records by themselves, and the group's few words.

    Made on the 1st for the month before; the figures follow the records until the group hands it in, then they stand.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="monthly_reports"
    )
    funder = models.ForeignKey(
        "people.Organization",
        verbose_name=_("funder"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
    )
    """That of its project, which never changes it: here too, so that a funder's month stands in one index."""
    month = models.DateField(_("month"), help_text=_("Its first day"))
    due_on = models.DateField(_("due on"))
    made_at = models.DateTimeField(_("made at"), default=clock.now, editable=False)

    activities_planned = models.PositiveIntegerField(_("activities planned"), default=0, editable=False)
    activities_held = models.PositiveIntegerField(_("activities held"), default=0, editable=False)
    visits = models.PositiveIntegerField(_("visits"), default=0, editable=False)
    persons = models.PositiveIntegerField(_("persons"), null=True, editable=False)
    volunteers = models.PositiveIntegerField(_("volunteers"), default=0, editable=False)
    volunteer_hours = models.DecimalField(
        _("volunteer hours"), max_digits=9, decimal_places=1, default=Decimal("0.0"), editable=False
    )
    spent = MoneyField(_("spent in the month"), default=ZERO, editable=False)
    spent_in_all = MoneyField(_("spent in all"), default=ZERO, editable=False)
    recognised = MoneyField(_("recognised in all"), default=ZERO, editable=False)
    award = MoneyField(_("award"), default=ZERO, editable=False)
    targets = models.JSONField(_("measurable goals"), default=list, editable=False)
    """Each with goal, indicator, unit, value, reached and rate, as text; reached is empty where no record counts it."""

    problems = models.TextField(_("problems and requests"), max_length=1000, blank=True)
    plans = models.TextField(_("plans for the next month"), max_length=1000, blank=True)
    media = models.TextField(_("in the media"), max_length=500, blank=True, help_text=_("Title, where, link"))

    handed_in_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    handed_in_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    read_at = models.DateTimeField(_("first read by the community at"), null=True, editable=False)

    objects = MonthlyReportQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "project"]
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        indexes = [models.Index(fields=["funder", "-month", "project"], name="report_of_funder_by_month")]
        constraints = [
            models.UniqueConstraint(fields=["project", "month"], name="one_report_a_month"),
            models.CheckConstraint(name="month_is_its_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="monthly_hand_in_is_whole",
                condition=Q(handed_in_at__isnull=True, handed_in_by__isnull=True)
                | Q(handed_in_at__isnull=False, handed_in_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.month:%Y-%m}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.funder_id = self.project.funder_id
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("projects:monthly_detail", args=[self.pk])

    @property
    def last_day(self) -> date:
        return (self.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)

    @property
    def rate(self) -> Decimal:
        """Spent in all, of the award, in percent."""
        return round_half_up(self.spent_in_all * 100 / self.award, 1) if self.award else ZERO

    @property
    def is_handed_in(self) -> bool:
        return self.handed_in_at is not None

    @property
    def is_late(self) -> bool:
        """Not there on its day: still missing, or handed in afterwards."""
        done = clock.localdate(self.handed_in_at) if self.handed_in_at else clock.today()
        return done > self.due_on


class MonthlyRemark(models.Model):
    """What somebody says to a monthly report: mentor, community by its link, clerk, or the group in answer."""

    class Part(models.TextChoices):
        MENTOR = "mentor", _("Mentor")
        COMMUNITY = "community", _("Community")
        FUNDER = "funder", _("Funder")
        GROUP = "group", _("Group")

    report = models.ForeignKey(MonthlyReport, on_delete=models.CASCADE, related_name="remarks")
    part = models.CharField(_("who"), max_length=10, choices=Part.choices)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("your name"), max_length=40, blank=True)
    text = models.TextField(_("remark"), max_length=500)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("remark on a monthly report")
        verbose_name_plural = _("remarks on monthly reports")
        constraints = [
            models.CheckConstraint(
                name="monthly_remark_has_its_author",
                condition=(Q(part="community", by__isnull=True) & ~Q(name=""))
                | (~Q(part="community") & Q(by__isnull=False)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.text[:30]}"

    @property
    def said_by(self) -> str:
        return str(self.by or self.name)
