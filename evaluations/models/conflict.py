from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept, KeptQuerySet
from evaluations.ties import Reason


class ConflictQuerySet(KeptQuerySet["Conflict"]):
    def open(self) -> "ConflictQuerySet":
        """Not decided on yet: the sheet is on hold, or the result waits for an answer."""
        return self.filter(decision="")

    def settled(self) -> "ConflictQuerySet":
        """Decided to be none, or none that changes the result: the same ties are not brought up again."""
        return self.filter(decision__in=[Conflict.Decision.KEEPS_JUDGING, Conflict.Decision.RESULT_STANDS])


class Conflict(Kept):
    """Something that ties a judge to a project, found after the assignment. The clerk decides what becomes of it.

    `reasons` are the `ties.Reason`s as they were found, as their fields: a key, which stays the same for the same tie,
    and the facts, said in the language of whoever reads them. What was decided to be no conflict is not asked again;
    anything new is. Found when the result is confirmed already, it changes nothing by itself: a person says whether the
    result stands or has to be judged again.
    """

    class Decision(models.TextChoices):
        STANDS_DOWN = "stands_down", _("Stands down")
        KEEPS_JUDGING = "keeps", _("No conflict: goes on judging")
        RESULT_STANDS = "stands", _("The result stands")
        JUDGE_AGAIN = "again", _("The result is to be judged again")

    assignment = models.ForeignKey(
        "evaluations.Assignment", verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="conflicts"
    )
    reasons = models.JSONField(_("what was found"))
    found_at = models.DateTimeField(_("found at"), default=clock.now)
    decision = models.CharField(_("decision"), max_length=12, choices=Decision.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = ConflictQuerySet.as_manager()

    class Meta:
        ordering = ["found_at", "pk"]
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        indexes = [models.Index(fields=["decision"], name="conflict_open")]
        constraints = [
            models.UniqueConstraint(fields=["assignment"], name="one_open_conflict", condition=Q(decision="")),
            models.CheckConstraint(
                name="conflict_decision_is_whole",
                condition=Q(decision="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(decision__in=["stands_down", "keeps", "stands", "again"])
                    & Q(decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.found}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:conflict_detail", args=[self.pk])

    @property
    def project(self):
        return self.assignment.project

    @property
    def call(self):
        return self.project.call

    @property
    def is_open(self) -> bool:
        return not self.decision

    @property
    def keys(self) -> set[str]:
        return {reason["key"] for reason in self.reasons}

    @property
    def found(self) -> str:
        """What was found, in one line, in the reader's language."""
        return gettext("; ").join(reason.sentence for reason in self.found_reasons)

    @property
    def found_reasons(self) -> list[Reason]:
        return [Reason(**reason) for reason in self.reasons]

    @property
    def is_after_result(self) -> bool:
        """The result is confirmed: who judged can no longer be changed, only what follows from it."""
        return not type(self.assignment).objects.before_result().filter(pk=self.assignment_id).exists()
