"""Site visits of mentors and clerks: written down here or on a phone without a line, sent later, put together when two
devices disagree. The promises that are kept stand in `arrivals`."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import rules
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.models import Attachment
from core.numbering import next_number
from core.workflow import Refused, permit, record
from people.models import User
from projects.actions.arrivals import CLOCK_OFF, PHOTOS, Arrivals, Sending, Values
from projects.actions.messages import tell_group
from projects.models import Part, Participant, Project, SiteVisit, State, VisitVersion

__all__ = ["CLOCK_OFF", "PHOTOS", "Sending", "add_photos", "merge_conflict", "record_visit", "settle_conflict"]

GRACE = timedelta(days=14)
"""So long after a mentor's time has ended a visit of before may still arrive from the phone."""


class Visits(Arrivals):
    """The visits of one project."""

    model, versions, link = SiteVisit, VisitVersion, "visit"
    stored = (*("visited_at", "place", "met", "checklist", "answers"), "findings", "follow_up", "follow_up_due_on")

    def __init__(self, project: Project) -> None:
        self.project = project

    def writer(self, record: SiteVisit) -> User:
        return record.visitor

    def belongs(self, record: SiteVisit) -> bool:
        return record.project_id == self.project.pk

    def title(self, record: SiteVisit) -> str:
        return self.project.title

    def new(self, by: User, values: Values, key: UUID | None) -> SiteVisit:
        project = self.project
        day = clock.localdate(values["visited_at"])
        if not (rules.has_perm("projects.visit", by, project) or _was_mentor(project, by, day)):
            raise PermissionDenied
        if not project.is_funded or project.state == State.APPROVED:
            raise Refused(_("A project is visited once its agreement is signed."))
        number = f"ZF{day.year}-{next_number(f'visit-{day.year}'):04d}"
        return SiteVisit(project=project, visitor=by, key=key or uuid4(), number=number)

    def begun(self, visit: SiteVisit, by: User) -> None:
        record(self.project, "visit", by=by, label=_("Site visit: %(number)s") % {"number": visit.number})
        subject = _("somebody was there and wrote it down")
        tell_group(self.project, subject, body=visit.findings, url=visit.get_absolute_url())

    def may_amend(self, visit: SiteVisit, by: User) -> bool:
        return rules.has_perm("projects.amend_advice", by, visit)

    def reset(self, visit: SiteVisit, values: Values) -> str:
        """What the group answered was to what it said before; what was agreed on is to be done anew if it changed."""
        if values.get("follow_up", "") != visit.follow_up:
            visit.done_at = visit.done_by = None
            visit.done_note = ""
        before = visit.answer
        visit.answered_at = visit.answered_by = None
        visit.answer = ""
        return before

    def amended(self, visit: SiteVisit, by: User, before: str) -> None:
        label = _("Site visit changed: %(number)s") % {"number": visit.number}
        record(self.project, "amend_visit", by=by, label=label, note=before, version=visit.version)
        url = visit.get_absolute_url()
        tell_group(self.project, _("a site visit was written anew"), body=visit.findings, url=url)

    def set_aside(self, visit: SiteVisit, version: VisitVersion, by: User) -> None:
        label = _("A version of %(number)s was set aside") % {"number": visit.number}
        record(self.project, "settle_visit", by=by, label=label, version=version.pk)


def values_of(visit: SiteVisit) -> Values:
    """What a visit says now, packed."""
    return Visits(visit.project).values_of(visit)


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
    """Write a visit down, or change it; the group is told and asked to answer (see `Arrivals.take_in`)."""
    # One sender at a time for a project: else the same visit, sent twice at once, would be begun twice.
    project = Project.objects.select_for_update(of=("self",)).select_related("call").get(pk=project.pk)
    return Visits(project).take_in(by=by, values=values, key=key, sending=sending or Sending(), photos=photos)


@transaction.atomic
def settle_conflict(version: VisitVersion, *, by: User, take: bool) -> SiteVisit:
    """Of two versions the visitor takes one; the other stays to be read. To write them into one: `merge_conflict`."""
    visit = _held(version, by)
    return Visits(visit.project).settle(visit, version, by=by, take=take)


@transaction.atomic
def merge_conflict(version: VisitVersion, *, by: User, values: dict[str, Any], base: int) -> SiteVisit:
    """The visitor writes both into one; both stay to be read. Refused when the visit was changed since."""
    visit = _held(version, by)
    return Visits(visit.project).merge(visit, version, by=by, values=values, base=base)


def _held(version: VisitVersion, by: User) -> SiteVisit:
    Project.objects.select_for_update(of=("self",)).get(pk=version.visit.project_id)
    visit = SiteVisit.objects.select_for_update(of=("self",)).select_related("project__call").get(pk=version.visit_id)
    permit("projects.amend_advice", by, visit)
    return visit


@transaction.atomic
def add_photos(visit: SiteVisit, *, by: User, photos: Iterable[UploadedFile]) -> list[Attachment]:
    """Keep photos with a visit, each once however often it is sent; refused when there are too many."""
    return Visits(visit.project).add_photos(visit, by=by, photos=photos)


def _was_mentor(project: Project, by: User, day: date) -> bool:
    """Mentored it on that day, and until not long ago: a phone may come back on line after the mentor has changed."""
    held = Participant.objects.filter(project=project, person=by, part=Part.MENTOR, since__lte=day, until__gt=day)
    return held.filter(until__gte=clock.today() - GRACE).exists()
