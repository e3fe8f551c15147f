from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from people.models import Role

HANDLERS = (Role.FINANCE, Role.APPROVER, Role.STAFF, Role.AUDITOR)


class BankListQuerySet(models.QuerySet["BankList"]):
    def visible_to(self, user: Any) -> "BankListQuerySet":
        """Those of the funders one works for."""
        return self.filter(fund__funder__in=list(user.roles)) if user.is_authenticated else self.none()

    def with_lines(self) -> "BankListQuerySet":
        return self.select_related("fund__funder", "made_by").prefetch_related("lines")


class BankList(models.Model):
    """Approved instalments given to the bank together (付款清单), numbered; of one fund, which pays from one account.

    Which line was paid and which not is on the line; a list is done when every line has its outcome.
    """

    fund = models.ForeignKey("grants.Fund", verbose_name=_("fund"), on_delete=models.PROTECT, related_name="bank_lists")
    number = models.CharField(_("number"), max_length=40)
    made_by = models.ForeignKey("people.User", verbose_name=_("made by"), on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    objects = BankListQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("bank list")
        verbose_name_plural = _("bank lists")
        constraints = [models.UniqueConstraint(fields=["fund", "number"], name="bank_list_number_once")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("projects:bank_list_detail", args=[self.pk])

    @property
    def funder_id(self) -> int:
        return self.fund.funder_id

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines.all()), Decimal("0.00"))

    @property
    def is_open(self) -> bool:
        """Some line is still at the bank."""
        return any(line.is_at_bank for line in self.lines.all())

    def total_of(self, outcome: str) -> Decimal:
        return sum((line.amount for line in self.lines.all() if line.outcome == outcome), Decimal("0.00"))


class BankListLine(models.Model):
    """One instalment in a list, with the account as it was when the list was made, and what the bank said."""

    class Outcome(models.TextChoices):
        AT_BANK = "", _("at the bank")
        PAID = "paid", _("paid by the bank")
        FAILED = "failed", _("not paid")
        RETURNED = "returned", _("paid and returned")
        WITHDRAWN = "withdrawn", _("withdrawn before payment")

    bank_list = models.ForeignKey(BankList, verbose_name=_("bank list"), on_delete=models.PROTECT, related_name="lines")
    tranche = models.ForeignKey(
        "projects.Tranche", verbose_name=_("instalment"), on_delete=models.PROTECT, related_name="bank_lines"
    )
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    ordinal = models.PositiveSmallIntegerField(_("No."))
    account_name = models.CharField(_("account name"), max_length=120)
    bank_name = models.CharField(_("bank"), max_length=120)
    account = models.CharField(_("account number"), max_length=40)
    amount = MoneyField(_("amount"))
    purpose = models.CharField(_("purpose"), max_length=120)
    project_number = models.CharField(_("project number"), max_length=40)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=Outcome.choices, default=Outcome.AT_BANK, blank=True
    )
    reference = models.CharField(_("bank reference"), max_length=60, blank=True)
    settled_on = models.DateField(_("day of the bank"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        ordering = ["bank_list", "ordinal"]
        verbose_name = _("line of a bank list")
        verbose_name_plural = _("lines of a bank list")
        constraints = [
            models.UniqueConstraint(fields=["bank_list", "ordinal"], name="bank_line_number_once"),
            models.UniqueConstraint(
                fields=["tranche"], condition=Q(outcome=""), name="instalment_at_one_bank_list_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["tranche", "attempt"],
                condition=Q(outcome__in=["paid", "returned"]),
                name="payment_paid_by_one_line",
            ),
            models.CheckConstraint(name="bank_line_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="bank_line_says_what_happened",
                condition=Q(outcome="")
                | (Q(outcome__in=["paid", "returned"], settled_on__isnull=False) & ~Q(reference=""))
                | (Q(outcome__in=["failed", "withdrawn"]) & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_list} {self.ordinal}"

    @property
    def is_at_bank(self) -> bool:
        return self.outcome == self.Outcome.AT_BANK

    @property
    def paid_to(self) -> dict[str, str]:
        return {"name": self.account_name, "bank": self.bank_name, "account": self.account}


class BankReturn(models.Model):
    """What the bank sent back on a list, read and shown before anything is stored; kept as it was read."""

    bank_list = models.ForeignKey(
        BankList, verbose_name=_("bank list"), on_delete=models.PROTECT, related_name="returns"
    )
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    rows = models.JSONField(_("lines of the file"), default=list)
    sent_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"), default=clock.now)
    stored_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    stored_at = models.DateTimeField(_("stored at"), null=True)

    class Meta:
        ordering = ["-sent_at", "-pk"]
        verbose_name = _("return of the bank")
        verbose_name_plural = _("returns of the bank")
        constraints = [
            models.CheckConstraint(
                name="bank_return_stored_by_somebody",
                condition=Q(stored_at__isnull=True, stored_by__isnull=True)
                | Q(stored_at__isnull=False, stored_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_stored(self) -> bool:
        return self.stored_at is not None
