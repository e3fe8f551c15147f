"""The final accounts: calculated by hand, and as laws that hold of every account (pure, no database)."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.final_accounts import FinalAccounts, Income, Line, Open, read, shares_of, written

fen = st.decimals(min_value=0, max_value=100_000, places=2)


def line(key="a", category="materials", source="grant", **values) -> Line:
    return Line(key=key, category=category, item=key, source=source, **values)


GUIDE = FinalAccounts(
    lines=[
        line("a", budget=D("30000"), adjusted=D("32000"), recognised=D("30100.50")),
        line("b", budget=D("12000"), adjusted=D("10000"), recognised=D("8400.00"), deducted=D("300.00")),
        line("c", "staff", budget=D("8000"), adjusted=D("8000"), recognised=D("8000.00")),
        line("d", "venue", "own", budget=D("5000"), adjusted=D("5000"), recognised=D("4000.00")),
    ],
    income=[Income("grant", "1", D("50000"), D("50000")), Income("own", "", D("5000"), D("4200"))],
    award=D("50000"),
    paid=D("50000"),
    recognised=D("46200.50"),
)
"""Field guide 6.9: 50,000 paid, 46,200.50 recognised."""


def test_the_field_guides_account_by_hand():
    """30,100.50 + (8,400 − 300) + 8,000 = 46,200.50 of 50,000; own money 4,000 of 4,200 that came in."""
    assert GUIDE.granted.actual == D("46200.50")
    assert (GUIDE.granted.budget, GUIDE.granted.adjusted) == (D("50000"), D("50000"))
    assert GUIDE.granted.difference == D("3799.50")
    assert GUIDE.granted.rate == D("92.4")
    assert (GUIDE.to_return, GUIDE.to_pay, GUIDE.over) == (D("3799.50"), D("0.00"), D("0.00"))
    assert GUIDE.came_in - GUIDE.spent == GUIDE.balance == D("54200") - D("50200.50")
    assert [(category, sum_of.actual) for category, _lines, sum_of in GUIDE.by_category] == [
        ("materials", D("38200.50")),
        ("staff", D("8000.00")),
        ("venue", D("4000.00")),
    ]
    assert GUIDE.wrong() == []


def test_a_line_says_what_was_planned_spent_and_left():
    one = GUIDE.lines[1]

    assert (one.actual, one.difference, one.rate) == (D("8100.00"), D("1900.00"), D("81.0"))


def test_a_line_nobody_planned_has_no_rate():
    assert line(recognised=D("10")).rate is None


def test_a_whole_that_was_not_entered_line_by_line_says_so():
    accounts = FinalAccounts(
        lines=[line(budget=D("100"), adjusted=D("100"), recognised=None)], income=[], award=D("100"), paid=D(0),
        recognised=D("80"), whole=D("80"),
    )  # fmt: skip

    assert not accounts.is_detailed
    assert (accounts.lines[0].actual, accounts.granted.actual, accounts.to_pay) == (None, D("80"), D("80"))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"paid": D("49999.99")}, ["instalments"]),
        ({"recognised": D("50000.01")}, ["award"]),
        ({"income": []}, ["instalments"]),
    ],
)
def test_sums_that_do_not_hold_are_found(changes, found):
    accounts = FinalAccounts(**(vars(GUIDE) | changes))

    assert accounts.wrong() == found


@st.composite
def any_accounts(draw) -> FinalAccounts:
    sources, categories = st.sampled_from(["grant", "own", "donated"]), st.sampled_from(["materials", "staff", "venue"])
    lines = []
    for place in range(draw(st.integers(0, 6))):
        recognised = draw(fen)
        deducted = draw(st.decimals(min_value=0, max_value=recognised, places=2))
        lines.append(
            Line(str(place), draw(categories), str(place), draw(sources), draw(fen), draw(fen), recognised, deducted)
        )
    spent = sum((one.actual for one in lines if one.is_granted), D(0))
    award = draw(fen)
    paid = draw(st.decimals(min_value=0, max_value=award, places=2))
    return FinalAccounts(
        lines=lines,
        income=[Income("grant", "1", award, paid), Income("donated", "", D(0), draw(fen))],
        award=award,
        paid=paid,
        recognised=min(spent, award),
    )


@given(any_accounts())
def test_lines_come_to_the_totals_and_every_yuan_has_its_place(accounts):
    assert accounts.wrong() == []
    assert sum((one.actual for one in accounts.lines), D(0)) == accounts.granted.actual + accounts.others.actual
    assert sum((one.actual for _c, _l, one in accounts.by_category), D(0)) == accounts.spent
    assert accounts.balance == accounts.came_in - accounts.spent
    assert accounts.recognised + accounts.to_return == accounts.paid + accounts.to_pay
    assert min(accounts.to_return, accounts.to_pay) == 0
    assert accounts.recognised + accounts.over == accounts.granted.actual


@given(any_accounts())
def test_what_is_kept_is_read_back_as_it_was(accounts):
    assert written(read(written(accounts))) == written(accounts)
    assert read(written(accounts)).granted == accounts.granted


@given(st.lists(fen, max_size=5), fen)
def test_open_instalments_never_come_to_more_than_is_left(agreed, left):
    found = shares_of([Open(place, amount) for place, amount in enumerate(agreed)], left)

    assert sum(found.values(), D(0)) == min(left, sum(agreed, D(0)))
    assert all(found[place] <= amount for place, amount in enumerate(agreed))


def test_the_last_instalment_is_the_one_that_shrinks():
    assert shares_of([Open(1, D("4000")), Open(2, D("1000"))], D("4300")) == {1: D("4000"), 2: D("300")}
    assert shares_of([Open(1, D("1000"))], D("0")) == {1: D("0.00")}


def test_what_was_given_in_kind_is_known_where_no_payment_is_entered():
    accounts = FinalAccounts(
        lines=[
            line("a", source="own", budget=D("50"), adjusted=D("50"), recognised=None),
            line("k", "in_kind", "in_kind", budget=D("20"), adjusted=D("20"), recognised=D("18")),
        ],
        income=[], award=D("100"), paid=D(0), recognised=D("80"), whole=D("80"),
    )  # fmt: skip

    assert (accounts.others.actual, accounts.others.known) == (None, D("18"))
