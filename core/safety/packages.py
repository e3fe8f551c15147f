"""Office files: packed parts and XML in them, or the older kind of one binary file. Whether one carries a program, and
whether unpacking or reading it would take all there is (ECMA-376 part 2; CWE-409, CWE-776)."""

import re
import zipfile
from collections.abc import Callable
from enum import Enum
from typing import IO
from xml.parsers import expat

MOST_UNPACKED = 400 * 1024 * 1024
MOST_PARTS = 10_000
MOST_RATIO = 250
"""So much smaller may a file be packed than it is: sheets of zeros reach 50, a bomb begins at 1,000."""
ALWAYS_FINE = 8 * 1024 * 1024
"""What unpacks to less is no bomb, whatever the ratio."""
_CHUNK = 64 * 1024
_MOST_PROLOG = 1024 * 1024
_MOST_LINKS = 16 * 1024 * 1024
"""Of the parts that say what kind each part is and what belongs to what: 60,000 links fill half of it."""


class Danger(Enum):
    """What was found; the words for it are in `core.files`."""

    DAMAGED = "damaged"
    LOCKED = "locked"
    BOMB = "bomb"
    MACRO = "macro"
    CARRIES = "carries"
    """A file of another program packed into it, or one that it fetches from elsewhere when it is opened."""


_MAIN = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/", ".ofd": "OFD.xml"}
_OLD_MAIN = {".doc": ("WordDocument",), ".xls": ("Workbook", "Book")}
_MACRO_PARTS = re.compile(r"(?:^|/)(?:vba(?:Project|Data)[^/]*|activeX\d*\.bin)$|(?:^|/)(?:macrosheets|activeX)/", re.I)
_MACRO_TYPES = re.compile(r"macroEnabled|vnd\.ms-office\.(?:vbaProject|activeX)|ms-excel\.(?:intl)?macrosheet", re.I)
_PROGRAM_SUFFIX = re.compile(
    r"\.(?:exe|dll|scr|com|bat|cmd|ps1|vbs|js|jse|wsf|hta|jar|lnk|msi|sh|docm|dotm|xlsm|xltm|xlam|pptm|ppsm|potm)$",
    re.I,
)
_FETCHES = re.compile(r"relationships/(?:attachedTemplate|oleObject|frame|subDocument|externalLinkPath)$", re.I)
_PACKED_IN = "\x01Ole10Native".encode("utf-16-le")
_VBA = "_VBA_PROJECT".encode("utf-16-le")
# A sheet of Excel 4.0 macros: the record that names a sheet says so (MS-XLS 2.4.28, dt = 1).
_MACRO_SHEET = re.compile(rb"\x85\x00[\x08-\x60]\x00....[\x00-\x02]\x01[\x01-\x1f][\x00\x01]", re.DOTALL)


def check_archive(file: IO[bytes]) -> Danger | None:
    """Whether it can be unpacked at all: not locked, whole, not a bomb, and no XML in it that defines entities."""
    try:
        file.seek(0)
        with zipfile.ZipFile(file) as archive:
            return _bomb_in(archive)
    except Exception:  # zipfile raises nearly anything when a part is missing or damaged
        return Danger.DAMAGED
    finally:
        file.seek(0)


def check_office(file: IO[bytes], suffix: str) -> Danger | None:
    """Whether an office file of packed parts is what its suffix says, and safe to keep and to hand out."""
    if danger := check_archive(file):
        return danger
    try:
        with zipfile.ZipFile(file) as archive:
            if not any(part.filename.startswith(_MAIN[suffix]) for part in archive.infolist()):
                return Danger.DAMAGED
            return _program_in(archive)
    except Exception:
        return Danger.DAMAGED
    finally:
        file.seek(0)


def check_old_office(content: bytes, suffix: str) -> Danger | None:
    """Whether a .doc or .xls is one and carries macros or a packed-in file: its folder of parts is not packed."""
    if _VBA in content or _MACRO_SHEET.search(content):
        return Danger.MACRO
    if _PACKED_IN in content:
        return Danger.CARRIES
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Danger.LOCKED
    return None if any(name.encode("utf-16-le") in content for name in _OLD_MAIN[suffix]) else Danger.DAMAGED


def _bomb_in(archive: zipfile.ZipFile) -> Danger | None:
    parts = archive.infolist()
    if any(part.flag_bits & 0x1 for part in parts):
        return Danger.LOCKED
    # What a part says of its size holds: zipfile unpacks no more than that.
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED:
        return Danger.BOMB
    if unpacked > ALWAYS_FINE and unpacked > MOST_RATIO * max(packed, 1):
        return Danger.BOMB
    if len({part.header_offset for part in parts}) < len(parts):
        return Danger.BOMB  # one packed part that is named many times
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels", ".vml")) and _defines_entities(archive, part):
            return Danger.BOMB
    return None


class _Known(Exception):
    """Enough has been read."""


def _defines_entities(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Whether the XML begins with a document type: no office program writes one. Nothing is read beyond the first
    element, and what cannot be read at all is left to whoever needs it."""
    parser = expat.ParserCreate()
    found = []

    def doctype(*_said: object) -> None:
        found.append(True)
        raise _Known

    def element(*_said: object) -> None:
        raise _Known

    parser.StartDoctypeDeclHandler, parser.StartElementHandler = doctype, element
    read = 0
    with archive.open(part) as file:
        try:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
                read += len(chunk)
                if read > _MOST_PROLOG:
                    return True
        except _Known:
            return bool(found)
        except expat.ExpatError:
            return b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk
    return False


def _program_in(archive: zipfile.ZipFile) -> Danger | None:
    """By what the parts say of each other (in whatever alphabet) and by what they begin with: a name means nothing, and
    capitals in it mean nothing either (ECMA-376 part 2, 6.2.2)."""
    for part in archive.infolist():
        name = part.filename.lower()
        if _MACRO_PARTS.search(name):
            return Danger.MACRO
        if _PROGRAM_SUFFIX.search(name):
            return Danger.CARRIES
        if name == "[content_types].xml":
            if _says(archive, part, _is_macro):
                return Danger.MACRO
        elif name.endswith(".rels"):
            if _says(archive, part, _fetches):
                return Danger.CARRIES
        elif danger := _old_package_in(archive, part):
            return danger
    return None


def _is_macro(told: dict[str, str]) -> bool:
    return _MACRO_TYPES.search(told.get("ContentType", "")) is not None


def _fetches(told: dict[str, str]) -> bool:
    return told.get("TargetMode", "").lower() == "external" and _FETCHES.search(told.get("Type", "")) is not None


def _old_package_in(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Danger | None:
    """A part that is a binary file of the older kind: macros, or a file of another program."""
    with archive.open(part) as file:
        if file.read(4) != b"\xd0\xcf\x11\xe0":
            return None
        content = file.read()
    if _VBA in content:
        return Danger.MACRO
    return Danger.CARRIES if _PACKED_IN in content else None


def _says(archive: zipfile.ZipFile, part: zipfile.ZipInfo, asked: Callable[[dict[str, str]], bool]) -> bool:
    """Whether an element of an XML part says this of itself. Parsed, not searched: a search for “< … >” begins anew at
    each “<”, so that a file of 8 KB takes a day, and it sees nothing in UTF-16."""
    if part.file_size > _MOST_LINKS:
        raise ValueError(part.filename)
    found = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, told: found.append(part) if asked(told) else None
    parser.Parse(archive.read(part), True)
    return bool(found)
