"""Pledges: offered, answered, received, receipted, lapsed; who may do what, and what counts as proven."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import rules
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse

from core import clock
from core.files import attach
from core.models import Notification
from core.workflow import Refused, Stale, advance
from evaluations.conflicts import conflicts
from people.actions import change_organization, register_organization
from people.models import Kind, Organization
from projects.actions import gifts, matching, pledges, settling
from projects.forms import PledgeForm
from projects.inbox import waiting_for
from projects.matching import awaited, lacking, proven, proven_by_kind
from projects.models import Gift, MatchingProof, Pledge, Project
from tests.giving import EASELS, MONEY, accepted_pledge, came, offered
from tests.life import LINES, draft
from tests.test_files import pdf
from tests.town import administrator, member

OTHERS = [
    {"category": "materials", "item": "画架", "unit_price": Decimal("600.00"), "unit": "批", "quantity": Decimal(1),
     "source": "in_kind", "basis": "市场价"},
    {"category": "printing", "item": "讲义", "unit_price": Decimal("1000.00"), "unit": "批", "quantity": Decimal(1),
     "source": "donated"},
]  # fmt: skip


@pytest.fixture
def project(town, life) -> Project:
    """A running project of 10,000 yuan, to which others are to bring 600 in kind and 1,000 in money."""
    return life.walk(draft(town, lines=LINES + OTHERS), "running")


def fresh(project) -> Project:
    return Project.objects.get(pk=project.pk)


def tasks(user) -> list[str]:
    return [task.what for task in waiting_for(type(user).objects.get(pk=user.pk))]


# -- an organisation that gives --------------------------------------------------------------------


def test_an_enterprise_registers_itself_and_cannot_apply(town):
    values = {"name": "新企业", "kind": "enterprise", "status": "registered", "credit_code": "91110105MA01AX90XD"}

    made = register_organization(by=town.stranger, values=values)

    assert made.is_giver
    assert made not in Organization.objects.applicants()
    assert made not in Organization.objects.possible_hosts()


def test_a_giver_does_not_become_an_applicant_by_changing_its_kind(town):
    with pytest.raises(Refused):
        change_organization(town.shop, by=town.giver, values={"kind": Kind.SOCIAL_ORGANIZATION})
    with pytest.raises(Refused):
        change_organization(town.centre, by=town.head, values={"kind": Kind.ENTERPRISE})


def test_who_gave_reads_the_page_of_the_project_after_its_end_and_nobody_else_does(town, project, browse):
    page = reverse("projects:giving_detail", args=[project.pk])
    offered(town, project)
    Project.objects.filter(pk=project.pk).update(state="settling")

    seen = browse(town.giver).get(page)

    assert (seen.status_code, "结算中" in seen.content.decode()) == (200, True)
    assert [browse(user).get(page).status_code for user in (None, town.stranger)] == [404, 404]


# -- offering and answering ------------------------------------------------------------------------


def test_money_is_worth_what_it_is_and_goods_their_price_times_their_number(town, project):
    assert offered(town, project).value == Decimal("1000.00")
    assert offered(town, project, EASELS).value == Decimal("666.60")
    assert "答复柳溪文具商店的认捐：画架20个" in tasks(town.head)


def test_in_kind_needs_the_source_of_its_price(town, project):
    with pytest.raises(Refused):
        offered(town, project, EASELS, basis="")


@pytest.mark.parametrize("username", ["clerk", "head", "mentor", "stranger", "expert1"])
def test_only_who_speaks_for_a_giver_pledges(town, project, username):
    with pytest.raises(PermissionDenied):
        pledges.offer(project, town.shop, by=town.people[username], values=MONEY | {"due_on": clock.today()})


def test_nobody_pledges_for_another_giver_or_for_a_group(town, project):
    for other in (Organization.objects.create(name="别家", kind="enterprise", credit_code="X"), town.centre):
        with pytest.raises(Refused):
            pledges.offer(project, other, by=town.giver, values=MONEY | {"due_on": clock.today()})


def test_who_belongs_to_the_group_or_its_funder_does_not_pledge_to_it(town, project):
    member(town.giver, town.bureau, "auditor")

    assert not rules.has_perm("projects.pledge", type(town.giver).objects.get(pk=town.giver.pk), project)


def test_a_project_that_is_not_awarded_takes_nothing(town, life, browse):
    waiting = life.walk(draft(town), "eligible")

    with pytest.raises(PermissionDenied):
        offered(town, waiting)
    assert browse(town.giver).get(reverse("projects:giving_detail", args=[waiting.pk])).status_code == 404


def test_the_group_accepts_and_only_then_the_giver_reads_its_phone(town, project, browse):
    pledge, client = offered(town, project), browse(town.giver)
    page = pledge.get_absolute_url()
    assert "13800138000" not in client.get(page).content.decode()

    pledges.accept(pledge, by=town.head)

    assert pledge.state == "accepted"
    assert "13800138000" in client.get(page).content.decode()
    assert Notification.objects.filter(recipient=town.giver, subject__contains="已被接受").exists()


def test_what_an_acceptance_would_show_is_promised_only_while_one_can_come(town, project, browse):
    pledge, client = offered(town, project), browse(town.giver)
    words = "团队接受认捐后"
    assert words in client.get(pledge.get_absolute_url()).content.decode()

    pledges.withdraw(pledge, by=town.giver, note="预算有变")

    assert words not in client.get(pledge.get_absolute_url()).content.decode()


def test_the_public_page_of_a_project_names_nobody(town, project, browse):
    text = browse().get(reverse("projects:giving_detail", args=[project.pk])).content.decode()

    assert "夕阳红暖心陪伴" in text
    assert "13800138000" not in text
    assert "刘芳" not in text


@pytest.mark.parametrize("username", ["giver", "clerk", "mentor", "hosthead", "singer"])
def test_only_the_group_answers(town, project, username):
    for verb in (pledges.accept, pledges.decline):
        with pytest.raises(PermissionDenied):
            verb(offered(town, project), by=town.people[username], note="不需要")


def test_whoever_declines_says_why_and_the_giver_reads_it(town, project):
    pledge = offered(town, project)
    with pytest.raises(Refused):
        pledges.decline(pledge, by=town.head, note=" ")

    pledges.decline(pledge, by=town.head, note="我们用不上")

    assert pledge.state == "declined"
    assert Notification.objects.filter(recipient=town.giver, body="我们用不上").exists()


def test_the_giver_takes_it_back_until_something_has_come(town, project):
    early, late = accepted_pledge(town, project), accepted_pledge(town, project)
    came(town, late, "400.00")

    pledges.withdraw(early, by=town.giver, note="预算有变")

    assert early.state == "withdrawn"
    with pytest.raises(Refused):
        pledges.withdraw(late, by=town.giver, note="预算有变")
    with pytest.raises(PermissionDenied):
        pledges.withdraw(offered(town, project), by=town.head, note="不要了")


def test_of_two_answers_at_once_one_wins(town, project):
    pledge = offered(town, project)
    other = Pledge.objects.get(pk=pledge.pk)
    pledges.accept(pledge, by=town.head)

    with pytest.raises(Stale):
        pledges.decline(other, by=town.volunteer, note="不要")


def test_a_giver_sees_its_own_pledges_and_nothing_of_the_work(town, project, browse):
    pledge, client = accepted_pledge(town, project), browse(town.giver)
    stranger = browse(town.stranger)

    assert client.get(pledge.get_absolute_url()).status_code == 200
    assert stranger.get(pledge.get_absolute_url()).status_code == 404
    assert client.get(project.get_absolute_url()).status_code == 404
    assert client.get(reverse("projects:project_money", args=[project.pk])).status_code == 404


# -- what came -------------------------------------------------------------------------------------


def test_what_came_counts_when_a_second_person_has_confirmed_it(town, project):
    pledge = accepted_pledge(town, project)
    gift = came(town, pledge, "400.00")
    assert (proven(fresh(project)), pledge.state) == (Decimal("0.00"), "accepted")
    assert "确认柳溪文具商店的捐赠到位" in tasks(town.clerk)

    gifts.decide_gift(gift, by=town.clerk, accepted=True)
    pledge.refresh_from_db()

    assert (proven(fresh(project)), pledge.state, gift.number) == (Decimal("400.00"), "partly", "JZ2026-0001")
    came(town, pledge, "600.00", confirmed=True)
    assert (proven(fresh(project)), pledge.state) == (Decimal("1000.00"), "fulfilled")


def test_goods_are_valued_piece_by_piece_half_up(town, project):
    pledge = accepted_pledge(town, project, EASELS, unit_price=Decimal("0.125") * 8, quantity=Decimal("20.00"))
    gift = came(town, pledge, "0.50")

    assert gift.value == Decimal("0.50")
    assert came(town, accepted_pledge(town, project, EASELS), "1.50").value == Decimal("50.00")  # 49.995


@pytest.mark.parametrize("username", ["head", "volunteer", "giver", "approver", "finance", "mentor"])
def test_only_a_clerk_confirms(town, project, username):
    gift = came(town, accepted_pledge(town, project), "400.00")

    with pytest.raises(PermissionDenied):
        gifts.decide_gift(gift, by=town.people[username], accepted=True)


def test_nobody_confirms_what_they_recorded_whatever_else_they_are(town, project):
    gift = came(town, accepted_pledge(town, project), "400.00")
    Gift.objects.filter(pk=gift.pk).update(recorded_by=town.clerk)

    with pytest.raises(PermissionDenied):
        gifts.decide_gift(gift, by=town.clerk, accepted=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Gift.objects.filter(pk=gift.pk).update(
            is_accepted=True, number="JZ2026-9999", decided_by=town.clerk, decided_at=clock.now()
        )


def test_a_clerk_who_belongs_to_the_giver_decides_nothing(town, project):
    member(town.clerk, town.shop, "staff")
    both = type(town.clerk).objects.get(pk=town.clerk.pk)
    assert rules.has_perm("projects.accept_report", both, project)  # nothing is accepted yet

    gift = came(town, accepted_pledge(town, project), "400.00")

    with pytest.raises(PermissionDenied):
        gifts.decide_gift(gift, by=both, accepted=True)
    assert not rules.has_perm("projects.accept_report", both, project)
    assert not rules.has_perm("projects.request_payment", both, project)


def test_a_refused_receipt_says_why_and_does_not_count(town, project):
    pledge = accepted_pledge(town, project)
    gift = came(town, pledge, "400.00")
    with pytest.raises(Refused):
        gifts.decide_gift(gift, by=town.clerk, accepted=False)

    gifts.decide_gift(gift, by=town.clerk, accepted=False, answer="回单看不清")

    assert (gift.number, pledge.state, proven(fresh(project))) == ("", "accepted", Decimal("0.00"))
    with pytest.raises(Refused):
        gifts.decide_gift(gift, by=town.clerk, accepted=True)


def test_nothing_is_recorded_without_a_paper_before_it_was_offered_or_in_the_future(town, project):
    pledge, today = accepted_pledge(town, project), clock.today()
    for wrong in (
        {"files": []},
        {"came_on": today - timedelta(days=1)},
        {"came_on": today + timedelta(days=1)},
        {"quantity": Decimal(0)},
    ):
        values = {"came_on": today, "quantity": Decimal(1), "files": [pdf("a.pdf")]} | wrong
        with pytest.raises(Refused):
            gifts.record_gift(pledge, by=town.head, **values)
    with pytest.raises(PermissionDenied):
        came(town, offered(town, project), "1.00")


def test_the_paper_is_read_by_the_giver_and_by_no_stranger(town, project, browse):
    gift = came(town, accepted_pledge(town, project), "400.00")
    file = attach(gift, pdf("清单.pdf"), by=town.head)
    page = reverse("core:attachment", args=[file.pk])

    assert browse(town.giver).get(page).status_code == 200
    assert browse(town.stranger).get(page).status_code == 404


def test_no_more_is_recorded_than_is_awaited_also_of_what_waits(town, project):
    pledge = accepted_pledge(town, project, EASELS)
    with pytest.raises(Refused, match="20个"):
        came(town, pledge, "200.00")
    came(town, pledge, "15.00")
    with pytest.raises(Refused, match="还可登记5个"):
        came(town, pledge, "6.00")

    came(town, pledge, "5.00")

    assert pledge.gifts.count() == 2


def test_what_waits_to_be_confirmed_is_not_asked_for_again(town, project, browse):
    pledge, client = accepted_pledge(town, project, EASELS, quantity=Decimal("8.00")), browse(town.head)
    page, task = reverse("projects:gift_create", args=[pledge.pk]), "登记柳溪文具商店的捐赠到位：画架20个"
    came(town, pledge, "5.00", confirmed=True)
    came(town, pledge, "1.00")

    assert client.get(page).context["form"]["quantity"].value() == Decimal("2.00")
    assert page in client.get(pledge.get_absolute_url()).content.decode()
    assert task in tasks(town.head)
    last = came(town, pledge, "2.00")
    assert page not in client.get(pledge.get_absolute_url()).content.decode()
    assert task not in tasks(town.head)
    gifts.decide_gift(last, by=town.clerk, accepted=False, answer="数目不对")
    assert page in client.get(pledge.get_absolute_url()).content.decode()


# -- nothing counts twice --------------------------------------------------------------------------


def proof(town, project, amount: str, *, confirmed: bool = True, **decision) -> MatchingProof:
    found = matching.prove_matching(
        project, by=town.head, kind="donation", amount=Decimal(amount), words="文具店捐款", files=[pdf("证明.pdf")]
    )
    return matching.decide_matching(found, by=town.clerk, accepted=True, **decision) if confirmed else found


def test_a_proof_and_a_gift_of_the_same_thing_count_once(town, project):
    gift = came(town, accepted_pledge(town, project), "400.00", proof=proof(town, project, "1000.00"))

    gifts.decide_gift(gift, by=town.clerk, accepted=True)

    assert proven_by_kind(fresh(project)).money == Decimal("1000.00")
    came(town, accepted_pledge(town, project), "700.00", proof=gift.proof)
    gifts.decide_gift(Gift.objects.latest("pk"), by=town.clerk, accepted=True)
    assert proven(fresh(project)) == Decimal("1100.00")  # more came than the proof says


def test_two_of_the_same_sum_are_not_counted_until_somebody_says_what_they_are(town, project):
    found = proof(town, project, "400.00")
    gift = came(town, accepted_pledge(town, project), "400.00")
    with pytest.raises(Refused):
        gifts.decide_gift(gift, by=town.clerk, accepted=True)

    gifts.decide_gift(gift, by=town.clerk, accepted=True, proof=found)

    assert proven(fresh(project)) == Decimal("400.00")


def test_the_clerk_can_say_that_they_are_two_things(town, project):
    proof(town, project, "400.00")
    gift = came(town, accepted_pledge(town, project), "400.00")

    gifts.decide_gift(gift, by=town.clerk, accepted=True, apart=True)

    assert proven(fresh(project)) == Decimal("800.00")


def test_a_proof_that_comes_after_the_gift_is_joined_the_same_way(town, project, browse):
    gift = came(town, accepted_pledge(town, project), "400.00", confirmed=True)
    found = proof(town, project, "400.00", confirmed=False)
    with pytest.raises(Refused):
        matching.decide_matching(found, by=town.clerk, accepted=True)

    page = reverse("projects:matching_decide", args=[found.pk])
    browse(town.clerk).post(page, {"accept": "", "gifts": gift.pk, "answer": ""})

    assert proven(fresh(project)) == Decimal("400.00")


def test_what_is_lacking_falls_with_what_is_pledged_and_proven(town, project):
    assert (lacking(project).money, lacking(project).in_kind) == (Decimal("1000.00"), Decimal("600.00"))

    came(town, accepted_pledge(town, project), "400.00", confirmed=True)
    offered(town, project, EASELS)

    found = fresh(project)
    assert (awaited(found).money, lacking(found).money) == (Decimal("600.00"), Decimal("0.00"))
    assert lacking(found).in_kind == Decimal("600.00")  # an offer that nobody has accepted


# -- the clock -------------------------------------------------------------------------------------


def test_a_pledge_lapses_the_day_after_its_day_and_can_be_renewed(town, project, time):
    pledge, waits = accepted_pledge(town, project), accepted_pledge(town, project)
    came(town, pledge, "400.00", confirmed=True)
    came(town, waits, "400.00")
    due_on = pledge.due_on
    time.go(clock.now() + (due_on - clock.today()))
    assert pledges.lapse_overdue() == 0

    time.go(clock.now() + timedelta(days=1))
    assert pledges.lapse_overdue() == 1
    pledge.refresh_from_db()
    waits.refresh_from_db()

    assert (pledge.state, waits.state) == ("lapsed", "accepted")  # one still waits to be confirmed
    assert awaited(fresh(project)).money == Decimal("1000.00")
    with pytest.raises(PermissionDenied):
        pledges.postpone(pledge, by=town.head, due_on=clock.today() + timedelta(days=9))
    pledges.postpone(pledge, by=town.giver, due_on=clock.today() + timedelta(days=9))
    assert pledge.state == "partly"


def test_nobody_lets_a_pledge_lapse_by_hand(town, project, time):
    pledge = accepted_pledge(town, project)
    time.go(clock.now() + timedelta(days=60))

    for user in (town.clerk, town.head, town.giver):
        with pytest.raises(PermissionDenied):
            advance(pledge, "lapse", by=user)


def test_what_comes_late_still_fulfils_it(town, project, time):
    pledge = accepted_pledge(town, project)
    time.go(clock.now() + timedelta(days=31))
    pledges.lapse_overdue()
    pledge.refresh_from_db()

    came(town, pledge, "1000.00", confirmed=True)

    assert pledge.state == "fulfilled"


# -- interests -------------------------------------------------------------------------------------


def test_the_people_of_a_giver_have_an_interest_once_the_pledge_is_accepted(town, project):
    member(town.expert2, town.shop, "staff")
    pledge = offered(town, project)
    assert conflicts(town.expert2, project) == []

    pledges.accept(pledge, by=town.head)

    assert [str(reason) for reason in conflicts(town.expert2, project)] == ["是捐赠方“柳溪文具商店”的成员"]


# -- the share of the grant at the end -------------------------------------------------------------


@pytest.fixture
def at_its_end(town, life) -> Project:
    """A project whose grant may be at most 90 percent: 10,000 beside 1,600 promised and 400 proven."""
    project = life.walk(draft(town, lines=LINES + OTHERS), "running")
    type(project.track).objects.filter(pk=project.track_id).update(max_share=90)
    came(town, accepted_pledge(town, project), "400.00", confirmed=True)
    project = life.walk(fresh(project), "settling")
    return fresh(project)


def settle(town, project, **values):
    given = {"recognised": Decimal("10000.00"), "returned": Decimal("0.00")}
    return settling.settle(project, by=town.finance, **(given | values))


def test_a_share_that_is_too_high_is_decided_on_by_a_person(town, at_its_end):
    with pytest.raises(Refused):
        settle(town, at_its_end)
    with pytest.raises(Refused):
        settle(town, at_its_end, share="keep", share_note=" ")
    with pytest.raises(PermissionDenied):
        settling.settle(
            at_its_end, by=town.giver, recognised=Decimal("10000.00"), returned=Decimal("0.00"), share="keep",
            share_note="好",
        )  # fmt: skip


def test_lowering_recognises_only_so_much_that_the_share_holds(town, at_its_end):
    settlement = settle(town, at_its_end, share="lower")

    assert (settlement.recognised, settlement.lowered) == (Decimal("3600.00"), Decimal("6400.00"))
    assert (settlement.to_return, settlement.matching) == (Decimal("0.00"), Decimal("400.00"))
    assert settlement.to_pay == Decimal("3600.00")


def test_keeping_it_needs_a_reason_that_stays(town, at_its_end):
    settlement = settle(town, at_its_end, share="keep", share_note="企业破产，非团队责任")

    assert (settlement.recognised, settlement.lowered) == (Decimal("10000.00"), Decimal("0.00"))
    assert settlement.share_note == "企业破产，非团队责任"


def test_the_page_of_the_settlement_says_share_and_proposal(town, at_its_end, browse):
    page = reverse("projects:settlement_edit", args=[at_its_end.pk])
    client = browse(town.finance)
    text = client.get(page).content.decode()
    assert "预算：86.21%" in text  # 10,000 of 11,600
    assert "实际：96.15%" in text  # 10,000 of 10,400
    assert "须核减6,400.00元，减至3,600.00元" in text

    sent = {"recognised": "10000", "returned": "0", "remark": ""}
    assert "资助占比超过本批次上限" in client.post(page, sent).content.decode()
    assert client.post(page, sent | {"share": "lower"}).status_code == 302


# -- bad input -------------------------------------------------------------------------------------


def test_nothing_is_promised_for_after_the_project(town, project):
    with pytest.raises(Refused, match="2027"):
        offered(town, project, due_on=project.ends_on + timedelta(days=1))
    pledge = accepted_pledge(town, project, due_on=project.ends_on - timedelta(days=1))
    with pytest.raises(Refused, match="2027"):
        pledges.postpone(pledge, by=town.giver, due_on=project.ends_on + timedelta(days=1))

    pledges.postpone(pledge, by=town.giver, due_on=project.ends_on)

    assert pledge.due_on == project.ends_on


def test_a_year_is_not_mistyped_in_a_later_day(town, project, browse):
    project.ends_on = None
    project.save(update_fields=["ends_on"])
    pledge = accepted_pledge(town, project)
    page = reverse("projects:pledge_postpone", args=[pledge.pk])

    answer = browse(town.giver).post(page, {"due_on": "9999-12-31", "note": "一场误会"})

    assert "请检查年份" in answer.content.decode()
    assert "一场误会" in answer.content.decode()


def test_what_is_refused_of_a_pledge_is_said_at_its_field(town, project, browse, time):
    time.go(clock.now() + timedelta(days=1))
    pledge = accepted_pledge(town, project, EASELS)
    arrival = {"came_on": clock.today(), "quantity": "1", "files": pdf("回单.pdf")}

    def wrong(user, name: str, sent: dict) -> dict:
        return browse(user).post(reverse(f"projects:{name}", args=[pledge.pk]), sent).context["form"].errors

    early = {"came_on": clock.today() - timedelta(days=1), "files": pdf("回单.pdf")}
    assert wrong(town.head, "gift_create", arrival | early) == {"came_on": ["到位日期不能早于认捐日期。"]}
    much = {"quantity": "200", "files": pdf("回单.pdf")}
    assert list(wrong(town.head, "gift_create", arrival | much)) == ["quantity"]
    sooner = {"due_on": pledge.due_on - timedelta(days=1)}
    assert wrong(town.giver, "pledge_postpone", sooner) == {"due_on": ["请填写更晚的日期。"]}


@pytest.mark.parametrize(
    ("kind", "other", "field"),
    [
        ("money", {"quantity": "20"}, "kind"),
        ("money", {"basis": "market"}, "kind"),
        ("goods", {"amount": "50"}, "amount"),
    ],
)
def test_a_pledge_of_both_kinds_at_once_is_asked_back(town, project, kind, other, field):
    sent = {
        "giver": town.shop.pk,
        "kind": kind,
        "due_on": clock.today(),
        "contact": "甲",
        "contact_phone": "13900139001",
    }
    half = {"amount": "10"} if kind == "money" else {
        "what": "画架", "quantity": "2", "unit": "个", "unit_price": "3", "basis": "market", "basis_words": "网店",
    }  # fmt: skip

    assert PledgeForm(sent | half, user=town.giver).is_valid()
    assert list(PledgeForm(sent | half | other, user=town.giver).errors) == [field]


def test_very_much_more_than_is_lacking_is_asked_about_once(town, project, browse):
    page, client = reverse("projects:pledge_create", args=[project.pk]), browse(town.giver)
    sent = {
        "giver": town.shop.pk, "kind": "money", "due_on": clock.today(), "contact": "甲",
        "contact_phone": "13900139001",
    }  # fmt: skip
    goods = sent | {
        "kind": "goods", "what": "画架", "quantity": "200", "unit": "个", "unit_price": "300", "basis": "market",
        "basis_words": "网店",
    }  # fmt: skip

    first = client.get(page)
    asked = client.post(page, sent | {"amount": "600,000"})
    assert 'name="meant"' not in first.content.decode()
    assert 'name="meant"' in asked.content.decode()
    assert list(asked.context["form"].errors) == ["amount"]
    assert "600,000.00元，项目目前缺1,000.00元" in asked.content.decode()
    assert list(client.post(page, goods).context["form"].errors) == ["quantity"]
    assert not Pledge.objects.exists()

    assert client.post(page, sent | {"amount": "10,000"}).status_code == 302  # ten times as much
    assert client.post(page, sent | {"amount": "600,000"} | answered(asked)).status_code == 302
    assert client.post(page, goods | answered(client.post(page, goods))).status_code == 302


def answered(asked) -> dict[str, str]:
    """What the page sends when the question is answered with yes: the tick, and which figures it was about."""
    return {"meant": "on", "asked": asked.context["form"]["asked"].value()}


def test_a_tick_holds_for_the_figures_that_were_asked_about_and_for_no_others(town, project, browse):
    page, client = reverse("projects:pledge_create", args=[project.pk]), browse(town.giver)
    common = {"giver": town.shop.pk, "due_on": clock.today(), "contact": "甲", "contact_phone": "13900139001"}
    money = common | {"kind": "money", "amount": "600,000"}
    goods = common | {
        "kind": "goods", "what": "画架", "quantity": "200", "unit": "个", "unit_price": "300", "basis": "market",
        "basis_words": "网店",
    }  # fmt: skip

    for sent, other, field in (
        (money, {"amount": "6,000,000"}, "amount"),
        (goods, {"quantity": "2000"}, "quantity"),
        (goods, {"unit_price": "3000"}, "quantity"),
        (WORK | common | {"unit_price": "200"}, {"unit_price": "201"}, "unit_price"),
    ):
        asked = client.post(page, sent)
        again = client.post(page, sent | answered(asked) | other)
        assert list(again.context["form"].errors) == [field]
        assert not again.context["form"]["meant"].value()
        assert client.post(page, sent | other | {"meant": "on"}).status_code == 200  # nobody was asked
        assert not Pledge.objects.exists()
        assert client.post(page, sent | other | answered(again)).status_code == 302
        Pledge.objects.all().delete()
    same_sum = client.post(page, money)
    assert client.post(page, money | answered(same_sum) | {"amount": "600000.00"}).status_code == 302


WORK = {
    "kind": "hours", "what": "整理票据", "quantity": "10", "unit": "小时", "basis": "wage",
    "basis_words": "本市小时最低工资标准", "contact": "甲", "contact_phone": "13900139001",
}  # fmt: skip


def test_an_hour_beyond_any_minimum_wage_is_asked_about_once(town, project, browse):
    page, client = reverse("projects:pledge_create", args=[project.pk]), browse(town.giver)
    sent = WORK | {"giver": town.shop.pk, "due_on": clock.today()}

    asked = client.post(page, sent | {"unit_price": "50.01"})

    assert list(asked.context["form"].errors) == ["unit_price"]
    assert "每小时50.01元，高于最低工资（最多50.00元）" in asked.content.decode()
    assert 'name="meant"' in asked.content.decode()
    assert not Pledge.objects.exists()
    assert client.post(page, sent | {"unit_price": "50.00"}).status_code == 302
    assert client.post(page, sent | {"unit_price": "200", "basis": "market"}).status_code == 302
    assert client.post(page, sent | {"unit_price": "50.01"} | answered(asked)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, []),
        ({"unit": "Hour"}, []),
        ({"kind": "goods", "unit": "个", "what": "水壶", "basis": "market"}, []),
        ({"kind": "goods", "unit": "个", "what": "水壶"}, ["basis"]),
        ({"kind": "venue"}, ["basis"]),
        ({"unit": "天"}, ["basis"]),
        ({"kind": "goods", "unit": "个", "unit_price": "200"}, ["basis"]),  # and is not asked about a wage besides
    ],
)
def test_the_minimum_wage_is_the_price_of_an_hour_of_work_and_of_nothing_else(town, project, changes, wrong):
    sent = WORK | {"giver": town.shop.pk, "due_on": clock.today(), "unit_price": "30"} | changes
    values = sent | {"quantity": Decimal(2), "unit_price": Decimal(sent["unit_price"]), "message": ""}
    del values["giver"], values["due_on"]

    form = PledgeForm(sent, user=town.giver)

    assert list(form.errors) == wrong
    if wrong:
        assert "小时最低工资只用于按小时计的服务工时" in form.errors["basis"][0]
        with pytest.raises(Refused) as refused:
            offered(town, project, values)
        assert refused.value.at == "basis"
    else:
        assert offered(town, project, values).value == 60


def test_the_verb_takes_no_hour_beyond_a_minimum_wage_unasked(town, project, settings):
    work = WORK | {"quantity": Decimal(10), "unit_price": Decimal("60.00"), "message": ""}

    with pytest.raises(Refused) as refused:
        offered(town, project, work)

    assert refused.value.at == "unit_price"
    assert offered(town, project, work | {"basis": "market"}).value == 600
    settings.WAGE_MOST = Decimal(60)
    assert offered(town, project, work).value == 600


def test_the_sum_in_a_letter_does_not_stop_a_pledge_of_goods(town, project):
    sent = {
        "giver": town.shop.pk, "kind": "goods", "amount": "600.00", "what": "画架", "quantity": "2", "unit": "个",
        "unit_price": "300", "basis": "market", "basis_words": "网店", "due_on": clock.today(), "contact": "甲",
        "contact_phone": "13900139001",
    }  # fmt: skip

    assert PledgeForm(sent, user=town.giver, initial={"amount": Decimal("600.00")}).is_valid()


def test_the_page_for_givers_counts_money_and_goods_apart(town, project, browse):
    came(town, accepted_pledge(town, project, EASELS), "20.00", confirmed=True)

    page = browse().get(reverse("projects:giving_detail", args=[project.pk])).content.decode()

    assert "一项多了不能抵另一项的缺口" in page
    assert "666.60" in page


# -- the ledger ------------------------------------------------------------------------------------


def test_the_ledger_sums_promised_and_received_by_kind(town, project, browse):
    came(town, accepted_pledge(town, project), "400.00", confirmed=True)
    accepted_pledge(town, project, EASELS)
    offered(town, project)

    sums = browse(town.auditor).get(reverse("projects:pledge_ledger")).context["sums"]

    assert [(kind.kind, kind.promised, kind.received) for kind in sums.kinds[:2]] == [
        ("money", Decimal("1000.00"), Decimal("400.00")),
        ("goods", Decimal("666.60"), Decimal("0.00")),
    ]
    assert (sums.givers, sums.groups) == (1, 1)


def test_projects_are_found_by_field_place_and_what_they_lack(town, project, browse):
    def found(**query) -> int:
        return browse().get(reverse("projects:giving_list"), query).context["number"]

    assert found() == 1
    assert (found(field=town.elderly.pk), found(field=town.youth.pk)) == (1, 0)
    assert (found(place="110105030"), found(place="110105"), found(lacks="money"), found(lacks="in_kind")) == (1,) * 4
    accepted_pledge(town, project)
    assert (found(lacks="money"), found(lacks="in_kind"), found(lacks="any")) == (0, 1, 1)


def test_a_pledge_is_made_and_answered_in_the_browser(town, project, browse):
    page = reverse("projects:pledge_create", args=[project.pk])
    client = browse(town.giver)
    assert client.get(page).status_code == 200
    sent = {
        "giver": town.shop.pk, "kind": "goods", "what": "画架", "quantity": "20", "unit": "个", "unit_price": "33.33",
        "basis": "market", "basis_words": "网店均价", "due_on": date(2026, 12, 1), "contact": "罗掌柜",
        "contact_phone": "13900139001",
    }  # fmt: skip
    assert client.post(page, sent | {"basis": ""}).status_code == 200

    client.post(page, sent)
    pledge = Pledge.objects.get()
    browse(town.head).post(reverse("projects:pledge_step", args=[pledge.pk, "accept"]), {"seen": "offered", "note": ""})

    pledge.refresh_from_db()
    assert (pledge.state, pledge.value) == ("accepted", Decimal("666.60"))


def test_a_giver_who_registers_comes_back_to_the_project_it_wants_to_support(town, project, browse):
    support, client = reverse("projects:giving_detail", args=[project.pk]), browse(town.stranger)
    page = f"{reverse('people:organization_create')}?status=registered&kind=enterprise&next="
    assert f"{page}{support}".replace("&", "&amp;") in client.get(support).content.decode()
    assert client.get(page + support).context["form"]["kind"].value() == "enterprise"
    sent = {"status": "registered", "kind": "enterprise", "name": "赵家杂货店", "credit_code": "91110105MA01AX90XD"}

    assert client.post(page + support, sent).url == support


def test_nobody_is_led_elsewhere_after_registering(town, browse):
    page = f"{reverse('people:organization_create')}?status=registered&next="
    sent = {"status": "registered", "kind": "enterprise", "name": "赵家杂货店", "credit_code": "91110105MA01AX90XD"}

    answer = browse(town.stranger).post(page + "https://example.com/", sent)

    assert answer.url == Organization.objects.get(name="赵家杂货店").get_absolute_url()


def test_an_administrator_of_the_platform_is_offered_no_registration_that_answers_403(town, project, browse):
    pages = ["projects:giving_list", "projects:giving_detail", "people:profile"]
    register = reverse("people:organization_create")

    def offered_to(user) -> list[str]:
        client = browse(user)
        found = {name: reverse(name, args=[project.pk] if name.endswith("detail") else []) for name in pages}
        return [name for name, page in found.items() if register in client.get(page).content.decode()]

    for office in ("system", "security", "audit"):
        keeper = administrator(office)
        assert offered_to(keeper) == []
        assert browse(keeper).get(register).status_code == 403
    assert offered_to(town.stranger) == pages
