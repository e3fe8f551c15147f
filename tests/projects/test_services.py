"""Volunteers' time and service records: who counts what, who confirms, who reads the words."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.workflow import Refused
from people.models import Certificate, Membership
from projects.actions import people, services, volunteers
from projects.figures import figures
from projects.models import Project, Service, VolunteerTime
from projects.models.volunteer import in_hours
from tests.life import draft
from tests.records import begun, entered, planned

YEAR = date(2026, 1, 1), date(2026, 12, 31)
VISIT = {"way": "home", "purpose": "探访", "situation": "独居，夜里怕黑", "plan": "下周再来"}


def url(name: str, *args) -> str:
    return reverse(f"projects:{name}", args=args)


@pytest.fixture
def running(town, life):
    Project.objects.filter(pk=draft(town, title="另一个").pk).update(state="running")
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


# -- volunteers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "hours"), [(0, "0.0"), (None, "0.0"), (60, "1.0"), (95, "1.6"), (93, "1.6")])
def test_minutes_become_hours_half_up(minutes, hours):
    assert in_hours(minutes) == Decimal(hours)


def test_time_counts_once_the_head_has_confirmed_it(town, running, time):
    activity = begun(town, running, time)
    rows = [{"name": "赵志愿", "minutes": 95}, {"name": "钱志愿", "minutes": 60}]
    times = volunteers.enter_times(activity, by=town.volunteer, rows=rows)

    assert figures(running, *YEAR).volunteer_hours == Decimal("0.0")
    for stranger in (town.mentor, town.clerk, town.volunteer):
        with pytest.raises(PermissionDenied):
            volunteers.confirm_times(running, by=stranger, times=times)
    assert volunteers.confirm_times(running, by=town.head, times=times) == 2

    counted = figures(running, *YEAR)
    assert (counted.volunteers, counted.volunteer_hours) == (2, Decimal("2.6"))


def test_nobody_confirms_their_own_time_and_the_head_s_is_confirmed_by_another(town, running, time):
    activity = begun(town, running, time)
    rows = [{"name": "刘芳", "minutes": 60}, {"name": "何小燕", "minutes": 60}]
    head, helper = volunteers.enter_times(activity, by=town.volunteer, rows=rows)

    with pytest.raises(PermissionDenied):
        volunteers.confirm_times(running, by=town.head, times=[head])
    with pytest.raises(PermissionDenied):
        volunteers.confirm_times(running, by=town.volunteer, times=[helper])
    volunteers.confirm_times(running, by=town.volunteer, times=[head])
    volunteers.confirm_times(running, by=town.head, times=[helper])

    assert VolunteerTime.objects.confirmed().count() == 2


def test_entered_again_replaces_what_waits_and_leaves_what_is_confirmed(town, running, time, browse):
    activity = begun(town, running, time)
    [zhao] = volunteers.enter_times(activity, by=town.head, rows=[{"name": "赵志愿", "minutes": 95}])
    volunteers.confirm_times(running, by=town.head, times=[zhao])
    sent = {"times-TOTAL_FORMS": "3", "times-INITIAL_FORMS": "0"}
    sent |= {"times-0-name": "赵 志愿", "times-0-minutes": "600", "times-1-name": "钱志愿", "times-1-minutes": "30"}

    browse(town.volunteer).post(url("volunteer_times", activity.pk), sent | {"times-2-name": "孙志愿"})

    assert dict(activity.volunteer_times.values_list("volunteer__name", "minutes")) == {"赵志愿": 95, "钱志愿": 30}


@pytest.mark.parametrize("minutes", ["0", "961", "-5", "很久"])
def test_impossible_minutes_are_said_at_the_row(town, running, time, browse, minutes):
    activity = begun(town, running, time)
    sent = {"times-TOTAL_FORMS": "1", "times-INITIAL_FORMS": "0", "times-0-name": "赵", "times-0-minutes": minutes}

    page = browse(town.head).post(url("volunteer_times", activity.pk), sent)

    assert "minutes" in page.context["formset"].forms[0].errors
    assert VolunteerTime.objects.count() == 0


def test_time_is_entered_neither_before_an_activity_nor_for_a_day_to_come(town, running):
    activity = planned(town, running)

    with pytest.raises(Refused):
        volunteers.enter_times(activity, by=town.head, rows=[{"name": "赵", "minutes": 60}])
    with pytest.raises(Refused):
        volunteers.enter_time(running, by=town.head, held_on=date(2026, 4, 30), values={"name": "赵", "minutes": 60})


def test_the_page_shows_totals_and_confirms_what_is_ticked(town, running, time, browse):
    activity = begun(town, running, time)
    times = volunteers.enter_times(
        activity, by=town.volunteer, rows=[{"name": "赵志愿", "minutes": 95}, {"name": "钱志愿", "minutes": 60}]
    )

    browse(town.head).post(url("volunteer_list", running.pk), {"time": [times[0].pk, "rubbish"]})

    found = {one.name: (hours, waiting) for one, hours, waiting in _rows(browse(town.head), running)}
    assert found == {"赵志愿": (Decimal("1.6"), Decimal("0.0")), "钱志愿": (Decimal("0.0"), Decimal("1.0"))}
    assert "赵志愿" not in browse(town.clerk).get(url("volunteer_list", running.pk)).content.decode()


def _rows(client, project):
    return client.get(url("volunteer_list", project.pk)).context["volunteers"]


# -- services ------------------------------------------------------------------------------------------


@pytest.fixture
def wang(town, running):
    return entered(town, running)


def test_each_method_has_fields_of_its_own_and_its_own_way_of_counting(town, running, wang, browse):
    client, today = browse(town.volunteer), f"{clock.today():%Y-%m-%d}"
    case = {"beneficiary": wang.pk, "held_on": today, **VISIT}
    group = {"title": "茶会", "session": "1", "held_on": today, "members": [wang.pk], "others": "3", "content": "聊天"}
    stall = {"title": "摆摊", "held_on": today, "reach": "120", "content": "发单页"}

    for method, sent in (("case", case), ("group", group), ("community", stall)):
        assert client.post(url("service_create", running.pk, method), sent).status_code == 302

    counted = figures(running, *YEAR)
    assert counted.services == {"case": 1, "group": 1, "community": 1}
    assert (counted.service_visits, counted.persons, counted.reach) == (5, 1, 120)
    assert client.get(url("service_create", running.pk, "magic")).status_code == 404


@pytest.mark.parametrize(
    ("method", "sent", "field"),
    [
        ("case", {"beneficiary": ""}, "beneficiary"),
        ("case", {"situation": ""}, "situation"),
        ("group", {"session": "0"}, "session"),
        ("group", {"others": "0"}, "members"),
        ("community", {"reach": ""}, "reach"),
        ("community", {"held_on": "2030-01-01"}, "held_on"),
    ],
)
def test_what_a_method_asks_for_is_said_at_the_field(town, running, wang, browse, method, sent, field):
    whole = {"beneficiary": wang.pk, "held_on": "2026-04-20", "title": "茶会", "session": "1", "others": "3"}
    whole |= {"reach": "9", "content": "好", **VISIT}

    page = browse(town.head).post(url("service_create", running.pk, method), whole | sent)

    assert field in page.context["form"].errors
    assert Service.objects.count() == 0


def test_the_words_are_read_by_the_few_who_work_with_the_person(town, running, wang, browse):
    values = {"held_on": clock.today(), "beneficiary": wang, **VISIT}
    service = services.write_service(running, "case", by=town.head, values=values)
    page = url("service_detail", service.pk)

    def status(person):
        return browse(person).get(page).status_code

    assert [status(person) for person in (town.head, town.mentor)] == [200, 200]
    assert [status(person) for person in (town.volunteer, town.clerk, town.approver, town.auditor)] == [403] * 4
    assert [status(person) for person in (town.singer, town.stranger)] == [404, 404]
    for person in (town.clerk, town.volunteer):
        assert "夜里怕黑" not in browse(person).get(url("service_list", running.pk)).content.decode()
    Certificate.objects.create(user=town.volunteer, level="assistant", number="A1", issued_on=date(2020, 1, 1))
    assert status(town.volunteer) == 200


def test_a_record_is_corrected_by_who_wrote_it_while_they_belong_to_the_group(town, running, wang):
    values = {"held_on": clock.today(), "beneficiary": wang, **VISIT}
    service = services.write_service(running, "case", by=town.volunteer, values=values)

    with pytest.raises(PermissionDenied):
        services.change_service(service, by=town.mentor, values={"purpose": "回访"})
    services.change_service(service, by=town.volunteer, values={"purpose": "回访"})
    Membership.objects.filter(user=town.volunteer).update(until=clock.today())
    del town.volunteer.roles
    with pytest.raises(PermissionDenied):
        services.change_service(service, by=town.volunteer, values={"purpose": "家访"})

    assert Service.objects.get().purpose == "回访"


def test_people_of_another_roster_and_mixed_fields_are_refused(town, running, wang):
    another = Project.objects.exclude(pk=running.pk).get(title="另一个")
    other = entered(town, another, name="李四")
    values = {"held_on": clock.today(), "beneficiary": other, **VISIT}

    with pytest.raises(Refused):
        services.write_service(running, "case", by=town.head, values=values)
    services.write_service(running, "case", by=town.head, values=values | {"beneficiary": wang})

    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.update(method="group")


def test_a_report_begins_with_the_figures_of_the_records(town, running, wang, time, browse):
    time.go(datetime(2026, 6, 1, 9, 0))
    values = {"held_on": clock.today(), "beneficiary": wang, **VISIT}
    services.write_service(running, "case", by=town.head, values=values)
    done = volunteers.enter_time(
        running, by=town.volunteer, held_on=clock.today(), values={"name": "赵", "minutes": 90, "task": "陪诊"}
    )
    volunteers.confirm_times(running, by=town.head, times=[done])

    form = browse(town.head).get(url("report_create", running.pk)).context["form"]

    assert [form[name].value() for name in ("persons", "visits", "volunteer_hours")] == [1, 1, Decimal("1.5")]
