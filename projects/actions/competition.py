"""What follows from the judging. Called by `evaluations`, which knows the scores."""

from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import advance
from people.models import User
from projects.actions.messages import tell_group
from projects.models import Project, State
from projects.signals import dropped_out


@transaction.atomic
def start_review(project: Project, *, by: User) -> Project:
    """The panel is complete; the experts may score. The group is told."""
    advance(project, "start_review", by=by)
    tell_group(project, project.get_state_display())
    return project


def shortlist(project: Project, *, by: User, amount: Decimal) -> Project:
    """Propose an award of `amount` yuan. Nobody is told before the public notice."""
    return advance(project, "shortlist", by=by, amount=amount)


@transaction.atomic
def waitlist(project: Project, *, by: User) -> Project:
    """Keep it in reserve: the group is told, for the public notice does not name it."""
    advance(project, "waitlist", by=by)
    tell_group(project, project.get_state_display(), body=_("It moves up when a project before it drops out."))
    return project


def promote(project: Project, *, by: User, amount: Decimal, note: str = "") -> Project:
    """Move up from the waitlist with an award of `amount` yuan; a public notice must follow."""
    return advance(project, "promote", by=by, note=note, amount=amount)


def move_up(project: Project, *, amount: Decimal, note: str) -> Project:
    """Move up because another dropped out; nobody pressed, so the log names nobody and says why (`note`)."""
    return advance(project, "move_up", by=None, note=note, amount=amount)


@transaction.atomic
def decline(project: Project, *, by: User, note: str) -> Project:
    """Not selected: the group reads why."""
    advance(project, "decline", by=by, note=note)
    tell_group(project, _("not selected"), body=note)
    return project


@transaction.atomic
def strike(project: Project, *, by: User, note: str) -> Project:
    """Taken off the list: the group reads why. One that had a place frees it for the waitlist."""
    had_a_place = project.state == State.SHORTLISTED
    advance(project, "strike", by=by, note=note)
    tell_group(project, _("struck from the list"), body=note)
    if had_a_place:
        dropped_out.send(Project, project=project, why=_("struck from the list"))
    return project
