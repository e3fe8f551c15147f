"""Open data as a directory, for a web server to give out or for another platform to fetch."""

import hashlib
import os
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

from reports.open_data import sources
from reports.open_data.datasets import DATASETS, write_all
from reports.open_data.layout import compact, moment
from reports.open_data.records import Publisher

INDEX = "index.json"
_BLOCK = 1 << 20


def export(directory: Path, publisher: Publisher) -> list[dict[str, Any]]:
    """Write every file and the index into a directory; returns the lines of the index.

    All is written beside its place first; a file is then replaced in one step, the index last. Whoever reads meanwhile
    finds each file whole, old or new; a mistake or a kill before that leaves the directory as it was. The same data
    give the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    beside = Path(mkdtemp(prefix=".open-data-", dir=directory))
    try:
        counts = write_all(beside, publisher)
        lines = [_line(beside, one.name, one.title, one.kind, counts.get(one.name)) for one in DATASETS]
        (beside / INDEX).write_text(_index(lines, publisher), encoding="utf-8")
        for name in (*(one.name for one in DATASETS), INDEX):
            target = directory / name
            target.parent.mkdir(parents=True, exist_ok=True)
            os.replace(beside / name, target)
    finally:
        rmtree(beside, ignore_errors=True)
    return lines


def _line(folder: Path, name: str, title: str, kind: str, records: int | None) -> dict[str, Any]:
    path = folder / name
    line = {"name": name, "title": title, "mediaType": kind, "bytes": path.stat().st_size, "sha256": _sha256(path)}
    return line if records is None else line | {"records": records}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _index(lines: list[dict[str, Any]], publisher: Publisher) -> str:
    """What the directory holds; it says when the data last changed, not when it was written."""
    modified = sources.last_change()
    head = {
        "publisher": publisher.name,
        "license": publisher.licence,
        "modified": moment(modified) if modified else None,
        "files": lines,
    }
    return compact(head).replace('{"name"', '\n{"name"') + "\n"
