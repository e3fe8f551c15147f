"""From which page papers are chosen for printing in bulk."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from evaluations.models import PitchDay, StarYear
from evaluations.views.pitch import with_slots
from grants.models import Workshop
from people.models import User
from projects.views.project import listed


class Source(NamedTuple):
    """A page on which papers are chosen."""

    find: Callable[[User, dict[str, str]], Any]
    """The thing of the page as this person may see it: of the list of projects its projects, else one or None."""
    about: Callable[[Any, dict[str, str], User], str]
    """The choice in words."""


def _projects(user: User, asked: dict[str, str]) -> QuerySet:
    found, _form, _narrowing = listed(query_of(asked), user)
    return found.order_by("call", "number", "pk")


def query_of(asked: dict[str, str]) -> QueryDict:
    query = QueryDict(mutable=True)
    query.update(asked)
    return query


def _said(_found: Any, asked: dict[str, str], user: User) -> str:
    """The filters of the list in words."""
    _projects, form, narrowing = listed(query_of(asked), user)
    if not form.is_valid():
        return _("All projects that I see")
    words = [f"“{form.cleaned_data['q']}”"] if form.cleaned_data["q"] else []
    words += [str(value) for name, value in form.cleaned_data.items() if name in ("call", "field") and value]
    if form.cleaned_data["stage"]:
        words.append(str(dict(form.fields["stage"].choices).get(form.cleaned_data["stage"], "")))  # type: ignore[attr-defined]
    words += [value for _label, value in narrowing.said]
    return " · ".join(words) or _("All projects that I see")


def _one(found: QuerySet, asked: dict[str, str]) -> Any:
    pk = asked.get("pk", "")
    return found.filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 19 else None


SOURCES: dict[str, Source] = {
    "projects": Source(_projects, _said),
    "star-year": Source(
        lambda user, asked: _one(StarYear.objects.visible_to(user).select_related("funder"), asked),
        lambda year, _asked, _user: str(year),
    ),
    "pitch-day": Source(
        lambda user, asked: _one(with_slots(PitchDay.objects.visible_to(user)), asked),
        lambda day, _asked, _user: f"{day.call.title} · {day.name}",
    ),
    "workshop": Source(
        lambda user, asked: _one(Workshop.objects.select_related("organizer"), asked),
        lambda workshop, _asked, _user: str(workshop),
    ),
}
