"""Needs: reported by anybody, sorted out by a clerk, published in a numbered list."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Event
from core.workflow import Refused
from grants.actions import needs
from grants.models import Need, NeedList

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def values(town, **changes) -> dict:
    return {"title": "老人看病没人陪", "text": "独居老人挂号取药没人陪。", "community": town.community} | changes


def reported(town, **changes) -> Need:
    return needs.report_need(values=values(town, **changes), sender=changes.pop("sender", "a"))


def accepted(town, **changes) -> Need:
    return needs.decide(needs.report_need(by=town.clerk, values=values(town, **changes)), "accept", by=town.clerk)


def publish(town, *listed: Need, **changes) -> NeedList:
    given = {
        "title": "指引表", "notice_workdays": 5, "answer_until": date(2026, 12, 31), "contact": "陈静",
        "contact_phone": "1",
    }  # fmt: skip
    return needs.publish_list(town.bureau, listed, by=changes.pop("by", town.clerk), **(given | changes))


# -- Reporting -------------------------------------------------------------------------------------


def test_a_resident_reports_a_need_without_an_account(town, browse):
    data = {"title": "看病没人陪", "text": "没人陪", "community": town.community.pk, "contact": "张阿姨", "website": ""}

    response = browse().post(reverse("grants:need_create"), data)

    need = Need.objects.get()
    assert response.url == need.get_absolute_url()
    assert (need.state, need.source, need.channel, need.entered_by) == ("received", "resident", "web", None)


def test_a_social_worker_says_who_speaks_and_how_it_came(town, browse):
    data = {
        "title": "看病没人陪", "text": "没人陪", "community": town.community.pk, "source": "survey", "channel": "visit",
        "evidence": "问卷120份",
    }  # fmt: skip

    browse(town.clerk).post(reverse("grants:need_create"), data)

    need = Need.objects.get()
    assert (need.source, need.channel, need.entered_by, need.evidence) == ("survey", "visit", town.clerk, "问卷120份")


def test_five_an_hour_from_one_connection_and_not_six(town, time):
    for _ in range(5):
        reported(town)

    with pytest.raises(Refused):
        reported(town)
    needs.report_need(values=values(town), sender="b")  # somebody else
    time.go(datetime(2026, 3, 10, 11, 0, 1))
    reported(town)

    assert Need.objects.count() == 7


def test_who_is_signed_in_is_not_limited(town):
    for _ in range(6):
        needs.report_need(by=town.clerk, values=values(town))

    assert Need.objects.count() == 6


def test_a_program_that_fills_in_everything_leaves_nothing(town, browse):
    data = {"title": "广告", "text": "广告", "community": town.community.pk, "website": "http://spam"}

    assert browse().post(reverse("grants:need_create"), data).status_code == 302
    assert not Need.objects.exists()


def test_what_was_typed_comes_back_with_the_mistake(town, browse):
    response = browse().post(reverse("grants:need_create"), {"title": "看病没人陪", "text": "", "people": "很多"})

    assert sorted(response.context["form"].errors) == ["community", "people", "text"]
    assert "看病没人陪" in response.content.decode()


def test_whoever_has_the_code_sees_what_became_of_it_and_not_who_reported_it(town, browse):
    need = reported(town, contact="张阿姨", contact_phone="13900139000")

    public = browse().get(need.get_absolute_url()).content.decode()

    assert need.title in public
    assert "13900139000" not in public
    assert "13900139000" in browse(town.auditor).get(need.get_absolute_url()).content.decode()
    assert browse().get(reverse("grants:need_detail", args=["0000000000"])).status_code == 404


# -- Sorting out -----------------------------------------------------------------------------------


def test_a_need_is_declined_with_a_reason(town):
    need = reported(town)

    with pytest.raises(Refused):
        needs.decide(need, "decline", by=town.clerk)
    needs.decide(need, "decline", by=town.clerk, note="已有项目覆盖")

    assert (need.state, Event.objects.about(need).last().note) == ("declined", "已有项目覆盖")


@pytest.mark.parametrize("username", ["head", "mentor", "approver", "auditor", "admin"])
def test_only_a_clerk_decides(town, username):
    with pytest.raises(PermissionDenied):
        needs.decide(reported(town), "accept", by=town.people[username])


def test_merging_lets_one_need_speak_for_all_that_were_merged_before(town):
    first, second, third = reported(town), reported(town), reported(town)
    needs.merge(first, second, by=town.clerk)

    needs.merge(second, third, by=town.clerk)

    first.refresh_from_db()
    assert (first.merged_into, second.merged_into, third.state) == (third, third, "received")


def test_a_need_is_not_merged_into_itself_or_into_a_closed_one(town):
    need, closed = reported(town), reported(town)
    needs.decide(closed, "decline", by=town.clerk, note="重复")

    for into in (need, closed):
        with pytest.raises(Refused):
            needs.merge(need, into, by=town.clerk)
    assert Need.objects.get(pk=need.pk).state == "received"


# -- The list --------------------------------------------------------------------------------------


def test_a_published_list_numbers_its_needs_and_freezes_them(town):
    one, two = accepted(town), accepted(town, title="放学没人管")

    found = publish(town, one, two)
    Need.objects.filter(pk=one.pk).update(title="改了")

    assert [entry.number for entry in found.entries.all()] == ["XQ2026-1-01", "XQ2026-1-02"]
    assert found.entries.first().title == "老人看病没人陪"
    assert (one.state, two.state) == ("listed", "listed")


def test_the_notice_runs_in_workdays_with_the_first_day(town):
    """10 March 2026 is a Tuesday: five workdays end on Monday the 16th."""
    found = publish(town, accepted(town))

    assert (found.notice_from, found.notice_until) == (date(2026, 3, 10), date(2026, 3, 16))
    assert found.is_in_notice


def test_a_list_stays_open_at_least_until_its_notice_ends(town):
    need = accepted(town)

    with pytest.raises(Refused):
        publish(town, need, answer_until=date(2026, 3, 15))
    assert Need.objects.get(pk=need.pk).state == "accepted"


def test_a_need_that_is_not_accepted_is_not_published(town):
    with pytest.raises(Refused):
        publish(town, reported(town))
    assert not NeedList.objects.exists()


@pytest.mark.parametrize("username", ["approver", "head", "mentor"])
def test_only_a_clerk_publishes(town, username):
    with pytest.raises(PermissionDenied):
        publish(town, accepted(town), by=town.people[username])


def test_the_page_of_a_list_leads_to_a_call_that_answers_it(town, browse):
    entry = publish(town, accepted(town, field=town.elderly)).entries.get()

    page = browse().get(entry.list.get_absolute_url()).content.decode()

    assert entry.number in page
    assert f"{reverse('projects:apply', args=[town.call.pk])}?need={entry.pk}" in page


# -- Wording it for the public, and asking after it ------------------------------------------------


def test_a_clerk_words_a_need_and_what_was_written_first_stays_in_the_log(town):
    need = reported(town, text="3号楼张阿姨13800138000看病没人陪。")

    needs.revise(need, by=town.clerk, values={"text": "独居老人看病没人陪。", "field": town.elderly})

    assert (need.text, need.field) == ("独居老人看病没人陪。", town.elderly)
    assert Event.objects.about(need).get(name="revise").data["before"]["text"] == "3号楼张阿姨13800138000看病没人陪。"


@pytest.mark.parametrize("username", ["approver", "mentor", "head", "stranger"])
def test_only_a_clerk_words_a_need(town, username):
    with pytest.raises(PermissionDenied):
        needs.revise(reported(town), by=town.people[username], values={"title": "别的"})


def test_what_has_been_published_is_worded_no_more(town):
    need = accepted(town)
    publish(town, need)

    with pytest.raises(Refused):
        needs.revise(need, by=town.clerk, values={"title": "别的"})


@pytest.mark.parametrize("change", [str.lower, lambda code: f" {code} ", lambda code: code.translate(FULL_WIDTH)])
def test_the_code_leads_to_what_became_of_it_however_it_is_typed(town, browse, change):
    need = reported(town)

    response = browse().get(reverse("grants:need_list"), {"code": change(need.reference)})

    assert response.url == need.get_absolute_url()


def test_an_unknown_code_is_said_at_its_field_and_comes_back(town, browse):
    response = browse().get(reverse("grants:need_list"), {"code": "1234567890"})

    assert list(response.context["form"].errors) == ["code"]
    assert 'value="1234567890"' in response.content.decode()


@pytest.mark.parametrize(
    ("phone", "fine"),
    [("13800138000", True), ("010-6500 0000", True), ("+852 23456789", True), ("abc", False), ("123", False)],
)
def test_a_phone_number_is_figures(town, browse, phone, fine):
    data = {"title": "看病没人陪", "text": "没人陪", "community": town.community.pk, "contact_phone": phone}

    browse().post(reverse("grants:need_create"), data)

    assert Need.objects.exists() is fine


@pytest.mark.parametrize(("people", "fine"), [("1000000", True), ("1000001", False), ("0", False), ("1e400", False)])
def test_the_number_of_people_is_within_reason(town, browse, people, fine):
    data = {"title": "看病没人陪", "text": "没人陪", "community": town.community.pk, "people": people}

    browse().post(reverse("grants:need_create"), data)

    assert Need.objects.exists() is fine
