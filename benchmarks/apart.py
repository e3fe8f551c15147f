"""What is measured in a process of its own, on a database of its own: a process never gives memory back.

Also where a PostgreSQL of our own comes from, so that one bench measures on both databases.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

MODULE = """
import sys
import django
django.setup()
from importlib import import_module
import_module(sys.argv[1]).run(*(int(one) if one.isdecimal() else one for one in sys.argv[2:]))
"""
OPTIONS = "benchmarks.machine"
"""Says which database it is and how it keeps what is written."""


class NotKept(Exception):
    """What was measured is not as good as is promised; the bench ends with exit code 1."""


def environment(folder: str) -> dict[str, str]:
    """That of a process whose files lie in the folder; `DATABASE_URL` is that of whoever measures, if there is one."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": folder,
        "DEBUG": "0",
        "TASKS_BACKEND": "immediate",
        "ALLOWED_HOSTS": "testserver",
        "MFA_REQUIRED_ROLES": "",  # or every page of a clerk is the way to it
    }


def on_sqlite(folder: str) -> dict[str, str]:
    """The same, with a database in the folder whatever `DATABASE_URL` says."""
    return {name: value for name, value in environment(folder).items() if name != "DATABASE_URL"}


def at(place: str = "") -> dict[str, str]:
    """That of a process on a database that stays: a URL (its files stay behind in a folder apart), a folder with a
    SQLite, or "" for the `DATABASE_URL` of whoever measures."""
    place = place or os.environ.get("DATABASE_URL", "")
    if not place:
        raise SystemExit("Please name a database: a URL, or a folder for a SQLite.")
    if "://" in place:
        return environment(tempfile.mkdtemp()) | {"DATABASE_URL": place}
    Path(place).mkdir(parents=True, exist_ok=True)
    return on_sqlite(place)


def run(program: str, *arguments: str, within: dict[str, str]) -> str:
    """What a program of a few lines prints; its complaints are ours."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=within, check=True, stdout=subprocess.PIPE, text=True).stdout


def measured(module: str, *sizes: int | str, within: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure) as `run(*sizes)` of the module prints them, a tab between; each at once."""
    command = [sys.executable, "-c", MODULE, module, *map(str, sizes)]
    with subprocess.Popen(command, env=within, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            label, tab, figure = line.rstrip("\n").partition("\t")
            if tab:  # not what some command has said on its way
                yield label, figure
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)


def on_each_database(module: str, *sizes: int) -> Iterator[tuple[str, str]]:
    """The same, on SQLite and on a PostgreSQL (`postgresql`), each with its options; it says when there is none."""
    with tempfile.TemporaryDirectory() as folder:
        within = on_sqlite(folder)
        yield from measured(OPTIONS, within=within)
        yield from measured(module, *sizes, within=within)
    with tempfile.TemporaryDirectory() as folder, postgresql() as server:
        if server:
            within = environment(folder) | {"DATABASE_URL": server}
            yield from measured(OPTIONS, within=within)
            yield from measured(module, *sizes, within=within)
        else:
            yield "PostgreSQL", "left out: none is installed here (package postgresql)"


def make_database() -> None:
    """In such a process: every table, and nothing in them, without walking through all migrations. On PostgreSQL a new
    database beside that of DATABASE_URL."""
    from django.apps import apps  # noqa: PLC0415  the environment is set by who starts the process
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.test.runner import DiscoverRunner  # noqa: PLC0415

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    if connection.vendor == "postgresql":
        DiscoverRunner(verbosity=0, interactive=False).setup_databases()
    else:
        call_command("migrate", run_syncdb=True, verbosity=0)


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL: that of DATABASE_URL if it is one, else one of our own for so long; "" without.

    It has the options that it comes with, as in earnest: what is written is on the disk before anybody is told so."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres"):
        yield given
        return
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        yield ""
        return
    programs, folder, port = found[-1].parent, tempfile.mkdtemp(), free_port()
    if os.geteuid() == 0:  # it refuses to be started by root
        shutil.chown(folder, "postgres")
    control = [programs / "pg_ctl", "-D", folder, "-w", "-l", f"{folder}/log"]
    try:
        _as_postgres([programs / "initdb", "-D", folder, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"])
        _as_postgres([*control, "-o", f"-p {port} -k {folder}", "start"])
        yield f"postgres://{_owner()}@127.0.0.1:{port}/postgres"
    finally:
        _as_postgres([*control, "-m", "immediate", "stop"])
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_database(server: str) -> Iterator[str]:
    """The address of an empty database beside the one of this address, for so long."""
    from psycopg import connect  # noqa: PLC0415  not there without PostgreSQL

    name = f"bench_{os.getpid()}_{free_port()}"
    with connect(server, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}")
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            line.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _owner() -> str:
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _as_postgres(command: list[str | Path]) -> None:
    other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    subprocess.run([str(one) for one in command], check=True, stdout=subprocess.DEVNULL, cwd="/", **other)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
