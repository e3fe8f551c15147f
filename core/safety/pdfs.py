"""PDF: whether something in it acts by itself. What a page looks like is nobody's business here.

Read are the names in a file (`/JavaScript`, `/Launch` …): in the open part as they stand, in the packed part after
unpacking every object stream. That does not depend on how a reader would walk through the file, and costs no more
than reading it. ISO 32000-1, 7.3.5 (names), 7.5.7 (object streams), 12.6.4 (actions).
"""

import re
from collections.abc import Iterator
from enum import Enum
from io import BytesIO

from pypdf import PdfReader

MOST_UNPACKED = 200 * 1024 * 1024
MOST_ATTACHMENTS = 50
HARMLESS = (".xml", ".xbrl", ".ofd", ".txt", ".csv", ".json", ".jpg", ".jpeg", ".png")
"""What an electronic invoice carries inside (财政部《电子凭证会计数据标准》: XBRL in the file itself)."""


class Danger(Enum):
    """What was found; the words for it are in `core.files`."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    ACTIVE = "active"
    """A script, or an action that opens a program, a file of the reader's or an address with what was filled in."""
    CARRIES = "carries"
    """A file inside the file that is no harmless one."""


_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_END = rb"(?=[\s/<>\[\](){}%]|$)"
# In packed pictures three letters come together by chance, so of the short names only unpacked objects are asked.
_ACTS = re.compile(rb"/(?:JavaScript|Launch|RichMedia|ImportData|SubmitForm|GoToE|GoToR|XFA)" + _END)
_ACTS_SHORT = re.compile(rb"/JS" + _END)
_OPEN_JS = re.compile(rb"/S\s*/JavaScript|/JS\s*(?:\(|<|\d+\s+\d+\s+R)")
_CARRIES = re.compile(rb"/EF\s*(?:<<|\d+\s+\d+\s+R)")
_PROGRAM = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def check(content: bytes) -> Danger | None:
    """What speaks against keeping this file; None when nothing does."""
    outside = _plain(content)
    if _ACTS.search(outside) or _OPEN_JS.search(outside):
        return Danger.ACTIVE
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            return Danger.LOCKED
        carries = len(_CARRIES.findall(outside))
        for packed in _object_streams(reader):
            inside = _plain(packed)
            if _ACTS.search(inside) or _ACTS_SHORT.search(inside):
                return Danger.ACTIVE
            carries += len(_CARRIES.findall(inside))
        if carries and not _are_harmless(reader, carries):
            return Danger.CARRIES
        if reader.root_object is None:
            return Danger.DAMAGED
    except Exception:  # whatever somebody sends: programs break in many ways on what is no PDF
        return Danger.DAMAGED
    return None


def _plain(content: bytes) -> bytes:
    """Names as they read: `/Java#53cript` is `/JavaScript`."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content) if b"#" in content else content


def _object_streams(reader: PdfReader) -> Iterator[bytes]:
    left = MOST_UNPACKED
    for number in sorted({stream for stream, _place in reader.xref_objStm.values()}):
        found = reader.get_object(number)
        content = found.get_data()  # type: ignore[union-attr]  # AttributeError: no stream, so the file is damaged
        left -= len(content)
        if left < 0:
            raise ValueError(number)
        yield content


def _are_harmless(reader: PdfReader, count: int) -> bool:
    """Whether every file inside is known by name and is of a kind that only a reader of data opens."""
    found = list(reader.attachment_list)
    if not count <= len(found) <= MOST_ATTACHMENTS:
        return False  # some hang at a place where we would not see them
    return all(str(one.name).lower().endswith(HARMLESS) and not one.content.startswith(_PROGRAM) for one in found)
