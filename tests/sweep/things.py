"""One of everything, around a running project of the centre."""

from datetime import date

import pytest
from django.core.files.base import ContentFile

from core.files import attach
from core.models import DailyRoot
from evaluations.actions import panel
from evaluations.models import (
    Alternative,
    Conflict,
    Decision,
    Draw,
    ListChange,
    Reduction,
)
from grants.models import Fund, Offer, TranchePlan
from people import actions
from people.models import Administrator, ExpertLoan, Invitation, Membership, Office, SignInGuard, User
from projects.actions import (
    delivery,
    drafts,
    inquiry,
    payments,
    people,
    trouble,
)
from projects.models import (
    Notice,
    Objection,
    Referral,
    ReturnNotice,
)
from reports.models import ArchivePackage, LedgerFile
from tests import town as towns
from tests.by_framework import framework
from tests.life import draft, examined
from tests.memory import remembered
from tests.sweep.people import OFFICES
from tests.sweep.things_evaluations import evaluated, pitched, starred, unlocking, voted_on
from tests.sweep.things_projects import (
    around,
    booked,
    changed,
    given,
    looked_back,
    mentored,
    of_money,
    spoken,
    worked_on,
)
from tests.test_files import pdf
from tests.town import aware, make_call, rubric

NO_PANELS: dict = {
    "panel_size": 3, "max_load": None, "due_on": None, "loads": {}, "projects": [], "fixed": [], "forbidden": [],
    "affinity": [], "composition": [],
}  # fmt: skip
"""What a choice of experts was calculated from, when there was nothing."""


def written(town) -> LedgerFile:
    made = LedgerFile.objects.create(ledger="funds", by=town.clerk)
    made.file.save("ledger.xlsx", ContentFile(b"xlsx"))
    return made


def packaged(project, town) -> ArchivePackage:
    made = ArchivePackage.objects.create(project=project, edition="interim", by=town.clerk)
    made.file.save("package.zip", ContentFile(b"zip"))
    return made


@pytest.fixture
def things(town, life) -> dict[str, object]:
    """One of everything, and the three administrators: security (`keeper`), system and audit."""
    made = everything(town, life)
    town.people |= {name: User.objects.get(username=name) for name in OFFICES}
    return made


