"""The end of the money: the account before the last instalment, audit, what comes back, the file, the archive."""

import re
from datetime import date, datetime
from decimal import Decimal as D
from io import BytesIO

import pytest
import rules
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core import clock
from core.workflow import Refused
from evaluations.inbox_of_evaluations import waiting_for as evaluations_waiting
from evaluations.voice_rules import STAYS as VOICES_STAY
from grants.models import Call, LedgerEntry
from people.models import Membership
from projects.accounting import final_accounts
from projects.actions import archiving, audits, delivery, evaluation, payments, returns, settling, spending
from projects.closing_rules import STAYS, writing_permissions
from projects.inbox import waiting_for
from projects.invariants import breaches
from projects.models import ArchiveFile, Audit, Project, Refund, Report, Settlement, Tranche
from projects.papers import listed
from projects.settling_steps import standings
from tests.life import draft
from tests.memory import remembered
from tests.reports.test_access import text_of
from tests.spending import handed_in, key, paid, running
from tests.test_files import pdf
from tests.town import member

FIRM = {
    "firm": "北京诚信会计师事务所",
    "firm_code": "91110105MA01KXYT0B",
    "number": "诚信审字[2027]8号",
    "dated_on": date(2027, 3, 8),
    "opinion": "unqualified",
}


def fresh(project) -> Project:
    return Project.objects.get(pk=project.pk)


@remembered
def settling_with_books(town, life) -> Project:
    """5,000 and 4,000 are paid; 5,000.50 of materials and 1,500 of allowances are recognised: 6,500.50 of 10,000."""
    project = running(town, life)
    life.pay(project.tranches.get(ordinal=1))
    for amount, category, number in (("5000.50", "materials", "11"), ("1500.00", "volunteers", "22")):
        line = key(project, category)
        extra = {} if category == "materials" else {"people": 75}
        one = handed_in(
            project, town.head, amount=D(amount), line_key=line, invoice_number=f"261170000000123456{number}", **extra
        )
        spending.recognise(one, by=town.clerk, amount=D(amount), note="")
    project = life.walk(fresh(project), "midterm_passed")
    life.pay(project.tranches.get(ordinal=2))
    project = life.walk(fresh(project), "settling")
    delivery.accept_report(project.reports.get(kind="closing"), by=town.clerk)
    return fresh(project)


@pytest.fixture
def project(town, life) -> Project:
    return settling_with_books(town, life)


def settle(town, project, amount="6500.50", **values) -> Settlement:
    return settling.settle(fresh(project), by=town.finance, recognised=D(amount), **values)


# -- the account and the last instalment -----------------------------------------------------------


def test_the_accounts_are_made_of_plan_payments_and_ledger(town, project):
    """Materials 8,000 planned, 5,000.50 spent; allowances 2,000 planned, 1,500 spent; 9,000 paid."""
    accounts = final_accounts(project)

    assert [(one.category, one.budget, one.adjusted, one.actual, one.difference) for one in accounts.lines] == [
        ("materials", D("8000.00"), D("8000.00"), D("5000.50"), D("2999.50")),
        ("volunteers", D("2000.00"), D("2000.00"), D("1500.00"), D("500.00")),
    ]
    assert [(one.words, one.budget, one.actual) for one in accounts.income] == [
        ("1", D("5000.00"), D("5000.00")),
        ("2", D("4000.00"), D("4000.00")),
        ("3", D("1000.00"), D("0.00")),
    ]
    assert (accounts.recognised, accounts.paid, accounts.to_return) == (D("6500.50"), D("9000.00"), D("2499.50"))
    assert accounts.balance == D("2499.50")


def test_nothing_is_paid_before_the_account_is_settled(town, project):
    last = project.tranches.get(ordinal=3)

    with pytest.raises(Refused):
        payments.request_payment(last, by=town.clerk)

    assert Tranche.objects.get(pk=last.pk).state == "planned"


def test_an_instalment_that_is_not_needed_is_cancelled_and_its_money_free(town, project):
    before = town.fund.balance()

    settle(town, project)

    last = project.tranches.get(ordinal=3)
    assert (last.state, last.amount, last.lowered) == ("cancelled", D("1000.00"), D("0.00"))
    assert town.fund.balance().free == before.free + D("1000.00")
    assert list(breaches()) == []


