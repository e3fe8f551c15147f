from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models.administrator import Administrator, holds_an_office


class Role(models.TextChoices):
    """What a person does in an organisation. One person can hold several, in several organisations."""

    MANAGER = "manager", _("Head")
    STAFF = "staff", _("Staff")
    APPROVER = "approver", _("Approver")
    FINANCE = "finance", _("Finance")
    MENTOR = "mentor", _("Mentor")
    EVALUATOR = "evaluator", _("Evaluator")
    AUDITOR = "auditor", _("Auditor")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Memberships that hold today."""
        today = clock.today()
        return self.filter(since__lte=today).filter(Q(until__isnull=True) | Q(until__gt=today))

    def unfinished(self) -> "MembershipQuerySet":
        """Memberships that hold today or will hold later."""
        return self.filter(Q(until__isnull=True) | Q(until__gt=clock.today()))


class Membership(models.Model):
    """A person holds a role in an organisation, from one day until another.

    Ended, never deleted: who left less than two years ago is still biased (order 39 of civil affairs).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    since = models.DateField(_("since"), default=clock.today)
    until = models.DateField(
        _("until"), null=True, blank=True, help_text=_("The first day on which it no longer holds")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "role", "user"]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                name="role_held_once",
                condition=Q(until__isnull=True),
                violation_error_message=_("This person holds this role already."),
            ),
            models.CheckConstraint(
                name="membership_ends_after_start",
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                violation_error_message=_("A role cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organization} ({self.get_role_display()})"

    def clean(self) -> None:
        """Who holds one of the three offices takes no part in projects; a role that has ended may be recorded."""
        if self.user_id and (self.until is None or self.until > clock.today()):
            held = Administrator.objects.filter(user=self.user_id).first()
            if held:
                raise ValidationError(holds_an_office(self.user, held.office))

    def save(self, *args, **kwargs):
        self.clean()
        super().save(*args, **kwargs)
