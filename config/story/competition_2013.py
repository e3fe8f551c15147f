"""东风地区 2013: fourteen projects presented, eight funded, five of them still alive when somebody looked in 2016."""

from datetime import date
from decimal import Decimal

from config.story.clockwork import moment, on
from config.story.closing_2013 import WORDS, keep_books
from config.story.programme import Programme
from config.story.proposals_2013 import INELIGIBLE, PRESENTED
from config.story.stage import Stage
from evaluations.actions import commissions, excellence, list_change, panel
from evaluations.excellence import excellence_of
from grants.actions import calls
from grants.models import Call
from projects.actions import inquiry, proposals
from projects.models import Objection, Project

FUNDED = ["caimo", "ziyun", "nuanyang", "simei", "mama", "bianzhi", "xunluo", "siwang"]
CUT = {"ziyun": "4500.00", "nuanyang": "9000.00", "xunluo": "5000.00"}
WAITLIST = ["shuhua", "lvlin"]
LOOKED_BACK = date(2016, 1, 22)


def play(stage: Stage, programme: Programme) -> Call:
    """The whole competition, from the call in autumn 2013 to the look back in January 2016."""
    with on(date(2013, 9, 2)):
        fund = programme.fund("东风地区社区公益金", "community", 2013, "60000.00", "东风地区“三社联动”项目协议（2013）")
    call = stage.open_call(
        published=date(2013, 9, 25),
        fund=fund,
        code="DF2013",
        title="2013年东风地区“三社联动”社区项目对接大赛",
        excellent_share=20,
        guidelines="面向东风地区登记和备案的社区社会组织。从居民真实需求出发，由社工陪伴设计活动、写项目书，"
        "在对接大赛上展示，由专家和居民代表评选。入选项目由“三社联动”办公室在财务管理、项目管理、制度建设等方面单独指导。",
        legal_basis="民政部、财政部《关于加快推进社区社会工作服务的意见》（2013）",
        budget=Decimal("42000.00"),
        opens_at=moment(date(2013, 10, 8), 9),
        closes_at=moment(date(2013, 11, 9), 0),
        starts_on=date(2014, 1, 1),
        ends_on=date(2014, 12, 31),
        tranche_plan=programme.plans["50/40/10"],
        panel_size=5,
        tracks={"registered": ("登记组织组", "10000.00"), "filed": ("备案组织组", "6000.00")},
        fields=["为老服务", "助残服务", "儿童青少年", "社区文化", "环境治理", "邻里互助", "新市民融入"],
    )
    projects = _applied(stage, call)
    _judged(stage, call, projects)
    _noticed(stage, call, projects)
    _delivered(stage, {key: Project.objects.get(pk=projects[key].pk) for key in FUNDED})
    with on(date(2014, 1, 15)):
        calls.conclude(call, by=stage.approver)
    return call


def _applied(stage: Stage, call: Call) -> dict[str, Project]:
    """Fourteen pass the formal check, one of them after a correction; a fifteenth does not."""
    projects = {}
    for number, written in enumerate(PRESENTED):
        projects[written.group] = stage.submit(call, written, date(2013, 10, 15 + number))
    for key, project in projects.items():
        if key != "siwang":
            stage.check(project, date(2013, 11, 11))
    returned = projects["siwang"]
    stage.check(
        returned, date(2013, 11, 11), "return_for_correction", "请补充：1.残障学员名单的来源；2.寄卖收入如何分配。"
    )
    with on(date(2013, 11, 13), 9):
        proposals.submit(returned, by=stage.cast.head(returned.applicant), pledged=True)
    stage.check(returned, date(2013, 11, 14))
    refused = stage.submit(call, INELIGIBLE, date(2013, 11, 5))
    stage.check(refused, date(2013, 11, 11), "declare_ineligible", "项目以现金奖励为主，不属于公益金支持范围。")
    return projects


def _judged(stage: Stage, call: Call, projects: dict[str, Project]) -> None:
    merits = {projects[written.group].pk: float(written.merit) for written in PRESENTED}
    with on(date(2013, 11, 15)):
        for project in projects.values():
            for expert in stage.experts:
                panel.assign(project, expert, by=stage.clerk, due_on=date(2013, 11, 20))
        stage.declare(project__call=call)
        panel.open_review(call, by=stage.clerk)
    stage.judge(merits, date(2013, 11, 20))  # the day of the competition
    decisions = {
        project.pk: "shortlist" if key in FUNDED else "waitlist" if key in WAITLIST else "decline"
        for key, project in projects.items()
    }
    amounts = {projects[key].pk: Decimal(CUT.get(key, projects[key].amount_requested)) for key in FUNDED}
    note = "名额和资金有限，按组别排名择优。未入选的项目请与“三社联动”办公室联系，修改后可申请社区公益金其他批次。"
    stage.decide(call, date(2013, 11, 25), decisions, amounts, note)


