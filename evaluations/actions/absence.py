"""An absent judge (缺席): nothing waits for the sheet, the judge can come back before the scores are locked, and a
panel goes on with fewer judges only when two people say so."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, lead_in, permit, record
from evaluations import quorum
from evaluations.actions.holding import hold_panel, hold_panels
from evaluations.actions.pitch import refuse_once_decided
from evaluations.actions.scoring import lock_panel
from evaluations.actions.second_person import answer_to, words_of
from evaluations.models import Assignment, PitchDay, Purpose, Reduction, Slot
from evaluations.quorum import is_whole, seats, sheets_needed
from grants.models import Call
from people.models import Role, User
from projects.actions.messages import holders
from projects.models import Project, State

FEWEST = 2
"""Judges of a panel: one alone is none."""


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
    hold_panel(assignment.project_id)  # whose scores may be locked just now
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


def ask_for_fewer(project: Project, *, by: User, reason: str) -> Reduction:
    """A clerk asks that the panel of one project go on with the judges who are there; a second person decides.

    Refused when nobody is missing, when only one judge is left, or when it has been asked already."""
    return ask_for_fewer_in([project], by=by, reason=reason)[0]


@transaction.atomic
def ask_for_fewer_in(projects: Sequence[Project], *, by: User, reason: str) -> list[Reduction]:
    """The same for several projects at once, all or none: each gets a line of its own, and the second person is told
    once and decides on all of them with one answer, or on each."""
    for project in projects:
        permit("evaluations.ask_for_fewer", by, project)
    hold_panels([project.pk for project in projects])
    found = Project.objects.filter(pk__in=[project.pk for project in projects]).select_related("call")
    at, reason = clock.now(), words_of(reason)
    made = [_ask(project, by, reason, at) for project in found.order_by("number")]
    if not made:
        raise Refused(_("Nobody is missing on these panels."))
    _tell_of(made, by)
    return made


def _ask(project: Project, by: User, reason: str, at: datetime) -> Reduction:
    refuse_once_decided(project.call)
    if Reduction.objects.open().filter(project=project).exists():
        raise Refused(lead_in(project.title) + _("Somebody has asked for this already."))
    sitting = seats(project)
    if reason_against := _against(project, sitting):
        raise Refused(lead_in(project.title) + reason_against)
    asked = Reduction.objects.create(project=project, judges=sitting, reason=reason, asked_by=by, asked_at=at)
    label = _("Asked to go on with %(n)s judges") % {"n": asked.judges}
    record(project, "ask_for_fewer", by=by, label=label, note=asked.reason)
    return asked


def _tell_of(made: list[Reduction], by: User) -> None:
    first, call = made[0], made[0].call
    others = [one for one in holders(call.funder_id, Role.STAFF, Role.APPROVER) if one.pk != by.pk]
    subject = _("“%(title)s”: is it judged with fewer experts?") % {"title": first.project.title}
    if len(made) > 1:
        words = {"call": call.title, "n": len(made)}
        subject = _("“%(call)s”: are %(n)s projects judged with fewer experts?") % words
    notify(others, subject=subject, body=first.reason, url=first.get_absolute_url())


def short_without(person: User, call: Call) -> list[Project]:
    """The projects whose panels are short because this judge is absent, among others, and for which nobody has asked
    yet that they go on with fewer; each with its `seats`. A group that is absent itself waits for no judge."""
    lines = Assignment.objects.active().filter(person=person, purpose=Purpose.REVIEW, absent_at__isnull=False)
    found = quorum.short(call.projects.filter(state=State.IN_REVIEW, pk__in=lines.values("project")))
    asked = Reduction.objects.open().filter(project__call=call).values("project")
    found = found.exclude(pk__in=asked).exclude(pitch_slot__state=Slot.State.ABSENT)
    return list(found.order_by("number"))


def can_go_on(project: Any) -> bool:
    """Whether those who sit there are a panel at all; `project` as `short_without` gives it."""
    return project.seats >= FEWEST


def _against(project: Project, sitting: int) -> str:
    """Why this panel cannot go on with so many judges."""
    if project.state != State.IN_REVIEW:
        return _("The project is no longer in review.")
    if sitting >= sheets_needed(project):
        return _("Nobody is missing on this panel.")
    if sitting < FEWEST:
        return _("One judge alone is no panel: please ask somebody else.")
    return ""


@transaction.atomic
def decide_on_fewer(asked: Reduction, *, by: User, grant: bool, answer: str = "") -> Reduction:
    """A second person of the funder says yes or no. Granted: so many sheets make this panel whole, and if they are in,
    it locks. Refused when somebody has come or gone since it was asked for."""
    hold_panel(asked.project_id)
    [locked] = _decide([asked], by=by, grant=grant, answer=answer)
    asked.refresh_from_db()
    return locked


@transaction.atomic
def decide_on_all_asked_with(asked: Reduction, *, by: User, grant: bool, answer: str = "") -> list[Reduction]:
    """One answer to all that was asked for in one go and is still open, all or none; each project gets its own line.
    Refused naming every project of which somebody has come or gone since."""
    together = list(Reduction.objects.open().asked_with(asked))
    hold_panels([one.project_id for one in together])
    found = _decide(together, by=by, grant=grant, answer=answer)
    asked.refresh_from_db()
    return found


def _decide(asked: Sequence[Reduction], *, by: User, grant: bool, answer: str) -> list[Reduction]:
    pks = [one.pk for one in asked]
    locked = Reduction.objects.select_for_update(of=("self",)).select_related("project__call").filter(pk__in=pks)
    found, reasons = list(locked.order_by("project__number")), []
    for one in found:
        answer_to(one, "evaluations.decide_on_fewer", by=by, grant=grant, answer=answer)
        if grant:
            refuse_once_decided(one.call)
            if reason := _overtaken(one):
                reasons.append((lead_in(one.project.title) if len(found) > 1 else "") + reason)
    if reasons:
        raise Refused(*reasons)
    if not found:
        raise Refused(_("This has been decided already."))
    label = _("Goes on with %(n)s judges") if grant else _("Does not go on with %(n)s judges")
    for one in found:
        one.save()
        said = label % {"n": one.judges}
        record(
            one.project,
            "go_on_with_fewer" if grant else "refuse_fewer",
            by=by,
            label=said,
            note=one.answer or one.reason,
        )
        notify([one.asked_by], subject=lead_in(one.project.title) + said, body=one.answer)
        _follow(one.project)
    return found


def _overtaken(asked: Reduction) -> str:
    """What has happened on the panel since it was asked for."""
    sitting = seats(asked.project)
    if sitting != asked.judges:
        words = {"before": asked.judges, "now": sitting}
        return _("%(before)s judges were asked for; now %(now)s sit on the panel. Ask again.") % words
    return _against(asked.project, sitting)
