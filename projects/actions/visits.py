"""Site visits: written down here or on a phone without a line, sent later, put together when two devices disagree.

A phone may send the same thing twice, late, or on top of something newer. Hence three promises: what is sent twice
(`send_key`) is stored once; nothing that arrives is thrown away; what was changed elsewhere meanwhile is not
overwritten but waits, and the visitor decides with both versions side by side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import rules
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.files import attach
from core.models import Attachment
from core.notifications import notify
from core.numbering import next_number
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.messages import tell_group
from projects.models import Part, Participant, Project, SiteVisit, State, VisitVersion
from projects.visit_values import packed, unpacked

GRACE = timedelta(days=14)
"""So long after a mentor's time has ended a visit of before may still arrive from the phone."""
PHOTOS = 20
"""At most so many photos a visit."""
CLOCK_OFF = timedelta(minutes=10)
"""A phone's clock that is wrong by more is said beside the visit."""
MOST_OFF = 2**31 - 1
"""So many minutes at most are kept of how wrong it is: what the column holds."""
STORED = (*("visited_at", "place", "met", "checklist", "answers"), "findings", "follow_up", "follow_up_due_on")


@dataclass(frozen=True)
class Sending:
    """How something arrived: `key` names this sending, `base` the version it was written on (0: a new visit)."""

    key: UUID | None = None
    base: int = 0
    device_at: datetime | None = None
    sent_at: datetime | None = None
    """What the phone's clock says while it sends."""


def values_of(visit: SiteVisit) -> dict[str, Any]:
    """What a visit says now, packed."""
    return packed({name: getattr(visit, name) for name in STORED})


@transaction.atomic
def record_visit(
    project: Project,
    *,
    by: User,
    values: dict[str, Any],
    key: UUID | None = None,
    sending: Sending | None = None,
    photos: Iterable[UploadedFile] = (),
) -> VisitVersion:
    """Write a visit down, or change it; the group is told and asked to answer.

    Returns the version that came of it: stored, or waiting when the visit was changed since the version it is based
    on. The same sending a second time returns the version of the first.
    """
    sending = sending or Sending()
    # One sender at a time for a project: else the same visit, sent twice at once, would be begun twice.
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)
    if sending.key and (sent := VisitVersion.objects.filter(send_key=sending.key).select_related("visit").first()):
        if sent.by != by:
            raise PermissionDenied
        return sent
    visit = SiteVisit.objects.filter(key=key).first() if key else None
    if visit is None:
        return _begin(project, by, values, key, sending, photos)
    if visit.project_id != project.pk or visit.visitor_id != by.pk:
        raise PermissionDenied
    return _change(visit, by, values, sending, photos)


def _begin(
    project: Project,
    by: User,
    values: dict[str, Any],
    key: UUID | None,
    sending: Sending,
    photos: Iterable[UploadedFile],
) -> VisitVersion:
    day = clock.localdate(values["visited_at"])
    if not (rules.has_perm("projects.visit", by, project) or _was_mentor(project, by, day)):
        raise PermissionDenied
    if not project.is_funded or project.state == State.APPROVED:
        raise Refused(_("A project is visited once its agreement is signed."))
    visit = SiteVisit(project=project, visitor=by, key=key or uuid4(), **unpacked(packed(values)))
    visit.number = f"ZF{day.year}-{next_number(f'visit-{day.year}'):04d}"
    visit.device_at, visit.clock_off = sending.device_at, _clock_off(sending)
    visit.save()
    version = _keep(visit, by, values, sending, VisitVersion.Standing.APPLIED, number=1)
    add_photos(visit, by=by, photos=photos)
    record(project, "visit", by=by, label=_("Site visit: %(number)s") % {"number": visit.number})
    tell_group(project, _("somebody was there and wrote it down"), body=visit.findings, url=visit.get_absolute_url())
    return version


def _change(
    visit: SiteVisit, by: User, values: dict[str, Any], sending: Sending, photos: Iterable[UploadedFile]
) -> VisitVersion:
    if packed(values) == values_of(visit):
        add_photos(visit, by=by, photos=photos)
        return visit.versions.filter(number=visit.version).get()
    may_amend = rules.has_perm("projects.amend_advice", by, visit)
    if not may_amend:  # no mentor any more: kept to be read, for nobody could choose between the two
        version = _keep(visit, by, values, sending, VisitVersion.Standing.SET_ASIDE)
        _set_aside(visit, version, by)
    elif sending.base == visit.version:
        version = _apply(visit, by, values, sending)
    else:
        version = _keep(visit, by, values, sending, VisitVersion.Standing.WAITING)
        subject = _("“%(project)s”: two versions of your visit, please choose") % {"project": visit.project.title}
        notify([visit.visitor], subject=subject, url=visit.get_absolute_url())
    add_photos(visit, by=by, photos=photos)
    return version


