from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField


class Settlement(models.Model):
    """The last account of a project, in yuan: what was recognised as spent. What came back is in the ledger."""

    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="settlement"
    )
    recognised = MoneyField(_("recognised spending"), help_text=_("Yuan of this grant that was spent as agreed"))
    matching = MoneyField(_("matching funds proven at that time"), null=True, editable=False)
    lowered = MoneyField(_("lowered because matching funds are missing"), default=Decimal("0.00"), editable=False)
    """Yuan of the spending that were as agreed and are not paid by the grant, so that its share holds."""
    share_note = models.CharField(_("why the share of the grant may be higher"), max_length=300, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
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
        return max(self.project.amount_paid - self.recognised, Decimal("0.00"))

    @property
    def still_due(self) -> Decimal:
        return self.to_return - self.returned

    @property
    def is_balanced(self) -> bool:
        return self.returned == self.to_return
