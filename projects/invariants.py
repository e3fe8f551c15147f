"""What must always hold of the money, asked of everything that is stored: per entry, fund, project and instalment.

Nothing here is stored or mended. `manage.py check_ledger` prints what is found, and the tests ask after every step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from core.money import round_half_up, yuan
from grants.models import Fund, LedgerCorrection, LedgerEntry
from grants.movements import COUNTER, PLACES, ZERO, Account, Balance
from projects.models import BankListLine, Project, Reversal, State, Tranche
from projects.models.state import UNDER_WAY

RESERVING = (State.IN_NOTICE, State.OBJECTED, State.APPROVED)
"""While money is set aside for a project and not yet owed."""
OWING = (*UNDER_WAY, State.COMPLETED)


@dataclass(frozen=True)
class Breach:
    """One thing that does not hold: where, what, and what to look at."""

    where: str
    what: str
    look_at: str

    def __str__(self) -> str:
        return _("%(where)s: %(what)s Look at: %(look_at)s.") % {
            "where": self.where,
            "what": self.what,
            "look_at": self.look_at,
        }


def breaches() -> Iterator[Breach]:
    """Everything that does not hold, funds first; a number of queries that does not grow with what is stored."""
    projects = {project.number: project for project in _projects() if project.number}
    accounts = LedgerEntry.objects.accounts()
    yield from _funds()
    yield from _corrections()
    yield from _references(accounts, projects)
    for number, project in projects.items():
        yield from _project(project, accounts.get(number, Account()))
    yield from _instalments(projects)


def _projects() -> Any:
    related = ("call", "settlement")
    return Project.objects.order_by("pk").select_related(*related).prefetch_related("tranches")


# -- Funds and their entries -----------------------------------------------------------------------


def _funds() -> Iterator[Breach]:
    """In the order in which they were entered, entries never overdraw any place, of the fund or of a project in it."""
    funds = {fund.pk: fund for fund in Fund.objects.all()}
    entries = LedgerEntry.objects.order_by("fund", "pk").values_list("fund", "pk", "kind", "amount", "reference")
    last = dict.fromkeys(funds, Balance())
    for pk, rows in groupby(entries.iterator(), lambda row: row[0]):
        fund, balance, of_project = funds[pk], Balance(), dict[str, Balance]()
        for _fund, entry, kind, amount, reference in rows:
            balance = balance.after(kind, round_half_up(amount))
            yield from _overdrawn(str(fund), balance.overdrawn, entry)
            if reference:
                mine = of_project.get(reference, Balance()).after(kind, round_half_up(amount))
                of_project[reference] = mine
                yield from _overdrawn(reference, [place for place in mine.overdrawn if place != "free"], entry)
        last[pk] = balance
    for pk, balance in last.items():
        held = Balance(**{place: round_half_up(getattr(funds[pk], f"held_{place}")) for place in PLACES})
        if held != balance:
            what = _("the balance kept for the database's own check is not the sum of the ledger.")
            yield Breach(str(funds[pk]), what, _("fund %(pk)s, its entries") % {"pk": pk})


def _overdrawn(where: str, places: list[str], entry: int) -> Iterator[Breach]:
    for place in places:
        what = _("after this entry “%(place)s” holds less than nothing.") % {"place": place}
        yield Breach(where, what, _("ledger entry %(pk)s") % {"pk": entry})


def _corrections() -> Iterator[Breach]:
    counters = LedgerEntry.objects.filter(corrects__isnull=False).select_related("corrects")
    approved = {one.entry_id: one for one in LedgerCorrection.objects.filter(is_approved=True)}
    for entry in counters.order_by("pk"):
        wrong = entry.corrects
        assert wrong is not None
        decided = approved.get(wrong.pk)
        same = (entry.fund_id, entry.reference, entry.amount) == (wrong.fund_id, wrong.reference, wrong.amount)
        if not same or COUNTER.get(wrong.kind) != entry.kind:
            what = _("it does not take back exactly the entry that it corrects.")
        elif decided is None or decided.decided_by_id == decided.asked_by_id:
            what = _("no second person has approved it.")
        else:
            continue
        yield Breach(str(entry), what, _("ledger entry %(pk)s") % {"pk": entry.pk})


def _references(accounts: dict[str, Account], projects: dict[str, Any]) -> Iterator[Breach]:
    found = LedgerEntry.objects.exclude(reference="").order_by("reference", "fund").values_list("reference", "fund")
    for reference, fund in found.distinct():
        look_at = _("ledger entries of %(number)s") % {"number": reference}
        if reference not in projects:
            yield Breach(reference, _("the ledger knows a project that does not exist."), look_at)
        elif projects[reference].call.fund_id != fund:
            yield Breach(reference, _("an entry lies in the ledger of another fund than the call's."), look_at)


# -- Projects and their instalments ----------------------------------------------------------------


def _project(project: Any, account: Account) -> Iterator[Breach]:
    where = f"{project.number} {project.title}"
    look_at = _("project %(pk)s and its ledger entries") % {"pk": project.pk}
    for wrong in _wrong_of(project, account):
        yield Breach(where, wrong, look_at)


def _wrong_of(project: Any, account: Account) -> Iterator[str]:
    tranches = list(project.tranches.all())
    owed = _sum(tranche.amount for tranche in tranches if tranche.state in Tranche.OWED)
    paid = _sum(tranche.amount for tranche in tranches if tranche.state in ("paid", "receipted"))
    awarded, state = project.amount_awarded, project.state
    if project.amount_paid != account.paid_out:
        yield _differs(_("paid by the project"), project.amount_paid, _("by the ledger"), account.paid_out)
    if paid != account.paid_out:
        yield _differs(_("paid by the instalments"), paid, _("by the ledger"), account.paid_out)
    if account.paid_out > (awarded or ZERO):
        yield _differs(_("paid out"), account.paid_out, _("awarded"), awarded or ZERO)
    if account.returned > account.paid_out:
        yield _differs(_("returned"), account.returned, _("paid out"), account.paid_out)
    reserved = (project.amount_proposed or ZERO) if state in RESERVING else ZERO
    if account.reserved != reserved:
        yield _differs(_("reserved"), account.reserved, _("by its state"), reserved)
    committed = owed if state in OWING else ZERO
    if account.committed != committed:
        yield _differs(_("committed"), account.committed, _("by the open instalments"), committed)
    if tranches and _sum(tranche.agreed for tranche in tranches) != awarded:
        yield _differs(_("all instalments"), _sum(t.agreed for t in tranches), _("awarded"), awarded or ZERO)
    if state == State.COMPLETED:
        if any(tranche.state not in (Tranche.State.RECEIPTED, Tranche.State.CANCELLED) for tranche in tranches):
            yield _("it is archived, and an instalment is not receipted.")
        due = max(account.paid_out - project.settlement.recognised, ZERO)
        if account.returned != due:
            yield _differs(_("archived; returned"), account.returned, _("due"), due)
        if account.held != project.settlement.recognised:
            yield _differs(_("archived; kept"), account.held, _("recognised"), project.settlement.recognised)


def _sum(amounts: Any) -> Decimal:
    return sum(amounts, ZERO)


def _differs(one: str, amount: Decimal, other: str, expected: Decimal) -> str:
    words = {"one": one, "amount": yuan(amount), "other": other, "expected": yuan(expected)}
    return _("%(one)s %(amount)s, %(other)s %(expected)s.") % words


def _instalments(projects: dict[str, Any]) -> Iterator[Breach]:
    """By the ledger, what is paid was paid once and not reversed, what came back was both; and nothing else."""
    sums: dict[tuple[str, str, str], list[Decimal]] = {}
    kinds = [LedgerEntry.Kind.PAY, LedgerEntry.Kind.REVERSE]
    entries = LedgerEntry.objects.filter(kind__in=kinds).values_list("reference", "part", "kind", "amount")
    for reference, part, kind, amount in entries.iterator():
        sums.setdefault((reference, part, kind), []).append(round_half_up(amount))
    reversed_ones: dict[int, list[Any]] = {}
    for one in Reversal.objects.order_by("attempt"):
        reversed_ones.setdefault(one.tranche_id, []).append(one)
    lines: dict[int, list[Any]] = {}
    for line in BankListLine.objects.select_related("bank_list"):
        lines.setdefault(line.tranche_id, []).append(line)
    expected: dict[tuple[str, str, str], list[Decimal]] = {}
    for project in projects.values():
        for tranche in project.tranches.all():
            where, look_at = f"{project.number}-{tranche.ordinal}", _("instalment %(pk)s") % {"pk": tranche.pk}
            for wrong in _wrong_of_tranche(tranche, reversed_ones.get(tranche.pk, []), lines.get(tranche.pk, [])):
                yield Breach(where, wrong, look_at)
            for one in reversed_ones.get(tranche.pk, []):
                part = _part(tranche, one.attempt)
                expected[(project.number, part, "pay")] = [one.amount]
                expected[(project.number, part, "reverse")] = [one.amount]
            if tranche.state in ("paid", "receipted"):
                expected[(project.number, tranche.part, "pay")] = [tranche.amount]
    for key in sorted(set(sums) | set(expected)):
        if sums.get(key) != expected.get(key):
            number, part, kind = key
            amounts = " + ".join(yuan(amount) for amount in sums.get(key, [])) or "0"
            right = " + ".join(yuan(amount) for amount in expected.get(key, [])) or "0"
            what = _("the ledger says “%(kind)s” %(amounts)s, the instalment %(right)s.")
            words = {"kind": LedgerEntry.Kind(kind).label, "amounts": amounts, "right": right}
            yield Breach(f"{number}-{part}", what % words, _("ledger entries of %(number)s") % {"number": number})


def _part(tranche: Any, attempt: int) -> str:
    return str(tranche.ordinal) if attempt == 1 else f"{tranche.ordinal}-{attempt}"


def _wrong_of_tranche(tranche: Any, reversals: list[Any], lines: list[Any]) -> Iterator[str]:
    state = tranche.state
    has_been_paid = state in ("paid", "receipted", "reversed")
    if (tranche.paid_on is not None) != has_been_paid and state != "cancelled":
        yield _("its day of payment does not fit its state.")
    if state in ("approved", "paid", "receipted") and tranche.approved_by_id in (None, tranche.requested_by_id):
        yield _("no second person has approved it.")
    if has_been_paid and tranche.paid_by_id == tranche.requested_by_id:
        yield _("who asked for the payment also recorded it.")
    if [one.attempt for one in reversals] != list(range(1, len(reversals) + 1)):
        yield _("its reversed payments are not numbered one after the other.")
    if state == "reversed" and tranche.attempt != len(reversals):
        yield _("it is reversed, and the reversal is not kept.")
    if state not in ("reversed", "cancelled") and tranche.attempt != len(reversals) + 1:
        yield _("its attempts do not fit its reversals.")
    at_bank = [line for line in lines if line.is_at_bank]
    if at_bank and state != "approved":
        yield _("it is at the bank (%(list)s) and not approved for payment.") % {"list": at_bank[0].bank_list}
    for line in lines:
        if line.outcome == "paid" and (not has_been_paid or line.attempt != tranche.attempt or state == "reversed"):
            yield _("the list %(list)s says paid, the instalment does not.") % {"list": line.bank_list}
        if line.amount not in (tranche.amount, tranche.agreed):
            yield _("the list %(list)s has another amount.") % {"list": line.bank_list}
