"""What a project did in a period, counted from its records. Everything that shows such a figure asks here.

Visits are not persons (人次与人数): somebody who comes three times is three visits and one person. Who can be known
again is counted once a period: people of the roster, and whoever signed in with a name and a phone tail. Who left only
a nickname, or was counted by heads, is a visit and no person. Activities count once they are recorded, volunteers'
time once it is confirmed; draft plans and cancelled activities count nowhere.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, DateField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncMonth
from django.db.models.lookups import IsNull
from django.utils import timezone

from core import clock
from core.money import round_half_up
from projects.models import Activity, ActivityTarget, Project, Service, SignIn, VolunteerTime
from projects.models.project_queries import ProjectQuerySet
from projects.models.volunteer import in_hours

PERSONS = ("人", "名", "位")
EACH_TIME = "人次"
"""Units of goals, as groups write them."""

Person = tuple[str, object]
"""By what somebody is known: their place in the roster, or the key of their name."""


@dataclass(frozen=True)
class Figures:
    """The figures of one project and period, both days included."""

    since: date
    until: date
    activities_planned: int = 0
    activities_held: int = 0
    activities_cancelled: int = 0
    activity_visits: int = 0
    service_visits: int = 0
    persons: int = 0
    first_timers: int = 0
    signed_persons: int = 0
    residents: int = 0
    population: int | None = None
    volunteers: int = 0
    volunteer_hours: Decimal = Decimal("0.0")
    reach: int = 0
    services: dict[str, int] = field(default_factory=dict)

    @property
    def visits(self) -> int:
        """Everybody, each time they came or were visited."""
        return self.activity_visits + self.service_visits

    @property
    def first_time_share(self) -> Decimal | None:
        """How many in a hundred of those who signed in were there for the first time."""
        return _share(self.first_timers, self.signed_persons, 1)

    @property
    def participation_rate(self) -> Decimal | None:
        """S1: 参与人数占社区人口的比重, in percent; None where the population is not known."""
        return _share(self.residents, self.population, 2)


def _share(part: int, whole: int | None, places: int) -> Decimal | None:
    return round_half_up(Decimal(part) * 100 / whole, places) if whole else None


def figures(project: Project, since: date, until: date) -> Figures:
    """Everything that is counted of a project from one day to another, both included; a constant number of queries."""
    in_time = Q(starts_at__gte=_midnight(since), starts_at__lt=_midnight(until, days=1))
    by_state = dict(project.activities.filter(in_time).order_by().values_list("state").annotate(n=Count("pk")))
    held = Activity.objects.filter(in_time, project=project, state=Activity.State.RECORDED)
    heads = held.aggregate(n=Sum("head_count"))["n"] or 0
    columns = ("beneficiary_id", "person_key", "first_time", "community_id", "beneficiary__community_id")
    signed = list(SignIn.objects.filter(activity__in=held).values_list(*columns))
    services = Service.objects.filter(project=project, held_on__range=(since, until))
    sums = services.aggregate(
        case=Count("pk", filter=Q(method="case")),
        group=Count("pk", filter=Q(method="group")),
        community=Count("pk", filter=Q(method="community")),
        others=Sum("others", filter=Q(method="group")),
        reach=Sum("reach"),
    )
    served = list(services.filter(method="case").values_list("beneficiary_id", "beneficiary__community_id"))
    came = list(services.filter(method="group", members__isnull=False).values_list("members", "members__community_id"))
    persons: dict[Person, int | None] = {}
    first: set[Person] = set()
    nameless = nameless_first = 0
    for beneficiary, key, is_first, community, own_community in signed:
        who: Person | None = ("roster", beneficiary) if beneficiary else ("key", key) if key else None
        if who is None:
            nameless, nameless_first = nameless + 1, nameless_first + is_first
            continue
        persons[who] = persons.get(who) or own_community or community
        if is_first:
            first.add(who)
    signed_persons = len(persons) + nameless
    for beneficiary, community in (*served, *came):
        persons[("roster", beneficiary)] = persons.get(("roster", beneficiary)) or community
    places = _places(project)
    times = VolunteerTime.objects.confirmed().filter(volunteer__project=project, held_on__range=(since, until))
    helped = times.aggregate(people=Count("volunteer", distinct=True), minutes=Sum("minutes"))
    return Figures(
        since=since,
        until=until,
        activities_planned=sum(by_state.get(state, 0) for state in ("planned", "changed", "recorded")),
        activities_held=by_state.get("recorded", 0),
        activities_cancelled=by_state.get("cancelled", 0),
        activity_visits=len(signed) + heads,
        service_visits=len(served) + len(came) + (sums["others"] or 0),
        persons=len(persons),
        first_timers=len(first) + nameless_first,
        signed_persons=signed_persons,
        residents=sum(1 for community in persons.values() if community in places),
        population=_population(places.values()),
        volunteers=helped["people"],
        volunteer_hours=in_hours(helped["minutes"]),
        reach=sums["reach"] or 0,
        services={method: sums[method] for method in Service.Method.values},
    )


def so_far(project: Project) -> Figures:
    """From the project's first day to today."""
    return figures(project, project.starts_on or clock.localdate(project.created_at), clock.today())


