"""The approval of a payment as a paper: what it says, when it is issued, who reads the account."""

from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
from django.urls import reverse

from projects.actions import payments
from projects.final_accounts import Line
from projects.models import Project, Tranche
from reports import closing_papers, money_papers
from reports.models import Paper
from tests.life import choir_draft, draft

pytestmark = pytest.mark.one_database

Kind, State = Paper.Kind, Paper.State


@pytest.fixture
def asked(town, life) -> Tranche:
    """The first instalment of the centre's 10,000 yuan, asked for."""
    project = life.walk(draft(town), "running")
    return payments.request_payment(project.tranches.get(ordinal=1), by=town.clerk, note="协议已签")


def text_of(draw, tranche: Tranche, **reader) -> str:
    return draw(money_papers.payment_approval(Tranche.objects.get(pk=tranche.pk), **reader)).text


def test_request_says_the_sum_in_figures_and_words_its_gates_and_that_it_is_no_order_to_pay(town, asked, draw):
    text = text_of(draw, asked, account=True)

    half = Decimal("10000.00") * asked.percentage / 100
    assert asked.amount == half
    for words in (
        "待审批，不作为付款依据",
        f"¥{half:,.2f}",
        "伍仟元整",
        "此前已拨0.00元",
        "协议已签",
        asked.project.number,
    ):
        assert words in text, words
    assert "满足" in text
    assert town.centre.bank_account in text


def test_approved_it_names_the_approver_and_is_issued_with_the_projects_number(town, asked, draw):
    payments.approve_payment(asked, by=town.approver, note="同意拨付")

    paper = Paper.objects.get(kind=Kind.PAYMENT)
    assert (paper.number, paper.issuer, paper.target) == (f"{asked.project.number}-BK1", town.bureau, asked)
    assert paper.facts == [["项目编号", asked.project.number]]
    text = text_of(draw, asked)
    assert "同意拨付" in text
    assert "不作为付款依据" not in text


def test_refused_it_is_not_issued_and_there_is_no_paper_to_read(town, asked, browse):
    payments.refuse_payment(asked, by=town.approver, note="账户待核对")

    assert not Paper.objects.filter(kind=Kind.PAYMENT).exists()
    assert browse(town.clerk).get(reverse("reports:payment_approval", args=[asked.pk])).status_code == 404


def test_second_instalment_says_what_was_paid_before_and_what_it_comes_to(town, life, draw):
    project = life.walk(draft(town), "midterm_passed")
    first, second = project.tranches.order_by("ordinal")[:2]
    life.pay(first)
    Tranche.objects.filter(pk=second.pk).update(gates=[])
    payments.request_payment(Tranche.objects.get(pk=second.pk), by=town.clerk)

    text = text_of(draw, second)

    after = first.amount + second.amount
    assert f"此前已拨{first.amount:,.2f}元本次后累计{after:,.2f}元" in text
    assert f"BANK-{first.pk}" in text


def test_account_is_masked_for_whoever_may_not_see_it(town, asked, draw):
    assert town.centre.bank_account not in text_of(draw, asked)


def test_payment_that_came_back_voids_its_paper_and_the_next_attempt_has_its_own(town, life, asked):
    payments.approve_payment(asked, by=town.approver)
    payments.pay(Tranche.objects.get(pk=asked.pk), by=town.finance, bank_reference="BANK-1")
    payments.reverse_payment(Tranche.objects.get(pk=asked.pk), by=town.finance, note="户名不符退汇")
    again = payments.request_payment(Tranche.objects.get(pk=asked.pk), by=town.clerk)
    payments.approve_payment(again, by=town.approver)

    second, first = Paper.objects.filter(kind=Kind.PAYMENT)
    assert (first.state, first.void_reason) == (State.VOID, "付款已撤回")
    assert (second.state, second.number) == (State.ISSUED, f"{asked.project.number}-BK1-2")


def test_address_opens_for_the_group_and_not_for_another(town, asked, browse):
    address = reverse("reports:payment_approval", args=[asked.pk])

    assert browse(town.head).get(address).status_code == 200
    assert browse(town.singer).get(address).status_code == 404


def test_host_is_the_payee_of_a_filed_group(town, life, draw):
    project = life.walk(choir_draft(town), "running")
    tranche = payments.request_payment(Project.objects.get(pk=project.pk).tranches.first(), by=town.clerk)

    text = text_of(draw, tranche, account=True)

    assert f"收款户名{town.host.bank_account_name}" in text
    assert town.host.bank_account in text


def test_what_is_not_known_of_a_sum_stands_on_its_own_line_inside_its_cell(asked, draw):
    paper = closing_papers.final_accounts_paper(asked.project)
    lines = [
        Line("a", "materials", "画架", "in_kind", adjusted=Decimal("1200.00"), recognised=Decimal("1200.00")),
        Line("b", "materials", "纸张", "own", adjusted=Decimal("300.00"), recognised=None),
    ]
    paper.context["accounts"] = replace(paper.context["accounts"], lines=lines)

    page = pypdfium2.PdfDocument(draw(paper).content)[0].get_textpage()

    def place(words: str) -> tuple[float, float, float]:
        """Left, bottom and right of the last time that the page says it."""
        searcher, found = page.search(words), None
        while hit := searcher.get_next():
            found = hit
        boxes = [page.get_charbox(number) for number in range(found[0], found[0] + found[1])]
        return boxes[0][0], boxes[0][1], boxes[-1][2]

    words, sum_ = place("其余未登记"), place("1,200.00")
    assert words[1] < sum_[1]
    assert words[2] <= sum_[2] + 1
