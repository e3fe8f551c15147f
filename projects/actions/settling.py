"""The end of the money: settle the account, fit the last instalment, and what comes back."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.money import yuan
from core.workflow import Refused, advance, permit, record
from grants.actions import ledger
from people.models import Role, User
from projects.accounting import audit_of, deducted_from_grant, final_accounts, needs_audit, recognisable
from projects.actions.messages import tell_funder, tell_group
from projects.final_accounts import Open, shares_of, written
from projects.matching import proven, share_as_it_is
from projects.models import Audit, LeftOver, Project, Refund, Settlement, State, Tranche
from projects.spending import last_account

ZERO = Decimal("0.00")


@transaction.atomic
def settle(
    project: Project,
    *,
    by: User,
    recognised: Decimal,
    returned: Decimal | None = None,
    remark: str = "",
    share: str = "",
    share_note: str = "",
) -> Settlement:
    """Record the last account: what is recognised as spent (yuan), by the books where payments were entered.

    From the call's sum on it waits for a confirmed audit. Consequences: what of the award is still to be paid is what
    is recognised less what was paid; instalments that are not needed any more are lowered or cancelled, and their money
    is free; the final accounts are kept as they stand. It can be settled again until the project's file is confirmed,
    and no more is recognised then than can still be paid.

    Where the share of the grant in all money is higher than the call allows, because matching funds have not come,
    whoever settles decides: `share` is "lower", and the grant is recognised only as far as its share holds, or "keep"
    with a reason in `share_note`. What was proven by then is kept with the account.

    `returned`: what has come back by now in all, with `record_refund` for the rest.
    """
    locked = _locked(project)
    permit("projects.settle", by, locked)
    if locked.state not in (State.SETTLING, State.TERMINATED):
        raise Refused(_("Accounts are settled after the final evaluation or a termination."))
    if hasattr(locked, "archive_file"):
        raise Refused(_("The project's file is confirmed: its account stays as it is."))
    _nothing_is_at_work(locked)
    audit = _audit_that_holds(locked, remark)
    if recognised > (locked.amount_awarded or ZERO):
        raise Refused(
            _("No more can be recognised than was awarded: %(award)s yuan.") % {"award": yuan(locked.amount_awarded)}
        )
    if locked.state == State.TERMINATED and recognised > locked.amount_paid:  # whose instalments are all cancelled
        raise Refused(
            _("The project was terminated and nothing more is paid: at most %(paid)s yuan can be recognised.")
            % {"paid": yuan(locked.amount_paid)}
        )
    _keep_to_the_books(locked, recognised, audit)
    lowered = _lowered_by_share(locked, recognised, share, share_note)
    settlement = Settlement.objects.filter(project=locked).first() or Settlement(project=locked)
    settlement.project = locked
    settlement.recognised, settlement.remark, settlement.audit = recognised - lowered, remark, audit
    settlement.matching, settlement.lowered = proven(locked), lowered
    keeps = share == "keep" and not share_as_it_is(locked, recognised).holds
    settlement.share_note = share_note.strip() if keeps else ""
    settlement.settled_by, settlement.settled_at = by, clock.now()
    if settlement.to_return < locked.amount_returned:
        words = {"before": yuan(locked.amount_returned)}
        said = _("%(before)s yuan have already been entered as returned. A mistake is corrected in the fund's ledger.")
        raise Refused(said % words)
    settlement.save()
    locked.settlement = settlement
    if locked.state == State.SETTLING:
        _fit_instalments(locked, settlement, by)
    if returned is not None:
        _returned_in_all(settlement, returned, by)
    keep_accounts(settlement)
    figures = {"recognised": settlement.recognised, "lowered": lowered, "returned": settlement.returned}
    label, note = _("Accounts settled"), settlement.share_note
    record(locked, "settle", by=by, label=label, note=note, **{name: str(value) for name, value in figures.items()})
    if settlement.still_due > 0:
        tell_group(locked, _("please return %(due)s yuan") % {"due": yuan(settlement.still_due)})
    elif locked.state == State.SETTLING:
        tell_group(locked, _("the account is settled: %(sum)s yuan are recognised") % {"sum": yuan(recognised)})
    return settlement


def keep_accounts(settlement: Settlement) -> None:
    """The final accounts as they stand now, kept to be read later."""
    project = settlement.project
    made = final_accounts(project, recognised=settlement.recognised, lowered=settlement.lowered)
    if wrong := made.wrong():
        said = _("The accounts do not add up (%(what)s): please have the ledger looked at (check_ledger).")
        raise Refused(said % {"what": ", ".join(wrong)})
    settlement.kept, settlement.kept_at = written(made), clock.now()
    settlement.save(update_fields=["kept", "kept_at"])


def _locked(project: Project) -> Project:
    return Project.objects.select_for_update(of=("self",)).select_related("call", "track").get(pk=project.pk)


def _nothing_is_at_work(project: Project) -> None:
    """An instalment that somebody has asked for has its amount already."""
    at_work = project.tranches.filter(state__in=[Tranche.State.REQUESTED, Tranche.State.APPROVED]).first()
    if at_work is not None:
        said = _("Instalment %(n)s is on its way (%(state)s): pay it or refuse it first.")
        raise Refused(said % {"n": at_work.ordinal, "state": at_work.get_state_display()})


def _audit_that_holds(project: Project, remark: str) -> Audit | None:
    """The confirmed audit; where the call asks for one there is no settlement without."""
    audit = audit_of(project)
    if audit is None and needs_audit(project):
        said = _("From %(floor)s yuan on, the account is settled with an audit: none is confirmed yet.")
        raise Refused(said % {"floor": yuan(project.call.audit_from)})
    if project.audits.waiting().exists():
        raise Refused(_("An audit waits to be confirmed."))
    if audit is not None and not audit.is_clean and not remark.strip():
        said = _("The audit says “%(opinion)s”: please say in the remark how you deal with it.")
        raise Refused(said % {"opinion": audit.get_opinion_display()})
    return audit


def _keep_to_the_books(project: Project, recognised: Decimal, audit: Audit | None) -> None:
    """Where payments are entered one by one, the account is their sum, and nothing is left undecided."""
    right = recognisable(project, audit)
    deducted = deducted_from_grant(project, audit)
    if right is None:
        report = last_account(project)
        if deducted and report is not None and recognised > report.spent - deducted:
            said = _("The report says %(spent)s yuan, the audit takes off %(off)s: at most %(most)s are recognised.")
            most = max(report.spent - deducted, ZERO)
            raise Refused(said % {"spent": yuan(report.spent), "off": yuan(deducted), "most": yuan(most)})
        return
    if waiting := project.expenses.waiting().count():
        said = ngettext(
            "%(n)s payment still waits for a decision.", "%(n)s payments still wait for a decision.", waiting
        )
        raise Refused(said % {"n": waiting})
    if recognised == right:
        return
    if deducted:
        said = _("The recognised payments less what the audit took off come to %(sum)s yuan.")
        raise Refused(said % {"sum": yuan(right)})
    raise Refused(_("The recognised payments come to %(sum)s yuan.") % {"sum": yuan(right)})


def _lowered_by_share(project: Project, recognised: Decimal, share: str, share_note: str) -> Decimal:
    measured = share_as_it_is(project, recognised)
    if not measured.holds and share not in ("lower", "keep"):
        raise Refused(_("The share of the grant is higher than the call allows: please decide on it."))
    if not measured.holds and share == "keep" and not share_note.strip():
        raise Refused(_("Please say why the share of the grant may be higher."))
    return measured.fall if share == "lower" else ZERO


def _fit_instalments(project: Project, settlement: Settlement, by: User) -> None:
    """What is not paid yet comes to what is recognised less what was paid: never more is paid than is recognised."""
    waiting = [*Tranche.OWED, Tranche.State.CANCELLED]
    tranches = list(project.tranches.filter(state__in=waiting).order_by("ordinal"))
    left = settlement.to_pay
    if left > sum((tranche.agreed for tranche in tranches), ZERO):
        most = project.amount_paid + sum((tranche.agreed for tranche in tranches), ZERO)
        said = _("Everything else is paid: at most %(most)s yuan can be recognised.")
        raise Refused(said % {"most": yuan(most)})
    before = sum((tranche.amount for tranche in tranches if tranche.state in Tranche.OWED), ZERO)
    wanted = shares_of([Open(tranche.pk, tranche.agreed) for tranche in tranches], left)
    for tranche in tranches:
        _fit(tranche, wanted[tranche.pk], by)
    _commit_or_free(project, left - before, by)


def _fit(tranche: Tranche, amount: Decimal, by: User) -> None:
    """The instalment as it will be paid; one that is not needed at all is cancelled and keeps its figure."""
    agreed = tranche.agreed
    tranche.amount, tranche.lowered = (amount, agreed - amount) if amount else (agreed, ZERO)
    tranche.save(update_fields=["amount", "lowered"])
    is_cancelled = tranche.state == Tranche.State.CANCELLED
    if not amount and not is_cancelled and agreed:
        advance(tranche, "cancel", by=by)
    elif amount and is_cancelled:
        advance(tranche, "restore", by=by)


def _commit_or_free(project: Project, more: Decimal, by: User) -> None:
    fund, number, memo = project.call.fund, project.number, _("Account settled")
    if more < 0:
        ledger.decommit(fund, -more, by=by, reference=number, memo=memo)
    elif more > 0:
        ledger.reserve(fund, more, by=by, reference=number, memo=memo)
        ledger.commit(fund, more, by=by, reference=number, memo=memo)


# -- What comes back ---------------------------------------------------------------------------------


def _returned_in_all(settlement: Settlement, returned: Decimal, by: User) -> None:
    before = settlement.returned
    if returned < before:
        raise Refused(
            _("%(before)s yuan have already been entered as returned. A mistake is corrected in the fund's ledger.")
            % {"before": yuan(before)}
        )
    if returned > before:
        _enter_refund(settlement, by=by, amount=returned - before, interest=ZERO, received_on=clock.today())


def _enter_refund(
    settlement: Settlement, *, by: User, amount: Decimal, interest: Decimal, received_on: date, bank_reference: str = ""
) -> Refund:
    project = settlement.project
    if amount > settlement.unspent_due:
        raise Refused(_("Only %(due)s yuan are to be returned.") % {"due": yuan(settlement.to_return)})
    if interest > settlement.interest_due:
        raise Refused(_("Only %(due)s yuan of interest are to be returned.") % {"due": yuan(settlement.interest_due)})
    if amount:
        terminated = project.state == State.TERMINATED
        back, memo = (ledger.clawback, _("Claimed back")) if terminated else (ledger.refund, _("Unspent money"))
        back(project.call.fund, amount, by=by, reference=project.number, memo=bank_reference or memo)
    ledger.interest(project.call.fund, interest, by=by, reference=project.number, memo=bank_reference)
    return Refund.objects.create(
        project=project,
        amount=amount,
        interest=interest,
        received_on=received_on,
        bank_reference=bank_reference,
        recorded_by=by,
    )


@transaction.atomic
def record_refund(
    project: Project, *, by: User, amount: Decimal, interest: Decimal, received_on: date, bank_reference: str
) -> Refund:
    """The finance office records what came back, with its bank slip. Consequences: the ledger is entered at once, the
    group is told, and a second person is asked to compare it with the bank statement."""
    locked = _locked(project)
    permit("projects.settle", by, locked)
    settlement = Settlement.objects.filter(project=locked).first()
    if settlement is None:
        raise Refused(_("Settle the account first: then it is known how much has to come back."))
    settlement.project = locked
    if not amount and not interest:
        raise Refused(_("Please enter more than 0 yuan."))
    if received_on > clock.today():
        raise Refused(_("This day has not come yet."))
    made = _enter_refund(
        settlement,
        by=by,
        amount=amount,
        interest=interest,
        received_on=received_on,
        bank_reference=bank_reference.strip(),
    )
    label = _("%(sum)s yuan came back") % {"sum": yuan(made.total)}
    record(locked, "record_refund", by=by, label=label, note=made.bank_reference, amount=str(made.total))
    tell_group(locked, label)
    tell_funder(locked, _("money came back: please compare it with the bank statement"), Role.STAFF, Role.APPROVER)
    return made


@transaction.atomic
def confirm_refund(refund: Refund, *, by: User) -> Refund:
    """A second person has seen it on the bank statement."""
    permit("projects.confirm_refund", by, refund)
    locked = Refund.objects.select_for_update(of=("self",)).get(pk=refund.pk)
    if locked.confirmed_at is not None:
        raise Refused(_("It has been confirmed already."))
    locked.confirmed_by, locked.confirmed_at = by, clock.now()
    locked.save(update_fields=["confirmed_by", "confirmed_at"])
    label = _("%(sum)s yuan that came back are confirmed") % {"sum": yuan(locked.total)}
    record(locked.project, "confirm_refund", by=by, label=label)
    return locked


@transaction.atomic
def write_left_overs(project: Project, *, by: User, rows: Sequence[dict[str, Any]]) -> Settlement:
    """Interest that the account bore and things that are left, each in a line. They take the place of those before;
    interest that has come back already stays due at least so much."""
    locked = _locked(project)
    permit("projects.settle", by, locked)
    settlement = Settlement.objects.filter(project=locked).first()
    if settlement is None:
        raise Refused(_("Settle the account first: then it is known how much has to come back."))
    if hasattr(locked, "archive_file"):
        raise Refused(_("The project's file is confirmed: its account stays as it is."))
    settlement.left_overs.all().delete()
    LeftOver.objects.bulk_create(LeftOver(settlement=settlement, written_by=by, **row) for row in rows)
    settlement = Settlement.objects.get(pk=settlement.pk)
    settlement.project = locked
    if settlement.interest_due < 0 or settlement.interest < locked.account.interest:
        raise Refused(_("So much interest has come back already: a mistake is corrected in the fund's ledger."))
    locked.settlement = settlement
    keep_accounts(settlement)
    label = _("What is left was written down: interest %(sum)s yuan") % {"sum": yuan(settlement.interest)}
    record(locked, "write_left_overs", by=by, label=label)
    return settlement
