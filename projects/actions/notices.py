"""The public notice and what residents say against it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, advance, record
from grants.actions import ledger
from grants.models import Call
from people.models import User
from projects.actions.messages import tell_funder, tell_group
from projects.actions.proposals import release_reservation
from projects.models import Notice, NoticeEntry, Objection, Project, State


class Place(NamedTuple):
    """How a project came out of the judging: rank in its track, score out of 100."""

    rank: int | None
    score: Decimal | None


@transaction.atomic
def publish_notice(call: Call, *, by: User, places: Mapping[int, Place]) -> Notice:
    """Put every shortlisted project of the call to public notice, from today for the call's workdays.

    Freezes what the public reads with a digest, reserves each proposed amount in the fund (refused when
    the money does not reach), and tells the groups. `places` by project id.
    """
    projects = list(call.projects.filter(state=State.SHORTLISTED).select_related("applicant", "track").order_by("pk"))
    if not projects:
        raise Refused(_("No project of this call is shortlisted."))
    notice = Notice.objects.create(
        call=call, starts_on=clock.today(), ends_on=call.notice_end(clock.today()), published_by=by
    )
    for project in projects:
        place = places.get(project.pk, Place(None, None))
        NoticeEntry.objects.create(
            notice=notice,
            project=project,
            track=project.track.name,
            title=project.title,
            applicant=project.applicant.name,
            rank=place.rank,
            score=place.score,
            amount=project.amount_proposed,
        )
        ledger.reserve(call.fund, project.amount_proposed, by=by, reference=project.number, memo=project.title)
        advance(project, "publish", by=by, until=notice.ends_on)
        tell_group(project, _("in public notice until %(day)s") % {"day": notice.ends_on})
    notice.digest = notice.compute_digest()
    notice.save(update_fields=["digest"])
    record(call, "publish_notice", by=by, label=_("Public notice published"), notice=notice.pk)
    return notice


@transaction.atomic
def receive_objection(notice: Notice, project: Project, *, name: str, contact: str, text: str) -> Objection:
    """Take an objection from anybody while the notice runs; the clerks are told at once."""
    if notice.is_over:
        raise Refused(
            _("The public notice ended on %(day)s; objections are no longer taken.") % {"day": notice.ends_on}
        )
    if not notice.entries.filter(project=project).exists():
        raise Refused(_("This project is not part of this notice."))
    if project.state not in (State.IN_NOTICE, State.OBJECTED):
        raise Refused(_("This project is no longer in public notice."))
    objection = Objection.objects.create(notice=notice, project=project, name=name, contact=contact, text=text)
    record(project, "objection", by=None, label=_("Objection received"))
    tell_funder(project, _("an objection has been received"))
    return objection


@transaction.atomic
def examine_objection(objection: Objection, *, by: User) -> Objection:
    """Start looking into it: nothing is approved meanwhile."""
    advance(objection.project, "examine_objection", by=by)
    return objection


@transaction.atomic
def rule_on_objection(objection: Objection, *, by: User, ruling: str, reason: str) -> Objection:
    """Rule with reasons. Dismissed: the notice goes on; upheld: the project loses its place and its money is free.

    Other open objections against the same project keep it under examination; one that is ruled on after the
    project has lost its place anyway is only answered.
    """
    # The project first: two rulings at once must see each other's.
    project = Project.objects.select_for_update(of=("self",)).get(pk=objection.project_id)
    locked = Objection.objects.select_for_update().get(pk=objection.pk)
    if not rules.has_perm("projects.examine_objection", by, project):
        raise PermissionDenied
    if locked.ruling:
        raise Refused(_("This objection has been ruled on already."))
    if not reason.strip():
        raise Refused(_("Please give the reasons of the ruling."))
    if project.state == State.IN_NOTICE:
        advance(project, "examine_objection", by=by)
    locked.ruling, locked.reason = ruling, reason.strip()
    locked.ruled_by, locked.ruled_at = by, clock.now()
    locked.save()
    if project.state != State.OBJECTED:
        objection.refresh_from_db()
        return objection
    if ruling == Objection.Ruling.UPHELD:
        proposed = Project.objects.get(pk=project.pk)
        advance(project, "uphold_objection", by=by, note=reason)
        release_reservation(proposed, by=by, memo=_("Objection upheld"))
        tell_group(project, _("objection upheld"), body=reason)
    elif not project.objections.open().exists():
        advance(project, "dismiss_objection", by=by, note=reason)
        tell_group(project, _("objection dismissed"), body=reason)
    objection.refresh_from_db()
    return objection
