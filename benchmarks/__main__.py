"""How long things take: `./run bench [projects]` prints a table, on a database of its own.

`./run bench printing [documents]` prints only what concerns papers, and `./run bench NAME [size]` only what one module
measures: calculations, panels, agreement, portfolios, open_data, ledgers, imports, search, sealing, writes, backup,
pages. Only by their names, because they take hours or need a database that stays: `./run bench data [projects] [PLACE]`
fills one, `./run bench scale [URL]` weighs and asks a PostgreSQL that is filled, `./run bench pages PLACE PLACE`
measures two that are. A place is a URL or a folder for a SQLite, else that of `DATABASE_URL`. Exit code 1: something
that was measured is not as good as is promised; the last lines say what.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
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
    apart,
    backup,
    calculations,
    data,
    imports,
    ledgers,
    open_data,
    pages_at_size,
    panels,
    portfolios,
    press,
    scale,
    sealing,
    search,
    writes,
)
from benchmarks.machine import machine  # noqa: E402
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


def main(count: int) -> bool:
    """Everything but what must be named; whether all of it is as promised."""
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
    kept = [alone(name) for name in MODULES if name not in ONLY_NAMED]
    return all(kept)


def alone(name: str, *given: int | str) -> bool:
    """What one module measures, with the machine it was measured on; whether it is as promised."""
    print(f"{name}: {machine()}")
    try:
        for label, figure in MODULES[name].measure(*given):
            print(f"  {label:<70} {figure}", flush=True)
    except apart.NotKept as broken:
        print(f"  not as promised: {broken}", flush=True)
        return False
    return True


MODULES: dict[str, Any] = {
    "calculations": calculations, "panels": panels, "agreement": agreement, "portfolios": portfolios,
    "open_data": open_data, "ledgers": ledgers, "imports": imports, "search": search, "sealing": sealing,
    "writes": writes, "backup": backup, "pages": pages_at_size, "data": data, "scale": scale,
}  # fmt: skip
ONLY_NAMED = ("data", "scale")


if __name__ == "__main__":
    task, *words = sys.argv[1:] or [""]
    given = [int(one) if one.isdecimal() else one for one in words]
    if task in MODULES:
        raise SystemExit(0 if alone(task, *given) else 1)
    print(machine())
    call_command("migrate", verbosity=0)
    if task == "printing":
        printing(*(given or [press.DOCUMENTS]))
    else:
        is_kept = main(int(task or 1000))
        subprocess.run([sys.executable, "-m", "benchmarks", "printing"], check=True)
        raise SystemExit(0 if is_kept else 1)
