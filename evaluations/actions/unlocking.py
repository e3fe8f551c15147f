"""Opening a submitted sheet again: two people and a reason, and nothing that was submitted is lost."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from evaluations.actions.holding import hold_panel
from evaluations.actions.second_person import answer_to, words_of
from evaluations.actions.stage import take_back_what_rests_on
from evaluations.models import Assignment, Decision, Sheet, Unlocking
from people.models import User
from projects.actions.messages import tell_funder


@transaction.atomic
def ask_to_unlock(assignment: Assignment, *, by: User, reason: str) -> Unlocking:
    """The judge or a clerk asks that a submitted sheet be opened again; the funder is told, a second person decides."""
    permit("evaluations.ask_to_unlock", by, assignment)
    sheet = Sheet.objects.select_for_update().get(assignment=assignment)
    _refuse_when_fixed(assignment, sheet)
    if Unlocking.objects.open().filter(sheet=sheet).exists():
        raise Refused(_("Somebody has asked for this already."))
    asked = Unlocking.objects.create(sheet=sheet, reason=words_of(reason), asked_by=by)
    label = _("Unlocking of a sheet asked for: %(person)s") % {"person": assignment.person}
    record(assignment.project, "ask_to_unlock", by=by, label=label, note=reason)
    tell_funder(assignment.project, _("somebody asks to unlock a score sheet"))
    return asked


def _refuse_when_fixed(assignment: Assignment, sheet: Sheet) -> None:
    if not sheet.is_submitted:
        raise Refused(_("This sheet is not locked."))
    if assignment.recused_at:
        raise Refused(_("This person has stepped down."))
    fixed = [Decision.State.PROPOSED, Decision.State.APPROVED]
    if assignment.project.call.decisions.filter(state__in=fixed).exists() or _is_concluded(assignment):
        raise Refused(_("The decision rests on this sheet already; it can no longer be unlocked."))


def _is_concluded(assignment: Assignment) -> bool:
    return assignment.project.results.filter(purpose=assignment.purpose, round=assignment.round).exists()


@transaction.atomic
def decide_on_unlocking(asked: Unlocking, *, by: User, grant: bool, answer: str = "") -> Unlocking:
    """A second person of the funder says yes or no. Granted: the sheet is a draft again, and what it said is kept; a
    score that was revealed on a pitch day is taken back until the sheet is handed in and it is revealed anew."""
    hold_panel(asked.sheet.assignment.project_id)  # whose score may be revealed this moment
    locked = Unlocking.objects.select_for_update().get(pk=asked.pk)
    sheet = Sheet.objects.select_for_update().get(pk=locked.sheet_id)
    assignment = sheet.assignment
    answer_to(locked, "evaluations.decide_on_unlocking", by=by, grant=grant, answer=answer)
    if grant:
        _refuse_when_fixed(assignment, sheet)
        locked.before = sheet.said
        sheet.submitted_at, sheet.total, sheet.version = None, None, sheet.version + 1
        sheet.unlocked_at = clock.now()
        sheet.save()
        take_back_what_rests_on(assignment, by=by, note=locked.reason)
    locked.save()
    label = _("Sheet unlocked: %(person)s") if grant else _("Sheet stays locked: %(person)s")
    record(
        assignment.project,
        "unlock_sheet" if grant else "keep_locked",
        by=by,
        label=label % {"person": assignment.person},
        note=locked.reason,
        before=locked.before,
    )
    subject = _("Your sheet is open again") if grant else _("Your sheet stays locked")
    url = reverse("evaluations:sheet", args=[assignment.pk])
    notify([assignment.person], subject=subject, body=answer or locked.reason, url=url)
    asked.refresh_from_db()
    return asked
