"""Who is there on a pitch day: judges sign in or are stood down, groups are noted at the door."""

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, record
from evaluations.actions import panel
from evaluations.actions.panel import permit
from evaluations.models import Assignment, PitchDay, Presence, Purpose, Representative, Slot
from people.models import User

SIGN_IN_FROM = (PitchDay.State.PLANNED, PitchDay.State.DRAWN, PitchDay.State.RUNNING)


@transaction.atomic
def sign_in(day: PitchDay, *, by: User) -> Presence:
    """A judge signs in with the code on the screen; again is no mistake. From now on the sheets open for them."""
    permit("evaluations.judge_pitch", by, day)
    return _sign_in(day, by, how=Presence.How.QR)


@transaction.atomic
def note_presence(day: PitchDay, person: User, *, by: User) -> Presence:
    """The clerk notes that a judge is there, whose phone is not."""
    permit("evaluations.hold_pitch", by, day)
    if not PitchDay.objects.judged_by(person).filter(pk=day.pk).exists():
        raise Refused(_("%(person)s judges nothing here.") % {"person": person})
    return _sign_in(day, person, how=Presence.How.CLERK, noted_by=by)


def _sign_in(day: PitchDay, person: User, *, how: str, noted_by: User | None = None) -> Presence:
    locked = PitchDay.objects.select_for_update(of=("self",)).get(pk=day.pk)
    if locked.state not in SIGN_IN_FROM:
        raise Refused(_("The session is over or called off."))
    presence, created = Presence.objects.get_or_create(
        day=locked, person=person, defaults={"how": how, "noted_by": noted_by}
    )
    if created:
        locked.bump()
    return presence


@transaction.atomic
def stand_down(day: PitchDay, person: User, *, by: User, reason: str) -> int:
    """A judge did not come, or had to leave: stood down from every project of the session whose sheet is still to come,
    with the reason on each line, so that nothing waits for them. Returns from how many."""
    permit("evaluations.hold_pitch", by, day)
    locked = PitchDay.objects.select_for_update(of=("self",)).get(pk=day.pk)
    if not locked.is_open:
        raise Refused(_("The session is over or called off."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    states = [Slot.State.WAITING, *Slot.ON, Slot.State.LOCKED]
    left = Assignment.objects.active().filter(
        person=person, purpose=Purpose.REVIEW, project__pitch_slot__day=locked, project__pitch_slot__state__in=states
    )
    left = left.exclude(sheet__submitted_at__isnull=False)
    if not left:
        raise Refused(_("No sheet of %(person)s is still to come.") % {"person": person})
    for assignment in left:
        panel.recuse(assignment, by=by, reason=reason)
    record(locked, "stand_down", by=by, label=_("Judge absent: %(person)s") % {"person": person}, note=reason.strip())
    locked.bump()
    return len(left)


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
