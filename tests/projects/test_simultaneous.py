"""Two people press at the same moment: with real threads and real transactions, exactly one wins."""

from contextvars import copy_context
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from core import clock
from core.workflow import Refused, Stale, advance
from grants.actions import ledger
from grants.models import LedgerEntry
from projects.actions import bank, inquiry, payments, proposals
from projects.invariants import breaches
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


def approved(town, time, *titles: str) -> list[Tranche]:
    """The first instalments of running projects of 10,000 yuan, approved."""
    life, projects = Life(town, time), [draft(town, title=title) for title in titles]
    for to in ("eligible", "shortlisted", "in_notice", "running"):
        for project in projects:
            project.refresh_from_db()
            if project.state != to:
                life.walk(project, to)
    found = []
    for project in projects:
        first = payments.request_payment(project.tranches.get(ordinal=1), by=town.clerk)
        found.append(payments.approve_payment(first, by=town.approver))
    return found


def test_a_request_approved_by_two_at_once_is_approved_once_and_never_by_who_asked(town, time):
    project = Life(town, time).walk(draft(town), "running")
    first = payments.request_payment(project.tranches.first(), by=town.clerk)
    pages = [Tranche.objects.get(pk=first.pk) for _ in range(3)]
    people = (town.approver, town.clerk, town.approver)

    outcomes = at_once(
        *(
            lambda page=page, by=by: payments.approve_payment(page, by=by)
            for page, by in zip(pages, people, strict=True)
        )
    )

    assert sum(isinstance(outcome, Tranche) for outcome in outcomes) == 1
    assert Tranche.objects.get(pk=first.pk).approved_by == town.approver


def test_an_instalment_goes_into_one_list_or_is_paid_by_hand_never_both(town, time):
    [first] = approved(town, time, "一")
    pages = [Tranche.objects.get(pk=first.pk) for _ in range(3)]

    outcomes = at_once(
        lambda: bank.make_lists([pages[0]], by=town.finance),
        lambda: bank.make_lists([pages[1]], by=town.finance),
        lambda: payments.pay(pages[2], by=town.finance, bank_reference="手工"),
    )

    assert sum(isinstance(outcome, list | Tranche) for outcome in outcomes) == 1, outcomes
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
    assert list(breaches()) == []


def test_the_banks_answer_stored_twice_at_once_pays_once(town, time):
    tranches = approved(town, time, "一", "二")
    [listed] = bank.make_lists(tranches, by=town.finance)
    text = f"序号,结果,流水号,日期\n1,成功,L-1,{clock.today()}\n2,成功,L-2,{clock.today()}\n".encode()
    returns = [bank.read_return(listed, SimpleUploadedFile("a.csv", text), by=town.finance) for _ in range(2)]

    outcomes = at_once(*(lambda one=one: bank.store_return(one, by=town.finance) for one in [*returns, returns[0]]))

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2, outcomes
    assert town.fund.balance().paid == Decimal("10000.00")
    assert list(breaches()) == []


def test_a_payment_reversed_twice_at_once_is_reversed_once(town, time):
    [first] = approved(town, time, "一")
    payments.pay(first, by=town.finance, bank_reference="B-1")
    pages = [Tranche.objects.get(pk=first.pk) for _ in range(3)]

    outcomes = at_once(
        *(lambda page=page: payments.reverse_payment(page, by=town.finance, note="退汇") for page in pages)
    )

    assert sum(isinstance(outcome, Tranche) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Stale) for outcome in outcomes) == 2
    assert Project.objects.get().amount_paid == Decimal("0.00")
    assert list(breaches()) == []


def test_terminated_and_put_into_a_list_at_once_one_of_both_happens(town, time):
    [first] = approved(town, time, "一")
    project = Project.objects.get()

    outcomes = at_once(
        lambda: bank.make_lists([first], by=town.finance),
        lambda: payments.terminate(project, by=town.approver, note="终止"),
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1, outcomes
    assert list(breaches()) == []


def test_payments_of_many_projects_at_once_never_overdraw_the_fund(town, time):
    tranches = approved(town, time, "一", "二", "三", "四")
    [listed] = bank.make_lists(tranches[:2], by=town.finance)
    text = f"序号,结果,流水号,日期\n1,成功,L-1,{clock.today()}\n2,成功,L-2,{clock.today()}\n".encode()
    answer = bank.read_return(listed, SimpleUploadedFile("a.csv", text), by=town.finance)
    free = town.fund.balance().free

    outcomes = at_once(
        lambda: bank.store_return(answer, by=town.finance),
        lambda: payments.pay(tranches[2], by=town.finance, bank_reference="B-3"),
        lambda: payments.pay(tranches[3], by=town.finance, bank_reference="B-4"),
        lambda: ledger.reserve(town.fund, free, by=town.clerk, reference="LX2026-009"),
        lambda: ledger.reserve(town.fund, free, by=town.clerk, reference="LX2026-009"),
    )

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1, outcomes
    balance = town.fund.balance()
    assert (balance.free, balance.paid) == (Decimal("0.00"), Decimal("20000.00"))


def test_a_correction_decided_twice_at_once_is_made_once(town):
    entry = ledger.allocate(town.fund, Decimal("1000.00"), by=town.finance)
    asked = ledger.ask_correction(entry, by=town.finance, right_amount=Decimal("100.00"), reason="多录")

    outcomes = at_once(*(lambda: ledger.decide_correction(asked, by=town.approver, approved=True) for _ in range(3)))

    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
    assert town.fund.balance().allocated == Decimal("200100.00")


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
