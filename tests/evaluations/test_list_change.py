"""Changes of an announced list: who is next moves up; everything else takes a reason and a second person."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.models import Event
from core.workflow import Refused
from evaluations import inbox
from evaluations.actions import list_change
from evaluations.models import ListChange
from grants.models import Call
from people.models import User
from projects.models import Project
from tests.judging import MONEY, announced, judged

REASON = "负责人书面放弃，按名次顺延"


@pytest.fixture
def waiting(town, life):
    """One project in notice and two that wait, in this order; the call has money for both."""
    first, second, third = judged(town, life, 38, 30, 20)
    announced(town, {first.pk: "shortlist", second.pk: "waitlist", third.pk: "waitlist"})
    return [Project.objects.get(pk=project.pk) for project in (first, second, third)]


def state(project: Project) -> tuple[str, Decimal | None]:
    found = Project.objects.get(pk=project.pk)
    return found.state, found.amount_proposed


def test_the_next_in_order_moves_up_with_its_full_amount_by_one_clerk(town, waiting):
    _first, second, _third = waiting

    list_change.promote(second, by=town.clerk, amount=MONEY)

    assert state(second) == ("shortlisted", MONEY)


@pytest.mark.parametrize(("place", "amount"), [(2, "10000.00"), (1, "9999.99")], ids=["out of order", "cut"])
def test_out_of_order_or_cut_a_clerk_alone_moves_nobody(town, waiting, place, amount):
    with pytest.raises(Refused):
        list_change.promote(waiting[place], by=town.clerk, amount=Decimal(amount))

    assert state(waiting[place])[0] == "waitlisted"


def test_the_first_that_fits_is_the_next(town, waiting):
    _first, second, third = waiting
    Project.objects.filter(pk=third.pk).update(amount_requested=Decimal("5000.00"))
    Call.objects.filter(pk=town.call.pk).update(budget=Decimal("15000.00"))

    with pytest.raises(Refused):
        list_change.promote(Project.objects.get(pk=second.pk), by=town.clerk, amount=MONEY)
    list_change.promote(Project.objects.get(pk=third.pk), by=town.clerk, amount=Decimal("5000.00"))

    assert (state(second)[0], state(third)) == ("waitlisted", ("shortlisted", Decimal("5000.00")))


@pytest.mark.parametrize("username", ["approver", "auditor", "head", "expert1", "admin"])
def test_only_the_clerk_lets_the_next_move_up_or_asks(town, waiting, username):
    _first, second, third = waiting

    with pytest.raises(PermissionDenied):
        list_change.promote(second, by=town.people[username], amount=MONEY)
    with pytest.raises(PermissionDenied):
        list_change.ask(third, by=town.people[username], kind="strike", reason=REASON)


def test_out_of_order_moves_up_when_an_approver_agrees(town, waiting):
    _first, _second, third = waiting
    asked = list_change.ask(third, by=town.clerk, kind="move_up", reason=REASON, amount=Decimal("8000.00"))
    assert state(third)[0] == "waitlisted"
    assert REASON in town.approver.notifications.values_list("body", flat=True)

    list_change.decide(asked, by=town.approver, grant=True)

    assert state(third) == ("shortlisted", Decimal("8000.00"))
    event = Event.objects.about(third).get(name="promote")
    assert (event.actor, event.note) == (town.approver, REASON)


def test_what_is_not_agreed_moves_nobody_and_says_why(town, waiting):
    asked = list_change.ask(waiting[2], by=town.clerk, kind="strike", reason=REASON)

    with pytest.raises(Refused):
        list_change.decide(asked, by=town.approver, grant=False)
    list_change.decide(asked, by=town.approver, grant=False, answer="请先征求该单位意见")

    assert (asked.granted, state(waiting[2])[0]) == (False, "waitlisted")
    assert "请先征求该单位意见" in town.clerk.notifications.values_list("body", flat=True)


@pytest.mark.parametrize("username", ["clerk", "finance", "auditor", "head", "admin"])
def test_only_an_approver_decides(town, waiting, username):
    asked = list_change.ask(waiting[2], by=town.clerk, kind="strike", reason=REASON)

    with pytest.raises(PermissionDenied):
        list_change.decide(asked, by=town.people[username], grant=True)


def test_who_asked_does_not_decide_even_as_an_approver(town, waiting):
    town.approver.memberships.create(organization=town.bureau, role="staff", since=clock.today())
    both = User.objects.get(pk=town.approver.pk)
    asked = list_change.ask(waiting[2], by=both, kind="strike", reason=REASON)

    with pytest.raises(PermissionDenied):
        list_change.decide(asked, by=both, grant=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        ListChange.objects.update(granted=True, decided_by=both, decided_at=clock.now())


def test_a_shortlisted_project_is_struck_by_two_and_the_next_follows(town, waiting):
    _first, second, third = waiting
    list_change.promote(second, by=town.clerk, amount=MONEY)
    Call.objects.filter(pk=town.call.pk).update(budget=Decimal("20000.00"))
    asked = list_change.ask(Project.objects.get(pk=second.pk), by=town.clerk, kind="strike", reason=REASON)

    list_change.decide(asked, by=town.approver, grant=True)

    assert (state(second), state(third)) == (("not_selected", None), ("shortlisted", MONEY))
    assert REASON in town.head.notifications.values_list("body", flat=True)


@pytest.mark.parametrize(
    ("kind", "reason", "amount"),
    [
        ("strike", " ", None),
        ("move_up", REASON, None),
        ("move_up", REASON, Decimal("10000.01")),
        ("move_up", REASON, Decimal("0.00")),
    ],
    ids=["no reason", "no amount", "above the request", "nothing"],
)
def test_what_cannot_be_defended_is_not_asked(town, waiting, kind, reason, amount):
    with pytest.raises(Refused):
        list_change.ask(waiting[2], by=town.clerk, kind=kind, reason=reason, amount=amount)

    assert not ListChange.objects.exists()


def test_a_project_in_public_notice_is_not_struck(town, waiting):
    with pytest.raises(Refused):
        list_change.ask(waiting[0], by=town.clerk, kind="strike", reason=REASON)


def test_the_money_is_counted_again_when_it_is_decided(town, waiting):
    asked = list_change.ask(waiting[2], by=town.clerk, kind="move_up", reason=REASON, amount=MONEY)
    Call.objects.filter(pk=town.call.pk).update(budget=Decimal("19999.99"))

    with pytest.raises(Refused):
        list_change.decide(asked, by=town.approver, grant=True)

    assert (state(waiting[2])[0], ListChange.objects.get().granted) == ("waitlisted", None)


def test_a_change_is_asked_for_once_at_a_time_and_decided_once(town, waiting):
    asked = list_change.ask(waiting[2], by=town.clerk, kind="strike", reason=REASON)
    with pytest.raises(Refused):
        list_change.ask(waiting[2], by=town.clerk, kind="strike", reason=REASON)
    list_change.decide(asked, by=town.approver, grant=True)

    with pytest.raises(Refused):
        list_change.decide(asked, by=town.approver, grant=False, answer="不同意")


# -- The pages -------------------------------------------------------------------------------------


def test_the_page_moves_the_next_up_and_asks_for_every_other(town, waiting, browse):
    _first, second, third = waiting
    clerk = browse(town.clerk)
    page = reverse("evaluations:promote", args=[third.pk])

    missing = clerk.post(page, {"amount": "10000"})
    assert list(missing.context["form"].errors) == ["reason"]
    for amount in ("9999999", "0"):
        wrong = clerk.post(page, {"amount": amount})
        assert list(wrong.context["form"].errors) == ["amount"]
    clerk.post(page, {"amount": "10000", "reason": REASON})
    clerk.post(reverse("evaluations:promote", args=[second.pk]), {"amount": "10000"})

    assert (state(second)[0], state(third)[0]) == ("shortlisted", "waitlisted")
    assert ListChange.objects.get().project == third


def test_the_approver_finds_it_in_the_inbox_reads_and_agrees(town, waiting, browse):
    asked = list_change.ask(waiting[2], by=town.clerk, kind="strike", reason=REASON)
    urls = [task.url for task in inbox.waiting_for(User.objects.get(pk=town.approver.pk))]
    assert urls == [asked.get_absolute_url()]
    client = browse(town.approver)
    assert REASON in client.get(asked.get_absolute_url()).content.decode()
    assert browse(town.clerk).post(asked.get_absolute_url(), {"grant": ""}).status_code == 403

    refused = client.post(asked.get_absolute_url(), {"refuse": "", "answer": ""})
    assert (refused.status_code, state(waiting[2])[0]) == (200, "waitlisted")
    client.post(asked.get_absolute_url(), {"grant": ""})

    assert state(waiting[2])[0] == "not_selected"


def test_striking_asks_for_the_reason(town, waiting, browse):
    page = reverse("evaluations:decline", args=[waiting[1].pk])

    assert browse(town.approver).post(page, {"reason": REASON}).status_code == 403
    assert "reason" in browse(town.clerk).post(page, {"reason": ""}).context["form"].errors
    browse(town.clerk).post(page, {"reason": REASON})

    assert (ListChange.objects.get().kind, state(waiting[1])[0]) == ("strike", "waitlisted")
