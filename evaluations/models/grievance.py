import secrets
from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models import Role
from projects.models import Project

ANSWER_WITHIN = timedelta(days=15)
"""A report is answered within fifteen days."""
READERS = (Role.STAFF, Role.APPROVER, Role.AUDITOR)
"""Who at the funder reads reports; a clerk answers them."""
CONTACT_KEPT = timedelta(days=180)
"""How long a contact and the files are kept after the answer, in case somebody asks again."""


def new_token() -> str:
    return secrets.token_urlsafe(24)


class GrievanceQuerySet(models.QuerySet["Grievance"]):
    def visible_to(self, user) -> "GrievanceQuerySet":
        """For clerks, approvers and auditors of the funder, unless they belong to a group of that call."""
        if not user.is_authenticated:
            return self.none()
        found = self.filter(project__funder__in=user.organizations_as(*READERS))
        return found.exclude(project__in=Project.objects.staked_by(user))

    def open(self) -> "GrievanceQuerySet":
        return self.filter(answered_at__isnull=True)

    def to_tell(self) -> "GrievanceQuerySet":
        """Answered, and whoever reported left a phone alone: they know it when somebody has called."""
        return self.filter(answered_at__isnull=False, told_at__isnull=True, email="").exclude(phone="")

    def forgettable(self) -> "GrievanceQuerySet":
        """Answered long ago, and still with whatever could say who it was: contact, connection, files."""
        return self.filter(answered_at__lt=clock.now() - CONTACT_KEPT, forgotten_at=None)


class Grievance(models.Model):
    """A resident reports a problem of a project (居民监督举报, S4): for the funder's clerk alone, never public.

    With or without a name. Whoever left an e-mail is written to; whoever has the link reads the answer there.
    """

    class Kind(models.TextChoices):
        NOT_HELD = "not_held", _("It did not take place, or not as announced")
        MONEY = "money", _("Money or goods")
        MANNER = "manner", _("How people were treated")
        SAFETY = "safety", _("Safety")
        UNTRUE = "untrue", _("Records or photos that are not true")
        OTHER = "other", _("Something else")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="grievances"
    )
    activity = models.ForeignKey(
        "projects.Activity", verbose_name=_("activity"), on_delete=models.PROTECT, null=True, blank=True,
        related_name="grievances",
    )  # fmt: skip
    voice = models.OneToOneField(
        "evaluations.Voice", on_delete=models.SET_NULL, null=True, related_name="grievance", editable=False
    )  # the words that were taken up as a report, once however often it is decided on them
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    token = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    kind = models.CharField(_("kind of problem"), max_length=8, choices=Kind.choices)
    text = models.TextField(_("what is wrong, and where"), max_length=1000)
    contact = models.CharField(_("how we may call you"), max_length=40, blank=True)
    phone = models.CharField(_("your phone"), max_length=30, blank=True)
    email = models.EmailField(_("your e-mail"), blank=True)
    sender = models.CharField(_("fingerprint of the sender"), max_length=64, blank=True, editable=False)
    arrived_at = models.DateTimeField(_("arrived at"), default=clock.now, editable=False)
    finding = models.TextField(_("what was found out"), max_length=1000, blank=True)
    answer = models.TextField(_("answer to the report"), max_length=1000, blank=True)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    told_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    told_at = models.DateTimeField(_("told by phone at"), null=True, editable=False)
    told_how = models.CharField(_("how the answer was told"), max_length=200, blank=True, editable=False)
    forgotten_at = models.DateTimeField(_("contact and files removed at"), null=True, editable=False)

    objects = GrievanceQuerySet.as_manager()

    class Meta:
        ordering = ["-arrived_at", "-pk"]
        verbose_name = _("resident's report")
        verbose_name_plural = _("residents' reports")
        indexes = [
            models.Index(fields=["answered_at"], name="grievance_by_answer"),
            models.Index(fields=["sender", "arrived_at"], name="grievance_by_sender"),
        ]
        constraints = [
            models.CheckConstraint(
                name="grievance_answer_is_whole",
                condition=Q(answer="", finding="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="grievance_told_after_its_answer",
                condition=Q(told_at__isnull=True, told_by__isnull=True, told_how="")
                | (Q(told_at__isnull=False, told_by__isnull=False, answered_at__isnull=False) & ~Q(told_how="")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("evaluations:grievance_detail", args=[self.pk])

    def get_follow_url(self) -> str:
        return reverse("evaluations:grievance_follow", args=[self.token])

    @property
    def due_on(self):
        return clock.localdate(self.arrived_at + ANSWER_WITHIN)

    @property
    def waits_for_a_call(self) -> bool:
        """See `GrievanceQuerySet.to_tell`."""
        return bool(self.answered_at and self.phone and not self.email and self.told_at is None)

    @property
    def can_be_reached(self) -> bool:
        return bool(self.phone or self.email)

    @property
    def about(self) -> str:
        return self.activity.theme if self.activity else self.project.title
