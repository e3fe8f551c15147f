"""The paper by which an instalment is asked for and approved (资金拨付审批单). In Chinese: see `documents`."""

from decimal import Decimal
from typing import NamedTuple

from core.masking import mask_account
from core.models import Event
from core.money import round_half_up
from grants.models import Fund
from projects.agreement_text import FUND_SOURCES
from projects.models import Tranche
from reports.documents import Document, file_name

ZERO = Decimal("0.00")
PRINTABLE = {
    *(Tranche.State.REQUESTED, Tranche.State.APPROVED, Tranche.State.PAID, Tranche.State.RECEIPTED),
    Tranche.State.REVERSED,
}


class Step(NamedTuple):
    """Who did one of the two things, when, and what was said with it."""

    event: Event | None

    @property
    def words(self) -> str:
        return self.event.note if self.event else ""


def payment_number(tranche: Tranche) -> str:
    """DFA2026-001-BK2, and -BK2-2 when the payment is tried for the second time."""
    return f"{tranche.project.number}-BK{tranche.part}"


def payment_approval(tranche: Tranche, *, account: bool = False) -> Document:
    """The request of a clerk with its gates, and the approval of a second person. What finance does with it is written
    by hand: the paper is laid out when it is approved, and says no more than was known then.

    `account`: the reader may see the number of the payee's account (`projects.see_payee_account`); else it is masked.
    """
    project, payee = tranche.project, tranche.project.payee
    earlier = [one for one in project.tranches.all() if one.ordinal < tranche.ordinal]
    before = sum((one.amount for one in earlier if one.paid_on), ZERO)
    award = project.amount_awarded or ZERO
    said = Event.objects.about(tranche)
    requested = said.filter(name="request").last()
    approved = said.filter(name="approve").last() if tranche.state != Tranche.State.REQUESTED else None
    after = before + tranche.amount
    return Document(
        file_name("资金拨付审批单", payment_number(tranche), project.title),
        "pdf/payment_approval.html",
        {
            "title": "资金拨付审批单",
            "number": payment_number(tranche),
            "author": project.call.funder.name,
            "project": project,
            "funder": project.call.funder,
            "fund": project.call.fund,
            "source": FUND_SOURCES[Fund.Source(project.call.fund.source)],
            "agreement": getattr(project, "agreement", None),
            "payee": payee,
            "account": payee.bank_account if account else mask_account(payee.bank_account),
            "tranche": tranche,
            "instalments": project.tranches.count(),
            "earlier": earlier,
            "before": before,
            "after": after,
            "share": round_half_up(after * 100 / award, 1) if award else ZERO,
            "gates": tranche.gates_checked,
            "requested": Step(requested),
            "approved": Step(approved),
        },
    )
