"""The running numbers, read by the system administrator: which series, whose, and how far it is."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.admin import RecordAdmin
from core.models import Series
from grants.models import Call
from people.models import Organization
from reports.models import Paper

WORDS = {
    "agreement": _("agreements"),
    "archive": _("archive files"),
    "bank-list": _("bank lists"),
    "data-request": _("requests about personal data"),
    "evaluation-report": _("evaluation reports"),
    "gift": _("gifts"),
    "grievance": _("reports of wrongdoing"),
    "honour": _("honours"),
    "intent": _("letters of intent"),
    "need-list": _("lists of needs"),
    "notice": _("notices"),
    "objection": _("objections"),
    "paper": _("issued papers"),
    "project": _("proposals"),
    "return-notice": _("notices of repayment"),
    "session": _("sessions of mentors"),
    "training": _("training certificates"),
    "visit": _("site visits"),
}
"""What the keys of `core.numbering.next_number` begin with, as people say it."""
OF_A_CALL = ("archive", "project")


@dataclass(frozen=True)
class Key:
    """A key taken apart: `agreement:3:2026`, `paper:3:letters:2026`, `project:7`, `visit-2026`."""

    kind: str
    owner: int | None = None
    series: str = ""
    year: str = ""


def read_key(key: str) -> Key:
    head, *rest = key.split(":")
    if not rest and head.rpartition("-")[2].isdecimal():
        head, _dash, last = head.rpartition("-")
        rest = [last]
    if head in OF_A_CALL:
        return Key(head, owner=int(rest[0]))
    *owner, year = rest
    return Key(head, int(owner[0]) if owner else None, owner[1] if len(owner) > 1 else "", year)


@admin.register(Series)
class SeriesAdmin(RecordAdmin):
    list_display = ("what", "whose", "year", "last")
    list_display_links = None
    fields = list_display
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).order_by("key")

    @admin.display(description=_("number series"))
    def what(self, series: Series) -> str:
        key = read_key(series.key)
        words = str(WORDS.get(key.kind, key.kind))
        return f"{words} · {Paper.Series(key.series).label}" if key.series else words

    @admin.display(description=_("of whom"))
    def whose(self, series: Series) -> str:
        """A question a row, of the fifty that are shown."""
        key = read_key(series.key)
        if key.owner is None:
            return "-"
        model = Call if key.kind in OF_A_CALL else Organization
        return str(model._default_manager.filter(pk=key.owner).first() or "-")

    @admin.display(description=_("year"))
    def year(self, series: Series) -> str:
        return read_key(series.key).year or "-"
