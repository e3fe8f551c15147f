"""Several machines, as processes of their own on one database: web servers, workers, and the proxy in front of them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlencode

from django.core.files.storage import storages
from django.db import connection

ROOT = Path(__file__).parent.parent
TOKEN = "a" * 32
"""What the browser's cookie and the form both say."""


def wait_until(condition: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """The test's own database, for other processes."""
    at = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{at['NAME']}"
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


class Node:
    """One process of the site; `kill` pulls its plug."""

    def __init__(self, folder: Path, *command: str, **environment: str) -> None:
        self.said = folder / f"{len(list(folder.glob('*.log')))}.log"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_ALLOW")}
        words = {
            "DATABASE_URL": database_url(), "VAR_DIR": str(Path(storages["private"].location).parent),
            "DEBUG": "1", "MFA_REQUIRED_ROLES": "",
            "TASKS_BACKEND": "database", "LOG_FORMAT": "json", "LOG_LEVEL": "INFO", "PYTHONUNBUFFERED": "1",
            "TMPDIR": str(folder),
        }  # fmt: skip
        with self.said.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, stdout=log, stderr=log, start_new_session=True,
                env=inherited | words | environment,
            )  # fmt: skip

    def kill(self) -> None:
        """All of it at once, as when the power fails."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.kill()


class Web(Node):
    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        environment = {"BIND": f"127.0.0.1:{self.port}", "WEB_PROCESSES": "1"} | environment
        super().__init__(folder, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi", **environment)

    def ask(self, method: str, path: str, cookies: dict[str, str], data: dict[str, str] | None = None, **headers: str):
        """Status, body and headers of the answer; an `OSError` or `HTTPException` when there is none."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=15)
        words = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        body = None
        if data is not None:
            body = urlencode(data | {"csrfmiddlewaretoken": TOKEN})
            words["Content-Type"] = "application/x-www-form-urlencoded"
            words["Cookie"] += f"; csrftoken={TOKEN}"
        try:
            line.request(method, path, body, words | headers)
            answer = line.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            line.close()

    def answers(self) -> bool:
        try:
            return self.ask("GET", "/healthz", {})[0] == 200
        except (OSError, HTTPException):
            return False


def worker(folder: Path, name: str, beat: float) -> Node:
    command = ["manage.py", "db_worker", "--worker-id", name, "--interval", "0.1", "--no-startup-delay", "--no-reload"]
    return Node(folder, *command, WORKER_BEAT=str(beat))


def through_a_proxy(webs: list[Web], method: str, path: str, cookies: dict[str, str], data=None):
    """The status from the first web server that answers: what nginx does when one is gone."""
    for web in webs:
        try:
            return web.ask(method, path, cookies, data)[0]
        except (OSError, HTTPException):
            continue
    return None
