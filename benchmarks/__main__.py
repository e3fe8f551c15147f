"""How long things take: `./run bench [projects]` prints a table, on a database of its own.

`./run bench printing [documents]` prints only what concerns papers, and `./run bench NAME [size]` only what one module
measures: calculations, panels, agreement, portfolios, open_data, ledgers, imports, search, sealing, pages, writes,
backup.
"""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
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

from django.core.management import call_command  # noqa: E402
from django.db import connection, reset_queries, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from benchmarks import (  # noqa: E402
    agreement,
    backup,
    calculations,
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
from core import clock  # noqa: E402
from projects.models import Project  # noqa: E402
from reports import pdf, proposal_papers  # noqa: E402
from tests import town as towns  # noqa: E402
from tests.life import Life, draft  # noqa: E402

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
    "calculations": calculations, "panels": panels, "agreement": agreement, "portfolios": portfolios,
    "open_data": open_data, "ledgers": ledgers, "imports": imports, "search": search, "sealing": sealing,
    "pages": pages_at_size, "writes": writes, "backup": backup,
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