def _noticed(stage: Stage, call: Call, projects: dict[str, Project]) -> None:
    """Five workdays of notice, one objection, dismissed with reasons; then eight awards and agreements."""
    notice = stage.publish_notice(call, date(2013, 12, 2))
    ziyun = Project.objects.get(pk=projects["ziyun"].pk)
    objection = stage.object(notice, ziyun, date(2013, 12, 4), "张建军", "舞队早上排练音响太吵，不应再给钱买音响。")
    with on(date(2013, 12, 5)):
        said = "有居民反映：舞队早上排练音响太吵，不应再资助购买音响。"
        inquiry.examine_objection(objection, by=stage.clerk, gist=said, answer_until=date(2013, 12, 6))
    with on(date(2013, 12, 5), 15):
        values = {
            "people": "3号楼、5号楼居民各两人，社区居委会",
            "text": "排练自早上7点20分开始，音响放在楼前，情况属实。",
        }
        inquiry.add_note(objection, by=stage.clerk, kind="inquiry", values=values)
    with on(date(2013, 12, 5), 17):
        answer = "今后9点以后再排练，音响换到广场东侧，音量由楼门代表定。"
        inquiry.answer_objection(objection, by=stage.cast.head(ziyun.applicant), text=answer)
    with on(date(2013, 12, 6)):
        values = {
            "held_on": date(2013, 12, 6),
            "people": "社区居委会、艺术团负责人、楼门代表、异议人",
            "text": "三方议定：排练改在上午9点以后，音量不超过60分贝。异议人表示接受。",
        }
        inquiry.add_note(objection, by=stage.clerk, kind="hearing", values=values)
    with on(date(2013, 12, 6), 15):
        inquiry.rule_on_objection(
            objection,
            by=stage.approver,
            ruling=Objection.Ruling.DISMISSED,
            reason="扰民问题已经社区、艺术团和楼门代表三方协商解决：排练改在上午9点以后，音量不超过60分贝。不影响立项，维持公示结果。",
        )
    for number, key in enumerate(FUNDED):
        project = stage.approve(Project.objects.get(pk=projects[key].pk), date(2013, 12, 9))
        stage.sign(project, date(2013, 12, 11 + number % 4))
    with on(date(2013, 12, 20)):
        for key in WAITLIST:
            waiting = Project.objects.get(pk=projects[key].pk)
            asked = list_change.ask(
                waiting, by=stage.clerk, kind="strike", reason="立项项目均已签约，候补名额自动失效。"
            )
            list_change.decide(asked, by=stage.approver, grant=True)


def _delivered(stage: Stage, projects: dict[str, Project]) -> None:
    with on(date(2014, 6, 3)):
        call = projects["caimo"].call
        organization = stage.cast.groups["evaluator"]
        commissions.commission(call, organization, by=stage.clerk, since=date(2014, 6, 1), until=date(2015, 3, 31))
    for number, (key, project) in enumerate(projects.items()):
        project = Project.objects.get(pk=project.pk)
        stage.pay(project, 1, date(2013, 12, 23))
        stage.begin(project, date(2014, 1, 6))
        _first_half(stage, project, key, number)
    for key in ("caimo", "ziyun", "nuanyang", "simei", "xunluo"):
        project = stage.evaluate(
            projects[key], "midterm", date(2014, 7, 8), 88, "进度正常，居民参与度高，财务专账清楚。"
        )
        _second_half(stage, project, key)
    _rectified(stage, projects["bianzhi"])
    _failed(stage, projects["siwang"])
    _given_up(stage, projects["mama"])
    _settled(stage, call)
    _looked_back(stage, projects)


FIRST = {
    "caimo": ("工笔画第一课：学画牡丹", 28, "张阿姨第一次走出家门参加活动，坐着画满两个小时。"),
    "ziyun": ("新老邻居广场联欢", 46, "新加入队员9人，其中流动人口5人；排练时间按约定改到上午9点后。"),
    "nuanyang": ("照护者减压小组第一节", 12, "家属第一次说出“累”，互留电话结成三对。"),
    "simei": ("反诈骗快板进楼门", 65, "两位老人当场说前天刚接到同样的电话。"),
    "mama": ("妈妈议事会", 18, "排出了放学看护的轮值表。"),
    "bianzhi": ("编织组开针", 22, "教会六位新学员起针。"),
    "xunluo": ("守望队授旗", 40, "八个楼门排班上墙。"),
    "siwang": ("丝网花体验课", 16, "两位轮椅学员由志愿者接送。"),
}


def _first_half(stage: Stage, project: Project, key: str, number: int) -> None:
    theme, attendance, outcome = FIRST[key]
    stage.hold(project, date(2014, 2, 19 + number % 5), theme, attendance, outcome, "260.00")
    stage.hold(
        project,
        date(2014, 4, 16 + number % 5),
        f"{theme.split('：')[0]}（第二期）",
        attendance + 6,
        "人数比上次多，居民主动帮忙布置。",
        "310.00",
    )
    stage.coach(
        project,
        date(2014, 3, 12),
        "finance",
        "2.0",
        "一事一票，票据背面写清活动日期和经手人；每月最后一个周五对账。",
        "下次带三月票据来对。",
    )
    half = (project.amount_awarded * Decimal("0.42")).quantize(Decimal("0.01"))
    stage.report(
        project,
        date(2014, 6, 12),
        done="按计划开展活动，骨干队伍稳定。",
        persons=attendance + 10,
        visits=attendance * 12,
        spent=half,
    )


