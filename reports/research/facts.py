"""What is counted for a research report: a year and a region, by the same functions as the dashboards.

Two readings of a year stand side by side, and the report says which is which: proposals, awards and money are those of
the calls that opened in the year; service, coaching and reports are what was done in it, whatever call it belongs to.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AnonymousUser

from core import clock
from evaluations.models import Purpose, Result
from evaluations.satisfaction import Satisfaction, whole
from people.models import Kind, Organization
from projects.figures import visits_by_month
from projects.hours import whole as whole_hours
from projects.indicator_facts import DISTRICT, Scope, facts_of
from projects.indicators import Indicator, indicators, percent
from projects.lasting import lasting
from projects.models import Activity, MentoringNote, MonthlyReport, Pledge, Project, State
from projects.models.project_queries import ProjectQuerySet
from projects.narrowing import in_place, reached
from projects.pairs import PairSums, sums_of
from projects.sessions import held
from projects.survival import Survival, survival
from reports.figures import life, money, people, places
from reports.figures.board import FUNDER, Board, named_streets, parts_of_streets, years_of
from reports.figures.picture import Picture

ZERO = Decimal("0.00")
STEPS = ("received", "accepted", "shortlisted", "funded", "completed")


class WholeBoard(Board):
    """Of all funders: for whoever keeps the platform, by a command."""

    @property
    def all_projects(self) -> ProjectQuerySet:  # type: ignore[override]
        return Project.objects.filter(submitted_at__isnull=False)


@dataclass(frozen=True)
class Place:
    """Where: the code (of a district or a street, "" for all) and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class Waiting:
    """The state in which projects waited longest: median of workdays over so many that have left it."""

    state: str
    days: Decimal
    projects: int


@dataclass(frozen=True)
class Year:
    """One year of one region."""

    year: int
    place: Place
    calls: tuple[str, ...]
    steps: dict[str, int]
    requested: Decimal
    awarded: Decimal
    paid: Decimal
    spent: Decimal
    visits: dict[date, int]
    activities: int
    satisfaction: Satisfaction
    late: int
    due: int
    sessions: int
    hours: Decimal
    load: dict[str, int]
    """What each mentor carries today, by an anonymous number."""
    survival: Survival
    waiting: Waiting | None
    grades: dict[str, int]
    giving: PairSums
    open_needs: int
    gaps: int
    communities: int
    indicators: dict[str, Indicator]
    pictures: dict[str, Picture] = field(default_factory=dict)

    @property
    def all_visits(self) -> int:
        return sum(self.visits.values())

    @property
    def rate(self) -> Decimal | None:
        """Spent of the award, in percent."""
        return percent(self.spent, self.awarded)

    @property
    def late_share(self) -> Decimal | None:
        return percent(self.late, self.due)

    @property
    def is_empty(self) -> bool:
        """Nothing was handed in, done or reported."""
        return not (self.steps["received"] or self.all_visits or self.activities or self.due or self.sessions)


def board_of(kind: str, user: Any) -> Board:
    """The projects that a report of this person counts; nobody: all of them."""
    return WholeBoard(FUNDER, AnonymousUser()) if user is None else Board(kind, user)


def choices(board: Board, region: str = "", year: str = "") -> tuple[list[Place], list[int]]:
    """The regions and years of which a report can be made, from what the board has."""
    projects = board.all_projects.order_by()
    parts = parts_of_streets(projects, region)
    districts = {code[:DISTRICT]: name for code, name, _street in parts}
    regions = [Place(code, name or code) for code, name in districts.items()]
    regions += [Place(code, name) for code, name in named_streets(parts).items()]
    years = {*years_of(projects.their("call"), year), clock.today().year}
    return regions, sorted(years, reverse=True)


