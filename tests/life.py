"""Walk a project through its life by the real verbs, on the days on which they would happen."""

from datetime import date, datetime
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from core import clock
from evaluations.actions import declaring
from evaluations.models import Assignment
from projects.actions import (
    agreements,
    archiving,
    award,
    changing,
    checking,
    competition,
    delivery,
    drafts,
    evaluation,
    inquiry,
    notices,
    objections,
    payments,
    proposals,
    settling,
)
from projects.models import Objection, Project, State
from projects.sections import fields_of, tables_of
from tests.memory import remembered
from tests.pdfs import pdf_with
from tests.town import Town

VALUES = {
    "title": "夕阳红暖心陪伴",
    "leader": "刘芳",
    "leader_phone": "13800138000",
    "starts_on": date(2026, 5, 1),
    "ends_on": date(2027, 2, 28),
    "beneficiaries": 60,
    "summary": "为独居老人提供每周一次的入户陪伴。",
    "features": "低龄老人陪伴高龄老人。",
    "needs": "入户调查120户,独居老人68人。",
    "goals": "60位独居老人每月至少得到四次陪伴。",
    "method": "招募志愿者,结对,每周入户。",
    "risks": "志愿者流失:每月补充培训。突发疾病:联系社区卫生站。",
    "sustainability": "骨干志愿者自组织延续服务。",
    "audience": "柳溪社区70岁以上独居老人。",
    "emergency_plan": "活动中有人不适,立即停止并联系社区卫生站。",
    "evaluation": "服务记录和老人满意度问卷。",
}
TARGETS = [{"goal": "陪伴独居老人", "indicator": "服务人数", "value": Decimal(60), "unit": "人", "proof": "服务记录"}]
STEPS = [{"name": "入户陪伴", "starts_on": date(2026, 5, 1), "ends_on": date(2027, 1, 31), "times": 40}]
TEAM = [{"name": "刘芳", "part": "项目负责人", "certificate": "social_worker"}]
LINES = [
    {
        "category": "materials",
        "item": "慰问活动物资",
        "unit_price": Decimal("200.00"),
        "unit": "次",
        "quantity": Decimal(40),
    },
    {
        "category": "volunteers",
        "item": "志愿者交通补贴",
        "unit_price": Decimal("20.00"),
        "unit": "人次",
        "quantity": Decimal(100),
    },
]
"""Two budget lines that add up to 10,000 yuan."""


@remembered
def draft(town: Town, applicant=None, by=None, **changes) -> Project:
    """A complete draft of the centre (10,000 yuan), or of another applicant."""
    by = by or town.head
    project = drafts.create_draft(changes.pop("call", town.call), applicant or town.centre, by=by, title="草稿")
    values = VALUES | {"field": town.elderly, "community": town.community, "amount_requested": Decimal("10000.00")}
    tables = {"budget_lines": changes.pop("lines", LINES), "partners": []}
    tables |= {"targets": TARGETS, "plan_steps": STEPS, "team": TEAM} | changes.pop("tables", {})
    asked = fields_of(project.track.form)
    values = {name: value for name, value in (values | changes).items() if name in asked}
    tables = {name: rows for name, rows in tables.items() if name in tables_of(project.track.form)}
    return drafts.save_proposal(project, by=by, version=0, values=values, tables=tables)


@remembered
def choir_draft(town: Town, **changes) -> Project:
    """A complete draft of the filed choir: 2,000 yuan, through its host."""
    return draft(town, town.choir, by=town.singer, amount_requested=Decimal("2000.00"), lines=LINES[1:], **changes)


@remembered
def objected(town: Town, project: Project, text: str = "与去年的项目重复", **contact) -> Objection:
    """An objection of a resident who left a phone; the clerk has called and it is confirmed."""
    notice = project.notice_entries.latest("pk").notice
    contact = contact or {"phone": "13900139000"}
    found = objections.receive_objection(notice, project, name="李四光", text=text, **contact)
    return objections.confirm_by_call(found, by=town.clerk, reached=True, note="电话核实，本人确认")


@remembered
def examined(town: Town, project: Project, text: str = "与去年的项目重复") -> Objection:
    """The same, examined by the clerk and answered by the group: ready for the ruling."""
    found = inquiry.examine_objection(
        objected(town, project, text), by=town.clerk, gist="有人反映项目重复。", answer_until=clock.today()
    )
    inquiry.answer_objection(found, by=town.head if project.applicant == town.centre else town.singer, text="不重复。")
    return Objection.objects.get(pk=found.pk)


def declared(project: Project) -> None:
    """Everybody who is asked to judge it has said that nothing ties them to it."""
    for one in Assignment.objects.undeclared().filter(project=project).select_related("project__call", "person"):
        declaring.declare(one.project.call, by=one.person, asked=[one.pk], ties={}, promised=True)