@remembered
def everything(town, life) -> dict[str, object]:
    """One of everything, around a running project of the centre."""
    project = draft(town)
    life.walk(project, "eligible")
    project.refresh_from_db()
    expert = panel.assign(project, town.expert1, by=town.clerk)
    people.assign_mentor(project, town.mentor, town.support, by=town.clerk)
    project = life.walk(project, "in_notice")
    notice = Notice.objects.get()
    objection = examined(town, project)
    inquiry.rule_on_objection(objection, by=town.approver, ruling=Objection.Ruling.DISMISSED, reason="不重复")
    project.refresh_from_db()
    project = life.walk(project, "running")
    people.add_participant(project, town.evaluator, "evaluator", by=town.clerk, organization=town.evaluators)
    report = {"kind": "milestone", "done": "完成", "persons": 1, "visits": 1, "spent": 1}
    tranche = payments.request_payment(project.tranches.first(), by=town.clerk)
    with_draft = draft_after_close(town)
    Fund.objects.filter(pk=town.fund.pk).update(takes_referrals=True, purpose="社区助老")
    letter = project.papers.get(kind="award")
    asked = {"kind": "copy", "name": "王秀英", "phone": "13800138000", "text": "查一下"}
    data_request = actions.receive_data_request(town.bureau, by=None, values=asked)
    invitation = Invitation.objects.create(
        organization=town.bureau, role="staff", name="新来的", invited_by=town.approver
    )
    own_plan = TranchePlan.objects.create(name="一次拨付", funder=town.bureau)
    for name, office in OFFICES.items():
        town.people[name] = towns.person(name, Office(office).label)
        actions.give_office(town.people[name], office, by=town.admin)
    return {
        "data_request": data_request,
        "asked_token": data_request.token,
        "invitation": invitation,
        "invitation_token": invitation.token,
        "loan": ExpertLoan.objects.create(expert=town.expert1.expert, bureau=town.bureau, asked_by=town.clerk),
        "offered": Offer.objects.create(bureau=town.bureau, title="一次拨付", plan=own_plan, offered_by=town.clerk),
        "administrator": Administrator.objects.get(office="security"),
        "guard": SignInGuard.objects.create(kind="address", key="203.0.113.9"),
        "expert_person": town.expert1,
        "project": project,
        "return_notice": ReturnNotice.objects.create(
            project=project,
            number="TK2026-9999",
            is_clawback=False,
            paid=3,
            recognised=1,
            returned=1,
            amount=1,
            reason="结余",
            due_on=date(2027, 1, 8),
            pay_to="财政专户",
            issued_by=town.finance,
        ),
        "warning": trouble.warn(project, by=town.clerk, ground="late", words="月报未交", answer_until=date(2027, 1, 8)),
        "talk": trouble.call_to_talk(
            project, by=town.clerk, reason="月报未交", planned_at=aware(2027, 1, 11, 9), place="会议室"
        ),
        "referral": Referral.objects.create(project=project, fund=town.fund, words="方向一致", made_by=town.head),
        "draft": with_draft,
        "call": town.call,
        "unpublished": make_call(town, code="SOON", publish=False),
        "fund": town.fund,
        "attachment": attach(project, pdf(), by=town.head),
        "file_of_draft": attach(with_draft, pdf(), by=town.head),
        "notification": town.head.notifications.first(),
        "notice": notice,
        "daily_root": DailyRoot.objects.create(day=date(2026, 3, 2), number=1, hash="0" * 64),
        "objection": objection,
        "follow_token": objection.token,
        "confirm_token": Objection.objects.create(
            notice=notice, project=project, name="王五", email="w@example.org", text="重复"
        ).confirmation,
        "assignment": expert,
        "draw": Draw.objects.create(
            call=town.call,
            kind="panel",
            items=NO_PANELS,
            outcome={"panels": {}, "proven_optimal": True},
            drawn_by=town.clerk,
        ),
        "conflict": Conflict.objects.create(
            assignment=expert, reasons=[{"key": "phone:leader", "ground": "phone", "party": "leader"}]
        ),
        "expert": town.expert1.expert,
        "unlocking": unlocking(expert, town.clerk),
        "alternative": Alternative.objects.create(call=town.call, name="一", budget=1, made_by=town.clerk),
        "decision": Decision.objects.create(call=town.call, prepared_by=town.clerk),
        "reduction": Reduction.objects.create(project=project, judges=2, reason="缺席", asked_by=town.auditor),
        "list_change": ListChange.objects.create(project=project, kind="strike", reason="重复", asked_by=town.clerk),
        "tranche": tranche,
        **worked_on(town, project),
        "report": delivery.submit_report(project, by=town.head, values=report),
        "organization": town.centre,
        "bureau": town.bureau,
        "paper": letter,
        "archive_package": packaged(project, town),
        "ledger_made": written(town),
        "paper_code": letter.shown_code,
        "rubric": town.rubric,
        "own_framework": framework(town.bureau),
        "framework_key": "closing",
        "criterion": rubric("自己的评分表", ("需求", 100), funder=town.bureau).criteria.first(),
        "budget_line": project.budget_lines.first(),
        **around(town, project, with_draft),
        **booked(town, project),
        **changed(town, project),
        **pitched(town, project),
        **voted_on(town, project),
        **looked_back(project),
        **mentored(town, project),
        **evaluated(town, project),
        **spoken(town, project),
        **given(town, project),
        **starred(town),
        **of_money(town, project, tranche),
        "membership": Membership.objects.get(user=town.volunteer),
    }


def draft_after_close(town):
    """A draft of the centre in a call that is open now."""
    call = make_call(
        town,
        code="NEXT",
        opens_at=aware(2026, 4, 1),
        closes_at=aware(2026, 5, 30),
        starts_on=date(2026, 7, 1),
    )
    return drafts.create_draft(call, town.centre, by=town.head, title="下一个项目")
