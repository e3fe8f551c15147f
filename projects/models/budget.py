from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import round_half_up
from grants.models import BudgetCategory, Rank
from projects.models.row import Row


class BudgetLine(Row):
    """One line of the budget: what is bought, how many, at which price, from which money (yuan)."""

    Category = BudgetCategory

    class Source(models.TextChoices):
        GRANT = "grant", _("This grant")
        OWN = "own", _("Own money")
        DONATED = "donated", _("Donations")
        IN_KIND = "in_kind", _("In kind")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="budget_lines"
    )
    category = models.CharField(_("category"), max_length=15, choices=Category.choices)
    item = models.CharField(_("item of expense"), max_length=80)
    rank = models.CharField(_("title of the lecturer"), max_length=10, choices=Rank.choices, blank=True)
    unit_price = MoneyField(_("unit price"))
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    source = models.CharField(_("paid from"), max_length=8, choices=Source.choices, default=Source.GRANT)
    step_key = models.CharField(_("for which step of the plan"), max_length=12, blank=True)
    basis = models.CharField(
        _("basis of the price"), max_length=200, blank=True, help_text=_("Three offers, a price list, a rule …")
    )
    quote_number = models.CharField(
        _("number of the quotation or invoice"), max_length=40, blank=True,
        help_text=_("Compared with other proposals: nothing is paid twice."),
    )  # fmt: skip
    cut = MoneyField(_("cut"), default=Decimal("0.00"), editable=False)
    cut_reason = models.CharField(_("why it is cut"), max_length=200, blank=True, editable=False)
    cut_before = MoneyField(
        _("cut before the line was changed"), default=Decimal("0.00"), editable=False,
        help_text=_("To be decided again"),
    )  # fmt: skip

    class Meta(Row.Meta):
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="budget_line_key_once"),
            models.CheckConstraint(
                name="budget_line_is_positive",
                condition=Q(unit_price__gte=0, quantity__gt=0),
                violation_error_message=_("The price cannot be negative, and the quantity must be more than 0."),
            ),
            models.CheckConstraint(
                name="budget_cut_has_its_reason", condition=Q(cut=0) | (Q(cut__gt=0) & ~Q(cut_reason=""))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.amount}"

    @property
    def amount(self) -> Decimal:
        """Unit price × quantity, half-up to the fen: the one place where a line is multiplied out."""
        return round_half_up(self.unit_price * self.quantity)

    def drop_cut(self) -> bool:
        """The line is not the one that was cut any more: the cut falls, and whoever cut it decides again.

        Says whether there was one. The caller saves.
        """
        if not self.cut:
            return False
        self.cut_before, self.cut, self.cut_reason = self.cut, Decimal("0.00"), ""
        return True

    @property
    def accepted(self) -> Decimal:
        """What the financial pre-check left of it, in yuan; the whole line when nothing was cut."""
        return max(self.amount - self.cut, Decimal("0.00"))
