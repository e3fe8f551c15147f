from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.money import plain
from evaluations.models.four_eyes import FourEyes, FourEyesQuerySet
from projects.models import Project


@dataclass(frozen=True)
class Line:
    """One line of a sheet as it was and, once it has been submitted again, as it is."""

    label: str
    before: str
    after: str | None = None

    @property
    def is_changed(self) -> bool:
        return self.after is not None and self.after != self.before


class Unlocking(FourEyes):
    """A submitted sheet is to be opened again: one person asks with a reason, a second one decides.

    What stood on the sheet is kept here, so that nothing that was ever submitted is lost.
    """

    sheet = models.ForeignKey(
        "evaluations.Sheet", verbose_name=_("score sheet"), on_delete=models.PROTECT, related_name="unlockings"
    )
    before = models.JSONField(_("the sheet as it was"), default=dict)

    objects = FourEyesQuerySet["Unlocking"].as_manager()

    class Meta(FourEyes.Meta):
        verbose_name = _("unlocking of a sheet")
        verbose_name_plural = _("unlockings of sheets")
        constraints = [
            *FourEyes.Meta.constraints,
            models.UniqueConstraint(fields=["sheet"], name="one_unlocking_at_a_time", condition=Q(granted=None)),
        ]

    def __str__(self) -> str:
        return f"{self.sheet}: {self.reason}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:unlock_decide", args=[self.pk])

    @property
    def project(self) -> Project:
        return self.sheet.assignment.project

    @property
    def after(self) -> dict[str, Any] | None:
        """The sheet as it was submitted again: what a later unlocking kept, else what stands on it; None until then."""
        later = self.sheet.unlockings.filter(granted=True, pk__gt=self.pk).order_by("pk").first()
        if later:
            return later.before
        return self.sheet.said if self.sheet.is_submitted else None

    def lines(self) -> list[Line]:
        """What the sheet said, line by line: before the decision as it stands, afterwards with what became of it."""
        return lines_between(self.sheet, self.before or self.sheet.said, self.after if self.granted else None)


def lines_between(sheet: Any, before: dict[str, Any], after: dict[str, Any] | None) -> list[Line]:
    """What a sheet said, line by line, and what it says now."""
    # PostgreSQL does not keep the order in which the keys of a JSON field were written
    names = [criterion.name for criterion in sheet.assignment.lines]
    found = [
        Line(name, _plain(before["points"][name]), _plain(after["points"].get(name, "")) if after else None)
        for name in names
        if name in before["points"]
    ]
    for name in names:
        said, then = before.get("reasons", {}).get(name, ""), (after or {}).get("reasons", {}).get(name, "")
        if said or then:
            label = _("%(criterion)s: reason") % {"criterion": name}
            found.append(Line(label, said, then if after else None))
    found.append(Line(str(_("Total")), _plain(before["total"]), _plain(after["total"]) if after else None))
    for name, label in (("strengths", _("Strengths")), ("weaknesses", _("Weaknesses and advice"))):
        found.append(Line(str(label), before[name], after[name] if after else None))
    return found


def _plain(points: str) -> str:
    """12.50 as 12.5: the same figure is the same text."""
    return plain(Decimal(points)) if points not in ("", "None") else ""
