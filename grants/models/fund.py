from collections.abc import Sequence
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from core.money import round_half_up
from grants.models.ledger import LedgerEntry
from grants.movements import PLACES, ZERO, Balance, balance_of
from people.models import Kind


class FundQuerySet(models.QuerySet["Fund"]):
    def visible_to(self, user) -> "FundQuerySet":
        """The funds of the funders one works for."""
        return self.filter(funder__in=list(user.roles)) if user.is_authenticated else self.none()

    def taking_referrals(self) -> "FundQuerySet":
        """The funds of this year that look at proposals all year, without a call."""
        return self.filter(takes_referrals=True, year=clock.today().year)


class Fund(models.Model):
    """A pot of money of one year, from one kind of source."""

    class Source(models.TextChoices):
        BUDGET = "budget", _("Government budget")
        LOTTERY = "lottery", _("Welfare lottery")
        COMMUNITY = "community", _("Community welfare fund")
        DEPARTMENT = "department", _("Department fund")
        ENTERPRISE = "enterprise", _("Enterprise")
        FOUNDATION = "foundation", _("Foundation")

    funder = models.ForeignKey(
        "people.Organization",
        verbose_name=_("funder"),
        on_delete=models.PROTECT,
        related_name="funds",
        limit_choices_to={"kind": Kind.FUNDER},
        db_index=False,
    )
    name = models.CharField(_("name"), max_length=120)
    source = models.CharField(_("kind of source"), max_length=12, choices=Source.choices)
    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2100)])
    legal_basis = models.CharField(_("legal basis"), max_length=200, blank=True)
    takes_referrals = models.BooleanField(
        _("looks at proposals all year"),
        default=False,
        help_text=_("Groups that got no money elsewhere can show theirs; it promises nothing"),
    )
    purpose = models.CharField(
        _("what it supports"), max_length=200, blank=True, help_text=_("Groups read this before they show a proposal")
    )
    contact = models.CharField(_("contact person"), max_length=60, blank=True)
    contact_phone = models.CharField(_("contact phone"), max_length=30, blank=True)
    # The balance of the ledger after its last entry. No page reads these: they stand here so that the database itself
    # refuses to overdraw a fund, and `check_ledger` proves that they are the sums.
    held_free = MoneyField(default=ZERO, editable=False)
    held_reserved = MoneyField(default=ZERO, editable=False)
    held_committed = MoneyField(default=ZERO, editable=False)
    held_paid = MoneyField(default=ZERO, editable=False)

    objects = FundQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "name"]
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        indexes = [models.Index(fields=["funder", "-year", "name"], name="fund_of_funder")]
        constraints = [
            models.UniqueConstraint(
                fields=["funder", "year", "name"],
                name="fund_once_a_year",
                violation_error_message=_("The funder has a fund of this name in this year already."),
            ),
            models.CheckConstraint(
                name="fund_year_is_sane",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("Please enter a year between 2000 and 2100."),
            ),
            models.CheckConstraint(
                name="fund_that_looks_says_at_what",
                condition=Q(takes_referrals=False) | ~Q(purpose=""),
                violation_error_message=_("A fund that looks at proposals says what it supports."),
            ),
            models.CheckConstraint(
                name="fund_never_overdrawn", condition=Q(**{f"held_{place}__gte": 0 for place in PLACES})
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.year})"

    def get_absolute_url(self) -> str:
        return reverse("grants:fund_detail", args=[self.pk])

    def balance(self) -> Balance:
        """Derived from the ledger in one query."""
        return self.balances([self])[0]

    @staticmethod
    def balances(funds: Sequence["Fund"]) -> list[Balance]:
        """The balance of each fund, in the same order, in one query."""
        found: dict[int, list[tuple[str, Decimal]]] = {fund.pk: [] for fund in funds}
        sums = LedgerEntry.objects.filter(fund__in=funds).order_by().values_list("fund", "kind").annotate(Sum("amount"))
        for fund_id, kind, amount in sums:
            found[fund_id].append((kind, round_half_up(amount)))  # SQLite adds up in binary
        return [balance_of(found[fund.pk]) for fund in funds]
