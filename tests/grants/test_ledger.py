"""The ledger: money moves step by step, never further than there is, and every figure is a sum."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.workflow import Refused
from grants.actions import ledger
from grants.models import Fund, LedgerEntry
from people.models import Kind, Organization, User

YUAN = Decimal("1000.00")


def test_money_goes_from_free_to_reserved_to_committed_to_paid(town):
    fund = town.fund
    ledger.reserve(fund, YUAN, by=town.clerk, reference="P-1")
    ledger.commit(fund, YUAN, by=town.clerk, reference="P-1")
    ledger.pay(fund, Decimal("400.00"), by=town.finance, reference="P-1")

    balance = fund.balance()

    assert (balance.reserved, balance.committed, balance.paid) == (
        Decimal("0.00"),
        Decimal("600.00"),
        Decimal("400.00"),
    )
    assert balance.free == Decimal("199000.00")


def test_what_goes_back_is_free_again(town):
    fund = town.fund
    ledger.reserve(fund, YUAN * 3, by=town.clerk, reference="P-1")
    ledger.release(fund, YUAN, by=town.clerk, reference="P-1")
    ledger.commit(fund, YUAN * 2, by=town.clerk, reference="P-1")
    ledger.pay(fund, YUAN, by=town.finance, reference="P-1")
    ledger.refund(fund, YUAN, by=town.finance, reference="P-1")
    ledger.decommit(fund, YUAN, by=town.finance, reference="P-1")

    assert fund.balance().free == Decimal("200000.00")


@pytest.mark.every_case
@pytest.mark.parametrize(
    ("verb", "amount"),
    [
        (ledger.reserve, "200000.01"),
        (ledger.release, "0.01"),
        (ledger.commit, "0.01"),
        (ledger.decommit, "0.01"),
        (ledger.pay, "0.01"),
        (ledger.refund, "0.01"),
    ],
)
def test_no_step_takes_a_fen_more_than_there_is(town, verb, amount):
    with pytest.raises(Refused):
        verb(town.fund, Decimal(amount), by=town.clerk, reference="P-1")

    assert town.fund.entries.count() == 1


def test_the_last_fen_may_be_reserved(town):
    ledger.reserve(town.fund, Decimal("200000.00"), by=town.clerk, reference="P-1")

    assert town.fund.balance().free == Decimal("0.00")


def test_an_entry_is_neither_changed_nor_deleted(town):
    entry = town.fund.entries.get()
    entry.amount = Decimal("1.00")

    with pytest.raises(TypeError):
        entry.save()
    with pytest.raises(TypeError):
        entry.delete()


def test_balances_of_many_funds_cost_one_query(town, django_assert_num_queries):
    funds = [
        town.fund,
        *(Fund.objects.create(funder=town.bureau, name=f"基金{n}", source="budget", year=2026) for n in range(9)),
    ]

    with django_assert_num_queries(1):
        balances = Fund.balances(funds)

    assert [balance.free for balance in balances] == [Decimal("200000.00")] + [Decimal("0.00")] * 9


class AnySequenceOfSteps(TestCase):
    """Whatever is tried in whatever order, no place is ever overdrawn and the whole is kept."""

    @settings(max_examples=30, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["reserve", "release", "commit", "decommit", "pay", "refund"]),
                st.decimals(min_value="0.01", max_value="900.00", places=2),
            ),
            max_size=25,
        )
    )
    def test_no_balance_is_ever_negative(self, steps):
        user = User.objects.create(username="someone")
        funder = Organization.objects.create(name="局", kind=Kind.FUNDER, credit_code="11110105000053031Q")
        fund = Fund.objects.create(funder=funder, name="资金", source=Fund.Source.BUDGET, year=2026)
        ledger.allocate(fund, YUAN, by=user)

        for verb, amount in steps:
            try:
                getattr(ledger, verb)(fund, amount, by=user, reference="P-1")
            except Refused:
                continue

        balance = fund.balance()
        assert min(balance.free, balance.reserved, balance.committed, balance.paid) >= 0
        assert balance.free + balance.reserved + balance.committed + balance.paid == YUAN
        assert LedgerEntry.objects.filter(amount__lte=0).count() == 0
