"""From the first draft to the formal check."""

from collections.abc import Sequence
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.numbering import next_number
from core.workflow import Refused, Stale, advance, record
from grants.actions import ledger
from grants.models import Call
from people.models import Organization, Role, User
from projects.actions.messages import tell_funder, tell_group
from projects.models import BudgetLine, Project, State


@transaction.atomic
def create_draft(call: Call, applicant: Organization, *, by: User, title: str) -> Project:
    """Open a draft in the track that fits the applicant; a filed group's host comes from its profile.

    Raises `Refused` when the call is not open, or has no track for applicants of this legal status.
    """
    if not by.has_role(applicant.pk, Role.MANAGER, Role.STAFF):
        raise PermissionDenied
    if not call.is_open:
        raise Refused(_("This call is not open for proposals now."))
    track = call.track_for(applicant)
    if track is None:
        raise Refused(_("This call has no track for %(status)s.") % {"status": applicant.get_status_display()})
    project = Project.objects.create(
        call=call,
        track=track,
        applicant=applicant,
        host=applicant.host if applicant.is_filed else None,
        community=applicant.community,
        leader=by.name,
        leader_phone=by.phone or "",
        title=title,
        created_by=by,
    )
    record(project, "create", by=by, label=_("Draft opened"))
    return project


@transaction.atomic
def save_proposal(
    project: Project, *, by: User, version: int, values: dict[str, Any], lines: Sequence[dict[str, Any]]
) -> Project:
    """Store the text and the whole budget of a draft, all or nothing.

    `version` is the one the form was opened with: when somebody saved meanwhile, `Stale` is raised and
    nothing is stored, so that nobody's words are overwritten unseen.
    """
    locked = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if not rules.has_perm("projects.write_proposal", by, locked):
        raise PermissionDenied
    if locked.version != version:
        raise Stale(_("Somebody else saved this proposal while you were writing. Your text is still below."))
    for name, value in values.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.save()
    locked.budget_lines.all().delete()
    BudgetLine.objects.bulk_create(
        BudgetLine(project=locked, position=position, **line) for position, line in enumerate(lines)
    )
    project.refresh_from_db()
    return project


@transaction.atomic
def submit(project: Project, *, by: User, note: str = "") -> Project:
    """Hand the proposal in: it gets its number, the clerks are told. A corrected one keeps its number."""
    if project.state == State.RETURNED:
        advance(project, "resubmit", by=by, note=note)
    else:
        number = f"{project.call.code}-{next_number(f'project:{project.call_id}'):03d}"
        advance(project, "submit", by=by, note=note, number=number)
    tell_funder(project, _("submitted, please check the papers"))
    return project


@transaction.atomic
def check(project: Project, name: str, *, by: User, note: str = "") -> Project:
    """The clerk's formal check: `accept`, `return_for_correction` or `declare_ineligible`; the group is told."""
    if name not in ("accept", "return_for_correction", "declare_ineligible"):
        raise LookupError(name)
    advance(project, name, by=by, note=note)
    tell_group(project, project.get_state_display(), body=note)
    return project


@transaction.atomic
def withdraw(project: Project, *, by: User, note: str) -> Project:
    """The applicant takes the proposal back: reserved money is free; the funder is told unless it never saw it."""
    was_draft = project.state == State.DRAFT
    in_notice = project.state in (State.IN_NOTICE, State.OBJECTED)
    if in_notice:
        release_reservation(project, by=by, memo=_("Withdrawn"))
    advance(project, "withdraw", by=by, note=note)
    if not was_draft:
        tell_funder(project, _("withdrawn"), body=note)
    return project


def release_reservation(project: Project, *, by: User, memo: str) -> None:
    """Give the reserved money of a project back to its fund."""
    if project.amount_proposed:
        ledger.release(project.call.fund, project.amount_proposed, by=by, reference=project.number, memo=memo)
