from django.db import models
from django.utils.translation import gettext_lazy as _


class Milestone(models.Model):
    """A stage of the plan with a day by which it is reached and the means by which that is shown."""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="milestones"
    )
    name = models.CharField(_("milestone"), max_length=80)
    due_on = models.DateField(_("due on"))
    proof = models.CharField(_("shown by"), max_length=120, blank=True)

    class Meta:
        ordering = ["due_on", "pk"]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")

    def __str__(self) -> str:
        return self.name
