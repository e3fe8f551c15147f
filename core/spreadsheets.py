"""Tables in files: reads csv and xlsx (`core.workbooks`) as people make them, writes both; no text becomes a formula.

Knows nothing of models: what a column means is said by the resources (`people.resources`). Whatever is
wrong with a file is a `ValidationError` with a sentence for the person who sent it, never a traceback.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from io import StringIO
from itertools import chain
from typing import IO, Any

import xlsxwriter
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from xlsxwriter.utility import xl_col_to_name

from core import workbooks
from core.workbooks import MAX_COLUMNS, Cell, NumberedRow

MAX_ROWS = 100_000
MAX_CELL = 32_767
"""Characters that a cell of a workbook holds; a longer text would make the file unreadable, so it is cut."""
BOM = "\ufeff"

# What a spreadsheet would calculate instead of showing: CWE-1236, with the full-width forms that WPS reads too.
_RISKY = re.compile(r"'*(?:[ \u3000]*[=+\-@＝＋－＠]|[\t\r\n])")
_SEPARATORS = ",;\t"
_MARKUP = ("<!doctype", "<html", "<table", "<?xml", "%pdf", "{\\rtf")


@dataclass(frozen=True)
class Table:
    """The first sheet of a file: its headings, and its rows as they are read, with their number in the file; whoever
    goes through them again begins with the first."""

    headings: list[str]
    rows: Iterable[NumberedRow]


@dataclass(frozen=True)
class _Below:
    """The rows of a file below its headings."""

    begin: Callable[[], Iterator[NumberedRow]]

    def __iter__(self) -> Iterator[NumberedRow]:
        rows = _not_empty(self.begin())
        next(rows)
        return _counted(rows)


# -- Reading ---------------------------------------------------------------------------------------


def read(file: IO[bytes]) -> Table:
    """The table in an xlsx or csv file, told apart by its bytes; what its name says does not matter.

    The first row that is not empty has the headings. Rows are read lazily, so a mistake further down (a
    damaged sheet, too many rows) is raised while they are read. Empty rows are left out but counted.
    """
    file.seek(0)
    head = file.read(8)
    file.seek(0)
    if not head.strip():
        raise ValidationError(_("The file is empty."), code="empty")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ValidationError(
            _("This is a workbook of the old kind (.xls) or one with a password. Please save it as .xlsx."),
            code="old_workbook",
        )
    # Twice as many as we take: empty rows between the others count too.
    begin = workbooks.opened(file, 2 * MAX_ROWS) if head.startswith(b"PK") else _opened_csv(file)
    first = next(_not_empty(begin()), None)
    if first is None:
        raise ValidationError(_("The first sheet of the file is empty."), code="empty")
    headings = ["" if cell is None else str(cell).strip() for cell in first[1]]
    while headings and not headings[-1]:
        headings.pop()
    return Table(headings, _Below(begin))


def _not_empty(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    for number, cells in rows:
        if any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in cells):
            yield number, cells


def _counted(rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    for count, row in enumerate(rows, start=1):
        if count > MAX_ROWS:
            raise ValidationError(
                _("The file has more than %(limit)s rows. Please split it."),
                code="too_many_rows",
                params={"limit": f"{MAX_ROWS:,}"},
            )
        yield row


def _opened_csv(file: IO[bytes]) -> Callable[[], Iterator[NumberedRow]]:
    text = decode(file.read())
    return partial(_csv_rows, text, separator(text))


def _csv_rows(text: str, delimiter: str) -> Iterator[NumberedRow]:
    # Text that was opened with "\n" in a cell keeps it: the reader itself must see the line ends.
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, list(cells[:MAX_COLUMNS])
    except csv.Error as error:
        raise ValidationError(
            _("Line %(line)s of the file is not a line of a table: is a quotation mark missing?"),
            code="broken_line",
            params={"line": reader.line_num},
        ) from error


def decode(data: bytes) -> str:
    """The text of a csv file: UTF-16 with its mark, UTF-8 with or without, else GB18030 as Excel in China writes."""
    for encoding in ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise ValidationError(
            _("The characters of this file cannot be read. Please save it as .xlsx, or as CSV in UTF-8."),
            code="encoding",
        )
    if "\x00" in text or text.lstrip().lower().startswith(_MARKUP):
        raise ValidationError(_("This file is not a spreadsheet. Please send .xlsx or .csv."), code="not_a_table")
    if "\ufffd" in text:
        line = text.count("\n", 0, text.index("\ufffd")) + 1
        raise ValidationError(
            _("Characters were lost when this file was saved: line %(line)s has “�”. Please save it again as .xlsx."),
            code="lost_characters",
            params={"line": line},
        )
    return text


def separator(text: str) -> str:
    """Comma, semicolon or tab: which of them stands most often between the headings."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    outside = re.sub(r'"[^"]*"', "", line)
    return max(_SEPARATORS, key=outside.count)


# -- Formulas --------------------------------------------------------------------------------------


def guard(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet would calculate it; `unguard` takes it off."""
    return f"'{text}" if _RISKY.match(text) else text


def unguard(text: str) -> str:
    """The text before `guard`: an apostrophe is taken off only where `guard` puts one."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


# -- Writing ---------------------------------------------------------------------------------------


MONEY, COUNT, NUMBER, PERCENT, DAY, MOMENT = "#,##0.00", "#,##0", "0.00", "0.0%", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
TEXT = "@"
"""How the cells of a column are shown. Codes, telephone and account numbers are text: as numbers they lose digits."""
WIDTHS = {MONEY: 16, COUNT: 10, NUMBER: 10, PERCENT: 10, DAY: 12, MOMENT: 17, TEXT: 18}


@dataclass(frozen=True)
class Heading:
    """The head of a column: its words, its width in characters, and whether it must be filled in.

    With a `shown` (MONEY, COUNT …) every cell of the column is shown alike; `adds_up`: a list has its sum below.
    `formula` calculates the cell from others of its row, named by their labels: "{收入}-{支出}"; what the row holds
    there is kept as its result.
    """

    label: str
    width: int = 16
    required: bool = False
    shown: str = ""
    adds_up: bool = False
    formula: str = ""


@dataclass(frozen=True)
class Written:
    """What a list came to: how many rows, and the sums of the columns that add up, by their place."""

    rows: int
    sums: dict[int, Decimal]


def csv_lines(headings: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    """A csv file line by line, in UTF-8 with the mark by which Excel knows it, for a streamed answer."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield BOM
    for cells in chain([headings], rows):
        writer.writerow([_plain(cell) for cell in cells])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{_local(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, date | int | float | Decimal):
        return str(cell)  # a negative number is a number
    return guard(str(cell))


def _local(moment: datetime) -> datetime:
    """The time on the wall: files know no time zones."""
    return timezone.localtime(moment).replace(tzinfo=None) if timezone.is_aware(moment) else moment


def _by_place(formula: str, headings: Sequence[Heading]) -> str:
    """The formula with cells for the labels, and {row} for the number of the row."""
    cells = {one.label: f"{xl_col_to_name(place)}{{row}}" for place, one in enumerate(headings)}
    return "=" + formula.format_map(cells)


class Workbook:
    """An xlsx file written row by row: headings that stay in sight, real dates and numbers, text as text."""

    def __init__(self, target: IO[bytes]) -> None:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(target, options)
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        self.bold = self.book.add_format(head)
        self.required = self.book.add_format(head | {"font_color": "#B3261E"})
        self.text = self.book.add_format({"num_format": "@"})
        # Typed into and left again, such a cell still is no formula.
        self.quoted = self.book.add_format({"num_format": "@", "quote_prefix": True})
        self.day = self.book.add_format({"num_format": DAY})
        self.money = self.book.add_format({"num_format": MONEY})
        self.moment = self.book.add_format({"num_format": MOMENT})
        self.styles: dict[tuple[str, bool], Any] = {}

    def add_sheet(self, name: str, headings: Sequence[Heading], rows: Iterable[Iterable[Cell]]) -> Any:
        """One sheet with all its rows; returns xlsxwriter's sheet."""
        sheet = self._begin(name, headings)
        for number, cells in enumerate(rows, start=1):
            self.write_row(sheet, number, cells)
        return sheet

    def add_list(self, name: str, headings: Sequence[Heading], rows: Iterable[Sequence[Cell]], title: str) -> Written:
        """A list to work with and to print (台账): typed columns, a filter, sums below, A4 across.

        The sums are formulas that follow the filter, and hold their result: whoever only reads the file, without
        calculating it, sees it too. Rows are written as they come; nothing is kept but the sums.
        """
        sheet = self._begin(name, headings)
        styles = [self._style(heading.shown) if heading.shown else None for heading in headings]
        formulas = {place: _by_place(one.formula, headings) for place, one in enumerate(headings) if one.formula}
        sums = {place: Decimal(0) for place, heading in enumerate(headings) if heading.adds_up}
        number = 0
        for number, cells in enumerate(rows, start=1):
            for place in sums:
                sums[place] += Decimal(str(cells[place] or 0))
            for place, (cell, style) in enumerate(zip(cells, styles, strict=True)):
                if place in formulas:
                    sheet.write_formula(number, place, formulas[place].format(row=number + 1), style, cell)
                else:
                    self._write(sheet, number, place, cell, style)
        if number:
            sheet.autofilter(0, 0, number, len(headings) - 1)
            self._add_sums(sheet, headings, number + 1, sums)
        sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(headings) - 1)}{number + 2}"})
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.set_header(f"&C{title.replace('&', '&&')[:200]}")
        sheet.set_footer("&C&P / &N")
        return Written(number, sums)

    def _add_sums(self, sheet: Any, headings: Sequence[Heading], row: int, sums: dict[int, Decimal]) -> None:
        last = row  # rows of a file are counted from 1, and the first has the headings
        if sums:
            sheet.write_string(row, 0, "合计", self._style(TEXT, is_sum=True))
        for place, total in sums.items():
            letter = xl_col_to_name(place)
            style = self._style(headings[place].shown or NUMBER, is_sum=True)
            sheet.write_formula(row, place, f"=SUBTOTAL(109,{letter}2:{letter}{last})", style, total)

    def _begin(self, name: str, headings: Sequence[Heading]) -> Any:
        # Excel allows 31 characters and none of these.
        sheet = self.book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31])
        for column, heading in enumerate(headings):
            sheet.set_column(column, column, heading.width)
        sheet.freeze_panes(1, 0)
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading.label, self.required if heading.required else self.bold)
        return sheet

    def _style(self, shown: str, *, is_sum: bool = False) -> Any:
        key = (shown, is_sum)
        if key not in self.styles:
            more = {"bold": True, "top": 1} if is_sum else {}
            self.styles[key] = self.book.add_format({"num_format": shown} | more)
        return self.styles[key]

    def write_row(self, sheet: Any, number: int, cells: Iterable[Cell], style: Any = None) -> None:
        for column, cell in enumerate(cells):
            self._write(sheet, number, column, cell, style)

    def _write(self, sheet: Any, number: int, column: int, cell: Cell, style: Any) -> None:
        if cell is None or cell == "":
            return
        if isinstance(cell, datetime):
            sheet.write_datetime(number, column, _local(cell), self.moment)
        elif isinstance(cell, date):
            sheet.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), self.day)
        elif isinstance(cell, int | float | Decimal) and not isinstance(cell, bool):
            is_money = isinstance(cell, Decimal) and cell.as_tuple().exponent == -2
            sheet.write_number(number, column, cell, style or (self.money if is_money else None))
        else:
            self._write_text(sheet, number, column, str(cell), style)

    def _write_text(self, sheet: Any, number: int, column: int, text: str, style: Any) -> None:
        text = text[: MAX_CELL - 1]
        if not _RISKY.match(text):
            sheet.write_string(number, column, text, style or self.text)
        else:
            # As text it is safe; only one that begins with an apostrophe needs a second, to be read back.
            sheet.write_string(number, column, guard(text) if text[0] == "'" else text, self.quoted)

    def close(self) -> None:
        self.book.close()
