"""Every file of the open data by its name: what is in it, and how it is written.

`write_all` reads the awards once for all their files, so that these say the same.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from core import clock
from core.spreadsheets import csv_lines
from reports.open_data import common_grants, figures, sources, tables, threesixty
from reports.open_data.description import description
from reports.open_data.layout import Layout, compact
from reports.open_data.records import Award, Opportunity, Publisher

JSON = "application/json"
CSV = "text/csv; charset=utf-8"


@dataclass(frozen=True)
class Dataset:
    """One file. `of_awards` or `of_calls` makes its layout, else `whole` its text."""

    name: str
    title: str
    kind: str
    of_awards: Callable[[Publisher, datetime | None], Layout[Award]] | None = None
    of_calls: Callable[[Publisher, datetime], Layout[Opportunity]] | None = None
    whole: Callable[[Publisher], str] | None = None

    def modified(self) -> datetime | None:
        """When it last changed; None for what only a new version changes."""
        if self.name.startswith("statistics"):
            return figures.last_change()
        return None if self.name == "openapi.json" else sources.last_change()

    def pieces(self, publisher: Publisher) -> Iterator[str]:
        """The text of the file as it is now, piece by piece."""
        if self.of_awards:
            yield from self.of_awards(publisher, sources.last_change()).pieces(sources.each_award())
        elif self.of_calls:
            yield from self.of_calls(publisher, clock.now()).pieces(sources.opportunities())
        elif self.whole:
            yield self.whole(publisher)


def _statistics_json(publisher: Publisher) -> str:
    return compact(figures.as_json(figures.statistics(), publisher)) + "\n"


def _statistics_csv(_publisher: Publisher) -> str:
    return "".join(csv_lines(*figures.as_lines(figures.statistics())))


def _openapi(publisher: Publisher) -> str:
    return compact(description(publisher)) + "\n"


DATASETS = (
    Dataset("360giving.json", "立项资助（360Giving 1.4）", JSON, of_awards=threesixty.package),
    Dataset("awards.csv", "立项资助（表格）", CSV, of_awards=lambda publisher, _at: tables.awards_table(publisher)),
    Dataset("calls.csv", "申报批次（表格）", CSV, of_calls=tables.calls_table),
    Dataset(
        "common-grants/awards.json",
        "立项资助（CommonGrants）",
        JSON,
        of_awards=lambda publisher, _at: common_grants.awards_file(publisher),
    ),
    Dataset(
        "common-grants/opportunities.json",
        "申报批次（CommonGrants）",
        JSON,
        of_calls=common_grants.opportunities_file,
    ),
    Dataset("statistics.json", "统计", JSON, whole=_statistics_json),
    Dataset("statistics.csv", "统计（表格）", CSV, whole=_statistics_csv),
    Dataset("openapi.json", "接口说明（OpenAPI 3.1）", JSON, whole=_openapi),
)


def find(name: str) -> Dataset | None:
    return next((one for one in DATASETS if one.name == name), None)


def write_all(folder: Path, publisher: Publisher) -> dict[str, int]:
    """Every file into a folder; the awards are read once for all their files. Returns how many records each has."""
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        opened = {one.name: stack.enter_context(_open(folder / one.name)) for one in DATASETS}
        modified = sources.last_change()
        of_awards = {one.name: one.of_awards(publisher, modified) for one in DATASETS if one.of_awards}
        written = _side_by_side(of_awards, {name: opened[name] for name in of_awards}, sources.each_award())
        counts |= dict.fromkeys(of_awards, written)
        calls = sources.opportunities()
        for one in DATASETS:
            if one.of_calls:
                opened[one.name].writelines(one.of_calls(publisher, clock.now()).pieces(calls))
                counts[one.name] = len(calls)
            elif one.whole:
                opened[one.name].write(one.whole(publisher))
    return counts


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", newline="")


def _side_by_side(layouts: dict[str, Layout[Award]], files: dict[str, IO[str]], records: Iterable[Award]) -> int:
    """Each record into all files before the next is read."""
    for name, layout in layouts.items():
        files[name].write(layout.head)
    count = 0
    for count, record in enumerate(records, start=1):
        for name, layout in layouts.items():
            files[name].write((layout.joint if count > 1 else "") + layout.line(record))
    for name, layout in layouts.items():
        files[name].write(layout.tail)
    return count
