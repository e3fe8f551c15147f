"""From the papers of a print job to the one file that is given out; a paper at a time, so that none waits in memory."""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable
from shutil import copyfileobj
from typing import IO

from django.utils.translation import gettext as _

from core.spreadsheets import Heading, Workbook
from reports.binder import Binder
from reports.models import Paper, PrintItem, PrintJob
from reports.paper_register import STATES

INDEX = [
    Heading("序号", 8), Heading("文件名", 60), Heading("内容", 44), Heading("字号（编号）", 32), Heading("状态", 12),
    Heading("文件校验码（SHA-256）", 68), Heading("说明", 44),
]  # fmt: skip
LONGEST = 70
"""Characters of a file name without number and ending: Chinese ones take three bytes each, and 255 are allowed."""
SAME_DAY = (1980, 1, 1, 0, 0, 0)
"""The hour at which a zip was made is no part of it: the same papers give the same bytes."""


class Altered(Exception):
    """A stored file is not what it was when it was printed."""


def write(job: PrintJob, items: Iterable[PrintItem], target: IO[bytes], moved: Callable[[], None]) -> None:
    """Put the papers together in the form that was asked for; `moved` is told after each. Raises `Altered`."""
    if job.form == PrintJob.Form.ZIP:
        _zip(items, target, moved)
    else:
        _bind(job, items, target, moved)


def name_in_zip(item: PrintItem) -> str:
    """Its place and its Chinese name: unique, in the order of the list, and good on every system."""
    stem = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f]', "_", item.filename.removesuffix(".pdf"))
    stem = "".join(sign for sign in stem if sign.isprintable())[:LONGEST].strip(" .") or "文件"
    return f"{item.ordinal:04d}-{stem}.pdf"


def _bind(job: PrintJob, items: Iterable[PrintItem], target: IO[bytes], moved: Callable[[], None]) -> None:
    binder = Binder(target, title=job.about, both_sides=job.both_sides)
    for item in items:
        if item.status == PrintItem.Status.DONE:
            with _opened(item) as file:
                binder.add(_checked(item, file), item.name)
        moved()
    binder.close()


def _zip(items: Iterable[PrintItem], target: IO[bytes], moved: Callable[[], None]) -> None:
    rows = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:  # a PDF is packed already
        for item in items:
            name = ""
            if item.status == PrintItem.Status.DONE:
                name = name_in_zip(item)
                with _opened(item) as file, archive.open(zipfile.ZipInfo(name, SAME_DAY), "w", force_zip64=True) as out:
                    copyfileobj(_checked(item, file), out, 1 << 20)
            rows.append(_row(item, name))
            moved()
        with archive.open(zipfile.ZipInfo("0000-目录.xlsx", SAME_DAY), "w") as out:
            book = Workbook(out)  # type: ignore[arg-type]
            book.add_sheet("目录", INDEX, rows)
            book.close()


def _row(item: PrintItem, name: str) -> list[str | int]:
    paper = item.paper
    number, state = (paper.number, STATES[Paper.State(paper.state)]) if paper else ("", "打印件")
    if not name:
        state = "未打印"
    return [item.ordinal, name, item.name, number, state, item.sha256, item.error]


def _opened(item: PrintItem) -> IO[bytes]:
    return (item.paper.file if item.paper else item.file).open("rb")


def _checked(item: PrintItem, file: IO[bytes]) -> IO[bytes]:
    """The file from its beginning, once it has proved to be the one that was printed."""
    if hashlib.file_digest(file, "sha256").hexdigest() != item.sha256:  # type: ignore[arg-type]
        raise Altered(_("The stored file of paper %(n)s is not the one that was printed.") % {"n": item.ordinal})
    file.seek(0)
    return file