def _second_half(stage: Stage, project: Project, key: str, *, returned: str = "0.00") -> None:
    """From the passed midterm to the archive."""
    stage.pay(project, 2, date(2014, 8, 12))
    attendance = FIRST[key][1]
    stage.hold(
        project,
        date(2014, 9, 17),
        "中秋邻里活动",
        attendance + 15,
        "与编织组、丝网花班一起做了礼物，送到孤寡老人家中。",
        "420.00",
    )
    stage.coach(
        project,
        date(2014, 10, 15),
        "project",
        "1.5",
        "结项材料提前两个月准备：总结、照片、受益人签字、资金明细。",
        "十一月底交初稿。",
    )
    stage.hold(
        project, date(2014, 12, 10), "年终展示", attendance + 40, "“三社联动”让管理和活动组织能力都增强了。", "680.00"
    )
    spent = project.amount_awarded - Decimal(returned)
    keep_books(stage, project, spent, date(2014, 11, 3))
    project = Project.objects.get(pk=project.pk)
    stage.close(project, date(2014, 12, 22), WORDS[key], spent=spent, served=attendance * 3)
    project = stage.ask_for_closure(project, date(2014, 12, 26))
    project = stage.evaluate(
        project, "final", date(2015, 1, 12), {"caimo": 93, "ziyun": 91}.get(key, 84), "目标达成，账目清楚，居民满意。"
    )
    project = stage.settle(project, date(2015, 2, 2), spent)
    stage.pay(project, 3, date(2015, 2, 3))
    stage.complete(project, date(2015, 2, 13))


def _rectified(stage: Stage, project: Project) -> None:
    """编织组 fails at first, mends its books, passes, and returns what it did not spend."""
    project = stage.evaluate(
        project, "midterm", date(2014, 7, 8), 52, "活动开展正常，但毛线采购无票据，未设专账。请15个工作日内补齐并建账。",
        ("补齐毛线采购票据", "在代管单位设立专账"),
    )  # fmt: skip
    project = stage.rectify(project, date(2014, 7, 25), "已在代管单位设立专账，补开发票6张，义卖收入单独记账并张榜。")
    project = stage.evaluate(project, "midterm", date(2014, 8, 1), 78, "整改到位。")
    _second_half(stage, project, "bianzhi", returned="199.50")


def _failed(stage: Stage, project: Project) -> None:
    """丝网花班 cannot mend what was found: terminated, asked for the rest of the first instalment, which comes back."""
    project = stage.evaluate(
        project, "midterm", date(2014, 7, 9), 45, "学员流失过半，老师离开，活动停了两个月。请拿出恢复方案。",
        ("提出恢复活动的方案并重新聘请老师",),
    )  # fmt: skip
    project = stage.terminate(project, date(2014, 9, 5), "整改期满，仍找不到老师，团队书面申请终止；未用资金退回。")
    recognised, until = Decimal("1286.40"), date(2014, 10, 10)
    reason = "项目终止，未使用的资助款应当退回；无票据的支出不予认可。"
    stage.ask_back(project, date(2014, 9, 15), recognised, reason, until)
    project = stage.settle(project, date(2014, 9, 22), recognised)
    stage.file(project, date(2014, 9, 25))


def _given_up(stage: Stage, project: Project) -> None:
    """妈妈互助会: the village is torn down and the families move away."""
    project = stage.terminate(project, date(2014, 8, 20), "辛庄腾退，参加家庭陆续搬离，项目无法实施。")
    project = stage.settle(project, date(2014, 9, 10), Decimal("2018.00"))
    stage.file(project, date(2014, 9, 12))


def _settled(stage: Stage, call: Call) -> None:
    """Six projects were evaluated to the end; at most a fifth of them can be excellent."""
    with on(date(2015, 2, 27), 10):
        lowered = [row.result.project_id for row in excellence_of(call).lowered]
        reasons = dict.fromkeys(lowered, "按得分排序，未列入本届优秀名额（20%，向下取整）；做法仍可推广。")
        excellence.settle_grades(call, by=stage.clerk, reasons=reasons)


def _looked_back(stage: Stage, projects: dict[str, Project]) -> None:
    """22 January 2016, the day of the exhibition in 石佛营西里: five of the eight go on."""
    seen = {
        "caimo": (True, "每周仍有课，学员二三十人，又开了书法课；正在办残障人士书画汇报展和公益拍卖。"),
        "ziyun": (True, "队员二十多人，2014年联合四家发起“东风地区社会组织联合会”。"),
        "nuanyang": (True, "照护者小组每月一次，由家属自己主持。"),
        "simei": (True, "《三社联动前景美》在各社区巡演。"),
        "bianzhi": (True, "每周二、四照常编织，义卖账目按季公布。"),
        "xunluo": (False, "小区引入物业后巡逻停止，守望橱窗仍在用。"),
    }
    for key, (still_active, note) in seen.items():
        stage.look_back(Project.objects.get(pk=projects[key].pk), LOOKED_BACK, still_active, note)
