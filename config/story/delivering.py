"""From the agreement to the closing report, one verb at a time."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import moment, on
from config.story.company import EMERGENCY, GOAL, LINE, SCAN, Company, picture
from core.money import round_half_up
from projects.actions import (
    activities,
    agreements,
    award,
    changing,
    closing,
    delivery,
    mentoring,
    payments,
    people,
    photos,
)
from projects.changes import as_wish
from projects.models import Activity, Project, Tranche
from projects.spending import keeps_books


class Delivering(Company):
    """Agreement, money, activities, reports."""

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
