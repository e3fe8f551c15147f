"""Whose figures a dashboard shows and of which projects; every link asks its list for exactly the same."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.db.models.functions import Left
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.forms import newest
from core.lately import once_a_minute
from grants.models import Call
from people.choosing import STREET, places
from people.territory import inside
from projects.models import Project
from projects.models.project_queries import ProjectQuerySet
from projects.narrowing import narrowed

FUNDER, REGION, SUPPORT, PUBLIC = "funder", "region", "support", "public"
NAMES = {
    FUNDER: _("The funder's"),
    REGION: _("Of my region"),
    SUPPORT: _("Of mentors and hosts"),
    PUBLIC: _("For everybody"),
}


@dataclass(frozen=True)
class Board:
    """One dashboard of one person (nobody, for everybody's), narrowed to a year, a call or a street."""

    kind: str
    user: Any = None
    year: int | None = None
    call: Call | None = None
    place: str = ""

    @property
    def is_public(self) -> bool:
        """Figures only, as everybody reads them: no rows behind them, small numbers kept back."""
        return self.kind in (PUBLIC, REGION)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.year or self.call or self.place)

    @property
    def chosen(self) -> dict[str, Any]:
        """The filter of the page, as a list is asked for it."""
        scope = {} if self.is_public else {"scope": self.kind}
        named = {"year": self.year, "call": self.call, "place": self.place}
        return scope | {name: value for name, value in named.items() if value}

    @cached_property
    def all_projects(self) -> ProjectQuerySet:
        """Before the filter of the page."""
        if self.is_public:
            found = Project.objects.all().counted_in_public()
            return found.filter(self._of_region()) if self.kind == REGION else found
        scope = {"scope": self.kind}
        return narrowed(Project.objects.visible_to(self.user).filter(submitted_at__isnull=False), scope, self.user)

    def _of_region(self) -> Q:
        """Paid by a bureau of the region, or taking place in it: each is counted once."""
        regions = [region for region in self.user.bureaus.values() if region]
        return inside("funder__region", *regions) | inside("community__region_code", *regions)

    @cached_property
    def projects(self) -> ProjectQuerySet:
        given = {name: value for name, value in self.chosen.items() if name != "scope"}
        return narrowed(self.all_projects, given, self.user)

    def query(self, **asked: Any) -> str:
        given = self.chosen | asked
        return urlencode(
            {name: getattr(value, "pk", value) for name, value in given.items() if value not in (None, "")}
        )

    def link(self, to: str = "", **asked: Any) -> str:
        """The list that shows what is counted; of proposals that were not funded everybody has none."""
        if self.kind == REGION:
            return ""  # what stands behind it belongs to the bureaus below
        if self.is_public and not to:
            is_open = asked.get("reached") in ("funded", "completed", "ended") or "fate" in asked
            return f"{reverse('boards:public_projects')}?{self.query(**asked)}" if is_open else ""
        return f"{reverse(to or 'projects:project_list')}?{self.query(**asked)}"

    @property
    def found_calls(self) -> QuerySet[Call]:
        """The calls of the projects that are counted, the newest first."""
        found = self.projects.their("call").order_by("-closes_at", "-pk")
        return found.only("pk", "title", "code", "fund", "closes_at", "opens_at")

    @cached_property
    def calls(self) -> list[Call]:
        return list(self.found_calls)


class BoardForm(forms.Form):
    """Year, call and street; what cannot be read is left out."""

    year = forms.TypedChoiceField(label=_("Year of the call"), coerce=int, required=False, empty_value=None)
    call = forms.ModelChoiceField(
        label=_("Call"), queryset=Call.objects.none(), required=False, empty_label=_("All calls")
    )
    place = forms.ChoiceField(label=_("Street or town"), required=False)

    def __init__(self, *args: Any, board: Board, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        projects = board.all_projects
        calls = projects.their("call").order_by("-closes_at", "-pk")
        years = years_of(calls, self.data.get("year") or "")
        fields: dict[str, Any] = self.fields
        fields["year"].choices = [("", _("All years")), *((str(year), str(year)) for year in years)]
        fields["call"].queryset = newest(calls, self.data.get("call"))
        here = projects.their("community")
        fields["place"].choices = [("", _("All streets")), *places(here, self.data.get("place") or "")]

    def narrow(self, board: Board) -> Board:
        self.is_valid()
        given = self.cleaned_data
        return Board(board.kind, board.user, given.get("year"), given.get("call"), given.get("place") or "")


def years_of(calls: QuerySet[Call], asked: str = "") -> list[int]:
    """The years in which calls were opened, the newest first: what a filter offers."""

    def in_turn(opened: list[datetime]) -> list[int]:
        return sorted({clock.localdate(at).year for at in opened}, reverse=True)

    def has(kept: list[datetime]) -> bool:
        return not asked or asked in map(str, in_turn(kept))

    return in_turn(once_a_minute(calls.order_by().values_list("opens_at", flat=True).distinct(), has))


def parts_of_streets(projects: ProjectQuerySet, asked: str = "") -> list[tuple[str, str, str]]:
    """(nine digits, district, street) of those in which the projects take place, in the order of their codes: what a
    filter offers."""
    found = projects.their("community").order_by().annotate(_at=Left("region_code", STREET))

    def has(kept: list[tuple[str, str, str]]) -> bool:
        return any(code.startswith(asked) for code, _district, _street in kept)

    return sorted(once_a_minute(found.values_list("_at", "district", "street").distinct(), has))


def named_streets(parts: list[tuple[str, str, str]]) -> dict[str, str]:
    """The names by their codes; with the district where there are several. Pure."""
    several = len({district for _code, district, _street in parts}) > 1
    return {code: f"{district}{street}" if several else street for code, district, street in parts}
