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
from core.workflow import Refused, choices
from evaluations.models import Assignment
from grants.actions import ledger
from grants.models import LedgerCorrection, LedgerEntry
from people.models import Role
from projects.actions import archiving, award, bank, delivery, evaluation, payments, proposals, settling
from projects.invariants import breaches
from projects.models import BankList, BankListLine, Project, Settlement, Tranche
from tests.life import Life, draft
from tests.town import Town, member

AMOUNTS = (Decimal("33333.33"), Decimal("10000.01"))
"""The first at 50/40/10 is the field guide's own example of a remainder."""
LINES = [{"category": "materials", "item": "物资", "unit": "批", "quantity": Decimal(1)}]
fen = st.integers(min_value=0, max_value=4_000_000).map(lambda cents: Decimal(cents) / 100)
PEOPLE = ["clerk", "approver", "finance", "auditor", "head", "hosthead"]
WORK = {
    "in_notice": [("approve", "approver"), ("approve", "approver"), ("withdraw", "singer")],
    "approved": [("sign", "hosthead"), ("countersign", "approver"), ("forfeit", "approver")],
    "running": [("midterm", "clerk"), ("closing", "head"), ("suspend", "clerk"), ("terminate", "approver")],
    "suspended": [("resume", "clerk"), ("terminate", "approver")],
    "midterm": [("pass", "clerk"), ("pass", "clerk"), ("require", "clerk")],
    "rectifying": [("midterm", "clerk"), ("final", "clerk"), ("terminate", "approver")],
    "closing": [("final", "clerk")],
    "final": [("pass final", "clerk"), ("require", "clerk")],
    "settling": [("read", "clerk"), ("seen", "clerk"), ("file", "clerk"), ("complete", "finance")],
}
"""Who may do what to a project in each state: the page's buttons, without the notes and papers."""
TO_BANK = "序号,结果,流水号,日期,失败原因\n"


