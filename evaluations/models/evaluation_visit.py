from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.evaluation import Evaluation
from evaluations.models.part import PartOfEvaluation, with_reports_for


class EvaluationVisitQuerySet(PartOfEvaluation["EvaluationVisit"]):
    def files_visible_to(self, user: Any) -> "EvaluationVisitQuerySet":
        """The day is announced to everybody who sees the evaluation; what was photographed belongs to the report."""
        return self.filter(evaluation__in=with_reports_for(user)) if user.is_authenticated else self.none()


class EvaluationVisit(models.Model):
    """The evaluators come (现场查看): a day that is announced to the group, who agrees or asks for another, and a
    record of who was there, what was seen and what people said."""

    class Answer(models.TextChoices):
        AGREED = "agreed", _("The day suits us")
        OTHER_DAY = "other", _("We ask for another day")

    evaluation = models.OneToOneField(Evaluation, on_delete=models.PROTECT, related_name="visit")
    planned_at = models.DateTimeField(_("when"))
    place = models.CharField(_("place"), max_length=120)
    visitors = models.CharField(_("who comes"), max_length=200)
    wishes = models.TextField(
        _("what to have ready"), max_length=500, blank=True, help_text=_("Books, vouchers, people to talk to")
    )
    announced_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    announced_at = models.DateTimeField(_("announced at"), editable=False)
    answer = models.CharField(_("answer of the group"), max_length=8, choices=Answer.choices, blank=True)
    answer_note = models.CharField(_("what the group says to it"), max_length=300, blank=True)
    answered_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    held_at = models.DateTimeField(_("held at"), null=True, blank=True)
    present = models.TextField(_("who was there"), max_length=500, blank=True, help_text=_("One line a person"))
    seen = models.TextField(_("what was seen"), max_length=3000, blank=True)
    interviews = models.TextField(
        _("what people said"), max_length=3000, blank=True, help_text=_("Residents without their names")
    )
    recorded_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )
    recorded_at = models.DateTimeField(null=True, editable=False)

    objects = EvaluationVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("site visit of an evaluation")
        verbose_name_plural = _("site visits of evaluations")
        constraints = [
            models.CheckConstraint(
                name="evaluation_visit_answer_is_whole",
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="evaluation_visit_record_is_whole",
                condition=Q(recorded_by__isnull=True, recorded_at__isnull=True)
                | (
                    Q(recorded_by__isnull=False, recorded_at__isnull=False, held_at__isnull=False)
                    & ~Q(present="")
                    & ~Q(seen="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.evaluation}: {self.planned_at:%Y-%m-%d}"

    @property
    def project(self):
        return self.evaluation.project

    @property
    def is_recorded(self) -> bool:
        return self.recorded_at is not None
