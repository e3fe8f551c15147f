"""A year of stars, published: five groups of last year's micro grants, with an appeal, a warning, a talk and honours.

The rules were announced before the year began to count. One group has many answers of people who are not satisfied: the
stars propose a warning, the clerk gives it, and they talk. For another the clerk has not decided yet. Next year's rules
are announced already.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from config.story.clockwork import moment, on
from config.story.proposal import Proposal
from config.story.stage import Stage
from core import clock
from evaluations.actions import cautions, commissions, honours, stars, voices
from evaluations.models import CautionProposal, Star, StarYear
from grants.models import Call
from projects.actions import delivery
from projects.models import Project

Day = Callable[[int], date]
WRITTEN = [
    Proposal("caimo", "彩墨上墙：楼道画廊", "社区文化", 120, "把学员的画装裱上墙，六个楼道成了画廊。", "居民议事会说楼道灰暗，画班有作品没处展。", "画廊6个，作品60幅，办画展2场。", "每月一个楼道，居民投票选画。", [("materials", "画框", 38, "个", 60), ("printing", "说明牌", 12, "块", 60), ("meals", "布展误餐", 20, "份", 30)], 92),
    Proposal("ziyun", "紫韵进养老驿站", "为老服务", 90, "每月到养老驿站演一场，教一段。", "驿站老人座谈，九成想听老歌、想一起动一动。", "演出10场，固定学员20人。", "每月第二个周三，演完教一段手势操。", [("materials", "音响耗材", 60, "次", 10), ("transport", "道具车辆", 120, "次", 10), ("materials", "演出服装", 60, "套", 20)], 90),
    Proposal("simei", "快板进楼门", "社区文化", 400, "把社区新规编成快板，逐门演。", "垃圾分类误投率仍有三成。", "新段8个，楼门演出20场。", "每两周一场，演完当场问答。", [("materials", "快板和服装", 90, "套", 10), ("printing", "唱词折页", 2, "张", 600), ("meals", "演出误餐", 20, "份", 50)], 88),
    Proposal("bianzhi", "织一条围巾送邻居", "邻里互助", 150, "学员为独居老人织围巾，送到家里。", "独居老人74位，入户时多数说冬天最冷清。", "围巾150条，入户150户。", "每周二集中织，腊月入户。", [("materials", "毛线", 22, "份", 150), ("meals", "误餐", 20, "份", 30)], 84),
    Proposal("xunluo", "夜间楼门守望", "邻里互助", 300, "晚八点到十点巡查楼门，劝导飞线充电。", "物业记录飞线充电每晚十余处。", "值守200班次，飞线充电减少七成。", "两人一组，巡查记录当晚发群。", [("materials", "反光背心和手电", 65, "套", 24), ("insurance", "意外险", 20, "人", 24), ("meals", "误餐", 15, "份", 120)], 78),
]  # fmt: skip
CLOSING = {
    "done": "全部活动完成，签到、照片和收支每月公示。",
    "residents_say": "“人熟了，楼道里见面会打招呼。”",
    "lessons": "提前一周在楼门贴通知，来的人更多。",
    "goes_on": "residents",
    "goes_on_words": "骨干居民继续每月组织一次，社区提供活动室。",
}
FINALS = {"caimo": 93, "ziyun": 88, "simei": 86, "bianzhi": 78, "xunluo": 66}
SAID = {
    "caimo": [5] * 24 + [4] * 10 + [3] * 2,
    "ziyun": [5] * 14 + [4] * 16 + [3] * 3 + [2],
    "simei": [5] * 12 + [4] * 19 + [3] * 3 + [2] * 2,
    "bianzhi": [4] * 16 + [3] * 5 + [2] * 8 + [1] * 3,
    "xunluo": [4] * 12 + [3] * 7 + [2] * 9 + [1] * 5,
}
"""How many answered with which of the five steps, when the clerk had them called."""


def play_stars(stage: Stage, present: Any) -> None:
    """`present.day(n)` is n days from today."""
    day = present.day
    year = _announced(stage, day)
    _projects(stage, present)
    with on(day(-25), 10):
        stars.calculate(year, by=stage.clerk)
    with on(day(-25), 15):
        stars.open_notice(year, by=stage.clerk)
    _appeal(stage, year, day)
    _honours(stage, day)
    published = _published(stage, year)
    _warned(stage, year, published, day)
    _next_year(stage, day)


def _rules(stage: Stage, first: date, last: date) -> dict[str, Any]:
    return {
        "title": f"{last.year}年度社会组织星级评价",
        "year": last.year,
        "counts_from": first,
        "counts_until": last,
        "expires_on": last + timedelta(days=400),
        "legal_basis": "《朝阳区公益创投项目管理办法》：建立健全星级评价机制",
        "contact": "东风地区办事处社区办 周敏",
        "contact_phone": "010-65001234",
    }


def _announced(stage: Stage, day: Day) -> StarYear:
    with on(day(-345), 10):
        funder = stage.cast.groups["bureau"]
        year = stars.draft(funder, by=stage.clerk, values=_rules(stage, day(-339), day(-26)))
        return stars.announce(year, by=stage.clerk)


def _projects(stage: Stage, present: Any) -> None:
    """Last year's micro grants: five small projects, from the proposal to the archive."""
    day, programme = present.day, present.programme
    with on(day(-530)):
        memo = "上年度预算结转"
        fund = programme.fund("社区公益金（上年度）", "community", day(-530).year, "40000.00", memo)
    call: Call = present.call(
        "DFS", "社区微创投（上一轮，已结项）", opens=-520, closes=-490, fund=fund, budget=Decimal("25000.00"), ends_on=day(-120),
        tracks={"filed": ("备案组织组", "6000.00")}, tranche_plan=programme.plans["80/20 两期"],
    )  # fmt: skip
    projects = present.reviewed(call, WRITTEN, -480, notice=-476, money="25000.00")
    with on(day(-440)):
        organization = stage.cast.groups["evaluator"]
        commissions.commission(call, organization, by=stage.clerk, since=day(-440), until=day(-60))
    for key in FINALS:
        _carried_out(stage, projects[key], key, day)


