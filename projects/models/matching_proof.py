from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import MoneyField
from projects.models.in_delivery import InDelivery


class MatchingProof(models.Model):
    """A paper that shows that matching funds came in (配套到位证明): handed in by the group, confirmed by a clerk."""

    class Kind(models.TextChoices):
        OWN = "own", _("Own money")
        DONATION = "donation", _("Donation")
        IN_KIND = "in_kind", _("In kind, with the basis of its value")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="matching_proofs"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    amount = MoneyField(_("amount"))
    words = models.CharField(_("from whom, for what"), max_length=200)
    handed_in_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    handed_in_at = models.DateTimeField(_("handed in at"), default=clock.now, editable=False)
    is_accepted = models.BooleanField(_("confirmed"), null=True, editable=False)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    answer = models.CharField(_("answer"), max_length=200, blank=True, editable=False)

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["handed_in_at", "pk"]
        verbose_name = _("proof of matching funds")
        verbose_name_plural = _("proofs of matching funds")
        indexes = [models.Index(fields=["is_accepted"], name="proof_waiting")]
        constraints = [
            models.CheckConstraint(
                name="matching_is_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("Please enter more than 0 yuan."),
            ),
            models.CheckConstraint(
                name="matching_decision_is_whole",
                condition=Q(is_accepted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | Q(is_accepted__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount}"

    @property
    def is_confirmed(self) -> bool:
        return self.is_accepted is True

    @property
    def is_open(self) -> bool:
        return self.is_accepted is None