def test_an_account_that_was_accepted_as_one_figure_is_not_overturned_by_a_payment(town, life, browse):
    project = life.walk(draft(town), "settling")
    delivery.accept_report(project.reports.get(kind="closing"), by=town.clerk)
    accepted = final_accounts(fresh(project)).recognised

    with pytest.raises(PermissionDenied):
        paid(fresh(project), town.head)
    assert final_accounts(fresh(project)).recognised == accepted > 0
    assert browse(town.head).get(reverse("projects:expense_create", args=[project.pk])).status_code == 403


def test_where_payments_are_entered_one_by_one_they_still_are_until_the_settlement(town, project):
    assert paid(project, town.head, invoice_number="26117000000012345699").pk


def test_the_last_instalment_comes_to_what_is_recognised_less_what_was_paid(town, life):
    project = life.walk(draft(town), "midterm_passed")
    for tranche in project.tranches.all()[:2]:
        life.pay(tranche)
    project = life.walk(fresh(project), "settling")
    delivery.accept_report(project.reports.get(kind="closing"), by=town.clerk)

    settlement = settle(town, project, "9300.00")
    last = project.tranches.get(ordinal=3)
    life.pay(last)

    last.refresh_from_db()
    assert (last.amount, last.lowered, last.agreed) == (D("300.00"), D("700.00"), D("1000.00"))
    assert fresh(project).amount_paid == settlement.recognised == D("9300.00")
    assert list(breaches()) == []


def test_settled_again_the_instalment_follows_up_and_down(town, life):
    project = life.walk(draft(town), "settling")
    delivery.accept_report(project.reports.get(kind="closing"), by=town.clerk)
    seen = []
    for amount in ("9300.00", "5000.00", "10000.00"):
        settle(town, project, amount)
        seen.append([(one.state, one.amount) for one in project.tranches.order_by("ordinal")])
        assert list(breaches()) == []

    assert seen == [
        [("planned", D("5000.00")), ("planned", D("4000.00")), ("planned", D("300.00"))],
        [("planned", D("5000.00")), ("cancelled", D("4000.00")), ("cancelled", D("1000.00"))],
        [("planned", D("5000.00")), ("planned", D("4000.00")), ("planned", D("1000.00"))],
    ]


def test_an_instalment_on_its_way_keeps_the_account_from_being_settled_anew(town, life):
    project = life.walk(draft(town), "settling")
    delivery.accept_report(project.reports.get(kind="closing"), by=town.clerk)
    settle(town, project, "10000.00")
    payments.request_payment(project.tranches.get(ordinal=1), by=town.clerk)

    with pytest.raises(Refused):
        settle(town, project, "4000.00")

    assert Settlement.objects.get().recognised == D("10000.00")


def test_the_last_instalment_waits_for_the_closing_report_to_be_accepted(town, life):
    project = life.walk(draft(town), "settling")
    settle(town, project, "10000.00")
    first = project.tranches.get(ordinal=1)
    with pytest.raises(Refused):
        payments.request_payment(first, by=town.clerk)

    delivery.accept_report(project.reports.get(kind="closing"), by=town.clerk)

    assert payments.request_payment(Tranche.objects.get(pk=first.pk), by=town.clerk).state == "requested"


def test_what_is_spent_beyond_the_award_is_borne_by_the_group(town, project):
    """A line may be exceeded within the tolerance; the grant never pays more than was awarded."""
    Project.objects.filter(pk=project.pk).update(amount_paid=D("0.00"))
    project.expenses.filter(category="materials").update(recognised=D("8800.00"), amount=D("8800.00"))

    accounts = final_accounts(fresh(project))

    assert (accounts.granted.actual, accounts.recognised, accounts.over) == (
        D("10300.00"), D("10000.00"), D("300.00"),
    )  # fmt: skip


def test_the_kept_accounts_stay_when_the_records_change_later(town, project):
    settle(town, project)
    project.expenses.filter(category="materials").update(recognised=D("1.00"))

    kept = Settlement.objects.get().accounts

    assert kept.granted.actual == D("6500.50")
    assert final_accounts(fresh(project)).granted.actual == D("1501.00")


