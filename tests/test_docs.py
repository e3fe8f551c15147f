"""What the documents say about the code is drawn from the code."""

import re
from pathlib import Path

import pytest
from django.core.management import call_command

from core.management.commands.state_diagram import diagram
from evaluations.models import Delisting, Evaluation, Honour, RectificationItem, StarYear, Vote
from grants.models import Need
from people.models import DataRequest
from projects.models import Pledge, Project, Tranche
from reports.models import PrintJob

DOCS = Path(__file__).parent.parent / "docs"


@pytest.mark.parametrize(
    "model",
    [
        Project,
        Tranche,
        Need,
        Pledge,
        Evaluation,
        RectificationItem,
        Vote,
        StarYear,
        Delisting,
        Honour,
        PrintJob,
        DataRequest,
    ],
)
def test_the_state_diagram_is_drawn_from_the_code(model):
    """Stale? `manage.py state_diagram projects.Project projects.Tranche grants.Need projects.Pledge
    evaluations.Evaluation evaluations.RectificationItem evaluations.Vote evaluations.StarYear
    evaluations.Delisting evaluations.Honour reports.PrintJob people.DataRequest > docs/states.md` draws it anew."""
    assert diagram(model) in (DOCS / "states.md").read_text(encoding="utf-8")


def test_the_command_prints_the_diagram(capsys):
    call_command("state_diagram", "projects.Project")

    assert "draft --> submitted: submit" in capsys.readouterr().out


def test_the_concepts_name_every_state():
    concepts = (DOCS / "concepts.md").read_text(encoding="utf-8")

    assert [state for state in Project.State.values if f"`{state}`" not in concepts] == []


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_no_page_shows_two_versions_of_itself(page):
    """What a merge leaves behind where two branches wrote at the same place."""
    lines = page.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if line == "=======" or line.startswith(("<<<<<<< ", ">>>>>>> "))] == []


# -- What is said of security ----------------------------------------------------------------------

ASVS = (DOCS / "asvs.md").read_text(encoding="utf-8")
LINES = [line for line in ASVS.splitlines() if line.startswith("| V")]


def test_every_test_that_the_security_table_names_exists():
    named = set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", ASVS))
    tests = DOCS.parent / "tests"

    missing = [
        f"{path}::{name}"
        for path, name in sorted(named)
        if not (tests / path).exists() or not re.search(rf"^def {name}\(", (tests / path).read_text(), re.MULTILINE)
    ]

    assert (missing, len(named) > 40) == ([], True)


def test_the_security_table_has_each_requirement_once_and_says_how_it_stands():
    numbers = re.findall(r"\bV\d+\.\d+\.\d+\b", ASVS)
    standing = {line.split("|")[3].strip() for line in LINES}

    assert (len(numbers), len(set(numbers))) == (253, 253)  # ASVS 5.0.0: 70 of level 1, 183 of level 2
    assert standing == {"yes", "part", "no", "host", "–"}