class Life:
    """Takes one project from state to state along the main road; `go` moves the test's clock as well."""

    ROAD = ["draft", "submitted", "eligible", "in_review", "shortlisted", "in_notice", "approved", "running",
            "midterm", "midterm_passed", "closing", "final", "settling", "completed"]  # fmt: skip

    def __init__(self, town: Town, time):
        self.town, self.time = town, time

    @remembered
    def walk(self, project: Project, to: str) -> Project:
        """Every step from the project's present place up to `to` ("midterm_passed" is running again)."""
        here = project.state
        if here == State.RUNNING and project.midterm_passed_on:
            here = "midterm_passed"
        for name in self.ROAD[self.ROAD.index(here) + 1 : self.ROAD.index(to) + 1]:
            getattr(self, f"to_{name}")(project)
            project.refresh_from_db()
        return Project.objects.get(pk=project.pk)

    def day(self, year: int, month: int, day: int) -> None:
        """Move on to that day, never back."""
        moment = datetime(year, month, day, 10, 0)
        if moment.date() > clock.today():
            self.time.go(moment)

    @property
    def _head(self):
        return self.town.head

    def head_of(self, project):
        return self.town.singer if project.applicant == self.town.choir else self.town.head

    def payee_of(self, project):
        return self.town.hosthead if project.host_id else self.town.head

    def to_submitted(self, project):
        proposals.submit(project, by=self.head_of(project), pledged=True)

    def to_eligible(self, project):
        checking.check(project, "accept", by=self.town.clerk)

    def to_in_review(self, project):
        self.day(2026, 4, 2)
        competition.start_review(project, by=self.town.clerk)
        declared(project)

    def to_shortlisted(self, project):
        self.day(2026, 4, 10)
        competition.shortlist(project, by=self.town.clerk, amount=project.amount_requested)

    def to_in_notice(self, project):
        self.day(2026, 4, 13)
        notices.publish_notice(project.call, by=self.town.clerk, places={})

    def to_approved(self, project):
        self.day(2026, 4, 20)
        award.approve(project, by=self.town.approver)

    def to_running(self, project):
        self.day(2026, 4, 22)
        self.finish_plan(project)
        award.sign_for_group(project, by=self.payee_of(project))
        agreement = award.sign_for_funder(project, by=self.town.approver)
        if agreement.asks_for_copy:
            scan = SimpleUploadedFile("agreement.pdf", pdf_with(words="signed"), "application/pdf")
            agreements.upload_copy(project, scan, by=self.payee_of(project))
            agreements.confirm_copy(project, by=self.town.clerk)

    def finish_plan(self, project) -> None:
        """Where the call asks for it: handed in as it was judged, and confirmed by the clerk."""
        change = project.change_requests.open().filter(kind="finish").first()
        if change is not None:
            changing.write_change(change, by=self.head_of(project), reason="照评审通过的方案实施。", wish={})
            changing.hand_in(change, by=self.head_of(project))
            if change.state == "mentor":
                changing.advise(change, by=self.town.mentor, supports=True, opinion="可行。")
            changing.approve(change, by=self.town.clerk)

    def to_midterm(self, project):
        self.day(2026, 10, 12)
        evaluation.open_evaluation(project, "begin_midterm", by=self.town.clerk)

    def to_midterm_passed(self, project):
        evaluation.conclude(project, "pass_midterm", by=self.town.clerk)

    def to_closing(self, project):
        self.day(2027, 2, 25)
        report = {
            "kind": "closing",
            "done": "全部完成。",
            "visits": 900,
            "persons": 62,
            "spent": project.amount_awarded,
        }
        delivery.submit_report(project, by=self.head_of(project), values=report)
        delivery.request_closing(project, by=self.head_of(project))

    def to_final(self, project):
        self.day(2027, 3, 10)
        evaluation.open_evaluation(project, "begin_final", by=self.town.clerk)

    def to_settling(self, project):
        evaluation.conclude(project, "pass_final", by=self.town.clerk)

    def to_completed(self, project):
        self.pay_all(project)
        self.file(project)
        archiving.complete(Project.objects.get(pk=project.pk), by=self.town.finance)

    @remembered
    def pay_all(self, project) -> Project:
        """The report is accepted and the account settled at the whole award; then everything is paid."""
        closing = project.reports.filter(kind="closing").last()
        if closing.accepted_at is None:
            delivery.accept_report(closing, by=self.town.clerk)
        project = Project.objects.get(pk=project.pk)
        settling.settle(project, by=self.town.finance, recognised=project.amount_awarded)
        for tranche in project.tranches.all():
            self.pay(tranche)
        return Project.objects.get(pk=project.pk)

    def file(self, project) -> None:
        """The clerk confirms the file; what these short lives lack is said."""
        archiving.confirm_file(Project.objects.get(pk=project.pk), by=self.town.clerk, note="示例项目，材料从简")

    def pay(self, tranche) -> None:
        """Request, approve, pay and receipt one instalment by four different hands."""
        payments.request_payment(tranche, by=self.town.clerk)
        payments.approve_payment(tranche, by=self.town.approver)
        payments.pay(tranche, by=self.town.finance, bank_reference=f"BANK-{tranche.pk}")
        payments.confirm_receipt(tranche, by=self.payee_of(tranche.project), receipt_number=f"R-{tranche.pk}")
