import uuid

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.arrived_version import ArrivedVersion
from projects.models.mentoring import Advice
from projects.models.project import Project


class SiteVisit(Advice):
    """Somebody went and looked (实地走访): the time, the place, whom one met, a checklist, what was found.

    Written on a phone that may have no line: the phone names it by a `key`, so that what is sent twice is stored once.
    `visited_at` is what the visitor says, `device_at` when the phone says it was written, `received_at` when it came
    here; `clock_off` is by how many minutes the phone's clock was wrong when it was sent.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="site_visits"
    )
    visitor = models.ForeignKey(
        "people.User", verbose_name=_("visitor"), on_delete=models.PROTECT, related_name="site_visits"
    )
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    visited_at = models.DateTimeField(_("when"))
    place = models.CharField(_("place"), max_length=120)
    met = models.CharField(_("whom you met"), max_length=200)
    checklist = models.PositiveSmallIntegerField(_("version of the checklist"), editable=False)
    answers = models.JSONField(_("checklist"), default=dict, editable=False)
    findings = models.TextField(_("seen and found"), max_length=2000)
    device_at = models.DateTimeField(_("written on the phone at"), null=True, editable=False)
    clock_off = models.IntegerField(_("the phone's clock was off by minutes"), null=True, editable=False)
    received_at = models.DateTimeField(_("received at"), default=clock.now, editable=False)

    class Meta(Advice.Meta):
        ordering = ["-visited_at", "-pk"]
        verbose_name = _("site visit")
        verbose_name_plural = _("site visits")
        indexes = [
            models.Index(fields=["visitor", "visited_at"], name="visit_by_visitor_time"),
            models.Index(fields=["-visited_at", "-id"], name="visit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{clock.localdate(self.visited_at)} {self.place}"

    def get_absolute_url(self) -> str:
        return reverse("projects:visit_detail", args=[self.pk])

    @property
    def author(self):
        """Whose advice it is."""
        return self.visitor


class VisitVersionQuerySet(models.QuerySet["VisitVersion"]):
    def waiting(self) -> "VisitVersionQuerySet":
        """Written on one device while the visit was changed on another; a person has to put the two together."""
        return self.filter(standing=VisitVersion.Standing.WAITING)

    def visible_to(self, user) -> "VisitVersionQuerySet":
        return self.filter(visit__project__in=Project.objects.delivery_visible_to(user))


class VisitVersion(ArrivedVersion):
    """What one device sent of a visit (see `ArrivedVersion`)."""

    visit = models.ForeignKey(
        SiteVisit, verbose_name=_("site visit"), on_delete=models.CASCADE, related_name="versions"
    )

    objects = VisitVersionQuerySet.as_manager()

    class Meta(ArrivedVersion.Meta):
        verbose_name = _("version of a visit")
        verbose_name_plural = _("versions of visits")
        constraints = [
            models.UniqueConstraint(fields=["visit", "number"], name="visit_version_once"),
            models.CheckConstraint(
                name="visit_version_numbered_when_stored",
                condition=Q(number__isnull=True) | Q(standing="applied", number__gt=F("base")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visit} · {self.get_standing_display()}"
