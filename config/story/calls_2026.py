"""The demo's present: calls in every stage, counted from the day on which the demo is loaded."""

from datetime import date, timedelta
from decimal import Decimal

from config.story import money_2026
from config.story.agreement_2026 import play_changes, play_signing
from config.story.blind_2026 import play_blind
from config.story.clockwork import moment, on
from config.story.company import ADVICE, PRAISE
from config.story.decisions_2026 import play_correction, play_decisions, play_feedback
from config.story.evaluations_2026 import play_evaluations
from config.story.evidence_2026 import play_evidence
from config.story.framework_2026 import play_frameworks
from config.story.mentoring_2026 import play_mentoring
from config.story.needs_2026 import play_needs, play_standing
from config.story.neighbours_2026 import play_neighbours
from config.story.open_call import OpenCall
from config.story.pitch_2026 import key_one_paper, play_pitch
from config.story.pledges_2026 import play_pledges, play_respite
from config.story.programme import Programme
from config.story.proposal import Proposal
from config.story.proposals_2026 import ENDED_NOTICE, IN_NOTICE, IN_REVIEW, REFUSED, RUNNING
from config.story.records_2026 import play_records
from config.story.review_2026 import announce_rules, compare_and_choose
from config.story.settlement_2026 import WORDS, play_settlement
from config.story.spending_2026 import play_spending
from config.story.stage import Stage
from config.story.stars_2026 import play_stars
from config.story.trouble_2026 import play_trouble
from config.story.voices_2026 import play_voices
from config.story.vote_2026 import play_votes
from core import clock
from core.models import Notification
from evaluations.actions import absence, commissions, panel, scoring
from evaluations.models import Assignment
from grants.actions import calls
from grants.models import Call, Fund, NeedListEntry
from grants.presets import preset
from projects.actions import delivery
from projects.figures import figures
from projects.models import Project

BOTH = {"registered": ("登记组织组", "38000.00"), "filed": ("备案组织组", "6000.00")}
WITH_SHARE = {"registered": ("登记组织组", "38000.00", "95"), "filed": ("备案组织组", "6000.00")}
"""Of the registered ones the grant pays at most 95 percent."""
FILED = {"filed": ("备案组织组", "6000.00")}
FIELDS = ["为老服务", "助残服务", "儿童青少年", "社区文化", "环境治理", "邻里互助", "新市民融入", "社区矫正与禁毒"]
GUIDELINES = (
    "支持登记的社会组织和备案的社区社会组织，回应居民真实需求。优先支持失能老人帮扶、社区矫正、禁毒、"
    "外来人员子女教育等服务空白领域。\n不支持：购买固定资产和基建、直接发放现金、以营利为目的的活动。\n"
    "备案组织由代管主体代签协议、代收资金。所有项目须有居民参与和应急预案。"
)
MICRO_GUIDELINES = (
    "给备案的社区社会组织的小额支持，每项不超过5000元：邻里互助、社区文化、环境美化，居民提出、居民参与、居民受益。\n"
    "用简表申报，一次性拨付；社区出具推荐意见，由代管主体签约收款。\n不支持：购买固定资产、发放现金和慰问品、营利活动。"
)
BASIS = "《朝阳区公益创投项目管理办法》"


