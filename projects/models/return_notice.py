from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from projects.models.in_delivery import InDelivery


class ReturnNotice(models.Model):
    """A notice to give money back: 结余资金退回通知书 after the end, 追缴通知书 after a termination.

    It is never changed, and keeps the account as it stood that day. A new one, when the account was settled otherwise
    or more time is given, takes the place of the one before.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="return_notices"
    )
    number = models.CharField(_("number"), max_length=40, unique=True, editable=False)
    is_clawback = models.BooleanField(editable=False)
    paid = MoneyField(_("paid out"), editable=False)
    recognised = MoneyField(_("recognised spending"), editable=False)
    returned = MoneyField(_("returned before"), editable=False)
    interest = MoneyField(_("interest"), default=Decimal("0.00"), editable=False)
    amount = MoneyField(_("amount"), editable=False)
    reason = models.TextField(_("why"), max_length=1000)
    due_on = models.DateField(_("to be returned until"))
    pay_to = models.CharField(_("account to return it to"), max_length=200)
    issued_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    issued_at = models.DateTimeField(default=clock.now, editable=False)
    breach = models.OneToOneField(
        "people.CreditRecord", on_delete=models.PROTECT, null=True, related_name="return_notice", editable=False
    )

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["-issued_at", "-pk"]
        verbose_name = _("notice to return money")
        verbose_name_plural = _("notices to return money")
        constraints = [  # rounded, because SQLite calculates in binary: 1440.00 - 1286.40 is not 153.60 there
            models.CheckConstraint(
                name="return_notice_asks_for_what_is_due",
                condition=Q(amount__gt=0)
                & (
                    Q(amount=Round(F("paid") - F("recognised") - F("returned") + F("interest"), precision=2))
                    | Q(paid__lt=F("recognised"), amount=F("interest"))
                ),
            )
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("projects:return_notice_detail", args=[self.pk])

    @property
    def unspent(self) -> Decimal:
        """What of it was paid and not recognised; the rest is interest."""
        return self.amount - self.interest

    @property
    def is_latest(self) -> bool:
        return not self.project.return_notices.filter(issued_at__gt=self.issued_at).exists()

    @property
    def left(self) -> Decimal:
        """Yuan that have not come back yet, by the account and the ledger of today; never below 0."""
        settlement = getattr(self.project, "settlement", None)
        return max(settlement.still_due, Decimal("0.00")) if settlement else Decimal("0.00")

    @property
    def is_overdue(self) -> bool:
        return self.is_latest and self.left > 0 and self.due_on < clock.today()
