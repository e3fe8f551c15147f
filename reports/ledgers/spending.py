"""Payments and months as tables: the book of a project, the funder's ledger (台账)."""

from collections.abc import Iterable
from typing import IO, Any

from core.spreadsheets import Heading, Workbook
from grants.models import BudgetCategory
from projects.expense_facts import ExpenseBook
from projects.models import BudgetLine, Expense, Project
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
