"""Papers of the end: closing report, final accounts, list of the file, certificate of completion, and the table of
where every project stands. In Chinese like every paper: see `documents`.
"""

from collections.abc import Sequence
from typing import IO, Any

from core import clock
from core.spreadsheets import Heading, Workbook
from grants.models import BudgetCategory
from projects.accounting import final_accounts
from projects.final_accounts import FinalAccounts, Income, Line
from projects.models import ArchiveFile, Audit, ClosingReport, LeftOver, Project, Settlement
from projects.papers import PARTS
from projects.settling_steps import Standing
from reports import photo_pages
from reports.budget_execution import execution
from reports.documents import Document, file_name
from reports.wording import CATEGORIES, SOURCES

INCOME = {"own": "单位自筹", "donated": "社会捐赠", "in_kind": "实物折价", "interest": "专户利息"}
PART_NAMES = dict(
    zip(PARTS, ("申报与公示", "立项、协议与方案", "实施过程", "资金", "评估与结项", "附件原件"), strict=True)
)
OPINIONS = {
    Audit.Opinion.UNQUALIFIED: "无保留意见",
    Audit.Opinion.QUALIFIED: "保留意见",
    Audit.Opinion.ADVERSE: "否定意见",
    Audit.Opinion.DISCLAIMER: "无法表示意见",
}
GOES_ON = {
    ClosingReport.GoesOn.REGULAR: "转为常态化服务",
    ClosingReport.GoesOn.RESIDENTS: "由居民自组织延续",
    ClosingReport.GoesOn.FUNDED: "以其他资金延续",
    ClosingReport.GoesOn.ENDS: "随项目结束",
}
RETENTION = {
    ArchiveFile.Retention.TEN: "10年",
    ArchiveFile.Retention.THIRTY: "30年",
    ArchiveFile.Retention.FOR_EVER: "永久",
}
WAITS_FOR = {
    "group": "实施单位", "payee": "收款单位", "clerk": "经办人", "approver": "审批人", "finance": "财务",
    "second": "第二人复核", "evaluator": "评估机构", "": "",
}  # fmt: skip
ACCOUNTS = [
    Heading("类别", 16), Heading("预算行", 30), Heading("资金来源", 14), Heading("预算（元）", 14),
    Heading("调整后（元）", 14), Heading("实际（元）", 14), Heading("差额（元）", 14), Heading("执行率", 10),
]  # fmt: skip
CAME_IN = [Heading("收入来源", 24), Heading("计划（元）", 16), Heading("实际（元）", 16), Heading("到账日期", 14)]
SETTLING = [
    Heading("批次", 30), Heading("编号", 20), Heading("项目", 30), Heading("单位", 28), Heading("状态", 12),
    Heading("下一步", 26), Heading("等待", 14), Heading("期限", 12), Heading("资助金额（元）", 16),
    Heading("已拨付（元）", 16), Heading("认可支出（元）", 16), Heading("待拨付（元）", 16), Heading("应退（元）", 16),
    Heading("已退（元）", 16), Heading("未退利息（元）", 14), Heading("须审计", 8),
]  # fmt: skip


def accounts_of(project: Project) -> tuple[FinalAccounts, Settlement | None]:
    """As they were kept with the settlement; before that as the records have them now."""
    settlement = Settlement.objects.filter(project=project).select_related("settled_by", "audit").first()
    kept = settlement.accounts if settlement else None
    return kept or final_accounts(project), settlement


def category_name(category: str) -> str:
    return CATEGORIES[BudgetCategory(category)] if category != "in_kind" else "实物折价"


def income_of(accounts: FinalAccounts) -> list[tuple[str, Income]]:
    """What came in, each with its name."""
    return [(f"第{one.words}期拨款" if one.kind == "grant" else INCOME[one.kind], one) for one in accounts.income]


def final_accounts_paper(project: Project) -> Document:
    """The final accounts (收支决算表), both sides with their sums."""
    accounts, settlement = accounts_of(project)
    context = {
        "title": "项目收支决算表",
        "number": project.number,
        "author": project.payee.name,
        "project": project,
        "accounts": accounts,
        "settlement": settlement,
        "groups": [(category_name(category), lines, total) for category, lines, total in accounts.by_category],
        "sources": {str(source): name for source, name in SOURCES.items()},
        "income": income_of(accounts),
        "audit": settlement.audit if settlement else None,
        "opinion": OPINIONS[Audit.Opinion(settlement.audit.opinion)] if settlement and settlement.audit else "",
        "left_overs": settlement.left_overs.filter(kind=LeftOver.Kind.ASSET) if settlement else [],
    }
    return Document(file_name("收支决算表", project.number, project.title), "pdf/final_accounts.html", context)


