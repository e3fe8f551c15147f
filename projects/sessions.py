"""Sessions as they are listed and counted, on the page and in the table alike."""

from typing import Any

from django.db.models import QuerySet

from grants.models import Call
from people.models import User
from projects.hours import Held
from projects.models import MentoringNote, Project

FILTERS = {
    "call": "project__call",
    "mentor": "mentor",
    "topic": "topic",
    "since": "held_on__gte",
    "until": "held_on__lte",
}
"""What may be asked for, and where it stands."""


def choices_among(seen: QuerySet[MentoringNote]) -> dict[str, Any]:
    """The calls and mentors to choose from."""
    return {
        "calls": Call.objects.filter(pk__in=seen.order_by().values("project__call")),
        "mentors": User.objects.filter(pk__in=seen.order_by().values("mentor")),
    }


def narrowed(seen: QuerySet[MentoringNote], asked: dict[str, Any], narrowing: Any = None) -> QuerySet[MentoringNote]:
    """The sessions that are asked for, with the names that a list shows; `narrowing` says of which projects."""
    found = seen.select_related("project__call", "project__applicant", "mentor")
    if narrowing is not None and narrowing.asked:
        found = found.filter(project__in=narrowing.of(Project.objects.all()))
    return found.filter(**{FILTERS[name]: value for name, value in asked.items() if value})


def held(found: QuerySet[MentoringNote]) -> list[Held]:
    """What is counted: a line for each project of each session."""
    return [
        Held(note.mentor, note.project, note.project.call, note.hours, note.together)
        for note in found.order_by("held_on", "pk")
    ]