def _apply(
    visit: SiteVisit, by: User, values: dict[str, Any], sending: Sending, version: VisitVersion | None = None
) -> VisitVersion:
    """The visit says this from now on; what the group answered was to what it said before, and is kept in the log."""
    agreed = visit.follow_up
    for name, value in unpacked(packed(values)).items():
        setattr(visit, name, value)
    if visit.follow_up != agreed:
        visit.done_at = visit.done_by = None
        visit.done_note = ""
    before = visit.answer
    visit.answered_at = visit.answered_by = None
    visit.answer = ""
    visit.version += 1
    visit.save()
    if version is None:
        version = _keep(visit, by, values, sending, VisitVersion.Standing.APPLIED, number=visit.version)
    else:
        version.number, version.standing = visit.version, VisitVersion.Standing.APPLIED
        version.settled_at = clock.now()
        version.save(update_fields=["number", "standing", "settled_at"])
    label = _("Site visit changed: %(number)s") % {"number": visit.number}
    record(visit.project, "amend_visit", by=by, label=label, note=before, version=visit.version)
    tell_group(visit.project, _("a site visit was written anew"), body=visit.findings, url=visit.get_absolute_url())
    return version


def _keep(
    visit: SiteVisit, by: User, values: dict[str, Any], sending: Sending, standing: str, number: int | None = None
) -> VisitVersion:
    # Written on a version that is not there yet, as a phone may say: then on the newest that is.
    base = min(sending.base, visit.version - (standing == VisitVersion.Standing.APPLIED))
    return VisitVersion.objects.create(
        visit=visit, number=number, base=base, send_key=sending.key,
        values=packed(values), by=by, device_at=sending.device_at, standing=standing,
    )  # fmt: skip


@transaction.atomic
def settle_conflict(version: VisitVersion, *, by: User, take: bool) -> SiteVisit:
    """Of two versions the visitor takes one; the other stays to be read. To write them into one: `merge_conflict`."""
    visit, version = _waiting(version, by)
    if take:
        _apply(visit, by, unpacked(version.values), Sending(), version)
    else:
        _set_aside(visit, version, by)
    return visit


@transaction.atomic
def merge_conflict(version: VisitVersion, *, by: User, values: dict[str, Any], base: int) -> SiteVisit:
    """The visitor writes both into one; both stay to be read. Refused when the visit was changed since."""
    visit, version = _waiting(version, by)
    if base != visit.version:
        raise Refused(_("The visit was changed meanwhile. Please look at both versions again."))
    if packed(values) != values_of(visit):
        _apply(visit, by, values, Sending(base=base))
    _set_aside(visit, version, by)
    return visit


def _waiting(version: VisitVersion, by: User) -> tuple[SiteVisit, VisitVersion]:
    Project.objects.select_for_update(of=("self",)).get(pk=version.visit.project_id)
    visit = SiteVisit.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=version.visit_id)
    permit("projects.amend_advice", by, visit)
    version = VisitVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if not version.is_waiting:
        raise Refused(_("This has been decided already."))
    return visit, version


def _set_aside(visit: SiteVisit, version: VisitVersion, by: User) -> None:
    version.standing, version.settled_at = VisitVersion.Standing.SET_ASIDE, clock.now()
    version.save(update_fields=["standing", "settled_at"])
    label = _("A version of %(number)s was set aside") % {"number": visit.number}
    record(visit.project, "settle_visit", by=by, label=label, version=version.pk)


@transaction.atomic
def add_photos(visit: SiteVisit, *, by: User, photos: Iterable[UploadedFile]) -> list[Attachment]:
    """Keep photos with a visit, each once however often it is sent; refused when there are too many."""
    if visit.visitor != by:
        raise PermissionDenied
    photos = list(photos)
    if not photos:
        return []
    SiteVisit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    there = {file.sha256: file for file in Attachment.objects.of(visit)}
    kept = []
    for photo in photos:
        file = attach(visit, photo, by=by, kind="photo")
        if file.sha256 in there:
            file.file.delete(save=False)
            file.delete()
            kept.append(there[file.sha256])
            continue
        there[file.sha256] = file
        kept.append(file)
    if len(there) > PHOTOS:
        raise Refused(_("A visit has at most %(n)s photos.") % {"n": PHOTOS})
    return kept


def _was_mentor(project: Project, by: User, day: date) -> bool:
    """Mentored it on that day, and until not long ago: a phone may come back on line after the mentor has changed."""
    held = Participant.objects.filter(project=project, person=by, part=Part.MENTOR, since__lte=day, until__gt=day)
    return held.filter(until__gte=clock.today() - GRACE).exists()


def _clock_off(sending: Sending) -> int | None:
    if sending.sent_at is None or abs(sending.sent_at - clock.now()) <= CLOCK_OFF:
        return None
    minutes = round((sending.sent_at - clock.now()).total_seconds() / 60)
    return max(-MOST_OFF, min(minutes, MOST_OFF))
