"""The lights of the mentor's desk: each threshold, the order, and what they are gathered from."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from projects.actions import delivery, mentoring, people
from projects.actions.trouble import warn
from projects.lights import Asked, Facts, Light, Owed, Tone, Warned, lights, trouble, worst
from projects.lights_of import lit
from projects.models import Project
from tests import spending as book
from tests.life import draft
from tests.mentored import advice, running

TODAY = date(2026, 6, 30)
HALF = Facts(
    today=TODAY,
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 28),  # 181 of 362 days have passed: one half
    awarded=Decimal(1000),
    spent=Decimal(500),
    spent_on=TODAY,
    persons=50,
    persons_wanted=100,
    persons_on=TODAY,
    seen_on=TODAY,
)


def tones(facts: Facts) -> dict[str, str]:
    return {light.kind: light.tone.value for light in lights(facts)}


def test_the_light_says_whom_it_counts():
    known = next(light for light in lights(replace(HALF, persons=14, persons_on=None)) if light.kind == "people")
    reported = next(light for light in lights(replace(HALF, persons=14, persons_on=TODAY)) if light.kind == "people")

    assert ("有姓名可查的" in known.reason, "有姓名可查的" in reported.reason) == (True, False)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_project_in_its_plan_has_one_green_light():
    assert tones(HALF) == {"plan": "good"}


@pytest.mark.parametrize(
    ("changes", "kind", "tone"),
    [
        ({"owed": [Owed("报告", TODAY)]}, "late", None),
        ({"owed": [Owed("报告", ago(1))]}, "late", "warn"),
        ({"owed": [Owed("报告", ago(14))]}, "late", "warn"),
        ({"owed": [Owed("报告", ago(15))]}, "late", "bad"),
        ({"spent": Decimal(251)}, "money", None),
        ({"spent": Decimal(250)}, "money", "warn"),
        ({"spent": Decimal(51)}, "money", "warn"),
        ({"spent": Decimal(50)}, "money", "bad"),
        ({"spent": Decimal(749)}, "money", None),
        ({"spent": Decimal(750)}, "money", "warn"),
        ({"spent": Decimal(1000)}, "money", "warn"),
        ({"spent": Decimal("1000.01")}, "money", "bad"),
        ({"spent": Decimal(0), "spent_on": None}, "money", "bad"),
        ({"spent": Decimal(0), "spent_on": date(2026, 3, 1)}, "money", None),  # a sixth had passed: too early
        ({"persons": 30}, "people", None),
        ({"persons": 29}, "people", "warn"),
        ({"persons": 15}, "people", "warn"),
        ({"persons": 14}, "people", "bad"),
        ({"persons": 0, "persons_on": date(2026, 3, 30)}, "people", None),  # not yet a quarter
        ({"persons": 0, "persons_wanted": None}, "people", None),
        ({"unanswered": [Asked("辅导", ago(6))]}, "advice", None),
        ({"unanswered": [Asked("辅导", ago(7))]}, "advice", "warn"),
        ({"unanswered": [Asked("辅导", ago(21))]}, "advice", "bad"),
        ({"undone": [Asked("补票", TODAY)]}, "advice", None),
        ({"undone": [Asked("补票", ago(1))]}, "advice", "warn"),
        ({"undone": [Asked("补票", ago(15))]}, "advice", "bad"),
        ({"seen_on": ago(29)}, "visit", None),
        ({"seen_on": ago(30)}, "visit", "warn"),
        ({"seen_on": ago(60)}, "visit", "bad"),
        ({"seen_on": None}, "visit", "bad"),
        ({"rectify_since": ago(1), "rectify_until": TODAY}, "standing", "bad"),
        ({"suspended_since": ago(1), "is_working": False}, "standing", "bad"),
        ({"warned": [Warned(ago(3), TODAY, is_answered=False)]}, "standing", "warn"),
        ({"warned": [Warned(ago(3), ago(1), is_answered=False)]}, "standing", "bad"),
        ({"warned": [Warned(ago(3), ago(1), is_answered=True)]}, "standing", "warn"),
    ],
)
def test_each_light_changes_exactly_at_its_threshold(changes, kind, tone):
    assert tones(replace(HALF, **changes)).get(kind) == tone


def test_nothing_is_late_while_no_work_goes_on():
    still = replace(HALF, is_working=False, owed=[Owed("报告", ago(90))], spent=Decimal(0), persons=0, seen_on=None)

    assert tones(still) == {"plan": "good"}


def test_reasons_say_what_and_how_long():
    facts = replace(HALF, owed=[Owed("中期报告", ago(3)), Owed("活动记录", ago(2))])

    assert lights(facts)[0].reason == "中期报告：晚了3天；另有1项也晚了。"


def test_the_worst_light_comes_first_and_the_most_troubled_project_too():
    mixed = lights(replace(HALF, owed=[Owed("报告", ago(1))], spent=Decimal(0)))
    two_yellow = [Light("late", Tone.WARN, ""), Light("visit", Tone.WARN, "")]

    assert [light.tone for light in mixed] == [Tone.BAD, Tone.WARN]
    assert worst(mixed) == Tone.BAD
    assert sorted([trouble([]), trouble(two_yellow), trouble(mixed)]) == [trouble(mixed), trouble(two_yellow), (0, 0)]


def test_the_facts_come_from_what_was_recorded(town, life):
    project = running(town, life)
    delivery.add_milestone(project, by=town.head, values={"name": "招募", "due_on": date(2026, 5, 20), "proof": ""})
    mentoring.add_session(project, by=town.mentor, values=advice(follow_up="建专账", follow_up_due_on=date(2026, 5, 1)))
    life.day(2026, 6, 10)

    [row] = lit([Project.objects.get(pk=project.pk)])

    assert [(light.kind, light.tone.value) for light in row.lights] == [
        ("late", "bad"), ("advice", "bad"), ("advice", "bad"), ("visit", "warn"),
    ]  # fmt: skip
    assert row.lights[0].reason == "“招募”的报告：晚了21天。"


def test_money_is_judged_by_what_the_group_wrote_down_and_not_only_by_what_was_recognised(town, life):
    project = book.running(town, life)
    life.day(2026, 10, 1)  # half of the time has passed
    book.handed_in(project, town.head, amount=Decimal("5000.00"), explanation="一次采购")

    [row] = lit([Project.objects.get(pk=project.pk)])

    assert "money" not in {light.kind for light in row.lights}


def test_an_open_warning_is_a_light(town, life):
    project = running(town, life)
    warn(project, by=town.clerk, ground="late", words="请补交", answer_until=date(2026, 5, 20))

    [row] = lit([Project.objects.get(pk=project.pk)])

    assert row.lights[0].kind == "standing"


def test_the_desk_shows_everybody_the_same_lights_and_strangers_none(town, life, browse):
    other = life.walk(draft(town, title="别人的项目"), "submitted")
    project = running(town, life)
    Project.objects.filter(pk=other.pk).update(state="running")
    life.day(2026, 6, 10)

    def titles(user) -> list[str]:
        page = browse(user).get(reverse("projects:mentor_desk")).context["page_obj"]
        return sorted(row.project.title for row in page)

    assert titles(town.mentor) == [project.title]
    assert titles(town.clerk) == titles(town.auditor) == titles(town.head) == sorted([project.title, other.title])
    assert titles(town.stranger) == titles(town.expert1) == []


def test_the_desk_filters_by_light_and_mentor(town, life, browse):
    other = life.walk(draft(town, title="没有导师"), "submitted")
    project = running(town, life)
    Project.objects.filter(pk=other.pk).update(state="running")
    life.day(2026, 8, 1)
    desk = reverse("projects:mentor_desk")

    def titles(query: str) -> list[str]:
        return [row.project.title for row in browse(town.clerk).get(desk + query).context["page_obj"]]

    assert titles(f"?mentor={town.mentor.pk}") == [project.title]
    assert titles("?tone=good") == []
    assert len(titles("?tone=bad")) == 2


def test_the_desk_costs_the_same_for_one_project_and_for_many(town, life, browse):
    others = [draft(town, title=f"项目{number}") for number in range(4)]
    running(town, life)
    client = browse(town.mentor)
    desk = reverse("projects:mentor_desk")
    client.get(desk)
    with CaptureQueriesContext(connection) as one:
        client.get(desk)
    for project in others:
        Project.objects.filter(pk=project.pk).update(state="running", submitted_at=project.created_at)
        people.add_participant(project, town.mentor, "mentor", by=town.clerk, organization=town.support)

    with CaptureQueriesContext(connection) as many:
        page = client.get(desk).context["page_obj"]

    assert len(page) == 5
    assert len(many) == len(one)
