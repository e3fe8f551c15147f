from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock


class FollowUp(models.Model):
    """A look back after the end: does the group still do what it began? (S3: 「8个项目中有5个坚持到了现在」)"""

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="follow_ups"
    )
    seen_on = models.DateField(_("day"), default=clock.today)
    still_active = models.BooleanField(_("still active"))
    note = models.CharField(_("what we saw"), max_length=300)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)

    class Meta:
        ordering = ["-seen_on", "-pk"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")

    def __str__(self) -> str:
        return f"{self.seen_on} {self.still_active}"
