"""How long a backup takes, and its restore, in which memory; on both databases, in processes of their own.

`./run bench backup [projects]` measures a tenth of the projects first and says how each figure has grown with the rows.
The restore replaces the rows by themselves, so that migrations, which an empty database needs first, are not counted.
Memory is that of the process of ours; a PostgreSQL has its own.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

from benchmarks import apart

PROJECTS = 10_000
BACK_UP = """
import resource, sys, time
from pathlib import Path
import django
django.setup()
from config.backup.taking import take
started = time.perf_counter()
taken = take(Path(sys.argv[1]), sys.argv[2:])
seconds = time.perf_counter() - started
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(taken.path, taken.rows, seconds, memory, taken.path.stat().st_size / 1e6)
"""
RESTORE = """
import resource, sys, time
from pathlib import Path
import django
django.setup()
from config.backup.restoring import restore
started = time.perf_counter()
backup = restore(Path(sys.argv[1]), [], replace=True)
seconds = time.perf_counter() - started
print(sys.argv[1], backup.rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)
"""
MIGRATE = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


class Figures(NamedTuple):
    rows: int
    seconds: float
    memory: float
    size: float

    def said(self, before: "Figures | None") -> str:
        said = f"{self.seconds:.1f} s, {self.rows / self.seconds:.0f} rows/s, {self.memory:.0f} MB of memory at most"
        said += f", a file of {self.size:.0f} MB" if self.size else ""
        if before is None:
            return said
        rows, seconds, memory = (now / then for now, then in zip(self[:3], before[:3], strict=True))
        return f"{said}; rows × {rows:.1f}, time × {seconds:.1f}, memory × {memory:.2f}"


def measure(count: int = PROJECTS) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure): sealed, as it is, and restored; few projects and many."""
    before: dict[str, Figures] = {}
    with apart.postgresql() as server, tempfile.TemporaryDirectory() as folder:
        yield from apart.measured(apart.OPTIONS, within=apart.on_sqlite(folder))
        if server:
            yield from apart.measured(apart.OPTIONS, within=apart.environment(folder) | {"DATABASE_URL": server})
        for projects in (max(count // 10, 1), count):
            for label, figures in deeds(projects, server):
                yield f"{label} of {projects} projects, {figures.rows} rows", figures.said(before.get(label))
                before[label] = figures
        if not server:
            yield "PostgreSQL", "left out: none is installed here (package postgresql)"


def deeds(projects: int, server: str) -> Iterator[tuple[str, Figures]]:
    """A SQLite is filled, backed up and restored; then it moves to PostgreSQL, and the same is done there."""
    import pyrage  # noqa: PLC0415  of no other benchmark

    recipient = str(pyrage.x25519.Identity.generate().to_public())
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        within = apart.on_sqlite(folder)
        list(apart.measured("benchmarks.data", projects, within=within))
        yield "SQLite: sealed backup", done(BACK_UP, f"{folder}/sealed", recipient, within=within)[1]
        path, figures = done(BACK_UP, f"{folder}/open", within=within)
        yield "SQLite: backup", figures
        yield "SQLite: restore", done(RESTORE, path, within=within)[1]
        if server:
            within["DATABASE_URL"] = stack.enter_context(apart.new_database(server))
            apart.run(MIGRATE, within=within)
            yield "PostgreSQL: restore", done(RESTORE, path, within=within)[1]
            yield "PostgreSQL: sealed backup", done(BACK_UP, f"{folder}/sealed2", recipient, within=within)[1]
            yield "PostgreSQL: backup", done(BACK_UP, f"{folder}/open2", within=within)[1]


def done(program: str, *arguments: str, within: dict[str, str]) -> tuple[str, Figures]:
    """The file, and what was measured."""
    path, rows, *figures = apart.run(program, *arguments, within=within).split()
    return path, Figures(int(rows), *map(float, figures))
