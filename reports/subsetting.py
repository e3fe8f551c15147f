"""The fonts of a paper, cut down to the characters that stand in it.

WeasyPrint lets HarfBuzz keep the numbers of the glyphs: the cut font of a letter has 65,000 empty places, is written
twice, and packed, which is half the time of a letter and half of its file. A CFF font whose glyphs have names of their
own (CIDs: Noto CJK, Fandol, every Chinese OTF) needs no such places. It is cut once, its few glyphs close up, and its
own table says under which number each of them is called: those that stand in the pages. It is embedded as bare CFF
(`CIDFontType0C`, ISO 32000-1, table 126): inside an OpenType file PDFium would take the numbers for places.

Other fonts (TrueType, variable, coloured) are left to WeasyPrint.
"""

import io
from functools import cache
from typing import Any

from fontTools import cffLib
from fontTools.ttLib import TTFont

BARE = b"\x01\x00\x04"
"""How CFF begins: version 1.0, a header of four bytes."""
NEEDED = b"CFF "


@cache
def install(fonts: Any, ffi: Any, harfbuzz: Any, subset: Any) -> None:
    """Let WeasyPrint's module of fonts cut so; once in a process. Without HarfBuzz's part for it all stays as it is."""
    if not subset or not harfbuzz.hb_version_atleast(4, 1, 0):
        return
    usual, kind = fonts.Font.subset, fonts.Font.type.fget
    numbers: dict[int, dict[int, int] | None] = {}

    def names(font: Any) -> dict[int, int] | None:
        """The CIDs of a face's glyphs where they differ from their places; None where it has none."""
        place = int(ffi.cast("uintptr_t", font.hb_face))
        if place not in numbers:
            numbers[place] = _cids(font.file_content, font.index)
        return numbers[place]

    def cut(font: Any, to_unicode: dict[int, str], hinting: bool) -> None:
        plain = NEEDED.decode() in font.tables and not (font.bitmap or font.png or font.svg or font.colr)
        if not to_unicode or not plain or "fvar" in font.tables or (differing := names(font)) is None:
            usual(font, to_unicode, hinting)
            return
        glyphs = sorted({0, *(glyph for glyph in to_unicode if glyph < font.glyph_count)})
        table = _subset(font, glyphs, hinting)
        font.file_content = _renamed(table, glyphs) if any(glyph in differing for glyph in glyphs) else table

    def _subset(font: Any, glyphs: list[int], hinting: bool) -> bytes:
        asked = ffi.gc(subset.hb_subset_input_create_or_fail(), subset.hb_subset_input_destroy)
        wanted = subset.hb_subset_input_glyph_set(asked)
        harfbuzz.hb_set_add_sorted_array(wanted, ffi.new("hb_codepoint_t[]", glyphs), len(glyphs))
        flags = subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
        flags |= 0 if hinting else subset.HB_SUBSET_FLAGS_NO_HINTING
        flags |= subset.HB_SUBSET_FLAGS_NOTDEF_OUTLINE if font.missing else 0
        subset.hb_subset_input_set_flags(asked, flags)
        unneeded = sorted(harfbuzz.hb_tag_from_string(name.encode(), -1) for name in font.tables if name not in KEPT)
        left_out = subset.hb_subset_input_set(asked, subset.HB_SUBSET_SETS_DROP_TABLE_TAG)
        harfbuzz.hb_set_add_sorted_array(left_out, ffi.new("hb_codepoint_t[]", unneeded), len(unneeded))
        made = ffi.gc(subset.hb_subset_or_fail(font.hb_face, asked), harfbuzz.hb_face_destroy)
        blob = harfbuzz.hb_face_reference_table(made, harfbuzz.hb_tag_from_string(NEEDED, -1))
        try:
            length = ffi.new("unsigned int *")
            data = harfbuzz.hb_blob_get_data(blob, length)
            return ffi.buffer(data, length[0])[:]
        finally:
            harfbuzz.hb_blob_destroy(blob)

    def what(font: Any) -> str:
        return "otf" if font.file_content[:3] == BARE else kind(font)

    fonts.Font.subset, fonts.Font.type = cut, property(what)


KEPT = {"CFF ", "head", "hhea", "hmtx", "maxp"}


def _cids(content: bytes, index: int) -> dict[int, int] | None:
    top = TTFont(io.BytesIO(content), fontNumber=index, lazy=True)[NEEDED.decode()].cff.topDictIndex[0]
    if not hasattr(top, "ROS"):
        return None
    called = ((place, int(name[3:]) if place else 0) for place, name in enumerate(top.charset))
    return {place: cid for place, cid in called if place != cid}


def _renamed(table: bytes, glyphs: list[int]) -> bytes:
    """The same glyphs under the numbers of their places in the whole font, which is what the pages call them."""
    font = cffLib.CFFFontSet()
    font.decompile(io.BytesIO(table), None)
    top = font.topDictIndex[0]
    strings = top.CharStrings
    new = [".notdef", *(f"cid{glyph:05d}" for glyph in glyphs[1:])]
    strings.charStrings = dict(zip(new, (strings.charStrings[name] for name in top.charset), strict=True))
    top.charset, top.ROS = new, ("Adobe", "Identity", 0)
    target = io.BytesIO()
    font.compile(target, TTFont(recalcBBoxes=False))
    return target.getvalue()


def name_bare(made: Any) -> None:
    """Say of each bare CFF what it is; WeasyPrint takes it for an OpenType file."""
    for each in made.objects:
        extra = getattr(each, "extra", None)
        if extra and extra.get("Subtype") == "/OpenType" and each.stream[0][:3] == BARE:
            extra["Subtype"] = "/CIDFontType0C"


FULL = 1000
"""How wide a glyph is of which nothing is said, in thousandths of the size (ISO 32000-1, table 117: DW)."""


def say_widths_briefly(made: Any) -> None:
    """Name no width of what is as wide as it is high: nearly every Chinese character, each of them in a list of its
    own."""
    for each in made.objects:
        if isinstance(each, dict) and "W" in each and each.get("Type") == "/Font":
            each["W"] = _other_than_full(each["W"])


def _other_than_full(widths: Any) -> Any:
    """From `first [width, width, …]`, repeated, only what is not full, again in runs."""
    array = type(widths)
    kept = array()
    following = None
    for first, run in zip(widths[::2], widths[1::2], strict=True):
        for glyph, width in enumerate(run, first):
            if width == FULL:
                continue
            if glyph != following:
                kept.extend([glyph, array()])
            kept[-1].append(width)
            following = glyph + 1
    return kept
