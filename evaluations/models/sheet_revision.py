from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from core import clock
from evaluations.models.kept import Kept
from evaluations.models.unlocking import Line, lines_between


class SheetRevision(Kept):
    """An evaluator opens the own sheet again after the answer of the group, with a reason; what it said is kept."""

    sheet = models.ForeignKey(
        "evaluations.Sheet", verbose_name=_("score sheet"), on_delete=models.PROTECT, related_name="revisions"
    )
    reason = models.CharField(_("reason"), max_length=500)
    by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    before = models.JSONField(_("the sheet as it was"), default=dict)

    class Meta:
        ordering = ["at", "pk"]
        verbose_name = _("revision of a sheet")
        verbose_name_plural = _("revisions of sheets")

    def __str__(self) -> str:
        return f"{self.sheet}: {self.reason}"

    @property
    def after(self) -> dict[str, Any] | None:
        """The sheet as it was handed in again: what a later revision kept, else what stands on it; None until then."""
        later = self.sheet.revisions.filter(pk__gt=self.pk).first()
        if later:
            return later.before
        return self.sheet.said if self.sheet.is_submitted else None

    def lines(self) -> list[Line]:
        """What the sheet said, line by line, and what it says now."""
        return lines_between(self.sheet, self.before, self.after)
