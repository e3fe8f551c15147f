"""The waitlist: who drops out is followed by the next in order whose amount fits, by itself and on record."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from core.models import Event
from evaluations.actions import ranking, waitlist
from grants.models import Call
from projects.actions import award, competition, inquiry, notices, proposals
from projects.models import NoticeEntry, Project
from tests.judging import announced, judged
from tests.life import examined

MONEY = Decimal("10000.00")


def states() -> dict[int, str]:
    return dict(Project.objects.values_list("pk", "state"))


def fresh(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


@pytest.fixture
def lists(town, life):
    """Two projects in notice and two that wait, all of one track and of 10,000 yuan; the call has 20,000."""
    Call.objects.filter(pk=town.call.pk).update(budget=Decimal("20000.00"))
    town.call.refresh_from_db()
    first, second, third, fourth = judged(town, life, 38, 34, 30, 26)
    announced(town, {first.pk: "shortlist", second.pk: "shortlist", third.pk: "waitlist", fourth.pk: "waitlist"})
    return [fresh(project) for project in (first, second, third, fourth)]


def upheld(town, project):
    inquiry.rule_on_objection(examined(town, project), by=town.approver, ruling="upheld", reason="属实")


def refused(town, project):
    award.refuse(project, by=town.approver, note="与区级项目重复")


def withdrawn(town, project):
    proposals.withdraw(project, by=town.head, note="不办了")


@pytest.mark.parametrize("drop", [upheld, refused, withdrawn], ids=lambda drop: drop.__name__)
def test_when_one_drops_out_the_next_by_rank_moves_up(town, lists, drop):
    first, second, third, fourth = lists

    drop(town, first)

    found = states()
    assert found[first.pk] in ("not_selected", "withdrawn")
    assert (found[second.pk], found[third.pk], found[fourth.pk]) == ("in_notice", "shortlisted", "waitlisted")
    assert fresh(third).amount_proposed == MONEY
    event = Event.objects.about(third).get(name="move_up")
    assert event.actor is None
    assert (first.title in event.note, third.title in event.note) == (True, True)


def test_a_forfeited_award_makes_room_too(town, lists, life, time):
    first, _second, third, _fourth = lists
    life.walk(first, "approved")

    award.forfeit(fresh(first), by=town.head, note="负责人调离")

    assert states()[third.pk] == "shortlisted"


def test_who_has_moved_up_and_is_struck_is_followed_by_the_next(town, lists):
    first, _second, third, fourth = lists
    refused(town, first)

    competition.strike(fresh(third), by=town.approver, note="不符合")

    assert (states()[third.pk], states()[fourth.pk]) == ("not_selected", "shortlisted")


def test_striking_one_that_only_waits_moves_nobody(town, lists):
    _first, _second, third, fourth = lists

    competition.strike(third, by=town.approver, note="不符合")

    assert states()[fourth.pk] == "waitlisted"


def test_whose_amount_does_not_fit_is_passed_over_by_name(town, lists):
    first, second, third, fourth = lists
    Project.objects.filter(pk=first.pk).update(amount_proposed=Decimal("6000.00"))
    Project.objects.filter(pk=fourth.pk).update(amount_requested=Decimal("5000.00"))
    Call.objects.filter(pk=town.call.pk).update(budget=Decimal("16000.00"))

    waitlist.move_up(_out(first), why="撤回")

    assert (states()[third.pk], states()[fourth.pk]) == ("waitlisted", "shortlisted")
    event = Event.objects.about(town.call).get(name="move_up")
    assert f"“{third.title}” (10,000.00)" in event.note
    assert third.title not in Event.objects.about(fourth).get(name="move_up").note  # not the group's to read
    assert second.title not in event.note


def _out(project: Project) -> Project:
    """Out past the door, for its money alone matters here."""
    Project.objects.filter(pk=project.pk).update(state="withdrawn", amount_proposed=None)
    return fresh(project)


def test_nobody_moves_up_when_nothing_fits_and_the_clerk_reads_why(town, lists):
    first, _second, third, fourth = lists
    Call.objects.filter(pk=town.call.pk).update(budget=Decimal("19999.99"))

    refused(town, first)

    assert (states()[third.pk], states()[fourth.pk]) == ("waitlisted", "waitlisted")
    event = Event.objects.about(town.call).get(name="move_up")
    assert (third.title in event.note, fourth.title in event.note) == (True, True)
    assert event.note in town.clerk.notifications.values_list("body", flat=True)


def test_two_that_drop_out_are_followed_by_two_and_never_by_more(town, lists):
    first, second, third, fourth = lists

    refused(town, first)
    refused(town, second)

    assert (states()[third.pk], states()[fourth.pk]) == ("shortlisted", "shortlisted")
    assert ranking.money_given(Call.objects.get(pk=town.call.pk)) == Decimal("20000.00")
    assert Event.objects.filter(name="move_up", target_state="shortlisted").count() == 2


def test_the_cut_amount_moves_up_not_the_request(town, lists):
    first, _second, third, _fourth = lists
    line = third.budget_lines.first()
    line.cut, line.cut_reason = Decimal("1500.00"), "核减物资"
    line.save()

    refused(town, first)

    assert fresh(third).amount_proposed == Decimal("8500.00")


def test_nobody_of_another_track_moves_up(town, life):
    first, choir = judged(town, life, 38, filed=(30,))
    announced(town, {first.pk: "shortlist", choir.pk: "waitlist"})

    refused(town, fresh(first))

    assert states()[choir.pk] == "waitlisted"
    assert not Event.objects.filter(name="move_up").exists()


def test_after_the_call_is_concluded_nobody_moves_up(town, lists):
    first, _second, third, _fourth = lists
    Call.objects.filter(pk=town.call.pk).update(concluded_at=town.call.published_at, concluded_by=town.approver)

    refused(town, first)

    assert states()[third.pk] == "waitlisted"


def test_a_draft_that_is_withdrawn_moves_nobody(town, lists, life):
    _first, _second, third, _fourth = lists
    from_waitlist = fresh(third)

    proposals.withdraw(from_waitlist, by=town.head, note="不办了")

    assert not Event.objects.filter(name="move_up").exists()


def test_the_clerk_is_told_and_publishes_the_notice_of_who_moved_up(town, lists, browse):
    first, _second, third, _fourth = lists
    refused(town, first)
    page = reverse("evaluations:ranking", args=[town.call.pk])

    told = town.clerk.notifications.first()
    shown = browse(town.clerk).get(page)
    assert third.title in told.subject
    assert [event.name for event in shown.context["moves"]] == ["move_up"]
    seen = {"read": shown.context["to_publish"].digest}
    browse(town.clerk).post(reverse("evaluations:publish_notice", args=[town.call.pk]), seen)

    notice = NoticeEntry.objects.get(project=third).notice
    assert list(notice.entries.values_list("project", "rank", "amount")) == [(third.pk, 3, MONEY)]
    assert states()[third.pk] == "in_notice"


def test_a_notice_is_published_only_as_it_was_seen(town, lists, browse):
    first, _second, third, _fourth = lists
    refused(town, first)
    clerk, address = browse(town.clerk), reverse("evaluations:publish_notice", args=[town.call.pk])
    page = clerk.get(reverse("evaluations:ranking", args=[town.call.pk]))
    read = re.search(r'name="read" value="(\w{64})"', page.content.decode())[1]
    Project.objects.filter(pk=third.pk).update(amount_proposed=Decimal("9000.00"))

    answer = clerk.post(address, {"read": read}, follow=True)

    assert "名单在您打开页面之后有变化" in answer.content.decode()
    assert answer.context["to_publish"].total == Decimal("9000.00")  # the list as it is now stands on the page
    assert states()[third.pk] == "shortlisted"
    clerk.post(address)  # nothing was seen
    assert states()[third.pk] == "shortlisted"
    clerk.post(address, {"read": answer.context["to_publish"].digest})
    assert states()[third.pk] == "in_notice"


def test_the_digest_of_a_list_changes_with_its_places(town, lists):
    refused(town, lists[0])

    before = notices.to_publish(town.call, places={})
    after = notices.to_publish(town.call, places={lists[2].pk: notices.Place(1, Decimal(80))})

    assert before.projects == after.projects == [lists[2]]
    assert before.digest != after.digest


def test_the_group_that_moved_up_is_told_only_by_its_notice(town, lists):
    first, _second, third, _fourth = lists
    before = town.head.notifications.filter(subject__contains=third.title).count()

    refused(town, first)

    assert town.head.notifications.filter(subject__contains=third.title).count() == before
