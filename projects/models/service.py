from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock
from projects.models.in_delivery import InDelivery
from projects.models.project import Project

MOST_REACHED = 100_000


class Service(models.Model):
    """One piece of professional service by its method (S2: 个案, 小组, 社区), each with fields of its own.

    What is written about a person is for the social worker who wrote it, the group's social workers and head, and the
    mentor; everybody else sees that it happened and how many were reached.
    """

    class Method(models.TextChoices):
        CASE = "case", _("Case work")
        GROUP = "group", _("Group work")
        COMMUNITY = "community", _("Community work")

    class Way(models.TextChoices):
        HOME = "home", _("Home visit")
        PHONE = "phone", pgettext_lazy("a call", "By phone")
        OFFICE = "office", _("At our place")

    project = models.ForeignKey(Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="services")
    method = models.CharField(_("method"), max_length=10, choices=Method.choices, editable=False)
    held_on = models.DateField(_("day"), default=clock.today)
    minutes = models.PositiveSmallIntegerField(
        pgettext_lazy("a length of time", "minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(960)],
    )
    # case work
    beneficiary = models.ForeignKey(
        "projects.Beneficiary", verbose_name=_("person of the roster"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="cases",
    )  # fmt: skip
    way = models.CharField(pgettext_lazy("a service", "how"), max_length=6, choices=Way.choices, blank=True)
    purpose = models.CharField(_("purpose of the visit"), max_length=200, blank=True)
    situation = models.TextField(_("situation"), max_length=2000, blank=True)
    plan = models.TextField(_("what is to be done next"), max_length=1000, blank=True)
    next_on = models.DateField(_("next time"), null=True, blank=True)
    # group work
    title = models.CharField(_("name of the group or action"), max_length=80, blank=True)
    session = models.PositiveSmallIntegerField(
        _("number of the session"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    members = models.ManyToManyField(
        "projects.Beneficiary", verbose_name=_("members who came"), blank=True, related_name="sessions"
    )
    others = models.PositiveSmallIntegerField(
        _("others who came, not in the roster"), default=0, validators=[MaxValueValidator(500)]
    )
    # community work
    reach = models.PositiveIntegerField(
        _("people reached"), null=True, blank=True, validators=[MaxValueValidator(MOST_REACHED)],
        help_text=_("By a stall, a notice, a doorstep talk: an estimate, counted neither as visits nor as persons"),
    )  # fmt: skip
    content = models.TextField(_("what happened"), max_length=2000, blank=True)
    written_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(default=clock.now, editable=False)

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["-held_on", "-pk"]
        verbose_name = _("service record")
        verbose_name_plural = _("service records")
        indexes = [models.Index(fields=["project", "method", "held_on"], name="service_of_project")]
        constraints = [
            models.CheckConstraint(
                name="service_has_the_fields_of_its_method",
                condition=Q(method="case", beneficiary__isnull=False, session__isnull=True, reach__isnull=True)
                | (
                    Q(method="group", beneficiary__isnull=True, session__isnull=False, reach__isnull=True)
                    & ~Q(title="")
                )
                | (
                    Q(method="community", beneficiary__isnull=True, session__isnull=True, reach__isnull=False)
                    & ~Q(title="")
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("projects:service_detail", args=[self.pk])
