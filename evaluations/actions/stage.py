"""Conducting a pitch day: one project after the other is called up, asked, scored, locked and revealed."""

from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.workflow import Refused, advance, permit, record
from evaluations.actions.holding import hold_panel
from evaluations.actions.pitch import refuse_once_decided
from evaluations.actions.watching import on_hold, recheck
from evaluations.models import Assignment, PitchDay, Purpose, Slot
from evaluations.quorum import sheets_needed
from evaluations.ranking import add_up
from people.models import User

P = ParamSpec("P")


def looked_at(verb: Callable[Concatenate[Slot, P], Slot]) -> Callable[Concatenate[Slot, P], Slot]:
    """Look for conflicts of interest of its judges before the verb, apart from its transaction: what is found stays."""

    @wraps(verb)
    def look_first(slot: Slot, *args: P.args, **kwargs: P.kwargs) -> Slot:
        recheck(Q(project=slot.project_id, purpose=Purpose.REVIEW))
        return verb(slot, *args, **kwargs)

    return look_first


def _take(slot: Slot, name: str, *, by: User, note: str = "", **values: Decimal | str) -> Slot:
    """Take a step of a slot while nobody else touches the session; the pages that follow will notice."""
    day = PitchDay.objects.select_for_update(of=("self",)).select_related("call").get(pk=slot.day_id)
    permit("evaluations.hold_pitch", by, day)
    advance(slot, name, by=by, note=note, **values)
    day.bump()
    return slot


@looked_at
@transaction.atomic
def call_up(slot: Slot, *, by: User) -> Slot:
    """The next project comes to the stage, and its time runs."""
    return _take(slot, "call_up", by=by)


@transaction.atomic
def ask_questions(slot: Slot, *, by: User) -> Slot:
    """The presentation is over; the time for questions runs."""
    return _take(slot, "ask_questions", by=by)


@looked_at
@transaction.atomic
def open_scoring(slot: Slot, *, by: User) -> Slot:
    """The score sheet appears with every judge who has signed in and has a seat; one who may be tied to the project
    reads why the sheet is on hold."""
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


@looked_at
@transaction.atomic
def reveal(slot: Slot, *, by: User) -> Slot:
    """Show the experts' score, added up by the rule of the call, without bonuses; again after it was taken back.

    Refused while a sheet is missing, there are fewer than are needed, or a conflict of interest is undecided.
    """
    hold_panel(slot.project_id)  # of which a sheet may be opened again this moment
    if reasons := missing(slot):
        raise Refused(*reasons)
    return _take(slot, "reveal", by=by, score=score_of(slot))


def take_back_what_rests_on(assignment: Assignment, *, by: User, note: str) -> None:
    """A sheet behind a revealed score is opened again or counts no longer: the score is gone until it is revealed anew,
    the screen says that it is being corrected, and the log keeps what was shown. Part of a larger verb, which has asked
    who may do this; nothing when no score was shown."""
    if assignment.purpose != Purpose.REVIEW:
        return
    shown = Slot.objects.filter(project=assignment.project_id, state=Slot.State.REVEALED)
    for slot in shown.select_related("project", "day"):
        day, score = PitchDay.objects.select_for_update(of=("self",)).get(pk=slot.day_id), str(slot.score)
        advance(slot, "take_back", by=by, note=note)
        label = _("%(number)s: the score of %(score)s is taken back")
        words = {"number": slot.project.number, "score": score}
        record(day, "take_back_score", by=by, label=label % words, note=note, score=score)
        day.bump()


def seats(slot: Slot) -> list[Assignment]:
    """The judges who score this project: not those who have stepped down or are absent."""
    return [assignment for assignment in slot.panel if assignment.is_seated]


def missing(slot: Slot) -> list[str]:
    """What keeps the score from being shown."""
    sitting = seats(slot)
    open_sheets = [str(assignment.person) for assignment in sitting if not assignment.is_submitted]
    reasons = []
    if open_sheets:
        reasons.append(_("Not handed in: %(names)s.") % {"names": "、".join(open_sheets)})
    if shortage := too_few(slot, sitting):
        reasons.append(shortage)
    return [*reasons, *on_hold(Q(project=slot.project_id, purpose=Purpose.REVIEW))]


def too_few(slot: Slot, sitting: list[Assignment]) -> str:
    """Says that fewer judges score this project than are needed; empty when there are enough."""
    needed = sheets_needed(slot.project)
    if len(sitting) >= needed:
        return ""
    sentence = ngettext(
        "%(n)s judge scores this project and %(needed)s are needed: ask another one, or two people agree on fewer.",
        "%(n)s judges score this project and %(needed)s are needed: ask another one, or two people agree on fewer.",
        len(sitting),
    )
    return sentence % {"n": len(sitting), "needed": needed}


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
