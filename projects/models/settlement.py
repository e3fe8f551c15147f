from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import models
from django.db.models import F, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.money import round_half_up
from projects.final_accounts import FinalAccounts, read
from projects.models.in_delivery import InDelivery

ZERO = Decimal("0.00")


class Settlement(models.Model):
    """The last account of a project, in yuan: what was recognised as spent. What came back is in the ledger.

    `kept` are the final accounts (收支决算表) as they stood when it was settled; once more when the project's file is
    confirmed, so that the last instalment and what came back stand in it too.
    """

    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="settlement"
    )
    recognised = MoneyField(_("recognised spending"), help_text=_("Yuan of this grant that was spent as agreed"))
    matching = MoneyField(_("matching funds proven at that time"), null=True, editable=False)
    lowered = MoneyField(_("lowered because matching funds are missing"), default=ZERO, editable=False)
    """Yuan of the spending that were as agreed and are not paid by the grant, so that its share holds."""
    share_note = models.CharField(_("why the share of the grant may be higher"), max_length=300, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    audit = models.ForeignKey("projects.Audit", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    kept = models.JSONField(_("final accounts"), default=dict, editable=False)
    kept_at = models.DateTimeField(_("final accounts as of"), null=True, editable=False)
    settled_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    settled_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.CheckConstraint(name="settlement_not_negative", condition=Q(recognised__gte=0, lowered__gte=0))
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.recognised}"

    @property
    def accounts(self) -> FinalAccounts | None:
        """The final accounts as they were kept; None for an account settled before they were kept."""
        return read(self.kept) if self.kept else None

    @property
    def returned(self) -> Decimal:
        """What came back to the fund, by the ledger."""
        return self.project.amount_returned

    @property
    def spent_as_agreed(self) -> Decimal:
        """What was spent as agreed, also where less is recognised so that the share of the grant holds."""
        return self.recognised + self.lowered

    @property
    def to_return(self) -> Decimal:
        """What was paid and not recognised as spent; never below zero (field guide 6.9)."""
        return max(self.project.amount_paid - self.recognised, ZERO)

    @property
    def to_pay(self) -> Decimal:
        """What of the award is still to be paid; never more than is recognised."""
        return max(self.recognised - self.project.amount_paid, ZERO)

    @cached_property
    def interest(self) -> Decimal:
        """What the project's account bore: it belongs to the fund and comes back too."""
        return round_half_up(self.left_overs.interest().aggregate(sum=Sum("amount"))["sum"] or ZERO)

    @property
    def interest_due(self) -> Decimal:
        return self.interest - self.project.account.interest if self.interest else ZERO

    @property
    def unspent_due(self) -> Decimal:
        return self.to_return - self.returned

    @property
    def still_due(self) -> Decimal:
        """Everything that has still to come back: what was not spent, and interest."""
        return self.unspent_due + self.interest_due

    @property
    def is_balanced(self) -> bool:
        return self.returned == self.to_return and self.interest_due == 0


class LeftOverQuerySet(models.QuerySet["LeftOver"]):
    def interest(self) -> "LeftOverQuerySet":
        return self.filter(kind=LeftOver.Kind.INTEREST)


class LeftOver(models.Model):
    """What is left besides unspent money (剩余): interest that the account bore, and things that were bought.

    Interest comes back to the fund. A thing keeps serving the public good; where it goes is written down.
    """

    class Kind(models.TextChoices):
        INTEREST = "interest", _("Interest of the account")
        ASSET = "asset", _("Thing that is left")

    settlement = models.ForeignKey(Settlement, on_delete=models.CASCADE, related_name="left_overs")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    words = models.CharField(_("what it is, how many"), max_length=120)
    amount = MoneyField(_("yuan"), help_text=_("Interest: as on the bank statement. Thing: its value now"))
    whereto = models.CharField(
        _("where it goes"), max_length=120, blank=True, help_text=_("For a thing: who keeps and uses it from now on")
    )
    written_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(default=clock.now, editable=False)

    objects = LeftOverQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name = _("what is left")
        verbose_name_plural = _("what is left")
        constraints = [
            models.CheckConstraint(
                name="left_over_is_sound",
                condition=Q(kind="interest", amount__gt=0) | (Q(kind="asset", amount__gte=0) & ~Q(whereto="")),
                violation_error_message=_("Interest is more than 0 yuan, and of a thing it is said where it goes."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.words} {self.amount}"

    @property
    def project(self) -> Any:
        return self.settlement.project


class Refund(models.Model):
    """Money that came back (结余退回到账): recorded by the finance office with its bank slip, in the ledger at once,
    and confirmed against the bank statement by a second person before the project is archived."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="refunds"
    )
    amount = MoneyField(_("not spent (yuan)"), default=ZERO)
    interest = MoneyField(_("interest (yuan)"), default=ZERO)
    received_on = models.DateField(_("received on"))
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    recorded_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    recorded_at = models.DateTimeField(default=clock.now, editable=False)
    confirmed_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    confirmed_at = models.DateTimeField(null=True, editable=False)

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["received_on", "pk"]
        verbose_name = _("money that came back")
        verbose_name_plural = _("money that came back")
        constraints = [
            models.CheckConstraint(
                name="refund_is_positive",
                condition=Q(amount__gte=0, interest__gte=0) & (Q(amount__gt=0) | Q(interest__gt=0)),
            ),
            models.CheckConstraint(
                name="refund_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | (Q(confirmed_at__isnull=False) & ~Q(confirmed_by=F("recorded_by"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.total}"

    def get_absolute_url(self) -> str:
        return reverse("projects:final_accounts", args=[self.project_id])

    @property
    def total(self) -> Decimal:
        return self.amount + self.interest
