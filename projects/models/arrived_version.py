from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class ArrivedVersion(models.Model):
    """What one device sent of a record that is written without a line: a visit, a site form of an evaluation.

    Nothing that was sent is lost: it holds, held once, waits, or was set aside. `send_key` names the sending: a device
    that did not hear the answer sends again, and is given the same answer. A subclass says of which record it is.
    """

    class Standing(models.TextChoices):
        APPLIED = "applied", _("stored")
        WAITING = "waiting", _("waits for a decision")
        SET_ASIDE = "set_aside", _("set aside")

    number = models.PositiveIntegerField(_("version"), null=True, editable=False)
    base = models.PositiveIntegerField(_("written on the version"), default=0, editable=False)
    send_key = models.UUIDField(null=True, unique=True, editable=False)
    values: Any = models.JSONField(_("what it says"), editable=False)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(_("received at"), default=clock.now, editable=False)
    device_at = models.DateTimeField(_("written on the phone at"), null=True, editable=False)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, editable=False)
    settled_at = models.DateTimeField(_("decided at"), null=True, editable=False)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    @property
    def is_waiting(self) -> bool:
        return self.standing == self.Standing.WAITING
