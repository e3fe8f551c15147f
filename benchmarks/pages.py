"""How long pages take, and how many queries: every address without a number in it, and the main pages of one thing.

`python -m benchmarks.pages` measures the database that the environment names (`benchmarks.data` fills one), in roles:
the town's clerk sees every past season; a clerk of one district, the head of a group, a mentor and an expert of a
season at work see what one person has. A line a page: who, address, milliseconds (median), queries, kilobytes,
milliseconds of the first visit (figures that take long are kept for a while: `core.lately`).
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter, process_time
from typing import Any

ROUNDS = 5
PATIENCE = 20.0
"""Seconds after which a page is given up."""
now = process_time if "postgres" not in os.environ.get("DATABASE_URL", "") else perf_counter
"""SQLite works in our own process: its processor time does not depend on what else the machine does."""
SLOW = 700.0
"""Milliseconds: a second visit that takes as long is not made again and again."""
PAPERS = (".pdf", ".xlsx", ".docx", ".csv", ".zip", ".ics")
PASSED_OVER = ("admin:", "djdt:", "account_", "mfa_", "set_language", "reports:export", "jsi18n")
PAST, AT_WORK = "P00000", "L00000"
ROLES = {
    "nobody": None, "clerk": "clerk", "approver": "approver", "finance": "finance", "auditor": "auditor",
    "clerk of a district": "clerk-l00000", "head of a group": "head3-l00000", "mentor": "mentor-l00000",
    "expert": "expert1-l00000",
}  # fmt: skip


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "TASKS_BACKEND": "immediate", "MFA_REQUIRED_ROLES": ""}
    import django  # noqa: PLC0415  the environment above must be set first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.test import override_settings  # noqa: PLC0415

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        for line in measured(sys.argv[1:]):
            print("\t".join(map(str, line)), flush=True)


def measured(only: list[str] = ()) -> Iterator[tuple[str, str, float, int, int, float]]:
    """(who, address, milliseconds, queries, kilobytes, milliseconds at first) of each page that opens; -1 where
    patience ended."""
    from django.test import Client  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415

    seen: dict[str, set[str]] = {}
    for who, username in ROLES.items():
        client = Client()
        if username:
            client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        for path in (*plain_addresses(), *main_pages()):
            if only and not any(part in (path, who) for part in only):
                continue
            found = one(client, path)
            if found is not None:
                seen.setdefault(path, set()).add(who)
                yield who, path, *found


def one(client: Any, path: str) -> tuple[float, int, int, float] | None:
    from django.db import connection, reset_queries  # noqa: PLC0415

    try:
        with patience(connection):
            start = now()
            answer = client.get(path)
            first = (now() - start) * 1000
    except Exception as error:
        return (-1.0, 0, 0, -1.0) if "interrupt" in str(error) or "timeout" in str(error) else _raise(error, path)
    if answer.status_code != 200 or getattr(answer, "streaming", False):
        return None
    size = len(answer.content) // 1024
    connection.force_debug_cursor = True
    reset_queries()
    start = now()
    client.get(path)
    times = [(now() - start) * 1000]
    queries = len(connection.queries)
    connection.force_debug_cursor = False
    if times[0] < SLOW:
        times = [took(client, path) for _round in range(ROUNDS)]
    return round(median(times), 1), queries, size, round(first, 1)


def took(client: Any, path: str) -> float:
    """Milliseconds."""
    start = now()
    client.get(path)
    return (now() - start) * 1000


def _raise(error: Exception, path: str) -> Any:
    raise RuntimeError(path) from error


@contextmanager
def patience(connection: Any) -> Iterator[None]:
    """A question to the database that takes longer than this is broken off."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        connection.cursor().execute(f"SET statement_timeout = {int(PATIENCE * 1000)}")
        yield
        return
    until = now() + PATIENCE
    connection.connection.set_progress_handler(lambda: now() > until, 100_000)
    try:
        yield
    finally:
        if connection.connection is not None:
            connection.connection.set_progress_handler(None, 0)


def plain_addresses() -> list[str]:
    """Every address of ours that needs no number."""
    from django.urls import NoReverseMatch, get_resolver, reverse  # noqa: PLC0415

    names = []

    def walk(patterns: Any, space: str) -> None:
        for each in patterns:
            if hasattr(each, "url_patterns"):
                walk(each.url_patterns, f"{space}{each.namespace}:" if each.namespace else space)
            elif each.name and not each.pattern.converters:
                names.append(f"{space}{each.name}")

    walk(get_resolver().url_patterns, "")
    found = []
    for name in dict.fromkeys(names):
        if any(part in name for part in PASSED_OVER):
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        found += [] if path.endswith(PAPERS) else [path]
    return found


def main_pages() -> list[str]:
    """The pages of one thing that everybody opens: a project that is over and one at work, its call, its ranking."""
    from django.urls import reverse  # noqa: PLC0415

    from grants.models import Call  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415

    found = []
    for mark, state in ((PAST, "completed"), (AT_WORK, "running"), (AT_WORK, "submitted"), (PAST, "not_selected")):
        project = Project.objects.filter(call__code=mark, state=state).order_by("pk")[0]
        found += [reverse(f"projects:{name}", args=[project.pk]) for name in ("project_detail", "proposal_detail")]
    for mark in (PAST, AT_WORK):
        call = Call.objects.get(code=mark)
        names = ("grants:call_detail", "evaluations:standings", "evaluations:panel", "projects:call_figures")
        for name in names:
            try:
                found.append(reverse(name, args=[call.pk]))
            except Exception:
                continue
    return found


if __name__ == "__main__":
    main()
