from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock
from projects.models.in_delivery import InDelivery


class Milestone(models.Model):
    """A stage of the plan with a day by which it is reached, by which it was, and the means by which that is shown."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="milestones"
    )
    name = models.CharField(_("milestone"), max_length=80)
    due_on = models.DateField(_("due on"))
    proof = models.CharField(_("shown by"), max_length=120, blank=True)
    done_on = models.DateField(_("reached on"), null=True, blank=True, editable=False)
    done_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False)
    done_note = models.CharField(_("how it shows"), max_length=300, blank=True, editable=False)

    objects = InDelivery.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = [
            models.CheckConstraint(
                name="milestone_reached_by_somebody",
                condition=Q(done_on__isnull=True, done_by__isnull=True)
                | Q(done_on__isnull=False, done_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_done(self) -> bool:
        return self.done_on is not None

    @property
    def days_late(self) -> int:
        """How many days after its day it was reached, or is still not; 0 while nothing is late."""
        return max(0, ((self.done_on or clock.today()) - self.due_on).days)
