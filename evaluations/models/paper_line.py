from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluations.models.evaluation import Evaluation
from evaluations.models.part import PartOfEvaluation


class PaperLine(models.Model):
    """One paper of the list that an evaluator goes through (查档): there, incomplete or missing.

    What is incomplete or missing is asked from the group, which hands it in later with a word; then it is looked at
    again.
    """

    class Standing(models.TextChoices):
        PRESENT = "present", pgettext_lazy("of a paper", "Present")
        INCOMPLETE = "incomplete", _("Incomplete")
        MISSING = "missing", _("Missing")
        NOT_NEEDED = "none", _("Not needed here")

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="papers")
    name = models.CharField(_("paper"), max_length=120)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    standing = models.CharField(_("standing"), max_length=10, choices=Standing.choices, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked from the group at"), null=True, editable=False)
    asked_until = models.DateField(_("to be handed in until"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("handed in at"), null=True, editable=False)
    delivered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    delivery_note = models.CharField(_("what the group says to it"), max_length=300, blank=True)

    objects = PartOfEvaluation.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("paper of an evaluation")
        verbose_name_plural = _("papers of evaluations")
        constraints = [
            models.UniqueConstraint(fields=["evaluation", "name"], name="paper_listed_once"),
            models.CheckConstraint(
                name="paper_delivery_is_whole",
                condition=Q(delivered_at__isnull=True, delivered_by__isnull=True)
                | Q(delivered_at__isnull=False, delivered_by__isnull=False, asked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_waited_for(self) -> bool:
        """Asked from the group, and not handed in yet."""
        return self.asked_at is not None and self.delivered_at is None