def test_a_project_that_ended_early_has_final_accounts_too(town, life):
    project = running(town, life)
    life.pay(project.tranches.get(ordinal=1))
    spending.recognise(handed_in(project, town.head), by=town.clerk)
    payments.terminate(fresh(project), by=town.approver, note="停办")

    accounts = settle(town, project, "300.00").accounts

    assert (accounts.granted.actual, accounts.paid, accounts.to_return) == (D("300.00"), D("5000.00"), D("4700.00"))


def test_of_a_terminated_project_no_more_is_recognised_than_was_paid(town, life):
    """Its instalments are cancelled: what is above would stand there as still to be paid, for ever."""
    project = running(town, life)
    life.pay(project.tranches.get(ordinal=1))
    payments.terminate(fresh(project), by=town.approver, note="停办")

    with pytest.raises(Refused, match=r"最多认可5,000\.00元"):
        settle(town, project, "5000.01")

    assert settle(town, project, "5000.00").to_pay == 0


def test_the_settlement_of_a_terminated_project_asks_back_what_the_proposal_said(town, life, browse):
    project = running(town, life)
    life.pay(project.tranches.get(ordinal=1))
    payments.terminate(fresh(project), by=town.approver, note="停办")

    page = browse(town.finance).get(reverse("projects:settlement_edit", args=[project.pk]))

    assert page.context["to_return"] == D("5000.00")


def test_a_group_does_not_settle_its_own_account(town, project):
    with pytest.raises(PermissionDenied):
        settling.settle(project, by=town.head, recognised=D("6500.50"))


# -- the audit -------------------------------------------------------------------------------------


@pytest.fixture
def audited(project) -> Project:
    Call.objects.update(audit_from=D("10000.00"))
    return fresh(project)


def hand_in(town, project, by=None, adjustments=(), **changes) -> Audit:
    return audits.hand_in_audit(
        fresh(project), by=by or town.head, values=FIRM | changes, adjustments=adjustments, files=[pdf("审计报告.pdf")]
    )


def test_from_the_sum_on_there_is_no_settlement_without_an_audit(town, audited):
    with pytest.raises(Refused):
        settle(town, audited)
    audit = hand_in(town, audited)
    with pytest.raises(Refused):
        settle(town, audited)

    audits.decide_audit(audit, by=town.finance, accepted=True)

    assert settle(town, audited).audit == audit


def test_below_the_sum_none_is_asked_for(town, project):
    Call.objects.update(audit_from=D("10000.01"))

    assert settle(town, project).audit is None


def test_what_the_audit_takes_off_a_line_is_not_recognised(town, audited):
    off = [{"line_key": key(audited, "volunteers"), "amount": D("200.00"), "reason": "无签领表"}]
    audits.decide_audit(hand_in(town, audited, adjustments=off), by=town.finance, accepted=True)
    with pytest.raises(Refused):
        settle(town, audited, "6500.50")

    settlement = settle(town, audited, "6300.50")

    volunteers = next(one for one in settlement.accounts.lines if one.category == "volunteers")
    assert (volunteers.recognised, volunteers.deducted, volunteers.actual) == (D("1500.00"), D("200.00"), D("1300.00"))
    assert settlement.to_return == D("2699.50")


def test_more_than_was_recognised_of_a_line_is_not_taken_off(town, audited):
    off = [{"line_key": key(audited, "volunteers"), "amount": D("1500.01"), "reason": "无签领表"}]

    with pytest.raises(Refused):
        hand_in(town, audited, adjustments=off)


