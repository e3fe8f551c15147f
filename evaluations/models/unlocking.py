from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.money import plain


@dataclass(frozen=True)
class Line:
    """One line of a sheet as it was and, once it has been submitted again, as it is."""

    label: str
    before: str
    after: str | None = None

    @property
    def is_changed(self) -> bool:
        return self.after is not None and self.after != self.before


class Unlocking(models.Model):
    """A submitted sheet is to be opened again: one person asks with a reason, a second one decides.

    What stood on the sheet is kept here, so that nothing that was ever submitted is lost.
    """

    sheet = models.ForeignKey(
        "evaluations.Sheet", verbose_name=_("score sheet"), on_delete=models.PROTECT, related_name="unlockings"
    )
    reason = models.CharField(_("reason"), max_length=300)
    asked_by = models.ForeignKey("people.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"), default=clock.now)
    granted = models.BooleanField(_("granted"), null=True)
    answer = models.CharField(_("answer"), max_length=300, blank=True)
    decided_by = models.ForeignKey("people.User", on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    before = models.JSONField(_("the sheet as it was"), default=dict)

    class Meta:
        ordering = ["asked_at", "pk"]
        verbose_name = _("unlocking of a sheet")
        verbose_name_plural = _("unlockings of sheets")
        constraints = [
            models.UniqueConstraint(fields=["sheet"], name="one_unlocking_at_a_time", condition=Q(granted=None)),
            models.CheckConstraint(
                name="unlocking_decided_by_a_second_person",
                condition=Q(granted__isnull=True, decided_by__isnull=True, decided_at__isnull=True)
                | (
                    Q(granted__isnull=False, decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.reason}"

    @property
    def after(self) -> dict[str, Any] | None:
        """The sheet as it was submitted again: what a later unlocking kept, else what stands on it; None until then."""
        later = self.sheet.unlockings.filter(granted=True, pk__gt=self.pk).order_by("pk").first()
        if later:
            return later.before
        return self.sheet.said if self.sheet.is_submitted else None

    def lines(self) -> list[Line]:
        """What the sheet said, line by line: before the decision as it stands, afterwards with what became of it."""
        before = self.before or self.sheet.said
        after = self.after if self.granted else None
        # PostgreSQL does not keep the order in which the keys of a JSON field were written
        names = [criterion.name for criterion in self.sheet.assignment.rubric.criteria.all()]
        found = [
            Line(name, _plain(before["points"][name]), _plain(after["points"].get(name, "")) if after else None)
            for name in names
            if name in before["points"]
        ]
        found.append(Line(str(_("Total")), _plain(before["total"]), _plain(after["total"]) if after else None))
        for name, label in (("strengths", _("Strengths")), ("weaknesses", _("Weaknesses and advice"))):
            found.append(Line(str(label), before[name], after[name] if after else None))
        return found


def _plain(points: str) -> str:
    """12.50 as 12.5: the same figure is the same text."""
    return plain(Decimal(points)) if points not in ("", "None") else ""
