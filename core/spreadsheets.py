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
from functools import cache, partial
from io import StringIO
from itertools import chain, count, repeat
from math import isfinite
from typing import IO, Any

import xlsxwriter.worksheet
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
    for place, row in enumerate(rows, start=1):
        if place > MAX_ROWS:
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


class _Sheet(xlsxwriter.worksheet.Worksheet):
    """A sheet that also takes cells as they stand in the file: what XlsxWriter does with each before took most of the
    time of a long list (docs/adr/0027-importing-in-bulk.md). All else, and the rest of the file, is XlsxWriter's."""

    def put(self, row: int, place: int, xml: str) -> None:
        """The cell of this place, or those of the row up to it; rows come in their order."""
        if not xml or self._check_dimensions(row, place):
            return
        if row > self.previous_row:
            self._write_single_row(row)
        self.table[row][place] = xml

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if isinstance(cell, str):
            self.fh.write(cell)
        else:
            super()._write_cell(row, col, cell)


_EASY_SIGN = r"^&<>_\x00-\x1f\ufffe\uffff"
_EASY = re.compile(rf"[{_EASY_SIGN}\s'=+\-@＝＋－＠](?:[{_EASY_SIGN}]{{0,9999}}[{_EASY_SIGN}\s])?")
"""A text that stands in a file as it is: no markup, nothing that would be calculated, no space around it, not long."""
_letters = cache(xl_col_to_name)
_PLAIN = repeat(None)  # no style of its own for any cell


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
        self.kinds: dict[type, Callable[[Any, str, Any, Any], str]] = {}

    def add_sheet(self, name: str, headings: Sequence[Heading], rows: Iterable[Iterable[Cell]]) -> Any:
        """One sheet with all its rows; returns xlsxwriter's sheet."""
        sheet = self._begin(name, headings)
        for number, cells in enumerate(rows, start=1):
            self._put(sheet, number, cells, _PLAIN)
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
            if len(cells) != len(headings):
                raise ValueError(f"A row of {len(cells)} cells under {len(headings)} headings")
            if not formulas:
                self._put(sheet, number, cells, styles)
                continue
            self.write_row(sheet, number, cells, styles)
            for place, formula in formulas.items():
                sheet.write_formula(number, place, formula.format(row=number + 1), styles[place], cells[place])
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
        sheet = self.book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", name)[:31], _Sheet)
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

    def write_row(self, sheet: Any, number: int, cells: Iterable[Cell], styles: Iterable[Any] = _PLAIN) -> None:
        """Cells of a row to which others may be added, each shown as its style says, if there is one."""
        for place, xml in enumerate(self._row(sheet, number, cells, styles)):
            sheet.put(number, place, xml)

    def _put(self, sheet: Any, number: int, cells: Iterable[Cell], styles: Iterable[Any]) -> None:
        """The same for a whole row, as one piece."""
        found = self._row(sheet, number, cells, styles)
        sheet.put(number, len(found) - 1, "".join(found))

    def _row(self, sheet: Any, number: int, cells: Iterable[Cell], styles: Iterable[Any]) -> list[str]:
        """The cells of a row as they stand in the file; "" where one is empty."""
        row, kinds, places = f'{number + 1}"', self.kinds, map(_letters, count())
        return [
            "" if cell is None else (kinds.get(type(cell)) or self._kind(cell))(sheet, f'<c r="{at}{row}', cell, style)
            for cell, style, at in zip(cells, styles, places)  # noqa: B905  places never end
        ]

    def _kind(self, cell: Cell) -> Callable[[Any, str, Any, Any], str]:
        """How cells of this type are written: decided once for all of them."""
        known: list[tuple[Any, Any]] = [(date, self._time), (str | bool, self._text)]
        known += [(int | float | Decimal, self._number), (object, self._text)]
        return self.kinds.setdefault(type(cell), next(write for kind, write in known if isinstance(cell, kind)))

    def _time(self, sheet: Any, begin: str, cell: date, style: Any) -> str:
        wall, style = (_local(cell), self.moment) if isinstance(cell, datetime) else (cell, self.day)
        return f'{begin} s="{style._get_xf_index()}"><v>{sheet._convert_date_time(wall):.16G}</v></c>'

    def _number(self, sheet: Any, begin: str, cell: float | Decimal, style: Any) -> str:
        if not isfinite(cell):
            raise ValueError(f"{cell} is no number for a workbook")
        if style is None and isinstance(cell, Decimal) and cell.as_tuple().exponent == -2:
            style = self.money
        shown = f' s="{style._get_xf_index()}"' if style else ""
        return f"{begin}{shown}><v>{cell:.16G}</v></c>"

    def _text(self, sheet: Any, begin: str, cell: Any, style: Any) -> str:
        text, space = str(cell), ""
        if not text:
            return ""
        if not _EASY.fullmatch(text):
            text = text.encode("utf-16-le")[: 2 * MAX_CELL - 2].decode("utf-16-le", "ignore")
            if _RISKY.match(text):
                # As text it is safe; only one that begins with an apostrophe needs a second, to be read back.
                text, style = guard(text) if text[0] == "'" else text, self.quoted
            text = sheet._escape_data(sheet._escape_control_characters(text))
            space = "" if text == text.strip() else ' xml:space="preserve"'
        return f'{begin} s="{(style or self.text)._get_xf_index()}" t="inlineStr"><is><t{space}>{text}</t></is></c>'

    def close(self) -> None:
        self.book.close()