def test_who_handed_the_audit_in_does_not_confirm_it(town, audited):
    audit = hand_in(town, audited, by=town.finance)
    with pytest.raises(PermissionDenied):
        audits.decide_audit(audit, by=town.finance, accepted=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Audit.objects.filter(pk=audit.pk).update(is_accepted=True, decided_by=town.finance, decided_at=clock.now())

    member(town.auditor, town.bureau, "finance")

    assert audits.decide_audit(audit, by=town.auditor, accepted=True).is_accepted


def test_a_group_does_not_confirm_an_audit(town, audited):
    with pytest.raises(PermissionDenied):
        audits.decide_audit(hand_in(town, audited), by=town.head, accepted=True)


def test_an_audit_is_sent_back_with_a_reason_and_another_follows(town, audited):
    audit = hand_in(town, audited)
    with pytest.raises(Refused):
        audits.decide_audit(audit, by=town.finance, accepted=False)

    audits.decide_audit(audit, by=town.finance, accepted=False, answer="缺附注")

    assert hand_in(town, audited, number="诚信审字[2027]9号").is_open


def test_an_opinion_that_is_not_clean_is_dealt_with_in_the_remark(town, audited):
    audits.decide_audit(hand_in(town, audited, opinion="adverse"), by=town.finance, accepted=True)
    with pytest.raises(Refused):
        settle(town, audited)

    assert settle(town, audited, remark="已责成整改，见会议纪要").remark


def test_the_firm_is_not_tied_to_the_group(town, audited):
    with pytest.raises(Refused):
        hand_in(town, audited, firm_code=town.centre.credit_code)
    with pytest.raises(Refused):
        hand_in(town, audited, firm=town.centre.name)
    member(town.volunteer, town.shop, "staff")
    with pytest.raises(Refused):
        hand_in(town, audited, firm_code=town.shop.credit_code)

    Membership.objects.filter(organization=town.shop, user=town.volunteer).delete()

    assert hand_in(town, audited, firm_code=town.shop.credit_code).pk


# -- what comes back -------------------------------------------------------------------------------


def left(town, project, *rows) -> None:
    settling.write_left_overs(fresh(project), by=town.finance, rows=rows)


def refund(town, project, amount="2499.50", interest="0.00", by=None) -> Refund:
    return settling.record_refund(
        fresh(project), by=by or town.finance, amount=D(amount), interest=D(interest), received_on=clock.today(),
        bank_reference="R-1",
    )  # fmt: skip


INTEREST = {"kind": "interest", "words": "专户利息", "amount": D("12.30"), "whereto": ""}


def test_what_came_back_is_seen_by_a_second_person_before_the_end(town, project):
    settle(town, project)
    made = refund(town, project)
    with pytest.raises(PermissionDenied):
        settling.confirm_refund(made, by=town.finance)
    with pytest.raises(PermissionDenied):
        settling.confirm_refund(made, by=town.head)
    with pytest.raises(Refused):
        archiving.confirm_file(fresh(project), by=town.clerk, note="示例")

    settling.confirm_refund(made, by=town.clerk)

    assert LedgerEntry.objects.get(kind="refund").amount == D("2499.50")
    assert archiving.confirm_file(fresh(project), by=town.clerk, note="示例").number == "LX2026-DA-0001"


def test_no_more_comes_back_than_is_due(town, project):
    settle(town, project)

    with pytest.raises(Refused):
        refund(town, project, "2499.51")
    with pytest.raises(Refused):
        refund(town, project, "0.00", "0.01")
    with pytest.raises(PermissionDenied):
        refund(town, project, by=town.clerk)


def test_interest_comes_back_as_new_money_of_the_fund(town, project):
    settle(town, project)
    free = town.fund.balance().free
    thing = {"kind": "asset", "words": "音响1套", "amount": D("800.00"), "whereto": "留社区活动室使用"}
    left(town, project, INTEREST, thing)

    refund(town, project, "2499.50", "12.30")

    account = fresh(project).account
    assert (account.returned, account.interest, account.held) == (D("2499.50"), D("12.30"), D("6500.50"))
    assert town.fund.balance().free == free + D("2511.80")
    assert Settlement.objects.get().still_due == 0
    assert list(breaches()) == []


def test_the_notice_asks_for_both_in_thirty_days(town, project, browse):
    settle(town, project)
    left(town, project, INTEREST)
    page = reverse("projects:return_notice_create", args=[project.pk])
    due_on = browse(town.finance).get(page).context["form"]["due_on"].value()

    notice = returns.ask_back(fresh(project), by=town.finance, reason="结余", due_on=due_on, pay_to="6228")

    assert (due_on - clock.today()).days == 30
    assert (notice.unspent, notice.interest, notice.amount) == (D("2499.50"), D("12.30"), D("2511.80"))


def test_interest_alone_can_be_asked_back_while_the_last_instalment_is_still_to_come(town, life):
    project = life.walk(draft(town), "settling")
    settle(town, project, "9000.00")
    left(town, project, INTEREST)

    notice = returns.ask_back(fresh(project), by=town.finance, reason="利息", due_on=clock.today(), pay_to="6228")

    assert notice.amount == D("12.30")


def test_interest_that_came_back_is_not_written_down_again(town, project):
    settle(town, project)
    left(town, project, INTEREST)
    refund(town, project, "0.00", "12.30")

    with pytest.raises(Refused):
        left(town, project)

    assert Settlement.objects.get().interest == D("12.30")


# -- the file and the archive ----------------------------------------------------------------------


@pytest.fixture
def filed(town, project) -> Project:
    settle(town, project)
    settling.confirm_refund(refund(town, project), by=town.clerk)
    archiving.confirm_file(fresh(project), by=town.clerk, note="结项报告用旧格式")
    return fresh(project)


def test_nothing_is_closed_before_a_clerk_has_confirmed_the_file(town, project):
    settle(town, project)
    settling.confirm_refund(refund(town, project), by=town.clerk)
    with pytest.raises(Refused):
        archiving.complete(fresh(project), by=town.finance)
    with pytest.raises(PermissionDenied):
        archiving.confirm_file(fresh(project), by=town.finance, note="x")

    archiving.confirm_file(fresh(project), by=town.clerk, note="结项报告用旧格式")

    assert archiving.complete(fresh(project), by=town.finance).state == "completed"


def test_what_is_missing_is_said(town, project):
    settle(town, project)
    settling.confirm_refund(refund(town, project), by=town.clerk)

    with pytest.raises(Refused):
        archiving.confirm_file(fresh(project), by=town.clerk)

    assert not ArchiveFile.objects.exists()


def test_the_file_lists_what_there_is_with_digests(town, filed):
    made = ArchiveFile.objects.get()

    assert {row["part"] for row in made.papers} >= {"application", "award", "money", "closing", "files"}
    assert "审计报告" not in made.missing
    assert (made.retention, made.kept_until) == (30, 2057)
    assert archiving.changed_since(made) == []


def test_a_file_that_was_touched_is_found_and_confirmed_anew(town, filed):
    filed.expenses.filter(category="materials").update(recognised=D("4999.00"))
    made = ArchiveFile.objects.get()
    assert archiving.changed_since(made) == ["有改动：支出2笔及票据"]
    with pytest.raises(Refused):
        archiving.complete(fresh(filed), by=town.finance)

    number = archiving.confirm_file(fresh(filed), by=town.clerk, note="复核").number

    assert number == made.number
    assert archiving.changed_since(ArchiveFile.objects.get()) == []


def test_the_accounts_are_kept_once_more_with_the_file(town, filed):
    kept = Settlement.objects.get().accounts

    assert (kept.returned, kept.paid, kept.to_return) == (D("2499.50"), D("9000.00"), D("2499.50"))
    with pytest.raises(Refused):
        settle(town, filed)


def test_a_project_that_ended_early_is_closed_with_its_file(town, life):
    project = running(town, life)
    payments.terminate(fresh(project), by=town.approver, note="停办")
    settle(town, project, "0.00")
    assert rules.has_perm("projects.settle", town.finance, fresh(project))

    archiving.confirm_file(fresh(project), by=town.clerk, note="未开展活动")

    assert not rules.has_perm("projects.settle", town.finance, fresh(project))


@pytest.mark.parametrize(("app", "stays", "many"), [("projects", STAYS, 15), ("evaluations", VOICES_STAY, 5)])
def test_nobody_holds_any_writing_permission_on_an_archived_project(town, filed, app, stays, many):
    names = writing_permissions(app, stays)
    before = [name for name in names if any_of_town_may(town, name, filed)]

    archiving.complete(filed, by=town.finance)

    assert len(before) > many  # before its end there is much that somebody may do
    assert [name for name in names if any_of_town_may(town, name, fresh(filed))] == []


def any_of_town_may(town, name: str, project: Project) -> bool:
    try:
        return any(rules.has_perm(name, person, project) for person in [*town.people.values(), None])
    except (AttributeError, TypeError):
        return False  # it is asked of a part that has columns of its own


def test_of_an_archived_project_no_verb_changes_anything(town, filed):
    """The verbs that work on a running project, tried by whoever may take them there."""
    archiving.complete(filed, by=town.finance)
    project = fresh(filed)
    expense, audit_values = project.expenses.first(), FIRM
    verbs = {
        "settle": lambda: settling.settle(project, by=town.finance, recognised=D("0.00")),
        "refund": lambda: refund(town, project, "1.00"),
        "left": lambda: left(town, project, INTEREST),
        "file": lambda: archiving.confirm_file(project, by=town.clerk, note="再来"),
        "complete": lambda: archiving.complete(project, by=town.finance),
        "audit": lambda: audits.hand_in_audit(project, by=town.head, values=audit_values, files=[pdf()]),
        "reverse": lambda: payments.reverse_payment(project.tranches.get(ordinal=1), by=town.finance, note="错"),
        "expense": lambda: spending.reopen(expense, by=town.clerk, note="再看"),
        "terminate": lambda: payments.terminate(project, by=town.approver, note="终止"),
        "report": lambda: delivery.submit_report(project, by=town.head, values={"spent": D(0)}),
        "evaluate": lambda: evaluation.open_evaluation(project, "begin_final", by=town.clerk),
    }

    open_still = [name for name, verb in verbs.items() if not refused(verb)]

    assert open_still == []
    assert archiving.changed_since(ArchiveFile.objects.get()) == []


def refused(verb) -> bool:
    try:
        with transaction.atomic():
            verb()
    except (Refused, PermissionDenied):
        return True
    return False


# -- where everything stands -----------------------------------------------------------------------


def step(project) -> tuple[str, str]:
    [one] = standings(Project.objects.filter(pk=project.pk))
    return one.step.key, one.step.who


def test_each_step_waits_for_somebody_else(town, project):
    Call.objects.update(audit_from=D("10000.00"))
    seen = [step(project)]
    audit = hand_in(town, project)
    seen.append(step(project))
    audits.decide_audit(audit, by=town.finance, accepted=True)
    seen.append(step(project))
    settle(town, project)
    seen.append(step(project))
    returns.ask_back(fresh(project), by=town.finance, reason="结余", due_on=date(2027, 4, 10), pay_to="6228")
    seen.append(step(project))
    made = refund(town, project)
    seen.append(step(project))
    settling.confirm_refund(made, by=town.clerk)
    seen.append(step(project))
    archiving.confirm_file(fresh(project), by=town.clerk, note="示例")
    seen.append(step(project))
    archiving.complete(fresh(project), by=town.finance)

    assert seen == [
        ("audit", "group"), ("audit_look", "finance"), ("settle", "finance"), ("notice", "finance"),
        ("return", "payee"), ("refund", "second"), ("file", "clerk"), ("complete", "finance"),
    ]  # fmt: skip
    assert standings(Project.objects.filter(pk=project.pk)) == []


def test_money_that_did_not_come_in_time_waits_for_the_approver(town, project, time):
    settle(town, project)
    returns.ask_back(fresh(project), by=town.finance, reason="结余", due_on=date(2027, 4, 10), pay_to="6228")
    time.go(datetime(2027, 4, 11, 9))

    assert step(project) == ("breach", "approver")


def test_the_list_of_things_to_do_says_the_same(town, project):
    def whats(person) -> list[str]:
        return [task.what for task in waiting_for(type(person).objects.get(pk=person.pk))]

    assert "办理结算" in whats(town.finance)
    settle(town, project)
    made = refund(town, project)

    assert "复核退款到账" in whats(town.clerk)
    assert "复核退款到账" not in whats(town.finance)
    settling.confirm_refund(made, by=town.clerk)
    assert "确认档案" in whats(town.clerk)


def test_the_desk_costs_the_same_for_one_and_for_many(town, project, django_assert_num_queries):
    settle(town, project)
    with CaptureQueriesContext(connection) as counted:
        standings(Project.objects.all())
    for number in range(3):
        Project.objects.create(
            call=project.call, track=project.track, applicant=town.centre, title="另一个", created_by=town.head,
            state="settling", number=f"X-{number}", amount_requested=D("1.00"), amount_awarded=D("1.00"),
            approved_at=clock.now(), approved_by=town.approver,
        )  # fmt: skip

    with django_assert_num_queries(len(counted)):
        assert len(standings(Project.objects.all())) == 4


def test_the_desk_shows_amounts_and_whom_it_waits_for(town, project, browse):
    settle(town, project)

    page = browse(town.finance).get(reverse("projects:settling_desk"))

    assert (page.context["due"], page.context["to_pay"]) == (D("2499.50"), D("0.00"))
    assert "发出结余退回通知" in page.content.decode()
    assert browse(town.head).get(reverse("projects:settling_desk")).status_code == 403


def test_the_desk_links_a_form_only_for_whom_it_waits_for(town, project, browse):
    link = f'href="{reverse("projects:settlement_edit", args=[project.pk])}"'

    pages = {who: browse(getattr(town, who)).get(reverse("projects:settling_desk")) for who in ("finance", "auditor")}

    assert (link in pages["finance"].content.decode(), link in pages["auditor"].content.decode()) == (True, False)
    assert "办理结算" in pages["auditor"].content.decode()


def test_an_audit_that_waits_is_linked_for_clerk_and_finance_and_not_for_the_approver(town, audited, browse):
    link = f'href="{reverse("projects:audit_create", args=[audited.pk])}"'

    found = [link in browse(who).get(reverse("projects:settling_desk")).content.decode()
             for who in (town.clerk, town.finance, town.approver)]  # fmt: skip

    assert found == [True, True, False]


def test_what_came_back_is_spoken_of_as_money(town, project, browse):
    settle(town, project)
    address = reverse("projects:refund_create", args=[project.pk])
    page = browse(town.finance).get(address)
    refund(town, project)

    seen = browse(town.finance).get(reverse("projects:final_accounts", args=[project.pk])).content.decode()

    assert ("登记退款到账" in page.content.decode(), "记录活动" in page.content.decode()) == (True, False)
    assert ("等第二人核对" in seen, "等另一人录入" in seen) == (True, False)


# -- papers ----------------------------------------------------------------------------------------


def test_the_workbook_of_the_accounts_tests_itself(town, project, browse):
    settle(town, project)

    response = browse(town.auditor).get(reverse("reports:final_accounts_table", args=[project.pk]))

    content = b"".join(response.streaming_content) if response.streaming else response.content
    sheet = load_workbook(BytesIO(content))["收支决算表"]
    assert [sheet.cell(4, column).value for column in (4, 5, 6, 7)] == [
        "=SUM(D2:D3)", "=SUM(E2:E3)", "=SUM(F2:F3)", "=SUM(G2:G3)",
    ]  # fmt: skip
    assert (sheet["F2"].value, sheet["G2"].value) == (5000.5, "=E2-F2")


def test_the_workbook_sums_the_grant_where_payments_were_not_entered_one_by_one(town, life, browse):
    project = running(town, life)
    life.pay(project.tranches.get(ordinal=1))
    payments.terminate(fresh(project), by=town.approver, note="停办")
    settle(town, project, "300.00")

    response = browse(town.auditor).get(reverse("reports:final_accounts_table", args=[project.pk]))

    content = b"".join(response.streaming_content) if response.streaming else response.content
    rows = list(load_workbook(BytesIO(content))["收支决算表"].iter_rows(values_only=True))
    assert (rows[-2][1], rows[-2][5]) == ("受资助资金（未逐笔登记，只有总额）", 300)
    assert rows[-1][5] == f"=SUM(F2:F{len(rows) - 1})"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("final_accounts", ["项目收支决算表", "6,500.50", "2,499.50", "人民币贰仟肆佰玖拾玖元伍角"]),
        ("archive_list", ["项目档案目录", "LX2026-DA-0001", "30年"]),
        ("completion_certificate", ["结项证书", "准予结项"]),
    ],
)
def test_the_papers_of_the_end_say_what_they_must(town, filed, browse, name, words):
    archiving.complete(filed, by=town.finance)

    response = browse(town.head).get(reverse(f"reports:{name}", args=[filed.pk]))

    text = text_of(response)
    assert [word for word in words if word not in text] == []


