"""Lists of needs: published in the clerk's order, withdrawn and corrected, remarked on while the notice runs."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core.strangers import MOST_AN_HOUR
from core.workflow import Refused
from grants.actions import need_lists, needs
from grants.models import Need, NeedList, NeedListEntry, NeedRemark
from people.models import Role
from projects.actions import drafts
from projects.forms.proposal import entries_for
from projects.models import Project
from tests.town import member


def values(town, **changes) -> dict:
    return {"title": "老人看病没人陪", "text": "独居老人挂号取药没人陪。", "community": town.community} | changes


def accepted(town, **changes) -> Need:
    return needs.decide(needs.report_need(by=town.clerk, values=values(town, **changes)), "accept", by=town.clerk)


def publish(town, *listed: Need, **changes) -> NeedList:
    given = {
        "title": "指引表", "notice_workdays": 5, "answer_until": date(2026, 12, 31), "contact": "陈静",
        "contact_phone": "1",
    }  # fmt: skip
    return need_lists.publish_list(town.bureau, listed, by=changes.pop("by", town.clerk), **(given | changes))


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


def test_the_first_day_counts_only_if_the_clerk_says_so(town):
    """Counted from the day after, five workdays end on Tuesday the 17th."""
    assert publish(town, accepted(town), counts_first_day=False).notice_until == date(2026, 3, 17)


def test_a_list_stays_open_at_least_until_its_notice_ends(town):
    need = accepted(town)

    with pytest.raises(Refused):
        publish(town, need, answer_until=date(2026, 3, 15))
    assert Need.objects.get(pk=need.pk).state == "accepted"


def test_a_need_that_is_not_accepted_is_not_published(town):
    with pytest.raises(Refused):
        publish(town, needs.report_need(by=town.clerk, values=values(town)))
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


# -- Publishing it on the page ---------------------------------------------------------------------


def form_data(town, *listed: Need, **changes) -> dict:
    data = {
        "funder": town.bureau.pk, "title": "指引表", "notice_workdays": "5", "counts_first_day": "on",
        "answer_until": "2026-12-31", "contact": "陈静", "contact_phone": "010-65000000",
        "needs": [need.pk for need in listed],
    }  # fmt: skip
    return data | changes


def test_the_clerk_sees_the_list_in_the_chosen_order_before_it_is_published(town, browse):
    first, second, third = (accepted(town, title=title) for title in ("一", "二", "三"))
    places = {f"place-{second.pk}": "2", f"place-{third.pk}": "1"}
    page = reverse("grants:need_list_create")

    preview = browse(town.clerk).post(page, form_data(town, first, second, third, **places, preview="1"))

    assert [need.title for need in preview.context["needs"]] == ["三", "二", "一"]
    assert preview.context["notice_until"] == date(2026, 3, 16)
    assert not NeedList.objects.exists()
    browse(town.clerk).post(page, sent_on(preview) | {"publish": "1"})
    assert [entry.title for entry in NeedList.objects.get().entries.all()] == ["三", "二", "一"]


def sent_on(preview) -> dict:
    """What the hidden fields of the preview send."""
    form = preview.context["form"]
    return {field.html_name: field.value() for field in form if field.value() not in (None, False)}


def test_going_back_from_the_preview_keeps_what_was_typed(town, browse):
    need = accepted(town)

    response = browse(town.clerk).post(reverse("grants:need_list_create"), form_data(town, need, back="1"))

    assert not response.context["form"].errors
    assert "指引表" in response.content.decode()
    assert not NeedList.objects.exists()


def test_a_list_that_would_close_before_its_notice_ends_is_refused_in_the_preview(town, browse):
    data = form_data(town, accepted(town), answer_until="2026-03-12", preview="1")

    response = browse(town.clerk).post(reverse("grants:need_list_create"), data)

    assert response.templates[0].name == "grants/need_list_form.html"
    assert len(response.context["form"].non_field_errors()) == 1


def test_the_phone_of_a_list_is_one_that_can_be_dialled(town, browse):
    data = form_data(town, accepted(town), contact_phone="abc", publish="1")

    response = browse(town.clerk).post(reverse("grants:need_list_create"), data)

    assert list(response.context["form"].errors) == ["contact_phone"]
    assert not NeedList.objects.exists()


# -- Withdrawing and correcting it -----------------------------------------------------------------


def test_a_withdrawn_list_stays_readable_and_its_needs_wait_again(town, browse):
    need = accepted(town)
    found = publish(town, need)

    need_lists.withdraw_list(found, by=town.clerk, reason="第1项社区写错")

    need.refresh_from_db()
    page = browse().get(found.get_absolute_url()).content.decode()
    assert (need.state, need.entry, found.is_in_notice) == ("accepted", None, False)
    assert "第1项社区写错" in page
    assert found.entries.get().title in page


def test_a_list_is_withdrawn_once_with_a_reason_by_a_clerk_of_its_funder(town):
    found = publish(town, accepted(town))
    member(town.stranger, town.support, Role.STAFF)

    for by in (town.approver, town.mentor, town.stranger):
        with pytest.raises(PermissionDenied):
            need_lists.withdraw_list(found, by=by, reason="写错")
    with pytest.raises(Refused):
        need_lists.withdraw_list(found, by=town.clerk, reason=" ")
    need_lists.withdraw_list(found, by=town.clerk, reason="写错")
    with pytest.raises(Refused):
        need_lists.withdraw_list(found, by=town.clerk, reason="再次")


def test_a_corrected_list_names_the_one_it_replaces_and_takes_its_place_once(town, browse):
    need = accepted(town)
    first = publish(town, need)
    with pytest.raises(Refused):
        publish(town, accepted(town), replaces=first)  # it is in force
    need_lists.withdraw_list(first, by=town.clerk, reason="写错")
    need.refresh_from_db()

    second = publish(town, need, replaces=first)

    first.refresh_from_db()
    assert (second.replaces, first.replacement) == (first, second)
    assert [entry.number for entry in second.entries.all()] == ["XQ2026-2-01"]
    assert second.get_absolute_url() in browse().get(first.get_absolute_url()).content.decode()
    assert first.get_absolute_url() in browse().get(second.get_absolute_url()).content.decode()
    with pytest.raises(Refused):
        publish(town, accepted(town), replaces=first)


def test_the_form_of_a_corrected_list_begins_with_the_withdrawn_one(town, browse):
    one, two = accepted(town), accepted(town, title="放学没人管")
    found = publish(town, two, one)
    need_lists.withdraw_list(found, by=town.clerk, reason="写错")

    form = browse(town.clerk).get(reverse("grants:need_list_create") + f"?replaces={found.pk}").context["form"]

    assert (form["title"].value(), form["replaces"].value()) == ("指引表", found.pk)
    assert [form[f"place-{need.pk}"].value() for need in (one, two)] == [2, 1]
    assert sorted(form["needs"].value()) == [one.pk, two.pk]


def test_no_proposal_begins_with_a_need_of_a_withdrawn_list(town):
    need = accepted(town)
    found = publish(town, need)
    assert [entry.need for entry in entries_for(town.call)] == [need]

    need_lists.withdraw_list(found, by=town.clerk, reason="写错")

    assert list(entries_for(town.call)) == []


def test_a_proposal_keeps_the_number_it_names_and_is_pointed_to_the_new_one(town, browse):
    need = accepted(town)
    found = publish(town, need)
    project = drafts.create_draft(town.call, town.centre, by=town.head, title="陪诊", answers=found.entries.get())
    need_lists.withdraw_list(found, by=town.clerk, reason="写错")
    need.refresh_from_db()
    publish(town, need, replaces=found)

    page = browse(town.head).get(reverse("projects:proposal_detail", args=[project.pk])).content.decode()

    assert "XQ2026-1-01" in page
    assert "XQ2026-2-01" in page


def test_the_database_refuses_a_need_in_two_lists(town):
    need = accepted(town)
    entry = publish(town, need).entries.get()
    other = publish(town, accepted(town))

    with pytest.raises(IntegrityError), transaction.atomic():
        NeedListEntry.objects.create(list=other, need=need, ordinal=2, title="同一需求", community=entry.community)


def test_the_needs_to_answer_stand_list_by_list(town):
    publish(town, accepted(town), accepted(town))
    publish(town, accepted(town))

    assert [entry.number for entry in entries_for(town.call)] == ["XQ2026-2-01", "XQ2026-1-01", "XQ2026-1-02"]


# -- What answers it -------------------------------------------------------------------------------


def test_who_reported_sees_how_many_answer_and_which_got_money(town, browse):
    need = accepted(town)
    entry = publish(town, need).entries.get()
    drafts.create_draft(town.call, town.centre, by=town.head, title="还在写", answers=entry)
    for title, state in (("已提交的", "submitted"), ("有资助的", "running")):
        project = drafts.create_draft(town.call, town.centre, by=town.head, title=title, answers=entry)
        Project.objects.filter(pk=project.pk).update(state=state, submitted_at=town.call.opens_at)

    page = browse().get(need.get_absolute_url()).content.decode()

    assert "已有2份申报书" in page
    assert [title in page for title in ("有资助的", "已提交的", "还在写")] == [True, False, False]


# -- Remarks ---------------------------------------------------------------------------------------

REMARK = {"text": "漏了我们小区", "name": "张阿姨", "phone": "13900139000"}


def test_anybody_remarks_on_a_list_and_reads_the_answer(town, browse):
    found = publish(town, accepted(town))
    entry = found.entries.get()

    response = browse().post(
        reverse("grants:need_remark_create", args=[found.pk]), REMARK | {"entry": entry.pk, "website": ""}
    )
    remark = NeedRemark.objects.get()
    need_lists.answer_remark(remark, by=town.clerk, answer="下一批列入")

    assert response.url == remark.get_absolute_url()
    assert (remark.entry, remark.name) == (entry, "张阿姨")
    assert "下一批列入" in browse().get(remark.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("changes", "wrong"), [({"phone": "abc"}, "phone"), ({"phone": ""}, "phone"), ({"name": ""}, "name")]
)
def test_a_remark_has_a_name_and_a_phone(town, browse, changes, wrong):
    found = publish(town, accepted(town))

    response = browse().post(reverse("grants:need_remark_create", args=[found.pk]), REMARK | changes)

    assert list(response.context["form"].errors) == [wrong]
    assert not NeedRemark.objects.exists()


def test_a_program_that_fills_in_everything_leaves_no_remark(town, browse):
    found = publish(town, accepted(town))

    browse().post(reverse("grants:need_remark_create", args=[found.pk]), REMARK | {"website": "http://spam"})

    assert not NeedRemark.objects.exists()


def test_remarks_are_taken_until_the_end_of_the_last_day(town, time):
    found = publish(town, accepted(town))
    time.go(datetime(2026, 3, 16, 23, 59))
    need_lists.remark_on_list(found, **REMARK)
    time.go(datetime(2026, 3, 17, 0, 1))

    with pytest.raises(Refused):
        need_lists.remark_on_list(found, **REMARK)


def test_a_withdrawn_list_takes_no_remarks(town):
    found = publish(town, accepted(town))
    need_lists.withdraw_list(found, by=town.clerk, reason="写错")

    with pytest.raises(Refused):
        need_lists.remark_on_list(found, **REMARK)


def test_one_connection_makes_so_many_remarks_an_hour(town):
    found = publish(town, accepted(town))
    for _ in range(MOST_AN_HOUR):
        need_lists.remark_on_list(found, sender="a", **REMARK)

    with pytest.raises(Refused):
        need_lists.remark_on_list(found, sender="a", **REMARK)
    need_lists.remark_on_list(found, sender="b", **REMARK)


def test_a_remark_is_answered_once_by_a_clerk_of_the_funder(town):
    remark = need_lists.remark_on_list(publish(town, accepted(town)), **REMARK)

    for by in (town.approver, town.head, town.stranger):
        with pytest.raises(PermissionDenied):
            need_lists.answer_remark(remark, by=by, answer="好")
    need_lists.answer_remark(remark, by=town.clerk, answer="好")
    with pytest.raises(Refused):
        need_lists.answer_remark(remark, by=town.clerk, answer="改")


def test_names_and_phones_of_remarks_are_for_the_clerks(town, browse):
    found = publish(town, accepted(town))
    need_lists.remark_on_list(found, **REMARK)

    shown = {
        name: "13900139000" in browse(town.people.get(name)).get(found.get_absolute_url()).content.decode()
        for name in ("clerk", "auditor", "head", "anonymous")
    }

    assert shown == {"clerk": True, "auditor": False, "head": False, "anonymous": False}


@pytest.mark.parametrize(("username", "waits"), [("clerk", True), ("approver", False), ("head", False)])
def test_a_remark_waits_for_a_clerk_until_it_is_answered(town, browse, username, waits):
    remark = need_lists.remark_on_list(publish(town, accepted(town)), **REMARK)
    there = f"{remark.list.get_absolute_url()}#remarks"
    client = browse(town.people[username])

    assert (there in client.get(reverse("inbox")).content.decode()) is waits
    need_lists.answer_remark(remark, by=town.clerk, answer="好")
    assert there not in client.get(reverse("inbox")).content.decode()
