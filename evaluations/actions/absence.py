"""An absent judge (缺席): nothing waits for the sheet, the judge can come back before the scores are locked, and a
panel goes on with fewer judges only when two people say so."""

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, lead_in, record
from evaluations.actions.panel import permit
from evaluations.actions.pitch import refuse_once_decided
from evaluations.actions.scoring import lock_panel
from evaluations.models import Assignment, PitchDay, Purpose, Reduction, Slot
from evaluations.quorum import is_whole, seats, sheets_needed
from people.models import Role, User
from projects.actions.messages import holders
from projects.models import Project, State


@transaction.atomic
def note_absence(assignment: Assignment, *, by: User, reason: str) -> Assignment:
    """The clerk notes that a judge does not score this project: did not come, had to leave, or hands nothing in.

    Consequences: the line stays with its reason, the seat is empty, and the panel is short until somebody else takes
    it, the judge comes back, or two people go on with fewer. Refused once the sheet is submitted.
    """
    locked = _locked(assignment)
    permit("evaluations.note_absence", by, locked)
    refuse_once_decided(locked.project.call)
    if locked.recused_at or locked.is_absent:
        raise Refused(_("%(person)s is recused or absent already.") % {"person": locked.person})
    if locked.is_submitted:
        raise Refused(_("The sheet of %(person)s is handed in: it counts.") % {"person": locked.person})
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    locked.absent_at, locked.absence_reason = clock.now(), reason.strip()
    locked.save(update_fields=["absent_at", "absence_reason"])
    label = _("Judge absent: %(person)s") % {"person": locked.person}
    record(locked.project, "note_absence", by=by, label=label, note=reason.strip())
    _follow(locked.project)
    assignment.refresh_from_db()
    return assignment


@transaction.atomic
def come_back(assignment: Assignment, *, by: User) -> Assignment:
    """The judge is there again and takes the seat, as long as the scores are not locked; the log keeps the absence.

    By the clerk, or by the judge who signs in (`presence.sign_in`)."""
    locked = _locked(assignment)
    if locked.person_id != by.pk:
        permit("evaluations.note_absence", by, locked)
    if not can_come_back(locked):
        words = {"person": locked.person, "title": locked.project.title}
        raise Refused(_("%(person)s can no longer come back to “%(title)s”: its scores are locked.") % words)
    label, since = _("Judge is back: %(person)s") % {"person": locked.person}, locked.absent_at
    record(
        locked.project, "end_absence", by=by, label=label, note=locked.absence_reason,
        since=since.isoformat() if since else "",
    )  # fmt: skip
    locked.absent_at, locked.absence_reason = None, ""
    locked.save(update_fields=["absent_at", "absence_reason"])
    _follow(locked.project)
    assignment.refresh_from_db()
    return assignment


def can_come_back(assignment: Assignment) -> bool:
    """Is absent, and the scores of the project are not locked; without a pitch day: its panel is not whole."""
    if not assignment.is_absent or assignment.recused_at or assignment.project.state != State.IN_REVIEW:
        return False
    slot = getattr(assignment.project, "pitch_slot", None)
    return not slot.scores_are_locked if slot else not is_whole(assignment)


def _locked(assignment: Assignment) -> Assignment:
    list(Slot.objects.select_for_update().filter(project=assignment.project_id))  # whose scores may be locked just now
    found = Assignment.objects.select_for_update(of=("self",)).select_related("person", "project__call")
    return found.get(pk=assignment.pk)


def _follow(project: Project) -> None:
    """The pages of its session show it; a panel that has become whole by it locks."""
    for day in PitchDay.objects.filter(slots__project=project):
        day.bump()
    rest = Assignment.objects.seated().filter(project=project, purpose=Purpose.REVIEW).select_related("project__call")
    if (one := rest.first()) and is_whole(one):
        lock_panel(one)


# -- fewer judges ----------------------------------------------------------------------------------


@transaction.atomic
def ask_for_fewer(project: Project, *, by: User, reason: str) -> Reduction:
    """A clerk asks that the panel of one project go on with the judges who are there; a second person decides.

    Refused when nobody is missing, when only one judge is left, or when it has been asked already."""
    permit("evaluations.ask_for_fewer", by, project)
    locked = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)
    refuse_once_decided(locked.call)
    if Reduction.objects.open().filter(project=locked).exists():
        raise Refused(_("Somebody has asked for this already."))
    sitting = seats(locked)
    if reason_against := _against(locked, sitting):
        raise Refused(reason_against)
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    asked = Reduction.objects.create(project=locked, judges=sitting, reason=reason.strip(), asked_by=by)
    label = _("Asked to go on with %(n)s judges") % {"n": asked.judges}
    record(locked, "ask_for_fewer", by=by, label=label, note=asked.reason)
    others = [one for one in holders(locked.call.funder_id, Role.STAFF, Role.APPROVER) if one.pk != by.pk]
    subject = _("“%(title)s”: is it judged with fewer experts?") % {"title": locked.title}
    notify(others, subject=subject, body=asked.reason, url=asked.get_absolute_url())
    return asked


def _against(project: Project, sitting: int) -> str:
    """Why this panel cannot go on with so many judges."""
    if project.state != State.IN_REVIEW:
        return _("The project is no longer in review.")
    if sitting >= sheets_needed(project):
        return _("Nobody is missing on this panel.")
    if sitting < 2:
        return _("One judge alone is no panel: please ask somebody else.")
    return ""


@transaction.atomic
def decide_on_fewer(asked: Reduction, *, by: User, grant: bool, answer: str = "") -> Reduction:
    """A second person of the funder says yes or no. Granted: so many sheets make this panel whole, and if they are in,
    it locks. Refused when somebody has come or gone since it was asked for."""
    locked = Reduction.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=asked.pk)
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=locked.project_id)
    permit("evaluations.decide_on_fewer", by, locked)
    if locked.granted is not None:
        raise Refused(_("This has been decided already."))
    if grant:
        refuse_once_decided(project.call)
        sitting = seats(project)
        if sitting != locked.judges:
            words = {"before": locked.judges, "now": sitting}
            raise Refused(_("%(before)s judges were asked for; now %(now)s sit on the panel. Ask again.") % words)
        if reason := _against(project, sitting):
            raise Refused(reason)
    elif not answer.strip():
        raise Refused(_("Please say why not."))
    locked.granted, locked.answer = grant, answer.strip()
    locked.decided_by, locked.decided_at = by, clock.now()
    locked.save()
    label = _("Goes on with %(n)s judges") if grant else _("Does not go on with %(n)s judges")
    name = "go_on_with_fewer" if grant else "refuse_fewer"
    record(project, name, by=by, label=label % {"n": locked.judges}, note=locked.answer or locked.reason)
    notify([locked.asked_by], subject=lead_in(project.title) + label % {"n": locked.judges}, body=locked.answer)
    _follow(project)
    asked.refresh_from_db()
    return asked
