"""How much memory and time the open data take: `manage.py export_open_data` with 1,000 and with 100,000 awards.

Each size in a process of its own with a database of its own, because a process never gives memory back. What is counted
is the highest resident memory of the process that exports, which is not the one that filled the database.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

from benchmarks import apart

SIZES = (1_000, 100_000)
EXPORT = """
import resource, sys
import django
django.setup()
from django.core.management import call_command
call_command("export_open_data", sys.argv[1], verbosity=0, stdout=open("/dev/null", "w"))
used = resource.getrusage(resource.RUSAGE_SELF)
print(f"{used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss / 1024:.0f}")
"""
FILL = """
import sys
import django
django.setup()
from benchmarks.open_data import fill
fill(int(sys.argv[1]))
"""


def measure() -> Iterator[tuple[str, str]]:
    """(what was measured, the figure) for each size."""
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            within = apart.on_sqlite(folder)
            apart.run(FILL, str(count), within=within)
            done = apart.run(EXPORT, f"{folder}/out", within=within)
            seconds, memory = done.split()
            size = sum(path.stat().st_size for path in Path(folder, "out").rglob("*.*")) / 1e6
            yield f"open data of {count} awards", f"{seconds} s of one core, {memory} MB at most, {size:.0f} MB written"


def fill(count: int) -> None:
    """A database with one award that went the whole way, and copies of its rows with other numbers."""
    from django.conf import settings  # noqa: PLC0415  the environment is set by whoever starts the process
    from django.core.management import call_command  # noqa: PLC0415

    from tests import town as towns  # noqa: PLC0415
    from tests.conftest import Time  # noqa: PLC0415
    from tests.life import Life, draft  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    with ExitStack() as stack:
        time = Time(stack)
        time.go(towns.MARCH)
        town = towns.build()
        project = Life(town, time).walk(draft(town), "approved")
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as database:
        for table, own in _ROWS.items():
            _copy(database, table, own, project.pk, count)
        database.commit()


_ROWS = {"projects_project": "id", "projects_noticeentry": "project_id", "projects_teammember": "project_id"}
"""What of a project is read, and the column that names the project."""


def _copy(database: sqlite3.Connection, table: str, own: str, key: int, count: int) -> None:
    """Copies of the rows of one project for as many others; their keys follow on."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    rows = database.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE {own} = ?", (key,)).fetchall()
    last = database.execute(f"SELECT max(id) FROM {table}").fetchone()[0]
    places = {name: place for place, name in enumerate(columns)}

    def copies() -> Iterator[list]:
        following = last
        for number in range(1, count):
            for row in rows:
                following += 1
                values = list(row)
                values[places["id"]] = following
                values[places[own]] = key + number
                if table == "projects_project":
                    values[places["number"]] = f"LX2026-{number + 1:06d}"
                    values[places["title"]] = f"第{number + 1}个项目"
                yield values

    marks = ", ".join("?" * len(columns))
    database.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", copies())