class Present:
    """Plays the present; `day(n)` is n days from today."""

    def __init__(self, stage: Stage, programme: Programme):
        self.stage, self.programme, self.today = stage, programme, clock.today()
        year = self.today.year
        with on(self.day(-340)):
            self.community = programme.fund("社区公益金", "community", year, "180000.00", "东风地区年度预算")
            self.lottery = programme.fund("福彩公益金", "lottery", year, "300000.00", "区民政局福彩公益金分配方案")
            self.budget = programme.fund("政府购买服务专项", "budget", year, "220400.00", "区财预〔批复〕专项")

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def call(self, code: str, title: str, *, opens: int, closes: int, fund: Fund, **values) -> Call:
        """A call that opens and closes so many days from today; published two days before it opens."""
        opens_at = moment(self.day(opens), 9)
        defaults = {
            "published": self.day(opens - 2),
            "code": f"{code}{self.today.year}",
            "title": f"{self.today.year}年{title}",
            "guidelines": GUIDELINES,
            "legal_basis": BASIS,
            "fund": fund,
            "opens_at": opens_at,
            "closes_at": moment(self.day(closes), 17),
            "starts_on": self.day(closes + 40),
            "ends_on": self.day(closes + 400),
            "tranche_plan": self.programme.plans["50/40/10"],
            "panel_size": 3,
            "tracks": BOTH,
            "fields": FIELDS,
        }
        return self.stage.open_call(**(defaults | values))

    def reviewed(self, call: Call, written: list[Proposal], day: int, *, notice: int, money: str) -> dict[str, Project]:
        """Submitted, checked, judged and decided: as many as the money reaches, the next two wait, the rest is declined."""
        stage = self.stage
        closing = clock.localdate(call.closes_at)
        submitted = {one.group: stage.submit(call, one, closing - timedelta(days=5)) for one in written}
        for project in submitted.values():
            stage.check(project, closing + timedelta(days=1))
        stage.assign(list(submitted.values()), closing + timedelta(days=1), call.panel_size, self.day(day))
        with on(closing + timedelta(days=2)):
            panel.open_review(call, by=stage.clerk)
        stage.judge({submitted[one.group].pk: one.merit for one in written}, self.day(day))
        left, waiting, decisions, amounts = Decimal(money), 2, {}, {}
        for one in sorted(written, key=lambda one: -one.merit):
            pk, amount = submitted[one.group].pk, one.requested()
            if amount <= left:
                decisions[pk], amounts[pk], left = "shortlist", amount, left - amount
            elif waiting:
                decisions[pk], waiting = "waitlist", waiting - 1
            else:
                decisions[pk] = "decline"
        note = "按组别排名和资金规模择优；未入选项目可在修改后申请下一批。"
        stage.decide(call, self.day(day + 1), decisions, amounts, note)
        stage.publish_notice(call, self.day(notice))
        return {key: Project.objects.get(pk=project.pk) for key, project in submitted.items()}


def play(stage: Stage, programme: Programme) -> None:
    present = Present(stage, programme)
    _running(present)
    _ended_notice(present)
    play_signing(present)
    _in_notice(present)
    _in_review(present)
    _voted(present)
    _blind(present)
    _pitched(present)
    play_decisions(present)
    play_standing(stage, present.today)
    _open(present, play_needs(stage, present.day))
    _micro(present)
    _coming(present)
    play_stars(stage, present)
    play_neighbours(stage.cast, present.day)
    # What is older than three weeks has been read: an inbox full of last year's news helps nobody.
    Notification.objects.filter(at__lt=moment(present.day(-21))).update(read_at=moment(present.day(-20)))


