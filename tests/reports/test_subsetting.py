"""The fonts of a paper: only what stands in it, under the numbers that the pages use."""

import io

import pytest
from pypdf import PdfReader

from reports import pdf
from tests.pdfs import cff_of, fonts_of, wrong_widths

# 喆 is in no Fandol; ㊣ and 镕 have CIDs in Fandol that are not their places in the font
WORDS = "柳溪镇立项通知书喆镕㊣ 2026"
PAGE = f'<html lang="zh"><body style="font-family: FandolFang, \'Noto Serif CJK SC\'"><p>{WORDS}</p></body></html>'


@pytest.mark.one_database
def test_a_font_holds_the_glyphs_of_the_page_and_nothing_else():
    content = pdf.lay_out(PAGE)

    fonts = fonts_of(content)
    held = [glyph for font in fonts for glyph in cff_of(font).charset]
    assert {font["/FontDescriptor"]["/FontFile3"]["/Subtype"] for font in fonts} == {"/CIDFontType0C"}
    assert len(held) <= len(set(WORDS)) + 6  # and the number of the page, and what stands for no character
    assert len(content) < 40_000


@pytest.mark.one_database
def test_each_glyph_is_called_by_the_number_that_the_page_uses():
    content = pdf.lay_out(PAGE)

    fonts = fonts_of(content)
    assert wrong_widths(content) == []
    for font in fonts:
        named = {int(name[3:]) for name in cff_of(font).charset if name != ".notdef"}
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
