from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import clock


class CommentQuerySet(models.QuerySet["Comment"]):
    def roots(self) -> "CommentQuerySet":
        """What was said first; the answers hang on it."""
        return self.filter(parent__isnull=True)

    def open(self) -> "CommentQuerySet":
        return self.roots().filter(resolved_at__isnull=True)

    def unsent(self) -> "CommentQuerySet":
        """A clerk's remarks that wait to leave together."""
        return self.filter(kind=Comment.Kind.CORRECTION, sent_at__isnull=True)

    def sent(self) -> "CommentQuerySet":
        return self.filter(sent_at__isnull=False)


class Comment(models.Model):
    """A remark on one place of a proposal: a coach's advice while it is written, or a clerk's demand for correction.

    `anchor` is the name of a field, or `table:key` for one row; empty for the whole. A clerk's remarks are
    collected and leave together when the proposal is returned (一次性告知); until then `sent_at` is empty.
    """

    class Kind(models.TextChoices):
        ADVICE = "advice", _("Advice")
        CORRECTION = "correction", _("To be corrected")

    project = models.ForeignKey(
        "projects.Project", verbose_name=_("project"), on_delete=models.CASCADE, related_name="comments"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    anchor = models.CharField(_("place"), max_length=40, blank=True)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, editable=False, related_name="answers")
    text = models.TextField(_("comment"), max_length=1000)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+", editable=False)
    written_at = models.DateTimeField(_("written at"), default=clock.now, editable=False)
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved at"), null=True, editable=False)
    resolved_by = models.ForeignKey(
        "people.User", on_delete=models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["written_at", "pk"]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        constraints = [
            models.CheckConstraint(
                name="comment_resolved_by_somebody",
                condition=Q(resolved_at__isnull=True, resolved_by__isnull=True)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def standing(self) -> tuple[str, Any]:
        """Where a clerk's remark is: the colour of its badge, and the words."""
        if not self.is_open:
            return "good", _("done")
        if self.sent_at is None:
            return ("wait", _("not sent yet")) if self.project.state == "submitted" else ("neutral", _("never sent"))
        if self.project.state == "submitted":  # a remark is sent with a return, so this is the submission after it
            return "info", _("submitted again, to be looked at")
        return ("wait", _("with the group")) if self.project.state == "returned" else ("neutral", _("left open"))
