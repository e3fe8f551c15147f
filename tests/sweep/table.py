"""Every address of ours, what it is about in one running project and one draft, and who gets in by GET.

The project is the centre's, running; its mentor is `mentor`, its expert was `expert1`, its evaluator is `evaluator`;
expert2, expert3 and the choir have nothing to do with it. What stands nowhere else but at another time of a project's
life is in `tests/sweep/later.py`.
"""

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.sweep import rows_evaluations, rows_grants, rows_people, rows_projects, rows_reports

TABLE = rows_people.ROWS | rows_grants.ROWS | rows_projects.ROWS | rows_evaluations.ROWS | rows_reports.ROWS


def our_urls(patterns=None, namespace: str = "") -> dict[str, URLPattern]:
    """Every named address of our own apps."""
    found = {}
    for pattern in patterns or get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace in (
                None,
                "core",
                "grants",
                "projects",
                "evaluations",
                "people",
                "reports",
                "boards",
                "open_data",
                "research",
                "ledgers",
                "bureaus",
                "privacy",
            ):
                prefix = f"{pattern.namespace}:" if pattern.namespace else namespace
                found |= our_urls(pattern.url_patterns, prefix)
        elif pattern.name and pattern.callback.__module__.split(".")[0] in (
            "config", "core", "grants", "projects", "evaluations", "people", "reports",
        ):  # fmt: skip
            found[f"{namespace}{pattern.name}"] = pattern
    return found


def address(name: str, about, things) -> str:
    parts = about if isinstance(about, tuple) else () if about is None else (about,)
    named = [things.get(part, part) for part in parts]
    return reverse(name, args=[part if isinstance(part, str) else part.pk for part in named])


def portions() -> list:
    """The table in portions of at most 20 addresses of one app, so that no single test keeps the others waiting."""
    apps = sorted({name.partition(":")[0] for name in TABLE})
    of_app = {app: [name for name in TABLE if name.partition(":")[0] == app] for app in apps}
    return [
        pytest.param(names[start : start + 20], id=f"{app} from {names[start].rpartition(':')[2]}")
        for app, names in of_app.items()
        for start in range(0, len(names), 20)
    ]
