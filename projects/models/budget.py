from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import MoneyField
from core.money import round_half_up


class BudgetLine(models.Model):
    """One line of the budget: what is bought, how many, at which price, from which money (yuan)."""

    class Category(models.TextChoices):
        PUBLICITY = "publicity", _("Publicity")
        MATERIALS = "materials", _("Materials")
        TRAINING = "training", _("Training and experts")
        VENUE = "venue", _("Venue")
        TRANSPORT = "transport", _("Transport")
        MEALS = "meals", _("Meals")
        PRINTING = "printing", _("Printing")
        INSURANCE = "insurance", _("Insurance")
        STAFF = "staff", _("Staff allowances")
        VOLUNTEERS = "volunteers", _("Volunteer allowances")
        ADMINISTRATION = "administration", _("Administration")
        TAX = "tax", _("Tax")

    class Source(models.TextChoices):
        GRANT = "grant", _("This grant")
        OWN = "own", _("Own money")
        DONATED = "donated", _("Donations")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="budget_lines"
    )
    category = models.CharField(_("category"), max_length=15, choices=Category.choices)
    item = models.CharField(_("item"), max_length=80)
    unit_price = MoneyField(_("unit price"))
    unit = models.CharField(_("unit"), max_length=10, blank=True)
    quantity = models.DecimalField(
        _("quantity"), max_digits=9, decimal_places=2, validators=[MinValueValidator(Decimal("0.01"))]
    )
    source = models.CharField(_("paid from"), max_length=8, choices=Source.choices, default=Source.GRANT)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("budget line")
        verbose_name_plural = _("budget lines")
        constraints = [
            models.CheckConstraint(name="budget_line_is_positive", condition=Q(unit_price__gte=0, quantity__gt=0))
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.amount}"

    @property
    def amount(self) -> Decimal:
        """Unit price × quantity, half-up to the fen: the one place where a line is multiplied out."""
        return round_half_up(self.unit_price * self.quantity)
