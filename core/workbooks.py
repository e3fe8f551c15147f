"""The first sheet of an xlsx file, row by row: quickly where that is safe, carefully everywhere else.

python-calamine is ten times as fast as openpyxl, and lays a sheet out as a rectangle first: one cell far out at the
edge would take all memory and end the process. So the sheets are looked over before (`_looked_over`). What is large,
unusual or damaged, and what has formulas or errors, of which calamine tells nothing, is read by openpyxl, which never
holds more than one row (docs/adr/0027-importing-in-bulk.md).
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Any

import openpyxl
import python_calamine
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.safety import packages

MAX_COLUMNS = 200
MOST_CELLS = 1_000_000
"""So large a rectangle is laid out: 60,000 rows of 16 columns, 170 MB with their texts."""
MOST_COPIED = 128 * 1024 * 1024
"""So much may the parts of a workbook come to that is read quickly, unpacked."""
_IN_MEMORY, _PIECE = 16 * 1024 * 1024, 1024 * 1024

Cell = Any  # str, int, float, bool, Decimal, date, datetime or None
NumberedRow = tuple[int, list[Cell]]


class NoResult(str):
    """The words of a formula whose result is not in the file: whoever saved it did not calculate it."""


def opened(file: IO[bytes], most_rows: int) -> Callable[[], Iterator[NumberedRow]]:
    """What gives, each time it is called, the cells of each row from the first on with its number in the file, also of
    those that are empty; up to `most_rows`, at least."""
    with _said_in_words():
        danger = packages.check_archive(file)
        if danger == packages.Danger.BOMB:
            raise ValidationError(_("The workbook is too large. Please split it."), code="too_large")
        if danger:
            raise ValueError(danger)
        sheet = _quickly(file, most_rows)
    return partial(_of_calamine, sheet) if sheet else partial(_carefully, file, most_rows)


@contextmanager
def _said_in_words() -> Iterator[None]:
    try:
        yield
    except ValidationError:
        raise
    except Exception as error:  # openpyxl raises nearly anything when a part is missing or damaged
        raise ValidationError(
            _("This file cannot be read as a spreadsheet. Please open it and save it again as .xlsx or .csv."),
            code="damaged",
        ) from error


# -- Quickly ---------------------------------------------------------------------------------------

_UNNEEDED = ("docProps/", "customXml/", "xl/charts/", "xl/drawings/", "xl/media/", "xl/theme/")
_UNUSUAL = re.compile(
    rb"<(?:c(?=[\s/>])(?! r=\"[A-Z]{1,3}[0-9]{1,7}\"(?: [a-qs-z]+=\"[^\"<>&]*\")*\s?/?>)"
    rb"|row(?=[\s/>])(?! r=\"[0-9]{1,7}\"(?: (?:s|x14ac:dyDescent|[A-Za-z]{2,})=\"[^\"<>&]*\")*\s?/?>)"
    rb"|(?:[^\s<>/]*:(?:c|row|f)|f)[\s/>])"
)
"""A cell or row that does not say its place as spreadsheet programs write it (once, and first), or a formula."""
_UNTOLD = (b't="e"', b't="d"', b"<![CDATA[", b"\0")
"""An error; a day in words; text that calamine passes over; and text of two bytes a sign."""
_PLACE = re.compile(rb"<c r=\"([A-Z]+)([0-9]+)\"")
_ROW = re.compile(rb"<row r=\"([0-9]+)\"")


def _quickly(file: IO[bytes], most_rows: int) -> python_calamine.CalamineSheet | None:
    """None where that is not safe, or calamine cannot read it."""
    copy = _looked_over(file, most_rows)
    if copy is None:
        return None
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(copy)
        kinds = [sheet.typ for sheet in book.sheets_metadata]
        return book.get_sheet_by_index(kinds.index(python_calamine.SheetTypeEnum.WorkSheet))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic of Rust is no Exception; openpyxl tells what is wrong with the file, if anything is
        return None


def _of_calamine(sheet: python_calamine.CalamineSheet) -> Iterator[NumberedRow]:
    before: list[Cell] = [None] * (sheet.start[1] if sheet.start else 0)  # it begins with the first column in use
    like = _LIKE.get
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, before + [same(cell) if (same := like(type(cell))) else cell for cell in cells]


def _number(cell: float) -> int | float:
    return int(cell) if cell.is_integer() and abs(cell) < 10**15 else cell


_LIKE: dict[type, Callable[[Any], Cell]] = {
    str: lambda text: text or None,
    float: _number,
    date: lambda day: datetime.combine(day, time.min),
}
"""Calamine's cells as openpyxl has them: nothing is None, a whole number an int, a day the midnight it begins with."""


