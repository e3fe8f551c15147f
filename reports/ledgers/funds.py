"""The ledger of a fund and the lists for the bank, as tables. Like all papers they are in Chinese."""

from collections.abc import Iterator
from typing import IO, Any

from core.spreadsheets import Heading, Workbook, csv_lines
from grants.models import Fund, LedgerCorrection, LedgerEntry
from grants.movements import MOVES, account_of
from grants.statement import statement
from projects.models import BankList, Project

LEDGER = [
    Heading("序号", 6), Heading("时间", 18), Heading("类型", 14), Heading("项目编号", 20), Heading("期次", 8),
    Heading("金额（元）", 14), Heading("从", 10), Heading("到", 10), Heading("摘要", 40), Heading("冲销的序号", 10),
    Heading("经办人", 12), Heading("可用（元）", 14), Heading("拟立项占用（元）", 16), Heading("已签约未拨（元）", 16),
    Heading("已拨（元）", 14),
]  # fmt: skip
PLACES = {"": "资金外", "free": "可用", "reserved": "拟立项占用", "committed": "已签约", "paid": "已拨付"}
PROJECTS = [
    Heading("项目编号", 20), Heading("项目", 30), Heading("状态", 14), Heading("核定资助（元）", 16),
    Heading("拟立项占用（元）", 16), Heading("已签约未拨（元）", 16), Heading("已拨（元）", 14),
    Heading("已退回（元）", 14), Heading("项目记录的已拨（元）", 18), Heading("是否一致", 10),
]  # fmt: skip
CORRECTIONS = [
    Heading("申请时间", 18), Heading("申请人", 12), Heading("原分录金额（元）", 16), Heading("正确金额（元）", 16),
    Heading("理由", 40), Heading("结果", 10), Heading("决定人", 12), Heading("决定时间", 18), Heading("答复", 30),
]  # fmt: skip
BANK = [
    Heading("序号", 6), Heading("收款人户名", 30), Heading("账号", 26), Heading("开户行", 30),
    Heading("金额（元）", 14), Heading("用途", 40), Heading("项目编号", 20),
]  # fmt: skip
ANSWER = [Heading("结果", 10), Heading("流水号", 20), Heading("日期", 12), Heading("失败原因", 30)]
"""Columns that the bank, or whoever keys in its answer, fills in; read by `projects.bank_returns`."""


def ledger_rows(fund: Fund) -> Iterator[list[Any]]:
    """Every entry, oldest first, with what stood where after it."""
    numbers: dict[int, int] = {}
    for number, (entry, after) in enumerate(statement(fund.entries.all()), start=1):
        numbers[entry.pk] = number
        source, target = MOVES[entry.kind]
        takes_back = numbers.get(entry.corrects_id) if entry.corrects_id else None
        yield [
            number, entry.at, entry.get_kind_display(), entry.reference, entry.part, entry.amount, PLACES[source],
            PLACES[target], entry.memo, takes_back, entry.by.name, after.free, after.reserved, after.committed,
            after.paid,
        ]  # fmt: skip


def _project_rows(fund: Fund) -> Iterator[list[Any]]:
    """Each project in the fund: what the ledger says of it, beside what the project itself says."""
    sums: dict[str, list[tuple[str, Any]]] = {}
    entries = LedgerEntry.objects.filter(fund=fund).exclude(reference="").order_by()
    for reference, kind, amount in entries.values_list("reference", "kind", "amount"):
        sums.setdefault(reference, []).append((kind, amount))
    projects = {project.number: project for project in Project.objects.filter(number__in=sums)}
    for reference in sorted(sums):
        account, project = account_of(sums[reference]), projects.get(reference)
        yield [
            reference, project.title if project else "（没有这个项目）", project.get_state_display() if project else "",
            project.amount_awarded if project else None, account.reserved, account.committed, account.paid_out,
            account.returned, project.amount_paid if project else None,
            "是" if project and project.amount_paid == account.paid_out else "否",
        ]  # fmt: skip


def _correction_rows(fund: Fund) -> Iterator[list[Any]]:
    found = LedgerCorrection.objects.filter(entry__fund=fund).select_related("entry", "asked_by", "decided_by")
    for one in found.order_by("asked_at", "pk"):
        outcome = "待定" if one.is_open else "同意" if one.is_approved else "不同意"
        decided = one.decided_by.name if one.decided_by else ""
        yield [
            one.asked_at, one.asked_by.name, one.entry.amount, one.right_amount, one.reason, outcome, decided,
            one.decided_at, one.answer,
        ]  # fmt: skip


def write_ledger(fund: Fund, target: IO[bytes]) -> None:
    """The ledger, the projects in it, and the corrections: a sheet each."""
    book = Workbook(target)
    book.add_sheet("资金台账", LEDGER, ledger_rows(fund))
    book.add_sheet("分项目", PROJECTS, _project_rows(fund))
    book.add_sheet("更正", CORRECTIONS, _correction_rows(fund))
    book.close()


def ledger_lines(fund: Fund) -> Iterator[str]:
    return csv_lines([heading.label for heading in LEDGER], ledger_rows(fund))


def bank_rows(bank_list: BankList) -> Iterator[list[Any]]:
    """The lines as the bank wants them: what is still to be paid, or all when the bank has answered."""
    lines = list(bank_list.lines.all())
    for line in [line for line in lines if line.is_at_bank] or lines:
        yield [
            line.ordinal, line.account_name, line.account, line.bank_name, line.amount, line.purpose,
            line.project_number,
        ]  # fmt: skip


def write_bank_list(bank_list: BankList, target: IO[bytes]) -> None:
    """The list with its total, and empty columns for the answer."""
    book, rows = Workbook(target), list(bank_rows(bank_list))
    total = [None, "合计", None, None, sum(row[4] for row in rows), f"共{len(rows)}笔 · 清单号{bank_list.number}"]
    book.add_sheet(f"付款清单{bank_list.number}", [*BANK, *ANSWER], [*rows, total])
    book.close()


def bank_lines(bank_list: BankList) -> Iterator[str]:
    rows = list(bank_rows(bank_list))
    total = ["", "合计", "", "", sum(row[4] for row in rows), f"共{len(rows)}笔 · 清单号{bank_list.number}", ""]
    return csv_lines([heading.label for heading in BANK], [*rows, total])
