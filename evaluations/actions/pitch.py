"""A pitch day before and after: planned, drawn, begun, closed, called off, its order changed."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from core.workflow import Refused, advance, permit, record
from evaluations.actions.watching import recheck
from evaluations.lots import draw, new_seed
from evaluations.models import Decision, Draw, PitchDay, Slot
from grants.models import Call
from people.models import User
from projects.actions.messages import tell_group
from projects.models import Project, State

OUT_OF_THE_WAY = 1000
"""Added to places while an order is rewritten: no two projects ever hold the same one."""


def refuse_once_decided(call: Call) -> None:
    """Once a decision has been proposed, nothing about the standings changes."""
    if call.decisions.filter(state__in=[Decision.State.PROPOSED, Decision.State.APPROVED]).exists():
        raise Refused(_("A decision has been proposed: the standings are fixed."))


@transaction.atomic
def plan_day(call: Call, projects: Iterable[Project], *, by: User, **values: Any) -> PitchDay:
    """Plan a session for projects in review. Consequence: from now on these are scored only when they have been heard.

    Refused for a project that is not in review, or that is on another session.
    """
    permit("evaluations.plan_pitch", by, call)
    locked = Call.objects.select_for_update(of=("self",)).get(pk=call.pk)
    refuse_once_decided(locked)
    day = PitchDay.objects.create(call=locked, planned_by=by, **values)
    _put_on(day, list(projects))
    record(day, "plan", by=by, label=_("Planned"))
    return day


@transaction.atomic
def change_day(day: PitchDay, projects: Iterable[Project] | None = None, *, by: User, **values: Any) -> PitchDay:
    """Change date, place and times until it is over; its projects (None leaves them) only before the order is drawn."""
    permit("evaluations.hold_pitch", by, day)
    locked = _hold(day)
    if not locked.is_open:
        raise Refused(_("The session is over or called off."))
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save()
    if projects is not None:
        if locked.state != PitchDay.State.PLANNED:
            raise Refused(_("The order is drawn; nobody can be added or left out any more."))
        refuse_once_decided(locked.call)
        locked.slots.all().delete()
        _put_on(locked, list(projects))
    record(locked, "change", by=by, label=_("Changed"))
    locked.bump()
    day.refresh_from_db()
    return day


def _put_on(day: PitchDay, projects: list[Project]) -> None:
    reasons = [] if projects else [_("Please choose at least one project.")]
    for project in projects:
        if project.call_id != day.call_id or project.state != State.IN_REVIEW:
            reasons.append(_("“%(title)s” is not in review in this call.") % {"title": project.title})
        elif Slot.objects.filter(project=project).exists():
            reasons.append(_("“%(title)s” is on another session already.") % {"title": project.title})
    if reasons:
        raise Refused(*reasons)
    for project in projects:
        Slot.objects.create(day=day, project=project)


@transaction.atomic
def draw_order(day: PitchDay, *, by: User) -> PitchDay:
    """Draw the running order by lot, once; seed and order are kept. Every group is told when it is expected."""
    _hold(day)  # nobody adds a project meanwhile
    slots = {slot.project.number: slot for slot in day.slots.select_related("project")}
    numbers = sorted(slots)
    permit("evaluations.hold_pitch", by, day)
    seed = new_seed()
    lots = Draw.objects.create(
        call=day.call, kind=Draw.Kind.ORDER, seed=seed, items=numbers, outcome=draw(numbers, seed), drawn_by=by
    )
    advance(day, "draw_order", by=by, lots=lots)
    for place, number in enumerate(lots.outcome, start=1):
        slots[number].position = place
        slots[number].save(update_fields=["position"])
    for slot in day.slots.select_related("project"):
        _tell(slot)
    day.bump()
    return day


def _hold(day: PitchDay) -> PitchDay:
    """The session, which nobody else changes until the transaction ends."""
    return PitchDay.objects.select_for_update(of=("self",)).select_related("call").get(pk=day.pk)


def _tell(slot: Slot) -> None:
    expected = slot.expected_at
    assert expected is not None  # the order is drawn
    subject = _("you present as number %(place)s on %(day)s") % {"place": slot.position, "day": slot.day.held_on}
    body = _("About %(time)s at %(where)s; please be there half an hour before. Whoever does not come has abstained.")
    tell_group(slot.project, subject, body % {"time": f"{expected:%H:%M}", "where": slot.day.place})


def begin(day: PitchDay, *, by: User) -> PitchDay:
    """Begin, on its day: from now on projects can be called up. A last look is taken for conflicts of interest."""
    recheck(Q(project__pitch_slot__day=day.pk))  # apart from what follows: what is found stays
    return _begin(day, by=by)


@transaction.atomic
def _begin(day: PitchDay, *, by: User) -> PitchDay:
    advance(day, "begin", by=by)
    day.bump()
    return day


def unrevealed(day: PitchDay) -> list[str]:
    """A sentence for every project that was heard and whose score has not been shown; who withdrew has none."""
    waits = _("“%(title)s” was heard and its score is not revealed: reveal it first.")
    return [
        waits % {"title": f"{slot.project.number} {slot.project.title}"}
        for slot in day.order
        if slot.state == Slot.State.LOCKED and slot.project.state == State.IN_REVIEW
    ]


@transaction.atomic
def close(day: PitchDay, *, by: User) -> PitchDay:
    """Close it when the score of every project was revealed, or nobody came to present it. A score can still be
    corrected afterwards, by unlocking a sheet. Refused naming each project whose score is not revealed."""
    if reasons := unrevealed(PitchDay.objects.prefetch_related("slots__project").get(pk=day.pk)):
        raise Refused(*reasons)
    advance(day, "close", by=by)
    day.bump()
    return day


@transaction.atomic
def call_off(day: PitchDay, *, by: User, note: str) -> PitchDay:
    """Call it off before it begins. Consequences: its projects are free for another session, or are scored without
    one; the log keeps which they were, and the groups are told why."""
    _hold(day)
    projects = [slot.project for slot in day.slots.select_related("project")]
    advance(day, "call_off", by=by, note=note)
    day.slots.all().delete()
    record(day, "set_free", by=by, label=_("Projects set free"), numbers=[project.number for project in projects])
    for project in projects:
        tell_group(project, _("the session of %(day)s is called off") % {"day": day.held_on}, note)
    day.bump()
    return day


@transaction.atomic
def move(slot: Slot, place: int, *, by: User, reason: str) -> Slot:
    """Put a waiting project at another place of those still waiting, with a reason: somebody comes late, for example.

    Who has been heard keeps the place; the lots stay on record as they were drawn.
    """
    permit("evaluations.conduct", by, slot)
    day = PitchDay.objects.select_for_update(of=("self",)).get(pk=slot.day_id)
    waiting = day.waiting
    places = [one.position for one in waiting]
    if day.state not in (PitchDay.State.DRAWN, PitchDay.State.RUNNING) or slot not in waiting:
        raise Refused(_("Only a project that still waits can be moved."))
    if place not in places:
        raise Refused(_("Please choose a place of those still waiting."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    before = slot.position
    rest = [one for one in waiting if one.pk != slot.pk]
    rest.insert(places.index(place), slot)
    day.slots.filter(pk__in=[one.pk for one in waiting]).update(position=F("position") + OUT_OF_THE_WAY)
    for one, position in zip(rest, places, strict=True):
        day.slots.filter(pk=one.pk).update(position=position)
    label = _("Order changed: from place %(before)s to %(after)s") % {"before": before, "after": place}
    record(day, "move", by=by, label=label, note=f"{slot.project.number}: {reason.strip()}")
    day.bump()
    slot.refresh_from_db()
    return slot
