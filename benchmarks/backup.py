"""How long a backup of 10,000 projects takes, and its restore, in which memory; on SQLite, in processes of their own.

`./run bench backup [projects]`. On PostgreSQL: fill one with `python -m benchmarks.data`, then `./run backup` and
`./run restore --replace` say the same figures. The restore replaces the rows by themselves, so that migrations, which
an empty database needs first, are not counted; the search index is made afterwards and told apart.
"""

import tempfile
from collections.abc import Iterator

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
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(taken.path, taken.rows, f"{seconds:.1f}", taken.path.stat().st_size / 1e6, memory)
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
print(backup.rows, f"{seconds:.1f}", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def measure(count: int = PROJECTS) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure): the backup as it is, sealed, and restored."""
    import pyrage  # noqa: PLC0415  of no other benchmark

    recipient = str(pyrage.x25519.Identity.generate().to_public())
    with tempfile.TemporaryDirectory() as folder:
        within = apart.on_sqlite(folder)
        apart.run(FILL, str(count), within=within)
        for label, to in (("sealed backup", [recipient]), ("backup", [])):
            path, rows, seconds, size, memory = apart.run(BACK_UP, f"{folder}/{label}", *to, within=within).split()
            yield f"{label} of {count} projects, {rows} rows", _said(int(rows), float(seconds), memory, float(size))
        rows, seconds, memory = apart.run(RESTORE, path, within=within).split()
        yield "restore of it", _said(int(rows), float(seconds), memory)


def _said(rows: int, seconds: float, memory: str, size: float | None = None) -> str:
    written = f", {size:.0f} MB" if size else ""
    return f"{seconds:.1f} s, {rows / seconds:.0f} rows/s{written}, {memory} MB of memory at most"
