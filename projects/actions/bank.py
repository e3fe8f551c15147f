"""Lists of payments for the bank, and what the bank says to them."""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import IO, Any

import rules
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock, spreadsheets
from core.numbering import next_number
from core.safety import names
from core.workflow import Refused, permit, record
from grants.models import Fund
from people.models import Role, User
from projects.actions import payments
from projects.actions.messages import tell_funder, tell_group
from projects.bank_returns import Row, judge, lines_of, read_rows
from projects.models import BankList, BankListLine, BankReturn, Project, Tranche

Outcome = BankListLine.Outcome
ACCOUNT = ("bank_account_name", "bank_name", "bank_account")


@transaction.atomic
def make_lists(tranches: Iterable[Tranche], *, by: User) -> list[BankList]:
    """Put approved instalments into lists for the bank, one a fund, numbered. What is in a list is not put into another
    and not recorded as paid by hand, until the bank has said what became of it or it is withdrawn.

    Refused as a whole, with every reason, when one of them cannot be paid now.
    """
    asked = {tranche.pk for tranche in tranches}
    if not asked:
        raise Refused(_("Please choose at least one instalment."))
    ids = Tranche.objects.filter(pk__in=asked).values("project")
    list(Project.objects.filter(pk__in=ids).order_by("pk").select_for_update(of=("self",)))
    related = ("project__call__fund", "project__applicant", "project__host")
    found = Tranche.objects.filter(pk__in=asked).select_related(*related).select_for_update(of=("self",))
    chosen = list(found.order_by("project__number", "ordinal"))
    for tranche in chosen:
        permit("projects.pay", by, tranche)
    if reasons := [f"{tranche}：{reason}" for tranche in chosen if (reason := why_not(tranche))]:
        raise Refused(*reasons)
    by_fund: dict[int, list[Tranche]] = {}
    for tranche in chosen:
        by_fund.setdefault(tranche.project.call.fund_id, []).append(tranche)
    return [_make(Fund.objects.get(pk=pk), group, by) for pk, group in sorted(by_fund.items())]


def why_not(tranche: Tranche) -> str:
    """What keeps an instalment from being put into a list; empty when nothing does."""
    if tranche.state != Tranche.State.APPROVED:
        return _("it is not approved for payment (%(state)s)") % {"state": tranche.get_state_display()}
    line = tranche.bank_lines.filter(outcome=Outcome.AT_BANK).select_related("bank_list").first()
    if line:
        return _("it is in the list %(number)s already") % {"number": line.bank_list.number}
    if not Tranche.objects.to_be_listed().filter(pk=tranche.pk).exists():
        return _("the project is suspended or has ended")
    payee = tranche.project.payee
    if not all(getattr(payee, name) for name in ACCOUNT):
        return _("%(payee)s has not entered account name, bank and account number") % {"payee": payee}
    return ""


def _make(fund: Fund, tranches: list[Tranche], by: User) -> BankList:
    year = clock.today().year
    number = f"FK{year}-{next_number(f'bank-list:{fund.funder_id}:{year}'):04d}"
    made = BankList.objects.create(fund=fund, number=number, made_by=by)
    for ordinal, tranche in enumerate(tranches, start=1):
        project, payee = tranche.project, tranche.project.payee
        BankListLine.objects.create(
            bank_list=made,
            tranche=tranche,
            attempt=tranche.attempt,
            ordinal=ordinal,
            account_name=payee.bank_account_name,
            bank_name=payee.bank_name,
            account=payee.bank_account,
            amount=tranche.amount,
            purpose=_("%(title)s, instalment %(n)s") % {"title": project.title, "n": tranche.ordinal},
            project_number=project.number,
        )
        label = _("Instalment %(n)s is in the bank list %(number)s") % {"n": tranche.ordinal, "number": number}
        record(project, "bank_list", by=by, label=label)
    record(made, "make", by=by, label=_("Made"))
    return made


@transaction.atomic
def withdraw_lines(bank_list: BankList, lines: Iterable[BankListLine], *, by: User, reason: str) -> None:
    """Take lines back that the bank will not pay (the list was never sent, or the account is wrong): the instalments
    stay approved and can be put into another list."""
    locked = _lock(bank_list, by)
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    chosen = list(locked.lines.filter(pk__in=[line.pk for line in lines]).select_related("tranche__project"))
    if not chosen or not all(line.is_at_bank for line in chosen):
        raise Refused(_("Only lines that are still at the bank can be withdrawn."))
    for line in chosen:
        _close(line, Outcome.WITHDRAWN, reason=reason.strip())
        label = _("Instalment %(n)s was withdrawn from the bank list %(number)s")
        words = {"n": line.tranche.ordinal, "number": locked.number}
        record(line.tranche.project, "bank_list", by=by, label=label % words, note=reason)
    record(locked, "withdraw", by=by, label=_("Withdrawn: %(n)s lines") % {"n": len(chosen)}, note=reason)


