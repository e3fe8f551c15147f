"""Every movement of a fund's money. The fund's row is locked, so two people cannot spend the same yuan.

allocate → reserve → commit → pay        reverse: paid → committed (the payment did not arrive)
             ↘ release  ↘ decommit ↘ refund, clawback      (back to free)

A mistyped allocation or return is taken back by a counter entry that a second person approves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import clock
from core.money import yuan
from core.workflow import Refused, permit, record
from grants.models import Fund, LedgerCorrection, LedgerEntry
from grants.movements import COUNTER, PLACES, Balance
from grants.signals import correcting
from people.models import User

Kind = LedgerEntry.Kind
IN_WORDS = {
    "free": gettext_lazy("free money"),
    "reserved": gettext_lazy("reserved money"),
    "committed": gettext_lazy("committed money"),
    "paid": gettext_lazy("paid money"),
}


@dataclass(frozen=True)
class _Line:
    """One entry to be made."""

    kind: str
    amount: Decimal
    memo: str
    corrects: LedgerEntry | None = None


@transaction.atomic
def _enter(
    fund: Fund, kind: str, amount: Decimal, *, by: User, reference: str, memo: str, part: str = ""
) -> LedgerEntry | None:
    """Add one entry of `amount` yuan. Nothing for 0 yuan."""
    if amount == 0:
        return None
    [entry] = _post(fund, [_Line(kind, amount, memo)], by=by, reference=reference, part=part)
    return entry


def _post(fund: Fund, lines: Sequence[_Line], *, by: User, reference: str, part: str = "") -> list[LedgerEntry]:
    """Add entries that belong together; refused when a place of the fund, or of the project in it, would be overdrawn.

    The fund also keeps its new balance beside its name, where the database refuses anything below zero.
    """
    if any(line.amount <= 0 for line in lines):
        raise ValueError("A ledger entry has a positive amount; its kind says the direction")
    locked = Fund.objects.select_for_update(of=("self",)).get(pk=fund.pk)
    before = LedgerEntry.objects.filter(fund=locked).balance()
    after = _after(before, lines)
    if after.overdrawn:
        raise _too_little(locked.name, before, after)
    if reference:
        before = LedgerEntry.objects.filter(fund=locked, reference=reference).balance()
        short = [place for place in _after(before, lines).overdrawn if place != "free"]
        if short:  # the fund has it, but for other projects
            raise _too_little(reference, before, _after(before, lines), short)
    entries = []
    for line in lines:
        entry = LedgerEntry(fund=locked, kind=line.kind, amount=line.amount, reference=reference, part=part)
        entry.memo, entry.corrects, entry.by = line.memo[:200], line.corrects, by
        entry.save()
        entries.append(entry)
    Fund.objects.filter(pk=locked.pk).update(**{f"held_{place}": getattr(after, place) for place in PLACES})
    return entries


def _after(balance: Balance, lines: Sequence[_Line]) -> Balance:
    for line in lines:
        balance = balance.after(line.kind, line.amount)
    return balance


def _too_little(whose: str, before: Balance, after: Balance, short: Sequence[str] = ()) -> Refused:
    place = (short or after.overdrawn)[0]
    left = getattr(before, place)
    return Refused(
        _("“%(fund)s” has only %(left)s yuan of %(place)s; %(amount)s yuan are needed.")
        % {
            "fund": whose,
            "left": yuan(left),
            "place": IN_WORDS[place],
            "amount": yuan(left - getattr(after, place)),
        }
    )


def allocate(fund: Fund, amount: Decimal, *, by: User, memo: str = "") -> LedgerEntry | None:
    """Money comes into the fund."""
    return _enter(fund, Kind.ALLOCATE, amount, by=by, reference="", memo=memo)


def reserve(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """Set money aside for a project in public notice; refused when the fund is not free enough."""
    return _enter(fund, Kind.RESERVE, amount, by=by, reference=reference, memo=memo)


def release(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """A reserved project drops out: the money is free again."""
    return _enter(fund, Kind.RELEASE, amount, by=by, reference=reference, memo=memo)


def commit(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """An agreement is signed: reserved money is now owed."""
    return _enter(fund, Kind.COMMIT, amount, by=by, reference=reference, memo=memo)


def decommit(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """A project ends early: what is owed and not yet paid is free again."""
    return _enter(fund, Kind.DECOMMIT, amount, by=by, reference=reference, memo=memo)


def pay(fund: Fund, amount: Decimal, *, by: User, reference: str, part: str = "", memo: str = "") -> LedgerEntry | None:
    """Committed money leaves the fund."""
    return _enter(fund, Kind.PAY, amount, by=by, reference=reference, part=part, memo=memo)


def reverse(
    fund: Fund, amount: Decimal, *, by: User, reference: str, part: str = "", memo: str = ""
) -> LedgerEntry | None:
    """A payment did not reach whom it was for: it is owed again."""
    return _enter(fund, Kind.REVERSE, amount, by=by, reference=reference, part=part, memo=memo)


def refund(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """Unspent money comes back: it is free again."""
    return _enter(fund, Kind.REFUND, amount, by=by, reference=reference, memo=memo)


def clawback(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """Money that was claimed back from a terminated project has come in: it is free again."""
    return _enter(fund, Kind.CLAWBACK, amount, by=by, reference=reference, memo=memo)


def interest(fund: Fund, amount: Decimal, *, by: User, reference: str, memo: str = "") -> LedgerEntry | None:
    """What the account of a project bore has come in: new money of the fund."""
    return _enter(fund, Kind.INTEREST, amount, by=by, reference=reference, memo=memo)


# -- Corrections -----------------------------------------------------------------------------------


@transaction.atomic
def ask_correction(entry: LedgerEntry, *, by: User, right_amount: Decimal, reason: str) -> LedgerCorrection:
    """Somebody of the finance office says that an amount was mistyped; a second person decides."""
    Fund.objects.select_for_update(of=("self",)).get(pk=entry.fund_id)
    entry = LedgerEntry.objects.get(pk=entry.pk)
    permit("grants.ask_correction", by, entry.fund)
    if not entry.can_be_corrected:
        raise Refused(_("Only an allocation or a return that has not been taken back yet can be corrected."))
    if entry.corrections.filter(is_approved__isnull=True).exists():
        raise Refused(_("A correction of this entry is waiting already."))
    if right_amount == entry.amount:
        raise Refused(_("This is the amount that stands in the ledger: there is nothing to correct."))
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    correcting.send(LedgerEntry, entry=entry)
    made = LedgerCorrection.objects.create(entry=entry, right_amount=right_amount, reason=reason.strip(), asked_by=by)
    record(entry.fund, "ask_correction", by=by, label=_("Correction of the ledger asked for"), note=made.reason)
    return made


@transaction.atomic
def decide_correction(correction: LedgerCorrection, *, by: User, approved: bool, answer: str = "") -> LedgerCorrection:
    """A second person decides. Approved: the wrong entry is taken back and the right amount entered, both at once."""
    locked = LedgerCorrection.objects.select_for_update(of=("self",)).get(pk=correction.pk)
    entry = LedgerEntry.objects.get(pk=locked.entry_id)
    permit("grants.decide_correction", by, locked)
    if not locked.is_open:
        raise Refused(_("This correction has been decided already."))
    if not approved and not answer.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    if approved:
        correcting.send(LedgerEntry, entry=entry)
        lines = [_Line(COUNTER[entry.kind], entry.amount, locked.reason, corrects=entry)]
        if locked.right_amount:
            lines.append(_Line(entry.kind, locked.right_amount, entry.memo))
        _post(entry.fund, lines, by=by, reference=entry.reference)
    locked.is_approved, locked.decided_by, locked.decided_at = approved, by, clock.now()
    locked.answer = answer.strip()
    locked.save()
    label = _("Correction of the ledger approved") if approved else _("Correction of the ledger refused")
    record(entry.fund, "decide_correction", by=by, label=label, note=locked.answer, **_figures(locked))
    correction.refresh_from_db()
    return correction


def _figures(correction: LedgerCorrection) -> dict[str, Any]:
    return {"entry": correction.entry_id, "wrong": str(correction.entry.amount), "right": str(correction.right_amount)}
