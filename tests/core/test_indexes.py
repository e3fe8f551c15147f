"""What is looked up among very many is found by an index, on SQLite too: it uses no index of a part of the rows whose
condition compares with a value, because it is told the value only afterwards."""

import pytest
from django.apps import apps

from core import clock
from core.models import Dispatch, Event
from people.models import Organization
from projects.models import Expense, Project
from reports.models import Paper

pytestmark = pytest.mark.one_database  # PostgreSQL reads a table of ten rows whole, and is told the values

LOOKED_UP = {
    "organisation by its credit code": lambda: Organization.objects.filter(credit_code="52110105MJ0100027T"),
    "groups by their filing numbers": lambda: Organization.objects.filter(filing_number__in=["BA-1", "BA-2"]),
    "project by its number": lambda: Project.objects.filter(number="LX2026-001"),
    "expenses with the same invoice": lambda: Expense.objects.filter(invoice_key="044001900111-00012345"),
    "paper by its file": lambda: Paper.objects.filter(sha256="a" * 64),
    "messages that are due": lambda: Dispatch.objects.due(clock.now()),
    "who saw personal data": lambda: Event.objects.disclosures().order_by("-pk"),
    "what one person saw": lambda: Event.objects.disclosures().filter(actor=1),
}


@pytest.mark.parametrize("asked", LOOKED_UP.values(), ids=LOOKED_UP)
def test_what_is_looked_up_is_found_by_an_index(db, asked):
    assert "USING INDEX" in asked().explain()


def test_no_index_has_a_condition_that_sqlite_cannot_use():
    """Those of the log may: `disclosures` writes its condition into the statement."""
    conditional = {
        index.name: index.condition
        for model in apps.get_models()
        if model._meta.app_label in ("core", "people", "grants", "projects", "evaluations", "reports")
        for index in model._meta.indexes
        if index.condition is not None
    }
    compared = {
        name
        for name, condition in conditional.items()
        if not all(isinstance(part, tuple) and part[0].endswith("__isnull") for part in condition.children)
    }

    assert compared == {"event_of_disclosure", "disclosure_by_funder", "disclosure_by_actor"}