# -- an audit after the account --------------------------------------------------------------------


def step_of(project) -> tuple[str, str]:
    [row] = standings(Project.objects.filter(pk=project.pk))
    return row.step.key, row.step.who


def off_by(project, amount="200.00") -> list[dict]:
    return [{"line_key": key(project, "volunteers"), "amount": D(amount), "reason": "无签领表"}]


def test_an_audit_confirmed_after_the_account_was_settled_is_settled_anew_before_the_file(town, project):
    settle(town, project)
    settling.confirm_refund(refund(town, project), by=town.clerk)
    audits.decide_audit(hand_in(town, project, adjustments=off_by(project)), by=town.finance, accepted=True)

    with pytest.raises(Refused):
        archiving.confirm_file(fresh(project), by=town.clerk, note="结项报告用旧格式")
    assert step_of(project) == ("settle", "finance")

    assert settle(town, project, "6300.50").still_due == D("200.00")
    settling.confirm_refund(refund(town, project, "200.00"), by=town.clerk)
    assert archiving.confirm_file(fresh(project), by=town.clerk, note="结项报告用旧格式").pk


def test_the_file_waits_for_an_audit_that_is_handed_in(town, project):
    settle(town, project)
    settling.confirm_refund(refund(town, project), by=town.clerk)
    audit = hand_in(town, project, adjustments=off_by(project))

    with pytest.raises(Refused):
        archiving.confirm_file(fresh(project), by=town.clerk, note="结项报告用旧格式")

    audits.decide_audit(audit, by=town.finance, accepted=False, answer="重复")
    assert archiving.confirm_file(fresh(project), by=town.clerk, note="结项报告用旧格式").pk


