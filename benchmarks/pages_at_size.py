"""The main pages among 1,000 and among 100,000 projects, each size in a process and a SQLite database of its own.

`./run bench pages [projects]` fills both, `./run bench pages PLACE PLACE` measures two that are filled already (`./run
bench data`), the smaller one first: `DATABASE_URL`s, or folders with a database of SQLite. It prints of every page the
figures at both sizes, of every list its pages far down (`benchmarks.depth`), 50 rows against a bare template, the ten
slowest addresses, and requests a second (`benchmarks.served`). At the end it lists, after a second look, what asks more
or takes too much longer (× 1.5, with the projects or down a list), and ends with exit code 1 if there is any.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from time import process_time

from benchmarks import apart
from benchmarks.depth import MORE, NOISE, Turned
from benchmarks.pages import SLOW, as_visited
from benchmarks.timing import median_ms

SMALL, LARGE = 1_000, 100_000
SLOWEST = 10
ROUNDS = 9
ROWS = 50
"""So many rows of a list are held against a bare template."""


@dataclass
class Page:
    """One address as one person opens it, at both sizes."""

    who: str
    paths: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    kilobytes: list[int] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    """Milliseconds of the first visit, which counts what is kept afterwards."""

    @property
    def path(self) -> str:
        return self.paths[0]

    def add(self, line: str) -> None:
        """What `benchmarks.pages` says of it at one more size."""
        path, milliseconds, queries, kilobytes, first = line.split("\t")
        self.paths.append(path)
        self.milliseconds.append(float(milliseconds))
        self.queries.append(int(queries))
        self.kilobytes.append(int(kilobytes))
        self.first.append(float(first))

    @property
    def asks_more(self) -> bool:
        return self.queries[1] > self.queries[0]

    @property
    def grows(self) -> bool:
        before, after = self.milliseconds
        may = before * MORE * self.shows
        return after < 0 or (before > 0 and after > may and after - before > NOISE)

    @property
    def shows(self) -> float:
        """How many times as much there is to read; 1, when it is as much."""
        before, after = self.kilobytes
        return after / before if after > before * 1.2 + 2 else 1.0

    def __str__(self) -> str:
        before, after = self.milliseconds
        asked = " and ".join(map(str, dict.fromkeys(self.queries)))
        if after < 0:
            return f"{before:.0f} ms, among the many given up; {asked} queries"
        times = f"× {after / max(before, 0.1):.1f}"
        return f"{before:.0f} ms, among the many {after:.0f} ms {times}, {asked} queries{self.more}"

    @property
    def more(self) -> str:
        """How much more of it there is to read, when it shows more; and how long the first visit takes, when long."""
        before, after = self.kilobytes
        said = f", {before} KB → {after} KB" if self.shows > 1 else ""
        return f"{said}, the first visit {self.first[1]:.0f} ms" if self.first[1] > SLOW else said


def measure(*given: int | str) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure), on two databases that are filled, or on two of its own; raises `NotKept`."""
    places = [one for one in given if isinstance(one, str)]
    if places:
        if len(places) != 2:
            raise SystemExit("Please name two databases that are filled, the smaller one first.")
        yield from compared([apart.at(place) for place in places])
        return
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        sizes = [apart.on_sqlite(folder) for folder in (few, many)]
        for count, within in zip((SMALL, int((given or (LARGE,))[0])), sizes, strict=True):
            yield from apart.measured("benchmarks.data", count, within=within)
        yield from compared(sizes)


