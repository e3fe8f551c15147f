"""Instalments, settlement, and the end of the money."""

from decimal import Decimal

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from core import clock
from core.money import yuan
from core.workflow import Refused, advance, record
from grants.actions import ledger
from people.models import Role, User
from projects.actions.messages import tell_funder, tell_group
from projects.actions.plan import close_changes
from projects.models import Project, Settlement, State, Tranche


@transaction.atomic
def request_payment(tranche: Tranche, *, by: User, note: str = "") -> Tranche:
    """A clerk asks for an instalment whose gate is open; the approvers are told."""
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
def pay(tranche: Tranche, *, by: User, bank_reference: str) -> Tranche:
    """The finance office records the transfer. Consequences: the ledger is entered, the project's paid sum
    grows (the database refuses more than the award), and the payee is asked for a receipt."""
    Project.objects.select_for_update(of=("self",)).get(pk=tranche.project_id)
    advance(tranche, "pay", by=by, bank_reference=bank_reference)
    project = tranche.project
    Project.objects.filter(pk=project.pk).update(amount_paid=F("amount_paid") + tranche.amount)
    project.refresh_from_db()
    ledger.pay(project.call.fund, tranche.amount, by=by, reference=project.number, memo=bank_reference)
    record(project, "pay", by=by, label=_("Instalment paid"), ordinal=tranche.ordinal, amount=str(tranche.amount))
    tell_group(project, _("instalment %(n)s has been paid, please confirm with a receipt") % {"n": tranche.ordinal})
    return tranche


@transaction.atomic
def confirm_receipt(tranche: Tranche, *, by: User, receipt_number: str) -> Tranche:
    """Whoever received the money gives the number of its receipt."""
    return advance(tranche, "receipt", by=by, receipt_number=receipt_number)


@transaction.atomic
def settle(project: Project, *, by: User, recognised: Decimal, returned: Decimal, remark: str = "") -> Settlement:
    """Record the last account: what is recognised as spent and what has come back (yuan).

    What comes back is entered in the ledger as it arrives; it can never be more than is due.
    """
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if not rules.has_perm("projects.settle", by, locked):
        raise PermissionDenied
    if locked.state not in (State.SETTLING, State.TERMINATED):
        raise Refused(_("Accounts are settled after the final evaluation or a termination."))
    if recognised > locked.amount_awarded:
        raise Refused(
            _("No more can be recognised than was awarded: %(award)s yuan.") % {"award": yuan(locked.amount_awarded)}
        )
    settlement = Settlement.objects.filter(project=locked).first() or Settlement(project=locked)
    before = settlement.returned
    settlement.recognised, settlement.returned, settlement.remark = recognised, returned, remark
    settlement.settled_by, settlement.settled_at = by, clock.now()
    if returned < before:
        raise Refused(_("%(before)s yuan have already been entered as returned.") % {"before": yuan(before)})
    if returned > settlement.to_return:
        raise Refused(_("Only %(due)s yuan are to be returned.") % {"due": yuan(settlement.to_return)})
    if returned > before:
        settlement.returned_on = clock.today()
        ledger.refund(locked.call.fund, returned - before, by=by, reference=locked.number, memo=_("Unspent money"))
    settlement.save()
    record(locked, "settle", by=by, label=_("Accounts settled"), recognised=str(recognised), returned=str(returned))
    if settlement.to_return > returned:
        tell_group(locked, _("please return %(due)s yuan") % {"due": yuan(settlement.to_return - returned)})
    return settlement


@transaction.atomic
def complete(project: Project, *, by: User, note: str = "") -> Project:
    """Everything is paid, receipted and returned: the project is archived."""
    advance(project, "complete", by=by, note=note)
    tell_group(project, _("completed"))
    return project


@transaction.atomic
def terminate(project: Project, *, by: User, note: str) -> Project:
    """End the project early. Consequences: unpaid instalments are cancelled and their money is free again;
    what was paid and not spent is claimed back in the settlement."""
    advance(project, "terminate", by=by, note=note)
    close_changes(project)
    unpaid = list(
        project.tranches.filter(state__in=[Tranche.State.PLANNED, Tranche.State.REQUESTED, Tranche.State.APPROVED])
    )
    for tranche in unpaid:
        advance(tranche, "cancel", by=by)
    owed = sum((tranche.amount for tranche in unpaid), Decimal("0.00"))
    ledger.decommit(project.call.fund, owed, by=by, reference=project.number, memo=_("Terminated"))
    tell_group(project, _("terminated"), body=note)
    tell_funder(project, _("terminated: please settle the account"), Role.FINANCE, body=note)
    return project
