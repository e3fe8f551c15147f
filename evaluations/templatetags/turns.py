"""Whose turn it is, for pages of other apps: a project, and lists of them; and the own sheet of who judges one."""

from collections.abc import Iterable
from typing import Any

from django import template

from evaluations.models import Assignment
from evaluations.turns import turns
from people.models import User
from projects.models import Project

register = template.Library()


@register.simple_tag
def whose_turn(projects: Iterable[Project] | Project) -> dict[int, Any]:
    """Of one project, or of all on a page at once, by their numbers."""
    return turns([projects] if isinstance(projects, Project) else projects)


@register.simple_tag
def waiting_sheet(user: User, project: Project) -> Assignment | None:
    """What this person has still to score of a project, if anything."""
    return Assignment.objects.filter(person=user, project=project).open().first()
