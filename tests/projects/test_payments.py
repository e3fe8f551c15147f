"""The life of an instalment with its reversals, the remainder of a split, and a check that finds what is broken."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse as address

from core import clock
from core.workflow import Refused
from grants.models import Fund, LedgerCorrection, LedgerEntry
from people.models import Role, User
from projects import inbox
from projects.actions import delivery, payments, settling
from projects.invariants import breaches
from projects.models import BankList, BankListLine, Project, Reversal, Tranche
from tests.life import LINES, draft
from tests.town import member

AWARD = Decimal("33333.33")


@pytest.fixture
def odd(town, life) -> Project:
    """33,333.33 yuan at 50/40/10, running."""
    line = LINES[0] | {"unit_price": AWARD, "quantity": Decimal(1)}
    return life.walk(draft(town, amount_requested=AWARD, lines=[line]), "running")


def paid(project, town, ordinal: int = 1) -> Tranche:
    tranche = project.tranches.get(ordinal=ordinal)
    payments.request_payment(tranche, by=town.clerk)
    payments.approve_payment(tranche, by=town.approver)
    return payments.pay(tranche, by=town.finance, bank_reference="B-1", paid_on=date(2026, 4, 22))


def to_approve(town) -> list[str]:
    return [task.what for task in inbox.waiting_for(town.approver) if "批准第" in task.what]


def test_the_approver_is_not_asked_to_approve_for_a_suspended_project_until_it_goes_on(town, odd):
    payments.request_payment(odd.tranches.get(ordinal=1), by=town.clerk)
    assert to_approve(town) == ["批准第1期拨款"]

    delivery.supervise(odd, "suspend", by=town.clerk, note="核查")
    assert to_approve(town) == []
    delivery.supervise(Project.objects.get(pk=odd.pk), "resume", by=town.clerk, note="已核实")

    assert to_approve(town) == ["批准第1期拨款"]


def test_the_approver_is_not_asked_to_approve_behind_a_gate_that_has_closed_since(town, odd):
    payments.request_payment(odd.tranches.get(ordinal=1), by=town.clerk)

    odd.tranches.filter(ordinal=1).update(gates=[{"kind": "final"}])

    assert to_approve(town) == []


def reverse(tranche, town, note: str = "收款账户已销户") -> Tranche:
    return payments.reverse_payment(Tranche.objects.get(pk=tranche.pk), by=town.finance, note=note)


def test_the_remainder_of_a_split_goes_into_the_last_instalment_and_is_paid_to_the_fen(town, life, odd):
    amounts = [tranche.amount for tranche in odd.tranches.all()]

    project = life.walk(odd, "completed")

    assert amounts == [Decimal("16666.67"), Decimal("13333.33"), Decimal("3333.33")]
    assert project.amount_paid == AWARD
    assert town.fund.balance().paid == AWARD
    assert list(breaches()) == []


def test_a_receipt_waits_since_the_money_was_paid(town, odd):
    paid(odd, town)

    [task] = [task for task in inbox.waiting_for(town.head) if "确认收到第1期款" in task.what]

    assert (clock.localdate(task.since), task.due_on) == (date(2026, 4, 22), None)
    assert not [task for task in inbox.waiting_for(town.volunteer) if "确认收到" in task.what]


def test_a_payment_is_not_made_before_it_was_approved(town, odd):
    tranche = odd.tranches.get(ordinal=1)
    payments.request_payment(tranche, by=town.clerk)
    payments.approve_payment(tranche, by=town.approver)
    approved_on = clock.today()

    with pytest.raises(Refused):
        payments.pay(tranche, by=town.finance, bank_reference="B-1", paid_on=approved_on - timedelta(days=1))

    assert Tranche.objects.get(pk=tranche.pk).state == "approved"
    assert payments.pay(tranche, by=town.finance, bank_reference="B-1", paid_on=approved_on).state == "paid"


def test_the_money_page_says_what_the_settlement_recognised(town, life, odd, browse):
    paid(odd, town)
    payments.terminate(Project.objects.get(pk=odd.pk), by=town.approver, note="无故停办")
    settling.settle(
        Project.objects.get(pk=odd.pk), by=town.finance, recognised=Decimal("1234.56"), returned=Decimal("0.00")
    )

    page = browse(town.finance).get(address("projects:project_money", args=[odd.pk]))

    assert page.context["spent"] == Decimal("1234.56")


def test_a_reversed_payment_is_kept_whole_and_its_money_is_owed_again(town, odd):
    tranche = reverse(paid(odd, town), town)

    kept = Reversal.objects.get()
    assert (tranche.state, tranche.attempt) == ("reversed", 1)
    assert (kept.requested_by, kept.approved_by, kept.paid_by) == (town.clerk, town.approver, town.finance)
    assert (kept.bank_reference, kept.paid_on, kept.amount) == ("B-1", date(2026, 4, 22), Decimal("16666.67"))
    assert kept.paid_to["account"] == town.centre.bank_account
    assert Project.objects.get().amount_paid == Decimal("0.00")
    assert town.fund.balance().committed == AWARD
    assert list(breaches()) == []


def test_a_reversed_instalment_is_asked_for_approved_and_paid_anew(town, odd):
    first = reverse(paid(odd, town), town)
    payments.request_payment(first, by=town.clerk)
    assert (first.attempt, first.approved_by, first.paid_on, first.bank_reference) == (2, None, None, "")
    with pytest.raises(PermissionDenied):
        payments.approve_payment(first, by=town.clerk)

    payments.approve_payment(first, by=town.approver)
    payments.pay(first, by=town.finance, bank_reference="B-2")

    entries = LedgerEntry.objects.filter(kind__in=["pay", "reverse"]).values_list("kind", "part")
    assert list(entries) == [("pay", "1"), ("reverse", "1"), ("pay", "1-2")]
    assert Project.objects.get().amount_paid == Decimal("16666.67")
    assert list(breaches()) == []


def test_a_refused_second_attempt_can_be_asked_for_again(town, odd):
    first = reverse(paid(odd, town), town)
    payments.request_payment(first, by=town.clerk)
    payments.refuse_payment(first, by=town.approver, note="账户未更正")

    payments.request_payment(first, by=town.clerk)

    assert (first.state, first.attempt) == ("requested", 2)
    assert list(breaches()) == []


def test_a_receipted_payment_to_the_wrong_account_is_reversed_too(town, odd):
    first = paid(odd, town)
    payments.confirm_receipt(first, by=town.head, receipt_number="SJ-1")

    reverse(first, town, "付到了旧账户")

    assert Reversal.objects.get().receipt_number == "SJ-1"
    assert list(breaches()) == []


def test_only_finance_reverses_and_only_with_a_reason(town, odd):
    first = paid(odd, town)

    for person in (town.clerk, town.approver, town.auditor, town.head, town.admin):
        with pytest.raises(PermissionDenied):
            payments.reverse_payment(Tranche.objects.get(pk=first.pk), by=person, note="退汇")
    with pytest.raises(Refused):
        payments.reverse_payment(Tranche.objects.get(pk=first.pk), by=town.finance, note=" ")

    assert Tranche.objects.get(pk=first.pk).state == "paid"


def test_what_was_never_paid_is_not_reversed(town, odd):
    first = odd.tranches.get(ordinal=1)

    with pytest.raises(Refused):
        payments.reverse_payment(first, by=town.finance, note="退汇")


def test_a_payment_that_comes_back_after_the_end_frees_its_money(town, odd):
    first = paid(odd, town)
    payments.terminate(Project.objects.get(), by=town.approver, note="终止")

    tranche = reverse(first, town)

    assert tranche.state == "cancelled"
    assert town.fund.balance().free == town.fund.balance().allocated
    assert list(breaches()) == []


def test_what_has_come_back_already_does_not_come_back_again(town, odd):
    """The group returned half of it; then the whole payment cannot be reversed as if it had never arrived."""
    first = paid(odd, town)
    payments.terminate(Project.objects.get(), by=town.approver, note="终止")
    settling.settle(Project.objects.get(), by=town.finance, recognised=Decimal(0), returned=Decimal("8000.00"))

    with pytest.raises(Refused):
        reverse(first, town)

    assert LedgerEntry.objects.get(kind="clawback").amount == Decimal("8000.00")
    assert list(breaches()) == []


def test_money_claimed_back_after_a_termination_is_a_clawback_and_unspent_money_a_refund(town, life):
    ended = life.walk(draft(town), "settling")
    life.pay_all(ended)
    settling.settle(Project.objects.get(), by=town.finance, recognised=Decimal("9000.00"), returned=Decimal("1000.00"))

    assert [entry.kind for entry in LedgerEntry.objects.order_by("pk")][-1] == "refund"


def test_the_field_guides_own_account_46200_50_of_50000(town, life):
    """已拨 50000, 认可支出 46200.5 → 应退 3799.50 (field guide 6.9)."""
    amount = Decimal("50000.00")
    line = LINES[0] | {"unit_price": amount, "quantity": Decimal(1)}
    project = life.walk(draft(town, amount_requested=amount, lines=[line]), "settling")
    life.pay_all(project)

    settlement = settling.settle(
        Project.objects.get(), by=town.finance, recognised=Decimal("46200.50"), returned=Decimal(0)
    )

    assert (settlement.to_return, settlement.still_due) == (Decimal("3799.50"), Decimal("3799.50"))


def test_the_database_refuses_a_reversal_that_its_requester_approved(town, odd):
    first = reverse(paid(odd, town), town)

    with pytest.raises(IntegrityError), transaction.atomic():
        Reversal.objects.create(
            tranche=first, attempt=9, amount=1, requested_by=town.clerk, approved_by=town.clerk,
            paid_by=town.finance, paid_on=date(2026, 4, 22), reason="x", reversed_by=town.finance,
        )  # fmt: skip


def test_who_reverses_reads_what_it_means_and_it_is_done_on_the_page(town, odd, browse):
    first = paid(odd, town)
    page = f"/tranches/{first.pk}/step/reverse/"
    assert browse(town.clerk).get(page).status_code == 403

    browse(town.finance).post(page, {"note": "银行退汇：户名不符"})

    assert Tranche.objects.get(pk=first.pk).state == "reversed"
    assert "户名不符" in browse(town.head).get(f"/projects/{odd.pk}/money/").content.decode()


def test_a_payment_is_not_recorded_for_a_day_that_has_not_come(town, odd, browse, time):
    first = odd.tranches.get(ordinal=1)
    payments.request_payment(first, by=town.clerk)
    payments.approve_payment(first, by=town.approver)
    page = f"/tranches/{first.pk}/step/pay/"
    time.go(datetime(2026, 4, 24, 10, 0))

    refused = browse(town.finance).post(page, {"bank_reference": "B-1", "paid_on": "2026-04-25"})
    browse(town.finance).post(page, {"bank_reference": "B-1", "paid_on": "2026-04-23"})

    assert "paid_on" in refused.context["form"].errors
    assert Tranche.objects.get(pk=first.pk).paid_on == date(2026, 4, 23)


# -- the check finds what is broken ----------------------------------------------------------------


def raw(sql: str, *values) -> None:
    """Past every verb and model, as somebody with the database's password would."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def overpaid(town, project):
    Project.objects.update(amount_paid=Decimal("1.00"))