def read(board: Board, place: Place, year: int, *, with_pictures: bool = False) -> Year:
    """Everything of one year; a constant number of queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    of_year = type(board)(board.kind, board.user, year=year, place=place.code)
    ever = in_place(board.all_projects, place.code) if place.code else board.all_projects
    spending = money.spending(of_year)
    awarded, paid, spent = (sum((row[at].value for row in spending.rows), ZERO) for at in (2, 3, 4))
    months = MonthlyReport.objects.filter(project__in=ever, due_on__range=(first, last))
    notes = MentoringNote.objects.filter(project__in=ever, held_on__range=(first, last))
    lines = held(notes.select_related("mentor", "project__call"))
    carried = [row[1].value for row in people.mentors(type(board)(board.kind, board.user, place=place.code)).rows]
    waiting = life.waiting(of_year)
    table = places.gap(of_year)
    # Asked for here, not taken from what a filter offers: that may be a minute old.
    codes = ever.their("community").values_list("region_code", flat=True)
    regions = (place.code,) if place.code else tuple({code[:DISTRICT] for code in codes})
    scope = Scope("year", place.code, place.name, lambda: of_year.projects, year, regions)
    picked = {
        "funnel": life.funnel(of_year),
        "source": money.by_source(of_year),
        "field": money.by_field(of_year),
        "place": money.by_place(of_year)[-1],
        "spending": spending,
        "waiting": waiting,
        "satisfaction": people.satisfaction(of_year),
    }
    return Year(
        year=year,
        place=place,
        calls=tuple(call.title for call in reversed(of_year.calls)),
        steps={step: row[1].value for step, row in zip(STEPS, picked["funnel"].rows, strict=True)},
        requested=sum(
            (amount or ZERO for amount in of_year.projects.order_by().values_list("amount_requested", flat=True)), ZERO
        ),
        awarded=awarded,
        paid=paid,
        spent=spent,
        visits=visits_by_month(ever, first, min(last, clock.today())),  # a month that is still to come is not one of 0
        activities=Activity.objects.recorded().filter(project__in=ever, starts_at__year=year).count(),
        satisfaction=whole(reached(of_year.projects, "funded")),
        late=months.late().count(),
        due=months.filter(due_on__lte=clock.today()).count(),
        sessions=len(lines),
        hours=whole_hours(lines),
        load={str(n): carried_by for n, carried_by in enumerate(carried, start=1)},
        survival=_survival(ever, last),
        waiting=_longest(waiting),
        grades=_grades(of_year.projects),
        giving=sums_of(Pledge.objects.filter(project__in=of_year.projects.order_by().values("pk"))),
        open_needs=sum(row[2].value for row in table.rows),
        gaps=sum(bool(row[5].text) for row in table.rows),
        communities=of_year.projects.order_by().values("community").distinct().count(),
        indicators={one.key: one for one in indicators(facts_of(scope))},
        pictures=picked if with_pictures else {},
    )


def _survival(ever: ProjectQuerySet, until: date) -> Survival:
    """Of the funded projects of the calls that opened up to this year, what has become of them by now."""
    before = ever.filter(call__opens_at__date__lte=until).order_by()
    inside = set(before.values_list("pk", flat=True))
    calls = before.their("call")
    fates = [fate for line in lasting(calls) for project, fate, _seen in line.projects if project.pk in inside]
    under_way = reached(before, "funded").exclude(state__in=[State.COMPLETED, State.TERMINATED]).count()
    return survival(fates, under_way)


def _longest(picture: Picture) -> Waiting | None:
    """The state with the greatest median; to run is to work, not to wait."""
    found = [
        Waiting(row[0].text, row[4].value, row[2].value)
        for row in picture.rows
        if row[4].value is not None and row[0].text != str(State.RUNNING.label)
    ]
    return max(found, key=lambda one: (one.days, one.projects), default=None)


def _grades(projects: ProjectQuerySet) -> dict[str, int]:
    """Grades of the newest final evaluation of each project."""
    newest: dict[int, str] = {}
    found = Result.objects.filter(project__in=projects.order_by().values("pk"), purpose=Purpose.FINAL).order_by("round")
    for project, grade in found.values_list("project", "grade"):
        newest[project] = grade
    return dict(Counter(newest.values()))


def office_of(user: Any) -> str:
    """In whose name the draft stands: the funder or support organisation for which the person works."""
    if user is None:
        return ""
    names = Organization.objects.filter(pk__in=list(user.roles), kind__in=(Kind.FUNDER, Kind.SUPPORT_ORGANIZATION))
    return str(names.order_by("kind", "pk").values_list("name", flat=True).first() or "")
