"""A mistyped figure is corrected by a counter entry that a second person approves; the database keeps its own watch."""

from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from core.workflow import Refused
from grants.actions import ledger
from grants.models import Fund, LedgerCorrection, LedgerEntry
from grants.movements import COUNTER, MOVES, PLACES, Balance, account_of
from grants.statement import statement
from people.models import Role
from projects.actions import archiving, settling
from projects.invariants import breaches
from projects.models import Project, Settlement
from tests.life import draft
from tests.town import member

TYPED = Decimal("20000.00")


@pytest.fixture
def entry(town) -> LedgerEntry:
    """Ten times too much was typed."""
    member(town.auditor, town.bureau, Role.FINANCE)
    return ledger.allocate(town.fund, Decimal("200000.00"), by=town.finance, memo="预算文件")


def ask(entry, town, amount: str = "20000.00", reason: str = "多录一个零") -> LedgerCorrection:
    return ledger.ask_correction(entry, by=town.finance, right_amount=Decimal(amount), reason=reason)


def test_every_kind_says_from_where_to_where_it_moves():
    assert set(MOVES) == set(LedgerEntry.Kind.values)
    assert {place for move in MOVES.values() for place in move} == {"", *PLACES}
    assert all(MOVES[COUNTER[kind]] == MOVES[kind][::-1] for kind in COUNTER)


def test_an_approved_correction_takes_the_wrong_entry_back_and_enters_the_right_one(town, entry):
    ledger.decide_correction(ask(entry, town), by=town.approver, approved=True)

    wrong, counter, right = town.fund.entries.order_by("pk")[1:]
    assert (counter.kind, counter.amount, counter.corrects) == ("unallocate", entry.amount, wrong)
    assert (right.kind, right.amount, right.memo) == ("allocate", TYPED, "预算文件")
    assert town.fund.balance().allocated == Decimal("220000.00")
    assert list(breaches()) == []


def test_to_nothing_there_is_no_new_entry(town, entry):
    ledger.decide_correction(ask(entry, town, "0.00"), by=town.approver, approved=True)

    assert town.fund.balance().allocated == Decimal("200000.00")
    assert town.fund.entries.last().kind == "unallocate"


def test_a_refused_correction_changes_nothing_and_says_why(town, entry):
    asked = ask(entry, town)
    with pytest.raises(Refused):
        ledger.decide_correction(asked, by=town.approver, approved=False)

    ledger.decide_correction(asked, by=town.approver, approved=False, answer="金额无误")

    assert town.fund.balance().allocated == Decimal("400000.00")
    assert ask(entry, town).is_open  # it may be asked again


def test_who_asked_does_not_decide_and_only_finance_and_approvers_do(town, entry):
    asked = ask(entry, town)

    for person in (town.finance, town.clerk, town.head, town.stranger):
        with pytest.raises(PermissionDenied):
            ledger.decide_correction(asked, by=person, approved=True)
    ledger.decide_correction(asked, by=town.auditor, approved=True)  # of the finance office too

    assert asked.is_approved
    for person in (town.clerk, town.approver):
        with pytest.raises(PermissionDenied):
            ledger.ask_correction(entry, by=person, right_amount=TYPED, reason="录错")


def test_an_entry_is_corrected_once_and_by_one_request_at_a_time(town, entry):
    asked = ask(entry, town)
    with pytest.raises(Refused):
        ask(entry, town)
    ledger.decide_correction(asked, by=town.approver, approved=True)

    with pytest.raises(Refused):
        ask(LedgerEntry.objects.get(pk=entry.pk), town)
    with pytest.raises(Refused):
        ledger.decide_correction(asked, by=town.approver, approved=True)


@pytest.mark.parametrize(("amount", "reason"), [("200000.00", "录错"), ("1.00", "  ")])
def test_a_correction_changes_something_and_says_why(town, entry, amount, reason):
    with pytest.raises(Refused):
        ask(entry, town, amount, reason)


def test_money_that_is_promised_already_cannot_be_corrected_away(town, entry):
    ledger.reserve(town.fund, Decimal("399999.99"), by=town.clerk, reference="P-1")
    asked = ask(entry, town)

    with pytest.raises(Refused):
        ledger.decide_correction(asked, by=town.approver, approved=True)

    assert LedgerCorrection.objects.get().is_open
    assert town.fund.balance().allocated == Decimal("400000.00")


@pytest.fixture
def settled(town, life) -> Project:
    """Everything is paid; 500 of 10,000 yuan were to come back, and 400 were entered."""
    project = life.walk(draft(town), "settling")
    life.pay_all(project)
    return settle(project, town, "400.00")


def settle(project: Project, town, returned: str) -> Project:
    project = Project.objects.get(pk=project.pk)
    settling.settle(project, by=town.finance, recognised=Decimal("9500.00"), returned=Decimal(returned))
    return Project.objects.get(pk=project.pk)


def test_a_mistyped_return_is_corrected_and_the_settlement_follows(town, settled):
    refund = town.fund.entries.get(kind="refund")
    asked = ask(refund, town, "40.00", "银行回单为40元")

    ledger.decide_correction(asked, by=town.approver, approved=True)

    assert Settlement.objects.get().returned == Decimal("40.00")
    assert Settlement.objects.get().still_due == Decimal("460.00")
    assert list(breaches()) == []


def test_no_more_is_returned_by_a_correction_than_the_group_has(town, settled):
    asked = ask(town.fund.entries.get(kind="refund"), town, "10000.01")

    with pytest.raises(Refused):
        ledger.decide_correction(asked, by=town.approver, approved=True)


