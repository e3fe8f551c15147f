from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept, KeptQuerySet


class ReductionQuerySet(KeptQuerySet["Reduction"]):
    def open(self) -> "ReductionQuerySet":
        """Not decided on yet."""
        return self.filter(granted__isnull=True)

    def in_force(self) -> "ReductionQuerySet":
        return self.filter(granted=True)


class Reduction(Kept):
    """A panel goes on with fewer judges than the call announces (减员评审), because somebody is absent and nobody takes
    the seat: one person asks with a reason, a second one decides, for one project. Then so many sheets are enough.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="reductions"
    )
    judges = models.PositiveSmallIntegerField(_("judges who go on"))
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    granted = models.BooleanField(_("granted"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)

    objects = ReductionQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("panel with fewer judges")
        verbose_name_plural = _("panels with fewer judges")
        constraints = [
            models.UniqueConstraint(fields=["project"], name="one_reduction_at_a_time", condition=Q(granted=None)),
            models.CheckConstraint(name="reduction_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="one_judge_is_no_panel", condition=Q(judges__gte=2)),
            models.CheckConstraint(
                name="reduction_decided_by_a_second_person",
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.judges}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:fewer_decide", args=[self.pk])

    @property
    def call(self):
        return self.project.call
