"""Requests a second with two gunicorn workers on loopback, set as a site sets them: part of `./run bench pages`.

On the database that the environment names. A bounded load: so many requests by so many clients, and it ends.

The machine may do other things meanwhile, so the processor time of the workers is said as well.
"""

import http.client
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from urllib.parse import urlencode

WORKERS, CLIENTS, REQUESTS, WARM = 2, 8, 400, 40
BETWEEN = 0.1
PATHS = {"the public home page": ("/", None), "a list of projects": ("/projects/", "clerk"), "a search": ("", "clerk")}
SEARCHED = f"/search/?{urlencode({'q': '社区'})}"


def run() -> None:
    """One line a figure on the standard output."""
    from people.models import User  # noqa: PLC0415  the environment is set by who starts the process

    people = {who for _path, who in PATHS.values() if who}
    cookies: dict[str | None, str] = {who: signed_in(User.objects.get(username=who)) for who in people} | {None: ""}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], check=True)
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    command += [f"--workers={WORKERS}", f"--bind=127.0.0.1:{port}", "--log-level=error"]
    server = subprocess.Popen(command, env=os.environ | {"ALLOWED_HOSTS": "127.0.0.1"})
    try:
        wait_for(port)
        for label, (path, who) in PATHS.items():
            print(f"{label}\t{loaded(server.pid, port, path or SEARCHED, cookies[who])}", flush=True)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def signed_in(person) -> str:
    """The cookie of a session of this person."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(port: int) -> None:
    for _try in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(BETWEEN)
    raise SystemExit("gunicorn does not answer.")


def loaded(server: int, port: int, path: str, cookie: str) -> str:
    """What came of the load on one address, in words."""
    ask(port, path, cookie, WARM)
    used, start = processor_time(server), time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        each = [REQUESTS // CLIENTS] * CLIENTS
        took = [one for some in clients.map(lambda n: ask(port, path, cookie, n), each) for one in some]
    seconds, used = time.perf_counter() - start, processor_time(server) - used
    per_request = used / len(took) * 1000
    late = quantiles(took, n=20)[-1] * 1000
    return (
        f"{len(took) / seconds:.0f} requests/s, 95 % within {late:.0f} ms; {per_request:.1f} ms of a processor each, "
        f"so {WORKERS * 1000 / per_request:.0f} requests/s when nothing else runs"
    )


def ask(port: int, path: str, cookie: str, number: int) -> list[float]:
    """So many times, one after the other; how long each took. Anything but a page ends the measurement."""
    took = []
    for _n in range(number):
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status}")
        took.append(time.perf_counter() - start)
    return took


def processor_time(server: int) -> float:
    """Seconds that gunicorn's workers have used so far."""
    ticks = 0
    for children in pathlib.Path(f"/proc/{server}/task").glob("*/children"):
        for child in children.read_text().split():
            fields = pathlib.Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # user and system
    return ticks / os.sysconf("SC_CLK_TCK")
