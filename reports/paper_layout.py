"""The pages of an issued paper: what its templates read of it as `paper`, and the bytes that are kept."""

import hashlib
import json
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from core import clock
from projects import qr
from reports import pdf
from reports.documents import Document
from reports.models import Paper
from reports.paper_kinds import ROWS

MARKER = "venture-paper-"
"""Before the code among the keywords of the file, so that an altered file still says which paper it was."""
PRINTED_DIGITS = 16
"""So much of the digest is printed: enough to compare by eye."""


class OnPaper(NamedTuple):
    """What a template knows of the paper it lays out, as `paper`."""

    number: str
    serial: int | None
    code: str
    digest: str
    qr: SafeString | str
    address: str
    marker: str
    moment: str
    void: str


def canonical(paper: Paper) -> bytes:
    """What the printed digest covers: number, kind, issuer, day and the public facts, as JSON in UTF-8.

    Everybody can download it and calculate the digest again (SHA-256). So the words on the verification page cannot be
    changed without the print-outs saying so; the pages of the file are covered by the SHA-256 of the file.
    """
    with translation.override(pdf.LANGUAGE):
        kind = str(Paper.Kind(paper.kind).label)
    said = {
        "number": paper.number,
        "kind": kind,
        "issuer": paper.issuer.name,
        "day": paper.issued_on.isoformat(),
        "facts": [list(fact) for fact in paper.facts],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def digest_of(paper: Paper) -> str:
    return hashlib.sha256(canonical(paper)).hexdigest()


def on_paper(paper: Paper) -> OnPaper:
    """Without the site's own address (SITE_URL) there is no QR code: it would lead nowhere."""
    path, page = reverse("verify_code", args=[paper.shown_code]), reverse("verify")
    site = urlsplit(settings.SITE_URL)
    printed = paper.digest[:PRINTED_DIGITS]
    return OnPaper(
        number=paper.number,
        serial=paper.serial,
        code=paper.shown_code,
        digest=" ".join(printed[start : start + 4] for start in range(0, PRINTED_DIGITS, 4)),
        qr=qr.inline(settings.SITE_URL + path) if site.netloc else "",
        address=f"{site.netloc}{site.path}{page}".rstrip("/") if site.netloc else "",
        marker=MARKER + paper.code,
        moment=_moment(paper).isoformat(timespec="seconds"),
        void=_why_not(paper),
    )


def _moment(paper: Paper) -> datetime:
    return timezone.localtime(paper.issued_at)


def _why_not(paper: Paper) -> str:
    """What a copy says across its foot that is laid out when the paper is no longer in force."""
    if paper.is_void:
        return f"{paper.number}　已作废"
    if paper.is_superseded:
        return f"{paper.number}　已被取代"
    return ""


def document_of(paper: Paper) -> Document:
    """The document as the day of the paper has it."""
    return ROWS[paper.kind].document(paper.target)


def issued_as(document: Document, paper: Paper) -> Document:
    """The document with what proves it, and with the number of the series where it has one."""
    more = {"paper": on_paper(paper), "document_number": paper.number if paper.serial else ""}
    return document._replace(context=document.context | more)


def source_of(document: Document) -> str:
    """The digest of what a document says, without what makes it an issued paper."""
    return hashlib.sha256(pdf.html_of(document.template, document.context).encode()).hexdigest()


class Laid(NamedTuple):
    """A paper laid out: the name of its file, its bytes, and the digest of what it says."""

    filename: str
    content: bytes
    source_sha256: str


def lay_out(paper: Paper) -> Laid:
    """The file, from the records as they are; days and hours are those of the deed. Deterministic: the same records
    give the same bytes."""
    with clock.at(paper.issued_at):
        document = document_of(paper)
        source = source_of(document)
        issue = pdf.Issue(MARKER + paper.code, _moment(paper))
        content = pdf.render(document.template, issued_as(document, paper).context, issued=issue)
    return Laid(document.filename, content, source)


def has_marks(paper: Paper) -> bool:
    """Whether something has been marked on it since it was issued: then it says otherwise how things stand."""
    row = ROWS[paper.kind]
    if row.marked is None:
        return False
    with clock.at(paper.issued_at):
        return source_of(row.marked(paper.target)) != source_of(document_of(paper))
