"""The main road of a project's life, by the verbs alone."""

from decimal import Decimal

from projects.models import State
from tests.life import choir_draft, draft


def test_registered_organisation_goes_from_draft_to_completed(town, life):
    project = life.walk(draft(town), "completed")

    assert project.state == State.COMPLETED
    assert project.amount_paid == Decimal("10000.00")
    assert project.number == "LX2026-001"


def test_filed_group_goes_all_the_way_through_its_host(town, life):
    project = life.walk(choir_draft(town), "completed")

    assert project.state == State.COMPLETED
    assert project.payee == town.host
    assert project.agreement.group_signed_by == town.hosthead


def test_fund_balance_follows_the_project_to_the_fen(town, life):
    project = life.walk(draft(town), "in_notice")
    assert town.fund.balance().reserved == Decimal("10000.00")

    project = life.walk(project, "running")
    assert town.fund.balance().reserved == Decimal("0.00")
    assert town.fund.balance().committed == Decimal("10000.00")

    life.walk(project, "completed")
    assert town.fund.balance().committed == Decimal("0.00")
    assert town.fund.balance().paid == Decimal("10000.00")
    assert town.fund.balance().free == Decimal("190000.00")
