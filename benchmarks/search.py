"""How long a search takes among 100,000 projects: the 50 newest hits for a clerk, who sees all, and for an applicant.

In a process of its own on each database: SQLite, and PostgreSQL where there is one, side by side.
What is measured is the question itself (what stands above, the 50 newest); the page with its six counters beside it
goes through Django's whole road.
"""

import os
from collections.abc import Callable, Iterator
from time import perf_counter, process_time

from benchmarks import apart
from benchmarks.timing import median_ms

COUNT = 100_000
GROUPS = 400
ROUNDS = 15


def measure(count: int = COUNT) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure on SQLite and on PostgreSQL)."""
    found: dict[str, list[str]] = {}
    for label, figure in apart.on_each_database(__name__, count):
        found.setdefault(label, []).append(figure)
    for label, figures in found.items():
        yield label, " | ".join(figures)


def run(count: int) -> None:
    """Fill, index, ask; one line a figure on the standard output."""
    apart.make_database()
    for label, figure in _figures(count):
        print(f"{label}\t{figure}", flush=True)


def _figures(count: int) -> Iterator[tuple[str, str]]:
    from django.db import connection  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from reports.search import upkeep  # noqa: PLC0415
    from reports.search.finding import PAGE, Finder  # noqa: PLC0415
    from reports.search.sources import GROUPS  # noqa: PLC0415
    from reports.search.words import read  # noqa: PLC0415

    clerk, applicant, titles = fill(count)
    start = perf_counter()
    indexed = upkeep.rebuild()
    seconds = perf_counter() - start
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    size = "" if connection.vendor == "postgresql" else f", {_megabytes():.0f} MB of database"
    yield f"{count} projects, {indexed} records indexed", f"{connection.vendor}: {seconds:.0f} s{size}"
    lines = {
        "a word that a fifth of them has (社区)": "社区",
        "two words (独居 心理)": "独居 心理",
        "a rare word (防诈骗)": "防诈骗",
        "a word that nobody has": "火箭",
        "a number (SS2026-50123)": "SS2026-50123",
        "the year of a number (2026)": "2026",
        "a name of ten characters": titles[1],
        "one character (社)": "社",
    }
    for who, person in (("clerk", clerk), ("applicant", applicant)):
        client = Client()
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for label, line in lines.items():
            asked = read(line)

            def ask(asked=asked, person=person) -> list:
                finder = Finder(person)
                newest = finder.walk(asked, list(GROUPS), PAGE)
                finder.go([finder.same(asked, ""), newest])
                return newest.seen

            hits = len(ask())
            page = _median_ms(lambda client=client, line=line: client.get("/search/", {"q": line}))
            yield f"  {who}, {label}, {hits} hits", f"{_median_ms(ask):.1f} ms, the page {page:.0f} ms"


def _median_ms(work: Callable[[], object]) -> float:
    from django.db import connection  # noqa: PLC0415

    # SQLite works in our own process: its processor time does not depend on what else the machine does.
    now = perf_counter if connection.vendor == "postgresql" else process_time
    return median_ms(work, ROUNDS, now)


def _megabytes() -> float:
    from django.conf import settings  # noqa: PLC0415

    return os.path.getsize(settings.DATABASES["default"]["NAME"]) / 1e6


def fill(count: int):
    """A town with so many projects of 400 groups, in the words of real proposals. Clerk, a group's head, the names."""
    import random  # noqa: PLC0415
    from contextlib import ExitStack  # noqa: PLC0415
    from datetime import timedelta  # noqa: PLC0415

    from benchmarks.texts import STOCK, TEMPLATE  # noqa: PLC0415
    from core import clock  # noqa: PLC0415
    from people.models import Kind, Membership, Organization  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415
    from tests import town as towns  # noqa: PLC0415

    dice = random.Random(1)
    with ExitStack() as stack:
        stack.enter_context(clock.at(towns.MARCH))
        town = towns.build()
        names = [
            f"{dice.choice('柳杨松竹梅兰荷菊')}{dice.choice('溪林岸园桥湖山庄')}第{n}社工服务站" for n in range(GROUPS)
        ]
        groups = Organization.objects.bulk_create(
            Organization(
                name=name, kind=Kind.COMMUNITY_GROUP, status="filed", filing_number=f"BA-110105030001-2024-{n:04}"
            )
            for n, name in enumerate(names)
        )
        Membership.objects.create(user=town.stranger, organization=groups[1], role="manager", since=towns.MARCH.date())
        track, begin = town.call.tracks.get(open_to="filed"), clock.now()

        def project(n: int) -> Project:
            words = dice.choices(STOCK, k=12)
            return Project(
                call=town.call, track=track, applicant=groups[n % GROUPS], number=f"SS2026-{n:05}",
                title=f"{''.join(words[:2])}项目", summary="，".join(words[2:7]), field=town.elderly,
                needs="，".join(words[7:]) + "。" + dice.choice(TEMPLATE), community=town.community,
                state="submitted", submitted_at=begin, created_by=town.head,
                created_at=begin - timedelta(minutes=count - n),
            )  # fmt: skip

        for start in range(0, count, 5000):
            Project.objects.bulk_create([project(n) for n in range(start, min(start + 5000, count))])
    return town.clerk, town.stranger, names
