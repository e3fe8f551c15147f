"""Payments and months as tables: the book of a project, the funder's ledger (台账)."""

from collections.abc import Iterable
from typing import IO, Any

from django.db.models import QuerySet

from core.spreadsheets import Heading, Workbook
from grants.models import BudgetCategory
from projects.expense_facts import ExpenseBook
from projects.models import BudgetLine, Expense, MonthlyReport, Project
from projects.spending_account import accounts
from reports.wording import CATEGORIES, SOURCES

STATES = {
    Expense.State.ENTERED: "未提交",
    Expense.State.HANDED_IN: "待审核",
    Expense.State.RETURNED: "退回补正",
    Expense.State.RECOGNISED: "已认定",
    Expense.State.REFUSED: "不予认定",
}
METHODS = {Expense.Method.TRANSFER: "转账", Expense.Method.CASH: "现金"}
PAYMENTS = [
    Heading("日期", 12), Heading("凭证号", 12), Heading("类别", 14), Heading("预算行", 20), Heading("资金来源", 12),
    Heading("摘要", 30), Heading("收款人", 22), Heading("付款方式", 10), Heading("金额（元）", 14),
    Heading("发票号码", 24), Heading("销方", 26), Heading("销方信用代码", 22), Heading("代扣个税（元）", 12),
    Heading("关联活动", 26), Heading("审核状态", 12), Heading("认定金额（元）", 14), Heading("不予认定（元）", 14),
    Heading("审核意见", 40), Heading("说明", 40), Heading("审核发现", 60),
]  # fmt: skip
ACCOUNT = [
    Heading("类别", 14), Heading("预算行", 26), Heading("资金来源", 12), Heading("原预算（元）", 14),
    Heading("调整后（元）", 14), Heading("支出（元）", 14), Heading("认定（元）", 14), Heading("结余（元）", 14),
    Heading("执行率", 10),
]  # fmt: skip
LEDGER = [
    Heading("月份", 10), Heading("批次", 30), Heading("编号", 20), Heading("项目", 30), Heading("单位", 28),
    Heading("服务领域", 14), Heading("街道（镇）", 14), Heading("社区", 16), Heading("计划活动", 10),
    Heading("已开展", 10), Heading("服务人次", 10), Heading("服务人数", 10), Heading("志愿者人次", 11),
    Heading("志愿时长（小时）", 12), Heading("本月支出（元）", 14), Heading("累计支出（元）", 14),
    Heading("累计认定（元）", 14), Heading("资助金额（元）", 14), Heading("执行率", 10), Heading("提交时间", 18),
    Heading("是否逾期", 10), Heading("问题与求助", 50), Heading("下月计划", 50), Heading("媒体报道", 40),
]  # fmt: skip


def write_spending(project: Project, target: IO[bytes]) -> None:
    """Every payment, and what it adds up to by line; sums as formulas, so that they follow what is changed."""
    kept = ExpenseBook(project)
    book = Workbook(target)
    found = kept.findings(kept.expenses)
    rows = [_payment(kept, one, found[one.pk]) for one in kept.expenses]
    sheet = book.add_sheet("支出明细", PAYMENTS, rows)
    money = book.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
    if rows:
        last, sums = len(rows) + 1, {8: "amount", 12: "tax", 15: "recognised", 16: "not_recognised"}
        sheet.write_string(last, 7, "合计", book.bold)
        for column, name in sums.items():
            value = float(sum(getattr(one, name) for one in kept.expenses))
            _sum(sheet, last, column, money, value)
    groups = accounts(kept.plan.lines, kept.payments)
    lines = [account for group in groups for account in group.lines]
    sheet = book.add_sheet("收支对照", ACCOUNT, [])
    plain_money, rate = book.book.add_format({"num_format": "#,##0.00"}), book.book.add_format({"num_format": "0.0%"})
    for place, account in enumerate(lines, start=1):  # a row is written in one go: nothing is kept in memory
        row = place + 1
        book.write_row(sheet, place, _line(account))
        sheet.write_formula(place, 7, f"=E{row}-F{row}", plain_money, float(account.left))
        share = float(account.spent / account.planned) if account.planned else 0
        sheet.write_formula(place, 8, f'=IF(E{row}=0,"",F{row}/E{row})', rate, share)
    if lines:
        last = len(lines) + 1
        sheet.write_string(last, 2, "合计", book.bold)
        for column, name in enumerate(("original", "planned", "spent", "recognised", "left"), start=3):
            _sum(sheet, last, column, money, float(sum(getattr(one, name) for one in lines)))
    book.close()


