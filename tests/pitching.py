"""Take projects through a pitch day by the real verbs: planned, drawn, called up, scored, locked."""

from datetime import date, datetime, time
from decimal import Decimal

from evaluations.actions import panel, pitch, presence, scoring, stage
from evaluations.models import Assignment, PitchDay, Slot
from projects.models import Project
from tests.life import draft
from tests.memory import remembered

HELD_ON = date(2026, 4, 8)
SESSION = {"name": "上午场", "held_on": HELD_ON, "starts_at": time(9, 0), "place": "三楼会议室"}
ROAD = ("waiting", "presenting", "answering", "scoring", "locked")
STEPS = (None, stage.call_up, stage.ask_questions, stage.open_scoring, stage.lock)


@remembered
def in_review(town, life, count: int = 2) -> list[Project]:
    """Projects of the centre in review, each with the three experts."""
    projects = [life.walk(draft(town, title=f"项目{number}"), "eligible") for number in range(1, count + 1)]
    for project in projects:
        for expert in (town.expert1, town.expert2, town.expert3):
            panel.assign(project, expert, by=town.clerk)
    return [life.walk(project, "in_review") for project in projects]


@remembered
def planned(town, life, count: int = 2, **values) -> PitchDay:
    return pitch.plan_day(town.call, in_review(town, life, count), by=town.clerk, **SESSION | values)


@remembered
def drawn(town, life, count: int = 2, **values) -> PitchDay:
    return pitch.draw_order(planned(town, life, count, **values), by=town.clerk)


@remembered
def begun(town, life, count: int = 2, present=("expert1", "expert2", "expert3")) -> PitchDay:
    """On its day at nine, the judges signed in."""
    day = drawn(town, life, count)
    life.time.go(datetime(2026, 4, 8, 9, 0))
    for username in present:
        presence.note_presence(day, town.people[username], by=town.clerk)
    return pitch.begin(day, by=town.clerk)


def first(day: PitchDay) -> Slot:
    return slot_at(day, 1)


def slot_at(day: PitchDay, place: int) -> Slot:
    return Slot.objects.get(day=day, position=place)


@remembered
def taken_to(slot: Slot, state: str, town) -> Slot:
    """The slot, taken step by step to this state."""
    for verb in STEPS[ROAD.index(slot.state) + 1 : ROAD.index(state) + 1]:
        verb(slot, by=town.clerk)
    return Slot.objects.get(pk=slot.pk)


def assignment_of(slot: Slot, person) -> Assignment:
    found = Assignment.objects.select_related("project__call", "person")
    return found.get(project=slot.project, person=person)


def points_of(assignment: Assignment, *points) -> dict:
    given = zip(assignment.rubric.criteria.all(), points, strict=True)
    return {one.pk: Decimal(str(value)) for one, value in given}


@remembered
def hand_in(slot: Slot, person, *points) -> None:
    assignment = assignment_of(slot, person)
    scoring.submit_sheet(assignment, by=person, points=points_of(assignment, *points), strengths="好")
