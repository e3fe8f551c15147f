"""The last minute before a call closes: 500 groups hand their proposals in within 60 s, through the real web server.

gunicorn with two processes of four threads, as `./run serve` starts it, and a worker beside it for what is queued;
each group has a session, opens its form before the minute and sends it as a browser would (CSRF token, every field,
then the page it is led to), at a moment drawn by lot, whatever became of the others. As behind nginx each request says
when it came (`core.clock.arrived`): on a slow machine some wait beyond the end. A few press one second too late.
"""

import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse
from statistics import median
from time import monotonic, perf_counter, sleep, time
from typing import Any
from urllib.parse import urlencode

from benchmarks import apart
from tests.pages import Offered

SECONDS = 60
LATE = 10
QUIET = 5
"""So many hand in before, one after the other, when nobody else does."""
OPENING = 8
"""So many open their form at the same time."""
PATIENCE = 600
TYPED = "截止前最后一分钟写下的话。"


@dataclass
class Group:
    """A group at its browser: the draft, the cookies, and what the form holds."""

    project: int
    session: str
    port: int = 0
    token: str = ""
    sent: dict[str, str] = field(default_factory=dict)
    status: int = 0
    took: float = 0.0
    page: float = 0.0
    answer: str = ""

    @property
    def path(self) -> str:
        return f"/projects/{self.project}/edit/"

    def ask(self, method: str, path: str, sent: dict[str, str] | None = None) -> tuple[HTTPResponse, str]:
        cookies = f"sessionid={self.session}" + (f"; csrftoken={self.token}" if self.token else "")
        head = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        head |= {"X-Request-Start": f"{time():.3f}", "X-Forwarded-For": "192.0.2.1"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, urlencode(sent) if sent else None, head)
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()

    def open_form(self) -> None:
        answer, text = self.ask("GET", self.path)
        assert answer.status == 200, (answer.status, text[:300])
        self.token = re.search(r"csrftoken=(\w+)", answer.headers["Set-Cookie"])[1]
        page = Offered(text)
        self.sent = page.filled(summary=TYPED, pledge="on")
        self.sent |= {"submit": "1", "csrfmiddlewaretoken": page.values["csrfmiddlewaretoken"]}

    def press(self, at: float) -> None:
        """Send it at that moment, and open the page that the answer leads to."""
        sleep(max(at - monotonic(), 0))
        start = perf_counter()
        answer, self.answer = self.ask("POST", self.path, self.sent)
        self.status, self.took = answer.status, (perf_counter() - start) * 1000
        if self.status == 302:
            start = perf_counter()
            page, _text = self.ask("GET", answer.headers["Location"])
            self.page = (perf_counter() - start) * 1000
            assert page.status == 200, page.status


def figures(town: Any, count: int) -> Iterator[tuple[str, str]]:
    """(what was measured, the figure) of the database at hand."""
    from django.db import connection  # noqa: PLC0415  the environment is set by who starts the process

    from benchmarks.writes import spread  # noqa: PLC0415
    from core.models import Event  # noqa: PLC0415
    from projects.models import Project, Scratch, Submission  # noqa: PLC0415

    groups = prepare(town, count + LATE + QUIET)
    with served() as port:
        for group in groups:
            group.port = port
        with ThreadPoolExecutor(OPENING) as pool:
            list(pool.map(Group.open_form, groups))
        quiet = [groups.pop() for _n in range(QUIET)]
        for group in quiet:
            group.press(0)
        dice = random.Random(1)
        begin = monotonic() + 2
        closes(town.call, timedelta(seconds=SECONDS + 2))
        moments = [begin + dice.random() * (SECONDS - 1) for _group in groups[:count]]
        moments += [begin + SECONDS + 1 for _group in groups[count:]]
        order = sorted(zip(moments, groups, strict=True), key=lambda one: one[0])
        with ThreadPoolExecutor(len(order)) as pool:
            list(pool.map(lambda one: one[1].press(one[0]), order))
        seconds = monotonic() - begin
    pks = {group.project for group in groups}
    accepted = {group.project for group in groups if group.status == 302}
    stored = dict(Project.objects.filter(pk__in=pks, state="submitted").values_list("pk", "number"))
    handed_in = Counter(Submission.objects.filter(project__in=pks).values_list("project", flat=True))
    events = Counter(Event.objects.filter(object_id__in=pks, name="submit").values_list("object_id", flat=True))
    doubled = len(stored) - len(set(stored.values()))
    doubled += sum(n - 1 for counted in (handed_in, events) for n in counted.values())
    refused = groups[count:]
    kept = set(Scratch.objects.filter(project__in=[each.project for each in refused]).values_list("project", flat=True))
    in_order = sum(each.status == 200 and TYPED in each.answer and each.project in kept for each in refused)
    label = f"{connection.vendor}: {count} groups in the last {SECONDS} s, 2 web processes"
    failed = Counter(group.status for group in groups[:count] if group.status != 302)
    found = f"{len(accepted)} accepted, {len(accepted - set(stored))} lost, {doubled} doubled"
    yield label, found + (f", otherwise answered: {dict(failed)}" if failed else "") + f", done after {seconds:.0f} s"
    took, alone = [group.took for group in groups[:count]], median(group.took for group in quiet)
    yield "  the answer to the press", f"{spread(took)}, × {median(took) / alone:.1f} of {alone:.0f} ms in a quiet hour"
    yield "  the page after it", spread([group.page for group in groups if group.page] or [0])
    yield f"  {LATE} who press a second too late", f"{in_order} refused with what was typed kept"


