"""How the projects of 2013 ended: their closing reports, and the payments of their year, one for each budget line."""

from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import on
from config.story.company import SCAN
from config.story.stage import Stage
from projects.actions import spending
from projects.models import Expense, Project
from projects.spending_plan import SpendingPlan

SHOPS = {
    "materials": "东风便民商店", "printing": "快印客图文", "venue": "东风文化活动中心", "insurance": "人保财险朝阳支公司",
    "meals": "石佛营社区食堂", "transport": "顺达汽车租赁", "publicity": "快印客图文",
}  # fmt: skip
PEOPLE = {"training": "外请老师", "volunteers": "志愿者", "staff": "项目社工"}

WORDS = {
    "caimo": {
        "done": "全年开课44次，固定学员31人，其中残障居民7人；年底办笔会和公益拍卖，善款资助两户残障家庭。",
        "residents_say": "“以前天天对着电视，现在星期三就盼着来画画。”“能不能再开一个书法班？”",
        "lessons": "颜料集中采购比零买省三成；卧床居民上门带学要提前和家属约好时间。",
        "goes_on": "residents",
        "goes_on_words": "骨干学员轮流带课，社区继续提供活动室，材料由学员分摊。",
    },
    "ziyun": {
        "done": "舞队发展到28人，其中流动人口11人；公益演出7场，入户慰问孤寡老人32户。",
        "residents_say": "“新来的邻居跳着跳着就熟了。”起初有居民嫌早上吵，改到9点后没有再投诉。",
        "lessons": "排练时间要先问楼上的人。",
        "goes_on": "residents",
        "goes_on_words": "每周排练三次照旧，与另外三家团队联合演出。",
    },
    "nuanyang": {
        "done": "服务24户，每户上门21次；培训家属34人次；照护者小组每月一次。",
        "residents_say": "“终于能出门理个发。”",
        "lessons": "换班时间固定下来，家属才敢安排自己的事。",
        "goes_on": "regular",
        "goes_on_words": "并入社区居家养老服务，照护者小组由家属自己主持。",
    },
    "simei": {
        "done": "创作快板12段，演出26场，覆盖300余户，带出新队员6人。",
        "residents_say": "“听了快板，骗子电话一来我就挂了。”",
        "lessons": "词要短，居民议事会先听一遍。",
        "goes_on": "residents",
        "goes_on_words": "继续在各社区巡演，社区按场次提供茶水和场地。",
    },
    "bianzhi": {
        "done": "学员22人，织品212件，送出126件，义卖两场；整改后票据齐全。",
        "residents_say": "“冬天戴上她们织的帽子，心里热乎。”",
        "lessons": "毛线要开发票，账从第一天就记。",
        "goes_on": "residents",
        "goes_on_words": "每周二、四照常编织，义卖收入买毛线。",
    },
    "xunluo": {
        "done": "八个楼门每晚巡逻，发现隐患31处，全部报物业处理。",
        "residents_say": "“晚上楼道里有人走动，踏实。”",
        "lessons": "冬天要排短班。",
        "goes_on": "ends",
        "goes_on_words": "小区将引入物业，巡逻由物业接手。",
    },
}


def keep_books(stage: Stage, project: Project, spent: Decimal, day: date) -> None:
    """The payments of the year, one a line, entered in autumn and recognised by the clerk; they come to `spent`."""
    lines = [line for line in SpendingPlan(project).lines if line.is_granted and line.amount]
    left_out = sum((line.amount for line in lines), Decimal("0.00")) - spent
    for place, line in enumerate(lines):
        cut = min(left_out, line.amount)  # what was saved was saved on the first lines
        left_out -= cut
        if line.amount > cut:
            _pay(stage, project, line, line.amount - cut, day + timedelta(days=place))


def _pay(stage: Stage, project: Project, line, amount: Decimal, day: date) -> None:
    by_name = line.category in PEOPLE
    values = {
        "spent_on": day,
        "amount": amount,
        "line_key": line.key,
        "summary": line.item,
        "payee": PEOPLE.get(line.category) or SHOPS.get(line.category, "东风便民商店"),
        "method": Expense.Method.TRANSFER,
        "invoice_number": "" if by_name else f"1100{project.pk:04d}{day:%m%d}{line.key[:4]}",
        "voucher": f"记-{day:%m%d}",
        "explanation": "签领表见附件。" if by_name else "",
    }
    if line.category == "volunteers":
        values["people"] = int((amount / 15).to_integral_value(ROUND_UP))
    if line.category == "training":
        lessons = int((amount / 400).to_integral_value(ROUND_UP))
        values |= {"lessons": lessons, "half_days": (lessons + 3) // 4}
    with on(day + timedelta(days=1), 20):
        scan = SimpleUploadedFile(f"{line.item[:12]}.pdf", SCAN, "application/pdf")
        head = stage.cast.head(project.applicant)
        expense = spending.enter(project, by=head, values=values, files=[scan])
    with on(day + timedelta(days=3), 16):
        spending.hand_in(expense, by=stage.cast.payee_head(project), explanation=expense.explanation)
    with on(day + timedelta(days=8), 10):
        spending.recognise(expense, by=stage.clerk)
