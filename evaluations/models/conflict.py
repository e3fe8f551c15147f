from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept, KeptQuerySet


class ConflictQuerySet(KeptQuerySet["Conflict"]):
    def open(self) -> "ConflictQuerySet":
        """Not decided on yet: the sheet is on hold."""
        return self.filter(decision="")


class Conflict(Kept):
    """Something that ties a judge to a project, found after the assignment. The clerk decides what becomes of it.

    `reasons` are the `ties.Reason`s as they were found: each with a key, which stays the same for the same tie, and
    a sentence. What was decided to be no conflict is not asked again; anything new is.
    """

    class Decision(models.TextChoices):
        STANDS_DOWN = "stands_down", _("Stands down")
        KEEPS_JUDGING = "keeps", _("No conflict: goes on judging")

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
        constraints = [
            models.UniqueConstraint(fields=["assignment"], name="one_open_conflict", condition=Q(decision="")),
            models.CheckConstraint(
                name="conflict_decision_is_whole",
                condition=Q(decision="", reason="", decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(decision__in=["stands_down", "keeps"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment}: {self.found}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:conflict_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return not self.decision

    @property
    def keys(self) -> set[str]:
        return {reason["key"] for reason in self.reasons}

    @property
    def found(self) -> str:
        """What was found, in one line."""
        return "; ".join(reason["sentence"] for reason in self.reasons)
