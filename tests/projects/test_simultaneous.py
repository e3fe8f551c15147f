"""Two people press at the same moment: with real threads and real transactions, exactly one wins."""

from contextvars import copy_context
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from core.workflow import Refused, Stale, advance
from grants.actions import ledger
from grants.models import LedgerEntry
from projects.actions import inquiry, payments, proposals
from projects.models import Objection, Project, Tranche
from tests import town as towns
from tests.life import Life, draft, examined

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db, time):
    return towns.build()


def at_once(*verbs) -> list:
    """Run the verbs in threads that start together; each gives its result or the exception it raised."""
    barrier, outcomes = Barrier(len(verbs)), [None] * len(verbs)

    def run(place, verb):
        barrier.wait()
        try:
            outcomes[place] = verb()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [Thread(target=copy_context().run, args=(run, place, verb)) for place, verb in enumerate(verbs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def seen_by_each(pk: int, people: int) -> list[Project]:
    """The page as each person opened it, before anybody pressed."""
    return [Project.objects.get(pk=pk) for _ in range(people)]


@pytest.mark.parametrize("names", [("accept", "accept"), ("accept", "return_for_correction")])
def test_of_two_clerks_who_decide_at_once_exactly_one_wins(town, time, names):
    project = Life(town, time).walk(draft(town), "submitted")
    pages = seen_by_each(project.pk, 2)

    outcomes = at_once(
        *(
            lambda page=page, name=name: advance(page, name, by=town.clerk, note="请补正")
            for page, name in zip(pages, names, strict=True)
        )
    )

    losers = [outcome for outcome in outcomes if isinstance(outcome, Stale)]
    assert len(losers) == 1, outcomes
    assert "“" in str(losers[0])  # says which state it is in now
    assert sum(isinstance(outcome, Project) for outcome in outcomes) == 1


def test_two_submissions_at_once_give_one_number(town):
    project = draft(town)
    pages = seen_by_each(project.pk, 2)

    outcomes = at_once(*(lambda page=page: proposals.submit(page, by=town.head, pledged=True) for page in pages))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Project", "Stale"]
    assert Project.objects.get(pk=project.pk).number == "LX2026-001"


def test_many_projects_submitted_at_once_get_numbers_without_gap_or_repeat(town):
    projects = [draft(town) for _ in range(6)]

    at_once(*(lambda project=project: proposals.submit(project, by=town.head, pledged=True) for project in projects))

    numbers = sorted(Project.objects.values_list("number", flat=True))
    assert numbers == [f"LX2026-00{n}" for n in range(1, 7)]


def test_of_two_proposals_of_one_group_submitted_at_once_only_as_many_pass_as_are_allowed(town):
    town.call.eligibility_rules.create(kind="proposals", value=1, legal_basis="依据")
    projects = [draft(town), draft(town, title="第二个")]
    pages = [Project.objects.get(pk=project.pk) for project in projects]

    outcomes = at_once(*(lambda page=page: proposals.submit(page, by=town.head, pledged=True) for page in pages))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Project", "Refused"]
    assert sorted(Project.objects.values_list("state", flat=True)) == ["draft", "submitted"]


def test_two_reservations_cannot_spend_the_same_money(town):
    free = town.fund.balance().free

    outcomes = at_once(
        *(lambda n=n: ledger.reserve(town.fund, free, by=town.clerk, reference=f"P-{n}") for n in range(4))
    )

    assert sum(isinstance(outcome, LedgerEntry) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 3
    assert town.fund.balance().free == Decimal("0.00")


def test_an_instalment_paid_twice_at_once_is_paid_once(town, time):
    life = Life(town, time)
    project = life.walk(draft(town), "running")
    first = project.tranches.first()
    payments.request_payment(first, by=town.clerk)
    payments.approve_payment(first, by=town.approver)
    pages = [Tranche.objects.get(pk=first.pk) for _ in range(3)]

    outcomes = at_once(*(lambda page=page: payments.pay(page, by=town.finance, bank_reference="B-1") for page in pages))

    assert sum(isinstance(outcome, Tranche) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 2
    assert Project.objects.get(pk=project.pk).amount_paid == first.amount
    assert town.fund.balance().paid == first.amount


def test_two_objections_dismissed_at_once_leave_none_to_examine(town, time):
    project = Life(town, time).walk(draft(town), "in_notice")
    pages = [examined(town, project) for _ in range(2)]

    outcomes = at_once(
        *(
            lambda page=page: inquiry.rule_on_objection(page, by=town.approver, ruling="dismissed", reason="不成立")
            for page in pages
        )
    )

    assert [type(outcome) for outcome in outcomes] == [Objection, Objection]
    assert Project.objects.get(pk=project.pk).state == "in_notice"
    assert not Objection.objects.open().exists()
