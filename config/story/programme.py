"""What the funder offers in the demo: fields, rubrics with anchored levels, tranche plans, funds."""

from datetime import date
from decimal import Decimal

from config.story.people import Cast
from grants.actions import ledger
from grants.models import Criterion, Fund, Gate, Level, Rubric, ServiceField, TranchePlan, TrancheRule

FIELDS = ["为老服务", "助残服务", "儿童青少年", "社区文化", "环境治理", "邻里互助", "新市民融入", "社区矫正与禁毒"]

# name, full points, what to look at, descriptors from best to worst
FULL = [
    (
        "需求与公益性",
        20,
        "调研证据、对象明确、需求广泛或迫切",
        "有一手调研和数据，对象具体到人群",
        "需求笼统，没有依据",
    ),
    (
        "目标与方案设计",
        25,
        "目标可衡量、活动与目标对应、进度与预案",
        "目标、活动、进度环环相扣，预案可用",
        "目标空泛，活动堆砌",
    ),
    ("可行性与在地参与", 15, "社区支持、居民参与、志愿者", "居民参与设计和实施，社区书面支持", "居民只是看客"),
    ("创新与示范", 10, "做法新、可复制", "做法新颖，别的社区学得会", "照搬常规活动"),
    ("团队与专业能力", 15, "持证社工、同类经验", "有持证社工，做成过同类项目", "人员不清，无经验"),
    ("预算合理与配套", 10, "单价有依据、有自筹", "逐项有依据，有自筹或场地支持", "单价偏高，无依据"),
    ("可持续", 5, "自组织培育、后续资源", "结束后由居民骨干接着做", "资金一停就散"),
]
MICRO = [
    ("需求契合", 30, "是不是本社区居民要的", "来自议事会或入户，居民点名要", "说不清谁需要"),
    ("居民参与", 25, "居民出主意、出力、受益", "居民既是服务者又是受益者", "只有负责人在忙"),
    ("可行", 20, "时间、地点、人手都落实", "场地人手已落实，有预案", "关键条件未落实"),
    ("预算合理", 15, "花得值、单价有依据", "每一笔都对应活动", "与活动对不上"),
    ("可持续", 10, "明年还做不做得下去", "骨干稳定，有后续打算", "一次性活动"),
]
SIGNED = [(Gate.AGREEMENT, None, "本批次规定：签订协议后拨付首期")]
HALFWAY = [
    (Gate.MIDTERM, None, "本批次规定：中期评估通过后拨付第二期"),
    (Gate.RECEIPT, None, "财务制度：上期款须开具收款票据"),
    (Gate.REPORT, None, "本批次规定：上期拨款后须提交并通过进度报告"),
    (Gate.SPENDING, 70, "本批次规定：已拨资金支出率达到70%"),
    (Gate.RECTIFIED, None, "本批次规定：评估不合格的停止拨付，整改合格后恢复"),
]
CLOSED = [
    (Gate.FINAL, None, "本批次规定：项目验收后拨付末期款"),
    (Gate.RECEIPT, None, "财务制度：上期款须开具收款票据"),
    (Gate.RECTIFIED, None, "本批次规定：评估不合格的停止拨付，整改合格后恢复"),
]
PLANS = {
    "50/40/10": ("本批次规定：三期拨付", [(50, SIGNED), (40, HALFWAY), (10, CLOSED)]),
    "60/30/10": ("本批次规定：三期拨付", [(60, SIGNED), (30, HALFWAY), (10, CLOSED)]),
    "80/20 两期": ("本批次规定：中期合格拨末期款", [(80, SIGNED), (20, HALFWAY[:2])]),
    "一次性拨付": ("本批次规定：5000元左右的小项目一次拨付", [(100, SIGNED)]),
}


def _rubric(name: str, criteria: list, basis: str) -> Rubric:
    rubric = Rubric.objects.create(name=name, legal_basis=basis)
    for position, (label, weight, guidance, best, worst) in enumerate(criteria):
        criterion = Criterion.objects.create(
            rubric=rubric, name=label, weight=weight, guidance=guidance, position=position
        )
        middle = "基本达到，有个别不足"
        for level, low, high, text in (
            ("优", 90, 100, best),
            ("良", 75, 89, middle),
            ("一般", 60, 74, "有明显不足"),
            ("差", 0, 59, worst),
        ):
            Level.objects.create(criterion=criterion, name=level, lowest=low, highest=high, descriptor=text)
    return rubric


class Programme:
    """The funder's offer, by short names."""

    def __init__(self, cast: Cast, today: date):
        self.fields = {
            name: ServiceField.objects.create(name=name, position=place) for place, name in enumerate(FIELDS)
        }
        self.full = _rubric("公益创投评审表（七项）", FULL, "评审维度和分值由本批次规定")
        self.micro = _rubric("微创投评审简表（五项）", MICRO, "评审维度和分值由本批次规定")
        self.plans = {}
        for name, (basis, rules) in PLANS.items():
            plan = TranchePlan.objects.create(name=name, legal_basis=basis)
            for ordinal, (share, gates) in enumerate(rules, start=1):
                rule = TrancheRule.objects.create(plan=plan, ordinal=ordinal, percentage=share)
                for kind, figure, why in gates:
                    rule.gates.create(kind=kind, figure=figure, legal_basis=why)
            self.plans[name] = plan
        self.cast, self.year = cast, today.year

    def fund(self, name: str, source: str, year: int, amount: str, memo: str) -> Fund:
        """Open a fund and enter its first money."""
        fund = Fund.objects.create(
            funder=self.cast.groups["bureau"], name=name, source=source, year=year, legal_basis=memo
        )
        ledger.allocate(fund, Decimal(amount), by=self.cast["caiwu"], memo=memo)
        return fund
