"""The fonts of a paper: only what stands in it, under the numbers that the pages use."""

import io
import re

import pytest
from pypdf import PdfReader

from reports import pdf
from tests.pdfs import FULL, cff_of, fonts_of, said_widths, wrong_widths

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
    page = PdfReader(io.BytesIO(content)).pages[0]
    used: dict[str, set[int]] = {}
    for name, shown in re.findall(rb"(/[A-Z]+) [\d.]+ Tf\n\[(.*?)\] TJ", page.get_contents().get_data()):
        font = page["/Resources"]["/Font"][name.decode()]["/BaseFont"]
        numbers = re.findall(r"[0-9a-f]{4}", "".join(re.findall(r"<([0-9a-f]+)>", shown.decode())))
        used.setdefault(font, set()).update(int(number, 16) for number in numbers)
    named = {font["/BaseFont"]: {int(name[3:]) for name in cff_of(font).charset if name != ".notdef"} for font in fonts}
    assert used == named


@pytest.mark.one_database
def test_only_widths_that_are_not_full_are_said():
    fonts = fonts_of(pdf.lay_out(PAGE))

    said = [said_widths(font) for font in fonts]
    assert FULL not in [width for each in said for width in each.values()]
    assert sum(map(len, said)) > 4  # the space and the digits of 2026, and the number of the page
    assert all("/DW" not in font for font in fonts)  # which is full where it is not said


@pytest.mark.one_database
def test_the_text_can_be_read_and_the_same_page_gives_the_same_bytes():
    content = pdf.lay_out(PAGE)

    assert "".join(WORDS.split()) in "".join(PdfReader(io.BytesIO(content)).pages[0].extract_text().split())
    assert pdf.lay_out(PAGE) == content
