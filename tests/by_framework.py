"""A running project that is judged by a framework with facts, bonus, deductions and a veto."""

from datetime import datetime
from decimal import Decimal

from evaluations.actions import scoring
from evaluations.models import Assignment
from grants.models import Call, Criterion, Rubric
from people.models import Kind, Organization, Role
from tests.evaluated import at_draft
from tests.life import draft
from tests.memory import remembered
from tests.town import Town, member, person

LINES = (
    # dimension, name, kind, points, nature, fact, bands, points a unit
    ("产出", "服务人数", "points", 30, "service", "persons", [["100", "30"], ["80", "20"], ["60", "10"]], None),
    ("产出", "议事", "points", 30, "governance", "", [], None),
    ("产出", "质量", "points", 30, "", "", [], None),
    ("财务", "账目", "points", 40, "", "", [], None),
    ("", "媒体报道", "bonus", 5, "", "", [], None),
    ("", "逾期材料", "deduction", 5, "", "late_days", [], Decimal(1)),
    ("", "虚报", "veto", 0, "", "", [], None),
)


def framework(funder: Organization | None = None, name: str = "带事实的框架", **values) -> Rubric:
    made = Rubric.objects.create(name=name, funder=funder, legal_basis="依据", **values)
    for place, (dimension, label, kind, points, nature, fact, bands, each) in enumerate(LINES):
        Criterion.objects.create(
            rubric=made, dimension=dimension, name=label, kind=kind, weight=points, nature=nature, fact=fact,
            bands=bands, per_unit=each, position=place,
        )  # fmt: skip
    return made


@remembered
def sent(town: Town, life, *, two: bool = False, **changes) -> list[Assignment]:
    """The centre's project half-way, judged by that framework, with one evaluator or two of the same organisation."""
    Call.objects.filter(pk=town.call.pk).update(midterm_rubric=framework())
    project = life.walk(draft(town, **changes), "running")
    life.time.go(datetime(2026, 10, 12, 10))
    people = [town.evaluator]
    if two:
        town.people["evaluator2"] = second = person("evaluator2", "纪明")
        member(second, Organization.objects.get(kind=Kind.EVALUATOR), Role.EVALUATOR)
        people.append(second)
    found = at_draft(town, project, people=people)
    return list(found.panel)


def points(assignment: Assignment, **given) -> dict[int, Decimal]:
    """By the names of the lines, for those that its project is judged by."""
    named = {line.name: line.pk for line in assignment.lines}
    return {named[name]: Decimal(str(value)) for name, value in given.items() if name in named}


WHOLE = {"服务人数": 0, "质量": 25, "账目": 40, "媒体报道": 0, "逾期材料": 0}
"""65 points; nobody has been served yet, so the records propose none for that."""


def submit(assignment: Assignment, *, reasons: dict[str, str] | None = None, **given):
    assignment = Assignment.objects.get(pk=assignment.pk)
    named = {line.name: line.pk for line in assignment.lines}
    said = {named[name]: why for name, why in (reasons or {}).items()}
    return scoring.submit_sheet(
        assignment, by=assignment.person, points=points(assignment, **(WHOLE | given)), reasons=said, strengths="好"
    )