def persons_by_project(projects: Iterable[Project]) -> dict[int, int]:
    """Of many projects at once, since their beginning: the persons of `figures`, in a constant number of queries."""
    persons: dict[int, set[Person]] = {}
    signed = SignIn.objects.filter(activity__project__in=projects, activity__state=Activity.State.RECORDED)
    for project, beneficiary, key in signed.values_list("activity__project", "beneficiary", "person_key"):
        if beneficiary or key:
            persons.setdefault(project, set()).add(("roster", beneficiary) if beneficiary else ("key", key))
    services = Service.objects.filter(project__in=projects)
    cases = services.filter(method="case").values_list("project", "beneficiary")
    groups = services.filter(method="group", members__isnull=False).values_list("project", "members")
    for project, beneficiary in (*cases, *groups):
        persons.setdefault(project, set()).add(("roster", beneficiary))
    return {project: len(found) for project, found in persons.items()}


def visits_by_activity(activities: Iterable[int]) -> dict[int, int]:
    """Everybody who was there, each time, by the number of a recorded activity; one query."""
    held = Activity.objects.recorded().filter(pk__in=list(activities)).order_by()
    return {
        pk: heads + signed
        for pk, heads, signed in held.annotate(n=Count("sign_ins")).values_list("pk", "head_count", "n")
    }


class _Part(NamedTuple):
    """One of the sources that visits are added up from: where its project and day stand, what counts, what is some."""

    rows: QuerySet[Any]
    project: str
    day: str
    number: Any
    some: Q

    def of(self, projects: Any) -> QuerySet[Any]:
        return self.rows.filter(**{f"{self.project}__in": projects}).order_by()


def visits_by_project(projects: Iterable[int], since: date | None = None, until: date | None = None) -> dict[int, int]:
    """Of many projects at once: the visits of `figures`, in a constant number of queries; without days, all of them."""
    found, wanted = dict[int, int](), list(projects)
    for part in _parts(since, until):
        rows = part.of(wanted)
        for project, n in rows.values_list(part.project).annotate(n=part.number):
            found[project] = found.get(project, 0) + (n or 0)
    return found


def visits_together(projects: QuerySet[Project], since: date | None = None, until: date | None = None) -> int:
    """The visits of all these projects, added up by the database."""
    keys, whole = projects.order_by().values("pk"), 0
    for part in _parts(since, until):
        rows = part.of(keys)
        whole += rows.aggregate(n=part.number)["n"] or 0
    return whole


