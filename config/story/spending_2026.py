"""Half a year of payments and monthly reports of 青年文化社: what a bookkeeper, a clerk and an auditor come across."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile

from config.story.clockwork import on
from config.story.company import SCAN
from config.story.stage import Stage
from core.workflow import Refused
from people.models import Community
from projects.actions import monthly, spending
from projects.models import Expense, MonthlyReport, Project

SHOP, PRINT, MARKET = "晨光文具东风店", "快印客图文", "潘家园旧货市场"
PAYMENTS = [
    # days ago, budget line, what for, payee, yuan, paid in cash, explanation, more
    (222, "公众责任险", "全年公众责任险", "人保财险朝阳支公司", "280.00", False, "", {}),
    (216, "活动物资", "开场活动笔和记事本", SHOP, "68.00", False, "", {}),
    (214, "海报与推文", "招募海报", PRINT, "55.00", False, "", {}),
    (196, "讲师课酬", "讲课费：认识邻居的十种办法", "罗老师", "200.00", False, "", {"lessons": 2, "half_days": 1}),
    (190, "活动物资", "气球和彩带", SHOP, "35.00", True, "", {}),
    (186, "海报与推文", "端午海报", PRINT, "60.00", False, "", {}),
    (170, "讲师课酬", "讲课费：泰国的节日", "罗老师", "200.00", False, "", {"lessons": 2, "half_days": 1}),
    (163, "活动物资", "端午包粽子糯米和粽叶", "东风便民菜店", "66.50", True, "菜店开收据，没有发票号码。", {"invoice": ""}),
    (158, "海报与推文", "月度推文排版", PRINT, "60.00", False, "", {}),
    (141, "讲师课酬", "讲课费：中医养生", "周大夫", "200.00", False, "", {"lessons": 2, "half_days": 1, "rank": "associate"}),
    (136, "活动物资", "活动奖品", SHOP, "58.50", False, "", {}),
    (128, "海报与推文", "暑期海报", PRINT, "60.00", False, "", {}),
    (118, "海报与推文", "小展板两块", PRINT, "58.00", False, "", {}),
    (111, "讲师课酬", "讲课费：社区摄影", "全永雄", "200.00", False, "负责人自己有摄影师证，当天原定讲师生病，由他代课。", {"lessons": 2, "half_days": 1}),
    (104, "活动物资", "矿泉水", "东风便民菜店", "28.00", True, "小额零星，收据。", {"invoice": ""}),
    (97, "活动物资", "中秋展演道具", MARKET, "1012.00", True, "旧货市场只收现金，附收据和摊位照片。", {}),
    (88, "海报与推文", "中秋海报", PRINT, "60.00", False, "", {}),
    (66, "活动物资", "骨干聚餐", "老北京涮肉", "180.00", False, "慰劳骨干。", {}),
    (58, "海报与推文", "国庆海报", PRINT, "60.00", False, "", {}),
    (45, "活动物资", "重阳手工材料", SHOP, "86.00", False, "", {}),
    (33, "活动物资", "冬季展演服装租用", "青禾戏服", "300.00", False, "演员比原计划多6人，已说明，变更申请正在准备。", {}),
    (25, "讲师课酬", "讲课费：普法", "罗老师", "100.00", False, "", {"lessons": 1, "half_days": 1}),
    (17, "海报与推文", "感恩节海报", PRINT, "45.00", False, "", {}),
    (16, "海报与推文", "国庆海报（补录）", PRINT, "60.00", False, "", {"invoice": 58}),
    (9, "活动物资", "打印文件", PRINT, "5.00", True, "", {"files": 0}),
]  # fmt: skip
REFUSED, RETURNED = "骨干聚餐", "重阳手工材料"
WORDS = {
    "problems": "活动室周末排得满，希望社区每月留一个周六下午。",
    "plans": "下月办一场主题活动，继续培养主持骨干。",
    "media": "东风地区公众号：邻里多元文化客厅又开张了。",
}


def play_spending(stage: Stage, project: Project, day) -> None:
    """Enter, hand in and decide month by month; the last weeks still wait. Then the reports of six months."""
    for payment in PAYMENTS:
        _decide(stage, _enter(stage, project, day, *payment), day)
    Community.objects.filter(pk=project.community_id).update(email="juwei@fanhai.example")
    _months(stage, project, day(0))


def _enter(stage, project, day, ago, item, summary, payee, amount, cash, why, more) -> Expense:
    number = more.get("invoice", ago)
    values = {
        "spent_on": day(-ago),
        "amount": Decimal(amount),
        "line_key": project.budget_lines.get(item=item).key,
        "summary": summary,
        "payee": payee,
        "method": "cash" if cash else "transfer",
        "invoice_number": f"26117000000{number:09d}" if number and item != "讲师课酬" else "",
        "voucher": f"记-{ago:03d}",
        "explanation": why,
    } | {name: more[name] for name in ("lessons", "half_days", "rank") if name in more}
    with on(day(-ago + 1), 20):
        scans = [SimpleUploadedFile(f"{summary[:12]}.pdf", SCAN, "application/pdf")] if more.get("files", 1) else []
        return spending.enter(project, by=stage.cast.head(project.applicant), values=values, files=scans)


def _decide(stage: Stage, expense: Expense, day) -> None:
    """The host hands in at the end of the week, the mentor looks, the clerk decides a week later."""
    ago = (day(0) - expense.spent_on).days
    if ago < 12:
        return
    with on(day(-ago + 4), 16):
        try:
            spending.hand_in(expense, by=stage.cast.payee_head(expense.project), explanation=expense.explanation)
        except Refused:  # the same invoice a second time: it stays where it is, with the reason beside it
            return
    if expense.method == "cash" and expense.amount > 1000:
        with on(day(-ago + 6), 10):
            spending.give_opinion(expense, by=stage.mentor, text="摊位照片和收据对得上，建议认定，提醒以后分批转账。")
    if ago < 40:
        return
    with on(day(-ago + 9), 10):
        if expense.summary == REFUSED:
            spending.refuse(expense, by=stage.clerk, note="聚餐与活动无关，不属于预算开支。")
        elif expense.summary == RETURNED:
            spending.send_back(expense, by=stage.clerk, note="发票抬头写成了个人，请换开后再提交。")
        else:
            spending.recognise(expense, by=stage.clerk)


def _months(stage: Stage, project: Project, today: date) -> None:
    """Six months, made on each 1st for every running project: handed in, one of them late, the last one unanswered."""
    firsts = [today.replace(day=1)]
    while len(firsts) < 6:
        firsts.append((firsts[-1] - timedelta(days=1)).replace(day=1))
    for place, first in enumerate(reversed(firsts)):
        with on(first, 0, 5):
            monthly.make_monthly_reports()
        for report in MonthlyReport.objects.open().select_related("project__applicant").order_by("pk"):
            mine = report.project_id == project.pk
            due = first + timedelta(days=6 if mine and place == 2 else 2)
            if due > today or (first == firsts[0] and report.pk % 4 == 1 and not mine):
                continue
            words = WORDS if mine else {"problems": "", "plans": "按计划开展活动。", "media": ""}
            with on(due, 9):
                monthly.hand_in(report, by=stage.cast.head(report.project.applicant), values=words)
            if due + timedelta(days=2) <= today and not (mine and first == firsts[0]):
                with on(due + timedelta(days=2), 15):
                    monthly.remark(report, by=stage.mentor, text="数据和活动记录对得上，票据整理及时。")
            if mine and place == 3:
                with on(due + timedelta(days=1), 11):
                    said = "每月第二个周六下午的活动室给你们留着。"
                    monthly.remark_of_community(report, name="居委会 陈主任", text=said)
                    monthly.note_reading(report)
