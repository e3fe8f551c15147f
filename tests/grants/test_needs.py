"""Needs: reported by anybody, sorted out and merged by a clerk."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Attachment, Event
from core.strangers import has_sent_enough
from core.workflow import Refused
from grants.actions import needs
from grants.actions.needs import MOST_FROM_ONE_ACCOUNT, MOST_FROM_ONE_ADDRESS
from grants.models import Need
from people.models import Community
from tests.grants.test_need_lists import publish
from tests.test_files import pdf

FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def values(town, **changes) -> dict:
    return {"title": "老人看病没人陪", "text": "独居老人挂号取药没人陪。", "community": town.community} | changes


SURVEY = {
    "title": "看病没人陪", "text": "没人陪", "source": "survey", "channel": "visit", "method": "入户问卷",
    "sample": "120", "surveyed_from": "2026-01-05", "surveyed_until": "2026-03-05",
    "evidence": "八成独居老人看病没人陪",
}  # fmt: skip


def reported(town, **changes) -> Need:
    return needs.report_need(values=values(town, **changes), sender=changes.pop("sender", "a"))


def accepted(town, **changes) -> Need:
    return needs.decide(needs.report_need(by=town.clerk, values=values(town, **changes)), "accept", by=town.clerk)


# -- Reporting -------------------------------------------------------------------------------------


def test_a_resident_reports_a_need_without_an_account(town, browse):
    data = {"title": "看病没人陪", "text": "没人陪", "community": town.community.pk, "contact": "张阿姨", "website": ""}

    response = browse().post(reverse("grants:need_create"), data)

    need = Need.objects.get()
    assert response.url == need.get_absolute_url()
    assert (need.state, need.source, need.channel, need.entered_by) == ("received", "resident", "web", None)


def test_a_social_worker_says_who_speaks_and_how_it_came(town, browse):
    browse(town.head).post(reverse("grants:need_create"), SURVEY | {"community": town.community.pk, "files": pdf()})

    need = Need.objects.get()
    assert (need.source, need.channel, need.entered_by) == ("survey", "visit", town.head)
    assert (need.method, need.sample, need.evidence) == ("入户问卷", 120, "八成独居老人看病没人陪")
    assert (need.surveyed_from, need.surveyed_until) == (date(2026, 1, 5), date(2026, 3, 5))
    assert Attachment.objects.of(need).count() == 1


def test_a_survey_says_how_it_was_made_and_how_many_were_asked(town, browse):
    data = SURVEY | {"community": town.community.pk, "method": "", "sample": "", "surveyed_until": "2025-01-01"}

    response = browse(town.head).post(reverse("grants:need_create"), data)

    assert sorted(response.context["form"].errors) == ["method", "sample", "surveyed_until"]
    assert not Need.objects.exists()


def test_the_files_of_a_survey_are_for_the_funders_people_and_who_entered_it(town, browse):
    browse(town.head).post(reverse("grants:need_create"), SURVEY | {"community": town.community.pk, "files": pdf()})
    file = reverse("core:attachment", args=[Attachment.objects.get().pk])

    statuses = {name: browse(town.people[name]).get(file).status_code for name in ("head", "auditor", "mentor")}

    assert statuses == {"head": 200, "auditor": 200, "mentor": 404}


@pytest.mark.parametrize(
    ("username", "offered"),
    [
        (None, ["community", "resident"]),
        ("stranger", ["community", "resident"]),
        ("singer", ["community", "resident"]),
        ("head", ["community", "survey", "resident"]),
        ("mentor", ["community", "survey", "resident"]),
        ("clerk", ["community", "survey", "resident"]),
    ],
)
def test_only_who_does_social_work_or_funds_it_speaks_for_a_survey(town, browse, username, offered):
    client = browse(town.people[username] if username else None)
    page = reverse("grants:need_create")

    form = client.get(page).context["form"]
    client.post(page, SURVEY | {"community": town.community.pk})

    assert [value for value, _label in form.fields["source"].choices] == offered
    assert Need.objects.filter(source="survey").exists() is ("survey" in offered)


@pytest.mark.parametrize(("until", "speaks"), [(None, True), (date(2026, 3, 10), True), (date(2026, 3, 9), False)])
def test_a_certificate_speaks_for_a_survey_until_its_registration_lapses(town, browse, until, speaks):
    town.stranger.certificates.create(
        level="assistant", number="A1", issued_on=date(2020, 1, 1), registered_until=until
    )

    browse(town.stranger).post(reverse("grants:need_create"), SURVEY | {"community": town.community.pk})

    assert Need.objects.exists() is speaks


def test_who_writes_for_the_committee_is_not_believed_before_a_clerk_has_asked_there(town):
    need = needs.report_need(values=values(town, source="community"), sender="a")
    assert need.speaker == "居民委员会（未核实）"

    with pytest.raises(PermissionDenied):
        needs.vouch(need, by=town.approver, note="问过")
    with pytest.raises(Refused):
        needs.vouch(need, by=town.clerk, note=" ")
    needs.vouch(need, by=town.clerk, note="3月10日致电刘主任")

    assert need.speaker == "居民委员会"
    with pytest.raises(Refused):
        needs.vouch(need, by=town.clerk, note="再问")


def test_a_clerk_who_enters_it_for_the_committee_knows_them(town):
    need = needs.report_need(by=town.clerk, values=values(town, source="community"))

    assert need.vouched_by == town.clerk


def test_who_writes_for_the_committee_says_whom_to_ask_there(town, browse):
    data = {"title": "看病没人陪", "text": "没人陪", "community": town.community.pk, "source": "community"}

    response = browse().post(reverse("grants:need_create"), data)

    assert sorted(response.context["form"].errors) == ["contact", "contact_phone"]


def fill_the_hour(town, most: int, **who) -> None:
    """As if so many had been sent within the hour."""
    Need.objects.bulk_create(Need(**values(town), **who) for _ in range(most))


def test_one_connection_reports_so_many_an_hour_and_not_one_more(town, time):
    fill_the_hour(town, MOST_FROM_ONE_ADDRESS - 1, sender="a")
    reported(town)

    with pytest.raises(Refused):
        reported(town)
    needs.report_need(values=values(town), sender="b")  # somebody else
    time.go(datetime(2026, 3, 10, 11, 0, 1))
    reported(town)

    assert Need.objects.count() == MOST_FROM_ONE_ADDRESS + 2


def test_one_account_reports_so_many_an_hour_from_wherever_it_writes(town):
    fill_the_hour(town, MOST_FROM_ONE_ACCOUNT, entered_by=town.stranger)

    with pytest.raises(Refused):
        needs.report_need(by=town.stranger, sender="new", values=values(town))


def test_many_accounts_on_one_connection_share_its_limit(town):
    fill_the_hour(town, MOST_FROM_ONE_ADDRESS, sender="a")

    with pytest.raises(Refused):
        needs.report_need(by=town.stranger, sender="a", values=values(town))


def test_a_funders_people_are_not_limited(town):
    fill_the_hour(town, MOST_FROM_ONE_ADDRESS, entered_by=town.clerk)

    assert needs.report_need(by=town.clerk, sender="a", values=values(town)).sender == ""
    assert not has_sent_enough(Need.objects.filter(sender="a"), "received_at")


def test_the_refusal_names_a_phone_when_one_is_known(town):
    fill_the_hour(town, MOST_FROM_ONE_ADDRESS, sender="a")

    def refusal() -> str:
        with pytest.raises(Refused) as refused:
            reported(town)
        return str(refused.value)

    assert refusal().endswith("请稍后再试。")
    publish(town, accepted(town), contact="陈静", contact_phone="010-65000000")
    assert refusal().endswith("，或者打电话反映：陈静 010-65000000。")
    Community.objects.filter(pk=town.community.pk).update(phone="010-65000001")
    town.community.refresh_from_db()
    assert refusal().endswith("，或者打电话向居委会反映：010-65000001。")


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


def test_a_phone_without_a_name_is_shown_to_the_funders_people(town, browse):
    need = reported(town, contact_phone="13900139000")

    for page in (need.get_absolute_url(), reverse("projects:need_sort_out", args=[need.pk])):
        assert "13900139000" in browse(town.clerk).get(page).content.decode()


def test_whose_name_is_asked_depends_on_who_writes(town, browse):
    def label(user) -> str:
        return str(browse(user).get(reverse("grants:need_create")).context["form"]["contact"].label)

    assert (label(None), label(town.stranger)) == ("您的姓名", "您的姓名")
    assert (label(town.clerk), label(town.head)) == ("反映人姓名", "反映人姓名")


def test_anybody_finds_where_to_report_a_need(browse):
    assert browse().get(reverse("home")).content.decode().count(f'href="{reverse("grants:need_create")}"') == 2


def test_who_reported_reads_why_it_was_declined(town, browse):
    need = reported(town)
    needs.decide(need, "decline", by=town.clerk, note="已有项目覆盖")

    page = browse().get(need.get_absolute_url())

    assert page.context["declined"].note == "已有项目覆盖"
    desk = browse(town.clerk).get(reverse("projects:need_sort_out", args=[need.pk])).content.decode()
    assert "已有项目覆盖" in desk


def test_who_reported_finds_the_number_in_the_list_also_after_a_merge(town, browse):
    main, other = accepted(town, title="老人看病"), reported(town, title="张阿姨看病没人陪")
    needs.merge(other, main, by=town.clerk)
    entry = publish(town, main).entries.get()

    for need in (main, other):
        page = browse().get(need.get_absolute_url()).content.decode()
        assert f'href="{entry.get_absolute_url()}"' in page
        assert entry.number in page


def test_a_merged_report_shows_how_the_other_stands_and_not_what_it_says(town, browse):
    main, other = reported(town, title="三号楼李大爷瘫痪"), reported(town)
    needs.merge(other, main, by=town.clerk)

    page = browse().get(other.get_absolute_url()).content.decode()

    assert main.title not in page
    assert main.reference not in page
    needs.decide(main, "decline", by=town.clerk, note="另有渠道")
    assert "另有渠道" in browse().get(other.get_absolute_url()).content.decode()


def test_the_words_of_other_reports_are_for_the_funders_people_only(town, browse):
    main, other = reported(town), reported(town, title="三号楼李大爷瘫痪")
    needs.merge(other, main, by=town.clerk)

    assert other.title not in browse().get(main.get_absolute_url()).content.decode()
    assert other.title in browse(town.auditor).get(main.get_absolute_url()).content.decode()


def test_what_becomes_of_the_main_need_is_told_to_everybody_who_reported_it(town):
    main = needs.report_need(by=town.head, values=values(town))
    other = needs.report_need(by=town.stranger, values=values(town))
    needs.merge(other, main, by=town.clerk)

    needs.decide(main, "accept", by=town.clerk)

    assert town.stranger.notifications.latest("pk").url == other.get_absolute_url()
    assert town.head.notifications.latest("pk").url == main.get_absolute_url()


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


def test_what_was_merged_by_mistake_is_taken_apart_with_all_that_came_along(town):
    first, second, third, fourth = (reported(town) for _ in range(4))
    needs.merge(first, second, by=town.clerk)
    needs.merge(fourth, third, by=town.clerk)
    needs.merge(second, third, by=town.clerk)

    needs.unmerge(second, by=town.clerk)

    for need in (first, fourth):
        need.refresh_from_db()
    assert (second.state, second.merged_into) == ("received", None)
    assert (first.merged_into, fourth.merged_into) == (second, third)
    assert [event.name for event in Event.objects.about(third)] == ["report", "take_in", "take_in", "let_go"]


def test_only_a_clerk_takes_needs_apart(town):
    need, main = reported(town), reported(town)
    needs.merge(need, main, by=town.clerk)

    with pytest.raises(PermissionDenied):
        needs.unmerge(need, by=town.approver)


def test_what_has_been_published_together_is_not_taken_apart(town, time):
    need, main = reported(town), accepted(town)
    needs.merge(need, main, by=town.clerk)
    time.go(datetime(2026, 3, 10, 12, 0))
    publish(town, main)

    with pytest.raises(Refused):
        needs.unmerge(need, by=town.clerk)
    assert Need.objects.get(pk=need.pk).merged_into == main


def test_what_was_merged_into_a_published_need_is_taken_apart_again(town, time):
    need, main = reported(town), accepted(town)
    publish(town, main)
    time.go(datetime(2026, 3, 10, 12, 0))
    needs.merge(need, main, by=town.clerk)

    needs.unmerge(need, by=town.clerk)

    assert (need.state, Need.objects.get(pk=main.pk).state) == ("received", "listed")


def test_a_need_is_not_merged_into_itself_or_into_a_closed_one(town):
    need, closed = reported(town), reported(town)
    needs.decide(closed, "decline", by=town.clerk, note="重复")

    for into in (need, closed):
        with pytest.raises(Refused):
            needs.merge(need, into, by=town.clerk)
    assert Need.objects.get(pk=need.pk).state == "received"


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


def test_the_form_sent_again_by_a_browser_that_went_back_is_the_same_need(town, browse):
    typed = {
        "title": "看病没人陪",
        "text": "没人陪",
        "contact": "张阿姨",
        "website": "",
        "community": town.community.pk,
    }
    client = browse()

    first, again = (client.post(reverse("grants:need_create"), typed).url for _time in range(2))
    other = client.post(reverse("grants:need_create"), typed | {"text": "还是没人陪"}).url

    assert (first == again, first == other, Need.objects.count()) == (True, False, 2)