@pytest.fixture
def notice(town, life) -> list[int]:
    """Two projects in public notice, one registered and one filed, whose host has an account; the notice is over."""
    for name in ("bank_name", "bank_account_name", "bank_account"):
        setattr(town.host, name, "6222000099990000")
    town.host.save()
    member(town.auditor, town.bureau, Role.FINANCE)
    town.plan.rules.get(ordinal=2).gates.update(kind="receipt")  # nearer than the midterm evaluation
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

    @initialize(
        last=st.sampled_from(["in_notice", "approved", "running"]),
        money=st.sampled_from(["approved", "listed", "paid"]),
    )
    def begin(self, last, money):
        """One project runs and its first money is on its way or paid; the other stands somewhere before."""
        town, one, two = self.town, self.projects[0], self.projects[1]
        self.award(one, town.head, to="running")
        self.award(two, town.hosthead, to=last)
        first = Tranche.objects.get(project=one, ordinal=1)
        payments.request_payment(first, by=town.clerk)
        payments.approve_payment(first, by=town.approver)
        if money == "paid":
            payments.pay(first, by=town.finance, bank_reference="B-1")
        elif money == "listed":
            bank.make_lists([first], by=town.finance)

    def award(self, pk: int, payee, *, to: str):
        project = Project.objects.get(pk=pk)
        if to in ("approved", "running"):
            award.approve(project, by=self.town.approver)
        if to == "running":
            award.sign_for_group(project, by=payee)
            award.sign_for_funder(project, by=self.town.approver)

    def tried(self, verb) -> None:
        try:
            with transaction.atomic():
                verb()
        except (Refused, PermissionDenied):
            pass

    @rule(data=st.data(), which=st.integers(min_value=0, max_value=1), by=st.sampled_from(PEOPLE))
    def somebody_presses_anything(self, data, which, by):
        """Any button of any desk, whether it is theirs and possible or not."""
        buttons = self.buttons(Project.objects.get(pk=self.projects[which]), self.town.people[by])
        self.tried(buttons[data.draw(st.sampled_from(sorted(buttons)))])

    @rule(data=st.data(), which=st.integers(min_value=0, max_value=1))
    def somebody_presses_what_is_theirs(self, data, which):
        """A button that a page offers to somebody now: the way into the depth."""
        project = Project.objects.get(pk=self.projects[which])
        offered = []
        for tranche in project.tranches.all():
            for person in self.town.people.values():
                names = [choice.name for choice in choices(tranche, person) if not choice.blocked]
                offered += [(f"{name} {tranche.ordinal}", person) for name in names]
                if tranche.state == "approved" and person == self.town.finance:
                    offered += [(f"list {tranche.ordinal}", person)] * 3
        offered += [(name, self.town.people[by]) for name, by in WORK.get(project.state, [])]
        if not offered:
            return
        name, person = data.draw(st.sampled_from(offered))
        self.tried(self.buttons(project, person)[name])

    def buttons(self, project: Project, person) -> dict:
        """Every verb of money and of the project's way, pressed by one person."""
        group = self.town.singer if project.host_id else self.town.head
        report = {"kind": "closing", "done": "完成", "visits": 1, "persons": 1, "spent": Decimal("1.00")}

        def closing():
            delivery.submit_report(project, by=group, values=report)
            delivery.request_closing(project, by=group)

        found = {
            "approve": lambda: award.approve(project, by=person),
            "sign": lambda: award.sign_for_group(project, by=person),
            "countersign": lambda: award.sign_for_funder(project, by=person),
            "forfeit": lambda: award.forfeit(project, by=person, note="逾期"),
            "withdraw": lambda: proposals.withdraw(project, by=person, note="不办了"),
            "midterm": lambda: evaluation.open_evaluation(project, "begin_midterm", by=person),
            "pass": lambda: evaluation.conclude(project, "pass_midterm", by=person),
            "require": lambda: evaluation.conclude(project, "require_rectification", by=person, note="整改"),
            "closing": closing,
            "final": lambda: evaluation.open_evaluation(project, "begin_final", by=person),
            "pass final": lambda: evaluation.conclude(project, "pass_final", by=person),
            "read": lambda: [delivery.accept_report(one, by=person) for one in project.reports.order_by("-pk")[:1]],
            "seen": lambda: [settling.confirm_refund(one, by=person) for one in project.refunds.all()],
            "file": lambda: archiving.confirm_file(project, by=person, note="从简"),
            "complete": lambda: archiving.complete(project, by=person),
            "suspend": lambda: delivery.supervise(project, "suspend", by=person, note="暂停"),
            "resume": lambda: delivery.supervise(project, "resume", by=person, note="恢复"),
            "terminate": lambda: payments.terminate(project, by=person, note="终止"),
        }
        for tranche in project.tranches.all():
            found |= self.buttons_of(tranche, person)
        return found

    def buttons_of(self, tranche: Tranche, person) -> dict:
        n = tranche.ordinal
        return {
            f"request {n}": lambda: payments.request_payment(tranche, by=person),
            f"approve {n}": lambda: payments.approve_payment(tranche, by=person),
            f"refuse {n}": lambda: payments.refuse_payment(tranche, by=person, note="缺材料"),
            f"pay {n}": lambda: payments.pay(tranche, by=person, bank_reference="B"),
            f"receipt {n}": lambda: payments.confirm_receipt(tranche, by=person, receipt_number="R"),
            f"reverse {n}": lambda: payments.reverse_payment(tranche, by=person, note="账号错误"),
            f"list {n}": lambda: bank.make_lists([tranche], by=person),
        }

    @rule(which=st.integers(min_value=0, max_value=1), recognised=fen, share=st.sampled_from([0, 50, 100, 101]))
    def settle(self, which, recognised, share):
        """Some of what is due comes back, all of it, or a little more."""
        project = Project.objects.get(pk=self.projects[which])
        due = max(project.amount_paid - recognised, Decimal(0)) * share / 100
        returned = due.quantize(Decimal("0.01"))
        self.tried(lambda: settling.settle(project, by=self.town.finance, recognised=recognised, returned=returned))

    @precondition(lambda self: BankListLine.objects.filter(outcome__in=["", "paid"]).exists())
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

    @rule(
        amount=fen,
        kind=st.sampled_from(["allocate", "refund", "clawback"]),
        by=st.sampled_from(["finance", "approver", "clerk"]),
        approved=st.booleans(),
    )
    def correct(self, amount, kind, by, approved):
        """Finance asks; whoever is there decides, the asker included, who may not."""
        entry = LedgerEntry.objects.filter(kind=kind).last()
        if entry is None:
            return
        self.tried(lambda: ledger.ask_correction(entry, by=self.town.finance, right_amount=amount, reason="录错"))
        one = LedgerCorrection.objects.filter(is_approved__isnull=True).first()
        if one is not None:
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
            max_examples=10,
            stateful_step_count=30,
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

    assert "每个数字都相符" in capsys.readouterr().out
    assert Settlement.objects.get().returned == Decimal("0.00")
    assert isinstance(life, Life)
