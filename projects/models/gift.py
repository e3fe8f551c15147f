from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from projects.models.pledge import Pledge


class GiftQuerySet(models.QuerySet["Gift"]):
    def visible_to(self, user: Any) -> "GiftQuerySet":
        """Whoever sees the pledge."""
        return self.filter(pledge__in=Pledge.objects.visible_to(user))

    def counted(self) -> "GiftQuerySet":
        return self.filter(is_accepted=True)

    def waiting(self) -> "GiftQuerySet":
        return self.filter(is_accepted__isnull=True)


class Gift(models.Model):
    """What came of a pledge (到账、到货): recorded by the group with its paper, confirmed by a clerk of the funder.

    Only what is confirmed counts, and is receipted to the giver (捐赠确认单). It can be of the same thing as a proof of
    matching funds; then the two count once (`projects.matching`).
    """

    pledge = models.ForeignKey(
        Pledge, verbose_name=_("pledge of a giver"), on_delete=models.PROTECT, related_name="gifts"
    )
    came_on = models.DateField(_("came on"))
    quantity = models.DecimalField(_("how much came"), max_digits=14, decimal_places=2)
    value = MoneyField(_("value"), editable=False)
    words = models.CharField(
        _("remark"),
        max_length=200,
        blank=True,
        help_text=_("For example how it was paid, who took it, what was missing"),
    )
    proof = models.ForeignKey(
        "projects.MatchingProof",
        verbose_name=_("the same as this proof"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="gifts",
        help_text=_("If a proof of matching funds was handed in for the very same thing: it counts once"),
    )
    recorded_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    recorded_at = models.DateTimeField(_("recorded at"), default=clock.now, editable=False)
    is_accepted = models.BooleanField(_("confirmed"), null=True, editable=False)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=200, blank=True, editable=False)
    number = models.CharField(_("number of the receipt"), max_length=20, blank=True, editable=False)

    objects = GiftQuerySet.as_manager()

    class Meta:
        ordering = ["came_on", "pk"]
        verbose_name = _("what came of a pledge")
        verbose_name_plural = _("what came of pledges")
        indexes = [models.Index(fields=["is_accepted"], name="gift_waiting")]
        constraints = [
            models.CheckConstraint(
                name="gift_is_positive",
                condition=Q(quantity__gt=0, value__gt=0),
                violation_error_message=_("Please enter more than 0."),
            ),
            models.CheckConstraint(
                name="gift_decision_is_whole",
                condition=Q(is_accepted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_accepted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="gift_confirmed_by_another",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("recorded_by")),
            ),
            models.CheckConstraint(
                name="gift_receipt_when_confirmed",
                condition=(Q(is_accepted=True) & ~Q(number=""))
                | Q(is_accepted=False, number="")
                | Q(is_accepted__isnull=True, number=""),
            ),
            models.UniqueConstraint("number", name="gift_receipt_number_once", condition=~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.pledge} {self.came_on}"

    def get_absolute_url(self) -> str:
        return reverse("projects:gift_detail", args=[self.pk])

    @property
    def project(self) -> Any:
        return self.pledge.project

    @property
    def counts(self) -> bool:
        """A clerk has confirmed it."""
        return self.is_accepted is True

    @property
    def is_open(self) -> bool:
        return self.is_accepted is None
