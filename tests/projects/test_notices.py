"""Public notices: how long they run by the calendar, what they say, and that nobody can change it unseen."""

import hashlib
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import translation

from core import triggers
from core.models import CalendarDay, Seal
from core.sealing import seal_events, standing
from core.verifying import Verification
from core.workflow import Refused
from grants.models import Call
from projects.actions import notices
from projects.models import Notice, Project
from tests.life import draft


@pytest.fixture
def publish(town, life, time):
    """Publish the notice of one project on a day, by the rule of the call."""
    shortlisted = life.walk(draft(town), "shortlisted")

    def publishing(day: date, *, counts_first_day: bool = True, workdays: int = 5) -> Notice:
        Call.objects.filter(pk=town.call.pk).update(notice_counts_first_day=counts_first_day, notice_workdays=workdays)
        time.go(datetime(day.year, day.month, day.day, 9, 0))
        return notices.publish_notice(Call.objects.get(pk=shortlisted.call_id), by=town.clerk, places={})

    return publishing


# -- Length ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "counts_first_day", "last"),
    [
        (date(2026, 4, 13), True, date(2026, 4, 17)),
        (date(2026, 4, 13), False, date(2026, 4, 20)),
        # National Day 2026: Sunday 20 September and Saturday 10 October are worked, 1 to 7 October are free
        (date(2026, 9, 18), True, date(2026, 9, 23)),
        (date(2026, 9, 29), True, date(2026, 10, 10)),
        (date(2026, 9, 29), False, date(2026, 10, 12)),
        (date(2026, 10, 3), True, date(2026, 10, 13)),  # published on a free day: the first workday is the 8th
        # New Year: 2027 is not in the calendar yet, so that weekdays and fixed holidays stand in for it
        (date(2026, 12, 28), True, date(2027, 1, 4)),
        (date(2026, 12, 29), True, date(2027, 1, 5)),
        (date(2026, 12, 29), False, date(2027, 1, 6)),
    ],
)
def test_a_notice_of_five_workdays_ends_by_the_calendar_and_the_rule_of_its_call(
    publish, first, counts_first_day, last
):
    notice = publish(first, counts_first_day=counts_first_day)

    assert (notice.starts_on, notice.ends_on, notice.workdays) == (first, last, 5)


@pytest.mark.parametrize(("counts_first_day", "rule"), [(True, "首日计入"), (False, "自次日起算")])
def test_the_page_and_the_paper_say_days_and_rule(publish, browse, counts_first_day, rule):
    notice = publish(date(2026, 4, 13), counts_first_day=counts_first_day)

    page = browse().get(notice.get_absolute_url()).content.decode()

    assert notice.ends_on.isoformat() in page
    assert browse().get(reverse("reports:notice", args=[notice.pk])).status_code == 200


def test_crossing_into_a_year_without_calendar_warns_the_funder_only(town, publish, browse):
    notice = publish(date(2026, 12, 29))

    assert notice.uncertain_years == [2027]
    warned = {
        who: "2027" in _callouts(browse(who and town.people[who]).get(notice.get_absolute_url()))
        for who in (None, "head", "stranger", "clerk", "approver", "auditor")
    }
    assert "节假日" in browse().get(notice.get_absolute_url()).content.decode()  # everybody reads the reservation
    assert warned == {None: False, "head": False, "stranger": False, "clerk": True, "approver": True, "auditor": True}


def _callouts(response) -> str:
    """What is said in warnings, where the dates of the notice itself do not stand."""
    parts = response.content.decode().split('<div class="callout callout-warn">')[1:]
    return " ".join(part.split("</div>")[0] for part in parts)


def test_the_page_of_the_ranking_says_before_how_sure_the_end_is(town, life, time, browse):
    life.walk(draft(town), "shortlisted")
    time.go(datetime(2026, 12, 29, 9, 0))

    context = browse(town.clerk).get(reverse("evaluations:ranking", args=[town.call.pk])).context

    assert context["outlook"] == {"last_day": date(2027, 1, 5), "years": [2027]}


def test_when_the_calendar_comes_out_the_clerk_extends_a_notice_that_is_too_short(town, publish, browse, time):
    notice = publish(date(2026, 12, 29))
    page = notice.get_absolute_url()
    with pytest.raises(Refused):
        notices.extend_notice(notice, by=town.clerk)
    CalendarDay.objects.create(date=date(2027, 1, 4), kind=CalendarDay.Kind.HOLIDAY, source="国办")

    assert browse(town.clerk).get(page).context["may_extend"]
    assert not browse(town.head).get(page).context["may_extend"]
    browse(town.clerk).post(reverse("projects:notice_extend", args=[notice.pk]))

    notice = Notice.objects.get()
    assert (notice.ends_on, notice.last_day, notice.uncertain_years) == (date(2027, 1, 5), date(2027, 1, 6), [])
    assert notice.is_unaltered  # the text as published stays what it was
    assert Project.objects.get().due_on == date(2027, 1, 6)
    time.go(datetime(2027, 1, 6, 23, 59))
    assert not notice.is_over
    assert list(Notice.objects.running()) == [notice]
    time.go(datetime(2027, 1, 7, 0, 0))
    assert notice.is_over
    assert list(Notice.objects.running()) == []


@pytest.mark.parametrize("username", ["approver", "head", "stranger", "admin"])
def test_only_the_clerk_extends(town, publish, username):
    notice = publish(date(2026, 12, 29))
    CalendarDay.objects.create(date=date(2027, 1, 1), kind=CalendarDay.Kind.HOLIDAY, source="国办")

    with pytest.raises(PermissionDenied):
        notices.extend_notice(notice, by=town.people[username])


