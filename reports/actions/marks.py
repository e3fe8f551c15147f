"""What an office puts before its numbers (机关代字)."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, permit, record
from people.models import Organization
from reports.actions.papers import default_mark, mark_of
from reports.models import Mark, Paper


@transaction.atomic
def set_marks(issuer: Organization, *, by: Any, texts: Mapping[str, str]) -> None:
    """Set the mark of each series (empty: the office's name with the word of the series). Numbers run on: the next
    letter has the next number of the year, under the new mark.

    Refused when two series would have the same mark, or when another series has had it: the same number would be given
    twice.
    """
    Organization.objects.select_for_update(of=("self",)).get(pk=issuer.pk)
    permit("reports.set_marks", by, issuer)
    before = {series: mark_of(issuer, series) for series in Paper.Series.values}
    chosen = {series: text for series in Paper.Series.values if (text := texts.get(series, "").strip())}
    after = {series: chosen.get(series) or default_mark(issuer, series) for series in Paper.Series.values}
    if len(set(after.values())) < len(after):
        raise Refused(_("Each series needs a mark of its own, or the same number would be given twice."))
    for series, text in after.items():
        others = Paper.objects.filter(issuer=issuer, mark=text).exclude(series__in=["", series])
        if other := others.first():
            said = {"mark": text, "series": other.get_series_display()}
            raise Refused(_("“%(mark)s” has been used for %(series)s: choose another.") % said)
    Mark.objects.filter(issuer=issuer).delete()
    Mark.objects.bulk_create(Mark(issuer=issuer, series=series, text=text) for series, text in chosen.items())
    if after != before:
        label = _("Marks of its papers: %(marks)s") % {"marks": "、".join(after.values())}
        record(issuer, "set_marks", by=by, label=label[:120], marks=after)
