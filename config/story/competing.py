"""From a call to the award: each method is something people did on one day of the story."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import on
from config.story.company import ADVICE, PRAISE, SCAN, Company
from config.story.merit import sheet_of
from config.story.proposal import Proposal
from core.files import attach
from core.sealing import seal_events
from evaluations import actions as judging
from evaluations.actions import evidence
from evaluations.models import Assignment, Decision, Purpose
from evaluations.standings import standings
from grants.actions import calls
from grants.actions.terms import ready_framework
from grants.frameworks import frameworks
from grants.models import Call, NeedListEntry, Track
from people.models import User
from projects.actions import (
    award,
    checking,
    drafts,
    objections,
    proposals,
)
from projects.completeness import missing_papers
from projects.models import Notice, Objection, Project
from projects.sections import fields_of, tables_of

BASIS = "《朝阳区公益创投项目管理办法》"


class Competing(Company):
    """Calls, proposals, judging, decisions, notices."""

    # -- calls ---------------------------------------------------------------------------------

    def open_call(
        self, *, published: date | None, tracks: dict[str, tuple[str, ...]], fields: Iterable[str], **values
    ) -> Call:
        """Set up a call and publish it on its day; None leaves it a draft."""
        defaults = {
            "funder": self.cast.groups["bureau"],
            "review_rubric": self.programme.micro,
            "midterm_rubric": ready_framework(frameworks()["four_dimensions"]),
            "final_rubric": ready_framework(frameworks()["closing"]),
            "contact": "东风地区办事处社区办 周敏",
            "contact_phone": "010-65001234",
            "contact_email": "gongyi@dongfeng.example",
            "supervision_phone": "010-65001239",
        }
        call = Call.objects.create(**(defaults | values))
        call.service_fields.set([self.programme.fields[name] for name in fields])
        for status, (name, cap, *share) in tracks.items():
            form = Track.Form.SHORT if status == "filed" and len(tracks) == 1 else Track.Form.FULL
            Track.objects.create(
                call=call,
                name=name,
                open_to=status,
                cap=Decimal(cap),
                form=form,
                legal_basis=BASIS,
                max_share=Decimal(share[0] if share else 100),
            )
        if published:
            with on(published, 9):
                calls.publish(call, by=self.approver)
        return call

    # -- proposals -----------------------------------------------------------------------------

    def draft(
        self,
        call: Call,
        written: Proposal,
        day: date,
        *,
        complete: bool = True,
        answers: NeedListEntry | None = None,
    ) -> Project:
        """Open a draft and write it; an incomplete one lacks its plan and half of its budget."""
        group = self.cast.groups[written.group]
        head = self.cast.head(group)
        values = {
            "title": written.title,
            "field": self.programme.fields[written.field],
            "community": self.cast.communities[written.community] if written.community else group.community,
            "leader": head.name,
            "leader_phone": head.phone,
            "starts_on": call.starts_on,
            "ends_on": call.ends_on,
            "beneficiaries": written.people,
            "summary": written.summary,
            "features": written.features,
            "needs": written.needs,
            "goals": written.goals,
            "method": written.method,
            "risks": written.risks,
            "sustainability": written.sustainability,
            "supervisor": "东风地区办事处社区办",
            "audience": f"{group.community or '东风地区'}居民，约{written.people}人",
            "emergency_plan": written.emergency_plan,
            "evaluation": written.evaluation,
            "amount_requested": written.requested(),
        }
        partners = [{"name": name, "duty": duty, "brings": brings} for name, duty, brings in written.partners]
        tables = {
            "targets": written.targets(),
            "plan_steps": written.steps(call.starts_on, call.ends_on),
            "team": [
                {"name": head.name, "part": "项目负责人", "post": "负责人", "phone": head.phone},
                {"name": "王立宏", "part": "专业指导", "certificate": "social_worker", "insured": True},
            ],
            "partners": partners,
            "budget_lines": written.budget(),
        }
        if not complete:
            values |= {"method": "", "risks": "", "goals": "", "beneficiaries": None, "evaluation": ""}
            tables |= {"targets": [], "plan_steps": [], "team": [], "budget_lines": written.budget()[:1]}
        with on(day, 15):
            project = drafts.create_draft(call, group, by=head, title=written.title, answers=answers)
            return self.write(project, values, tables)

    def write(self, project: Project, values: dict, tables: dict) -> Project:
        """Store what the form of the project's track asks for."""
        form = project.track.form
        return drafts.save_proposal(
            project,
            by=self.cast.head(project.applicant),
            version=project.version,
            values={name: value for name, value in values.items() if name in fields_of(form)},
            tables={name: rows for name, rows in tables.items() if name in tables_of(form)},
        )

    def hand_in_papers(self, project: Project) -> None:
        """Attach the papers that the call requires, as scans."""
        for paper in missing_papers(project):
            scan = SimpleUploadedFile(f"{paper.get_kind_display()}.pdf", SCAN, "application/pdf")
            attach(project, scan, by=self.cast.head(project.applicant), kind=paper.kind)

    def submit(self, call: Call, written: Proposal, day: date) -> Project:
        project = self.draft(call, written, day)
        with on(day, 16):
            self.hand_in_papers(project)
            return proposals.submit(project, by=self.cast.head(project.applicant), pledged=True)

    def check(self, project: Project, day: date, name: str = "accept", note: str = "") -> Project:
        with on(day, 11):
            return checking.check(project, name, by=self.clerk, note=note)

    # -- the competition -----------------------------------------------------------------------

    def assign(
        self, projects: list[Project], day: date, size: int, due_on: date, *, same: Iterable[User] | None = None
    ) -> None:
        """Give each project `size` experts, turn by turn; or all of them the same panel."""
        with on(day, 9):
            for place, project in enumerate(projects):
                turn = [self.experts[(place + seat) % len(self.experts)] for seat in range(size)]
                for expert in same or turn:
                    judging.panel.assign(project, expert, by=self.clerk, due_on=due_on)
            self.declare(project__in=projects)

    def declare(self, **which) -> None:
        """Every judge who has not said yet whether anything ties them to the applicants says: nothing does."""
        for one in Assignment.objects.undeclared().filter(**which).select_related("project__call", "person"):
            judging.declaring.declare(one.project.call, by=one.person, asked=[one.pk], ties={}, promised=True)

    def score(self, assignment: Assignment, merit: float, day: date, *, submit: bool = True) -> None:
        """One expert's sheet: the points follow the merit, each expert with a temper of their own."""
        temper = (assignment.person_id * 7 + assignment.project_id * 3) % 9 - 4
        share = Decimal(str(min(98.0, max(30.0, merit + temper)))) / 100
        points = {}
        for place, criterion in enumerate(assignment.lines):
            wobble = Decimal((assignment.pk + place * 2) % 3 - 1) / 2
            raw = criterion.weight * share + wobble
            points[criterion.pk] = min(criterion.weight, max(Decimal(0), (raw * 2).to_integral_value() / 2))
        verb = judging.scoring.submit_sheet if submit else judging.scoring.save_sheet
        with on(day, 14, assignment.pk % 60):
            verb(assignment, by=assignment.person, points=points, strengths=PRAISE, weaknesses=ADVICE)

    def judge_work(self, assignment: Assignment, merit: float, day: date) -> None:
        """An evaluator's sheet: see `sheet_of`."""
        with on(day, 14, assignment.pk % 60):
            points, reasons = sheet_of(assignment, merit)
            for line in evidence.lacking(assignment, points, reasons):
                evidence.say(assignment, line, by=assignment.person, text="查看记录和现场后的综合判断。")
            judging.scoring.submit_sheet(
                assignment, by=assignment.person, points=points, reasons=reasons, strengths=PRAISE, weaknesses=ADVICE
            )

    def judge(self, projects: dict[int, float], day: date) -> None:
        """Every expert scores every project in review; `projects` gives each its merit by id."""
        waiting = Assignment.objects.open().filter(project__in=projects, purpose=Purpose.REVIEW)
        for assignment in waiting.select_related("project__call__review_rubric", "person"):
            self.score(assignment, projects[assignment.project_id], day)

    def decide(
        self, call: Call, day: date, decisions: dict[int, str], amounts: dict[int, Decimal], note: str, **meeting
    ) -> None:
        """The meeting: the clerk proposes the list with its minutes, the approver approves it."""
        made = self.propose(call, day, decisions, amounts, note, **meeting)
        with on(day, 17):
            judging.decision.approve(made, by=self.approver)

    def propose(
        self, call: Call, day: date, decisions: dict[int, str], amounts: dict[int, Decimal], note: str, **changes
    ) -> Decision:
        """The meeting: the clerk proposes the list with its minutes; the approver has not seen it yet."""
        lines, cut = {}, "与中心议定压缩部分物资和场地费用。"
        for project in call.projects.filter(pk__in=decisions).prefetch_related("budget_lines"):
            outcome, amount = decisions[project.pk], amounts.get(project.pk)
            is_cut = outcome == "shortlist" and amount != project.amount_payable
            reason = (
                cut
                if is_cut
                else "资金规模所限，列为候补。"
                if outcome == "waitlist"
                else note
                if outcome == "decline"
                else ""
            )
            lines[project.pk] = judging.decision.Proposal(outcome, amount, reason)
        meeting = {
            "held_on": day,
            "place": "区社会组织服务中心二楼会议室",
            "chair": self.approver.name,
            "present": f"{self.approver.name}（分管负责人）\n{self.clerk.name}（经办人）\n社区代表、财务人员各1人",
            "minutes": "会议听取了评审情况汇报，审阅了评分明细和预算核减意见，按组别排名和资金规模逐项议定拟立项名单与金额。",
            "note": note,
        } | changes
        with on(day, 15):
            if any(row.is_tied for row in standings(call)):
                judging.ranking.draw_lots(call, by=self.clerk)
            made = judging.decision.save_decision(call, by=self.clerk, lines=lines, **meeting)
            return judging.decision.propose(made, by=self.clerk)

    def publish_notice(self, call: Call, day: date) -> Notice:
        with on(day, 9):
            seal_events(whole=True)
            return judging.decision.announce(call.decisions.latest("pk"), by=self.clerk)

    def object(
        self, notice: Notice, project: Project, day: date, name: str, text: str, files: Iterable[str] = ()
    ) -> Objection:
        """A resident objects in the evening and confirms by the link in the mail."""
        scans = [SimpleUploadedFile(file, SCAN, "application/pdf") for file in files]
        with on(day, 20):
            found = objections.receive_objection(
                notice, project, name=name, text=text, email="jumin@example.org", files=scans
            )
        with on(day, 20, 30):
            return objections.confirm_by_link(found)

    def approve(self, project: Project, day: date) -> Project:
        with on(day, 10):
            award.approve(project, by=self.approver)
        return Project.objects.get(pk=project.pk)
