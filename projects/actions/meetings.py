"""Speed meetings (社洽会): announced, signed up for, scheduled, cancelled; letters of intent after a talk."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.numbering import next_number
from core.workflow import Refused, permit, record
from people.models import Organization, Role, User
from projects.actions.messages import holders, tell_group
from projects.models import (
    IntentLetter,
    Meeting,
    MeetingEntry,
    MeetingGuest,
    MeetingTalk,
    MeetingWish,
    Project,
)
from projects.models.pledge import OPEN_TO_GIVERS
from projects.rules import in_applicant
from projects.speed_meeting import Side, schedule

FIXED = ("place", "starts_at", "minutes", "pause", "rounds", "tables")
"""What the schedule was made from: when one of them changes, it is made anew."""


@transaction.atomic
def announce(meeting: Meeting, *, by: User) -> Meeting:
    """Everybody reads of it from now on, and givers and groups can sign up."""
    permit("projects.hold_meeting", by, None)
    permit("projects.run_meeting", by, meeting)
    if meeting.starts_at <= clock.now():
        raise Refused(_("The meeting lies in the past."))
    meeting.created_by = by
    meeting.save()
    record(meeting, "announce", by=by, label=_("Meeting announced"))
    return meeting


@transaction.atomic
def change_meeting(meeting: Meeting, *, by: User, values: dict[str, Any]) -> Meeting:
    """Another day or place, more tables: whoever has signed up is told, and a schedule is made anew."""
    locked = _held(meeting, by)
    moved = any(name in values and values[name] != getattr(locked, name) for name in FIXED)
    for name, value in values.items():
        setattr(locked, name, value)
    if locked.starts_at <= clock.now():
        raise Refused(_("The meeting lies in the past."))
    locked.save()
    record(locked, "change", by=by, label=_("Details changed"))
    if moved:
        if locked.is_planned:
            _make_schedule(locked, by=by)
        _tell_all(locked, _("time, place or schedule of “%(meeting)s” has changed") % {"meeting": locked})
    meeting.refresh_from_db()
    return meeting


@transaction.atomic
def come_as_giver(
    meeting: Meeting, giver: Organization, *, by: User, person: str, wishes: Sequence[MeetingEntry] = ()
) -> MeetingGuest:
    """A giver signs up, or says anew whom it wishes to meet: `wishes`, the dearest first."""
    locked = _open(meeting)
    if not giver.is_giver or not by.has_role(giver.pk, Role.MANAGER, Role.STAFF):
        raise Refused(_("You cannot sign up for this organisation."))
    if any(entry.meeting_id != locked.pk for entry in wishes) or len({entry.pk for entry in wishes}) < len(wishes):
        raise Refused(_("Please choose each project once, among those that come."))
    guest = MeetingGuest.objects.filter(meeting=locked, giver=giver).first()
    guest = guest or MeetingGuest(meeting=locked, giver=giver, signed_up_by=by)
    guest.person = person.strip()
    guest.save()
    guest.wishes.all().delete()
    MeetingWish.objects.bulk_create(
        [MeetingWish(guest=guest, entry=entry, rank=rank) for rank, entry in enumerate(wishes, start=1)]
    )
    return guest


@transaction.atomic
def come_with_project(meeting: Meeting, project: Project, *, by: User, person: str, seeks: str) -> MeetingEntry:
    """A group signs up with a project."""
    locked = _open(meeting)
    if not in_applicant(by, project) or project.state not in OPEN_TO_GIVERS:
        raise Refused(_("You cannot sign up with this project."))
    entry = MeetingEntry.objects.filter(meeting=locked, project=project).first()
    entry = entry or MeetingEntry(meeting=locked, project=project, signed_up_by=by)
    entry.person, entry.seeks = person.strip(), seeks.strip()
    entry.save()
    return entry


@transaction.atomic
def stay_away(place: MeetingGuest | MeetingEntry, *, by: User) -> None:
    """Whoever has signed up takes it back, until the schedule is made."""
    _open(place.meeting)
    mine = (
        by.has_role(place.giver_id, Role.MANAGER, Role.STAFF)
        if isinstance(place, MeetingGuest)
        else in_applicant(by, place.project)
    )
    if not mine:
        raise Refused(_("You have not signed up."))
    place.delete()


@transaction.atomic
def make_schedule(meeting: Meeting, *, by: User) -> Meeting:
    """Who talks with whom is calculated (`projects.speed_meeting`) and kept. Signing up is over; everybody is told.

    The organiser can have it made anew until the meeting begins.
    """
    locked = _held(meeting, by)
    _make_schedule(locked, by=by)
    _tell_all(locked, _("the schedule of “%(meeting)s” is made") % {"meeting": locked})
    meeting.refresh_from_db()
    return meeting


def _make_schedule(meeting: Meeting, *, by: User) -> None:
    """Every talk is another one from now on; refused where a letter has come of one already, which would lose it."""
    if IntentLetter.objects.filter(talk__meeting=meeting).exists():
        raise Refused(_("Letters of intent have come of these talks: the schedule stays as it is."))
    guests = {guest.pk: guest for guest in meeting.guests.prefetch_related("wishes")}
    entries = {entry.pk: entry for entry in meeting.entries.select_related("project")}
    if not guests or not entries:
        raise Refused(_("At least one giver and one project have to come."))
    wishes = {(wish.guest_id, wish.entry_id): wish.rank for guest in guests.values() for wish in guest.wishes.all()}
    talks = schedule(
        [Side(guest.pk, guest.giver_id) for guest in guests.values()],
        [Side(entry.pk, entry.project.applicant_id) for entry in entries.values()],
        wishes,
        rounds=meeting.rounds,
        tables=meeting.tables,
    )
    meeting.talks.all().delete()
    MeetingTalk.objects.bulk_create(
        MeetingTalk(
            meeting=meeting, guest_id=talk.giver, entry_id=talk.project, round=talk.round, table=talk.table,
            rank=talk.rank or None,
        )
        for talk in talks
    )  # fmt: skip
    meeting.planned_at, meeting.planned_by = clock.now(), by
    meeting.save(update_fields=["planned_at", "planned_by"])
    record(meeting, "make_schedule", by=by, label=_("Schedule made"), talks=len(talks))


@transaction.atomic
def cancel(meeting: Meeting, *, by: User, reason: str) -> Meeting:
    """It does not take place; whoever has signed up is told."""
    locked = _held(meeting, by)
    locked.cancelled_at, locked.cancel_reason = clock.now(), reason.strip()[:200]
    locked.save(update_fields=["cancelled_at", "cancel_reason"])
    record(locked, "cancel", by=by, label=_("Meeting cancelled"), note=reason)
    _tell_all(locked, _("“%(meeting)s” does not take place") % {"meeting": locked}, body=reason)
    meeting.refresh_from_db()
    return meeting


@transaction.atomic
def write_intent(talk: MeetingTalk, *, by: User, what: str, value: Decimal | None = None, until: date) -> IntentLetter:
    """After the talk the giver says what it thinks of giving; numbered, told to the group, and binding nobody."""
    talk = MeetingTalk.objects.select_for_update(of=("self",)).get(pk=talk.pk)
    permit("projects.write_intent", by, talk)
    if talk.meeting.is_cancelled or talk.begins > clock.now():
        raise Refused(_("The talk has not taken place yet."))
    if not talk.entry.takes_gifts:
        raise Refused(_("The project takes no pledges any more."))
    if hasattr(talk, "letter"):
        raise Refused(_("There is a letter of intent of this talk already."))
    if until < clock.today():
        raise Refused(_("The last day has passed already."))
    if value is not None and value <= 0:
        raise Refused(_("Please enter more than 0 yuan."))
    year = clock.today().year
    letter = IntentLetter.objects.create(
        talk=talk, number=f"YX{year}-{next_number(f'intent-{year}'):04d}", what=what.strip(), value=value, until=until,
        written_by=by,
    )  # fmt: skip
    label = _("Letter of intent %(number)s of %(giver)s") % {"number": letter.number, "giver": letter.giver}
    record(letter, "write_intent", by=by, label=label)
    tell_group(letter.project, label, body=letter.what, url=letter.get_absolute_url())
    return letter


def _held(meeting: Meeting, by: User) -> Meeting:
    """The meeting, locked, for whoever holds it; refused once it has begun or is cancelled."""
    locked = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    permit("projects.run_meeting", by, locked)
    if locked.is_cancelled:
        raise Refused(_("This meeting is cancelled."))
    if locked.has_begun:
        raise Refused(_("This meeting has begun already."))
    return locked


def _open(meeting: Meeting) -> Meeting:
    locked = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if not locked.takes_guests:
        raise Refused(_("Signing up is over."))
    return locked


def _tell_all(meeting: Meeting, subject: str, body: str = "") -> None:
    """The people of every giver and group that has signed up."""
    told = [guest.giver_id for guest in meeting.guests.all()]
    told += [entry.project.applicant_id for entry in meeting.entries.select_related("project")]
    people = {person.pk: person for pk in dict.fromkeys(told) for person in holders(pk, Role.MANAGER, Role.STAFF)}
    notify(list(people.values()), subject=subject, body=body, url=meeting.get_absolute_url())
