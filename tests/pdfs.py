"""Small PDF files that open: an empty page, with whatever else somebody puts into one."""

from io import BytesIO
from typing import Any

from fontTools import cffLib
from fontTools.pens.basePen import NullPen
from page import validate_pdf_bytes
from pypdf import PdfReader

FULL = 1000
"""How wide a glyph is of which a file says nothing."""


def pdf_with(*objects: bytes, catalog: bytes = b"", words: str = "") -> bytes:
    """A PDF of one empty page; `objects` from number 4 on, `catalog` into its first dictionary, `words` a comment."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>",
        *objects,
    ]
    content, places = f"%PDF-1.7\n%{words}\n".encode(), []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += b"%d 0 obj" % number + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(parts) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n" % size + table + b"trailer<</Size %d/Root 1 0 R>>\n" % size
    return content + end + b"startxref\n%d\n%%%%EOF\n" % len(content)


def fonts_of(content: bytes) -> list[Any]:
    """Every font of a file, once, as its pages know it."""
    found = {}
    for page in PdfReader(BytesIO(content)).pages:
        for one in page["/Resources"].get("/Font", {}).values():
            font = one.get_object()["/DescendantFonts"][0].get_object()
            found[font["/BaseFont"]] = font
    return list(found.values())


def cff_of(font: Any) -> Any:
    """The embedded program of a font, read by fontTools."""
    made = cffLib.CFFFontSet()
    made.decompile(BytesIO(font["/FontDescriptor"]["/FontFile3"].get_data()), None)
    return made.topDictIndex[0]


def said_widths(font: Any) -> dict[int, float]:
    """What the pages believe of the width of each glyph, by its number."""
    said = font.get("/W", [])
    pairs = zip(said[::2], said[1::2], strict=True)
    return {first + place: float(width) for first, widths in pairs for place, width in enumerate(widths)}


def wrong_widths(content: bytes) -> list[str]:
    """The glyphs of bare CFF whose own width is not what the pages believe (ISO 19005-2, 6.2.11.5)."""
    wrong = []
    for font in fonts_of(content):
        if font["/FontDescriptor"].get("/FontFile3", {}).get("/Subtype") != "/CIDFontType0C":
            continue
        program, said = cff_of(font), said_widths(font)
        for name in program.charset[1:]:
            glyph, number = program.CharStrings[name], int(name[3:])
            glyph.draw(NullPen())
            if abs(glyph.width - said.get(number, FULL)) > 1:
                wrong.append(f"{font['/BaseFont']} {name}: {glyph.width}, said {said.get(number, FULL)}")
    return wrong


MISREAD = "in its embedded CIDFontType0C program"


def pdf_a_failures(content: bytes) -> list[str]:
    """What the validator of PDF/A finds. It misreads the widths in bare CFF of several dictionaries (Noto), whose base
    it takes for nought: these are asked of fontTools instead."""
    found = [one for one in validate_pdf_bytes(content, profile="2b").failures if MISREAD not in one.message]
    return [f"{one.rule_id}: {one.message}" for one in found] + wrong_widths(content)
