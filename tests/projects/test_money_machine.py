"""Whatever is done with money in whatever order, no figure ever leaves the ledger: a machine of the real verbs.

Each example begins with two projects in public notice and lives in a transaction of its own, rolled back at its end.
"""

from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core import clock
from core.workflow import Refused
from evaluations.models import Assignment
from grants.actions import ledger
from grants.models import LedgerCorrection, LedgerEntry
from people.models import Role
from projects.actions import award, bank, delivery, evaluation, payments, proposals
from projects.invariants import breaches
from projects.models import BankList, BankListLine, Project, Settlement, Tranche
from tests.life import Life, draft
from tests.town import Town, member

AMOUNTS = (Decimal("33333.33"), Decimal("10000.01"))
"""The first at 50/40/10 is the field guide's own example of a remainder."""
LINES = [{"category": "materials", "item": "物资", "unit": "批", "quantity": Decimal(1)}]
fen = st.integers(min_value=0, max_value=4_000_000).map(lambda cents: Decimal(cents) / 100)
TO_BANK = "序号,结果,流水号,日期,失败原因\n"


@pytest.fixture
def notice(town, life) -> list[int]:
    """Two projects in public notice, one registered and one filed, whose host has an account; the notice is over."""
    for name in ("bank_name", "bank_account_name", "bank_account"):
        setattr(town.host, name, "6222000099990000")
    town.host.save()
    member(town.auditor, town.bureau, Role.FINANCE)
    town.call.tracks.update(cap=Decimal("50000.00"))
    found = []
    for amount, applicant, by in ((AMOUNTS[0], town.centre, town.head), (AMOUNTS[1], town.choir, town.singer)):
        lines = [LINES[0] | {"unit_price": amount}]
        found.append(draft(town, applicant, by=by, amount_requested=amount, lines=lines))
    for to in ("eligible", "shortlisted", "in_notice"):
        for project in found:
            project.refresh_from_db()
            if project.state != to:
                life.walk(project, to)
    assert not Assignment.objects.exists()
    return [project.pk for project in found]


