"""Whether a paper is genuine: asked by anybody, with its code or with the file itself."""

import hashlib
import re
from datetime import timedelta
from enum import StrEnum
from io import BytesIO
from typing import NamedTuple

from django.core.files.uploadedfile import UploadedFile
from pypdf import PdfReader, apply_configuration

from core import clock
from core.strangers import has_sent_enough
from reports.models import FileCheck, Paper
from reports.models.paper import LENGTH, LETTERS
from reports.paper_layout import MARKER

MOST_AN_HOUR = 20
"""So many files one sender has checked in an hour: an office may well have a pile of them."""
KEPT_FOR = timedelta(days=1)
LITTLE = {
    "xform_maximum_invocations_per_extraction": 50,
    "stream_parsing_work_maximum_count": 200_000,
    "stream_decoding_work_maximum_length": 30_000_000,
}
"""What reading the first page of a paper may cost: anybody may send a file, and forms drawn in forms drawn in forms
would keep a process for minutes."""

_MARKED = re.compile(rf"{MARKER}([{LETTERS}]{{{LENGTH}}})")
_PRINTED = re.compile(rf"核验码\s*([{LETTERS}]{{4}})-([{LETTERS}]{{4}})-([{LETTERS}]{{4}})")


class Outcome(StrEnum):
    GENUINE = "genuine"
    ALTERED = "altered"
    SUPERSEDED = "superseded"
    VOID = "void"
    UNKNOWN = "unknown"
    UNMARKED = "unmarked"
    """A file without a code: no paper that bears one, but a receipt or a report of ours may well be like this."""
    UNREADABLE = "unreadable"
    """Locked by a password, or broken on its way: nobody can say what it is, least of all that it is forged."""


class Unreadable(Exception):
    """A file of which nobody can say what is in it."""


class Verdict(NamedTuple):
    """What is said of a paper, and which it is; `is_file`: the file itself was looked at, not only its code."""

    outcome: Outcome
    paper: Paper | None = None
    is_file: bool = False


def of_code(text: str) -> Verdict:
    """What stands behind a code. Of a print-out nobody can say more than that: a person compares the words."""
    paper = Paper.objects.typed(text)
    return Verdict(_standing(paper), paper) if paper else Verdict(Outcome.UNKNOWN)


def of_file(upload: UploadedFile, *, sender: str) -> Verdict:
    """Whether a file is the very one that was issued. Nothing of it is kept, only that this sender has asked again."""
    FileCheck.objects.create(sender=sender, at=clock.now())
    content = b"".join(upload.chunks())
    found = Paper.objects.filter(sha256=hashlib.sha256(content).hexdigest()).select_related("issuer", "superseded_by")
    if paper := found.first():
        return Verdict(_standing(paper), paper, is_file=True)
    try:
        code = code_in(content)
    except Unreadable:
        return Verdict(Outcome.UNREADABLE, is_file=True)
    if not code:
        return Verdict(Outcome.UNMARKED, is_file=True)
    paper = Paper.objects.typed(code)
    return Verdict(Outcome.ALTERED if paper else Outcome.UNKNOWN, paper, is_file=True)


def may_ask(sender: str) -> bool:
    return not has_sent_enough(FileCheck.objects.filter(sender=sender), "at", MOST_AN_HOUR)


def forget_checks() -> int:
    """Who has had a file checked, a day later; for `manage.py tick`."""
    return FileCheck.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()[0]


def code_in(content: bytes) -> str:
    """The code that a PDF bears, however it was changed: among its keywords, or in the words of its first page; "" when
    it bears none. Raises `Unreadable`."""
    if plain := _MARKED.search(content.decode("latin-1")):
        return plain[1]
    try:
        reader = PdfReader(BytesIO(content))
        if marked := _MARKED.search(str((reader.metadata or {}).get("/Keywords", ""))):
            return marked[1]
        with apply_configuration(**LITTLE):
            printed = _PRINTED.search(reader.pages[0].extract_text())
    except Exception as failure:  # whatever somebody sends: programs break in many ways on what is no PDF
        raise Unreadable from failure
    return "".join(printed.groups()) if printed else ""


def _standing(paper: Paper) -> Outcome:
    if paper.is_void:
        return Outcome.VOID
    return Outcome.SUPERSEDED if paper.is_superseded else Outcome.GENUINE
