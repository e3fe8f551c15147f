from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock

HOLDS = timedelta(days=730)
"""A training counts for two years: a default of this platform, no bureau's rule."""


class TrainingCertificateQuerySet(models.QuerySet["TrainingCertificate"]):
    def counting(self) -> "TrainingCertificateQuerySet":
        """Neither withdrawn nor of a workshop too long ago; what a condition of a call asks for."""
        since: datetime = clock.now() - HOLDS
        return self.filter(withdrawn_at__isnull=True, attendance__workshop__ends_at__gte=since)


class TrainingCertificate(models.Model):
    """Somebody took part in a workshop, and has it in writing (培训证书), with a number that is given once.

    Withdrawn, never deleted: whoever holds the paper reads under its number that it counts no longer.
    """

    attendance = models.OneToOneField(
        "grants.Attendance", verbose_name=_("attendance"), on_delete=models.PROTECT, related_name="certificate"
    )
    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    hours = models.DecimalField(_("hours of training"), max_digits=4, decimal_places=1)
    issued_at = models.DateTimeField(_("given at"), default=clock.now, editable=False)
    issued_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    withdraw_reason = models.CharField(_("why it is withdrawn"), max_length=300, blank=True, editable=False)

    objects = TrainingCertificateQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("certificate of training")
        verbose_name_plural = _("certificates of training")
        constraints = [
            models.CheckConstraint(
                name="certificate_withdrawn_by_somebody_with_a_reason",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdraw_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdraw_reason="")),
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None
