"""From the sheets to the list: the decision, its second approval, the embargo, the notice, the waitlist."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from core.workflow import Refused
from evaluations.actions import decision as decisions
from evaluations.actions import panel
from evaluations.actions.decision import Proposal
from evaluations.models import Assignment, Decision, Result
from evaluations.standings import standings
from grants.models import Call
from projects.actions import proposals
from projects.models import NoticeEntry, Project
from tests.judging import MEETING, MONEY, announced, decided, judged, proposed


def states() -> dict[int, str]:
    return dict(Project.objects.values_list("pk", "state"))


def test_a_decision_is_proposed_approved_and_announced(town, life):
    best, middle, worst = judged(town, life, 38, 30, 20)

    made = announced(town, {best.pk: "shortlist", middle.pk: "waitlist", worst.pk: "decline"}, note="名额有限")

    assert states() == {best.pk: "in_notice", middle.pk: "waitlisted", worst.pk: "not_selected"}
    assert (made.state, made.proposed_by, made.approved_by) == ("announced", town.clerk, town.approver)
    assert list(Result.objects.order_by("rank").values_list("rank", "base", "bonus", "score")) == [
        (1, Decimal("88.00"), Decimal("0.00"), Decimal("88.00")),
        (2, Decimal("80.00"), Decimal("0.00"), Decimal("80.00")),
        (3, Decimal("70.00"), Decimal("0.00"), Decimal("70.00")),
    ]


def test_a_group_on_the_waitlist_is_told_when_it_is_announced(town, life):
    best, middle = judged(town, life, 38, 30)
    made = decided(town, {best.pk: "shortlist", middle.pk: "waitlist"})
    told = town.head.notifications.filter(subject__contains=middle.title, body="前面有项目退出时，按名次递补。")
    assert not told.exists()

    decisions.announce(made, by=town.clerk)

    assert [one.subject for one in told] == [f"“{middle.title}”：候补"]


def test_nothing_can_be_read_outside_before_it_is_announced(town, life, browse):
    best, worst = judged(town, life, 38, 20)
    decided(town, {best.pk: "shortlist", worst.pk: "decline"}, note="名额有限")

    assert set(states().values()) == {"in_review"}
    assert "名额有限" not in browse(town.head).get(worst.get_absolute_url()).content.decode()
    assert not town.head.notifications.filter(subject__contains="未入选").exists()


def test_a_decision_is_not_announced_before_its_day(town, life):
    [project] = judged(town, life, 38)
    made = decided(town, {project.pk: "shortlist"}, embargo_until=date(2026, 4, 20))

    life.day(2026, 4, 19)
    with pytest.raises(Refused, match="2026-04-20"):
        decisions.announce(made, by=town.clerk)
    life.day(2026, 4, 20)
    decisions.announce(made, by=town.clerk)

    assert states() == {project.pk: "in_notice"}


def test_who_proposed_a_decision_does_not_approve_it(town, life):
    [project] = judged(town, life, 38)
    town.approver.memberships.create(organization=town.bureau, role="staff", since=date(2020, 1, 1))
    by_herself = type(town.approver).objects.get(pk=town.approver.pk)  # her roles anew
    made = proposed(town, {project.pk: "shortlist"}, by=by_herself)

    with pytest.raises(PermissionDenied):
        decisions.approve(made, by=by_herself)
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(approved_by=by_herself, approved_at=clock.now())


@pytest.mark.parametrize("username", ["clerk", "auditor", "finance", "head", "expert1", "admin"])
def test_only_the_approver_approves(town, life, username):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: "shortlist"})

    with pytest.raises(PermissionDenied):
        decisions.approve(made, by=town.people[username])


def test_the_approver_sends_a_decision_back_with_words(town, life):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: "shortlist"})

    with pytest.raises(Refused):
        decisions.send_back(made, by=town.approver, note=" ")
    decisions.send_back(made, by=town.approver, note="金额再核一遍")
    lower = {project.pk: Proposal("shortlist", Decimal("9000.00"), "场地改用社区的")}

    assert decided(town, lower).total == Decimal("9000.00")


def test_a_proposed_decision_is_not_changed(town, life):
    [project] = judged(town, life, 38)
    proposed(town, {project.pk: "shortlist"})

    with pytest.raises(Refused):
        decisions.save_decision(town.call, by=town.clerk, lines={}, **MEETING)


def test_a_withdrawal_after_the_proposal_must_be_decided_anew(town, life):
    first, second = judged(town, life, 38, 30)
    made = proposed(town, {first.pk: "shortlist", second.pk: "waitlist"})
    proposals.withdraw(second, by=town.head, note="人手不够")

    with pytest.raises(Refused):
        decisions.approve(made, by=town.approver)


def test_who_withdraws_after_the_approval_is_not_announced(town, life):
    first, second = judged(town, life, 38, 30)
    made = decided(town, {first.pk: "shortlist", second.pk: "shortlist"})
    proposals.withdraw(second, by=town.head, note="人手不够")

    decisions.announce(made, by=town.clerk)

    assert states() == {first.pk: "in_notice", second.pk: "withdrawn"}


def test_registered_and_filed_groups_are_ranked_apart(town, life):
    judged(town, life, 38, 30, filed=[10])

    assert [(row.project.track.name, row.rank) for row in standings(town.call)] == [
        ("登记组织", 1),
        ("登记组织", 2),
        ("备案组织", 1),
    ]


def test_a_missing_sheet_holds_everything(town, life):
    projects = judged(town, life, 38)
    Call.objects.filter(pk=town.call.pk).update(panel_size=4)
    panel.assign(Project.objects.get(), town.stranger, by=town.clerk)

    with pytest.raises(Refused):
        proposed(town, {projects[0].pk: "shortlist"})
    Assignment.objects.filter(person=town.stranger).update(recused_at=clock.now(), recusal_reason="未能参加")
    Call.objects.filter(pk=town.call.pk).update(panel_size=3)
    assert proposed(town, {projects[0].pk: "shortlist"}).state == "proposed"


def less(amount: str, reason: str = "") -> Proposal:
    return Proposal("shortlist", Decimal(amount), reason)


@pytest.mark.parametrize(
    ("lines", "meeting"),
    [
        (["shortlist", ""], {}),
        (["shortlist", "decline"], {}),
        (["decline", "shortlist"], {"note": "名额有限"}),
        (["waitlist", "shortlist"], {}),
        ([less("10000.01", "多一分"), "waitlist"], {}),
        ([less("0", "没有钱"), "waitlist"], {}),
        ([less("9999.99"), "waitlist"], {}),
        (["shortlist", "waitlist"], {"minutes": ""}),
        (["shortlist", "waitlist"], {"present": " "}),
    ],
    ids=[
        *("undecided", "refusal without a note", "better refused", "better waits", "above the request", "nothing"),
        *("cut without a reason", "no minutes", "nobody present"),
    ],
)
def test_what_cannot_be_defended_is_refused_and_nothing_moves(town, life, lines, meeting):
    projects = judged(town, life, 38, 30)

    with pytest.raises(Refused):
        proposed(town, {project.pk: line for project, line in zip(projects, lines, strict=True)}, **meeting)

    assert set(states().values()) == {"in_review"}
    assert not Result.objects.exists()


def test_a_better_place_may_be_passed_over_with_its_reason(town, life):
    first, second = judged(town, life, 38, 30)
    reason = Proposal("waitlist", None, "同一社区已有同类项目在做")

    made = announced(town, {first.pk: reason, second.pk: "shortlist"})

    assert states() == {first.pk: "waitlisted", second.pk: "in_notice"}
    assert made.lines.get(project=first).reason == "同一社区已有同类项目在做"


def test_no_more_is_given_than_the_call_has_to_the_fen(town, life):
    first, second = judged(town, life, 38, 30)
    type(town.call).objects.filter(pk=town.call.pk).update(budget=Decimal("19999.99"))
    town.call.refresh_from_db()

    with pytest.raises(Refused):
        proposed(town, {first.pk: "shortlist", second.pk: "shortlist"})
    assert proposed(town, {first.pk: "shortlist", second.pk: less("9999.99", "差一分")}).total == Decimal("19999.99")


@pytest.mark.parametrize("username", ["approver", "auditor", "head", "expert1", "admin"])
def test_only_the_clerk_proposes(town, life, username):
    [project] = judged(town, life, 38)

    with pytest.raises(PermissionDenied):
        proposed(town, {project.pk: "shortlist"}, by=town.people[username])


def test_the_notice_carries_places_and_scores(town, life):
    first, second = judged(town, life, 38, 30)

    announced(town, {first.pk: "shortlist", second.pk: "waitlist"})

    assert list(NoticeEntry.objects.values_list("rank", "score", "amount")) == [(1, Decimal("88.00"), MONEY)]


# -- The pages -------------------------------------------------------------------------------------


def typed(first, second, **changes) -> dict[str, str]:
    return {
        f"decision-{first.pk}": "shortlist",
        f"amount-{first.pk}": "10000",
        f"decision-{second.pk}": "shortlist",
        f"amount-{second.pk}": "7654.32",
        f"reason-{second.pk}": "设备改为租用",
        "held_on": "2026-04-02",
        "present": "王局长",
        "minutes": "议定",
        **changes,
    }


def test_the_page_keeps_a_draft_and_then_proposes(town, life, browse):
    first, second = judged(town, life, 38, 30)
    page, clerk = reverse("evaluations:ranking", args=[town.call.pk]), browse(town.clerk)

    clerk.post(page, typed(first, second, save="", minutes=""))
    assert 'value="7654.32"' in clerk.get(page).content.decode()
    assert Decision.objects.get().state == "draft"
    clerk.post(page, typed(first, second, propose=""))

    assert Decision.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": ""}, "minutes"),
        ({"decision": ""}, "decision"),
        ({"amount": "10000.01"}, "amount"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_what_was_typed_comes_back(town, life, browse, changes, field):
    first, second = judged(town, life, 38, 30)
    changes = {name if name == "minutes" else f"{name}-{second.pk}": value for name, value in changes.items()}

    response = browse(town.clerk).post(
        reverse("evaluations:ranking", args=[town.call.pk]), typed(first, second, propose="", **changes)
    )

    assert list(response.context["form"].errors) == [field if field == "minutes" else f"{field}-{second.pk}"]
    assert "王局长" in response.content.decode()
    assert set(states().values()) == {"in_review"}


def test_the_approver_reads_the_whole_decision(town, life, browse):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: less("9000", "场地改用社区的")})

    page = browse(town.approver).get(made.get_absolute_url()).content.decode()

    assert all(text in page for text in (project.title, "9,000.00", "场地改用社区的", "逐项议定。", "王局长"))


def said(response) -> list[str]:
    """What the page answers, in words."""
    return [str(message) for message in response.context["messages"]]


def test_approving_in_two_tabs_is_answered_on_the_page(town, life, browse):
    [project] = judged(town, life, 38)
    made = proposed(town, {project.pk: "shortlist"})
    page, client, read = made.get_absolute_url(), browse(town.approver), made.digest
    client.post(page, {"approve": "", "read": read}, follow=True)

    again = client.post(page, {"approve": "", "read": read}, follow=True)

    assert (again.status_code, Decision.objects.get().state, Result.objects.count()) == (200, "approved", 1)
    assert len(said(again)) == 1


def test_announcing_before_its_day_is_answered_and_not_offered(town, life, browse):
    [project] = judged(town, life, 38)
    made = decided(town, {project.pk: "shortlist"}, embargo_until=date(2026, 4, 20))
    page, client, read = made.get_absolute_url(), browse(town.clerk), made.digest
    life.day(2026, 4, 19)

    response = client.post(page, {"announce": "", "read": read}, follow=True)

    assert (response.status_code, states()) == (200, {project.pk: "in_review"})
    assert "2026-04-20" in said(response)[0]
    assert 'name="announce"' not in response.content.decode()
    life.day(2026, 4, 20)
    assert 'name="announce"' in client.get(page).content.decode()


def test_announcing_in_two_tabs_makes_one_notice(town, life, browse):
    [project] = judged(town, life, 38)
    made = decided(town, {project.pk: "shortlist"})
    page, client, read = made.get_absolute_url(), browse(town.clerk), made.digest
    client.post(page, {"announce": "", "read": read}, follow=True)

    again = client.post(page, {"announce": "", "read": read}, follow=True)

    assert (again.status_code, NoticeEntry.objects.count()) == (200, 1)
    assert len(said(again)) == 1


def test_a_decision_is_approved_only_as_it_was_read(town, life, browse):
    [project] = judged(town, life, 38)
    made, client = proposed(town, {project.pk: "shortlist"}), browse(town.approver)
    page = made.get_absolute_url()
    [read] = re.findall(r'name="read" value="(\w{64})"', client.get(page).content.decode())
    made.lines.update(amount=Decimal("9000.00"), reason="场地改用社区的")

    answer = client.post(page, {"approve": "", "read": read}, follow=True)

    assert said(answer) == ["决定在您打开页面之后有变化。请看过现在的内容再办理。"]
    assert ("9,000.00" in answer.content.decode(), Decision.objects.get().state) == (True, "proposed")
    client.post(page, {"approve": ""})  # nothing was read
    assert Decision.objects.get().state == "proposed"
    client.post(page, {"approve": "", "read": Decision.objects.get().digest})
    assert Decision.objects.get().state == "approved"


def test_a_decision_is_announced_only_with_the_projects_that_were_read(town, life, browse):
    first, second = judged(town, life, 38, 34)
    made, client = decided(town, {first.pk: "shortlist", second.pk: "shortlist"}), browse(town.clerk)
    page, read = made.get_absolute_url(), made.digest
    proposals.withdraw(second, by=town.head, note="不办了")

    answer = client.post(page, {"announce": "", "read": read}, follow=True)

    assert said(answer) == ["决定在您打开页面之后有变化。请看过现在的内容再办理。"]
    assert "已撤回" in answer.content.decode()
    assert states()[first.pk] == "in_review"
    client.post(page, {"announce": "", "read": Decision.objects.get().digest})
    assert states()[first.pk] == "in_notice"


def test_sending_back_without_saying_why_keeps_the_page(town, life, browse):
    [project] = judged(town, life, 38)
    page = proposed(town, {project.pk: "shortlist"}).get_absolute_url()

    response = browse(town.approver).post(page, {"send_back": "", "note": ""})

    assert (response.status_code, list(response.context["form"].errors)) == (200, ["note"])


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("held_on", "2099-01-01"),
        ("held_on", "2026-03-31"),
        ("embargo_until", "2026-04-01"),
        ("embargo_until", "2099-01-01"),
    ],
    ids=["meeting to come", "meeting before the call closed", "announced before the meeting", "in seventy years"],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(town, life, browse, name, day):
    first, second = judged(town, life, 38, 30)
    life.day(2026, 4, 15)

    response = browse(town.clerk).post(
        reverse("evaluations:ranking", args=[town.call.pk]), typed(first, second, save="", **{name: day})
    )

    assert list(response.context["form"].errors) == [name]
    assert not Decision.objects.exists()


@pytest.mark.one_database
def test_the_ranking_costs_the_same_for_1_and_for_8(town, life, browse, django_assert_num_queries):
    page, client = reverse("evaluations:ranking", args=[town.call.pk]), browse(town.clerk)
    projects = judged(town, life, 10, 12, 14, 16, 18, 20, 22, 24)
    with CaptureQueriesContext(connection) as eight:
        client.get(page)
    for project in projects[1:]:
        proposals.withdraw(project, by=town.head, note="撤回")

    with django_assert_num_queries(len(eight)):
        client.get(page)


def test_a_place_passed_over_stays_marked_after_the_approval_and_the_announcement(town, life, browse):
    best, second = judged(town, life, 38, 30)
    lines = {best.pk: Proposal("waitlist", reason="与另一批重复"), second.pk: "shortlist"}
    made = decided(town, lines)
    client, mark = browse(town.auditor), "名次在前未入选"

    approved = client.get(made.get_absolute_url())
    decisions.announce(made, by=town.clerk)
    published = client.get(made.get_absolute_url())

    assert [page.context["passed_over"] for page in (approved, published)] == [{best.pk}, {best.pk}]
    assert [page.content.decode().count(mark) for page in (approved, published)] == [1, 1]


def test_a_list_in_the_published_order_passes_nobody_over(town, life, browse):
    best, second = judged(town, life, 38, 30)
    made = decided(town, {best.pk: "shortlist", second.pk: "waitlist"})

    assert browse(town.clerk).get(made.get_absolute_url()).context["passed_over"] == set()


def test_an_announced_decision_leads_to_its_notice(town, life, browse):
    [project] = judged(town, life, 38)
    made = decided(town, {project.pk: "shortlist"})
    page, client = made.get_absolute_url(), browse(town.clerk)
    before = client.get(page).content.decode()

    notice = decisions.announce(made, by=town.clerk)

    assert (notice.number in before, notice.number in client.get(page).content.decode()) == (False, True)


@pytest.mark.parametrize("button", ["send_back", "take_back"])
def test_the_clerk_reads_why_where_the_list_is_mended(town, life, browse, button):
    [project] = judged(town, life, 38)
    made = (
        proposed(town, {project.pk: "shortlist"}) if button == "send_back" else decided(town, {project.pk: "shortlist"})
    )
    ranking = reverse("evaluations:ranking", args=[town.call.pk])

    answer = browse(town.approver).post(made.get_absolute_url(), {button: "", "note": "金额再议"}, follow=True)

    assert "金额再议" in browse(town.clerk).get(ranking).content.decode()
    assert [text.startswith("批准已收回") for text in said(answer)] == [button == "take_back"]
    made.refresh_from_db()
    decisions.propose(made, by=town.clerk)
    assert "金额再议" not in browse(town.clerk).get(ranking).content.decode()
