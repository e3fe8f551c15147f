"""Papers are issued by the deeds that `reports.paper_kinds` lists, laid out once, superseded and declared void."""

import hashlib
import logging
from collections.abc import Iterable
from errno import EDQUOT, EFBIG, ENOSPC, EROFS
from time import monotonic
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import OperationalError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.models import Event
from core.numbering import next_number
from core.strangers import keyed
from core.workflow import Refused, advance
from people.models import Organization
from reports import signing
from reports.models import Mark, Paper
from reports.models.paper import LENGTH, LETTERS
from reports.paper_kinds import LAPSES, ROWS, Row
from reports.paper_layout import digest_of, lay_out

log = logging.getLogger(__name__)

PRINTED = ("file", "filename", "sha256", "source_sha256", "signed_by", "printed_at")
"""What a paper gets when it is laid out."""
TICK_SECONDS = 10
"""So long the clock lays out papers at most, before it does what else is due."""


def follow(sender: type, thing: models.Model, event: Event, **kwargs: Any) -> None:
    """Whatever has happened: issue the papers that this deed issues, and end those that it ends. Inside its
    transaction, so that a deed which is undone gives its numbers back."""
    deed = (sender, event.name)
    for kind in _ISSUED_BY.get(deed, ()):
        for about in ROWS[kind].about(thing, event):
            issue(kind, about, event=event)
    if deed in LAPSES:
        kind, find, reason = LAPSES[deed]
        for about in find(thing, event):
            for paper in Paper.objects.about(about).in_force().filter(kind=kind):
                advance(paper, "lapse", by=None, reason=reason)


_ISSUED_BY: dict[tuple[type, str], list[str]] = {}
for _kind, _row in ROWS.items():
    _ISSUED_BY.setdefault(_row.deed, []).append(_kind)


@transaction.atomic
def issue(kind: str, about: models.Model, *, event: Event) -> Paper:
    """Give the paper its number, its code and what the public reads of it; the file is laid out later (`printed`).

    A paper of the same kind about the same thing is superseded. Numbers of a series run on by issuer and year, the year
    by the day in Shanghai; what has a number of its own keeps it.
    """
    row = ROWS[kind]
    issuer, day = row.issuer(about), clock.localdate(event.at)
    project = row.project(about)
    earlier = [advance(paper, "supersede", by=None) for paper in _earlier(row, kind, about)]
    mark, serial = "", None
    if row.series:
        mark = mark_of(issuer, row.series)
        serial = next_number(f"paper:{issuer.pk}:{row.series}:{day.year}")
    number = f"{mark}〔{day.year}〕{serial}号" if row.number is None else row.number(about)
    paper = Paper(
        kind=kind, issuer=issuer, series=row.series, mark=mark, year=day.year, serial=serial, number=number,
        title=row.title(about)[:200], addressee=row.addressee(about)[:200],
        content_type=ContentType.objects.get_for_model(about), object_id=about.pk,
        project=project, register_id=project.call.funder_id if project else issuer.pk,
        event=event, issued_at=event.at, issued_on=day, supersedes=earlier[0] if earlier else None,
        facts=[list(fact) for fact in row.facts(about)], code=_code(kind, number, event),
    )  # fmt: skip
    paper.digest = digest_of(paper)
    paper.save(force_insert=True)
    return paper


def _earlier(row: Row, kind: str, about: models.Model) -> Iterable[Paper]:
    same = Q(content_type=ContentType.objects.get_for_model(about), object_id=about.pk)
    if row.earlier:
        same |= Q(**row.earlier(about))
    return Paper.objects.in_force().filter(same, kind=kind)


def _code(kind: str, number: str, event: Event) -> str:
    """What nobody guesses without our key (2^60 codes), and what the same deed gives again."""
    said = keyed("paper", kind, number, str(event.pk), event.at.isoformat())
    return "".join(LETTERS[byte % len(LETTERS)] for byte in bytes.fromhex(said)[:LENGTH])


def mark_of(issuer: Organization, series: str) -> str:
    """What stands before the year: as the office has set it, or its name with the word of the series."""
    found = Mark.objects.filter(issuer=issuer, series=series).first()
    return found.text if found else default_mark(issuer, series)


def default_mark(issuer: Organization, series: str) -> str:
    return f"{issuer.name}{Mark.WORDS[Paper.Series(series)]}"


def printed(paper: Paper) -> Paper:
    """The paper with its file: laid out (and signed, where the issuer has a key) the first time it is asked for.

    Of two who ask at once, both get the file that was stored first.
    """
    if paper.file:
        return paper
    laid = lay_out(paper)
    content, signed_by = signing.sign(laid.content, paper.issuer)
    with transaction.atomic():
        locked = Paper.objects.select_for_update(of=("self",)).select_related("issuer").get(pk=paper.pk)
        if not locked.file:
            locked.file.save("paper.pdf", ContentFile(content), save=False)
            locked.filename, locked.source_sha256 = laid.filename[-300:], laid.source_sha256
            locked.sha256, locked.signed_by = hashlib.sha256(content).hexdigest(), signed_by
            locked.printed_at = clock.now()
            # By a statement, of which the search index is not told: it knows nothing of the file.
            stored = {name: getattr(locked, name) for name in PRINTED}
            Paper.objects.filter(pk=locked.pk).update(**stored)
    return locked


class NotStored(Exception):
    """Nothing can be stored at present; says of which paper that was seen, and how many wait."""


def print_waiting() -> int:
    """What is still to be laid out, the oldest first, for as long as the clock may take; for `manage.py tick`. Raises
    `NotStored` when there is no room: what was stored before stays, and the rest has its turn the next time."""
    waiting = Paper.objects.filter(file="").exclude(state=Paper.State.VOID).order_by("pk")
    begun, done, unable, papers = monotonic(), 0, set(), list(waiting.values_list("pk", "issuer"))
    for pk, issuer in papers:
        if issuer in unable:
            continue
        try:
            printed(Paper.objects.select_related("issuer").get(pk=pk))
        except signing.CannotSign as failure:
            unable.add(issuer)
            log.error("Paper %s waits for its signature: %s", pk, failure)
        except Exception as failure:  # one that cannot be laid out keeps no other from it
            if _has_no_room(failure):
                said = _("%(done)s papers are stored, paper %(pk)s is not (%(failure)s); %(left)s wait for next time")
                values = {"done": done, "pk": pk, "failure": failure, "left": len(papers) - done}
                raise NotStored(said % values) from failure
            log.exception("Paper %s cannot be laid out", pk)
        else:
            done += 1
        if monotonic() - begun > TICK_SECONDS:
            break
    return done


def _has_no_room(failure: Exception) -> bool:
    """Whether it is the disk's, and no other paper would fare better."""
    if isinstance(failure, OperationalError):  # the database's own disk is full, or it is away
        return True
    return isinstance(failure, OSError) and failure.errno in (ENOSPC, EDQUOT, EFBIG, EROFS)


@transaction.atomic
def void(paper: Paper, *, by: Any, reason: str) -> Paper:
    """An approver of the issuer declares a paper void, with a reason. Its number stays and is never given again; the
    deed itself is not undone by this."""
    if len(reason.strip()) > 300:
        raise Refused(_("At most 300 characters, please."))
    return advance(paper, "void", by=by, note=reason, reason=reason.strip())
