from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.in_delivery import InDelivery

TEXT = 2000


class ClosingReportQuerySet(InDelivery["ClosingReport"]):
    def handed_in(self) -> "ClosingReportQuerySet":
        return self.filter(report__isnull=False)

    def being_written(self) -> "ClosingReportQuerySet":
        return self.filter(report__isnull=True)


class ClosingReport(models.Model):
    """The group's account of its work at the end (结项报告): what was reached, for whom, and what goes on.

    Written over days, one draft at a time; handed in it gets its `Report` and is never changed. What was counted is
    kept with it as it stood (`facts`). Sent back, a new one begins with the words of the last.
    """

    class GoesOn(models.TextChoices):
        """S4: 「项目式服务与常规化服务相结合」"""

        REGULAR = "regular", _("Becomes a regular service")
        RESIDENTS = "residents", _("Residents carry it on themselves")
        FUNDED = "funded", _("Goes on with other money")
        ENDS = "ends", _("Ends with the project")

    TEXTS = ("done", "residents_say", "volunteers_did", "media", "problems", "lessons", "goes_on_words")
    ASKED = ("done", "residents_say", "lessons", "goes_on", "goes_on_words")
    """What must be written before it is handed in."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="closing_reports"
    )
    report = models.OneToOneField(
        "projects.Report", on_delete=models.PROTECT, null=True, related_name="closing", editable=False
    )
    done = models.TextField(_("what was done"), max_length=TEXT, blank=True)
    residents_say = models.TextField(
        _("what residents say"), max_length=TEXT, blank=True,
        help_text=_("Praise and complaints, in their own words where you can; without names"),
    )  # fmt: skip
    volunteers_did = models.TextField(_("what volunteers did"), max_length=1000, blank=True)
    media = models.TextField(
        _("media"), max_length=1000, blank=True, help_text=_("Where it was reported on, with the address; or none")
    )
    problems = models.TextField(_("problems and how they were solved"), max_length=1000, blank=True)
    lessons = models.TextField(_("what you would do otherwise"), max_length=1000, blank=True)
    goes_on = models.CharField(_("what goes on afterwards"), max_length=10, choices=GoesOn.choices, blank=True)
    goes_on_words = models.TextField(
        _("how it goes on"), max_length=1000, blank=True, help_text=_("Who does it, how often, with which money")
    )
    own_figures = models.JSONField(default=dict, editable=False)
    """What the group says otherwise than the records: by key of the goal, `value` and `reason`."""
    facts = models.JSONField(default=dict, editable=False)
    """What was counted on the day it was handed in."""
    photos = models.ManyToManyField("projects.ActivityPhoto", verbose_name=_("photos"), blank=True, related_name="+")
    written_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ClosingReportQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("closing report")
        verbose_name_plural = _("closing reports")
        constraints = [
            models.UniqueConstraint(
                fields=["project"], name="one_closing_report_is_written", condition=Q(report__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self._meta.verbose_name}"

    def get_absolute_url(self) -> str:
        return reverse("projects:closing_report", args=[self.project_id])

    @property
    def is_handed_in(self) -> bool:
        return self.report_id is not None

    @property
    def lacks(self) -> list[Any]:
        """What must still be written before it is handed in."""
        return [self._meta.get_field(name).verbose_name for name in self.ASKED if not getattr(self, name)]
