"""What a filled PostgreSQL weighs and how it answers, and what that means for ten years of the whole country.

`./run bench scale [URL]`, after `./run bench data 30000 URL`: the largest tables with their indexes, per project and
worked out for 3,000,000; then the plans of the questions that pages ask, with their time and every table that is read
from end to end. docs/scale.md is written from it.
"""

import re
from collections.abc import Iterator
from typing import Any

from benchmarks import apart

COUNTRY = 3_000_000
"""300,000 projects a year for ten years."""
LARGEST = 14
SIZES = """
SELECT c.relname, c.reltuples::bigint, pg_table_size(c.oid), pg_indexes_size(c.oid)
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
ORDER BY pg_total_relation_size(c.oid) DESC
"""
WORTH_TELLING = 1_000
"""Rows from which on it matters that a table is read from end to end."""


def measure(place: str = "") -> Iterator[tuple[str, str]]:
    """(what was asked, the figure), of a database that is filled (`apart.at`)."""
    within = apart.at(place)
    if not within.get("DATABASE_URL", "").startswith("postgres"):
        raise SystemExit("Please name the address of a filled PostgreSQL: it is the one that says how it answers.")
    yield from apart.measured(apart.OPTIONS, within=within)
    yield from apart.measured(__name__, within=within)


def run() -> None:
    """One line a figure on the standard output."""
    for label, figure in (*sizes(), *plans()):
        print(f"{label}\t{figure}", flush=True)


def sizes() -> Iterator[tuple[str, str]]:
    from django.db import connection  # noqa: PLC0415

    from projects.models import Project  # noqa: PLC0415

    projects = Project.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        found = cursor.fetchall()
    for name, rows, table, indexes in found[:LARGEST]:
        yield name, _line(rows, table, indexes, projects)
    others = found[LARGEST:]
    yield f"{len(others)} others", _line(*(sum(one[place] for one in others) for place in (1, 2, 3)), projects)
    yield "together", _line(*(sum(one[place] for one in found) for place in (1, 2, 3)), projects)


def _line(rows: int, table: int, indexes: int, projects: int) -> str:
    each, all_of_it = (table + indexes) / projects, (table + indexes) / projects * COUNTRY / 1e9
    return (
        f"{rows:,} rows, {rows / projects:.1f} a project, {table / 1e6:.0f} MB + {indexes / 1e6:.0f} MB of indexes, "
        f"{each / 1000:.1f} kB a project, {all_of_it:.0f} GB in ten years"
    )


def plans() -> Iterator[tuple[str, str]]:
    """Each question as often as a page asks it: the second time, when its pages are in memory."""
    for label, rows in questions():
        rows.explain(analyze=True)
        said = rows.explain(analyze=True)
        took = re.search(r"Execution Time: ([\d.]+) ms", said)
        planned = re.search(r"Planning Time: ([\d.]+) ms", said)
        whole = sorted({name for name, many in read_whole(said) if many >= WORTH_TELLING})
        through = sorted(set(re.findall(r"(?:Index|Bitmap Index|Index Only) Scan using (\w+)", said)))
        how = f"reads all of {', '.join(whole)}" if whole else f"by {', '.join(through) or 'nothing large'}"
        yield label, f"{float(took[1]):.1f} ms (planned in {float(planned[1]):.1f}), {how}"  # type: ignore[index]


def read_whole(plan: str) -> Iterator[tuple[str, int]]:
    """(table, rows) of each that is read from end to end."""
    for line in plan.splitlines():
        if found := re.search(r"Seq Scan on (\w+).*actual time=\S+ rows=(\d+)", line):
            filtered = re.search(r"Rows Removed by Filter: (\d+)", plan[plan.index(line) :][: len(line) + 200])
            yield found[1], int(found[2]) + (int(filtered[1]) if filtered else 0)


def questions() -> Iterator[tuple[str, Any]]:
    from core.models import Event  # noqa: PLC0415
    from grants.models import Call  # noqa: PLC0415
    from people.models import Organization, User  # noqa: PLC0415
    from projects.models import LikenessKey, Project  # noqa: PLC0415
    from reports.models import Paper  # noqa: PLC0415

    clerk, district = User.objects.get(username="clerk"), User.objects.get(username="clerk-l00000")
    for who, person in (("bureau of all past seasons", clerk), ("bureau of a district", district)):
        mine = Project.objects.visible_to(person)
        newest = mine.with_names().order_by("-state_since", "-pk")
        yield f"{who}: 50 newest projects", newest[:50]
        if at := newest.values_list("state_since", flat=True)[mine.count() // 2 : mine.count() // 2 + 1].first():
            yield f"{who}: 50 in the middle, by key", newest.filter(state_since__lte=at)[:50]
        yield f"{who}: those under way, counted to 1,000", mine.filter(state="running")[:1000]
        yield f"{who}: whose title says 养老", newest.filter(title__contains="养老")[:50]
        yield f"{who}: the organisations it knows, by name", Organization.objects.listed_for(person)[:50]
        yield f"{who}: papers of the register", Paper.objects.register_of(person)[:50]
    yield "groups of a head", Project.objects.visible_to(User.objects.get(username="head3-l00000")).with_names()[:50]
    some = Project.objects.order_by("pk")[1]
    yield "the log of one project", Event.objects.about(some).order_by("-at")[:50]
    looked = Event.objects.disclosures().filter(data__funder__in=list(district.roles)).order_by("-pk")
    yield "who looked at personal data of a district", looked[:50]
    call = Call.objects.order_by("pk").last()
    yield "a call's projects, ranked", Project.objects.filter(call=call).order_by("-amount_requested")
    yield "an organisation by its number", Organization.objects.filter(credit_code="52P00001")
    yield "organisations by name", Organization.objects.filter(name__contains="柳溪")[:50]
    handed_in = Project.objects.filter(submitted_at__isnull=False).order_by("-pk")
    yield "the newest with whose texts one is compared", handed_in.only("needs")[:1000]
    if key := LikenessKey.objects.values_list("value", flat=True).first():
        yield "who has the same key", LikenessKey.objects.filter(value=key).order_by("-pk")[:500]