def _lock(bank_list: BankList, by: User) -> BankList:
    locked = BankList.objects.select_for_update(of=("self",)).get(pk=bank_list.pk)
    permit("projects.work_bank_list", by, locked)
    return locked


def _close(line: BankListLine, outcome: str, **values: Any) -> None:
    line.outcome = outcome
    for name, value in values.items():
        setattr(line, name, value)
    line.save()


# -- What the bank says ----------------------------------------------------------------------------


@transaction.atomic
def read_return(bank_list: BankList, upload: Any, *, by: User) -> BankReturn:
    """Read what the bank sent back, and keep it as it was read. Nothing else happens before it is stored.

    `ValidationError` when the file is no table or lacks its columns; what is wrong with a row stands at the row.
    """
    locked = _lock(bank_list, by)
    rows = read_rows(spreadsheets.read(upload))
    if not rows:
        raise ValidationError(_("The file has headings and no row."), code="empty")
    judged = _judged(locked, rows, by)
    return BankReturn.objects.create(
        bank_list=locked,
        name=names.cleaned(upload.name or ""),
        sha256=_digest(upload),
        rows=[row.as_json() for row in judged],
        sent_by=by,
    )


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    return hashlib.sha256(file.read()).hexdigest()


def _judged(bank_list: BankList, rows: Iterable[Row], by: User) -> list[Row]:
    """The rows as they stand now; who asked for a payment does not record it either."""
    lines = list(bank_list.lines.select_related("tranche__project__call"))
    made_on = clock.localdate(bank_list.made_at)
    judged = judge(rows, lines, made_on=made_on, today=clock.today())
    for row in judged:
        if row.effect == "pay" and not rules.has_perm("projects.pay", by, lines_of(row, lines)[0].tranche):
            row.errors.append(_("You asked for this payment yourself: a colleague stores this row."))
            row.effect = ""
        if row.effect == "reverse" and lines_of(row, lines)[0].tranche.project.state == "completed":
            row.errors.append(_("The project is archived: its payments are not reversed any more."))
            row.effect = ""
    return judged


def rows_of(bank_return: BankReturn, *, by: User) -> list[Row]:
    """The rows judged anew, for the page: as long as nothing is stored, what is right can change."""
    kept = [Row(**values) for values in bank_return.rows]
    if bank_return.is_stored:
        return kept
    return _judged(bank_return.bank_list, kept, by)


@transaction.atomic
def store_return(bank_return: BankReturn, *, by: User) -> BankReturn:
    """Store every row that is right: paid ones are entered as paid, others stay approved with the bank's reason, and
    what was paid and came back is reversed. Rows with a mistake change nothing and stay on the page."""
    paid = bank_return.bank_list.lines.values("tranche__project")
    list(Project.objects.filter(pk__in=paid).order_by("pk").select_for_update(of=("self",)))  # always in this order
    locked = _lock(bank_return.bank_list, by)
    kept = BankReturn.objects.select_for_update(of=("self",)).get(pk=bank_return.pk)
    if kept.is_stored:
        raise Refused(_("This return of the bank has been stored already."))
    rows = rows_of(kept, by=by)
    if not any(row.effect in ("pay", "fail", "reverse") for row in rows):
        raise Refused(_("No row of this file would change anything."))
    lines = list(locked.lines.select_related("tranche__project__call__fund"))
    for row in rows:
        if row.effect:
            VERBS[row.effect](lines_of(row, lines)[0], row, by)
    kept.rows = [row.as_json() for row in rows]
    kept.stored_by, kept.stored_at = by, clock.now()
    kept.save()
    count = sum(row.effect in ("pay", "fail", "reverse") for row in rows)
    record(locked, "store", by=by, label=_("The bank's answer is stored: %(n)s lines") % {"n": count})
    bank_return.refresh_from_db()
    return bank_return


def _paid(line: BankListLine, row: Row, by: User) -> None:
    day = date.fromisoformat(row.day)
    _close(line, Outcome.PAID, reference=row.reference, settled_on=day)
    payments.pay(line.tranche, by=by, bank_reference=row.reference, paid_on=day, paid_to=line.paid_to)


def _failed(line: BankListLine, row: Row, by: User) -> None:
    day = date.fromisoformat(row.day) if row.day else clock.today()
    _close(line, Outcome.FAILED, reference=row.reference, settled_on=day, reason=row.reason)
    project = line.tranche.project
    subject = _("the bank could not pay instalment %(n)s") % {"n": line.tranche.ordinal}
    record(project, "bank_failed", by=by, label=subject, note=row.reason)
    tell_funder(project, subject, Role.FINANCE, Role.STAFF, body=row.reason)
    tell_group(project, subject, body=row.reason)


def _returned(line: BankListLine, row: Row, by: User) -> None:
    payments.reverse_payment(line.tranche, by=by, note=row.reason)


def _known(line: BankListLine, row: Row, by: User) -> None:
    """The bank repeats what is known."""


VERBS = {"pay": _paid, "fail": _failed, "reverse": _returned, "known": _known}
