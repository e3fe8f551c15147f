from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SignInGuardQuerySet(models.QuerySet["SignInGuard"]):
    def locked(self) -> "SignInGuardQuerySet":
        return self.filter(locked_until__gt=timezone.now())


class SignInGuard(models.Model):
    """How often in a row signing in has failed: of one account, of a name that nobody has, or from one address.

    One row each, counted under a lock before the password is even looked at, so that any number of processes and
    machines together try no more often than one. A name that nobody has is counted and locked like an account (by a
    keyed fingerprint: people type passwords where names belong), so the answer says nothing about who is here.
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", _("Account")
        NAME = "name", _("Unknown name")
        ADDRESS = "address", _("Network address")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    key = models.CharField(_("which"), max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, null=True, related_name="+"
    )
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    last_at = models.DateTimeField(_("last failure"), default=timezone.now)
    locked_until = models.DateTimeField(_("locked until"), null=True, blank=True)

    objects = SignInGuardQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at"]
        verbose_name = _("failed sign-ins")
        verbose_name_plural = _("failed sign-ins")
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="guard_of_one_thing"),
            models.CheckConstraint(
                name="guard_names_the_person",
                condition=Q(kind="account", user__isnull=False) | (~Q(kind="account") & Q(user__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user) if self.user_id else f"{self.get_kind_display()} {self.key[:45]}"

    @property
    def is_locked(self) -> bool:
        return self.locked_until is not None and self.locked_until > timezone.now()


class KnownPlace(models.Model):
    """A network from which a person has signed in before: from any other they are told."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_places")
    network = models.CharField(_("network"), max_length=45)
    last_at = models.DateTimeField(_("last used"), default=timezone.now)

    class Meta:
        verbose_name = _("known network")
        verbose_name_plural = _("known networks")
        constraints = [models.UniqueConstraint(fields=["user", "network"], name="place_known_once")]

    def __str__(self) -> str:
        return self.network


class FormerPassword(models.Model):
    """The hash of a password that a person had before, so that it does not come back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="former_passwords")
    password = models.CharField(_("password"), max_length=128)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("former password")
        verbose_name_plural = _("former passwords")

    def __str__(self) -> str:
        return f"{self.user}: {self.at:%Y-%m-%d}"
