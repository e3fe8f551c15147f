"""How long the project ledger of 10,000 and of 100,000 projects takes, and how much memory: the same for both.

Each size in a process of its own with a database of its own, filled as for the open data; what is counted is the
highest resident memory of the process that writes the workbook.
"""

import os
import tempfile
from collections.abc import Iterator

from benchmarks import apart
from benchmarks.open_data import FILL

SIZES = (10_000, 100_000)
WRITE = """
import resource, sys, time
import django
django.setup()
from people.models import User
from reports.ledgers import catalogue
from reports.ledgers.ledger import Asked
asked = Asked(User.objects.get(username="clerk"))
started = time.perf_counter()
with open(sys.argv[1], "wb") as target:
    written = catalogue.write_xlsx(catalogue.LEDGERS["projects"], asked, [], target)
seconds = time.perf_counter() - started
print(f"{written.rows} {seconds:.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
"""


def measure() -> Iterator[tuple[str, str]]:
    """(what was measured, the figure) for each size, and how much more memory the tenfold takes."""
    peaks = []
    for count in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            within = apart.on_sqlite(folder)
            apart.run(FILL, str(count), within=within)
            path = f"{folder}/ledger.xlsx"
            done = apart.run(WRITE, path, within=within)
            rows, seconds, memory = done.split()
            peaks.append(float(memory))
            size = os.path.getsize(path) / 1e6
            each = int(rows) / float(seconds)
            yield f"ledger of {rows} projects", f"{seconds} s, {each:.0f} rows/s, {memory} MB at most, {size:.0f} MB"
    yield "memory of the tenfold", f"× {peaks[1] / peaks[0]:.2f}"
