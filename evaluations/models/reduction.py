from typing import Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from evaluations.models.four_eyes import FourEyes, FourEyesQuerySet


class ReductionQuerySet(FourEyesQuerySet["Reduction"]):
    def asked_with(self, one: "Reduction") -> Self:
        """Asked for in one go, for every project from which a judge is absent; the same one among them."""
        return self.filter(project__call=one.call, asked_by=one.asked_by_id, asked_at=one.asked_at)


class Reduction(FourEyes):
    """A panel goes on with fewer judges than the call announces (减员评审), because somebody is absent and nobody takes
    the seat: one person asks with a reason, a second one decides. Then so many sheets are enough for one project.

    When a judge is absent from many, both can be done for all of them at once; each project keeps a line of its own.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="reductions"
    )
    judges = models.PositiveSmallIntegerField(_("judges who go on"))

    objects = ReductionQuerySet.as_manager()

    class Meta(FourEyes.Meta):
        verbose_name = _("panel with fewer judges")
        verbose_name_plural = _("panels with fewer judges")
        constraints = [
            *FourEyes.Meta.constraints,
            models.UniqueConstraint(fields=["project"], name="one_reduction_at_a_time", condition=Q(granted=None)),
            models.CheckConstraint(name="one_judge_is_no_panel", condition=Q(judges__gte=2)),
        ]

    def __str__(self) -> str:
        return f"{self.project}: {self.judges}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:fewer_decide", args=[self.pk])