def _carried_out(stage: Stage, project: Project, key: str, day: Day) -> None:
    project = stage.sign(stage.approve(project, day(-452)), day(-448))
    stage.begin(project, day(-440))
    stage.pay(project, 1, day(-430))
    for number, at in enumerate((-330, -240, -160), start=1):
        activity = stage.hold(project, day(at), f"{project.title}（第{number}次）", 30, "居民来得踊跃。", "200.00")
        if key in ("caimo", "ziyun", "simei") and number > 1:
            stage.photograph(activity, "作品", "#4f7b9a", shows_people=False, is_public=True)
    half = (project.amount_awarded * Decimal("0.5")).quantize(Decimal("0.01"))
    late = 12 if key in ("bianzhi", "xunluo") else 0
    stage.report(project, day(-305 + late), done="过半活动完成。", persons=60, visits=240, spent=half)
    project = stage.evaluate(project, "midterm", day(-290), 82, "进度正常。")
    stage.pay(project, 2, day(-270))
    spent = project.amount_awarded
    if key in ("caimo", "simei"):
        last = project.milestones.latest("due_on")
        with on(day(-138), 16):
            head, note = stage.cast.head(project.applicant), "年终展示照片和总结已上传。"
            delivery.reach_milestone(last, by=head, done_on=day(-139), note=note)
    stage.close(project, day(-130), CLOSING, spent=spent, served=120)
    project = stage.ask_for_closure(project, day(-126))
    project = stage.evaluate(project, "final", day(-115), FINALS[key], "目标达成，建议见评语。")
    with on(day(-95), 10):
        for level in SAID[key]:
            values = {"answers": {"overall": level}, "text": "", "day": day(-95)}
            voices.enter(project, by=stage.clerk, channel="phone", values=values)
    project = stage.settle(project, day(-85), spent)
    stage.complete(project, day(-80))


def _star(stage: Stage, year: StarYear, key: str) -> Star:
    return Star.objects.select_related("year", "organization").get(year=year, organization=stage.cast.groups[key])


def _appeal(stage: Stage, year: StarYear, day: Day) -> None:
    """紫韵 says that its last milestone was shown in time, on paper; the second clerk looks into it and agrees."""
    star = _star(stage, year, "ziyun")
    with on(day(-24), 19):
        said = "“完成全部活动与年终展示”的总结和照片当天已把纸质件交到社区办，只是没在平台上标记，请按收件登记核对。"
        made = stars.appeal(star, by=stage.cast.head(star.organization), text=said)
    with on(day(-22), 15):
        reason = "经查社区办收件登记，纸质材料在到期日前送达，平台漏标。支持申诉，“按时报告”按满分计。"
        percent = Decimal(100)
        stars.rule_on_appeal(
            made, by=stage.cast["jingban"], ruling="upheld", reason=reason, item="on_time", percent=percent
        )
    for key in ("caimo", "simei"):
        star = _star(stage, year, key)
        with on(day(-23), 9):
            stars.acknowledge(star, by=stage.cast.head(star.organization))


