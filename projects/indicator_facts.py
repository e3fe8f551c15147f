"""What the indicators of a call, a district or a year are calculated from; the calculation is in `indicators`."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property, partial
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, F, Min, Q
from django.utils.translation import gettext_lazy as _

from core import clock
from core.identifiers import half_width
from core.models import Event
from core.workdays import days_of
from grants.models import Call
from people.models import Certificate, Community, Inspection, Kind, Membership, Organization, Role
from people.territory import inside
from projects.indicators import Facts
from projects.models import Activity, Beneficiary, Project, Service, SignIn, State
from projects.models.state import FUNDED

DISTRICT = 6
"""Digits of a community's code that name its district."""
DECIDED = (State.SHORTLISTED, State.WAITLISTED, State.NOT_SELECTED, State.INELIGIBLE)
WORKS = (Role.MANAGER, Role.STAFF, Role.FINANCE)


@dataclass(frozen=True)
class Scope:
    """What is looked at: the projects of one call, of one district, or of the calls that opened in one year."""

    kind: str
    key: str
    label: str
    find: Callable[[], Any]
    year: int
    regions: tuple[str, ...] = ()
    """Codes of which every community is looked at, whatever takes place there."""

    @cached_property
    def projects(self) -> Any:
        """Found only for the one that is looked at: a bureau has hundreds of calls."""
        return self.find()


KINDS = {"call": _("By call"), "district": _("By district"), "year": _("By year")}


def scopes(kind: str, calls: Iterable[Call]) -> list[Scope]:
    """All of one kind that occur in these calls, the newest (or first) at the top."""
    calls = list(calls)
    if kind == "call":
        opened = [(call, clock.localdate(call.opens_at).year) for call in calls]
        found = Project.objects.filter
        return [Scope(kind, str(call.pk), call.title, partial(found, call=call), year) for call, year in opened]
    theirs = Project.objects.filter(call__in=calls)
    if kind == "year":
        years = sorted({clock.localdate(call.opens_at).year for call in calls}, reverse=True)
        return [
            Scope(kind, str(year), str(year), partial(theirs.filter, call__opens_at__year=year), year) for year in years
        ]
    places = theirs.their("community").values_list("region_code", "district")
    districts = {code[:DISTRICT]: name for code, name in places}
    return [
        Scope(kind, code, name, partial(theirs.filter, inside("community__region_code", code)), clock.today().year)
        for code, name in sorted(districts.items())
    ]


def facts_of(scope: Scope) -> Facts:
    """Everything that is counted for one scope; a constant number of queries."""
    funded = scope.projects.filter(state__in=FUNDED)
    places = _places(scope, funded)
    return Facts(
        **_people(funded),
        **_participants(funded, places),
        **_income(funded),
        **_groups(scope, places),
        **_decisions(scope.projects),
        **_papers(scope.projects),
    )


def _places(scope: Scope, funded: Any) -> dict[int, Community]:
    """The communities looked at: all of a district or of the regions, else those in which the funded projects take
    place."""
    regions = (scope.key,) if scope.kind == "district" else scope.regions
    if regions:
        found = Community.objects.filter(inside("region_code", *regions))
    else:
        main, others = (funded.order_by().values(name) for name in ("community", "other_communities"))
        found = Community.objects.filter(pk__in=main.union(others))
    return {community.pk: community for community in found}


def _people(funded: Any) -> dict[str, int]:
    organizations = funded.filter(applicant__kind=Kind.SOCIAL_ORGANIZATION).values("applicant")
    working = Membership.objects.current().filter(organization__in=organizations, role__in=WORKS).values("user")
    certified = Certificate.objects.valid().filter(user__in=working)
    return {
        "staff": working.distinct().count(),
        "certified": certified.values("user").distinct().count(),
    }


def _participants(funded: Any, places: Mapping[int, Community]) -> dict[str, Any]:
    """Different persons over all these projects. Who left a name and the last figures of a phone is known again in
    another project; who did not, or whose name is gone, is counted once a project."""
    lives: dict[Any, int | None] = {}
    signed_in: set[Any] = set()
    first: set[Any] = set()
    columns = (
        "beneficiary_id", "beneficiary__name", "beneficiary__phone", "beneficiary__community_id",
        "person_key", "name", "phone_tail", "community_id", "first_time",
    )  # fmt: skip
    signed = SignIn.objects.filter(activity__project__in=funded, activity__state=Activity.State.RECORDED)
    for roster, name, phone, home, key, own_name, tail, community, is_first in signed.values_list(*columns):
        who = _who(roster, name, phone) if roster else _by_name(own_name, tail) or (("key", key) if key else None)
        if who is None:
            continue
        lives[who] = lives.get(who) or home or community
        signed_in.add(who)
        if is_first:
            first.add(who)
    for roster, name, phone, home in _served(funded):
        who = _who(roster, name, phone)
        lives[who] = lives.get(who) or home
    residents = {who for who, community in lives.items() if community in places}
    unknown = tuple(str(one) for one in places.values() if not one.population)
    several = funded.count() > 1
    return {
        "residents": len(residents),
        "nameless": sum(1 for who in residents if who[0] != "name") if several else 0,
        "population": None if unknown or not places else sum(one.population or 0 for one in places.values()),
        "without_population": unknown,
        "signed": len(signed_in),
        "first_timers": len(first),
    }