def came_back(project, town, *amounts):
    """Several sums on one day, under one reference of the bank."""
    for amount in amounts:
        yield Refund.objects.create(
            project=project,
            amount=D(amount),
            received_on=clock.today(),
            bank_reference="退20270101",
            recorded_by=town.finance,
        )


def test_a_changed_sum_is_found_though_another_came_back_the_same_day(town, filed):
    first, _second = came_back(filed, town, "10.00", "20.00")
    ArchiveFile.objects.update(papers=listed(filed))
    untouched = archiving.changed_since(ArchiveFile.objects.get())

    Refund.objects.filter(pk=first.pk).update(amount=D("11.00"))

    assert untouched == []
    assert archiving.changed_since(ArchiveFile.objects.get()) == ["有改动：退款到账"]


def test_a_second_sum_of_the_same_day_is_found_as_added(town, filed):
    list(came_back(filed, town, "10.00"))
    ArchiveFile.objects.update(papers=listed(filed))

    list(came_back(filed, town, "10.00"))

    assert archiving.changed_since(ArchiveFile.objects.get()) == ["新增：退款到账"]


def test_a_changed_instalment_is_found(town, filed):
    made = ArchiveFile.objects.get()

    filed.tranches.filter(ordinal=1).update(amount=D("1.00"))

    assert "有改动：第1期拨款凭证" in archiving.changed_since(made)


