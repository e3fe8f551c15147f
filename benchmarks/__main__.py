"""How long things take: `./run bench [projects]` prints a table, on a database of its own.

`./run bench printing [documents]` prints only what concerns papers, and `./run bench NAME [size]` only what one module
measures: everyday, calculations, panels, agreement, portfolios, open_data, ledgers, imports, search, sealing, writes,
backup, pages. Only by their names, because they take hours or need a database that stays: `./run bench data [projects]
[PLACE]` fills one, `./run bench scale [URL]` weighs and asks a PostgreSQL that is filled, `./run bench pages PLACE
PLACE` measures two that are. A place is a URL or a folder for a SQLite, else that of `DATABASE_URL`. Exit code 1:
something that was measured is not as good as is promised; the last lines say what.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
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

from benchmarks import (  # noqa: E402
    agreement,
    apart,
    backup,
    calculations,
    data,
    everyday,
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
from tests import town as towns  # noqa: E402
from tests.life import Life  # noqa: E402


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
    kept = [alone(name, *([count] if name == "everyday" else [])) for name in MODULES if name not in ONLY_NAMED]
    return all(kept)


def alone(name: str, *given: int | str) -> bool:
    """What one module measures, with the machine it was measured on; whether it is as promised."""
    print(f"{name}: {machine()}", flush=True)
    try:
        for label, figure in MODULES[name].measure(*given):
            print(f"  {label:<70} {figure}", flush=True)
    except apart.NotKept as broken:
        print(f"  not as promised: {broken}", flush=True)
        return False
    return True


MODULES: dict[str, Any] = {
    "everyday": everyday, "calculations": calculations, "panels": panels, "agreement": agreement,
    "portfolios": portfolios, "open_data": open_data, "ledgers": ledgers, "imports": imports, "search": search,
    "sealing": sealing, "writes": writes, "backup": backup, "pages": pages_at_size, "data": data, "scale": scale,
}  # fmt: skip
ONLY_NAMED = ("data", "scale")


if __name__ == "__main__":
    task, *words = sys.argv[1:] or [""]
    given = [int(one) if one.isdecimal() else one for one in words]
    if task in MODULES:
        raise SystemExit(0 if alone(task, *given) else 1)
    if task == "printing":
        print(machine())
        call_command("migrate", verbosity=0)
        printing(*(given or [press.DOCUMENTS]))
    else:
        is_kept = main(int(task or everyday.COUNT))
        subprocess.run([sys.executable, "-m", "benchmarks", "printing"], check=True)
        raise SystemExit(0 if is_kept else 1)
