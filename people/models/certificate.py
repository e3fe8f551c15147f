from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def valid(self) -> "CertificateQuerySet":
        """Those whose registration has not lapsed."""
        return self.exclude(registered_until__lt=clock.today())


class Certificate(models.Model):
    """A social worker's professional qualification."""

    class Level(models.TextChoices):
        ASSISTANT = "assistant", _("Assistant social worker")
        SOCIAL_WORKER = "social_worker", _("Social worker (intermediate)")
        SENIOR = "senior", _("Senior social worker")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.CASCADE, related_name="certificates"
    )
    level = models.CharField(_("level"), max_length=15, choices=Level.choices)
    number = models.CharField(_("certificate number"), max_length=40, unique=True)
    issued_on = models.DateField(_("issued on"))
    registered_until = models.DateField(_("registration valid until"), null=True, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.CheckConstraint(
                name="certificate_valid_after_issue",
                condition=Q(registered_until__isnull=True) | Q(registered_until__gte=models.F("issued_on")),
                violation_error_message=_("Must not be before the day of issue."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()} {self.number}"
