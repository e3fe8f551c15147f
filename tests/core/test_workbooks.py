"""Workbooks are read quickly only where that says the same as the careful way, and costs no more than it should."""

import zipfile
from datetime import datetime, time, timedelta
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter

from core import workbooks
from core.spreadsheets import read

pytestmark = pytest.mark.one_database

MOST = 1000
HEAD = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"{more}>'


def written(*rows, **cells) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def with_sheet(inside: str, *, more: str = "", coding: str = "utf-8", name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook whose sheet holds exactly this XML, and whose parts say where it is."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(written(["a"]))) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "xl/_rels/workbook.xml.rels":
                content = content.replace(b"/xl/worksheets/sheet1.xml", b"/" + name.encode())
            if part.filename == "xl/worksheets/sheet1.xml":
                continue
            new.writestr(part.filename, content)
        text = f'<?xml version="1.0" encoding="{coding}"?>{HEAD.format(more=more)}{inside}</worksheet>'
        new.writestr(name, text.encode(coding))
    return target.getvalue()


def is_read_quickly(content: bytes) -> bool:
    return workbooks._quickly(BytesIO(content), MOST) is not None


def both(content: bytes) -> tuple[list, list]:
    """The rows by either reader, without the empty cells at the end of each."""

    def cut(rows):
        found = [(number, [*cells]) for number, cells in rows]
        for _number, cells in found:
            while cells and cells[-1] is None:
                cells.pop()
        return found

    sheet = workbooks._quickly(BytesIO(content), MOST)
    return cut(workbooks._of_calamine(sheet)), cut(workbooks._carefully(BytesIO(content), MOST))


@pytest.mark.parametrize(
    "content",
    [
        written(["a", None, "c"], [], ["001", 110105030001, 0.1 + 0.2], [True, False, "  x "]),
        written([datetime(2026, 1, 5), datetime(2026, 1, 5, 3, 4), time(3, 4), timedelta(hours=30)]),
        written(["长" * 3000, "a\nb", "<&>\"'", "'=1", "=1"[1:]]),
        written(C5="not in the corner", E9=5),
        written(["merged", None], [1, 2]),
        written([1e20, -3, 0, 1.5, 10**15 - 1]),
    ],
    ids=["texts and numbers", "days and times", "signs", "corner", "merged", "large numbers"],
)
def test_both_readers_say_the_same(content):
    quick, careful = both(content)

    assert quick == careful
    assert [[type(cell) for cell in cells] for _number, cells in quick] == [
        [type(cell) for cell in cells] for _number, cells in careful
    ]


def test_what_other_programs_write_is_read_quickly():
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.set_row(0, 30, book.add_format({"bold": True}))
    sheet.write_row(0, 0, ["名称", "成立日期"])
    sheet.write_datetime(1, 1, datetime(2026, 1, 5), book.add_format({"num_format": "yyyy-mm-dd"}))
    book.close()
    row = '<row r="1" spans="1:2" s="3" x14ac:dyDescent="0.25"><c r="A1" s="1" t="str"><v>x</v></c></row>'
    excel = with_sheet(f"<sheetData>{row}</sheetData>", more=' xmlns:x14ac="http://x"')

    assert [is_read_quickly(one) for one in (target.getvalue(), excel, written(["a"]))] == [True] * 3


FAR = '<c r="XFD1048576"><v>1</v></c>'
NEAR = '<c r="A1"><v>1</v></c>'


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="1">{NEAR}</row><row r="1048576">{FAR}</row>',
        f'<row r="1">{NEAR}</row><row r="1048576"><c><v>1</v></c></row>',
        f'<row r="1">{NEAR}</row><row r="1001"><c r="B1001"><v>1</v></c></row>',
        f'<row r="1">{NEAR}</row><row><c r="XFD1048576" ><v>1</v></c></row>',
        f'<row r="1">{NEAR}<c r="B1" r="XFD1"><v>1</v></c></row>',
        f'<row r="1">{NEAR}<c s="0" r="XFD1"><v>1</v></c></row>',
        f"<row r='1'>{NEAR}<c r='XFD1'><v>1</v></c></row>",
        f'<row r="1">{NEAR}<c r="B&#49;"><v>1</v></c></row>',
        f'<row r="1">{NEAR}<c\tr="XFD1"><v>1</v></c></row>',
        f'<row r="1">{NEAR}<x:c r="XFD1"><v>1</v></x:c></row>',
        '<row r="1">' + "<c><v>1</v></c>" * 300 + "</row>",
        f'<row r="1">{NEAR}<c r="B1"><f>1+1</f></c></row>',
        f'<row r="1">{NEAR}<c r="B1" t="e"><v>#N/A</v></c></row>',
    ],
)
def test_what_is_unusual_or_far_out_is_read_carefully(rows):
    content = with_sheet(f"<sheetData>{rows}</sheetData>", more=' xmlns:x="http://x"')

    assert not is_read_quickly(content)


def test_a_sheet_under_any_name_is_looked_over():
    far = f'<sheetData><row r="1">{NEAR}{FAR}</row></sheetData>'

    names = ["xl/sharedStrings.xml", "xl/theme/theme9.xml", "xl/media/image.png", "docProps/app2.xml", "x.rels"]

    assert [is_read_quickly(with_sheet(far, name=name)) for name in names] == [False] * 5


def test_a_size_that_a_sheet_only_claims_costs_nothing():
    content = with_sheet(f'<dimension ref="A1:XFD1048576"/><sheetData><row r="1">{NEAR}</row></sheetData>')

    assert list(workbooks.opened(BytesIO(content), MOST)()) == [(1, [1])]


def test_two_bytes_a_sign_are_read_carefully():
    content = with_sheet(f'<sheetData><row r="1">{NEAR}</row></sheetData>', coding="utf-16")

    assert not is_read_quickly(content)
    assert list(workbooks.opened(BytesIO(content), MOST)()) == [(1, [1])]


def test_an_error_is_not_taken_for_an_empty_cell():
    content = written(["name"], ["#N/A"])
    book = openpyxl.load_workbook(BytesIO(content))
    book.active["A2"].data_type = "e"
    target = BytesIO()
    book.save(target)

    assert list(read(BytesIO(target.getvalue())).rows) == [(2, ["#N/A"])]


@pytest.mark.parametrize("form", [14, 27, 31, 36, 50, 57, 58], ids=str)
def test_a_day_as_chinese_programs_show_it_is_a_day_for_both_readers(form):
    """2026年1月5日 is one of the forms that have a number and no words in the file: openpyxl does not know these."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    book.add_worksheet().write_datetime(0, 0, datetime(2026, 1, 5), book.add_format({"num_format": form}))
    book.close()

    assert both(target.getvalue()) == ([(1, [datetime(2026, 1, 5)])],) * 2


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('<c r="A1" t="str"><v><![CDATA[a<b]]></v></c>', "a<b"),
        ('<c r="A1" t="d"><v>2026-01-05T03:04:05Z</v></c>', datetime(2026, 1, 5, 3, 4, 5)),
    ],
)
def test_what_calamine_spells_otherwise_is_read_carefully(cell, said):
    content = with_sheet(f'<sheetData><row r="1">{cell}</row></sheetData>')

    assert list(workbooks.opened(BytesIO(content), MOST)()) == [(1, [said])]


def test_rows_begin_anew_each_time_they_are_asked_for():
    for content in (written(["a"], [1], [2]), b"a\n1\n2\n", written(["a"], [1], [2], C1="=1+1")):
        table = read(BytesIO(content))

        assert [number for number, _cells in table.rows] == [number for number, _cells in table.rows] == [2, 3]
