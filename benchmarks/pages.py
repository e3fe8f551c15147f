"""How long pages take, and how many queries: every address without a number in it, and the main pages of one thing.

Part of `./run bench pages`; `python -m benchmarks.pages WORD …` is for whoever mends one page, on the database that the
environment names (`./run bench data` fills one). In roles: the town's clerk sees every past season; a clerk of one
district, the head of a group, a mentor and an expert of a season at work see what one person has. A line a page: who,
address, milliseconds (median), queries, kilobytes, milliseconds of the first visit (figures that take long are kept
for a while: `core.lately`).
"""

import logging
import os
import sys
from collections.abc import Iterator, Sequence
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
OF_A_PROJECT = ("project_detail", "proposal_detail")
INSIDE = (
    "roster", "spending", "spending_check", "service_list", "volunteer_list", "monthly_list", "work_plan",
    "project_money", "agreement_detail", "plan_versions", "comment_list", "final_accounts", "closing_report",
    "archive_file",
)  # fmt: skip
"""What is kept in a project once it runs."""
ROLES = {
    "nobody": None, "clerk": "clerk", "approver": "approver", "finance": "finance", "auditor": "auditor",
    "clerk of a district": "clerk-l00000", "head of a group": "head3-l00000", "mentor": "mentor-l00000",
    "expert": "expert1-l00000",
}  # fmt: skip


def main() -> None:
    os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "TASKS_BACKEND": "immediate", "MFA_REQUIRED_ROLES": ""}
    import django  # noqa: PLC0415  the environment above must be set first

    django.setup()
    run(*sys.argv[1:])


def run(*only: str) -> None:
    """One line a page on the standard output; `only`: whole addresses (from "/" on), a word in them, or people."""
    with as_visited():
        for line in measured(only):
            print("\t".join(map(str, line)), flush=True)


@contextmanager
def as_visited() -> Iterator[None]:
    """Pages name their style sheets without anybody having collected these, and who may not open one is no news."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import override_settings  # noqa: PLC0415

    logging.getLogger("django.request").setLevel("ERROR")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": plain}):
        yield


def everybody() -> Iterator[tuple[str, Any]]:
    """(who, a client signed in as them)."""
    from django.test import Client  # noqa: PLC0415

    from people.models import User  # noqa: PLC0415

    for who, username in ROLES.items():
        client = Client()
        if username:
            client.force_login(User.objects.get(username=username), backend="django.contrib.auth.backends.ModelBackend")
        yield who, client


def measured(only: Sequence[str] = ()) -> Iterator[tuple[str, str, float, int, int, float]]:
    """(who, address, milliseconds, queries, kilobytes, milliseconds at first) of each page that opens; -1 where
    patience ended."""
    paths = [*plain_addresses(), *main_pages()]
    for who, client in everybody():
        for path in paths:
            if only and not any(is_meant(part, path, who) for part in only):
                continue
            found = one(client, path)
            if found is not None:
                yield who, path, *found


def is_meant(word: str, path: str, who: str) -> bool:
    return word == path if word.startswith("/") else word in path or word == who


def one(client: Any, path: str) -> tuple[float, int, int, float] | None:
    from django.db import connection  # noqa: PLC0415

    try:
        with patience(connection):
            start = now()
            answer = client.get(path)
            first = (now() - start) * 1000
    except Exception as error:
        return (-1.0, 0, 0, -1.0) if "interrupt" in str(error) or "timeout" in str(error) else _raise(error, path)
    if answer.status_code != 200 or getattr(answer, "streaming", False):
        return None
    queries, size = counted(client, path)
    times = [took(client, path)]
    if times[0] < SLOW:
        times = [took(client, path) for _round in range(ROUNDS)]
    return round(median(times), 1), queries, size, round(first, 1)


def counted(client: Any, path: str) -> tuple[int, int]:
    """Questions to the database and kilobytes of a page; the fewer of two visits, of which one may count anew what is
    kept for a while. What is written once a minute or a day (that somebody is there, that they looked) is none."""
    from django.db import connection  # noqa: PLC0415
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    asked = []
    for _visit in range(2):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        asked.append(sum(each["sql"].startswith("SELECT") for each in queries))
    return min(asked), len(answer.content) // 1024


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
    """The pages of one thing that everybody opens: a project that is over and one at work with the lists inside, its
    call, its ranking."""
    from django.urls import reverse  # noqa: PLC0415

    from grants.models import Call  # noqa: PLC0415
    from projects.models import Project  # noqa: PLC0415

    found = []
    for mark, state in ((PAST, "completed"), (AT_WORK, "running"), (AT_WORK, "submitted"), (PAST, "not_selected")):
        project = Project.objects.filter(call__code=mark, state=state).order_by("pk")[0]
        inside = INSIDE if state in ("completed", "running") else ()
        found += [reverse(f"projects:{name}", args=[project.pk]) for name in (*OF_A_PROJECT, *inside)]
        found += parts_of(project)
    for mark in (PAST, AT_WORK):
        call = Call.objects.get(code=mark)
        names = ("grants:call_detail", "evaluations:standings", "evaluations:panel", "projects:call_figures")
        for name in names:
            try:
                found.append(reverse(name, args=[call.pk]))
            except Exception:
                continue
    return found


def parts_of(project: Any) -> list[str]:
    """The first of what was done in a project: an activity with who came, an expense, a session, a visit, a report."""
    from django.urls import reverse  # noqa: PLC0415

    from projects.models import Activity, Beneficiary, Expense, MentoringNote, MonthlyReport, SiteVisit  # noqa: PLC0415

    pages = {
        Activity: ("activity_detail", "attendance", "volunteer_times"), Beneficiary: ("beneficiary_detail",),
        Expense: ("expense_detail",), MentoringNote: ("session_detail",), SiteVisit: ("visit_detail",),
        MonthlyReport: ("monthly_detail",),
    }  # fmt: skip
    found = []
    for model, names in pages.items():
        pk = model.objects.filter(project=project).order_by("pk").values_list("pk", flat=True).first()
        found += [reverse(f"projects:{name}", args=[pk]) for name in names if pk]
    return found


if __name__ == "__main__":
    main()
