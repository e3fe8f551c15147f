from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Feedback(models.Model):
    """What the applicant learns from the judging: what was good and what was not, without anybody's name.

    Drafted from the experts' words, edited by the clerk, read by the group once it is sent.
    """

    project = models.OneToOneField(
        "projects.Project", verbose_name=_("project"), on_delete=models.PROTECT, related_name="feedback"
    )
    strengths = models.TextField(_("strengths"), max_length=3000, blank=True)
    weaknesses = models.TextField(_("weaknesses and advice"), max_length=3000, blank=True)
    edited_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.CheckConstraint(
                name="sent_feedback_says_something",
                condition=Q(sent_at__isnull=True) | ~Q(strengths="", weaknesses=""),
            )
        ]

    def __str__(self) -> str:
        return str(self.project)

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None
