from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.fields import MoneyField
from core.money import round_half_up
from projects.models.activity import Activity


class ActivityPartner(models.Model):
    """One line of the division of work (seed 6, 活动分工): who does what."""

    activity = models.ForeignKey(
        Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="partners"
    )
    name = models.CharField(_("group or person"), max_length=80)
    task = models.CharField(_("what they do"), max_length=200)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("line of the division of work")
        verbose_name_plural = _("division of work")

    def __str__(self) -> str:
        return f"{self.name}：{self.task}"


class ActivityItem(models.Model):
    """A line of an activity's materials: how many in words or in figures, at which price, from which budget line."""

    activity = models.ForeignKey(Activity, verbose_name=_("activity"), on_delete=models.CASCADE, related_name="items")
    name = models.CharField(_("item"), max_length=80)
    quantity = models.CharField(_("how many, in words"), max_length=40, blank=True)
    unit_price = MoneyField(_("unit price"), null=True, blank=True)
    count = models.DecimalField(
        pgettext_lazy("of pieces", "number"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    amount = MoneyField(_("amount"))
    line_key = models.CharField(_("budget line"), max_length=12, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("item")
        verbose_name_plural = _("items")
        constraints = [
            models.CheckConstraint(
                name="item_amount_not_negative",
                condition=Q(amount__gte=0),
                violation_error_message=_("The amount cannot be negative: leave out the minus sign."),
            ),
            models.CheckConstraint(
                name="item_has_price_and_number_together",
                condition=Q(unit_price__isnull=True, count__isnull=True)
                | Q(unit_price__isnull=False, count__isnull=False),
                violation_error_message=_("Number and price belong together."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def product(unit_price: Decimal | None, count: Decimal | None) -> Decimal | None:
        """Number × price to the fen; None unless both are there."""
        return None if unit_price is None or count is None else round_half_up(unit_price * count)


class ActivityTarget(models.Model):
    """That an activity serves a measurable goal of its project, and afterwards how much it brought.

    `key` stays with the goal while the plan is written anew (see `projects.models.Row`).
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="target_links")
    key = models.CharField(max_length=12)
    achieved = models.DecimalField(
        _("achieved"), max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    class Meta:
        ordering = ["pk"]
        verbose_name = _("goal of an activity")
        verbose_name_plural = _("goals of an activity")
        constraints = [models.UniqueConstraint(fields=["activity", "key"], name="activity_serves_goal_once")]

    def __str__(self) -> str:
        return f"{self.activity} – {self.key}"
