"""The house stands: an app imports only what is to its left, and core is a closed list of files."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.urls import get_resolver

ROOT = Path(__file__).parent.parent
ORDER = ["core", "people", "grants", "projects", "evaluations", "reports", "config"]
WITHIN = ["rules", "models", "actions", "forms", "views"]
PURE = [
    "core/chain.py", "core/money.py", "core/masking.py", "core/safety/names.py", "core/safety/packages.py",
    "core/safety/pdfs.py", "core/safety/pictures.py", "core/safety/viruses.py",
    "grants/comparison.py", "grants/eligibility.py",
    "grants/presets.py",
    "projects/budget_rules.py", "projects/comparison.py", "projects/gaps.py", "projects/peers.py",
    "projects/expense_rules.py", "projects/expense_terms.py", "projects/grant_share.py", "projects/likeness_keys.py",
    "projects/lights.py", "projects/month.py", "projects/pictures.py", "projects/sections.py",
    "projects/shifting.py", "projects/similarity.py",
    "projects/speed_meeting.py", "projects/spending_account.py", "projects/stages.py", "evaluations/ranking.py",
    "evaluations/stars.py",
    "reports/open_data/common_grants.py", "reports/open_data/identifiers.py", "reports/open_data/layout.py",
    "reports/open_data/records.py", "reports/open_data/searching.py", "reports/open_data/statistics.py",
    "reports/open_data/tables.py", "reports/open_data/threesixty.py", "reports/search/words.py",
    "evaluations/oddities.py", "evaluations/questions.py", "evaluations/wilson.py",
]  # fmt: skip


def modules(app: str) -> list[Path]:
    return [path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]


def imported(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("app", ORDER)
def test_an_app_imports_only_what_stands_to_its_left(app):
    forbidden = set(ORDER[ORDER.index(app) + 1 :])

    backwards = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(app)
        for name in imported(path)
        if name.split(".")[0] in forbidden
    ]

    assert backwards == []


@pytest.mark.parametrize("app", ORDER)
def test_inside_an_app_views_know_forms_and_never_the_other_way_round(app):
    backwards = []
    for place, layer in enumerate(WITHIN):
        later = {f"{app}.{name}" for name in WITHIN[place + 1 :] if not (layer == "rules" and name == "models")}
        files = [p for p in modules(app) if p.relative_to(ROOT / app).parts[0].removesuffix(".py") == layer]
        backwards += [
            f"{path.relative_to(ROOT)} imports {name}"
            for path in files
            for name in imported(path)
            if any(name == module or name.startswith(f"{module}.") for module in later)
        ]

    assert backwards == []


@pytest.mark.parametrize("path", PURE)
def test_pure_calculation_imports_no_orm(path):
    assert [name for name in imported(ROOT / path) if name.startswith("django.db")] == []


def test_core_is_a_closed_list_of_files():
    """A new file in core needs an ADR: it is the floor that everybody stands on."""
    files = sorted(str(path.relative_to(ROOT / "core")) for path in modules("core"))

    assert files == [
        "__init__.py",
        "admin.py",
        "apps.py",
        "chain.py",
        "channels.py",
        "checks.py",
        "choosing.py",
        "clock.py",
        "fields.py",
        "files.py",
        "forms.py",
        "identifiers.py",
        "inbox.py",
        "lately.py",
        "log_triggers.py",
        "management/__init__.py",
        "management/commands/__init__.py",
        "management/commands/erase_words.py",
        "management/commands/state_diagram.py",
        "management/commands/verify_events.py",
        "masking.py",
        "models/__init__.py",
        "models/attachment.py",
        "models/calendar_day.py",
        "models/dispatch.py",
        "models/duty.py",
        "models/event.py",
        "models/knock.py",
        "models/notification.py",
        "models/seal.py",
        "models/series.py",
        "models/worker.py",
        "money.py",
        "notifications.py",
        "numbering.py",
        "paging.py",
        "safety/__init__.py",
        "safety/names.py",
        "safety/packages.py",
        "safety/pdfs.py",
        "safety/pictures.py",
        "safety/viruses.py",
        "sealing.py",
        "spreadsheets.py",
        "strangers.py",
        "templatetags/__init__.py",
        "templatetags/core.py",
        "triggers.py",
        "urls.py",
        "verifying.py",
        "views.py",
        "workbooks.py",
        "workdays.py",
        "workflow.py",
    ]


def test_no_state_is_written_past_the_door():
    """`QuerySet.update(state=…)` would leave no event and ask nobody."""
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for app in ORDER
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "bulk_update", "update_or_create")
        and any(keyword.arg == "state" for keyword in node.keywords)
    ]

    assert offenders == []


def test_who_chooses_several_rows_uses_our_field():
    """Django's own ends in a 500 on SQLite for a number of more than 64 bits."""
    users = [
        str(path.relative_to(ROOT))
        for app in ORDER
        for path in modules(app)
        if "ModelMultipleChoiceField" in path.read_text()
    ]

    assert users == ["core/forms.py"]


def test_a_task_is_enqueued_in_the_transaction_it_belongs_to():
    """`on_commit(task.enqueue)` forgets the task when the server dies right after the commit (config/queues.py)."""
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for app in ORDER
        for path in modules(app)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", "") == "on_commit"
        and "enqueue" in ast.unparse(node)
    ]

    assert offenders == []


def test_every_address_belongs_to_one_page():
    """Of two pages with one address the second is never reached, and nothing says so."""
    found = Counter(routes(get_resolver().url_patterns))

    assert [route for route, times in found.items() if times > 1] == []


def routes(patterns, before=""):
    """Every address of the product, with the kinds of its parts and without their names."""
    for pattern in patterns:
        here = before + re.sub(r"<(\w+):\w+>", r"<\1>", str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from routes(pattern.url_patterns, here)
        else:
            yield here
