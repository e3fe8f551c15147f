from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField


class LedgerEntry(models.Model):
    """One movement of a fund's money, in yuan. Entries are added by `grants.actions.ledger`, never changed.

    allocate → reserve (public notice) → commit (agreement signed) → pay; release, decommit and refund go back.
    """

    class Kind(models.TextChoices):
        ALLOCATE = "allocate", _("Allocated")
        RESERVE = "reserve", _("Reserved")
        RELEASE = "release", _("Reservation released")
        COMMIT = "commit", _("Committed")
        DECOMMIT = "decommit", _("Commitment released")
        PAY = "pay", _("Paid")
        REFUND = "refund", _("Refunded")

    fund = models.ForeignKey("grants.Fund", verbose_name=_("fund"), on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount = MoneyField(_("amount"))
    reference = models.CharField(_("reference"), max_length=60, blank=True, help_text=_("The project's number"))
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [models.Index(fields=["fund", "kind"], name="ledger_balance")]
        constraints = [
            models.CheckConstraint(
                name="ledger_amount_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("Please enter more than 0 yuan."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.reference}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A ledger entry is never changed: add one that goes back")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("A ledger entry is never deleted: add one that goes back")
