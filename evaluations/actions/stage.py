"""Conducting a pitch day: one project after the other is called up, asked, scored, locked and revealed."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.workflow import Refused, advance
from evaluations.actions.pitch import refuse_once_decided
from evaluations.models import Assignment, PitchDay, Slot
from evaluations.ranking import add_up
from people.models import User


def _take(slot: Slot, name: str, *, by: User, note: str = "", **values: Any) -> Slot:
    """Take a step of a slot while nobody else touches the session; the pages that follow will notice."""
    day = PitchDay.objects.select_for_update(of=("self",)).get(pk=slot.day_id)
    advance(slot, name, by=by, note=note, **values)
    day.bump()
    return slot


@transaction.atomic
def call_up(slot: Slot, *, by: User) -> Slot:
    """The next project comes to the stage, and its time runs."""
    return _take(slot, "call_up", by=by)


@transaction.atomic
def ask_questions(slot: Slot, *, by: User) -> Slot:
    """The presentation is over; the time for questions runs."""
    return _take(slot, "ask_questions", by=by)


@transaction.atomic
def open_scoring(slot: Slot, *, by: User) -> Slot:
    """The score sheet appears with every judge who has signed in and has not stepped down from this project."""
    return _take(slot, "open_scoring", by=by)


@transaction.atomic
def lock(slot: Slot, *, by: User) -> Slot:
    """Close the entry. Nothing is handed in by it: a sheet that was not submitted stays a draft and does not count."""
    return _take(slot, "lock", by=by)


@transaction.atomic
def reopen(slot: Slot, *, by: User, note: str) -> Slot:
    """Open the entry again before anything is revealed, for the sheets that are missing; submitted ones stay locked."""
    refuse_once_decided(slot.day.call)
    return _take(slot, "reopen", by=by, note=note)


@transaction.atomic
def reveal(slot: Slot, *, by: User) -> Slot:
    """Show the experts' score, added up by the rule of the call, without bonuses.

    Refused while a sheet is missing or there are fewer than the call promises: a score that is shown is not changed.
    """
    if reasons := missing(slot):
        raise Refused(*reasons)
    return _take(slot, "reveal", by=by, score=score_of(slot))


def seats(slot: Slot) -> list[Assignment]:
    """The judges who score this project: not those who have stepped down."""
    return [assignment for assignment in slot.panel if assignment.recused_at is None]


def missing(slot: Slot) -> list[str]:
    """What keeps the score from being shown."""
    sitting = seats(slot)
    open_sheets = [str(assignment.person) for assignment in sitting if not assignment.is_submitted]
    reasons = []
    if open_sheets:
        reasons.append(_("Not handed in: %(names)s.") % {"names": "、".join(open_sheets)})
    if shortage := too_few(slot, sitting):
        reasons.append(shortage)
    return reasons


def too_few(slot: Slot, sitting: list[Assignment]) -> str:
    """Says that fewer judges score this project than the call promises; empty when there are enough."""
    asked = slot.day.call.panel_size
    if len(sitting) >= asked:
        return ""
    sentence = ngettext(
        "%(n)s judge scores this project; the call promises %(asked)s. Without another one its score cannot count.",
        "%(n)s judges score this project; the call promises %(asked)s. Without another one its score cannot count.",
        len(sitting),
    )
    return sentence % {"n": len(sitting), "asked": asked}


def score_of(slot: Slot) -> Decimal:
    """What the submitted sheets add up to by the call's rule; `missing` says whether they are all there."""
    totals = [a.sheet.total for a in seats(slot) if a.is_submitted and a.sheet.total is not None]
    return add_up(totals, drop_from=slot.day.call.drop_from).base


@transaction.atomic
def mark_absent(slot: Slot, *, by: User, note: str) -> Slot:
    """Nobody came, or somebody who may not present for the group. Consequence: it has abstained, cannot be scored,
    and can only be declined; nothing waits for its sheets."""
    refuse_once_decided(slot.day.call)
    return _take(slot, "be_absent", by=by, note=note, reason=note.strip()[:300])


@transaction.atomic
def readmit(slot: Slot, *, by: User, note: str) -> Slot:
    """Take an absent project back to its old place in the order, with a reason."""
    refuse_once_decided(slot.day.call)
    return _take(slot, "readmit", by=by, note=note)