def _looked_over(file: IO[bytes], most_rows: int) -> IO[bytes] | None:
    """A copy of the workbook with nothing in it but parts that were looked over; None where the cells of one would make
    too large a rectangle, or have what calamine passes over.

    Every part, as a sheet may have any name; a copy, as another program may find other parts in the same archive."""
    copy = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  whoever reads it closes it by forgetting it
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(copy, "w") as target:
        parts = [part for part in archive.infolist() if _is_needed(part.filename)]
        if sum(part.file_size for part in parts) > MOST_COPIED:
            return None
        for part in parts:
            width = last = 0
            with target.open(part.filename, "w") as written:
                for piece in _pieces(archive, part):
                    if any(sign in piece for sign in _UNTOLD) or _UNUSUAL.search(piece):
                        return None
                    wide, long = _reach(piece)
                    width, last = max(width, wide), max(last, long)
                    written.write(piece)
            if width > MAX_COLUMNS or last > most_rows or width * last > MOST_CELLS:
                return None
    copy.seek(0)
    return copy


def _is_needed(name: str) -> bool:
    return name.endswith((".xml", ".rels")) and not name.startswith(_UNNEEDED)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part in pieces, each of which ends before an element begins."""
    rest = b""
    with archive.open(part) as file:
        while chunk := file.read(_PIECE):
            whole, mark, begun = (rest + chunk).rpartition(b"<")
            yield whole
            rest = mark + begun
    yield rest


def _reach(piece: bytes) -> tuple[int, int]:
    """The last column and the last row in which it has a cell."""
    places = _PLACE.findall(piece)
    width = max(map(_column, {letters for letters, _row in places}), default=0)
    last = max(map(int, {row for _letters, row in places} | set(_ROW.findall(piece))), default=0)
    return width, last


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# -- Carefully -------------------------------------------------------------------------------------

_CHINESE_DAYS = {*range(27, 37), *range(50, 59)}
"""Forms of days and times that Chinese programs name by number alone (31: 2026年1月5日), unknown to openpyxl."""


def _carefully(file: IO[bytes], most_rows: int) -> Iterator[NumberedRow]:
    with _said_in_words():
        file.seek(0)
        workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
        styles = enumerate(workbook._cell_styles)
        workbook._date_formats |= {place for place, style in styles if style.numFmtId in _CHINESE_DAYS}
        limits = {"max_row": most_rows, "max_col": MAX_COLUMNS, "values_only": True}
        limits["max_col"] = _width(workbook.worksheets[0], limits)
        found = workbook.worksheets[0].iter_rows(**limits)
        if _has_formulas(file):
            written = openpyxl.load_workbook(file, read_only=True, keep_links=False).worksheets[0].iter_rows(**limits)
            found = (_without_result(cells, formulas) for cells, formulas in zip(found, written, strict=True))
        for number, cells in enumerate(found, start=1):
            width = len(cells)
            while width and cells[width - 1] is None:  # openpyxl fills every row up to the limit
                width -= 1
            yield number, list(cells[:width])


def _width(sheet: Any, limits: dict[str, int]) -> int:
    """So many columns are read: openpyxl fills every row up to there, which takes longer than reading it. As many as
    the sheet says that it has, where that can be: not fewer than there are headings."""
    first = next((cells for cells in sheet.iter_rows(**limits) if any(cell is not None for cell in cells)), ())
    headings = max((place for place, cell in enumerate(first, start=1) if cell is not None), default=MAX_COLUMNS)
    said = sheet.max_column or 0
    return min(said, MAX_COLUMNS) if said >= headings else MAX_COLUMNS


def _has_formulas(file: IO[bytes]) -> bool:
    """Whether a sheet has formulas at all: only then is it read a second time."""
    with zipfile.ZipFile(file) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f" in archive.read(name) for name in sheets)


def _without_result(cells: Sequence[Cell], formulas: Sequence[Cell]) -> list[Cell]:
    """The row with its results; where a formula has none, its words, so that it is not taken for an empty cell."""
    return [
        NoResult(formula) if cell is None and isinstance(formula, str) and formula.startswith("=") else cell
        for cell, formula in zip(cells, formulas, strict=True)
    ]
