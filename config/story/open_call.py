"""The call that is open now: drafts being coached, one with a recommendation, one to check, one corrected, one copied."""

from datetime import date

from config.story.clockwork import on
from config.story.needs_2026 import play_workshops
from config.story.proposal import Proposal
from config.story.proposals_2026 import MICRO, OPEN
from config.story.stage import Stage
from grants.models import Call, Fund, NeedListEntry
from people.models import Organization
from projects.actions import checking, coaching, drafts, proposals, referrals, support
from projects.facts import check_applicant
from projects.models import Project, State

SAID = {
    "not_funded_twice": "实施中项目的对象和内容与本项目不同，不重复；人手另有安排。",
    "trained": "工作坊当天带队外出演出，已向支持中心借来讲义，约好下周单独辅导。",
}


class OpenCall:
    """Plays what happens in a call that still takes proposals; `day(n)` is n days from today."""

    def __init__(self, stage: Stage, call: Call, entries: list[NeedListEntry], day):
        self.stage, self.call, self.entries, self.day = stage, call, entries, day

    def head(self, key: str):
        return self.stage.cast.head(self.group(key))

    def group(self, key: str) -> Organization:
        return self.stage.cast.groups[key]

    def play(self) -> None:
        play_workshops(self.stage, self.call, self.day)
        self.ready()
        self.coached()
        self.to_check()
        self.corrected()
        self.returned()  # a day later, as letters are numbered in the order in which they go out
        self.copied()
        self.answering()
        self.routed()

    def submit(self, written: Proposal, day: date) -> Project:
        """Draft, papers, a word to each warning, and the head's press."""
        project = self.stage.draft(self.call, written, day)
        head = self.stage.cast.head(project.applicant)
        with on(day, 16):
            self.complete(project)
            return proposals.submit(project, by=head, pledged=True)

    def complete(self, project: Project) -> None:
        """Hand in the papers, and say something to each warning."""
        self.stage.hand_in_papers(project)
        head = self.stage.cast.head(project.applicant)
        for finding in check_applicant(project.applicant, self.call, host=project.host, project=project):
            if not finding.is_met:
                support.explain(project, finding.rule, by=head, text=SAID[finding.rule.kind])

    def play_micro(self) -> None:
        """The short form: one group has begun, another has handed in."""
        self.stage.draft(self.call, MICRO["begun"], self.day(-1))
        self.submit(MICRO["submitted"], self.day(-3))

    def ready(self) -> None:
        """Complete, with its papers and the community's recommendation: only the head's press is missing."""
        project = self.stage.draft(self.call, OPEN["complete"], self.day(-2))
        with on(self.day(-2), 17):
            self.stage.hand_in_papers(project)
            asked = support.ask_for_recommendation(project, project.community, by=self.head("ziyun"))
        with on(self.day(-1), 9):
            support.recommend(
                asked,
                supports=True,
                text="艺术团在社区演出多年，口碑好；楼门口演出已征求居民意见，我们提供电源和场地。同意推荐。",
                name="刘桂英",
                post="紫萝园社区居委会主任",
                phone="010-65000003",
            )

    def coached(self) -> None:
        """Half written; a mentor has taken it on and commented on two places, the group has answered one."""
        project = self.stage.draft(self.call, OPEN["incomplete"], self.day(-4), complete=False)
        with on(self.day(-3), 9):
            asked = coaching.ask_for_coaching(
                project,
                self.group("support"),
                by=self.head("qingnian"),
                message="第一次写完整申报书，目标和预算不知道怎么写。",
            )
        with on(self.day(-3), 15):
            coaching.answer_request(asked, by=self.stage.mentor, accepted=True, answer="周三上午可以一起看。")
        with on(self.day(-2), 10):
            first = coaching.advise(
                project, by=self.stage.mentor, anchor="needs", text="问卷发了多少份、收回多少份？写上数字，评委才信。"
            )
            coaching.advise(
                project,
                by=self.stage.mentor,
                anchor=f"budget_lines:{project.budget_lines.first().key}",
                text="讲师200元一次的依据是什么？写在“计价依据”里，比如社区学院的课酬标准。",
            )
        with on(self.day(-1), 20):
            coaching.answer_comment(first, by=self.head("qingnian"), text="发了210份，收回184份，今晚补上。")

    def to_check(self) -> None:
        self.submit(OPEN["submitted"], self.day(-2))

    def returned(self) -> None:
        """Returned with two remarks at their places."""
        project = self.submit(OPEN["returned"], self.day(-5))
        with on(self.day(-1), 11):
            checking.remark(
                project, by=self.stage.clerk, anchor="method", text="请补养老院同意函，并写明每周的时间和地点。"
            )
            line = project.budget_lines.first()
            checking.remark(
                project,
                by=self.stage.clerk,
                anchor=f"budget_lines:{line.key}",
                text="画材25元一套的依据：请附报价或清单。",
            )
        self.stage.check(project, self.day(-1), "return_for_correction")

    def corrected(self) -> None:
        """Returned once, corrected and handed in again: the clerk sees what has changed."""
        project = self.submit(OPEN["corrected"], self.day(-7))
        with on(self.day(-6), 10):
            checking.remark(project, by=self.stage.clerk, anchor="needs", text="有多少人会来？请写调查的人数。")
            checking.remark(project, by=self.stage.clerk, anchor="budget_lines", text="奖品单价偏高，请核对。")
        self.stage.check(project, self.day(-6), "return_for_correction")
        project = Project.objects.get(pk=project.pk)
        lines = [
            {"key": line.key, "unit_price": line.unit_price, "basis": "三家报价取中"}
            for line in project.budget_lines.all()
        ]
        lines[1]["unit_price"] = 12
        values = {
            "needs": "楼下常年下棋的居民约60人，问卷52份：九成希望有固定棋桌和比赛，三成愿意教孩子下棋。",
            "amount_requested": sum(
                (new["unit_price"] * line.quantity for new, line in zip(lines, project.budget_lines.all(), strict=True))
            ),
        }
        with on(self.day(-3), 20):
            project = self.stage.write(project, values, {"budget_lines": lines})
            proposals.submit(project, by=self.head("qiyou"), pledged=True)

    def copied(self) -> None:
        """Somebody has handed in another group's text and budget under a new name: a flag for the clerk."""
        source = Project.objects.filter(applicant=self.group("yinling"), call__code__startswith="DFD").get()
        copy = OPEN["copied"]
        project = self.stage.draft(self.call, copy, self.day(-2))
        texts = ("summary", "needs", "goals", "method", "features", "risks", "sustainability")
        with on(self.day(-2), 20):
            values = {name: getattr(source, name) for name in texts} | {"amount_requested": source.amount_requested}
            columns = ("category", "item", "unit_price", "unit", "quantity", "source")
            project = self.stage.write(project, values, {"budget_lines": list(source.budget_lines.values(*columns))})
            self.complete(project)
            proposals.submit(project, by=self.head("taiji"), pledged=True)

    def answering(self) -> None:
        """A draft that answers a need of the published list; its one warning is explained."""
        entry = next(entry for entry in self.entries if "歇一天" in entry.title)
        project = self.stage.draft(self.call, OPEN["registered"], self.day(-3), answers=entry)
        rule = self.call.eligibility_rules.get(kind="not_funded_twice")
        with on(self.day(-3), 21):
            text = "实施中的喘息服务是上门替班，这次是办照护者课程，对象和内容不重复。"
            support.explain(project, rule, by=self.head("nuanyang"), text=text)

    def routed(self) -> None:
        """What was not selected in an earlier call is offered here."""
        refused = Project.objects.filter(state=State.NOT_SELECTED, call__code__startswith="DFC")
        if refused:
            with on(self.day(-1), 16):
                drafts.offer_elsewhere(refused[0], self.call, by=self.stage.cast.head(refused[0].applicant))
        self.shown(refused.last())

    def shown(self, refused: Project | None) -> None:
        """A fund looks at proposals all year; one that got no money is shown to it and waits for the clerk's word."""
        fund = Fund.objects.get(source=Fund.Source.COMMUNITY, year=self.day(0).year)
        fund.takes_referrals = True
        fund.purpose = "居民自己办的楼院互助、小型文化活动，每个项目不超过2万元；全年随时可以转荐。"
        fund.contact, fund.contact_phone = self.call.contact, self.call.contact_phone
        fund.save()
        if refused:
            words = "活动都在楼院里办，花钱不多，只差排名两位没有入选，想请公益金看看。"
            with on(self.day(-1), 17):
                referrals.refer(refused, fund, by=self.stage.cast.head(refused.applicant), words=words)
