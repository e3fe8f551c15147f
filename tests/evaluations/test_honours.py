"""Honours: proposed, in notice, granted with a number, withdrawn; and the hint to who gives a bonus."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.workflow import Refused
from evaluations.actions import honours
from evaluations.inbox import waiting_for
from evaluations.models import Honour
from people.models import Role
from tests.life import draft
from tests.memory import remembered
from tests.starry import delisted
from tests.town import aware, member

WISH = {
    "year": 2026,
    "title": "年度优秀社区社会组织",
    "reason": "为独居老人服务三年不断。",
    "contact_phone": "010-65000000",
}


@remembered
def in_notice(town) -> Honour:
    """From 10 to 17 March: five workdays."""
    return honours.propose(town.choir, town.bureau, by=town.clerk, **WISH)


@remembered
def granted(town, time) -> Honour:
    honour = in_notice(town)
    time.go(datetime(2026, 3, 18, 9))
    return honours.grant(honour, by=town.approver)


def tasks(user) -> list[str]:
    return [task.what for task in waiting_for(type(user).objects.get(pk=user.pk))]


def test_the_notice_is_counted_in_workdays(town):
    honour = in_notice(town)

    assert (honour.notice_from, honour.notice_until, honour.number) == (date(2026, 3, 10), date(2026, 3, 17), "")


def test_nothing_is_granted_while_the_notice_runs(town, time):
    honour = in_notice(town)
    time.go(datetime(2026, 3, 17, 23))

    with pytest.raises(Refused, match="公示期"):
        honours.grant(honour, by=town.approver)
    assert "决定是否授予荣誉：年度优秀社区社会组织" not in tasks(town.approver)


def test_an_approver_grants_it_and_it_has_a_number(town, time):
    honour = granted(town, time)

    assert (honour.number, honour.state) == ("RY2026-0001", "granted")
    assert town.singer.notifications.filter(subject__contains="荣誉已授予").exists()


def test_who_proposed_does_not_grant(town, time):
    honour = in_notice(town)
    member(town.clerk, town.bureau, Role.APPROVER)
    time.go(datetime(2026, 3, 18, 9))

    with pytest.raises(PermissionDenied):
        honours.grant(honour, by=type(town.clerk).objects.get(pk=town.clerk.pk))


def test_who_belongs_to_it_does_not_grant_it(town, time):
    honour = in_notice(town)
    member(town.approver, town.choir, Role.STAFF)
    time.go(datetime(2026, 3, 18, 9))

    with pytest.raises(PermissionDenied):
        honours.grant(honour, by=type(town.approver).objects.get(pk=town.approver.pk))


def test_it_is_declined_with_a_reason(town):
    honour = in_notice(town)
    with pytest.raises(Refused):
        honours.decline(honour, by=town.approver, note=" ")

    honours.decline(honour, by=town.approver, note="有异议，查实。")

    assert Honour.objects.get().state == "declined"


def test_the_same_is_not_proposed_twice(town):
    in_notice(town)

    with pytest.raises(Refused):
        honours.propose(town.choir, town.bureau, by=town.clerk, **WISH)


def test_who_is_delisted_is_not_honoured(town, time):
    delisted(town, time)

    with pytest.raises(Refused):
        honours.propose(town.centre, town.bureau, by=town.clerk, **WISH)


def test_a_withdrawn_honour_says_why_to_everybody(town, time, browse):
    honour = granted(town, time)
    with pytest.raises(PermissionDenied):
        honours.withdraw(honour, by=town.clerk, reason="x")

    honours.withdraw(honour, by=town.approver, reason="材料不实。")

    page = browse().get(honour.get_absolute_url()).content.decode()
    assert ("材料不实。" in page, "RY2026-0001" in page) == (True, True)
    assert not Honour.objects.standing().exists()


def test_what_was_not_granted_is_nobody_elses_business(town, browse):
    honour = honours.decline(in_notice(town), by=town.approver, note="有异议。")

    assert browse().get(honour.get_absolute_url()).status_code == 404
    assert browse(town.singer).get(honour.get_absolute_url()).status_code == 200


def test_an_honour_counts_for_a_bonus_for_two_years(town, time):
    granted(town, time)

    assert Honour.objects.counting().count() == 1
    time.go(datetime(2028, 3, 18, 9))
    assert Honour.objects.counting().count() == 0


@pytest.mark.parametrize(("kind", "hinted"), [("honour", True), ("other", False)])
def test_who_gives_bonuses_is_hinted_where_the_call_says_so(town, time, browse, kind, hinted):
    project = draft(town, town.choir, by=town.singer)
    type(project).objects.filter(pk=project.pk).update(state="in_review", submitted_at=aware(2026, 3, 12, 9))
    town.call.bonus_rules.create(kind=kind, condition="两年内获荣誉", most=2, legal_basis="公告")
    granted(town, time)

    page = browse(town.clerk).get(reverse("evaluations:bonus", args=[project.pk])).content.decode()

    assert ("RY2026-0001" in page) is hinted


def test_an_honour_through_its_pages(town, time, browse):
    clerk, approver = browse(town.clerk), browse(town.approver)
    wish = WISH | {"notice_workdays": 5}
    page = clerk.post(reverse("evaluations:honour_create", args=[town.choir.pk]), wish).url
    approver.post(page, {"grant": "1"})  # too early
    assert Honour.objects.get().state == "notice"
    time.go(datetime(2026, 3, 18, 9))

    approver.post(page, {"grant": "1"})

    assert Honour.objects.get().number == "RY2026-0001"
    assert "RY2026-0001" in browse().get(reverse("evaluations:honour_list")).content.decode()
    approver.post(page, {"reason": "材料不实"})
    assert Honour.objects.get().state == "withdrawn"


@pytest.mark.parametrize("year", ["1999", "2030", "", "x"])
def test_a_wrong_year_comes_back_as_typed(town, browse, year):
    wish = WISH | {"notice_workdays": 5, "year": year}

    response = browse(town.clerk).post(reverse("evaluations:honour_create", args=[town.choir.pk]), wish)

    assert response.status_code == 200
    assert "为独居老人服务三年不断。" in response.content.decode()
