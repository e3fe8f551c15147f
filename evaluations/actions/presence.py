"""Who is there on a pitch day: judges sign in, are noted as absent or come back, groups are noted at the door."""

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.workflow import Refused, permit, record
from evaluations.actions.absence import can_come_back, come_back, note_absence
from evaluations.actions.watching import recheck
from evaluations.models import Assignment, PitchDay, Presence, Purpose, Representative, Slot
from evaluations.models.assignment import AssignmentQuerySet
from people.models import User
from projects.models import State

SIGN_IN_FROM = (PitchDay.State.PLANNED, PitchDay.State.DRAWN, PitchDay.State.RUNNING)


def sign_in(day: PitchDay, *, by: User) -> Presence:
    """A judge signs in with the code on the screen; again is no mistake. From now on the sheets open for them, and who
    was noted as absent takes the seat again wherever the scores are not locked. A look is taken for conflicts."""
    permit("evaluations.judge_pitch", by, day)
    recheck(Q(person=by, project__pitch_slot__day=day.pk))  # apart from what follows: what is found stays
    return _sign_in(day, by, how=Presence.How.QR)


def note_presence(day: PitchDay, person: User, *, by: User) -> Presence:
    """The clerk notes that a judge is there, whose phone is not, or who is back; follows like `sign_in`."""
    permit("evaluations.hold_pitch", by, day)
    if not PitchDay.objects.judged_by(person).filter(pk=day.pk).exists():
        raise Refused(_("%(person)s judges nothing here.") % {"person": person})
    recheck(Q(person=person, project__pitch_slot__day=day.pk))
    return _sign_in(day, person, how=Presence.How.CLERK, noted_by=by)


@transaction.atomic
def _sign_in(day: PitchDay, person: User, *, how: str, noted_by: User | None = None) -> Presence:
    locked = PitchDay.objects.select_for_update(of=("self",)).get(pk=day.pk)
    if locked.state not in SIGN_IN_FROM:
        raise Refused(_("The session is over or called off."))
    presence, created = Presence.objects.get_or_create(
        day=locked, person=person, defaults={"how": how, "noted_by": noted_by}
    )
    for assignment in _of(locked, person).filter(absent_at__isnull=False):
        if can_come_back(assignment):
            come_back(assignment, by=noted_by or person)
    if created:
        locked.bump()
    return presence


def _of(day: PitchDay, person: User) -> AssignmentQuerySet:
    """What a judge was asked to judge on this day and has not been recused from."""
    mine = Assignment.objects.active().filter(person=person, purpose=Purpose.REVIEW, project__pitch_slot__day=day)
    return mine.select_related("person", "project__call", "project__pitch_slot")


@transaction.atomic
def mark_absent(day: PitchDay, person: User, *, by: User, reason: str) -> int:
    """A judge did not come, or had to leave: absent from every project of the session whose sheet is still to come,
    with the reason on each line (`absence.note_absence`). Returns from how many."""
    permit("evaluations.hold_pitch", by, day)
    locked = PitchDay.objects.select_for_update(of=("self",)).get(pk=day.pk)
    if not locked.is_open:
        raise Refused(_("The session is over or called off."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    states = [Slot.State.WAITING, *Slot.ON, Slot.State.LOCKED]
    left = _of(locked, person).filter(absent_at__isnull=True, project__pitch_slot__state__in=states)
    to_come = list(left.filter(project__state=State.IN_REVIEW).exclude(sheet__submitted_at__isnull=False))
    if not to_come:
        raise Refused(_("No sheet of %(person)s is still to come.") % {"person": person})
    for assignment in to_come:
        note_absence(assignment, by=by, reason=reason)
    record(locked, "mark_absent", by=by, label=_("Judge absent: %(person)s") % {"person": person}, note=reason.strip())
    locked.bump()
    return len(to_come)


@transaction.atomic
def note_representative(slot: Slot, *, by: User, name: str, relation: str) -> Representative:
    """Note at the door who came for a group, and how they belong to the project."""
    permit("evaluations.conduct", by, slot)
    day = PitchDay.objects.select_for_update(of=("self",)).get(pk=slot.day_id)
    if day.state not in SIGN_IN_FROM:
        raise Refused(_("The session is over or called off."))
    if slot.representatives.filter(name=name.strip()).exists():
        raise Refused(_("%(name)s is on the list already.") % {"name": name.strip()})
    made = Representative.objects.create(slot=slot, name=name.strip(), relation=relation, noted_by=by)
    day.bump()
    return made
