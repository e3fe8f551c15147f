from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class Rhythm(models.TextChoices):
    """How often somebody wants to hear of things outside the site."""

    AT_ONCE = "at_once", _("Each message at once")
    DAILY = "daily", _("One summary a day, at eight in the morning")
    NEVER = "never", _("Nothing: I read my messages here")


class MessagePreference(models.Model):
    """What one person wants of messages; who has none is told at once."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="message_preference"
    )
    rhythm = models.CharField(_("messages by e-mail"), max_length=8, choices=Rhythm.choices, default=Rhythm.AT_ONCE)

    class Meta:
        verbose_name = _("preference for messages")
        verbose_name_plural = _("preferences for messages")

    def __str__(self) -> str:
        return f"{self.person}: {self.get_rhythm_display()}"


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def due(self, now: datetime) -> "DispatchQuerySet":
        """Waiting, and their time has come."""
        return self.filter(state=Dispatch.State.WAITING, due_at__lte=now)


class Dispatch(models.Model):
    """A message on its way out of the site to one address; kept until it has arrived or was given up.

    It carries a notification, or words of its own to somebody who has no account (who objected, for example).
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        READ = "read", _("Read on the site before it was sent")
        FAILED = "failed", _("Given up")

    notification = models.ForeignKey(
        "core.Notification",
        verbose_name=_("notification"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="dispatches",
    )
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    channel = models.CharField(_("way"), max_length=20)
    address = models.CharField(_("address"), max_length=254)
    in_digest = models.BooleanField(_("in the day's summary"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(_("next try"), default=clock.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    error = models.CharField(_("why it failed"), max_length=300, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message on its way")
        verbose_name_plural = _("messages on their way")
        indexes = [
            models.Index(fields=["state", "due_at"], name="dispatch_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="dispatch_once_a_channel"),
            models.CheckConstraint(
                name="dispatch_carries_one_message",
                condition=Q(notification__isnull=False, subject="", text="")
                | (Q(notification__isnull=True, in_digest=False) & ~Q(subject="")),
            ),
            models.CheckConstraint(
                name="dispatch_sent_when",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.notification or self.subject)
