"""After the experts: a decision that waits for the approver, one that waits for its day, feedback, and a correction."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from config.story.clockwork import on
from config.story.proposal import Proposal
from config.story.stage import Stage
from core import clock
from core.sealing import seal_events
from evaluations.actions import feedback, panel, ranking
from evaluations.standings import standings
from grants.models import Call
from projects.actions import inquiry
from projects.models import Objection, Project

WAITS_FOR_APPROVAL = [
    Proposal("bianzhi", "毛线暖冬·独居老人护膝", "为老服务", 70, "编织组为独居老人织护膝，上门送、上门量。", "独居老人70位，冬天关节痛的过半。", "织护膝140副，入户两次。", "每周二、四集中编织。", [("materials", "毛线", 18, "份", 140)], 87),
    Proposal("sheying", "老照片修复角", "社区文化", 50, "帮老人修复一张最想留下的照片。", "老人家中受潮褪色的照片无处可修。", "修复100张，办一次小展。", "每周六上午接件、讲故事。", [("printing", "冲印装框", 26, "张", 100)], 81),
]  # fmt: skip
WAITS_FOR_ITS_DAY = [
    Proposal("yangtai", "阳台香草换苗日", "环境治理", 90, "每月一次换苗，老住户教新住户种香草。", "新老住户互不认识，楼道堆物多。", "换苗10次，90户参加。", "每月第一个周日。", [("materials", "种苗花盆", 15, "套", 160)], 88),
    Proposal("shuhua", "楼门对联征集", "社区文化", 200, "居民自己写楼门对联，书画班来写。", "楼门口多年没有换过对联。", "征集60副，上墙24副。", "征集、评议、书写、上墙。", [("materials", "木牌墨漆", 95, "副", 24)], 80),
]  # fmt: skip
NOTE = "按名次和资金规模择优；未入选项目可在修改后申请下一批。"


def play_decisions(present: Any) -> None:
    """Two small calls that are judged: what their groups do not know yet, and what the approver has to do."""
    stage, day = present.stage, present.day
    first = present.call(
        "DFH", "邻里节微创投", opens=-40, closes=-20, fund=present.budget, budget=Decimal("3000.00"),
        tracks={"filed": ("备案组织组", "2600.00")},
    )  # fmt: skip
    lines, amounts = _judged(present, first, WAITS_FOR_APPROVAL)
    stage.propose(first, day(-1), lines, amounts, NOTE, attending="李明（区审计科）")
    second = present.call(
        "DFJ", "宜居楼门微创投", opens=-42, closes=-22, fund=present.budget, budget=Decimal("2400.00"),
        tracks={"filed": ("备案组织组", "2400.00")},
    )  # fmt: skip
    lines, amounts = _judged(present, second, WAITS_FOR_ITS_DAY)
    stage.decide(second, day(-2), lines, amounts, NOTE, embargo_until=day(3))


def _judged(present: Any, call: Call, written: list[Proposal]) -> tuple[dict[int, str], dict[int, Decimal]]:
    """Submitted, checked and judged; the better one gets all the money, the other waits."""
    stage, closed_on = present.stage, clock.localdate(call.closes_at)
    submitted = {one.group: stage.submit(call, one, closed_on - timedelta(days=4)) for one in written}
    for project in submitted.values():
        stage.check(project, closed_on + timedelta(days=1))
    stage.assign(list(submitted.values()), closed_on + timedelta(days=2), call.panel_size, present.day(-4))
    with on(closed_on + timedelta(days=3)):
        panel.open_review(call, by=stage.clerk)
    stage.judge({submitted[one.group].pk: one.merit for one in written}, present.day(-6))
    best, other = written
    lines = {submitted[best.group].pk: "shortlist", submitted[other.group].pk: "waitlist"}
    return lines, {submitted[best.group].pk: min(best.requested(), call.budget)}


def play_correction(present: Any, call: Call, project: Project) -> None:
    """An objection to the budget is right in part: the amount is corrected and a new notice published."""
    stage, day = present.stage, present.day
    said = "申报的图书和街道去年配送的重了一批，应当扣除。"
    found = stage.object(project.notice_entries.get().notice, project, day(-3), "孙建国", said)
    with on(day(-2), 9):
        gist = "有居民反映：部分图书与街道去年配送的重复。"
        inquiry.examine_objection(found, by=stage.clerk, gist=gist, answer_until=day(-2))
    with on(day(-2), 14):
        values = {"people": "社区居委会、阅读角志愿者各一人", "text": "核对书目，重复12册，每册20元。"}
        inquiry.add_note(found, by=stage.clerk, kind="inquiry", values=values)
    with on(day(-2), 16):
        answer = "确有12册重复，同意核减240元。"
        inquiry.answer_objection(found, by=stage.cast.head(project.applicant), text=answer)
    proposed = Project.objects.get(pk=project.pk).amount_proposed
    with on(day(-1), 9):
        inquiry.rule_on_objection(
            found,
            by=stage.approver,
            ruling=Objection.Ruling.CORRECTED,
            reason="经核对书目，12册图书与街道配送重复，核减240元，其余预算不变，更正后重新公示。",
            amount=(proposed or Decimal(0)) - 240,
        )
    with on(day(-1), 10):
        seal_events(whole=True)
        ranking.publish_notice(call, by=stage.clerk)


def play_feedback(stage: Stage, call: Call, day: Any, *, send: int) -> None:
    """The clerk takes over what the experts wrote for every project, and has sent the first `send`."""
    projects = [row.project for row in standings(call) if row.is_complete and row.sum]
    with on(day, 15):
        feedback.take_over_drafts(projects, by=stage.clerk)
        for project in projects[:send]:
            feedback.send_feedback(project, by=stage.clerk)
