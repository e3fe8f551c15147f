"""What is measured in a process of its own, on a database of its own: a process never gives memory back."""

import os
import subprocess
import sys


def environment(folder: str) -> dict[str, str]:
    """That of a process whose files lie in the folder; `DATABASE_URL` is that of whoever measures, if there is one."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": folder,
        "DEBUG": "0",
        "TASKS_BACKEND": "immediate",
        "ALLOWED_HOSTS": "testserver",
    }


def on_sqlite(folder: str) -> dict[str, str]:
    """The same, with a database in the folder whatever `DATABASE_URL` says."""
    return {name: value for name, value in environment(folder).items() if name != "DATABASE_URL"}


def run(program: str, *arguments: str, within: dict[str, str]) -> str:
    """What a program of a few lines prints; its complaints are ours."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=within, check=True, stdout=subprocess.PIPE, text=True).stdout