def _sum(sheet: Any, last: int, column: int, style: Any, value: float) -> None:
    letter = chr(ord("A") + column)
    sheet.write_formula(last, column, f"=SUM({letter}2:{letter}{last})", style, value)


def _payment(kept: ExpenseBook, one: Expense, found: Iterable[Any]) -> list[Any]:
    return [
        one.spent_on, one.voucher, CATEGORIES[BudgetCategory(one.category)], kept.line_label(one.line_key),
        SOURCES[BudgetLine.Source(one.source)], one.summary, one.payee, METHODS[Expense.Method(one.method)], one.amount,
        one.invoice_number, one.sold_by if one.invoice_number else "", one.seller_code, one.tax or None,
        str(one.activity or ""), STATES[Expense.State(one.state)], one.recognised if one.is_decided else None,
        one.not_recognised if one.is_decided else None, one.answer, one.explanation,
        "" if one.is_decided else "；".join(finding.message for finding in found),
    ]  # fmt: skip


def _line(account: Any) -> list[Any]:
    line = account.line
    return [
        CATEGORIES[BudgetCategory(line.category)], line.item, SOURCES[BudgetLine.Source(line.source)],
        account.original, account.planned, account.spent, account.recognised,
    ]  # fmt: skip


def write_month_ledger(found: QuerySet[MonthlyReport], chosen: str, target: IO[bytes]) -> None:
    """The ledger, row by row as it is read from the database, with sums as formulas."""
    book = Workbook(target)
    sums = dict.fromkeys(range(8, 18), 0.0)
    rows = 0

    def lines() -> Iterable[list[Any]]:
        nonlocal rows
        for report in found.iterator(chunk_size=500):
            rows += 1
            cells = _month(report)
            for column in sums:
                sums[column] += float(cells[column] or 0)
            yield cells

    sheet = book.add_sheet("项目月度台账", LEDGER, lines())
    if rows:
        style = book.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1})
        whole = book.book.add_format({"num_format": "#,##0", "bold": True, "top": 1})
        sheet.write_string(rows + 1, 7, "合计", book.bold)
        for column in (8, 9, 10, 11, 12, 13, 14):
            letter = chr(ord("A") + column)
            number = whole if column < 13 else style
            sheet.write_formula(rows + 1, column, f"=SUM({letter}2:{letter}{rows + 1})", number, sums[column])
        sheet.autofilter(0, 0, rows, len(LEDGER) - 1)
    notes = [
        ("筛选条件", chosen or "全部"),
        ("口径", "人次按每次到场计，人数为本月去重人数；支出为受资助资金，已登记即计入。"),
        ("合计", "人数、累计支出、累计认定不跨月相加。"),
    ]
    book.add_sheet("说明", [Heading("事项", 16), Heading("内容", 90)], notes)
    book.close()


def _month(report: MonthlyReport) -> list[Any]:
    project = report.project
    place = project.community
    late = "逾期提交" if report.is_handed_in and report.is_late else "逾期未交" if report.is_late else ""
    return [
        f"{report.month:%Y-%m}", project.call.title, project.number, project.title, project.applicant.name,
        str(project.field or ""), place.street if place else "", place.name if place else "",
        report.activities_planned, report.activities_held, report.visits, report.persons, report.volunteers,
        report.volunteer_hours, report.spent, report.spent_in_all, report.recognised, report.award,
        report.rate / 100, report.handed_in_at, late, report.problems, report.plans, report.media,
    ]  # fmt: skip