def compared(sizes: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Two filled databases, the smaller one first: what the pages take in each."""
    pages = opened(sizes)
    for size, within in zip(("few", "many"), sizes, strict=True):
        yield from apart.measured(apart.OPTIONS, within=within)
        for module in (__name__, "benchmarks.served"):
            for label, figure in apart.measured(module, within=within):
                yield f"{label}, among the {size}", figure
    for page in pages:
        yield f"{page.path} ({page.who})", str(page)
    yield "pages as people open them", str(len(pages))
    lists = [Turned.of(who, line) for who, line in apart.measured("benchmarks.depth", within=sizes[-1])]
    for each in lists:
        yield f"{each.path} ({each.who})", str(each)
    yield "lists of more than one page", str(len(lists))
    slowest = sorted(pages, key=lambda page: -page.milliseconds[1])[:SLOWEST]
    yield from named("the slowest", slowest)
    yield from named(f"whose first visit takes more than {SLOW:.0f} ms", [one for one in pages if one.first[1] > SLOW])
    yield from judged(again([page for page in pages if page.asks_more or page.grows], sizes), lists)


def opened(sizes: list[dict[str, str]]) -> list[Page]:
    """The pages that open at both sizes. The first page of a kind of thing in the one database is the first in the
    other, whatever number the thing has there."""
    found: dict[tuple[str, str, int], Page] = {}
    for within in sizes:
        seen: Counter[tuple[str, str]] = Counter()
        for who, line in apart.measured("benchmarks.pages", within=within):
            kind = who, re.sub(r"[0-9]+", "N", line.partition("\t")[0])
            seen[kind] += 1
            found.setdefault((*kind, seen[kind]), Page(who)).add(line)
    return [page for page in found.values() if len(page.paths) == len(sizes)]


def again(doubtful: list[Page], sizes: list[dict[str, str]]) -> list[Page]:
    """What stood out, at a second look: the machine may have been busier with the many than with the few."""
    lines: list[dict[tuple[str, str], str]] = []
    for place, within in enumerate(sizes):
        paths = sorted({page.paths[place] for page in doubtful})
        measured = apart.measured("benchmarks.pages", *paths, within=within) if paths else ()
        lines.append({(who, line.partition("\t")[0]): line for who, line in measured})
    found = []
    for page in doubtful:
        second = Page(page.who)
        for path, those in zip(page.paths, lines, strict=True):
            if (page.who, path) in those:
                second.add(those[page.who, path])
        found.append(second if len(second.paths) == len(sizes) else page)
    return found


def judged(pages: list[Page], lists: list[Turned]) -> Iterator[tuple[str, str]]:
    """What does not keep the promises; raises `NotKept` when there is any."""
    asking = [page for page in pages if page.asks_more]
    growing = [page for page in pages if page.grows]
    deep = [each for each in lists if each.grows]
    yield from named("that ask more among the many", asking)
    yield from named(f"that take more than {MORE} times as long for what they show", growing)
    yield from named(f"lists that take more than {MORE} times as long further down", deep)
    if asking or growing or deep:
        raise apart.NotKept(
            f"{len(asking)} pages ask more among the many, {len(growing)} take longer, {len(deep)} lists take longer "
            "further down: they stand above."
        )


def named(label: str, chosen: Sequence[Page | Turned]) -> Iterator[tuple[str, str]]:
    yield label, str(len(chosen))
    for one in chosen:
        yield f"  {one.path} ({one.who})", str(one)


def run() -> None:
    """50 rows of the list of projects beside a bare template that shows the same."""
    from unittest import mock  # noqa: PLC0415  the environment is set by who starts the process

    from django.template import engines  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from projects.views import project as view  # noqa: PLC0415

    clerk = User.objects.get(username="clerk")
    rows = Project.objects.visible_to(clerk).with_names()
    bare = engines["django"].from_string(
        "<table>{% for one in rows %}<tr><td><a href='{{ one.get_absolute_url }}'>{{ one.title }}</a>{{ one.number }}"
        "{{ one.field }}</td><td>{{ one.applicant }}</td><td>{{ one.get_state_display }}</td><td>{{ one.call.funder }}"
        "</td><td>{{ one.amount_awarded }}</td><td>{{ one.due_on }}</td></tr>{% endfor %}</table>"
    )
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    with as_visited(), mock.patch.object(view, "PAGE", ROWS):
        assert client.get("/projects/").status_code == 200
        ours = median_ms(lambda: client.get("/projects/"), ROUNDS, process_time)
    theirs = median_ms(lambda: bare.render({"rows": list(rows[:ROWS])}), ROUNDS, process_time)
    print(f"list page of {ROWS} rows against a bare template\t{ours:.1f} ms, {theirs:.1f} ms, × {ours / theirs:.1f}")