def _honours(stage: Stage, day: Day) -> None:
    """Two granted after their notice; a third has just been proposed."""
    bureau, groups = stage.cast.groups["bureau"], stage.cast.groups
    given = [
        ("caimo", -24, "优秀社区社会组织", "把居民的画挂满六个楼道，带动残障邻居走出家门，项目末评成绩名列前茅。"),
        ("nuanyang", -24, "公益服务示范机构", "为四十户失能老人家庭提供喘息服务，家属互助账本在全地区推广。"),
        ("simei", -1, "最受居民欢迎团队", "二十场快板走进楼门，居民满意度高。"),
    ]
    for key, at, title, reason in given:
        with on(day(at), 16):
            wish = {"year": day(-26).year, "title": title, "reason": reason, "contact_phone": "010-65001239"}
            honour = honours.propose(groups[key], bureau, by=stage.clerk, **wish)
        if at < -20:
            with on(honour.notice_until + timedelta(days=1), 10):
                honours.grant(honour, by=stage.approver)


def _published(stage: Stage, year: StarYear) -> date:
    """The day after the notice it is confirmed by a second person, and published the next."""
    year = StarYear.objects.get(pk=year.pk)
    assert year.notice_until is not None
    with on(year.notice_until + timedelta(days=1), 10):
        stars.confirm(year, by=stage.approver)
    published = year.notice_until + timedelta(days=2)
    with on(published, 10):
        stars.publish(year, by=stage.clerk)
    return published


def _warned(stage: Stage, year: StarYear, published: date, day: Day) -> None:
    """What the stars propose about 守望队 the clerk does; about 编织组 nobody has decided yet."""
    group = stage.cast.groups["xunluo"]
    head, bureau = stage.cast.head(group), stage.cast.groups["bureau"]
    proposal = CautionProposal.objects.get(star__year=year, star__organization=group)
    with on(published, 15):
        words = "群众不满意的占比超过三成，意见集中在夜间巡查记录不实、劝导态度生硬。请说明情况和改进办法。"
        caution = cautions.warn(
            group, bureau, by=stage.clerk, ground="bad_voices", words=words,
            answer_until=published + timedelta(days=14), proposal=proposal,
        )  # fmt: skip
    with on(published + timedelta(days=1), 20):
        cautions.answer_caution(
            caution, by=head, answer="有两位队员确实没去却写了记录，已调离。我们想当面听听居民的意见。"
        )
    with on(published + timedelta(days=2), 9):
        talk = cautions.call_to_talk(
            caution, by=stage.clerk, reason="当面商量怎样核实巡查记录、怎样和居民说话。",
            planned_at=moment(published + timedelta(days=3), 14), place="东风地区办事处二楼会议室",
        )  # fmt: skip
    with on(published + timedelta(days=3), 16):
        cautions.record_talk(
            talk, by=stage.clerk, present="周敏（经办人）\n冯建国（守望队）\n南十里居居民代表两人",
            said="居民代表举了三个晚上没人值守的例子；队长承认排班表是补写的。",
            agreed="值守改为扫码签到；每月开一次居民听证，公布值守记录。", agreed_until=day(20),
        )  # fmt: skip
    with on(published + timedelta(days=4), 10):
        cautions.confirm_talk(talk, by=head, remark="排班表从本周起由两人签字。")
    assert clock.localdate(talk.planned_at) <= day(0)


def _next_year(stage: Stage, day: Day) -> None:
    """The next year's rules are public before it begins to count."""
    with on(day(-2), 11):
        values = _rules(stage, day(8), day(372)) | {
            "year": day(372).year,
            "title": f"{day(372).year}年度社会组织星级评价",
        }
        if values["year"] != day(-26).year:
            funder = stage.cast.groups["bureau"]
            stars.announce(stars.draft(funder, by=stage.clerk, values=values), by=stage.clerk)
