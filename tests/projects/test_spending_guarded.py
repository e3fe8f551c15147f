"""Payments that were changed while somebody decided on them."""

from decimal import Decimal

import pytest
from django.urls import reverse

from core.workflow import Stale
from projects.actions import spending
from projects.models import Expense
from tests.spending import handed_in, running, values


@pytest.fixture
def project(town, life):
    return running(town, life)


def mended(town, expense: Expense, amount: str) -> None:
    """Sent back, changed and handed in again: in the same state, and another amount."""
    expense = Expense.objects.get(pk=expense.pk)
    spending.send_back(expense, by=town.clerk, note="金额与发票不符")
    spending.change(expense, by=town.head, values=values(expense.project, amount=Decimal(amount)))
    spending.hand_in(Expense.objects.get(pk=expense.pk), by=town.head)


@pytest.mark.parametrize("amount", ["100.00", "500.00"])
def test_a_payment_that_was_mended_meanwhile_is_not_recognised_as_it_was(town, project, amount):
    page = handed_in(project, town.head, amount=Decimal("300.00"))
    mended(town, page, amount)

    for verb in (spending.recognise, spending.refuse, spending.send_back):
        with pytest.raises(Stale):
            verb(page, by=town.clerk, note="说明")

    assert Expense.objects.get().recognised == 0


def test_of_several_at_once_the_one_that_was_mended_meanwhile_is_left(town, project):
    page = handed_in(project, town.head, amount=Decimal("300.00"))
    mended(town, page, "100.00")

    assert spending.recognise_all(project, [page], by=town.clerk) == (0, 1)
    assert spending.recognise_all(project, [Expense.objects.get()], by=town.clerk) == (1, 0)
    assert Expense.objects.get().recognised == Decimal("100.00")


def test_the_page_of_an_earlier_amount_recognises_nothing(town, project, browse):
    expense = handed_in(project, town.head, amount=Decimal("300.00"))
    page, client = reverse("projects:expense_step", args=[expense.pk, "recognise"]), browse(town.clerk)
    opened = client.get(page).context["form"]["seen"].value()
    mended(town, expense, "500.00")

    answer = client.post(page, {"amount": "300.00", "note": "只认一部分", "seen": opened})

    assert answer.status_code == 200
    assert Expense.objects.get().state == "handed_in"
