from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluations.models.evaluation import Evaluation
from evaluations.models.part import PartOfEvaluation


class AnswerPoint(models.Model):
    """One point of a draft report as it was sent: what the group answers to it, and what the evaluator says to that.

    Written when the draft is sent, so that nobody answers something that was changed meanwhile.
    """

    class About(models.TextChoices):
        SCORE = "score", _("Score and grade")
        VETO = "veto", _("Veto")
        CONCLUSION = "conclusion", _("Conclusion")
        PROBLEM = "problem", _("Problem found")
        ITEM = "item", _("To be mended")
        OTHER = "other", _("Anything else")

    class Stance(models.TextChoices):
        AGREES = "agrees", _("Agrees")
        DIFFERS = "differs", _("Sees it otherwise")

    class Outcome(models.TextChoices):
        KEPT = "kept", _("Stays as it is")
        CHANGED = "changed", _("Changed")

    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="points")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    about = models.CharField(_("about"), max_length=10, choices=About.choices)
    words = models.TextField(_("what the draft says"), max_length=3000, blank=True)
    stance = models.CharField(_("answer"), max_length=8, choices=Stance.choices, blank=True)
    answer = models.TextField(_("answer of the group"), max_length=1000, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True)
    reply = models.TextField(_("reply of the evaluator"), max_length=1000, blank=True)

    objects = PartOfEvaluation.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("point of a draft report")
        verbose_name_plural = _("points of draft reports")
        constraints = [
            models.CheckConstraint(name="who_differs_says_why", condition=~Q(stance="differs") | ~Q(answer="")),
            models.CheckConstraint(name="an_outcome_has_a_reply", condition=Q(outcome="") | ~Q(reply="")),
        ]

    def __str__(self) -> str:
        return _(": ").join(part for part in (self.get_about_display(), self.words[:40]) if part)

    @property
    def needs_reply(self) -> bool:
        """The group has said something: the evaluator answers it before the report is issued."""
        return self.stance == self.Stance.DIFFERS or bool(self.answer.strip())
