"""Who judges which proposal."""

from datetime import date

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, record
from evaluations.conflicts import conflicts
from evaluations.models import Assignment, Purpose
from grants.models import Call
from people.models import Organization, User
from projects.actions import competition
from projects.actions.people import add_participant, end_participation
from projects.models import Part, Project, State

ASSIGNABLE = (State.SUBMITTED, State.ELIGIBLE, State.IN_REVIEW)


def permit(permission: str, by: User, obj: object) -> None:
    if not rules.has_perm(permission, by, obj):
        raise PermissionDenied


@transaction.atomic
def assign(project: Project, person: User, *, by: User, due_on: date | None = None) -> Assignment:
    """Ask an expert to judge a proposal: never a member of the applicant, its host or the funder, nor its mentor.

    The expert may read the proposal from now on, and is told. Raises `Refused` with every reason against it.
    """
    permit("evaluations.assign", by, project.call)
    if project.state not in ASSIGNABLE:
        raise Refused(_("Experts are assigned before the result, not in the state “%s”.") % project.get_state_display())
    return ask(project, person, by=by, purpose=Purpose.REVIEW, due_on=due_on)


def ask(
    project: Project,
    person: User,
    *,
    by: User,
    purpose: str,
    due_on: date | None = None,
    organization: Organization | None = None,
    until: date | None = None,
    number: int = 1,
) -> Assignment:
    """Write the assignment of any purpose and let the person see the project."""
    Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if reasons := conflicts(person, project):
        raise Refused(*(_("%(person)s: %(reason)s.") % {"person": person, "reason": reason} for reason in reasons))
    if project.assignments.filter(person=person, purpose=purpose, round=number).exists():
        raise Refused(_("%(person)s has been asked already.") % {"person": person})
    assignment = Assignment.objects.create(
        project=project,
        person=person,
        purpose=purpose,
        round=number,
        organization=organization,
        due_on=due_on,
        assigned_by=by,
    )
    part = Part.JUDGE if purpose == Purpose.REVIEW else Part.EVALUATOR
    add_participant(
        project,
        person,
        part,
        by=by,
        organization=organization,
        until=until,
        is_blind=project.call.is_blind and purpose == Purpose.REVIEW,
        url=reverse("evaluations:sheet", args=[assignment.pk]),
    )
    return assignment


@transaction.atomic
def recuse(assignment: Assignment, *, by: User, reason: str) -> Assignment:
    """Step down, or be stood down by the clerk, with a reason; the line stays, the access ends.

    Refused once the sheet is submitted: then the result must be decided on, not the judge.
    """
    locked = Assignment.objects.select_for_update(of=("self",)).get(pk=assignment.pk)
    permit("evaluations.recuse", by, locked)
    if locked.recused_at:
        raise Refused(_("This person has stepped down already."))
    if locked.is_submitted:
        raise Refused(_("The sheet is submitted; nobody can step down from it any more."))
    if not reason.strip():
        raise Refused(_("Please give a reason."))
    locked.recused_at, locked.recusal_reason = clock.now(), reason.strip()
    locked.save()
    part = Part.JUDGE if locked.purpose == Purpose.REVIEW else Part.EVALUATOR
    end_participation(locked.project, locked.person, part, by=by)
    record(locked.project, "recuse", by=by, label=_("Recused: %(person)s") % {"person": locked.person}, note=reason)
    if locked.assigned_by_id != by.pk:  # who stands a judge down knows it
        notify([locked.assigned_by], subject=_("%(person)s has stepped down") % {"person": locked.person}, body=reason)
    assignment.refresh_from_db()
    return locked


def with_panel_size(call: Call, state: str):
    """The call's projects in a state, each with `judges`: how many experts are assigned and not recused."""
    active = Q(assignments__purpose=Purpose.REVIEW, assignments__recused_at__isnull=True)
    found = call.projects.filter(state=state).select_related("applicant", "track").order_by("number")
    return found.annotate(judges=Count("assignments", filter=active))


@transaction.atomic
def open_review(call: Call, *, by: User) -> int:
    """Let the experts of every eligible project score, all or none; returns how many projects.

    Refused while the call is open, or naming every project whose panel is not complete.
    """
    permit("evaluations.assign", by, call)
    if not call.is_closed:
        raise Refused(_("The call is still open: more proposals may come."))
    if call.projects.filter(state__in=[State.SUBMITTED, State.RETURNED]).exists():
        raise Refused(_("Some proposals have not passed the formal check yet."))
    projects = list(with_panel_size(call, State.ELIGIBLE))
    if not projects:
        raise Refused(_("No proposal of this call is waiting for review."))
    short = [
        _("%(number)s “%(title)s” has %(judges)s of %(size)s experts.")
        % {"number": p.number, "title": p.title, "judges": p.judges, "size": call.panel_size}
        for p in projects
        if p.judges < call.panel_size
    ]
    if short:
        raise Refused(*short)
    for project in projects:
        competition.start_review(project, by=by)
    return len(projects)
