"""Instalments: asked for, approved, paid, receipted, reversed; and what an early end does to them."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from core import clock
from core.models import Event
from core.workflow import Refused, advance, record
from grants.actions import ledger
from grants.models import LedgerEntry
from people.models import Organization, Role, User
from projects.actions.messages import tell_funder, tell_group, tell_payee
from projects.actions.plan import close_changes
from projects.models import BankListLine, Project, Reversal, State, Tranche
from projects.models.state import UNDER_WAY

KEPT = (
    *("attempt", "amount", "requested_by", "approved_by", "paid_by", "paid_on", "paid_to"),
    *("bank_reference", "receipt_number"),
)
"""What is kept of a payment that is reversed."""


@transaction.atomic
def request_payment(tranche: Tranche, *, by: User, note: str = "") -> Tranche:
    """A clerk asks for an instalment whose gates are all open; what they were is kept, and the approvers are told."""
    advance(tranche, "request", by=by, note=note)
    tell_funder(tranche.project, _("instalment %(n)s waits for approval") % {"n": tranche.ordinal}, Role.APPROVER)
    return tranche


@transaction.atomic
def approve_payment(tranche: Tranche, *, by: User, note: str = "") -> Tranche:
    """A second person approves it; the finance office is told."""
    advance(tranche, "approve", by=by, note=note)
    tell_funder(tranche.project, _("instalment %(n)s is approved for payment") % {"n": tranche.ordinal}, Role.FINANCE)
    return tranche


@transaction.atomic
def refuse_payment(tranche: Tranche, *, by: User, note: str) -> Tranche:
    """Sent back to the clerk with a reason."""
    advance(tranche, "refuse", by=by, note=note)
    tell_funder(tranche.project, _("instalment %(n)s was refused") % {"n": tranche.ordinal}, body=note)
    return tranche


@transaction.atomic
def pay(
    tranche: Tranche,
    *,
    by: User,
    bank_reference: str,
    paid_on: date | None = None,
    paid_to: dict[str, str] | None = None,
) -> Tranche:
    """The finance office records the transfer. Consequences: the ledger is entered, the project's paid sum
    grows (the database refuses more than the award), and the payee is asked for a receipt.

    `paid_on` and `paid_to` (name, bank, account) are what the bank said; without them, today and the payee's account.
    Refused on a day before the payment was approved: that is a mistyped year.
    """
    project = Project.objects.select_for_update(of=("self",)).get(pk=tranche.project_id)
    payee = project.payee
    paid_to = paid_to or {"name": payee.bank_account_name, "bank": payee.bank_name, "account": payee.bank_account}
    day = paid_on or clock.today()
    approval = Event.objects.about(tranche).filter(name="approve").last()
    if approval and day < clock.localdate(approval.at):
        words = {"approved": clock.localdate(approval.at), "day": day}
        raise Refused(_("The payment was approved on %(approved)s: it was not made on %(day)s.") % words)
    advance(tranche, "pay", by=by, bank_reference=bank_reference, paid_on=day, paid_to=paid_to)
    memo = bank_reference
    ledger.pay(project.call.fund, tranche.amount, by=by, reference=project.number, part=tranche.part, memo=memo)
    _keep_amount_paid(project)
    record(project, "pay", by=by, label=_("Instalment paid"), ordinal=tranche.ordinal, amount=str(tranche.amount))
    said = {"n": tranche.ordinal, "payee": paid_to.get("name") or payee}
    asked = tell_payee(project, _("instalment %(n)s has been paid, please confirm with a receipt") % said)
    tell_group(project, _("instalment %(n)s has been paid to %(payee)s") % said, apart_from=asked)
    tranche.refresh_from_db()
    return tranche


def _keep_amount_paid(project: Project) -> None:
    """What was paid, as the ledger has it now; the project is locked."""
    Project.objects.filter(pk=project.pk).update(amount_paid=project.account.paid_out)


@transaction.atomic
def confirm_receipt(tranche: Tranche, *, by: User, receipt_number: str) -> Tranche:
    """Whoever received the money gives the number of its receipt."""
    return advance(tranche, "receipt", by=by, receipt_number=receipt_number)


@transaction.atomic
def reverse_payment(tranche: Tranche, *, by: User, note: str) -> Tranche:
    """The bank sent the money back, or it went to the wrong account. Consequences: everything about the payment is kept
    as a reversal, the ledger is entered back, and the instalment can be asked for again; in a terminated project it is
    cancelled, and its money is free."""
    project = Project.objects.select_for_update(of=("self",)).get(pk=tranche.project_id)
    advance(tranche, "reverse", by=by, note=note)
    values = {name: getattr(tranche, name) for name in KEPT}
    Reversal.objects.create(
        tranche=tranche, reason=note.strip()[:300], reversed_by=by, reversed_at=clock.now(), **values
    )
    words = {"reference": project.number, "part": tranche.part, "memo": note}
    ledger.reverse(project.call.fund, tranche.amount, by=by, **words)
    _keep_amount_paid(project)
    BankListLine.objects.filter(tranche=tranche, attempt=tranche.attempt, outcome="paid").update(
        outcome=BankListLine.Outcome.RETURNED, reason=note[:300]
    )
    record(project, "reverse", by=by, label=_("Payment reversed"), note=note, ordinal=tranche.ordinal)
    if project.state == State.TERMINATED:
        advance(tranche, "cancel", by=by)
        memo = _("Terminated")
        ledger.decommit(project.call.fund, tranche.amount, by=by, reference=project.number, memo=memo)
    subject = _("the payment of instalment %(n)s was reversed") % {"n": tranche.ordinal}
    tell_funder(project, subject, Role.STAFF, Role.APPROVER, body=note)
    tell_group(project, subject, body=note)
    tranche.refresh_from_db()
    return tranche


@transaction.atomic
def terminate(project: Project, *, by: User, note: str, last_day: date | None = None) -> Project:
    """End the project early. Consequences: unpaid instalments are cancelled and their money is free again;
    what was paid and not spent is claimed back in the settlement. It ends today or on the `last_day` that was agreed
    on, and what is spent later is not spent for it."""
    advance(project, "terminate", by=by, note=note)
    end_on(project, last_day or clock.today())
    close_changes(project)
    unpaid = list(project.tranches.unpaid())
    if at_bank := BankListLine.objects.filter(tranche__in=unpaid, outcome="").select_related("bank_list").first():
        raise Refused(
            _("An instalment is at the bank (%(list)s): first read in what the bank says, or withdraw it.")
            % {"list": at_bank.bank_list.number}
        )
    for tranche in unpaid:
        advance(tranche, "cancel", by=by)
    owed = sum((tranche.amount for tranche in unpaid), Decimal("0.00"))
    ledger.decommit(project.call.fund, owed, by=by, reference=project.number, memo=_("Terminated"))
    tell_group(project, _("terminated"), body=note)
    tell_funder(project, _("terminated: please settle the account"), Role.FINANCE, body=note)
    return project


def end_on(project: Project, day: date) -> None:
    """Its last day: not later than planned, and not before it has begun."""
    first, last = project.starts_on or day, project.ends_on or day
    day = max(min(day, last), first)
    Project.objects.filter(pk=project.pk).update(ends_on=day)
    Project.objects.filter(pk=project.pk, state=State.RUNNING).update(due_on=day)
    project.refresh_from_db()


def refuse_if_awaited(sender: Any, *, organization: Organization, **kwargs: Any) -> None:
    """While an instalment is to come, a new account is asked for as a change: the finance office compares it with its
    proof, and an approver decides. In a profile nobody would look."""
    own = Project.objects.paid_through([organization.pk])
    if found := _awaited().filter(project__in=own.values("pk")).select_related("project").first():
        raise Refused(
            _("“%(project)s” still awaits money: please ask there for the change of the account.")
            % {"project": found.project.title}
        )


def payees_awaiting(sender: Any, *, organizations: Collection[int], **kwargs: Any) -> set[int]:
    """Those of them, by their keys, to which an instalment is still to come."""
    payee = Coalesce("project__host", "project__applicant")
    found = _awaited().annotate(payee=payee).filter(payee__in=organizations)
    return set(found.values_list("payee", flat=True))


def _awaited() -> QuerySet[Tranche]:
    return Tranche.objects.unpaid().filter(project__state__in=UNDER_WAY)


def refuse_if_archived(sender: Any, *, entry: LedgerEntry, **kwargs: Any) -> None:
    """A return in the ledger is corrected only while its project's account is open."""
    archived = Project.objects.filter(number=entry.reference, state=State.COMPLETED) if entry.reference else None
    if archived is not None and archived.exists():
        raise Refused(_("The project is archived: its account is closed and is not corrected any more."))