def _running(present: Present) -> None:
    """The first call of the year: eight projects, each somewhere else in its life."""
    stage, day = present.stage, present.day
    call = present.call(
        "DFA", "第一批公益创投", opens=-330, closes=-300, fund=present.lottery, budget=Decimal("130000.00"),
        starts_on=day(-240), ends_on=day(100), tracks=WITH_SHARE, excellent_share=20,
    )  # fmt: skip
    projects = present.reviewed(call, RUNNING, -290, notice=-286, money="130000.00")
    with on(day(-250)):
        organization = stage.cast.groups["evaluator"]
        commissions.commission(call, organization, by=stage.clerk, since=day(-250), until=day(200))
    for project in projects.values():
        project = stage.approve(project, day(-262))
        project = stage.sign(project, day(-258))
        stage.begin(project, day(-250))
    fresh = {key: Project.objects.get(pk=project.pk) for key, project in projects.items()}
    money_2026.correct_an_entry(stage, present.community, day)
    money_2026.pay_twice(stage, fresh["qingnian"], day)
    play_respite(stage, fresh["nuanyang"], day)
    first_paid = {"kuaiban": "approved", "jiezhen": "requested", "caimo": "approved"}
    for key, project in fresh.items():
        if key != "qingnian":
            stage.pay(project, 1, day(-6) if key in first_paid else day(-235), to=first_paid.get(key, "receipted"))
        if key not in first_paid:
            stage.coach(
                project, day(-200), "finance", "2.0", "专账、一事一票；志愿者补贴须本人签领。", "下月看第一季度票据。"
            )
            if key != "qingnian":  # tells its own six months
                liked = "居民来得比预想的多，邻居之间第一次叫得出名字。"
                stage.hold(project, day(-180), f"{project.title}：第一次活动", 36, liked, "175.00")
                stage.hold(project, day(-120), f"{project.title}：第二次活动", 42, "骨干已经能自己主持。", "210.00")
    for key, project in fresh.items():
        if key not in first_paid and key != "loudao":  # the mentor owes one group a visit
            stage.coach(
                project, day(-18), "project", "1.0", "下半段活动排期和志愿者排班看过，按月报数。", "下月中旬再来。"
            )
    play_records(stage, fresh["qingnian"], day)
    play_trouble(stage, fresh, day)
    play_voices(stage, fresh, day)
    _reported(stage, fresh, day)
    play_spending(stage, fresh["qingnian"], day)
    play_changes(stage, fresh["qingnian"], day)
    play_mentoring(stage, fresh, day)
    play_pledges(stage, fresh, day)
    play_frameworks(stage, day)
    midterm = "进度正常，账目清楚。"
    play_evaluations(stage, fresh, day)
    play_evidence(stage, fresh["qingnian"], day)
    closing = stage.evaluate(fresh["lvlin"], "midterm", day(-110), 86, midterm)
    spent = closing.amount_awarded - 260
    stage.close(closing, day(-20), WORDS["lvlin"], spent=spent, served=320)
    stage.ask_for_closure(closing, day(-9))
    settling = stage.evaluate(fresh["nuanyang"], "midterm", day(-130), 91, midterm)
    stage.pay(settling, 2, day(-80))
    spent = settling.amount_awarded - Decimal("3799.50")
    stage.close(settling, day(-45), WORDS["nuanyang"], spent=spent, served=83)
    settling = stage.ask_for_closure(settling, day(-40))
    settling = stage.evaluate(settling, "final", day(-35), 92, "目标超额完成，家属互助账本值得推广。")
    play_settlement(stage, settling, day)
    money_2026.send_to_the_bank(stage, {key: Project.objects.get(pk=one.pk) for key, one in fresh.items()}, day)
    with on(day(-10), 10):
        jiezhen = Project.objects.get(pk=fresh["jiezhen"].pk)
        delivery.supervise(jiezhen, "suspend", by=stage.clerk, note="两名上门志愿者未办健康证，暂停入户；补办后恢复。")


def _reported(stage: Stage, projects: dict[str, Project], day) -> None:
    for key in ("qingnian", "yinling", "loudao", "lvlin", "nuanyang"):
        project = projects[key]
        spent = (project.amount_awarded * Decimal("0.4")).quantize(Decimal("0.01"))
        accept = key != "yinling"
        counted = figures(project, project.starts_on, day(-85))
        persons, visits = (counted.persons, counted.visits) if counted.persons else (64, 410)
        stage.report(
            project, day(-85), done="上半段活动按计划完成。", persons=persons, visits=visits, spent=spent, accept=accept
        )


def _ended_notice(present: Present) -> None:
    """A small call whose notice has ended: one to approve, one to sign, one to countersign."""
    stage, day = present.stage, present.day
    call = present.call(
        "DFB", "第二批微创投", opens=-110, closes=-80, fund=present.community, budget=Decimal("10000.00"),
        tracks=FILED, tranche_plan=present.programme.plans["80/20 两期"],
    )  # fmt: skip
    projects = present.reviewed(call, ENDED_NOTICE, -64, notice=-50, money="10000.00")
    play_feedback(stage, call, day(-45), send=len(projects))
    stage.approve(projects["bianzhi"], day(-10))  # before the next call's awards, whose letters have higher numbers
    signed = stage.approve(projects["shuhua"], day(-10))
    stage.sign(signed, day(-3), both=False)


