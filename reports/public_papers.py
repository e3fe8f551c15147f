"""Papers for everybody: the public notice of projects, and the published list of needs.

In Chinese like every paper: see `documents`.
"""

from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from grants.models import NeedList
from projects.models import Notice
from reports.documents import Document, file_name
from reports.wording import NOTICES

ZERO = Decimal("0.00")


class Lane(NamedTuple):
    """The lines of a notice that were judged among themselves."""

    track: str
    entries: list
    amount: Decimal
    has_gap: bool


def notice_as_issued(found: Notice) -> Document:
    """The public notice as it was published, whatever has been marked on it since."""
    return notice(found, marked=False)


def notice(found: Notice, *, marked: bool = True) -> Document:
    """The public notice (公示): what it said when it was published, what is `marked` on it since (a longer period, a
    line that has lost its place), and whether it still has its digest."""
    entries, gaps = list(found.entries.as_shown()), found.tracks_with_gaps
    lanes = [
        Lane(track, members, sum((entry.amount for entry in members), ZERO), track in gaps)
        for track, members in ((track, list(each)) for track, each in groupby(entries, key=lambda entry: entry.track))
    ]
    return Document(
        file_name(NOTICES[Notice.Kind(found.kind)], found.number, found.call_title),
        "pdf/notice.html",
        {
            "title": f"{found.call_title}{NOTICES[Notice.Kind(found.kind)]}",
            "kind": NOTICES[Notice.Kind(found.kind)],
            "listed": found.kind != Notice.Kind.FIRST,
            "number": found.number,
            "author": found.funder_name,
            "notice": found,
            "lanes": lanes,
            "count": len(entries),
            "total": sum((entry.amount for entry in entries), ZERO),
            "marked": marked,
            "standing": sum((entry.amount for entry in entries if entry.stands or not marked), ZERO),
            "lost": [entry for entry in entries if marked and entry.has_lost_its_place],
            "uncertain": found.uncertain_years,
            "unaltered": found.is_unaltered,
            "corrected": [entry for entry in entries if entry.corrects],
            "replaced": [entry for entry in entries if marked and entry.replacement],
        },
    )


def need_list(found: NeedList) -> Document:
    """A published list of needs (项目指引表) to be printed and put up; a withdrawn one says so first."""
    return Document(
        file_name("项目指引表", found.number, found.title),
        "pdf/need_list.html",
        {
            "title": f"{found.title}公示",
            "number": found.number,
            "author": found.funder.name,
            "list": found,
            "funder": found.funder,
            "entries": found.entries.select_related("list", "community", "field"),
        },
    )