def test_the_account_of_an_archived_project_is_closed(town, settled):
    project = settle(settled, town, "500.00")
    asked = ask(town.fund.entries.filter(kind="refund").last(), town, "1.00")
    for refund in project.refunds.all():
        settling.confirm_refund(refund, by=town.clerk)
    archiving.confirm_file(project, by=town.clerk, note="示例")
    archiving.complete(Project.objects.get(pk=project.pk), by=town.finance)

    with pytest.raises(Refused):
        ledger.decide_correction(asked, by=town.approver, approved=True)
    with pytest.raises(Refused):
        ask(town.fund.entries.filter(kind="refund").first(), town, "1.00")


# -- what the database and the model refuse --------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_the_database_refuses_to_overdraw_any_place_of_a_fund(town, place):
    with pytest.raises(IntegrityError), transaction.atomic():
        Fund.objects.filter(pk=town.fund.pk).update(**{f"held_{place}": Decimal("-0.01")})


def test_no_counter_entry_without_what_it_takes_back(town):
    values = {"fund": town.fund, "amount": Decimal(1), "by": town.finance}
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(kind="unallocate", **values)
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(kind="allocate", corrects=town.fund.entries.get(), **values)


def test_entries_are_not_changed_in_bulk_either(town):
    with pytest.raises(TypeError):
        LedgerEntry.objects.update(amount=1)
    with pytest.raises(TypeError):
        LedgerEntry.objects.all().delete()


def test_one_project_does_not_spend_what_is_set_aside_for_another(town):
    for reference in ("P-1", "P-2"):
        ledger.reserve(town.fund, Decimal("1000.00"), by=town.clerk, reference=reference)
    ledger.commit(town.fund, Decimal("1000.00"), by=town.clerk, reference="P-1")

    with pytest.raises(Refused, match="P-2"):
        ledger.pay(town.fund, Decimal("0.01"), by=town.finance, reference="P-2")
    with pytest.raises(Refused, match=r"1,000\.00"):
        ledger.pay(town.fund, Decimal("1000.01"), by=town.finance, reference="P-1")


def test_an_account_tells_paid_out_from_returned():
    sums = [("reserve", 9), ("commit", 9), ("pay", 7), ("reverse", 2), ("refund", 1), ("clawback", 2), ("unrefund", 1)]

    account = account_of((kind, Decimal(amount)) for kind, amount in sums)

    assert (account.reserved, account.committed) == (Decimal(0), Decimal(4))
    assert (account.paid_out, account.returned, account.held) == (Decimal(5), Decimal(2), Decimal(3))


# -- pages -----------------------------------------------------------------------------------------


def test_the_ledger_says_what_stood_where_after_each_entry_also_on_the_second_page(town, browse):
    for n in range(25):
        ledger.reserve(town.fund, Decimal("10.00"), by=town.clerk, reference=f"P-{n}")
    walked = list(statement(town.fund.entries.all()))

    first = browse(town.auditor).get(f"/funds/{town.fund.pk}/")
    second = browse(town.auditor).get(f"/funds/{town.fund.pk}/", {"page": first.context["page_obj"].next_page})
    pages = [first.context["rows"], second.context["rows"]]

    assert [row for page in pages for row in page] == list(reversed(walked))
    assert pages[0][0][1] == Balance(free=Decimal("199750.00"), reserved=Decimal("250.00"))


def test_the_entries_of_one_project_are_read_alone(town, browse):
    ledger.reserve(town.fund, Decimal("10.00"), by=town.clerk, reference="P-1")
    ledger.reserve(town.fund, Decimal("20.00"), by=town.clerk, reference="P-2")

    page = browse(town.auditor).get(f"/funds/{town.fund.pk}/?project=P-2")

    assert [entry.reference for entry, _after in page.context["rows"]] == ["P-2"]
    assert page.context["account"].reserved == Decimal("20.00")


def test_a_correction_is_asked_for_and_decided_on_the_pages(town, entry, browse):
    page = f"/ledger/{entry.pk}/correct/"
    assert browse(town.clerk).get(page).status_code == 403
    assert browse(town.head).get(page).status_code == 404

    browse(town.finance).post(page, {"right_amount": "20,000", "reason": "多录一个零"})
    asked = LedgerCorrection.objects.get()
    own = browse(town.finance).post(f"/corrections/{asked.pk}/", {"approve": "", "answer": ""})
    waiting = [task.url for task in browse(town.approver).get("/todo/").context["tasks"]]
    browse(town.approver).post(f"/corrections/{asked.pk}/", {"approve": "", "answer": ""})

    assert own.status_code == 403
    assert f"/corrections/{asked.pk}/" in waiting
    assert town.fund.balance().allocated == Decimal("220000.00")


def test_an_auditor_takes_out_the_ledger_whole(town, settled, browse):
    answer = browse(town.auditor).get(f"/documents/funds/{town.fund.pk}/ledger.xlsx")
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))

    rows = list(book["资金台账"].values)
    assert len(rows) == town.fund.entries.count() + 1
    assert rows[-1][11:] == tuple(float(x) for x in (190400, 0, 0, 9600))
    assert list(book["分项目"].values)[1][6:] == (10000, 400, 10000, "是")
    text = b"".join(browse(town.auditor).get(f"/documents/funds/{town.fund.pk}/ledger.csv").streaming_content).decode()
    assert text.count("\n") == len(rows)
    assert browse(town.head).get(f"/documents/funds/{town.fund.pk}/ledger.xlsx").status_code == 404
