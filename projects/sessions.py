"""Sessions as they are listed and counted, on the page and in the table alike."""

from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf

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
NAMES = {
    "mentor": Coalesce(NullIf("mentor__name", Value("")), "mentor__username"),
    "project": F("project__title"),
    "project__call": F("project__call__title"),
}
"""By what hours are added up, and what each of them is called."""


def choices_among(seen: QuerySet[MentoringNote]) -> dict[str, Any]:
    """The calls and mentors to choose from; asked one by one, as a filter offers a hundred of many."""
    return {
        "calls": Call.objects.filter(Exists(seen.order_by().filter(project__call=OuterRef("pk")))),
        "mentors": User.objects.filter(Exists(seen.order_by().filter(mentor=OuterRef("pk")))),
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


def once(found: QuerySet[MentoringNote], by: str = "") -> QuerySet[MentoringNote]:
    """Of a session of several groups one line for each mentor, project or call: that with the most hours."""
    plain = found.select_related(None).order_by()
    same = {name: OuterRef(name) for name in ("together", by) if name}
    longer = Q(hours__gt=OuterRef("hours")) | Q(hours=OuterRef("hours"), pk__lt=OuterRef("pk"))
    return plain.filter(Q(together=None) | ~Exists(plain.filter(longer, **same)))


def hours_by(found: QuerySet[MentoringNote], by: str) -> QuerySet[MentoringNote, dict[str, Any]]:
    """As `hours.totals`, but added up by the database: key, `of` (the name), sessions and `spent`, the most first."""
    lines = once(found, by).values(key=F(by), of=NAMES[by]).annotate(sessions=Count("pk"), spent=Sum("hours"))
    return lines.order_by("-spent", "of", "key")


def sums_of(found: QuerySet[MentoringNote]) -> tuple[int, Decimal]:
    """How many sessions and hours there are in all, a session together once."""
    sums = once(found).aggregate(sessions=Count("pk"), spent=Sum("hours"))
    return sums["sessions"], sums["spent"] or Decimal(0)
