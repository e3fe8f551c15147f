"""What the database adds up over very many rows is what the one place that counts it says row by row."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from core import clock, lately
from core.money import round_half_up
from projects.figures import Figures, visited, visits_by_project, visits_together
from projects.hours import by_call, by_mentor, by_project, totals, whole
from projects.lasting import lasting
from projects.models import Activity, Expense, FollowUp, MentoringNote, Project, Report, Service
from projects.narrowing import spending_rates, spent_together, with_fate, with_spending, with_spent
from projects.sessions import held, hours_by, sums_of
from projects.spending import spent
from tests.life import draft


@pytest.fixture
def three(town):
    found = [draft(town, title=title) for title in ("甲", "乙", "丙")]
    Project.objects.update(state="running", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    return found


def paid(town, project, amount, source="grant", state="recognised"):
    made = Expense.objects.create(
        project=project, spent_on=date(2026, 3, 1), amount=amount, line_key="x", category="meals", source=source,
        summary="水", payee="店", entered_by=town.head,
    )  # fmt: skip
    values = {"state": state, "recognised": amount, "decided_by": town.clerk, "decided_at": clock.now()}
    handed_in = {"handed_in_by": town.head, "handed_in_at": clock.now()}
    Expense.objects.filter(pk=made.pk).update(**handed_in, **values)


def reported(town, project, spent, *, days=0, accepted=True):
    by = {"accepted_by": town.clerk, "accepted_at": clock.now()} if accepted else {}
    at = clock.now() + timedelta(days=days)
    Report.objects.create(
        project=project, done="做了", visits=1, persons=1, spent=spent, submitted_by=town.head, submitted_at=at, **by
    )


def test_spending_added_up_is_the_spending_of_each(town, three):
    books, reports, both = three
    paid(town, books, Decimal("10.10"))
    paid(town, books, Decimal("20.20"))
    paid(town, books, Decimal("99.00"), source="other")
    reported(town, reports, Decimal("5.05"))
    reported(town, reports, Decimal("7.07"), days=1)
    reported(town, reports, Decimal("9.09"), days=2, accepted=False)
    reported(town, both, Decimal("500.00"))
    paid(town, both, Decimal("0.30"), source="other")

    each = [spent(project) for project in with_spending(Project.objects.order_by("pk"))]

    assert each == [Decimal("30.30"), Decimal("7.07"), Decimal("0.00")]
    assert spent_together(Project.objects.all()) == sum(each)
    assert spent_together(Project.objects.none()) == 0
    assert [round_half_up(one.is_spent) for one in with_spent(Project.objects.order_by("pk"))] == each


def test_the_rates_of_spending_rest_on_the_spending_of_each(town, three):
    books, reports, nothing = three
    approved = {"amount_awarded": Decimal("300.00"), "approved_by": town.approver, "approved_at": clock.now()}
    Project.objects.exclude(pk=nothing.pk).update(**approved)
    paid(town, books, Decimal("100.10"))
    reported(town, reports, Decimal("59.99"))

    assert spending_rates(Project.objects.all()) == {books.pk: Decimal("33.4"), reports.pk: Decimal("20.0")}


def test_hours_added_up_are_those_of_each_session(town, three):
    first, second, third = three
    together = uuid4()

    def session(project, mentor, hours, shared=None):
        MentoringNote.objects.create(
            project=project, mentor=mentor, topic="finance", hours=Decimal(hours), advice="好", together=shared,
            number=f"{MentoringNote.objects.count():05}", held_on=date(2026, 3, 1),
        )  # fmt: skip

    session(first, town.mentor, "2.0")
    session(first, town.mentor, "1.5", together)
    session(second, town.mentor, "1.5", together)
    session(third, town.mentor, "2.5", together)
    session(third, town.clerk, "0.5")
    found, lines = MentoringNote.objects.all(), held(MentoringNote.objects.all())

    assert sums_of(found) == (3, whole(lines)) == (3, Decimal("5.0"))
    for by, pure in (("mentor", by_mentor), ("project", by_project), ("project__call", by_call)):
        added = [(one["of"], one["sessions"], one["spent"]) for one in hours_by(found, by)]
        assert added == [(str(one.of), one.sessions, one.hours) for one in totals(lines, pure)], by


def test_visits_added_up_are_those_of_each_project(town, three):
    first, second, _nobody = three
    begins = timezone.make_aware(timezone.datetime(2026, 3, 5, 9))
    done = {"state": "recorded", "recorded_at": clock.now(), "recorded_by": town.head}
    for project, heads, changes in ((first, 12, done), (first, 30, {}), (second, 0, done)):
        made = Activity.objects.create(
            project=project, theme="讲座", place="室", starts_at=begins, ends_at=begins + timedelta(hours=2)
        )
        Activity.objects.filter(pk=made.pk).update(head_count=heads, **changes)
    every = Project.objects.all()
    numbers = visits_by_project(every.values_list("pk", flat=True))

    assert visits_together(every) == sum(numbers.values()) == 12
    assert [project.title for project in visited(every)] == ["甲"]
    march, april = (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 4, 1), None)
    assert (visits_together(every, *march), visits_together(every, *april)) == (12, 0)
    assert not visited(every, *april).exists()
    assert Service.objects.count() == 0


@pytest.mark.one_database
@pytest.mark.parametrize(("took", "kept"), [(0.02, None), (0.5, 50.0), (60, 600.0)])
def test_figures_are_kept_in_proportion_to_what_they_cost(took, kept, settings, monkeypatch):
    settings.FIGURES_KEPT_FROM = 0.03
    stored, ticks = {}, iter([0.0, took])
    monkeypatch.setattr(lately, "perf_counter", lambda: next(ticks))
    cache = SimpleNamespace(get=lambda key: None, set=lambda key, value, seconds: stored.update({key: seconds}))
    monkeypatch.setattr(lately, "caches", {"quick": cache})

    lately.lately("x", lambda: 1)

    assert stored.get("lately:x") == kept


DAY = date(2026, 6, 1)
LOOKS = [None, (0, True), (0, False), (40, True), (40, False)]
"""Nobody has looked, or somebody did on the day of the question or forty days later, and it goes on or not."""


@pytest.mark.parametrize("asked", [None, 0, 20], ids=["not asked", "asked", "asked later"])
@pytest.mark.parametrize("seen", LOOKS)
def test_what_became_of_a_project_is_what_its_looks_back_say(town, three, asked, seen):
    for project, state in zip(three, ("completed", "terminated", "running"), strict=True):
        Project.objects.filter(pk=project.pk).update(state=state, number=state)
        if asked is not None:
            due = DAY + timedelta(days=asked)
            FollowUp.objects.create(project=project, months=6, due_on=due, answer_until=due + timedelta(days=14))
        if seen:
            days, goes_on = seen
            FollowUp.objects.create(
                project=project, seen_on=DAY + timedelta(days=days), how="phone",
                form="same" if goes_on else "stopped", still_active=goes_on, by=town.clerk,
            )  # fmt: skip

    [line] = lasting([town.call])

    told = {project.pk: str(fate) for project, fate, _seen in line.projects}
    assert len(told) == 2
    assert {project.pk: project.fate for project in with_fate(Project.objects.all())} == told


def test_the_share_of_those_who_came_first_says_of_whom():
    found = Figures(date(2026, 1, 1), date(2026, 6, 30), first_timers=21, signed_persons=49)

    assert "占签到人数42.9%" in render_to_string("projects/_figures.html", {"figures": found})
    none = Figures(date(2026, 1, 1), date(2026, 6, 30))
    assert "占签到人数" not in render_to_string("projects/_figures.html", {"figures": none})
