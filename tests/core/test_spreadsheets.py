"""Files as people make them: every encoding and separator, rubbish with a sentence, and never a formula."""

import csv
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import pytest
import xlsxwriter
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from core import spreadsheets, workbooks
from core.safety import packages
from core.spreadsheets import Heading, guard, read, unguard
from people.models import Kind

TEXT = "代码,名称\n110105030001,柳溪社区\n"


def table(content: bytes):
    """Headings and rows of a file."""
    found = read(BytesIO(content))
    return found.headings, list(found.rows)


def workbook(*rows) -> bytes:
    """A workbook as a spreadsheet program writes it: types as they come."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def code_of(content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        table(content)
    return caught.value.code


# -- Reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_is_read_in_every_usual_encoding(encoding):
    assert table(TEXT.encode(encoding)) == (["代码", "名称"], [(2, ["110105030001", "柳溪社区"])])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separator_is_found_out(separator):
    content = f'a{separator}"b,;\t"\n1{separator}2\n'

    assert table(content.encode()) == (["a", "b,;"], [(2, ["1", "2"])])


def test_empty_rows_are_left_out_but_counted_as_the_spreadsheet_counts():
    assert table(b"\n\na,b\n1,2\n , \n\n3,4\n")[1] == [(4, ["1", "2"]), (7, ["3", "4"])]


def test_cell_with_a_line_break_is_one_cell():
    assert table(b'a,b\n"1\n2",3\n4,5\n')[1] == [(2, ["1\n2", "3"]), (3, ["4", "5"])]


def test_workbook_gives_dates_and_numbers_as_they_are():
    content = workbook(["day", "number", "text"], [datetime(2026, 1, 5), 110105030001.0, "柳溪"], [], [None, 1.5, " "])

    headings, rows = table(content)

    assert headings == ["day", "number", "text"]
    assert rows == [(2, [datetime(2026, 1, 5), 110105030001, "柳溪"]), (4, [None, 1.5, " "])]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "old_workbook"),
        (b"PK\x03\x04 nonsense", "damaged"),
        (b"%PDF-1.7\nabc", "not_a_table"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "not_a_table"),
        (b"a,b\n1,\x002\n", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\xfd", "encoding"),
        ("名称\n柳\ufffd\n".encode(), "lost_characters"),
        (b"\xff\xff\xff\xff", "encoding"),
        (b'a,b\n1,"never closed\n', "broken_line"),
    ],
)
def test_rubbish_is_refused_with_its_own_sentence(content, code):
    assert code_of(content) == code


def test_zip_that_is_no_workbook_is_refused():
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert code_of(target.getvalue()) == "damaged"


def test_workbook_cut_off_in_the_middle_is_refused():
    content = workbook(*[["x"] * 5 for _ in range(2000)])

    assert code_of(content[: len(content) // 2]) == "damaged"


def test_too_many_rows_are_refused(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 3)

    assert len(table(b"a\n1\n2\n3\n")[1]) == 3
    assert code_of(b"a\n1\n2\n3\n4\n") == "too_many_rows"


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(packages, "MOST_UNPACKED", 1000)

    assert code_of(workbook(["a"], ["1"])) == "too_large"


def test_a_cell_at_the_far_edge_costs_no_memory():
    target = BytesIO()
    book = xlsxwriter.Workbook(target)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1_000_000, 16_000, "b")
    book.close()

    assert table(target.getvalue()) == (["a"], [])


# -- Formulas --------------------------------------------------------------------------------------

DANGEROUS = ["=1+1", "+86 138", "-5 degrees", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", " =1", "＝1+1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_would_be_calculated_gets_an_apostrophe(text):
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "柳溪", "a=b", "'quoted'", "1-2", "O'Neil"])
def test_other_text_stays_as_it_is(text):
    assert guard(text) == text
    assert unguard(text) == text


@given(st.text(alphabet="'=+-@\t\r\n a柳＝", max_size=6))
def test_unguard_takes_off_exactly_what_guard_put_on(text):
    assert unguard(guard(text)) == text


# -- Writing ---------------------------------------------------------------------------------------

ROW = ["110105030001", date(2026, 1, 5), 12, Decimal("-3.50"), None, "=1+1", "'=1"]


def test_csv_has_the_mark_and_harmless_cells():
    lines = "".join(spreadsheets.csv_lines(["名称"], [ROW]))

    assert lines.startswith("\ufeff名称")
    assert list(csv.reader(StringIO(lines)))[1] == [
        "110105030001", "2026-01-05", "12", "-3.50", "", "'=1+1", "''=1",
    ]  # fmt: skip


def test_workbook_has_real_types_text_that_stays_text_and_a_frozen_head():
    target = BytesIO()
    book = spreadsheets.Workbook(target)
    book.add_sheet("机构/2026", [Heading("名称", 30)], [ROW])
    book.close()

    sheet = openpyxl.load_workbook(target).active
    cells = sheet[2]

    assert sheet.title == "机构 2026"
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in cells] == ["110105030001", datetime(2026, 1, 5), 12, -3.5, None, "=1+1", "''=1"]
    assert [cell.data_type for cell in cells] == ["s", "d", "n", "n", "n", "s", "s"]
    assert [cell.quotePrefix for cell in cells[5:]] == [True, True]
    assert cells[0].number_format == "@"


def test_money_is_shown_to_the_fen_and_other_numbers_as_they_are():
    target = BytesIO()
    book = spreadsheets.Workbook(target)
    book.add_sheet("钱", [Heading("金额", 12)], [[Decimal("6880.00"), Decimal("0.926"), 3]])
    book.close()

    cells = openpyxl.load_workbook(target).active[2]

    assert [cell.number_format for cell in cells] == ["#,##0.00", "General", "General"]


def written(*rows, heads=1) -> bytes:
    target = BytesIO()
    book = spreadsheets.Workbook(target)
    book.add_sheet("表", [Heading("列")] * heads, rows)
    book.close()
    return target.getvalue()


def xml_of(content: bytes) -> str:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


@given(st.text().filter(lambda text: text and guard(text) == text and not text.startswith("<r>")))
def test_a_text_stands_in_the_file_as_xlsxwriter_writes_it(text):
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("表")
    sheet.write_string(1, 0, text, book.add_format({"num_format": "@"}))
    book.close()
    (cell,) = re.findall("<c .*</c>", xml_of(target.getvalue()), re.DOTALL)

    assert cell.partition(" t=")[2] in xml_of(written([text]))


@pytest.mark.parametrize(
    "text",
    ["<r>a</r>", "<r><b>&</r>", "甲&乙<丙>", " 两边 ", "一行\n又一行", "_x0041_", "\U0001f600 笑", "a\ufffeb"],
)
def test_text_that_looks_like_markup_is_read_back_as_it_was(text):
    content = written([text])

    read_back = openpyxl.load_workbook(BytesIO(content)).active["A2"]
    assert (unescape(read_back.value), read_back.data_type) == (text, "s")


def test_signs_of_two_units_are_cut_where_a_cell_ends_and_not_left_out():
    content = written(["\U0001f600" * 20_000])

    assert openpyxl.load_workbook(BytesIO(content)).active["A2"].value == "\U0001f600" * 16_383


def test_each_type_is_written_as_what_it_is_also_when_it_is_a_kind_of_it():
    class Money(Decimal):
        pass

    noon = datetime(2026, 3, 1, 4, tzinfo=UTC)
    row = [True, Kind.FUNDER, gettext_lazy("Name"), noon, Money("1.50"), 10**12, 0.1, date(1900, 1, 1), ""]

    cells = openpyxl.load_workbook(BytesIO(written(row, heads=9))).active[2]

    assert [cell.value for cell in cells[:7]] == [
        *("True", "funder", str(gettext_lazy("Name")), datetime(2026, 3, 1, 12), 1.5, 10**12, 0.1),
    ]
    assert [cell.number_format for cell in cells] == [
        *("@", "@", "@", "yyyy-mm-dd hh:mm", "#,##0.00", "General", "General", "yyyy-mm-dd", "General"),
    ]
    assert (cells[7].value, cells[8].value) == (datetime(1900, 1, 1), None)


@pytest.mark.parametrize("figure", [float("inf"), float("nan"), Decimal("NaN")])
def test_what_is_no_number_is_refused_instead_of_making_a_file_that_nobody_can_open(figure):
    with pytest.raises(ValueError, match="no number"):
        written([figure])


def test_a_row_of_a_list_with_too_few_cells_is_refused():
    book = spreadsheets.Workbook(BytesIO())

    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        book.add_list("表", [Heading("甲"), Heading("乙")], [["一"]], "表")


def test_a_formula_may_be_added_to_a_row_between_its_cells_and_a_sum_below():
    target = BytesIO()
    book = spreadsheets.Workbook(target)
    sheet = book.add_sheet("表", [Heading("甲"), Heading("乙"), Heading("丙")], [[1, 2, 3]])
    book.write_row(sheet, 2, [4, None, 6])
    sheet.write_formula(2, 1, "=A3+C3", None, 10)
    sheet.write_formula(3, 0, "=SUM(A2:A3)", None, 5)
    book.close()

    cells = [[cell.value for cell in row] for row in openpyxl.load_workbook(target).active.iter_rows(min_row=2)]

    assert cells == [[1, 2, 3], [4, "=A3+C3", 6], ["=SUM(A2:A3)", None, None]]


def test_a_formula_without_a_result_is_no_empty_cell():
    heads, rows = table(workbook(["代码", "数量"], ["甲", "=1+1"], ["乙", 3]))  # openpyxl calculates nothing

    assert heads == ["代码", "数量"]
    assert rows == [(2, ["甲", "=1+1"]), (3, ["乙", 3])]
    assert [isinstance(row[1], workbooks.NoResult) for _number, row in rows] == [True, False]
