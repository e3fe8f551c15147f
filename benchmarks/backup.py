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
from benchmarks.pages_at_size import FILL

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
    yield from grown("SQLite", "", count)
    with apart.postgresql() as server:
        if server:
            yield from grown("PostgreSQL", server, count)
        else:
            yield "PostgreSQL", "left out: none is installed here (package postgresql)"


def grown(database: str, server: str, count: int) -> Iterator[tuple[str, str]]:
    before: dict[str, Figures] = {}
    for projects in (max(count // 10, 1), count):
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            within = apart.on_sqlite(folder)
            if server:
                within["DATABASE_URL"] = stack.enter_context(apart.new_database(server))
            for label, figures in deeds(folder, projects, within):
                yield (
                    f"{database}: {label} of {projects} projects, {figures.rows} rows",
                    figures.said(before.get(label)),
                )
                before[label] = figures


def deeds(folder: str, projects: int, within: dict[str, str]) -> Iterator[tuple[str, Figures]]:
    """A backup that is sealed, one that is not, and the restore of it."""
    import pyrage  # noqa: PLC0415  of no other benchmark

    recipient = str(pyrage.x25519.Identity.generate().to_public())
    apart.run(FILL, str(projects), within=within)
    path = ""
    for label, to in (("sealed backup", [recipient]), ("backup", [])):
        path, *figures = apart.run(BACK_UP, f"{folder}/{label.split()[0]}", *to, within=within).split()
        yield label, Figures(int(figures[0]), *map(float, figures[1:]))
    path, *figures = apart.run(RESTORE, path, within=within).split()
    yield "restore", Figures(int(figures[0]), *map(float, figures[1:]))
