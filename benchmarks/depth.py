"""Whether a page far down a list takes as long as its first: every list of more than one page, as each role opens it.

Through the client, with all that stands around the rows: the first page, one in the middle and one nine tenths down,
in turns, so that what else the machine does strikes all three. On the database that the environment names: part of
`./run bench pages`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks import pages

SHARES = (0.5, 0.9)
ROUNDS = 5
MORE, NOISE = 1.5, 5.0
"""A page further down may take so many times as long as the first, and so many milliseconds are nothing."""


@dataclass
class Turned:
    """One list as one person turns its pages; of each of the three its milliseconds, queries and kilobytes."""

    who: str
    path: str
    rows: int
    milliseconds: list[float]
    queries: list[int]
    kilobytes: list[int]

    @classmethod
    def of(cls, who: str, line: str) -> "Turned":
        path, rows, *figures = line.split("\t")
        milliseconds, queries, kilobytes = (each.split() for each in figures)
        return cls(who, path, int(rows), [*map(float, milliseconds)], [*map(int, queries)], [*map(int, kilobytes)])

    @property
    def grows(self) -> bool:
        """A page that has so much more to say may take so much longer."""
        first, size = self.milliseconds[0], max(self.kilobytes[0], 1)
        return any(
            time > first * MORE * max(shown / size, 1) and time - first > NOISE
            for time, shown in zip(self.milliseconds[1:], self.kilobytes[1:], strict=True)
        )

    def __str__(self) -> str:
        first, *further = self.milliseconds
        times = ", ".join(f"{time:.0f} ms × {time / max(first, 0.1):.2f}" for time in further)
        asked = " and ".join(map(str, dict.fromkeys(self.queries)))
        return f"{self.rows} rows: {first:.0f} ms, in the middle and far down {times}; {asked} queries"


def run() -> None:
    """One line a list on the standard output."""
    with pages.as_visited():
        addresses = [*pages.plain_addresses(), *pages.main_pages()]
        for who, client in pages.everybody():
            for path in addresses:
                for turned in of_list(client, path):
                    print(who, path, *turned, sep="\t", flush=True)


def of_list(client: Any, path: str) -> Iterator[tuple[str, ...]]:
    """The figures of a page that goes on; nothing of any other, nor of one that takes too long at all."""
    from django.db import connection  # noqa: PLC0415  the environment is set by who starts the process
    from django.db.utils import OperationalError  # noqa: PLC0415

    try:
        with pages.patience(connection):
            page = first_page(client, path)
            if page is None or not page.has_next:
                return
            count, further = pages_further(page)
            paths = [path, *(f"{path}?{urlencode({'page': each})}" for each in further)]
            found = [pages.counted(client, each) for each in paths]
            times = [[pages.took(client, each) for each in paths] for _round in range(ROUNDS)]
    except OperationalError:  # given up: pages says so of the first page
        return
    milliseconds = [median(each) for each in zip(*times, strict=True)]
    yield (
        str(count),
        " ".join(f"{one:.1f}" for one in milliseconds),
        " ".join(str(queries) for queries, _size in found),
        " ".join(str(size) for _queries, size in found),
    )


def first_page(client: Any, path: str) -> Any:
    """The page that the answer shows, if it shows one of a list."""
    from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: PLC0415

    setup_test_environment()  # or the answer does not say what it was made of
    try:
        answer = client.get(path)
    finally:
        teardown_test_environment()
    return page_in(answer.context) if answer.status_code == 200 else None


def page_in(context: Any) -> Any:
    """The `core.paging.Page` in what an answer was made of: of one template, of several, or of none."""
    from core.paging import Page  # noqa: PLC0415  the environment is set by who starts the process

    several = context if isinstance(context, list) else [context] if context is not None else []
    values = (value for one in several for value in one.flatten().values())
    return next((value for value in values if isinstance(value, Page)), None)


def pages_further(page: Any) -> tuple[int, list[str]]:
    """How many rows there are, and what the addresses of the pages further down say, as the list itself would."""
    from django.db.models import QuerySet  # noqa: PLC0415

    from core.paging import AFTER, _Keyset  # noqa: PLC0415  nobody else goes where no link leads

    size = len(page)
    if not isinstance(page.rows, QuerySet):
        count = len(page.rows)
        return count, [str(max(2, int(-(-count // size) * share))) for share in SHARES]
    turned, count = _Keyset(page.rows, size), page.rows.order_by().count()
    ordered = turned.shown.order_by(*(key.order(False) for key in turned.keys))
    places = [max(size - 1, min(int(count * share), count - size - 1)) for share in SHARES]  # a full page, if any
    return count, [turned._write(AFTER, ordered[place]) for place in places]