def visited(projects: ProjectQuerySet, since: date | None = None, until: date | None = None) -> ProjectQuerySet:
    """Those of which `visits_by_project` counts any; the first of each kind is looked for, as of `EXISTS` PostgreSQL
    might gather all that there are before it looks at one project."""
    any_visit = Q()
    for part in _parts(since, until):
        found = part.rows.filter(part.some, **{part.project: OuterRef("pk")}).order_by().values("pk")
        any_visit |= Q(IsNull(Subquery(found[:1]), False))
    return projects.filter(any_visit)


def visits_by_month(projects: QuerySet[Project], since: date, until: date) -> dict[date, int]:
    """Of these projects together, by the first day of the month; every month of the period, in the same five queries
    however many projects there are."""
    month = date(since.year, since.month, 1)
    found = dict[date, int]()
    while month <= until:
        found[month] = 0
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    keys = projects.order_by().values("pk")
    for part in _parts(since, until):
        rows = part.of(keys)
        by_month = rows.annotate(at=TruncMonth(part.day, output_field=DateField())).values_list("at")
        for at, n in by_month.annotate(n=part.number):
            found[at] += n or 0
    return found


def _parts(since: date | None, until: date | None) -> list[_Part]:
    held, signed = Activity.objects.recorded(), SignIn.objects.filter(activity__state=Activity.State.RECORDED)
    services = Service.objects.all()
    if since:
        held, services = held.filter(starts_at__gte=_midnight(since)), services.filter(held_on__gte=since)
        signed = signed.filter(activity__starts_at__gte=_midnight(since))
    if until:
        after = _midnight(until, days=1)
        held, services = held.filter(starts_at__lt=after), services.filter(held_on__lte=until)
        signed = signed.filter(activity__starts_at__lt=after)
    of_case, of_group = services.filter(method="case"), services.filter(method="group")
    return [
        _Part(held, "project", "starts_at", Sum("head_count"), Q(head_count__gt=0)),
        _Part(signed, "activity__project", "activity__starts_at", Count("pk"), Q()),
        _Part(of_case, "project", "held_on", Count("pk"), Q()),
        _Part(of_group, "project", "held_on", Count("members"), Q(members__isnull=False)),
        _Part(of_group, "project", "held_on", Sum("others"), Q(others__gt=0)),
    ]


def progress(project: Project, until: date | None = None) -> dict[str, Decimal]:
    """What recorded activities have brought for each measurable goal, by the goal's key: together, but of a rate the
    figure that was written last."""
    links = ActivityTarget.objects.filter(
        activity__project=project, activity__state=Activity.State.RECORDED, achieved__isnull=False
    )
    if until:
        links = links.filter(activity__starts_at__lt=_midnight(until, days=1))
    rates = [target.key for target in project.targets.all() if target.is_rate]
    found = dict(links.exclude(key__in=rates).order_by().values_list("key").annotate(sum=Sum("achieved")))
    if rates:
        found |= dict(links.filter(key__in=rates).order_by("activity__starts_at", "pk").values_list("key", "achieved"))
    return found


def unit_of_progress(unit: str) -> str:
    """In what `progress` counts: a goal in persons is reached by everybody each time (人次), as activities are
    added up; how many different persons there were says `Figures.persons`."""
    return EACH_TIME if unit.strip() in PERSONS else unit


def _midnight(day: date, days: int = 0) -> datetime:
    """When that day begins in Asia/Shanghai; with `days`, one so many days later."""
    moved = date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))
    return timezone.make_aware(datetime.combine(moved, time()))


def _places(project: Project) -> dict[int, int | None]:
    """The communities in which the project takes place, each with its population."""
    places = {community.pk: community.population for community in project.other_communities.all()}
    if project.community is not None:
        places[project.community.pk] = project.community.population
    return places


def _population(known: Iterable[int | None]) -> int | None:
    """How many live there; None as soon as one of the communities has not said."""
    numbers = list(known)
    return sum(n for n in numbers if n) if numbers and all(numbers) else None