def _served(funded: Any) -> Iterable[tuple]:
    services = Service.objects.filter(project__in=funded).order_by()
    of_case = services.filter(method="case", beneficiary__isnull=False).values("beneficiary")
    of_group = services.filter(method="group", members__isnull=False).values("members")
    served = Beneficiary.objects.filter(pk__in=of_case.union(of_group))  # of both at once PostgreSQL reads them all
    return served.values_list("pk", "name", "phone", "community_id")


def _by_name(name: str | None, tail: str | None) -> tuple | None:
    plain = "".join(half_width(name or "").split()).casefold()
    return ("name", plain, tail) if plain and tail else None


def _who(roster: int, name: str | None, phone: str | None) -> tuple:
    figures = "".join(sign for sign in phone or "" if sign.isdigit())
    return _by_name(name, figures[-4:] if len(figures) >= 4 else "") or ("roster", roster)


def _income(funded: Any) -> dict[str, Any]:
    """The newest year of each organisation that has said both."""
    organizations = set(funded.values_list("applicant", flat=True))
    said = Inspection.objects.filter(
        organization__in=organizations, income__isnull=False, public_income__isnull=False
    ).order_by("organization", "-year")
    newest: dict[int, tuple[Decimal, Decimal]] = {}
    for organization, income, public in said.values_list("organization", "income", "public_income"):
        newest.setdefault(organization, (income, public))
    return {
        "organizations": len(organizations),
        "with_income": len(newest),
        "income": sum((one[0] for one in newest.values()), Decimal(0)) if newest else None,
        "public_income": sum((one[1] for one in newest.values()), Decimal(0)) if newest else None,
    }


def _groups(scope: Scope, places: Mapping[int, Community]) -> dict[str, int]:
    groups = Organization.objects.filter(kind=Kind.COMMUNITY_GROUP, community__in=places)
    filed = Counter(groups.filter(status=Organization.Status.FILED).values_list("community", flat=True))
    dated = list(groups.filter(established_on__isnull=False).values_list("established_on", flat=True))
    return {
        "filed": sum(filed.values()),
        "communities": len(places),
        "target": settings.FILED_GROUPS_TARGET,
        "communities_on_target": sum(1 for pk in places if filed[pk] >= settings.FILED_GROUPS_TARGET),
        "groups_dated": len(dated),
        "groups_undated": groups.filter(established_on__isnull=True).count(),
        "groups_new": sum(1 for day in dated if day.year == scope.year),
        "year": scope.year,
    }


def _decisions(projects: Any) -> dict[str, Any]:
    submitted = dict(projects.filter(submissions__ordinal=1).values_list("pk", "submissions__at"))
    kind = ContentType.objects.get_for_model(Project)
    told = Event.objects.filter(content_type=kind, object_id__in=projects.values("pk"), target_state__in=DECIDED)
    decided = dict(told.order_by().values_list("object_id").annotate(at=Min("at")))
    spans: list[tuple[date, date]] = [
        (clock.localdate(submitted[pk]), clock.localdate(at)) for pk, at in decided.items() if pk in submitted
    ]
    withdrawn = set(projects.filter(state=State.WITHDRAWN).values_list("pk", flat=True))
    return {
        "days": tuple((last - first).days for first, last in spans),
        "workdays": workdays_of(spans),
        "undecided": len(set(submitted) - set(decided) - withdrawn),
    }


def workdays_of(spans: list[tuple[date, date]]) -> tuple[int, ...]:
    """Of each span the workdays after its first day, as `core.workdays.workdays_between` counts them; one query."""
    if not spans:
        return ()
    until, number = {}, 0
    for day in days_of(min(first for first, _last in spans), max(last for _first, last in spans)):
        number += day.kind in ("workday", "makeup")
        until[day.date] = number
    return tuple(max(0, until[last] - until[first]) for first, last in spans)


def _papers(projects: Any) -> dict[str, int]:
    submitted = projects.filter(submitted_at__isnull=False)
    of_everybody = Q(call__papers__track__isnull=True) | Q(call__papers__track=F("track"))
    asked = Count("call__papers", filter=Q(call__papers__is_required=True) & of_everybody, distinct=True)
    papers = submitted.order_by().annotate(asked=asked).values_list("asked", flat=True)
    kind = ContentType.objects.get_for_model(Project)
    sent_back = Event.objects.filter(
        content_type=kind, object_id__in=submitted.values("pk"), name="return_for_correction"
    ).values_list("object_id", flat=True)
    corrections = Counter(sent_back)
    return {
        "submitted": submitted.count(),
        "papers": sum(papers),
        "returned": len(corrections),
        "corrections": sum(corrections.values()),
    }
