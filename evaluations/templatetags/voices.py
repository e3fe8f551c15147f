"""What residents say, for pages of other apps: the project, its showcase, an announcement, the desks."""

from collections.abc import Iterable
from typing import Any

from django import template

from evaluations.models import Voice, VoiceCode
from evaluations.satisfaction import Satisfaction, satisfaction_of, satisfactions
from projects.models import Activity, Project

register = template.Library()

SHOWN = 5
"""So many words stand on a page that is about something else."""


@register.simple_tag
def satisfaction(project: Project) -> Satisfaction:
    return satisfaction_of(project)


@register.simple_tag
def satisfaction_by_project(projects: Iterable[Project]) -> dict[int, Satisfaction]:
    """Of all projects on a page at once, by their numbers."""
    return satisfactions({project.pk for project in projects})


@register.filter
def projects_of(rows: Iterable[Any]) -> list[Project]:
    """The projects that the rows of a page are about."""
    return [row.project for row in rows]


@register.simple_tag
def shown_words(project: Project, activity: Activity | str | None = None) -> list[Voice]:
    """The latest words that everybody may read; a page that is about no activity has none to give (then it is "")."""
    shown = Voice.objects.shown().filter(project=project)
    if activity:
        shown = shown.filter(activity=activity)
    return list(shown.select_related("activity").order_by("-said_at", "-pk")[:SHOWN])


@register.simple_tag
def code_of(activity: Activity) -> VoiceCode | None:
    """The code of an activity's poster, if there is one in force."""
    return VoiceCode.objects.in_force().filter(activity=activity, audience="resident").first()