class Money(RuleBasedStateMachine):
    """People at their desks, pressing whatever they find; what is refused must change nothing."""

    town: Town
    projects: list[int]

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.stack.enter_context(clock.at(datetime(2026, 4, 20, 10, 0)))

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        self.stack.close()

    @initialize()
    def begin(self):
        """Half of the way is walked at once, so that the examples reach the payments."""
        self.tried(lambda: award.approve(self.project(0), by=self.town.approver))
        self.tried(lambda: award.sign_for_group(self.project(0), by=self.town.head))
        self.tried(lambda: award.sign_for_funder(self.project(0), by=self.town.approver))

    def project(self, which: int) -> Project:
        return Project.objects.get(pk=self.projects[which])

    def tranche(self, which: int, ordinal: int) -> Tranche | None:
        return Tranche.objects.filter(project=self.projects[which], ordinal=ordinal).first()

    def tried(self, verb) -> None:
        try:
            with transaction.atomic():
                verb()
        except (Refused, PermissionDenied):
            pass

    which = st.integers(min_value=0, max_value=1)
    ordinal = st.integers(min_value=1, max_value=3)

    @rule(which=which, name=st.sampled_from(["approve", "sign", "countersign", "forfeit", "withdraw"]))
    def towards_the_agreement(self, which, name):
        town, project = self.town, self.project(which)
        payee = town.hosthead if project.host_id else town.head
        self.tried(
            {
                "approve": lambda: award.approve(project, by=town.approver),
                "sign": lambda: award.sign_for_group(project, by=payee),
                "countersign": lambda: award.sign_for_funder(project, by=town.approver),
                "forfeit": lambda: award.forfeit(project, by=town.approver, note="逾期"),
                "withdraw": lambda: proposals.withdraw(
                    project, by=town.singer if project.host_id else town.head, note="不办了"
                ),
            }[name]
        )

    @rule(
        which=which,
        ordinal=ordinal,
        by=st.sampled_from(["clerk", "approver", "finance", "auditor"]),
        name=st.sampled_from(["request", "approve", "refuse", "pay", "pay", "receipt", "reverse", "list"]),
    )
    def an_instalment(self, which, ordinal, by, name):
        tranche = self.tranche(which, ordinal)
        if tranche is None:
            return
        person, payee = self.town.people[by], self.town.hosthead if tranche.project.host_id else self.town.head
        self.tried(
            {
                "request": lambda: payments.request_payment(tranche, by=person),
                "approve": lambda: payments.approve_payment(tranche, by=person),
                "refuse": lambda: payments.refuse_payment(tranche, by=person, note="缺材料"),
                "pay": lambda: payments.pay(tranche, by=person, bank_reference="B"),
                "receipt": lambda: payments.confirm_receipt(tranche, by=payee, receipt_number="R"),
                "reverse": lambda: payments.reverse_payment(tranche, by=person, note="账号错误"),
                "list": lambda: bank.make_lists([tranche], by=person),
            }[name]
        )

    @rule(which=which, ordinal=ordinal)
    def all_the_way(self, which, ordinal):
        """Request, approve and pay in one go, as on a good day."""
        for name, by in (("request", "clerk"), ("approve", "approver"), ("pay", "finance")):
            self.an_instalment(which, ordinal, by, name)

    @rule(which=which, name=st.sampled_from(["midterm", "pass_midterm", "require", "rectified", "closing", "final"]))
    def the_work(self, which, name):
        town, project = self.town, self.project(which)
        group = town.singer if project.host_id else town.head
        report = {"kind": "closing", "done": "完成", "visits": 1, "persons": 1, "spent": Decimal("1.00")}

        def closing():
            delivery.submit_report(project, by=group, values=report)
            delivery.request_closing(project, by=group)

        def final():
            evaluation.open_evaluation(project, "begin_final", by=town.clerk)
            evaluation.conclude(project, "pass_final", by=town.clerk)

        self.tried(
            {
                "midterm": lambda: evaluation.open_evaluation(project, "begin_midterm", by=town.clerk),
                "pass_midterm": lambda: evaluation.conclude(project, "pass_midterm", by=town.clerk),
                "require": lambda: evaluation.conclude(project, "require_rectification", by=town.clerk, note="整改"),
                "rectified": lambda: evaluation.report_rectified(project, by=group, note="已改"),
                "closing": closing,
                "final": final,
            }[name]
        )

    @rule(which=which, recognised=fen, returned=fen)
    def settle(self, which, recognised, returned):
        project = self.project(which)
        self.tried(lambda: payments.settle(project, by=self.town.finance, recognised=recognised, returned=returned))

    @rule(which=which, recognised=fen)
    def settle_to_the_fen(self, which, recognised):
        project = self.project(which)
        due = max(project.amount_paid - recognised, Decimal(0))
        self.tried(lambda: payments.settle(project, by=self.town.finance, recognised=recognised, returned=due))

    @rule(which=which, name=st.sampled_from(["complete", "suspend", "resume", "terminate"]))
    def the_end(self, which, name):
        town, project = self.town, self.project(which)
        self.tried(
            {
                "complete": lambda: payments.complete(project, by=town.finance),
                "suspend": lambda: delivery.supervise(project, "suspend", by=town.clerk, note="暂停"),
                "resume": lambda: delivery.supervise(project, "resume", by=town.clerk, note="恢复"),
                "terminate": lambda: payments.terminate(project, by=town.approver, note="终止"),
            }[name]
        )

    @precondition(lambda self: BankListLine.objects.exclude(outcome__in=["failed", "withdrawn", "returned"]).exists())
    @rule(outcome=st.sampled_from(["成功", "失败", "乱码"]), by=st.sampled_from(["finance", "auditor"]))
    def the_bank_answers(self, outcome, by):
        one = BankList.objects.filter(lines__outcome__in=["", "paid"]).first()
        text = f"{TO_BANK}1,{outcome},L-1,{clock.today()},账号不符\n"
        upload = SimpleUploadedFile("回单.csv", text.encode())
        person = self.town.people[by]
        self.tried(lambda: bank.store_return(bank.read_return(one, upload, by=person), by=person))

    @precondition(lambda self: BankListLine.objects.filter(outcome="").exists())
    @rule()
    def withdraw_from_the_bank(self):
        line = BankListLine.objects.filter(outcome="").first()
        self.tried(lambda: bank.withdraw_lines(line.bank_list, [line], by=self.town.finance, reason="未送出"))

    @rule(amount=fen, kind=st.sampled_from(["allocate", "refund", "clawback"]))
    def ask_a_correction(self, amount, kind):
        entry = LedgerEntry.objects.filter(kind=kind).last()
        if entry is not None:
            self.tried(lambda: ledger.ask_correction(entry, by=self.town.finance, right_amount=amount, reason="录错"))

    @precondition(lambda self: LedgerCorrection.objects.filter(is_approved__isnull=True).exists())
    @rule(by=st.sampled_from(["finance", "approver", "clerk"]), approved=st.booleans())
    def decide_a_correction(self, by, approved):
        one = LedgerCorrection.objects.filter(is_approved__isnull=True).first()
        person = self.town.people[by]
        self.tried(lambda: ledger.decide_correction(one, by=person, approved=approved, answer="看过凭证"))

    @invariant()
    def every_figure_is_what_the_ledger_says(self):
        assert [str(breach) for breach in breaches()] == []

    @invariant()
    def nothing_is_lost(self):
        """What came into the fund is what lies in its places and what the groups hold."""
        balance = self.town.fund.balance()
        accounts = LedgerEntry.objects.accounts().values()
        assert balance.paid == sum((account.held for account in accounts), Decimal("0.00"))
        assert min(balance.free, balance.reserved, balance.committed, balance.paid) >= 0


@pytest.mark.django_db
def test_no_sequence_of_verbs_breaks_an_invariant(town, notice):
    Money.town, Money.projects = town, notice

    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            derandomize=True,
        ),
    )


@pytest.mark.django_db
def test_after_a_whole_life_the_command_says_that_all_is_well(town, life, capsys):
    life.walk(draft(town), "completed")

    call_command("check_ledger")

    assert "every figure agrees" in capsys.readouterr().out
    assert Settlement.objects.get().returned == Decimal("0.00")
    assert isinstance(life, Life)
