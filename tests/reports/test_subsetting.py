"""The fonts of a paper: only what stands in it, under the numbers that the pages use."""

import io

import pytest
from fontTools import cffLib
from pypdf import PdfReader

from reports import pdf

# 喆 is in no Fandol; ㊣ and 镕 have CIDs in Fandol that are not their places in the font
WORDS = "柳溪镇立项通知书喆镕㊣ 2026"
PAGE = f'<html lang="zh"><body style="font-family: FandolFang, \'Noto Serif CJK SC\'"><p>{WORDS}</p></body></html>'


def fonts_of(content: bytes) -> list:
    found = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values()
    return [one.get_object()["/DescendantFonts"][0].get_object() for one in found]


def glyphs_in(font) -> list[str]:
    made = cffLib.CFFFontSet()
    made.decompile(io.BytesIO(font["/FontDescriptor"]["/FontFile3"].get_data()), None)
    return made.topDictIndex[0].charset


@pytest.mark.one_database
def test_a_font_holds_the_glyphs_of_the_page_and_nothing_else():
    content = pdf.lay_out(PAGE)

    fonts = fonts_of(content)
    held = [glyph for font in fonts for glyph in glyphs_in(font)]
    assert {font["/FontDescriptor"]["/FontFile3"]["/Subtype"] for font in fonts} == {"/CIDFontType0C"}
    assert len(held) <= len(set(WORDS)) + 6  # and the number of the page, and what stands for no character
    assert len(content) < 40_000


@pytest.mark.one_database
def test_each_glyph_is_called_by_the_number_that_the_page_uses():
    fonts = fonts_of(pdf.lay_out(PAGE))

    for font in fonts:
        named = {int(name[3:]) for name in glyphs_in(font) if name != ".notdef"}
        widths = font["/W"]
        used = {
            first + place for first, each in zip(widths[::2], widths[1::2], strict=True) for place in range(len(each))
        }
        assert used - {0} == named


@pytest.mark.one_database
def test_the_text_can_be_read_and_the_same_page_gives_the_same_bytes():
    content = pdf.lay_out(PAGE)

    assert "".join(WORDS.split()) in "".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert pdf.lay_out(PAGE) == content
