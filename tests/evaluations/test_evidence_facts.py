"""What the records know: every figure here is counted by hand."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from evaluations.evidence_facts import facts_of
from evaluations.suggestions import suggest
from grants.models import Criterion, FactKind
from projects.actions import activities, services, spending
from projects.models import MonthlyReport, Project
from projects.roll_up import rolled_up
from tests.records import WHOLE, entered, held, planned, recorded
from tests.spending import handed_in, key, running
from tests.town import aware


@pytest.fixture
def project(town, life):
    """60 people promised, 10,000 yuan granted, 5,000 planned to be paid first; nothing is paid out yet."""
    return running(town, life)


def facts(project, until=None):
    return facts_of(Project.objects.get(pk=project.pk), until)


def recognised(town, project, amount, **changes):
    one = handed_in(project, town.head, amount=Decimal(amount), **changes)
    return spending.recognise(one, by=town.clerk, amount=Decimal(amount))


def test_people_served_are_counted_once_against_those_promised(town, project):
    for name in ("王秀英", "李大爷", "赵奶奶"):
        person = entered(town, project, name=name, phone="")
        for day in (1, 2):
            values = {
                "held_on": date(2026, 6, day), "beneficiary": person, "way": "home", "purpose": "探访",
                "situation": "独居",
            }  # fmt: skip
            services.write_service(project, "case", by=town.head, values=values)

    fact = facts(project)[FactKind.PERSONS]

    assert fact.value == Decimal("5.00")  # 3 of 60, though they were visited six times
    assert "3" in fact.words
    assert "60" in fact.words
    assert fact.source_url == reverse("projects:work_plan", args=[project.pk])


def test_visits_are_measured_by_what_the_plan_steps_promise(town, project, time):
    assert FactKind.VISITS not in facts(project)  # the plan names no number: nobody can say a rate
    project.plan_steps.update(visits=230)
    held(town, project, time, heads=46)

    fact = facts(project)[FactKind.VISITS]

    assert fact.value == Decimal("20.00")  # 46 of 230


def test_activities_held_are_measured_by_those_planned_until_then(town, project, time):
    planned(town, project, starts_at=aware(2026, 6, 15, 14), ends_at=aware(2026, 6, 15, 16))
    planned(town, project, starts_at=aware(2026, 9, 15, 14), ends_at=aware(2026, 9, 15, 16))
    held(town, project, time, heads=5)

    assert facts(project, date(2026, 6, 30))[FactKind.ACTIVITIES].value == Decimal("50.00")  # 1 of 2 until then
    assert facts(project, date(2026, 9, 30))[FactKind.ACTIVITIES].value == Decimal("33.33")  # 1 of 3


def test_goals_count_as_far_as_activities_have_brought_them(town, project, time):
    goal = project.targets.get().key
    activity = activities.plan_activity(project, by=town.head, values=WHOLE, targets=[goal])
    recorded(town, activities.hand_in(activity, by=town.head), time, heads=46, achieved={goal: Decimal(46)})

    assert facts(project)[FactKind.TARGETS].value == Decimal("76.67")  # 46 of 60


def test_who_is_known_by_name_is_not_mixed_up_with_everybody_each_time(town, project, time):
    goal = project.targets.get()
    goal.unit = "人"
    goal.save()
    activity = activities.plan_activity(project, by=town.head, values=WHOLE, targets=[goal.key])
    recorded(town, activities.hand_in(activity, by=town.head), time, heads=46, achieved={goal.key: Decimal(46)})

    found = facts(project)
    month = rolled_up(project, date(2026, 6, 1), date(2026, 6, 30))

    assert "有姓名可查的不重复人数0人" in found[FactKind.PERSONS].words
    assert "同一人来几次算几次" in found[FactKind.TARGETS].words
    assert [(one["reached"], one["reached_unit"]) for one in month["targets"]] == [("46", "人次")]


def test_recognised_spending_is_measured_by_the_grant_and_by_what_was_paid(town, project, life):
    assert FactKind.EXECUTION not in facts(project)  # nobody has said yet what was spent
    recognised(town, project, "300.00")
    handed_in(project, town.head, amount=Decimal("50.00"), invoice_number="2")

    found = facts(project)

    assert found[FactKind.EXECUTION].value == Decimal("3.00")  # 300 of 10,000: what waits does not count
    assert found[FactKind.EXECUTION].source_url == reverse("projects:spending", args=[project.pk])
    assert FactKind.SPENT_OF_PAID not in found  # nothing was paid out
    life.pay(project.tranches.get(ordinal=1))
    assert facts(project)[FactKind.SPENT_OF_PAID].value == Decimal("6.00")  # 300 of 5,000


def test_spending_after_the_day_says_nothing_of_the_time_before(town, project):
    recognised(town, project, "300.00")
    recognised(town, project, "100.00", invoice_number="2", spent_on=date(2026, 6, 9))

    assert facts(project, date(2026, 6, 8))[FactKind.EXECUTION].value == Decimal("3.00")
    assert facts(project, date(2026, 6, 9))[FactKind.EXECUTION].value == Decimal("4.00")


def test_what_was_recognised_is_measured_by_the_payments_decided_on(town, project):
    one = handed_in(project, town.head, amount=Decimal("300.00"))
    spending.recognise(one, by=town.clerk, amount=Decimal("240.00"), note="多报")

    assert facts(project)[FactKind.RECOGNISED].value == Decimal("80.00")


def month(project, number, handed_in_on=None, by=None):
    at = clock.now().replace(month=handed_in_on[0], day=handed_in_on[1]) if handed_in_on else None
    return MonthlyReport.objects.create(
        project=project, month=date(2026, number, 1), due_on=date(2026, number + 1, 5), handed_in_at=at, handed_in_by=by
    )


def test_late_papers_are_days_after_their_day_and_one_that_is_missing_is_late_until_now(town, project, time):
    month(project, 5, (6, 5), town.head)
    month(project, 6, (7, 8), town.head)
    month(project, 7)
    month(project, 8)
    time.go(datetime(2026, 8, 10, 9))

    fact = facts(project)[FactKind.LATE_DAYS]

    assert fact.value == 3 + 5  # June's on 8 July, July's still missing on 10 August, August's is not due
    assert "3" in fact.words
    assert "8" in fact.words


def test_a_report_that_came_late_afterwards_was_not_late_yet(town, project, time):
    month(project, 6, (7, 8), town.head)
    time.go(datetime(2026, 8, 10, 9))

    assert facts(project, date(2026, 7, 6))[FactKind.LATE_DAYS].value == 1
    assert FactKind.LATE_DAYS not in facts(project, date(2026, 7, 4))  # nothing was due


def test_payments_above_the_plan_of_their_day_are_counted_as_unapproved(town, project):
    handed_in(project, town.head)
    assert facts(project)[FactKind.UNAPPROVED].value == 0

    line = key(project, "volunteers")
    handed_in(
        project, town.head, line_key=line, amount=Decimal("2500.00"), people=100, invoice_number="9",
        explanation="超出",
    )  # fmt: skip

    assert facts(project)[FactKind.UNAPPROVED].value == 1  # 2,000 are planned, 2,200 with the tolerance


def test_the_facts_of_a_longer_story_cost_no_more_queries(town, project, time):
    def cost():
        found = Project.objects.select_related("call").get(pk=project.pk)
        with CaptureQueriesContext(connection) as captured:
            facts_of(found)
        return len(captured)

    handed_in(project, town.head)
    month(project, 5, (6, 5), town.head)
    before = cost()
    for number in range(3):
        handed_in(project, town.head, invoice_number=str(number))
        entered(town, project, name=f"居民{number}", phone="")
    month(project, 6, (7, 8), town.head)

    assert cost() == before


def test_a_share_that_is_shown_rounded_gives_points_by_what_it_exactly_is(town, project):
    Project.objects.filter(pk=project.pk).update(amount_awarded=Decimal("10000.00"))
    recognised(town, project, "4999.99")

    fact = facts(project)[FactKind.EXECUTION]  # 49.9999 percent

    assert (fact.value, fact.figure) == (Decimal("50.00"), Fraction(499999, 10000))
    line = Criterion(fact=FactKind.EXECUTION, weight=Decimal(10), bands=[[50, 10], [40, 6]])
    assert suggest(line, fact).points == 6