def _in_notice(present: Present) -> None:
    """In public notice: one line has been corrected after an objection, against another nobody has looked at it yet."""
    stage, day = present.stage, present.day
    call = present.call(
        "DFC", "第三批公益创投", opens=-75, closes=-40, fund=present.lottery, budget=Decimal("38000.00")
    )
    projects = present.reviewed(call, IN_NOTICE, -16, notice=-3, money="33500.00")
    play_correction(present, call, projects["yuedu"])
    play_feedback(stage, call, day(-1), send=2)
    ziyun = projects["ziyun"]
    notice = ziyun.notice_entries.get().notice
    said = "该团去年在小区排练到晚上九点半，请先解决扰民再资助。"
    stage.object(notice, ziyun, day(-1), "赵玉兰", said, files=["楼下排练照片.pdf"])


def _in_review(present: Present) -> None:
    """In review: one expert is done, one has begun, the others have not."""
    stage, day = present.stage, present.day
    call = present.call(
        "DFD", "第四批公益创投", opens=-45, closes=-14, fund=present.budget, budget=Decimal("50000.00"), published=None
    )  # fmt: skip
    announce_rules(call)
    with on(day(-47), 9):
        calls.publish(call, by=stage.approver)
    projects = [stage.submit(call, one, day(-20)) for one in IN_REVIEW]
    for project in projects:
        stage.check(project, day(-12))
    refused = stage.submit(call, REFUSED, day(-18))
    stage.check(refused, day(-12), "declare_ineligible", "审计材料是前年的，截止前未更换。项目本身可以投其他批次。")
    stage.assign(projects[:3], day(-10), 3, day(6))
    one_panel = [
        stage.experts[number] for number in (0, 1, 3)
    ]  # the registered groups: every expert scores each of them
    stage.assign(projects[3:], day(-10), 3, day(6), same=one_panel)
    with on(day(-9)):
        panel.open_review(call, by=stage.clerk)
    merits = {project.pk: one.merit for project, one in zip(projects, IN_REVIEW, strict=True)}
    for assignment in Assignment.objects.open().filter(project__in=projects).select_related("project__call", "person"):
        if assignment.person == stage.experts[0]:
            stage.score(assignment, merits[assignment.project_id], day(-4))
        elif assignment.person == stage.experts[1]:
            first = assignment.rubric.criteria.first()
            with on(day(-2), 21):
                scoring.save_sheet(
                    assignment,
                    by=assignment.person,
                    points={first.pk: Decimal("24")},
                    strengths=PRAISE,
                    weaknesses=ADVICE,
                )
    compare_and_choose(stage, call, projects[2:], merits, day)
    mine = Assignment.objects.filter(project=projects[0], person=stage.experts[0]).first()
    if mine and mine.is_submitted:  # the first expert keeps one sheet to do
        extra = stage.experts[0]
        missing = next(p for p in projects if not p.assignments.filter(person=extra).exists())
        asked = missing.assignments.active().filter(sheet__isnull=True).first()
        if asked:
            with on(day(-3)):
                absence.note_absence(asked, by=stage.clerk, reason="本人出差，不能按时评分。")
                panel.assign(missing, extra, by=stage.clerk, due_on=day(6))
    key_one_paper(stage, call, stage.cast["jingban"], day(-1))


def _voted(present: Present) -> None:
    """Micro grants on which residents vote: one vote is open, one is counted."""
    micro = {"fund": present.community, "tracks": FILED, "panel_size": 2, "budget": Decimal("7000.00")}
    now = present.call("DFV", "邻里微项目", opens=-30, closes=-15, **micro)
    before = present.call("DFU", "窗台与楼道微项目", opens=-40, closes=-25, **micro | {"budget": Decimal("6000.00")})
    play_votes(present.stage, now, before, present.day)