def test_a_notice_that_is_over_is_not_extended(town, publish, time):
    notice = publish(date(2026, 12, 29))
    CalendarDay.objects.create(date=date(2027, 1, 4), kind=CalendarDay.Kind.HOLIDAY, source="国办")
    time.go(datetime(2027, 1, 6, 9, 0))

    with pytest.raises(Refused):
        notices.extend_notice(notice, by=town.clerk)


# -- The digest ------------------------------------------------------------------------------------


def test_anybody_can_check_the_digest_by_the_text_of_the_notice(publish, browse):
    notice = publish(date(2026, 4, 13))

    text = browse().get(reverse("projects:notice_text", args=[notice.pk]))

    assert hashlib.sha256(text.content).hexdigest() == notice.digest
    assert notice.digest in browse().get(notice.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        lambda notice: notice.entries.update(amount=Decimal("1.00")),
        lambda notice: notice.entries.update(title="别的项目"),
        lambda notice: Notice.objects.update(ends_on=date(2026, 4, 14)),
        lambda notice: Notice.objects.update(contact="别人"),
        lambda notice: Notice.objects.update(legal_basis="别的办法"),
        lambda notice: Notice.objects.update(funder_name="别的单位"),
        lambda notice: Notice.objects.update(frozen=notice.frozen.replace("10000.00", "1.00")),
    ],
    ids=["amount", "title", "end", "contact", "basis", "funder", "text"],
)
def test_whatever_is_altered_afterwards_shows(publish, browse, change):
    notice = publish(date(2026, 4, 13))
    assert browse().get(notice.get_absolute_url()).context["unaltered"]

    change(notice)

    assert not browse().get(notice.get_absolute_url()).context["unaltered"]


def test_a_project_that_moves_on_does_not_alter_its_notice(publish):
    notice = publish(date(2026, 4, 13))
    Project.objects.update(title="改了名")

    assert Notice.objects.get(pk=notice.pk).is_unaltered


def test_a_funder_that_takes_another_name_does_not_alter_its_notice(town, publish, browse):
    notice = publish(date(2026, 4, 13))
    type(town.bureau).objects.filter(pk=town.bureau.pk).update(name="柳溪街道办事处")

    page = browse().get(notice.get_absolute_url())

    assert page.context["unaltered"]
    assert "柳溪镇人民政府" in page.content.decode()


def test_a_place_that_nobody_has_is_no_word_of_the_text(publish):
    notice = publish(date(2026, 4, 13))

    assert ('"rank": ""' in notice.frozen, "None" in notice.frozen) == (True, False)


def test_two_notices_of_one_day_have_two_numbers_and_two_files(town, publish, life, browse):
    first = publish(date(2026, 4, 13))
    other = Project.objects.get()
    other.pk, other._state.adding, other.number, other.title = None, True, "LX2026-009", "第二个项目"
    other.save()
    Project.objects.filter(pk=other.pk).update(state="shortlisted", amount_proposed="10000.00")

    second = notices.publish_notice(Call.objects.get(pk=town.call.pk), by=town.clerk, places={})

    assert [first.number, second.number] == ["GS2026-0001", "GS2026-0002"]
    assert (first.kind, second.kind) == (Notice.Kind.FIRST, Notice.Kind.MOVED_UP)
    files = [browse().get(reverse("reports:notice", args=[one.pk]))["Content-Disposition"] for one in (first, second)]
    assert len(set(files)) == 2


def test_the_page_of_the_call_and_of_the_project_lead_to_the_notice(town, publish, browse):
    notice = publish(date(2026, 4, 13))

    call = browse().get(town.call.get_absolute_url()).content.decode()
    project = browse(town.head).get(Project.objects.get().get_absolute_url()).content.decode()

    assert all(f'href="{notice.get_absolute_url()}"' in page for page in (call, project))
    assert "10,000.00" in project


# -- Personal data ---------------------------------------------------------------------------------


def test_the_notice_names_the_groups_and_no_person(town, publish, browse):
    notice = publish(date(2026, 4, 13))

    said = [
        browse().get(notice.get_absolute_url()).content.decode(),
        browse().get(reverse("projects:notice_text", args=[notice.pk])).content.decode(),
    ]

    for text in said:
        assert town.centre.name in text
        assert not any(private in text for private in ("13800138000", town.head.name, town.centre.bank_account))


# -- The sealed log --------------------------------------------------------------------------------


def test_notice_keeps_where_the_log_stood_and_is_a_witness_of_it(publish, browse):
    seal_events()
    stood = standing()

    notice = publish(date(2026, 4, 13))

    assert (notice.log_number, notice.log_hash) == stood
    assert json.loads(notice.frozen)["log"] == {"events": stood.number, "root": stood.hash}
    assert notice.log_hash in browse().get(notice.get_absolute_url()).content.decode()
    connection.check_constraints()
    triggers.unprotect(connection)
    Seal.objects.filter(number__gte=stood.number).delete()
    with translation.override("en"):
        said = list(Verification().problems())
    triggers.protect(connection)
    assert (
        f"the end is cut off after link {stood.number - 1}: {notice.number} says that there were {stood.number}" in said
    )


def test_notice_before_anything_is_sealed_says_nothing_of_the_log(publish):
    notice = publish(date(2026, 4, 13))

    assert (notice.log_number, notice.log_hash) == (0, "")
    assert "log" not in json.loads(notice.frozen)