def test_before_it_is_settled_accounts_and_desk_show_the_same_figure(town, project, browse):
    [row] = standings(Project.objects.filter(pk=project.pk))
    shown = final_accounts(fresh(project)).recognised

    accounts = browse(town.finance).get(reverse("projects:final_accounts", args=[project.pk])).content.decode()
    desk = browse(town.finance).get(reverse("projects:settling_desk")).content.decode()

    assert (row.recognised, row.is_settled) == (shown, False)
    assert ("尚未结算" in accounts, "尚未结算" in desk) == (True, True)


def test_once_it_is_settled_nobody_says_that_it_is_not(town, project, browse):
    settle(town, project)

    accounts = browse(town.finance).get(reverse("projects:final_accounts", args=[project.pk])).content.decode()
    desk = browse(town.finance).get(reverse("projects:settling_desk")).content.decode()

    assert ("尚未结算" in accounts, "尚未结算" in desk) == (False, False)


def test_an_audit_says_whether_it_was_sent_back_or_replaced(town, audited, browse):
    audits.decide_audit(hand_in(town, audited), by=town.finance, accepted=False, answer="缺附注")
    audits.decide_audit(hand_in(town, audited), by=town.finance, accepted=True, answer="属实")
    audits.decide_audit(hand_in(town, audited), by=town.finance, accepted=True)

    page = browse(town.finance).get(reverse("projects:final_accounts", args=[audited.pk])).content.decode()
    said = re.findall(r">(已退回|已被新的报告替代|已确认)</span>", page)

    assert said == ["已确认", "已被新的报告替代", "已退回"]
    assert Audit.objects.get(replaced_at__isnull=False).answer == "属实"


def test_what_is_next_has_one_last_day_on_every_page(town, life):
    """The list of things to do and the page of the settling say the same of the final evaluation."""
    project = life.walk(draft(town), "closing")
    Report.objects.filter(project=project, kind="closing").update(accepted_at=clock.now(), accepted_by=town.clerk)

    [task] = evaluations_waiting(town.clerk)
    [standing] = standings(Project.objects.filter(pk=project.pk))

    assert (standing.step.key, standing.step.words) == ("final", task.what)
    assert standing.step.due_on == task.due_on
