"""The verbs, played: each method is something people did on one day of the story."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from config.story import evaluating
from config.story.clockwork import moment, on
from config.story.merit import sheet_of
from config.story.people import Cast
from config.story.programme import Programme
from config.story.proposal import Proposal
from core.files import attach
from core.money import round_half_up
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
    activities,
    agreements,
    archiving,
    award,
    changing,
    checking,
    closing,
    delivery,
    drafts,
    follow_ups,
    mentoring,
    objections,
    payments,
    people,
    photos,
    proposals,
    settling,
)
from projects.changes import as_wish
from projects.completeness import missing_papers
from projects.models import Activity, Notice, Objection, Project, Tranche
from projects.sections import fields_of, tables_of
from projects.spending import keeps_books

BASIS = "《朝阳区公益创投项目管理办法》"
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
"""What stands for a scanned paper in the story."""
LINE = (
    "key",
    "category",
    "item",
    "rank",
    "unit_price",
    "unit",
    "quantity",
    "source",
    "step_key",
    "basis",
    "quote_number",
)
PRAISE = "需求来自居民，做法落地，团队在社区有口碑。"
ADVICE = "建议把服务人数与频次写得更可衡量，票据按月整理。"


GOAL = "让邻居互相认识，居民自己动手。"
EMERGENCY = "停电改为室外；老人不适立即联系社区卫生站。"


@cache
def picture(colour: str) -> bytes:
    """A small picture in one colour with a lighter band, as PNG."""
    made = Image.new("RGB", (64, 48), colour)
    made.paste(Image.new("RGB", (64, 16), "#f3eee3"), (0, 16))
    file = BytesIO()
    made.save(file, "PNG")
    return file.getvalue()


class Stage:
    """Knows the cast and the programme, and plays one verb at a time."""

    def __init__(self, cast: Cast, programme: Programme):
        self.cast, self.programme = cast, programme
        self.clerk, self.approver, self.finance = cast["minzheng"], cast["lingdao"], cast["caiwu"]
        self.mentor, self.evaluator = cast["daoshi"], cast["pinggu"]
        self.experts = [cast[f"zhuanjia{number}"] for number in range(1, 6)]

    # -- calls ---------------------------------------------------------------------------------

    def open_call(
        self, *, published: date | None, tracks: dict[str, tuple[str, ...]], fields: Iterable[str], **values
    ) -> Call:
        """Set up a call and publish it on its day; None leaves it a draft."""
        defaults = {
            "funder": self.cast.groups["bureau"],
            "review_rubric": self.programme.micro,
            "midterm_rubric": ready_framework(frameworks()["suzhou"]),
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

    def finish_plan(self, project: Project, day: date) -> None:
        """The plan is finished before the agreement: what was cut goes out of the dearest line, the clerk confirms."""
        change = project.change_requests.open().filter(kind="finish").first()
        if change is None:
            return
        head = self.cast.head(project.applicant)
        with on(day, 9):
            wish = as_wish({}, {"budget_lines": self.within_award(project)})
            said = "按立项金额核对预算，其余内容不变。"
            changing.write_change(change, by=head, reason=said, wish=wish)
            changing.hand_in(change, by=head)
        with on(day, 11):
            changing.approve(change, by=self.clerk, note="与立项决定一致。")

    def within_award(self, project: Project) -> list[dict]:
        """The lines of the budget, with what is more than the award taken from the dearest one."""
        rows = [{name: getattr(line, name) for name in LINE} for line in project.budget_lines.all()]
        too_much = project.grant_budget - project.amount_awarded
        if too_much:
            paid = [row for row in rows if row["source"] == "grant"]
            dear = max(paid, key=lambda row: row["unit_price"] * row["quantity"])
            amount = round_half_up(dear["unit_price"] * dear["quantity"]) - too_much
            dear |= {"unit_price": amount, "unit": "项", "quantity": Decimal(1)}
        return rows

    def sign(self, project: Project, day: date, *, both: bool = True) -> Project:
        """Finish the plan where it is asked for, sign, and hand in the scan; `both`: the funder signs too."""
        self.finish_plan(project, day)
        head = self.cast.payee_head(project)
        with on(day, 14):
            award.sign_for_group(project, by=head)
        if both:
            with on(day + timedelta(days=1), 10):
                agreement = award.sign_for_funder(project, by=self.approver)
                if agreement.asks_for_copy:
                    scan = SimpleUploadedFile(f"{agreement.number}（签章版）.pdf", SCAN, "application/pdf")
                    agreements.upload_copy(project, scan, by=head)
                    agreements.confirm_copy(project, by=self.clerk)
        return Project.objects.get(pk=project.pk)

    # -- money ---------------------------------------------------------------------------------

    def pay(self, project: Project, ordinal: int, day: date, *, to: str = "receipted") -> Tranche:
        """Take an instalment as far as `to`: requested, approved, paid or receipted."""
        tranche = project.tranches.get(ordinal=ordinal)
        steps = [
            ("requested", lambda: payments.request_payment(tranche, by=self.clerk)),
            ("approved", lambda: payments.approve_payment(tranche, by=self.approver)),
            ("paid", lambda: payments.pay(tranche, by=self.finance, bank_reference=f"DF{day:%Y%m%d}{tranche.pk:04d}")),
            (
                "receipted",
                lambda: payments.confirm_receipt(
                    tranche, by=self.cast.payee_head(project), receipt_number=f"京财{day:%Y}{tranche.pk:06d}"
                ),
            ),
        ]
        for place, (state, take) in enumerate(steps):
            with on(day + timedelta(days=place), 11):
                take()
            if state == to:
                break
        return tranche

    # -- delivery ------------------------------------------------------------------------------

    def begin(self, project: Project, day: date) -> None:
        """A mentor is named, two milestones are set."""
        head = self.cast.head(project.applicant)
        with on(day, 9):
            people.assign_mentor(project, self.mentor, self.cast.groups["support"], by=self.clerk)
            length = (project.ends_on - project.starts_on).days
            for share, name, proof in (
                (0.45, "完成招募并开展过半活动", "签到表、照片"),
                (0.95, "完成全部活动与年终展示", "总结、展示照片"),
            ):
                due_on = project.starts_on + timedelta(days=int(length * share))
                delivery.add_milestone(project, by=head, values={"name": name, "due_on": due_on, "proof": proof})

    def plan(
        self, project: Project, day: date, theme: str, starts: datetime, *, hand_in: bool = True, **given
    ) -> Activity:
        """Plan an activity, and hand the plan in unless something is still open. `given`: fields and tables of it."""
        tables = {name: given.pop(name) for name in ("items", "partners", "targets") if name in given}
        fields = {"theme": theme, "starts_at": starts, "ends_at": starts + timedelta(hours=2), "goal": GOAL} | given
        head = self.cast.head(project.applicant)
        with on(day, 16):
            activity = activities.plan_activity(project, by=head, values=fields, **tables)
            return activities.hand_in(activity, by=head) if hand_in else activity

    def hold(
        self, project: Project, day: date, theme: str, attendance: int, outcome: str, spent: str = "0.00", **plan
    ) -> Activity:
        """Plan an activity a week before and record it the day after, with its sheet and a photo."""
        values = {
            "place": f"{project.community.name}活动室",
            "audience": "社区居民",
            "emergency_plan": EMERGENCY,
        } | plan
        activity = self.plan(project, day - timedelta(days=7), theme, moment(day, 14), **values)
        return self.record(activity, day + timedelta(days=1), attendance, outcome, spent)

    def record(
        self, activity: Activity, day: date, heads: int, outcome: str, spent: str = "0.00", *, achieved=None, **said
    ) -> Activity:
        """Record an activity; `heads` came without signing in on the platform."""
        head = self.cast.head(activity.project.applicant)
        record = {
            "head_count": heads,
            "team": f"{head.name}、志愿者",
            "spent": Decimal(spent),
            "outcome": outcome,
            "reflection": "签到要提前摆桌，下次分时段到场。",
            "keeps_theme": "yes",
            "goal_reached": "yes",
            "right_people": "yes",
        } | said
        with on(day, 9):
            if not activity.photos.exists():
                self.photograph(activity, "活动现场", "#9a7b4f")
            sheet = SimpleUploadedFile("签到表.pdf", SCAN, "application/pdf")
            return activities.record_activity(activity, by=head, values=record, achieved=achieved, sheets=[sheet])

    def photograph(self, activity: Activity, caption: str, colour: str, **said) -> None:
        """A tiny picture stands for a photo; with people on it nobody outside sees it unless they agreed."""
        values = {
            "caption": caption,
            "shows_people": True,
            "has_consent": False,
            "shows_children": False,
            "faces_hidden": False,
            "is_public": False,
        } | said
        photo = SimpleUploadedFile(f"{caption}.png", picture(colour), "image/png")
        photos.add_photos(activity, by=self.cast.head(activity.project.applicant), files=[photo], values=values)

    def coach(self, project: Project, day: date, topic: str, hours: str, advice: str, follow_up: str = "") -> None:
        values = {"held_on": day, "topic": topic, "hours": Decimal(hours), "advice": advice, "follow_up": follow_up}
        with on(day, 17):
            mentoring.add_session(project, by=self.mentor, values=values)

    def report(
        self,
        project: Project,
        day: date,
        *,
        done: str,
        persons: int,
        visits: int,
        spent: Decimal,
        accept: bool = True,
    ) -> None:
        values = {
            "kind": "milestone",
            "milestone": project.milestones.filter(reports__isnull=True).first(),
            "done": done,
            "persons": persons,
            "visits": visits,
            "volunteer_hours": visits // 4,
            "spent": spent,
        }
        with on(day, 10):
            made = delivery.submit_report(project, by=self.cast.head(project.applicant), values=values)
        if accept:
            with on(day + timedelta(days=2), 10):
                delivery.accept_report(made, by=self.clerk)

    def close(
        self, project: Project, day: date, words: dict[str, str], *, spent: Decimal, served: int, accept: bool = True
    ) -> None:
        """The closing report on its own form; `spent` where payments were not entered one by one, `served` people."""
        head, targets = self.cast.head(project.applicant), {one.indicator: one.key for one in project.targets.all()}
        said = {
            "服务人数": {"value": str(served), "reason": "含只在门口签到、没有登记姓名的居民"},
            "满意度": {"value": "93", "reason": "结束时发问卷36份，收回34份"},
        }
        own = {targets[name]: value for name, value in said.items() if name in targets}
        values = {"media": "《东风之声》社区报报道一次。", "problems": "雨天改期两次。"} | words
        with on(day, 10):
            closing.write_closing_report(project, by=head, values=values, own_figures=own)
            given = None if keeps_books(project) else spent
            made = closing.hand_in_closing_report(project, by=head, spent_so_far=given)
        if accept:
            with on(day + timedelta(days=2), 10):
                delivery.accept_report(made.report, by=self.clerk)

    # -- evaluation and end --------------------------------------------------------------------

    def evaluate(
        self, project: Project, purpose: str, day: date, merit: float, summary: str, mend: Sequence[str] = ()
    ) -> Project:
        """The evaluator looks, scores by merit and reports; the clerk publishes on the eighth day."""
        found = evaluating.look(self, evaluating.send(self, project, purpose, day), day)
        return evaluating.publish(self, evaluating.write(self, found, day, merit, summary, mend), day)

    def rectify(self, project: Project, day: date, note: str) -> Project:
        return evaluating.mend(self, project, day, note)

    def ask_for_closure(self, project: Project, day: date) -> Project:
        with on(day, 10):
            return delivery.request_closing(project, by=self.cast.head(project.applicant))

    def settle(self, project: Project, day: date, recognised: Decimal) -> Project:
        """What was paid and not recognised comes back on the same day, and a second person has seen it."""
        project = Project.objects.get(pk=project.pk)
        returned = max(project.amount_paid - recognised, Decimal("0.00"))
        with on(day, 10):
            settling.settle(project, by=self.finance, recognised=recognised, returned=returned)
        with on(day, 15):
            for refund in project.refunds.filter(confirmed_at=None):
                settling.confirm_refund(refund, by=self.clerk)
        return Project.objects.get(pk=project.pk)

    def file(self, project: Project, day: date, note: str = "") -> Project:
        with on(day, 11):
            archiving.confirm_file(Project.objects.get(pk=project.pk), by=self.clerk, note=note)
        return Project.objects.get(pk=project.pk)

    def complete(self, project: Project, day: date) -> Project:
        """The clerk confirms the file in the morning, the finance office closes it in the afternoon."""
        project = self.file(project, day)
        with on(day, 16):
            return archiving.complete(project, by=self.finance)

    def terminate(self, project: Project, day: date, note: str) -> Project:
        with on(day, 10):
            return payments.terminate(project, by=self.approver, note=note)

    def look_back(self, project: Project, day: date, still_active: bool, note: str) -> None:
        with on(day, 10):
            form = "regular" if still_active else "stopped"
            values = {"seen_on": day, "how": "visit", "form": form, "note": note}
            follow_ups.look_back(project, by=self.mentor, values=values)
