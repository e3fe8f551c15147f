"""The annual report (年度报告) of a call or of a district: how far its projects have come, the money, the service, what
residents say, how they were evaluated, what goes wrong, and every funded project. In Chinese: see `documents`.

It counts nothing by itself: pictures are those of the dashboard (`reports.figures`), narrowed in the same way.
"""

from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple

from core import clock
from evaluations.models import Purpose, Result
from grants.models import Call
from projects.figures import persons_by_project, visits_by_project
from projects.models import Activity, Project, State
from projects.narrowing import reached, spending_rates, with_spending
from projects.spending import spent
from reports.documents import Document, file_name
from reports.evaluation_papers import GRADES
from reports.figures import life, money, people
from reports.figures.board import Board, parts_of_streets
from reports.wording import PURPOSES

ZERO = Decimal("0.00")
DISTRICT = 6
"""So many digits of a community's code name its district."""
SLOW = 30
"""Below so many percent of the award spent, a project under way is named among the problems."""
STEPS = ("received", "accepted", "shortlisted", "funded", "completed")
TROUBLE = {State.SUSPENDED: "已暂停", State.RECTIFYING: "整改中", State.TERMINATED: "已终止"}


class Line(NamedTuple):
    """One funded project in the list at the end; amounts in yuan."""

    project: Project
    spent: Decimal
    visits: int


class Grades(NamedTuple):
    """The results of one kind of evaluation: of each project the last one."""

    name: str
    counts: list[int]

    @property
    def whole(self) -> int:
        return sum(self.counts)


def districts(board: Board, asked: str = "") -> dict[str, str]:
    """Names of the districts in which the projects take place, by the six digits of their code."""
    parts = parts_of_streets(board.all_projects, asked)
    return {code[:DISTRICT]: district for code, district, _street in parts}


def annual_report(board: Board) -> Document:
    """The report for what `board` is narrowed to: a call, or a year and a district."""
    about = _about(board)
    title = f"{about}年度报告"
    named = Call.objects.filter(pk__in=[call.pk for call in board.calls]).order_by("funder")
    funders = dict.fromkeys(named.values_list("funder__name", flat=True))
    funded = reached(board.projects, "funded").order_by()
    visits = visits_by_project(funded.values_list("pk", flat=True))
    lines = _lines(board, visits)
    steps = {step: reached(board.projects, step).count() for step in STEPS}
    attendance, in_the_year, _url = people.attendance(board)
    of_money = [money.by_source(board), money.by_field(board), *money.by_place(board), money.spending(board)]
    return Document(
        file_name(title, f"{clock.today():%Y-%m-%d}"),
        "pdf/annual_report.html",
        {
            "title": title,
            "number": board.call.code if board.call else "",
            "author": "、".join(funders),
            "about": about,
            "call": board.call,
            "calls": board.calls,
            "today": clock.today(),
            "tiles": life.headlines(board, in_the_year, ""),
            "steps": steps,
            "funnel": life.funnel(board),
            "money": of_money,
            "awarded": sum((line.project.amount_awarded or ZERO for line in lines), ZERO),
            "paid": sum((line.project.amount_paid for line in lines), ZERO),
            "spent": sum((line.spent for line in lines), ZERO),
            "held": Activity.objects.recorded().filter(project__in=funded.values("pk")).count(),
            "visits": sum(visits.values()),
            "persons": sum(persons_by_project(list(funded)).values()),
            "attendance": attendance,
            "satisfaction": people.satisfaction(board),
            "grade_names": list(GRADES.values()),
            "grades": _grades(lines),
            "survival": life.survival(board),
            "waiting": life.waiting(board),
            "trouble": [(line.project, TROUBLE[State(line.project.state)]) for line in lines
                        if line.project.state in TROUBLE],
            "slow": _slow(board, lines),
            "slow_below": SLOW,
            "lines": lines,
        },
    )  # fmt: skip


def _about(board: Board) -> str:
    if board.call:
        return board.call.title
    place = districts(board).get(board.place, "") if board.place else ""
    return f"{place}{board.year or ''}{'年' if board.year else ''}公益创投"


def _lines(board: Board, visits: dict[int, int]) -> list[Line]:
    found = with_spending(reached(board.projects, "funded").with_names()).order_by("call__code", "number", "pk")
    return [Line(project, spent(project), visits.get(project.pk, 0)) for project in found]


def _grades(lines: list[Line]) -> list[Grades]:
    """By kind of evaluation, how many projects have each grade by their last result."""
    last: dict[tuple[str, int], str] = {}
    found = Result.objects.filter(project__in=[line.project.pk for line in lines]).exclude(grade="")
    for purpose, project, grade in found.order_by("confirmed_at", "pk").values_list("purpose", "project", "grade"):
        last[purpose, project] = grade
    rows = []
    for purpose in (Purpose.MIDTERM, Purpose.FINAL):
        counts = Counter(grade for (of, _project), grade in last.items() if of == purpose)
        rows.append(Grades(PURPOSES[purpose], [counts[grade] for grade in GRADES]))
    return [row for row in rows if row.whole]


def _slow(board: Board, lines: list[Line]) -> list[tuple[Project, Any]]:
    """Projects under way that have spent little of their award, and how many percent; the least first."""
    rates = spending_rates(reached(board.projects, "under_way"))
    found = [(line.project, rates[line.project.pk]) for line in lines if line.project.pk in rates]
    return sorted((one for one in found if one[1] < SLOW), key=lambda one: (one[1], one[0].number))
