"""What the README's figures come from: `./run bench [projects]` prints a table, on a database of its own.

`./run bench printing [documents]` prints only what concerns papers, and `./run bench NAME [size]` only what one module
measures: panels, agreement, portfolios, open_data, ledgers, imports, search, sealing, pages, writes, backup.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from contextlib import ExitStack
from importlib.metadata import version
from time import perf_counter
from types import SimpleNamespace
from typing import Any

SCRATCH = tempfile.TemporaryDirectory()
os.environ |= {
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "VAR_DIR": SCRATCH.name,
    "TASKS_BACKEND": "immediate",
    "ALLOWED_HOSTS": "testserver",
    "MFA_REQUIRED_ROLES": "",
    "DEBUG": "1",
}

import django  # noqa: E402 - the environment above must be set first

django.setup()

from django.core.files.uploadedfile import SimpleUploadedFile  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks import (  # noqa: E402
    agreement,
    backup,
    imports,
    ledgers,
    open_data,
    pages_at_size,
    panels,
    portfolios,
    press,
    sealing,
    search,
    writes,
)
from benchmarks.texts import corpus, half_copied  # noqa: E402
from core import clock  # noqa: E402
from projects.models import Project  # noqa: E402
from projects.similarity import similar_pairs  # noqa: E402
from reports import pdf, proposal_papers  # noqa: E402
from tests import town as towns  # noqa: E402
from tests.life import Life, draft  # noqa: E402
from tests.reports.tables import centre, csv_file  # noqa: E402

ROUNDS = 15


def median_ms(work) -> float:
    """The median of ROUNDS runs, in milliseconds; one run before is not counted."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append((perf_counter() - start) * 1000)
    return statistics.median(times)


def page(client: Client, path: str) -> tuple[float, int]:
    """Median milliseconds and number of queries of one page."""
    assert client.get(path).status_code == 200, path
    reset_queries()
    client.get(path)
    queries = len(connection.queries)
    return median_ms(lambda: client.get(path)), queries


def similarity() -> None:
    """Copied proposals among 1,000, 2,000 and 4,000 texts of 1,000 characters: seconds, memory, and the growth."""
    before = 0.0
    for count in (1000, 2000, 4000):
        texts = corpus(count)
        start = perf_counter()
        pairs = similar_pairs(texts, threshold=0.3)
        seconds = perf_counter() - start
        tracemalloc.start()
        similar_pairs(texts, threshold=0.3)
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        growth = f"× {seconds / before:.1f}" if before else ""
        print(f"  similar_pairs {count:>6} {seconds:7.1f} s  {peak:5.0f} MB  {len(pairs)} pairs {growth}")
        before = seconds
    texts = half_copied(4000)
    start = perf_counter()
    pairs = similar_pairs(texts, threshold=0.3)
    print(f"  half of each of 4000 copied {perf_counter() - start:7.1f} s  {len(pairs)} pairs")


def tables(town, count: int = 10_000) -> None:
    """Organisations from a table: looked through, written, and read again unchanged."""
    upload = csv_file(*(centre(number) for number in range(1, count + 1)))
    for label in ("new", "again"):
        file = SimpleUploadedFile("organizations.csv", upload)
        start = perf_counter()
        job = imports.send(by=town.clerk, table="organizations", upload=file)
        checked = perf_counter()
        job.refresh_from_db()
        if job.new or job.changed:
            imports.confirm(job, by=town.clerk, mode=job.Mode.GOOD_ROWS)
        done = perf_counter() - checked
        print(f"  {count} organisations, {label:<6} check {checked - start:5.1f} s  import {done:5.1f} s")


def printing(documents: int) -> None:
    """Papers one by one and by the hundred, in a town of their own."""
    with ExitStack() as stack:
        time = SimpleNamespace(go=lambda moment: stack.enter_context(clock.at(moment)))
        time.go(towns.MARCH)
        town = towns.build()
        for label, figure in press.measure(town, Life(town, time), documents):
            print(f"  {label}: {figure}", flush=True)


def main(count: int) -> None:
    with ExitStack() as stack:
        stack.enter_context(clock.at(towns.MARCH))
        town = towns.build()
        with transaction.atomic():
            projects = [draft(town, title=f"项目{n}") for n in range(count)]
            Project.objects.update(state="submitted", submitted_at=clock.now())
        clerk = Client()
        clerk.force_login(town.clerk, backend="django.contrib.auth.backends.ModelBackend")
        print(f"{count} projects, {connection.vendor}, median of {ROUNDS}")
        for label, path in (
            ("project list", reverse("projects:project_list")),
            ("search in titles", reverse("projects:project_list") + "?q=项目99"),
            ("project page", reverse("projects:project_detail", args=[projects[0].pk])),
            ("what waits for me", reverse("inbox")),
            ("public home", reverse("home")),
        ):
            milliseconds, queries = page(clerk, path)
            print(f"  {label:<20} {milliseconds:7.1f} ms  {queries:3d} queries")
        _name, template, context = proposal_papers.proposal(projects[0], contact=True)
        print(f"  {'proposal as PDF':<20} {median_ms(lambda: pdf.render(template, context)):7.1f} ms")
        tables(town)
    similarity()
    for name in MODULES:
        alone(name)


def alone(name: str, *size: int) -> None:
    """What one module measures, with the machine it was measured on."""
    print(f"{name}: {machine()}")
    for label, figure in MODULES[name].measure(*size):
        print(f"  {label:<70} {figure}", flush=True)


def machine() -> str:
    """On what and with what it was measured: absolute times move from machine to machine."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("Django", "WeasyPrint", "highspy"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {libraries}"


MODULES: dict[str, Any] = {
    "panels": panels, "agreement": agreement, "portfolios": portfolios, "open_data": open_data, "ledgers": ledgers,
    "search": search, "sealing": sealing, "pages": pages_at_size, "writes": writes, "backup": backup,
}  # fmt: skip


if __name__ == "__main__":
    task, size = (sys.argv[1:2] or [""])[0], [int(one) for one in sys.argv[2:3]]
    if task in MODULES:
        alone(task, *size)
        raise SystemExit
    print(machine())
    call_command("migrate", verbosity=0)
    if task == "printing":
        printing(*(size or [press.DOCUMENTS]))
    else:
        main(int(task or 1000))
        subprocess.run([sys.executable, "-m", "benchmarks", "printing"], check=True)
