from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.money import round_half_up
from grants.movements import COUNTER, Account, Balance, account_of, balance_of


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def sums(self) -> list[tuple[str, Decimal]]:
        """Yuan by kind of entry; SQLite adds up in binary, so each sum is rounded to the fen."""
        found = self.order_by().values_list("kind").annotate(Sum("amount"))
        return [(kind, round_half_up(amount)) for kind, amount in found]

    def balance(self) -> Balance:
        return balance_of(self.sums())

    def account(self, reference: str) -> Account:
        """What the ledger says of the project with this number; nothing for a project without one."""
        return account_of(self.filter(reference=reference).sums()) if reference else Account()

    def accounts(self) -> dict[str, Account]:
        """The account of every project, by its number, in one query."""
        found: dict[str, list[tuple[str, Decimal]]] = {}
        sums = self.exclude(reference="").order_by().values_list("reference", "kind").annotate(Sum("amount"))
        for reference, kind, amount in sums:
            found.setdefault(reference, []).append((kind, round_half_up(amount)))
        return {reference: account_of(sums) for reference, sums in found.items()}

    def update(self, **values: Any) -> int:
        raise TypeError("Ledger entries are never changed: add one that goes back")

    def delete(self) -> Any:
        raise TypeError("Ledger entries are never deleted: add one that goes back")


class LedgerEntry(models.Model):
    """One movement of a fund's money, in yuan. Entries are added by `grants.actions.ledger`, never changed.

    allocate → reserve (public notice) → commit (agreement signed) → pay; what goes back has a kind of its own
    (`grants.movements` says from where to where).
    """

    class Kind(models.TextChoices):
        ALLOCATE = "allocate", _("Money in")
        UNALLOCATE = "unallocate", _("Allocation corrected")
        RESERVE = "reserve", _("Reserved")
        RELEASE = "release", _("Reservation released")
        COMMIT = "commit", _("Committed")
        DECOMMIT = "decommit", _("Commitment released")
        PAY = "pay", _("Paid")
        REVERSE = "reverse", _("Payment reversed")
        REFUND = "refund", _("Refunded")
        CLAWBACK = "clawback", _("Clawed back")
        UNREFUND = "unrefund", _("Return corrected")
        INTEREST = "interest", _("Interest of a project's account")

    fund = models.ForeignKey("grants.Fund", verbose_name=_("fund"), on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount = MoneyField(_("amount"))
    reference = models.CharField(_("reference"), max_length=60, blank=True, help_text=_("The project's number"))
    part = models.CharField(
        _("instalment"), max_length=20, blank=True, help_text=_("Its number, and of a repeated payment which time")
    )
    memo = models.CharField(_("memo"), max_length=200, blank=True)
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("takes back"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="taken_back_by",
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(_("when"), default=clock.now)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        indexes = [
            models.Index(fields=["fund", "kind"], name="ledger_balance"),
            models.Index(fields=["reference", "kind"], name="ledger_of_project"),
        ]
        constraints = [
            models.CheckConstraint(
                name="ledger_amount_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("Please enter more than 0 yuan."),
            ),
            models.CheckConstraint(
                name="only_corrections_take_back",
                condition=(Q(corrects__isnull=True) & ~Q(kind__in=["unallocate", "unrefund"]))
                | Q(corrects__isnull=False, kind__in=["unallocate", "unrefund"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.reference}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A ledger entry is never changed: add one that goes back")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise TypeError("A ledger entry is never deleted: add one that goes back")

    @property
    def part_words(self) -> str:
        """Which instalment it is about, and which attempt to pay it; empty for others."""
        ordinal, _dash, attempt = self.part.partition("-")
        if attempt:
            return gettext("Instalment %(n)s, attempt %(attempt)s") % {"n": ordinal, "attempt": attempt}
        return gettext("Instalment %(n)s") % {"n": ordinal} if ordinal else ""

    @property
    def can_be_corrected(self) -> bool:
        """Whether a person typed its figure, and nobody has taken it back yet."""
        return self.kind in COUNTER and not hasattr(self, "taken_back_by")


class LedgerCorrection(models.Model):
    """Somebody typed a wrong amount into the ledger: one asks with a reason, a second person decides.

    Approved, the wrong entry is taken back by a counter entry and the right amount is entered anew; both stay.
    """

    entry = models.ForeignKey(
        LedgerEntry, verbose_name=_("wrong entry"), on_delete=models.PROTECT, related_name="corrections"
    )
    right_amount = MoneyField(_("right amount"), help_text=_("Yuan; 0 when there should be no entry at all"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    is_approved = models.BooleanField(_("approved"), null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = _("correction of the ledger")
        verbose_name_plural = _("corrections of the ledger")
        constraints = [
            models.CheckConstraint(name="right_amount_not_negative", condition=Q(right_amount__gte=0)),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(is_approved__isnull=True), name="one_open_correction_an_entry"
            ),
            models.CheckConstraint(
                name="correction_decided_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="correction_decision_is_whole",
                condition=Q(is_approved__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_approved__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} → {self.right_amount}"

    @property
    def is_open(self) -> bool:
        return self.is_approved is None
