"""A pitch day in the demo: today, the order drawn, two of the three judges signed in, one paper sheet keyed once."""

from datetime import date, time
from decimal import Decimal

from config.story.clockwork import on
from config.story.company import ADVICE, PRAISE
from config.story.proposal import Proposal
from config.story.stage import Stage
from evaluations.actions import panel, paper, pitch, presence
from evaluations.models import Assignment, PitchDay
from grants.models import Call
from people.models import User
from projects.models import Project, State

PITCHED = [
    Proposal("simei", "快板说新规", "社区文化", 150, "把楼门公约和反诈要点编成快板，送到楼门口。", "反诈讲座每次到场不足十人，居民说听不进去。", "新编快板12段，演出24场，听众1500人次。", "每月编一段，双周下楼门演出。", [("materials", "服装竹板", 80, "套", 12), ("transport", "下社区交通", 10, "人次", 120)], 88),
    Proposal("bianzhi", "一针一线暖冬计划", "为老服务", 90, "老姐妹教新学员编织，织品送给独居老人和环卫工人。", "辖区独居老人104位，冬天取暖用品缺口大。", "织品300件，新学员30名。", "每周集中编织一次，入冬前上门赠送。", [("materials", "毛线", 30, "斤", 90), ("training", "编织老师", 150, "次", 8)], 84),
    Proposal("shuhua", "楼道里的书画展", "社区文化", 200, "在六个楼道办居民书画展，请孩子们讲解。", "楼道堆物清理后空墙没人管，三个月又堆上了。", "展出6期，参与居民200人，楼道不再堆物。", "每两月一个楼道，居民自己布展自己维护。", [("printing", "装裱画框", 45, "幅", 60), ("materials", "纸墨颜料", 20, "份", 50)], 86),
    Proposal("mama", "妈妈互助托管班", "儿童青少年", 40, "外来妈妈轮流值班，放学后两小时看护孩子。", "辛庄双职工外来家庭放学无人看护儿童52名。", "开放180天，固定儿童40名，值班妈妈20名。", "工作日16:30至18:30，妈妈排班，社工督导。", [("materials", "文具图书", 25, "份", 80), ("insurance", "儿童意外险", 30, "人", 40)], 90),
]  # fmt: skip


def play_pitch(stage: Stage, call: Call, today: date, days_ago) -> PitchDay:
    """Take the proposals of a closed call to a session that is held today. `days_ago(n)` is n days before today."""
    projects = [stage.submit(call, written, days_ago(16)) for written in PITCHED]
    for project in projects:
        stage.check(project, days_ago(8))
    judges = [stage.experts[number] for number in (0, 2, 4)]
    with on(days_ago(6), 9):
        for project in projects:
            for expert in judges:
                panel.assign(project, expert, by=stage.clerk, due_on=today)
        stage.declare(project__call=call)
    with on(days_ago(5), 9):
        panel.open_review(call, by=stage.clerk)
        day = pitch.plan_day(
            call, Project.objects.filter(call=call, state=State.IN_REVIEW), by=stage.clerk, name="上午场 · 备案组织组",
            held_on=today, starts_at=time(9, 30), place="区社会组织服务中心一楼路演厅",
        )  # fmt: skip
    with on(days_ago(3), 10):
        pitch.draw_order(day, by=stage.clerk)
    with on(today, 0, 5):
        for expert in judges[:2]:
            presence.note_presence(day, expert, by=stage.clerk)
    return day


def key_one_paper(stage: Stage, call: Call, second_clerk: User, day: date) -> None:
    """An expert of a written review sent a paper sheet: a second person still has to key it."""
    asked = Assignment.objects.seated().filter(project__call=call, sheet=None, declaration__isnull=False)
    assignment = asked.select_related("project__call__review_rubric").order_by("-pk")[0]
    points = {
        one.pk: (one.weight * Decimal("0.8")).quantize(Decimal("0.5")) for one in assignment.rubric.criteria.all()
    }
    with on(day, 15):
        paper.key(assignment, by=second_clerk, points=points, strengths=PRAISE, weaknesses=ADVICE)
