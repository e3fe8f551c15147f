import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.evaluation import Evaluation
from evaluations.models.part import PartOfReport
from projects.models import ArrivedVersion


class SiteForm(models.Model):
    """What one evaluator saw on site (现场评估记录表): a checklist in the version of the day, who was there, photos.

    Written on a tablet that may have no line, as a mentor's visit is (`projects.actions.arrivals`); where the tablet
    was is not stored. Those present sign by their typed names after it was read to them.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="site_forms")
    writer = models.ForeignKey(
        "people.User", verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+", editable=False
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    visited_at = models.DateTimeField(_("when"))
    place = models.CharField(_("place"), max_length=120)
    present = models.TextField(
        _("signed by those present"), max_length=500, help_text=_("One a line: name and what they do there")
    )
    objection = models.TextField(_("what those present say to it"), max_length=500, blank=True)
    checklist = models.PositiveSmallIntegerField(_("version of the checklist"), editable=False)
    answers: Any = models.JSONField(_("checklist"), default=dict, editable=False)
    findings = models.TextField(_("seen and found"), max_length=2000)
    interviews = models.TextField(
        _("what people said"), max_length=2000, blank=True, help_text=_("Residents without their names")
    )
    photos_agreed = models.BooleanField(_("Whoever can be recognised on the photos has agreed"), default=False)
    device_at = models.DateTimeField(_("written on the device at"), null=True, editable=False)
    clock_off = models.IntegerField(_("the device's clock was off by minutes"), null=True, editable=False)
    received_at = models.DateTimeField(_("received at"), default=clock.now, editable=False)

    objects = PartOfReport.as_manager()

    class Meta:
        ordering = ["-visited_at", "-pk"]
        verbose_name = _("site form")
        verbose_name_plural = _("site forms")

    def __str__(self) -> str:
        return f"{clock.localdate(self.visited_at)} {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:site_form", args=[self.pk])

    @property
    def project(self):
        return self.evaluation.project

    @property
    def signatures(self) -> list[str]:
        """Who signed, each in one line."""
        return [line.strip() for line in self.present.splitlines() if line.strip()]


class SiteFormVersion(ArrivedVersion):
    """What one device sent of a site form (see `ArrivedVersion`)."""

    form = models.ForeignKey(SiteForm, verbose_name=_("site form"), on_delete=models.PROTECT, related_name="versions")

    class Meta(ArrivedVersion.Meta):
        verbose_name = _("version of a site form")
        verbose_name_plural = _("versions of site forms")
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="site_form_version_once"),
            models.CheckConstraint(
                name="site_form_version_numbered_when_stored",
                condition=Q(number__isnull=True) | Q(standing="applied", number__gt=F("base")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form} · {self.get_standing_display()}"
