"""On what and with what was measured: absolute times move from machine to machine, and writes with how a database keeps
them."""

import os
import platform
import re
import sqlite3
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("Django", "WeasyPrint", "highspy")
DURABLE = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "work_mem", "jit")
SYNCHRONOUS = ("off", "normal", "full", "extra")


def machine() -> str:
    """Processor, memory, Python, libraries and databases, in one line."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    where = f"{os.cpu_count()} cores of {processor()}, {memory()}, scratch on {filesystem()}"
    return f"{where}, Python {platform.python_version()}, {libraries}, SQLite {sqlite3.sqlite_version}, {postgresql()}"


def processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", _text("/proc/cpuinfo"), re.MULTILINE)
    return f"{found[1]} ({platform.machine()})" if found else platform.machine()


def memory() -> str:
    """GB of the machine, or of the container where that has less."""
    found = re.search(r"^MemTotal:\s*(\d+) kB$", _text("/proc/meminfo"), re.MULTILINE)
    limits = [int(found[1]) * 1024] if found else []
    limits += [int(said) for said in [_text("/sys/fs/cgroup/memory.max").strip()] if said.isdecimal()]
    return f"{min(limits) / 1e9:.0f} GB of memory" if limits else "memory unknown"


def filesystem() -> str:
    """Of what kind the disk is on which the databases of the bench lie (GNU)."""
    asked = ["df", "--output=fstype", tempfile.gettempdir()]
    done = subprocess.run(asked, check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.split()[-1] if done.returncode == 0 else "a disk unknown"


def _text(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def postgresql() -> str:
    """The version that is installed here; a server elsewhere says its own (`database`)."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found:
        return "no PostgreSQL"
    said = subprocess.run([found[-1], "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    return f"PostgreSQL {said.split()[2]}"


def run() -> None:
    """In a process of its own: which database it is, and with which of its options that make writes safe or quick."""
    from django.db import connection  # noqa: PLC0415  the environment is set by who starts the process

    with connection.cursor() as cursor:

        def said(question: str) -> str:
            cursor.execute(question)
            return str(cursor.fetchone()[0])

        if connection.vendor == "postgresql":
            options = ", ".join(f"{name} {said(f'SHOW {name}')}" for name in DURABLE)
            print(f"PostgreSQL {said('SHOW server_version')}\t{options}")
        else:
            safety = SYNCHRONOUS[int(said("PRAGMA synchronous"))]
            print(f"SQLite {sqlite3.sqlite_version}\tjournal_mode {said('PRAGMA journal_mode')}, synchronous {safety}")
