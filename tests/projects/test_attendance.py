"""Who came: by phone with a signed code, by hand, by heads; visits and persons are told apart."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from projects import sign_in
from projects.actions import activities, attendance, people
from projects.figures import figures
from projects.models import Activity, ConsentText, Project, SignIn
from tests.life import draft
from tests.records import begun, entered, planned, recorded

SPRING, WINTER = date(2026, 5, 1), date(2026, 12, 31)
MINE = {"name": "王秀英", "phone_tail": "8000", "agreed": "on", "website": ""}


@pytest.fixture
def running(town, life):
    project = life.walk(draft(town), "running")
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    return project


@pytest.fixture
def activity(town, running, time):
    return begun(town, running, time)


def here(activity) -> str:
    return reverse("projects:activity_sign_in", args=[sign_in.new_code(activity)])


def signed(activity, name: str, tail: str = "", device: str = "", **more) -> SignIn:
    values = {"name": name, "phone_tail": tail, "household": "", "first_time": False, "community": None} | more
    return attendance.sign_in(activity, device=device or f"{name}{tail}", sender="room", values=values)


# -- on the phone --------------------------------------------------------------------------------------


def test_a_phone_signs_in_once_and_corrects_what_it_wrote(town, activity, browse):
    phone, page = browse(), here(activity)

    phone.post(page, MINE | {"name": "王 秀 英", "place": str(town.community.pk), "first_time": "on"})
    again = phone.get(page).content.decode()
    phone.post(page + "?correct=1", MINE | {"name": "王秀荣"})

    [found] = SignIn.objects.all()
    assert "王秀英，已签到" in again
    assert (found.name, found.phone_tail, found.how, found.corrected_at is not None) == (
        "王秀荣",
        "8000",
        "phone",
        True,
    )
    assert found.consent == ConsentText.objects.in_force(town.bureau, "sign_in")


def test_another_phone_is_another_person_and_nothing_of_the_first_is_shown_to_it(activity, browse):
    browse().post(here(activity), MINE)

    other = browse().get(here(activity)).content.decode()
    browse().post(here(activity), MINE | {"name": "李四", "phone_tail": ""})

    assert "王秀英" not in other
    assert activity.sign_ins.count() == 2


@pytest.mark.parametrize(
    ("sent", "field"), [({"name": " "}, "name"), ({"phone_tail": "80"}, "phone_tail"), ({"agreed": ""}, "agreed")]
)
def test_what_is_missing_is_said_and_nobody_is_signed_in(activity, browse, sent, field):
    page = browse().post(here(activity), MINE | sent)

    assert field in page.context["form"].errors
    assert SignIn.objects.count() == 0


def test_a_program_learns_nothing_and_leaves_nothing(activity, browse):
    assert browse().post(here(activity), MINE | {"website": "http://spam"}).status_code == 302
    assert SignIn.objects.count() == 0


def test_the_code_opens_an_hour_before_and_closes_two_hours_after(town, running, time, browse):
    activity = planned(town, running)
    seen = []
    for moment in (
        datetime(2026, 6, 19, 12, 59),
        datetime(2026, 6, 19, 13, 1),
        datetime(2026, 6, 19, 17, 59),
        datetime(2026, 6, 19, 18, 1),
    ):
        time.go(moment)
        browse().post(here(activity), MINE | {"name": f"{moment:%H:%M}", "phone_tail": ""})
        seen.append(activity.sign_ins.count())

    assert seen == [0, 1, 2, 2]


def test_a_forged_code_and_one_that_was_replaced_open_nothing(town, activity, browse):
    page = here(activity)
    activities.renew_code(activity, by=town.head)

    assert browse().get(page).status_code == 404
    assert browse().get(reverse("projects:activity_sign_in", args=["forged"])).status_code == 404
    activity.refresh_from_db()
    assert browse().get(here(activity)).status_code == 200


def test_one_network_can_be_a_whole_room_and_not_a_thousand(activity, monkeypatch):
    monkeypatch.setattr(attendance, "MOST_FROM_ONE_NETWORK", 3)
    for number in range(3):
        signed(activity, f"邻居{number}")

    with pytest.raises(Refused):
        signed(activity, "邻居3")
    signed(activity, "邻居零", device="邻居0")  # a correction is no new sign-in

    assert activity.sign_ins.count() == 3


# -- the group's list ----------------------------------------------------------------------------------


def test_the_group_ticks_writes_down_and_counts_heads(town, running, activity, browse):
    wang = entered(town, running)
    client, page = browse(town.volunteer), reverse("projects:attendance", args=[activity.pk])

    client.post(page, {"tick": "1", "people": [wang.pk]})
    client.post(page, {"write": "1", "name": "李大爷", "phone_tail": ""})
    client.post(page, {"count": "1", "number": "7"})
    twice = client.post(page, {"write": "1", "name": "王秀英", "phone_tail": "8000"})

    assert twice.context["write"].non_field_errors()
    assert [(one.name, one.beneficiary) for one in activity.sign_ins.all()] == [("王秀英", wang), ("李大爷", None)]
    assert Activity.objects.get().attendance == 9


def test_nobody_outside_the_group_sees_or_changes_the_list(town, activity, browse):
    one = signed(activity, "王秀英", "8000")
    pages = [reverse("projects:attendance", args=[activity.pk]), reverse("projects:sign_in_edit", args=[one.pk])]

    for person in (town.clerk, town.approver, town.mentor, town.auditor):
        assert [browse(person).get(page).status_code for page in pages] == [403, 403]
    assert [browse(town.singer).get(page).status_code for page in pages] == [404, 404]
    with pytest.raises(PermissionDenied):
        attendance.strike(one, by=town.mentor)


def test_somebody_written_down_takes_the_line_over_on_the_phone(town, running, activity):
    wang = entered(town, running)
    attendance.tick(activity, by=town.head, people=[wang])

    signed(activity, "王秀英", "8000", device="wang")
    with pytest.raises(Refused):
        signed(activity, "王秀英", "8000", device="somebody else")

    assert activity.sign_ins.get().beneficiary == wang


def test_a_line_is_corrected_linked_to_the_roster_and_struck(town, running, activity, browse):
    wang, one = entered(town, running, phone=""), signed(activity, "王阿姨")
    client, page = browse(town.head), reverse("projects:sign_in_edit", args=[one.pk])

    client.post(page, {"name": "王秀英", "phone_tail": "", "person": wang.pk})
    assert activity.sign_ins.get().beneficiary == wang
    client.post(page, {"strike": "1"})

    assert activity.sign_ins.count() == 0


def test_a_name_goes_when_its_consent_is_withdrawn_also_afterwards_and_the_visit_stays(town, activity, time, browse):
    one = signed(activity, "王秀英", "8000")
    recorded(town, activity, time)
    page = reverse("projects:sign_in_edit", args=[one.pk])

    with pytest.raises(PermissionDenied):
        attendance.forget(one, by=town.mentor)
    browse(town.head).post(page, {"forget": "1"})

    one.refresh_from_db()
    assert (one.name, one.phone_tail, one.device, one.anonymised_at is not None) == ("", "", "", True)
    counted = figures(activity.project, SPRING, WINTER)
    assert (counted.visits, counted.persons) == (1, 1)


def test_what_people_came_to_is_recorded_and_not_cancelled(town, activity):
    signed(activity, "王秀英", "8000")

    with pytest.raises(Refused):
        activities.cancel(activity, by=town.head, reason="人少")

    assert Activity.objects.get().state == "planned"


def test_nobody_signs_in_while_the_project_is_suspended(activity, browse):
    Project.objects.update(state="suspended")

    browse().post(here(activity), MINE)

    assert SignIn.objects.count() == 0


def test_the_list_is_closed_once_the_activity_is_recorded(town, activity, time):
    one = signed(activity, "王秀英", "8000")
    recorded(town, activity, time)

    for change in (
        lambda: attendance.strike(one, by=town.head),
        lambda: attendance.count_heads(activity, by=town.head, number=900),
        lambda: signed(activity, "李四"),
    ):
        with pytest.raises(Refused):
            change()


# -- visits and persons --------------------------------------------------------------------------------


def test_who_comes_twice_is_two_visits_and_one_person(town, running, time):
    wang = entered(town, running)
    for day in (19, 26):
        start = {
            "starts_at": datetime(2026, 6, day, 14).astimezone(),
            "ends_at": datetime(2026, 6, day, 16).astimezone(),
        }
        activity = begun(town, running, time, **start)
        attendance.tick(activity, by=town.head, people=[wang])
        signed(activity, "李四", "1234")
        signed(activity, "小胖")  # a nickname: a visit, no person
        recorded(town, activity, time, heads=10)

    counted = figures(running, SPRING, WINTER)

    assert (counted.activities_held, counted.visits, counted.persons) == (2, 26, 2)
    june_19 = figures(running, date(2026, 6, 19), date(2026, 6, 19))
    assert (june_19.activities_held, june_19.visits, june_19.persons) == (1, 13, 2)


def test_somebody_entered_later_is_recognised_in_earlier_sign_ins(town, running, activity, time):
    signed(activity, "王秀英", "8000")
    recorded(town, activity, time)

    wang = entered(town, running)

    assert SignIn.objects.get().beneficiary == wang
    assert figures(running, SPRING, WINTER).persons == 1


def test_first_timers_and_residents_are_counted_once_and_against_the_population(town, running, activity, time):
    signed(activity, "张三", "1111", first_time=True, community=town.community)
    signed(activity, "李四", "2222", community=town.community)
    signed(activity, "小胖", first_time=True, community=town.community)  # nobody knows who: no resident to be counted
    signed(activity, "外来客", "3333", first_time=True)
    recorded(town, activity, time, heads=5)

    counted = figures(running, SPRING, WINTER)

    assert (counted.visits, counted.persons, counted.first_timers) == (9, 3, 3)
    assert counted.first_time_share == Decimal("75.0")
    assert (counted.residents, counted.population, counted.participation_rate) == (2, 5200, Decimal("0.04"))


def test_what_is_not_recorded_or_cancelled_counts_nowhere(town, running, activity, time):
    signed(activity, "张三", "1111")
    other = planned(town, running)
    activities.cancel(other, by=town.head, reason="雨")
    activities.plan_activity(running, by=town.head, values={"theme": "草稿", "starts_at": other.starts_at})

    counted = figures(running, SPRING, WINTER)

    assert (counted.activities_planned, counted.activities_held, counted.activities_cancelled) == (1, 0, 1)
    assert (counted.visits, counted.persons, counted.participation_rate) == (0, 0, Decimal("0.00"))


def test_figures_cost_the_same_number_of_queries_for_one_and_for_many(
    town, running, activity, time, django_assert_num_queries
):
    for number in range(12):
        signed(activity, f"邻居{number}", f"{1000 + number}")
    recorded(town, activity, time)

    with django_assert_num_queries(9):
        figures(running, SPRING, WINTER)
