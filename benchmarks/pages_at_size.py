"""The main pages among 1,000 and among 100,000 projects, each size in a process and a SQLite database of its own.

`./run bench pages [projects]` fills both, `python -m benchmarks.pages_at_size URL URL` measures two that are filled
already (`benchmarks.data`): `DATABASE_URL`s, or folders with a database of SQLite. It prints of every page the figures
at both sizes, what is not constant (queries) or grows too much (× 1.5), a page far down a list, 50 rows against a bare
template, the ten slowest addresses, and requests a second (`benchmarks.served`).
"""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks import apart
from benchmarks.pages import SLOW

SMALL, LARGE = 1_000, 100_000
FILL = "import sys\nfrom benchmarks.data import main\nmain(int(sys.argv[1]))\n"
MEASURE = "from benchmarks.pages import main\nmain()\n"
DEPTH = "from benchmarks.pages_at_size import depth\ndepth()\n"
SERVED = "from benchmarks.served import main\nmain()\n"
SLOWEST = 10
GROWS, NOISE = 1.5, 5.0
"""A page may take so many times as long among the many, and so many milliseconds are nothing."""
ROUNDS = 9
ROWS = 50
"""So many rows of a list are held against a bare template."""


@dataclass
class Page:
    """One address as one person opens it, at both sizes."""

    who: str
    path: str
    milliseconds: list[float] = field(default_factory=list)
    queries: list[int] = field(default_factory=list)
    kilobytes: list[int] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    """Milliseconds of the first visit, which counts what is kept afterwards."""

    @property
    def is_constant(self) -> bool:
        return len(set(self.queries)) == 1

    @property
    def grows(self) -> bool:
        before, after = self.milliseconds
        may = before * GROWS * self.shows
        return after < 0 or (before > 0 and after > may and after - before > NOISE)

    @property
    def shows(self) -> float:
        """How many times as much there is to read; 1, when it is as much."""
        before, after = self.kilobytes
        return after / before if after > before * 1.2 + 2 else 1.0

    def __str__(self) -> str:
        before, after = self.milliseconds
        asked = str(self.queries[0]) if self.is_constant else " and ".join(map(str, self.queries))
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


def measure(large: int = LARGE) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure), on two databases of its own."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        sizes = [apart.on_sqlite(folder) for folder in (few, many)]
        for count, within in zip((SMALL, large), sizes, strict=True):
            for line in apart.run(FILL, str(count), within=within).splitlines():
                label, _gap, figure = line.strip().partition("   ")
                yield label, figure.strip()
        yield from compared(sizes)


def compared(sizes: list[dict[str, str]]) -> Iterator[tuple[str, str]]:
    """Two filled databases, the smaller one first: what the pages take in each."""
    found: dict[tuple[str, str], Page] = {}
    for size, within in zip(("few", "many"), sizes, strict=True):
        for line in apart.run(MEASURE, within=within).splitlines():
            who, path, milliseconds, queries, kilobytes, first = line.split("\t")
            page = found.setdefault((who, as_kind(path)), Page(who, path))
            page.milliseconds.append(float(milliseconds))
            page.queries.append(int(queries))
            page.kilobytes.append(int(kilobytes))
            page.first.append(float(first))
        for program in (DEPTH, SERVED):
            for line in apart.run(program, within=within).splitlines():
                label, _tab, figure = line.partition("\t")
                yield f"{label}, among the {size}", figure
    pages = [page for page in found.values() if len(page.queries) == 2]
    for page in pages:
        yield f"{page.path} ({page.who})", str(page)
    yield "pages as people open them", str(len(pages))
    for label, chosen in (
        ("whose queries are not constant", [page for page in pages if not page.is_constant]),
        (f"that take more than {GROWS} times as long for what they show", [page for page in pages if page.grows]),
        ("the slowest", sorted(pages, key=lambda page: -page.milliseconds[1])[:SLOWEST]),
        (f"whose first visit takes more than {SLOW:.0f} ms", [page for page in pages if page.first[1] > SLOW]),
    ):
        yield label, str(len(chosen))
        for page in chosen:
            yield f"  {page.path} ({page.who})", str(page)


def as_kind(path: str) -> str:
    """The page of one thing is the same page in both databases, whatever number the thing has there."""
    return re.sub(r"[0-9]+", "N", path)


def depth() -> None:
    """The first page of all projects, one far down, and 50 rows beside a bare template that shows the same."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "MFA_REQUIRED_ROLES": ""}
    import django  # noqa: PLC0415  the environment above must be set first

    django.setup()
    from statistics import median  # noqa: PLC0415
    from time import process_time  # noqa: PLC0415
    from unittest import mock  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415
    from django.template import engines  # noqa: PLC0415
    from django.test import Client, override_settings  # noqa: PLC0415

    from core.paging import page_of  # noqa: PLC0415
    from people.models import User  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from projects.views import project as view  # noqa: PLC0415

    def took(work) -> float:
        work()
        times = []
        for _round in range(ROUNDS):
            start = process_time()
            work()
            times.append((process_time() - start) * 1000)
        return median(times)

    clerk = User.objects.get(username="clerk")
    rows = Project.objects.visible_to(clerk).with_names()
    at = rows.order_by("state_since", "pk")[rows.count() // 10]  # nine tenths down
    deep = page_of(rows.filter(state_since__lte=at.state_since), 50, None).next_page
    first, last = took(lambda: page_of(rows, 50, None)), took(lambda: page_of(rows, 50, deep))
    print(f"50 rows: the first page, far down\t{first:.1f} ms, {last:.1f} ms, × {last / first:.2f}", flush=True)
    bare = engines["django"].from_string(
        "<table>{% for one in rows %}<tr><td><a href='{{ one.get_absolute_url }}'>{{ one.title }}</a>{{ one.number }}"
        "{{ one.field }}</td><td>{{ one.applicant }}</td><td>{{ one.get_state_display }}</td><td>{{ one.call.funder }}"
        "</td><td>{{ one.amount_awarded }}</td><td>{{ one.due_on }}</td></tr>{% endfor %}</table>"
    )
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}), mock.patch.object(view, "PAGE", ROWS):
        assert client.get("/projects/").status_code == 200
        ours = took(lambda: client.get("/projects/"))
    theirs = took(lambda: bare.render({"rows": list(rows[:ROWS])}))
    print(f"list page of {ROWS} rows against a bare template\t{ours:.1f} ms, {theirs:.1f} ms, × {ours / theirs:.1f}")


def within(place: str) -> dict[str, str]:
    """The environment of a process on one database: a URL (its files stay behind in a folder apart), or a folder."""
    if "://" in place:
        return apart.environment(tempfile.mkdtemp()) | {"DATABASE_URL": place}
    return apart.on_sqlite(place)


if __name__ == "__main__":
    for label, figure in compared([within(place) for place in sys.argv[1:3]]):
        print(f"  {label:<70} {figure}", flush=True)
