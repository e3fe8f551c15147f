import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from people.models.membership import Role

DAYS_OPEN = 7


def new_token() -> str:
    """128 bits: nobody guesses it."""
    return secrets.token_urlsafe(16)


class Invitation(models.Model):
    """A link with which one person takes up a role in an organisation: it works once, for seven days.

    For people who have no account yet and cannot be added: whoever opens it signs up or in, and sees who invites them
    to what. It names the person, and gives the role to whoever holds the link: so it is handed over personally, and
    ends when it is taken back. Whoever invited sees both names, and takes the role back from somebody else.
    """

    organization = models.ForeignKey(
        "people.Organization", verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="invitations"
    )
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    name = models.CharField(_("full name"), max_length=60)
    token = models.CharField(max_length=30, unique=True, default=new_token, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False)
    invited_at = models.DateTimeField(_("invited at"), default=clock.now, editable=False)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    accepted_at = models.DateTimeField(_("accepted at"), null=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                name="invitation_accepted_by_somebody",
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} – {self.organization} ({self.get_role_display()})"

    def get_absolute_url(self) -> str:
        return reverse("people:invitation", args=[self.token])

    @property
    def expires_at(self) -> Any:
        return self.invited_at + timedelta(days=DAYS_OPEN)

    def is_for(self, person: Any) -> bool:
        """Whether the invitation says this person's name; blanks do not count."""
        return "".join(self.name.split()) == "".join(person.name.split())

    @property
    def was_for_another(self) -> bool:
        """Somebody of another name has taken it up."""
        return self.accepted_by is not None and not self.is_for(self.accepted_by)

    @property
    def can_be_taken_back(self) -> bool:
        """The link as long as it is good; the role for seven days after somebody of another name took it up.

        Not later: a house that knows its people is not ruled by whoever once set it up.
        """
        if self.accepted_at is None or self.withdrawn_at is not None:
            return self.is_open
        return self.was_for_another and clock.now() < self.accepted_at + timedelta(days=DAYS_OPEN)

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.withdrawn_at is None and clock.now() < self.expires_at
