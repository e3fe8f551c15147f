from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Knock(models.Model):
    """That somebody without an account has sent something: when, to which page, from where. What was sent is elsewhere.

    It is in the database because several processes answer, and a limit that each of them counts for itself is none. A
    day later it is thrown away (`core.strangers.forget_knocks`).
    """

    sender = models.CharField(_("fingerprint of the sender"), max_length=64)
    """A keyed fingerprint of the network address: enough to count, not enough to know who it was."""
    page = models.CharField(max_length=100)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        indexes = [models.Index(fields=["sender", "at"], name="knock_of_sender")]
        verbose_name = _("sending of a stranger")
        verbose_name_plural = _("sendings of strangers")

    def __str__(self) -> str:
        return f"{self.page} {self.at:%H:%M}"
