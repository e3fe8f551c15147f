from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock

PLEDGE = _(
    "We pledge that everything here is true, that this work is not paid for twice, "
    "and that we accept supervision, audit and evaluation."
)
"""What the head of the group confirms with every submission (承诺)."""


class Submission(models.Model):
    """The proposal exactly as it was handed in, once for every time it was: what a correction is compared with.

    `pledge` holds the words that `by` confirmed at that moment.
    """

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="submissions"
    )
    ordinal = models.PositiveSmallIntegerField(_("number"))
    at = models.DateTimeField(_("handed in at"), default=clock.now)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    content = models.JSONField(_("content"))
    notes = models.JSONField(_("what the rules found"), default=list)
    pledge = models.TextField(_("pledge"), blank=True)

    class Meta:
        ordering = ["ordinal"]
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [models.UniqueConstraint(fields=["project", "ordinal"], name="submission_number_once")]

    def __str__(self) -> str:
        return f"{self.project} #{self.ordinal}"

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise TypeError("A submission is never changed")
        super().save(*args, **kwargs)
