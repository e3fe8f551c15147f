from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class Notification(models.Model):
    """A message to one person that something of theirs has moved; also sent by e-mail where there is an address."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("recipient"), on_delete=models.CASCADE, related_name="notifications"
    )
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"), blank=True)
    url = models.CharField(_("link"), max_length=300, blank=True)
    at = models.DateTimeField(_("when"), default=clock.now)
    key = models.CharField(max_length=60, blank=True, editable=False, help_text=_("Said once to each person"))
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["recipient", "read_at"], name="notification_unread"),
            models.Index(fields=["recipient", "at", "id"], name="notification_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"], name="notification_key_once", condition=~models.Q(key="")
            )
        ]
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")

    def __str__(self) -> str:
        return self.subject
