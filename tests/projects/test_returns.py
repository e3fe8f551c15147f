"""Money that has to come back: the notice with its number and last day, and the breach when nothing comes."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from core.models import Notification
from core.workflow import Refused
from grants.eligibility import findings
from people.actions import lift_credit_record
from people.models import CreditRecord
from projects.actions import payments, returns, settling
from projects.facts import facts_about
from projects.inbox import waiting_for
from projects.models import Project, ReturnNotice
from tests.life import choir_draft, draft

PAY_TO = "东风地区办事处 北京农商银行东风支行 6228000110105000001"
UNTIL = date(2026, 9, 30)


@pytest.fixture
def terminated(town, life) -> Project:
    """The first instalment of 5,000 yuan was paid, 1,200.50 are recognised, and the project was ended."""
    other = choir_draft(town)
    project = life.walk(draft(town), "running")
    tranche = project.tranches.first()
    payments.request_payment(tranche, by=town.clerk)
    payments.approve_payment(tranche, by=town.approver)
    payments.pay(tranche, by=town.finance, bank_reference="B1")
    payments.terminate(Project.objects.get(pk=project.pk), by=town.approver, note="无故停办")
    life.day(2026, 9, 1)
    project = settled(town, project)
    project.unsettled = other
    return project


def settled(town, project, recognised="1200.50", returned="0.00") -> Project:
    project = Project.objects.get(pk=project.pk)
    settling.settle(project, by=town.finance, recognised=Decimal(recognised), returned=Decimal(returned))
    return Project.objects.get(pk=project.pk)


def asked_back(town, project, **values) -> ReturnNotice:
    given = {"reason": "项目终止，未使用和不予认可的款项应退回。", "due_on": UNTIL, "pay_to": PAY_TO}
    return returns.ask_back(project, by=town.finance, **(given | values))


def tasks(user) -> list[str]:
    return [task.what for task in waiting_for(type(user).objects.get(pk=user.pk))]


def test_the_notice_asks_for_what_was_paid_and_not_recognised(town, terminated):
    notice = asked_back(town, terminated)

    assert (notice.amount, notice.left) == (Decimal("3799.50"), Decimal("3799.50"))
    assert (notice.number, notice.is_clawback) == ("TK2026-0001", True)
    told = Notification.objects.filter(recipient=town.head).latest("pk")
    assert "叁仟柒佰玖拾玖元伍角" in told.body
    assert "退回3,799.50元" in tasks(town.head)


@pytest.mark.parametrize("recognised", ["1286.40", "0.10", "4999.99"])
def test_a_sum_that_is_not_exact_in_binary_can_be_asked_back(town, terminated, recognised):
    notice = asked_back(town, settled(town, terminated, recognised=recognised))

    assert notice.amount == Decimal("5000.00") - Decimal(recognised)


@pytest.mark.parametrize("username", ["clerk", "approver", "mentor", "head"])
def test_only_the_finance_office_asks_for_money(town, terminated, username):
    with pytest.raises(PermissionDenied):
        returns.ask_back(terminated, by=town.people[username], reason="退", due_on=UNTIL, pay_to=PAY_TO)


def test_nothing_is_asked_for_before_the_account_is_settled_or_when_all_came(town, terminated):
    with pytest.raises(Refused):
        asked_back(town, terminated.unsettled)
    whole = settled(town, terminated, returned="3799.50")
    with pytest.raises(Refused):
        asked_back(town, whole)


def test_the_last_day_lies_ahead_and_one_notice_runs_at_a_time(town, terminated):
    with pytest.raises(Refused):
        asked_back(town, terminated, due_on=date(2026, 8, 31))
    asked_back(town, terminated)
    with pytest.raises(Refused):
        asked_back(town, terminated)


def test_a_later_day_gives_more_time_by_a_new_notice(town, life, terminated):
    first = asked_back(town, terminated)
    with pytest.raises(Refused):
        asked_back(town, terminated, due_on=date(2026, 9, 15))
    life.day(2026, 9, 2)

    second = asked_back(town, terminated, due_on=date(2026, 10, 31), reason="团队申请延期一个月。")
    life.day(2026, 10, 1)

    first = ReturnNotice.objects.get(pk=first.pk)
    assert (second.number, second.amount) == ("TK2026-0002", first.amount)
    assert (first.is_latest, first.is_overdue, second.is_overdue) == (False, False, False)
    with pytest.raises(Refused):
        returns.record_breach(first, by=town.approver, note="逾期")


def test_a_part_that_came_is_taken_off_and_the_old_notice_stays_as_it_was(town, life, terminated):
    first = asked_back(town, terminated)
    life.day(2026, 9, 2)
    project = settled(town, terminated, returned="1000.00")
    first = ReturnNotice.objects.get(pk=first.pk)
    assert (first.amount, first.left) == (Decimal("3799.50"), Decimal("2799.50"))

    second = asked_back(town, project)

    assert (second.amount, second.number) == (Decimal("2799.50"), "TK2026-0002")
    assert not ReturnNotice.objects.get(pk=first.pk).is_latest


def test_all_that_came_ends_the_task(town, terminated):
    asked_back(town, terminated)
    settled(town, terminated, returned="3799.50")

    assert [what for what in tasks(town.head) if "退回" in what] == []


def test_a_breach_is_entered_by_an_approver_after_the_last_day(town, life, terminated):
    notice = asked_back(town, terminated)
    with pytest.raises(Refused):
        returns.record_breach(notice, by=town.approver, note="多次催缴未退。")
    life.day(2026, 10, 8)
    assert "款项逾期未退，请处理" in tasks(town.clerk)
    for person in (town.clerk, town.finance, town.mentor):
        with pytest.raises(PermissionDenied):
            returns.record_breach(notice, by=person, note="催")

    entry = returns.record_breach(notice, by=town.approver, note="多次催缴未退。")

    assert (entry.kind, entry.organization) == (CreditRecord.Kind.BREACH, town.centre)
    with pytest.raises(Refused):
        returns.record_breach(notice, by=town.approver, note="再记一次。")
    assert "款项逾期未退，请处理" not in tasks(town.clerk)


def test_later_calls_read_the_breach_until_it_has_been_lifted_for_so_long(town, life, terminated):
    notice = asked_back(town, terminated)
    life.day(2026, 10, 8)
    rule = town.call.eligibility_rules.create(kind="no_breach", value=3, legal_basis="管理办法第二十条")

    def outcome() -> str:
        applicant = type(town.centre).objects.get(pk=town.centre.pk)
        return findings([rule], facts_about(applicant, town.call))[0].outcome

    assert outcome() == "met"
    entry = returns.record_breach(notice, by=town.approver, note="多次催缴未退。")
    assert outcome() == "not_met"

    lift_credit_record(entry, by=town.clerk)
    assert outcome() == "not_met"
    life.day(2029, 10, 9)
    assert outcome() == "met"


def test_from_the_notice_to_the_breach_through_the_pages(town, life, terminated, browse):
    finance, head, approver = browse(town.finance), browse(town.head), browse(town.approver)
    page = finance.post(
        reverse("projects:return_notice_create", args=[terminated.pk]),
        {"reason": "项目终止。", "due_on": "2026-09-30", "pay_to": PAY_TO},
    ).url
    assert "3,799.50" in head.get(page).content.decode()
    assert head.post(page, {"note": "不退"}).status_code == 403
    life.day(2026, 10, 8)

    approver.post(page, {"note": "多次催缴未退。"})

    assert "已记入违约" in head.get(page).content.decode()
    assert browse(town.stranger).get(page).status_code == 404


def test_a_breach_of_a_filed_group_stands_against_the_group_and_its_host(town, life):
    project = life.walk(choir_draft(town), "running")
    life.pay(project.tranches.get(ordinal=1))
    payments.terminate(Project.objects.get(pk=project.pk), by=town.approver, note="无故停办")
    notice = asked_back(town, settled(town, project, recognised="0.00"))
    life.day(2026, 10, 8)

    returns.record_breach(notice, by=town.approver, note="逾期未退。")

    against = set(CreditRecord.objects.filter(kind="breach").values_list("organization", flat=True))
    assert against == {town.choir.pk, project.host_id}
