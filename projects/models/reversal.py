from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField


class Reversal(models.Model):
    """A payment that did not arrive, or went to the wrong account: everything about it, and why it was taken back.

    The instalment itself can be asked for again; what was tried before stays here.
    """

    tranche = models.ForeignKey(
        "projects.Tranche", verbose_name=_("instalment"), on_delete=models.PROTECT, related_name="reversals"
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    amount = MoneyField(_("amount"))
    requested_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    paid_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    paid_on = models.DateField(_("paid on"))
    paid_to = models.JSONField(_("paid to"), default=dict, blank=True)
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    receipt_number = models.CharField(_("receipt number"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    reversed_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField(_("reversed at"), default=clock.now)

    class Meta:
        ordering = ["tranche", "attempt"]
        verbose_name = _("reversed payment")
        verbose_name_plural = _("reversed payments")
        constraints = [
            models.UniqueConstraint(fields=["tranche", "attempt"], name="payment_reversed_once"),
            models.CheckConstraint(
                name="reversed_payment_approved_by_another", condition=~models.Q(approved_by=models.F("requested_by"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tranche} ({self.attempt})"