def deleted_entry(town, project):
    raw("DELETE FROM grants_ledgerentry WHERE kind = 'pay'")


def changed_entry(town, project):
    raw("UPDATE grants_ledgerentry SET amount = 1 WHERE kind = 'pay'")


def moved_balance(town, project):
    Fund.objects.update(held_free=1)


def other_fund(town, project):
    other = Fund.objects.create(funder=town.bureau, name="别的", source="budget", year=2026, held_free=9)
    LedgerEntry.objects.create(fund=other, kind="allocate", amount=9, by=town.finance)
    raw("UPDATE grants_ledgerentry SET fund_id = %s WHERE kind = 'reserve'", other.pk)


def unknown_project(town, project):
    raw("UPDATE grants_ledgerentry SET reference = 'X-9' WHERE kind = 'pay'")


def alone(town, project):
    LedgerCorrection.objects.all().delete()
    entry = LedgerEntry.objects.get(kind="allocate")
    LedgerEntry.objects.create(fund=town.fund, kind="unallocate", amount=entry.amount, corrects=entry, by=town.finance)
    LedgerEntry.objects.create(fund=town.fund, kind="allocate", amount=entry.amount, by=town.finance)


def same_person(town, project):
    Tranche.objects.filter(ordinal=1).update(approved_by=None)