def prepare(town: Any, count: int) -> list[Group]:
    """So many groups, each with its head, a finished draft and a session; by two processes."""
    from benchmarks.writes import at_once  # noqa: PLC0415  it asks for this module

    made = at_once(lambda place, _barrier: [prepared(town, n) for n in range(place, count, 2)], 2)
    closes(town.call, timedelta(hours=1))
    failed = [each for each in made if isinstance(each, str)]
    assert not failed, failed
    return [group for each in made for group in each]


def prepared(town: Any, n: int) -> Group:
    """All heads have the password of the town."""
    from django.test import Client  # noqa: PLC0415

    from core import clock  # noqa: PLC0415
    from people.models import Kind, Organization, Role, User  # noqa: PLC0415
    from tests import town as towns  # noqa: PLC0415
    from tests.life import draft  # noqa: PLC0415

    with clock.at(towns.MARCH):
        head = User.objects.create(username=f"group{n}", name=f"负责人{n}", password=town.head.password)
        group = Organization.objects.create(
            name=f"柳溪第{n}社工服务中心", kind=Kind.SOCIAL_ORGANIZATION, credit_code=f"52BENCH{n:05}",
            community=town.community, profile="2012年登记，专职社工5人。", bank_name="农商银行",
            bank_account_name="中心", bank_account="6222000011112222",
        )  # fmt: skip
        towns.member(head, group, Role.MANAGER)
        project = draft(town, group, head, title=f"第{n}个陪伴项目")
    browser = Client()
    browser.force_login(head, backend="django.contrib.auth.backends.ModelBackend")
    return Group(project.pk, browser.cookies["sessionid"].value)


def closes(call: Any, after: timedelta) -> None:
    type(call).objects.filter(pk=call.pk).update(closes_at=datetime.now(UTC) + after)


@contextmanager
def served() -> Iterator[int]:
    """gunicorn and a worker on the database at hand; the port."""
    from django.db import connection, connections  # noqa: PLC0415

    within = os.environ | {"TASKS_BACKEND": "database", "ALLOWED_HOSTS": "127.0.0.1", "MFA_REQUIRED_ROLES": ""}
    within["TRUSTED_PROXIES"] = within["PROXY_SAYS_START"] = "1"
    given = connection.settings_dict
    if connection.vendor == "postgresql":
        owner = given["USER"] + (f":{given['PASSWORD']}" if given["PASSWORD"] else "")
        within["DATABASE_URL"] = f"postgres://{owner}@{given['HOST']}:{given['PORT']}/{given['NAME']}"
    connections.close_all()
    port, python = apart.free_port(), sys.executable
    subprocess.run([python, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], env=within, check=True)
    within["BIND"] = f"127.0.0.1:{port}"
    quiet = {"env": within, "stdout": subprocess.DEVNULL}
    started = [
        subprocess.Popen(
            [python, "-m", "gunicorn", "-c", "config/gunicorn.py", "--log-level", "warning", "config.wsgi"], **quiet
        ),
        subprocess.Popen(
            ["nice", "-n", "10", python, "manage.py", "db_worker", "--interval", "1", "--verbosity", "0"], **quiet
        ),
    ]
    try:
        wait_for(port)
        yield port
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=PATIENCE)


def wait_for(port: int) -> None:
    for _try in range(600):
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            sleep(0.1)
        finally:
            connection.close()
    raise SystemExit("The web server does not answer.")
