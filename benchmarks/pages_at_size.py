"""The main pages among 1,000 and among 100,000 projects, each size in a process and a SQLite database of its own.

`./run bench pages [projects]`. On PostgreSQL: fill two databases with `python -m benchmarks.data`, and measure each by
`python -m benchmarks.pages`. Also: a page far down a list, 50 rows against a bare template, and the ten slowest.
"""

import os
import tempfile
from collections.abc import Iterator

from benchmarks import apart

SMALL, LARGE = 1_000, 100_000
FILL = "import sys\nfrom benchmarks.data import main\nmain(int(sys.argv[1]))\n"
MEASURE = "from benchmarks.pages import main\nmain()\n"
DEPTH = "from benchmarks.pages_at_size import depth\ndepth()\n"
SLOWEST = 10
ROUNDS = 9


def measure(large: int = LARGE) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure): of each page the milliseconds at both sizes, and the queries."""
    found: dict[tuple[str, str], list[tuple[float, int]]] = {}
    for count in (SMALL, large):
        with tempfile.TemporaryDirectory() as folder:
            within = apart.on_sqlite(folder)
            for line in apart.run(FILL, str(count), within=within).splitlines():
                label, _gap, figure = line.strip().partition("   ")
                yield label, figure.strip()
            for line in apart.run(MEASURE, within=within).splitlines():
                who, path, milliseconds, queries, _kilobytes = line.split("\t")
                found.setdefault((who, path), []).append((float(milliseconds), int(queries)))
            for line in apart.run(DEPTH, within=within).splitlines():
                label, _tab, figure = line.partition("\t")
                yield f"{label}, {count} projects", figure
    both = {key: figures for key, figures in found.items() if len(figures) == 2}
    slowest = sorted(both.items(), key=lambda one: -one[1][1][0])[:SLOWEST]
    for (who, path), ((before, queries), (after, more)) in slowest:
        ratio = f"× {after / before:.1f}" if before > 0 else ""
        asked = f"{queries} queries" if queries == more else f"{queries} and {more} queries"
        yield f"{path} ({who})", f"{before:.0f} ms, among {large} {after:.0f} ms {ratio}, {asked}"


def depth() -> None:
    """The first page of all projects, one far down, and 50 rows beside a bare template that shows the same."""
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
    import django  # noqa: PLC0415  the environment above must be set first

    django.setup()
    from statistics import median  # noqa: PLC0415
    from time import process_time  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415
    from django.template import engines  # noqa: PLC0415
    from django.test import Client, override_settings  # noqa: PLC0415

    from core.paging import page_of  # noqa: PLC0415
    from people.models import User  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415

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
        "<table>{% for one in rows %}<tr><td>{{ one.number }}</td><td>{{ one.title }}</td><td>{{ one.applicant }}</td>"
        "<td>{{ one.call }}</td><td>{{ one.get_state_display }}</td><td>{{ one.state_since }}</td></tr>{% endfor %}"
        "</table>"
    )
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        ours = took(lambda: client.get("/projects/"))
    theirs = took(lambda: bare.render({"rows": list(rows[:20])}))
    print(f"list page of 20 rows against a bare template\t{ours:.1f} ms, {theirs:.1f} ms, × {ours / theirs:.1f}")