def forgotten_day(town, project):
    Tranche.objects.filter(ordinal=2).update(paid_on=date(2026, 5, 1), paid_by=town.finance)


def lost_reversal(town, project):
    reverse(Tranche.objects.get(ordinal=1), town)
    Reversal.objects.all().delete()


def at_bank_unapproved(town, project):
    made = BankList.objects.create(fund=town.fund, number="X", made_by=town.finance)
    values = {"account_name": "a", "bank_name": "b", "account": "c", "purpose": "d", "project_number": "e"}
    second = Tranche.objects.get(ordinal=2)
    BankListLine.objects.create(bank_list=made, tranche=second, ordinal=1, amount=second.amount, **values)


def shrunk_instalment(town, project):
    Tranche.objects.filter(ordinal=3).update(amount=Decimal("1.00"))


def wrong_part(town, project):
    raw("UPDATE grants_ledgerentry SET part = '2' WHERE kind = 'pay'")


BROKEN = [
    overpaid, deleted_entry, changed_entry, moved_balance, other_fund, unknown_project, alone, same_person,
    forgotten_day, lost_reversal, at_bank_unapproved, shrunk_instalment, wrong_part,
]  # fmt: skip


@pytest.mark.parametrize("breaking", BROKEN, ids=lambda one: one.__name__)
def test_whatever_is_broken_is_found_and_named(town, odd, breaking):
    paid(odd, town)
    assert list(breaches()) == []

    breaking(town, odd)
    said = StringIO()

    with pytest.raises(CommandError):
        call_command("check_ledger", stderr=said)
    assert len(said.getvalue().splitlines()) == 1
    with pytest.raises(CommandError):
        call_command("check_ledger", "--all", stderr=(everything := StringIO()))
    assert everything.getvalue().startswith(said.getvalue())


def test_the_check_costs_the_same_for_one_project_and_for_many(town, life, odd, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        list(breaches())
    for n in range(4):
        Project.objects.create(
            call=town.call, track=odd.track, applicant=town.centre, number=f"N-{n}", title="别的", created_by=town.head
        )

    with django_assert_max_num_queries(14):
        list(breaches())


def test_a_clerk_who_is_also_of_the_finance_office_does_not_pay_what_they_asked_for(town, odd):
    member(town.clerk, town.bureau, Role.FINANCE)
    first = odd.tranches.get(ordinal=1)
    payments.request_payment(first, by=town.clerk)
    payments.approve_payment(first, by=town.approver)

    with pytest.raises(PermissionDenied):
        payments.pay(first, by=User.objects.get(pk=town.clerk.pk), bank_reference="B-1")
