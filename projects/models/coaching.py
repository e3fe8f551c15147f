from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class CoachingRequestQuerySet(models.QuerySet["CoachingRequest"]):
    def open(self) -> "CoachingRequestQuerySet":
        """Neither answered nor taken back."""
        return self.filter(answered_at__isnull=True, withdrawn_at__isnull=True)


class CoachingRequest(models.Model):
    """A group asks a support organisation to look at its draft; one of its mentors takes it on, or says why not. Until
    then the group can take the request back."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="coaching_requests"
    )
    organization = models.ForeignKey(
        "people.Organization",
        verbose_name=_("support organisation"),
        on_delete=models.PROTECT,
        related_name="coaching_requests",
    )
    message = models.CharField(_("what you would like help with"), max_length=300, blank=True)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    asked_at = models.DateTimeField(_("asked at"), default=clock.now, editable=False)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, editable=False)
    accepted = models.BooleanField(_("accepted"), null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, editable=False)

    objects = CoachingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("request for coaching")
        verbose_name_plural = _("requests for coaching")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "organization"],
                name="one_open_coaching_request",
                condition=Q(answered_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="coaching_answered_or_withdrawn",
                condition=Q(answered_at__isnull=True) | Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                name="coaching_answer_is_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, accepted__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False, accepted__isnull=False),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.withdrawn_at is None

    def __str__(self) -> str:
        return f"{self.project} – {self.organization}"
