from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluations.models.evaluation import Evaluation
from evaluations.models.four_eyes import FourEyes, FourEyesQuerySet


class TerminationProposal(FourEyes):
    """A project has failed its evaluation again: a clerk proposes to end it, and an approver decides.

    Granted, it is terminated and what was paid and not recognised is claimed back; refused, it is mended once more.
    """

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="terminations")
    paid = models.DecimalField(_("paid out"), max_digits=12, decimal_places=2)
    recognised = models.DecimalField(_("recognised spending"), max_digits=12, decimal_places=2)

    objects = FourEyesQuerySet["TerminationProposal"].as_manager()

    class Meta(FourEyes.Meta):
        verbose_name = _("proposal to terminate")
        verbose_name_plural = _("proposals to terminate")
        constraints = [
            *FourEyes.Meta.constraints,
            models.UniqueConstraint(
                fields=["evaluation"], name="one_termination_proposal_at_a_time", condition=Q(granted=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.reason}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:termination_detail", args=[self.pk])

    @property
    def project(self):
        return self.evaluation.project

    @property
    def to_claim(self) -> Decimal:
        """Paid less recognised, as it stood when it was proposed; never below zero (field guide 6.8)."""
        return max(self.paid - self.recognised, Decimal("0.00"))
