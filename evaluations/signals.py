"""Whatever could tie a judge to a project is watched: when it changes, the assignments it touches are checked anew."""

from collections.abc import Callable
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from evaluations.actions.watching import recheck
from people.models import CouncilMember, Expert, Interest, Membership, Organization, User
from projects.models import Part, Participant, Partner, Pledge, Project, TeamMember

Touched = tuple[str, int] | None


def _coach(participant: Participant) -> Touched:
    return ("person", participant.person_id) if participant.part in (Part.MENTOR, Part.COACH) else None


WATCHED: dict[type[models.Model], Callable[[Any], Touched]] = {
    User: lambda user: ("person", user.pk),
    Membership: lambda held: ("person", held.user_id),
    Expert: lambda expert: ("person", expert.person_id),
    Interest: lambda interest: ("person", interest.person_id),
    Participant: _coach,
    Organization: lambda organization: ("organization", organization.pk),
    CouncilMember: lambda member: ("organization", member.organization_id),
    Project: lambda project: ("project", project.pk),
    Partner: lambda row: ("project", row.project_id),
    Pledge: lambda pledge: ("project", pledge.project_id),
    TeamMember: lambda row: ("project", row.project_id),
}
"""Whom a change of each touches. Rows written in bulk send no signal, but the project they belong to is saved with
them; and a sheet is checked again whenever it is saved, a list whenever it is proposed."""

UNCONCERNED: dict[type[models.Model], set[str]] = {User: {"last_login", "password"}}
"""Columns whose change touches nobody: signing in is no reason to look."""


class _Look:
    """What has changed in one transaction, looked at once after it."""

    def __init__(self) -> None:
        self.__qualname__ = "recheck"  # by which Django names a robust callback that failed
        self.touched: dict[str, set[int]] = {"person": set(), "project": set(), "organization": set()}
        self.is_done = False

    def __call__(self) -> None:
        self.is_done = True
        people, projects, organizations = (self.touched[kind] for kind in ("person", "project", "organization"))
        named = Organization.objects.filter(pk__in=organizations).values("name")
        which = Q(person__in=people) | Q(project__in=projects)
        if organizations:  # the projects of each, those that name it as a partner, the judges who belong to it
            which |= Q(project__applicant__in=organizations) | Q(project__host__in=organizations)
            which |= Q(project__pledges__giver__in=organizations)
        which |= Q(project__partners__name__in=named) | Q(person__memberships__organization__in=organizations)
        recheck(which)


def _changed(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    columns = kwargs.get("update_fields")
    touched = WATCHED[sender](instance)
    if touched is None or kwargs.get("raw") or (columns and set(columns) <= UNCONCERNED.get(sender, set())):
        return
    registered = (function for _savepoints, function, _robust in transaction.get_connection().run_on_commit)
    look = next((one for one in registered if isinstance(one, _Look) and not one.is_done), None)
    if look is None:
        look = _Look()
        look.touched[touched[0]].add(touched[1])
        # After the commit, and robust: what somebody has stored is not undone because the check fails.
        transaction.on_commit(look, robust=True)
    else:
        look.touched[touched[0]].add(touched[1])


def watch() -> None:
    """Connect the signals; called once, when the apps are ready."""
    for model in WATCHED:
        post_save.connect(_changed, sender=model, dispatch_uid=f"watch_{model.__name__}")
        post_delete.connect(_changed, sender=model, dispatch_uid=f"unwatch_{model.__name__}")