def _blind(present: Present) -> None:
    """Judged without names: experts see neither groups, people and files, nor the community."""
    call = present.call(
        "DFM", "邻里互助微项目（匿名评审）", opens=-26, closes=-7, fund=present.community, budget=Decimal("6000.00"),
        tracks=FILED, fields=["邻里互助"], is_blind=True, hidden_parts=[Call.HiddenPart.COMMUNITY],
    )  # fmt: skip
    play_blind(present.stage, call, present.day(5))


def _pitched(present: Present) -> None:
    """A small call whose groups present their projects to the experts today."""
    call = present.call(
        "DFP", "社区微创投路演", opens=-30, closes=-9, fund=present.budget, budget=Decimal("15000.00"), tracks=FILED,
    )  # fmt: skip
    play_pitch(present.stage, call, present.today, lambda days: present.day(-days))


def _open(present: Present, entries: list[NeedListEntry]) -> None:
    """Open for twelve more days, with the conditions, budget rules and papers of a ready template."""
    stage, day = present.stage, present.day
    call = present.call(
        "DFE", "第五批公益创投（岁末）", opens=-9, closes=12, fund=present.budget, budget=Decimal("90000.00"),
        published=None,
    )  # fmt: skip
    with on(day(-12), 9):
        calls.take_over_rules(call, preset("district", "guided"), by=stage.clerk)
    with on(day(-11), 9):
        calls.publish(call, by=stage.approver)
    OpenCall(stage, call, entries, day).play()


def _micro(present: Present) -> None:
    """A micro grant, open for three weeks: the short form, one draft begun and one proposal handed in."""
    stage, day = present.stage, present.day
    call = present.call(
        "DFK", "社区微创投（简表申报）", opens=-6, closes=20, fund=present.community, budget=Decimal("20000.00"),
        tracks={"filed": ("备案组织组", "5000.00")}, tranche_plan=present.programme.plans["一次性拨付"],
        guidelines=MICRO_GUIDELINES, published=None,
    )  # fmt: skip
    with on(day(-9), 9):
        calls.take_over_rules(call, preset("micro", "internal"), by=stage.clerk)
    with on(day(-8), 9):
        calls.publish(call, by=stage.approver)
    OpenCall(stage, call, [], day).play_micro()


def _social_work(present: Present) -> None:
    """Made from its template: the clerk sets the days and lowers the cap, the approver publishes it.

    It asks for two certified social workers, and 暖阳 has one: its self-check says 不符合, and what to do.
    """
    stage, day = present.stage, present.day
    with on(day(-3), 10):
        call = calls.begin_from_preset(
            preset("social_work"), by=stage.clerk, funder=stage.cast.groups["bureau"], fund=present.budget,
            title=f"{present.today.year}年社工服务项目", code=f"DFF{present.today.year}", budget=Decimal("60000.00"),
        )  # fmt: skip
    with on(day(-2), 10), calls.changing(call, by=stage.clerk, what="受理时间、资助上限"):
        call.opens_at, call.closes_at = moment(day(20), 9), moment(day(50), 17)
        call.starts_on, call.ends_on = day(90), day(450)
        call.save()
        call.tracks.update(cap=Decimal("30000.00"), legal_basis="本批次规定：资金6万元，每项不超过3万元")
    with on(day(-1), 9):
        calls.publish(call, by=stage.approver)


def _coming(present: Present) -> None:
    """One that opens later, and one that waits for the approver to publish it."""
    _social_work(present)
    with on(present.day(-1), 15):
        last_year = Call.objects.get(code=f"DFB{present.today.year}")
        draft = calls.clone(
            last_year, by=present.stage.clerk, title=f"{present.today.year + 1}年社区微创投（草案）",
            code=f"DFG{present.today.year + 1}", fund=present.community,
        )  # fmt: skip
        draft.budget = Decimal("20000.00")
        draft.save(update_fields=["budget"])
        calls.take_over_rules(draft, preset("micro"), by=present.stage.clerk)