def write_final_accounts(project: Project, target: IO[bytes]) -> None:
    """The same as a workbook; sums, differences and rates are formulas, so that they test themselves."""
    accounts, _settlement = accounts_of(project)
    book = Workbook(target)
    sheet = book.add_sheet("收支决算表", ACCOUNTS, [])
    money = book.book.add_format({"num_format": "#,##0.00"})
    bold = book.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
    rate = book.book.add_format({"num_format": "0.0%"})
    lines = list(accounts.lines)
    for place, line in enumerate(lines, start=1):  # a row is written in one go: nothing is kept in memory
        book.write_row(sheet, place, _cells(line))
        if line.actual is not None:
            row = place + 1
            sheet.write_formula(place, 6, f"=E{row}-F{row}", money, float(line.difference or 0))
            share = float(line.actual / line.adjusted) if line.adjusted else 0
            sheet.write_formula(place, 7, f'=IF(E{row}=0,"",F{row}/E{row})', rate, share)
    whole = None if accounts.is_detailed else accounts.granted
    if whole is not None:  # no payment was entered one by one: without this row the sum would leave out the grant
        book.write_row(
            sheet,
            len(lines) + 1,
            [None, "受资助资金（未逐笔登记，只有总额）", None, None, None, whole.actual, whole.difference],
        )
    if lines:
        last = len(lines) + (1 if whole is None else 2)
        sheet.write_string(last, 2, "合计", book.bold)
        for column, letter in ((3, "D"), (4, "E"), (5, "F"), (6, "G")):
            names = ("budget", "adjusted", "actual", "difference")
            value = float(sum(getattr(line, names[column - 3]) or 0 for line in lines))
            if whole is not None and column > 4:
                value += float(getattr(whole, names[column - 3]) or 0)
            sheet.write_formula(last, column, f"=SUM({letter}2:{letter}{last})", bold, value)
    rows = [[name, one.budget, one.actual, one.on] for name, one in income_of(accounts)]
    sheet = book.add_sheet("收入", CAME_IN, rows)
    last = len(rows) + 1
    sheet.write_string(last, 0, "合计", book.bold)
    sheet.write_formula(last, 2, f"=SUM(C2:C{last})", bold, float(accounts.came_in))
    said = [
        ("资助金额", accounts.award), ("认可支出", accounts.recognised), ("已拨付", accounts.paid),
        ("待拨付", accounts.to_pay), ("应退结余", accounts.to_return), ("已退", accounts.returned),
        ("专户利息", accounts.interest), ("因配套不足核减", accounts.lowered), ("单位自行承担", accounts.over),
        ("收支相抵", accounts.balance if accounts.others.actual is not None else None),
    ]  # fmt: skip
    book.add_sheet("结算", [Heading("事项", 20), Heading("金额（元）", 18)], said)
    book.close()


def _cells(line: Line) -> Sequence[Any]:
    name = line.item or category_name(line.category)
    return [category_name(line.category), name, SOURCES.get(line.source, ""), line.budget, line.adjusted, line.actual]  # type: ignore[call-overload]


def closing_report_paper(closing: ClosingReport) -> Document:
    """The closing report (结项报告) as it was handed in, with the accounts and the photos the group chose."""
    project = closing.project
    accounts, settlement = accounts_of(project)
    context = {
        "title": "项目结项报告",
        "number": project.number,
        "author": project.applicant.name,
        "project": project,
        "closing": closing,
        "report": closing.report,
        "figures": closing.facts["figures"],
        "goals": closing.facts["goals"],
        "goes_on": GOES_ON.get(ClosingReport.GoesOn(closing.goes_on), "") if closing.goes_on else "",
        "execution": execution(accounts.granted_by_category),
        "accounts": accounts,
        "settlement": settlement,
        "income": income_of(accounts),
        "photos": photo_pages.of_activities(closing.photos.all()),
    }
    return Document(file_name("结项报告", project.number, project.title), "pdf/closing_report.html", context)


def archive_list(made: ArchiveFile) -> Document:
    """The list of what a project's file holds (档案目录), with the digest of each paper and of the whole."""
    project = made.project
    context = {
        "title": "项目档案目录",
        "number": made.number,
        "author": project.call.funder.name,
        "project": project,
        "file": made,
        "retention": RETENTION[ArchiveFile.Retention(made.retention)],
        "groups": [(PART_NAMES[part], [row for row in made.papers if row["part"] == part]) for part in PARTS],
    }
    return Document(file_name("档案目录", made.number, project.title), "pdf/archive_list.html", context)


def completion_certificate(project: Project) -> Document:
    """Certifies that a project was completed (结项证书)."""
    made = project.archive_file
    context = {
        "title": "结项证书",
        "number": made.number,
        "author": project.call.funder.name,
        "project": project,
        "file": made,
        "recognised": project.settlement.recognised,
        "completed_on": clock.localdate(project.state_since),
    }
    return Document(file_name("结项证书", made.number, project.title), "pdf/completion_certificate.html", context)


def write_settling(rows: Sequence[Standing], target: IO[bytes]) -> None:
    """Where every project stands between its request for closure and its archive."""
    book = Workbook(target)
    sheet = book.add_sheet("结算进度", SETTLING, [_settling(row) for row in rows])
    if rows:
        style = book.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        last = len(rows) + 1
        sheet.write_string(last, 7, "合计", book.bold)
        for column, value in enumerate(_sums(rows), start=8):
            letter = chr(ord("A") + column)
            sheet.write_formula(last, column, f"=SUM({letter}2:{letter}{last})", style, float(value))
    book.close()


def _settling(row: Standing) -> list[Any]:
    project, step = row.project, row.step
    return [
        project.call.title, project.number, project.title, project.applicant.name, project.get_state_display(),
        step.words, WAITS_FOR[step.who], step.due_on, project.amount_awarded, project.amount_paid, row.recognised,
        row.to_pay, row.to_return, row.returned, row.interest, "是" if row.needs_audit else "",
    ]  # fmt: skip


def _sums(rows: Sequence[Standing]) -> list[Any]:
    cells = [_settling(row)[8:15] for row in rows]
    return [sum((cell or 0) for cell in column) for column in zip(*cells, strict=True)]
