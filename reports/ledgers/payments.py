"""What was paid (拨付台账), by the fund's ledger, and what was given to the bank (付款清单台账)."""

from decimal import Decimal
from typing import Any

import rules

from core.masking import mask_account
from core.spreadsheets import COUNT, DAY, MOMENT, MONEY, Heading
from grants.models import LedgerEntry
from projects.models import BankList, BankListLine, Project, Tranche
from reports.ledgers.fund_statement import SOURCES
from reports.ledgers.ledger import PROJECT, Asked, Rows, column, month_of, pieces, project_cells

KINDS = {"pay": "拨付", "reverse": "冲回"}
COLUMNS = [
    column("月份", width=10), column("入账时间", MOMENT), column("类型", width=8), column("资金", width=30),
    column("来源", width=16), *PROJECT, column("收款单位", width=30), column("期次", width=8),
    column("金额（元）", MONEY, adds_up=True), column("银行日期", DAY), column("银行流水号", width=24),
]  # fmt: skip
NOTES = (
    ("金额", "按资金台账；冲回的为负数，合计即净拨付，与资金收支表的“拨付”一致。"),
    ("期次", "“2-2”为第2期的第二次拨付（第一次被退回）。"),
)
OUTCOMES = {"": "银行处理中", "paid": "已付", "failed": "未付成", "returned": "付后退回", "withdrawn": "已撤回"}
BANK = [
    column("清单号", width=16), column("制单时间", MOMENT), column("序号", COUNT, 8), column("收款人户名", width=30),
    column("开户行", width=30), column("账号", width=26), column("金额（元）", MONEY, adds_up=True),
    column("用途", width=40), column("项目编号", width=20), column("项目", width=32), column("资金", width=30),
    column("结果", width=12), column("银行日期", DAY), column("银行流水号", width=24), column("原因", width=30),
]  # fmt: skip
BANK_NOTES = (
    ("账号", "只有出资单位财务看到完整账号，其他人看到后四位。交银行的清单请在“付款清单”页面下载。"),
    ("金额", "清单上的每一笔，含未付成和撤回的；按“结果”筛选后，合计随之改变。"),
)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    entries = LedgerEntry.objects.filter(kind__in=KINDS, reference__in=asked.projects.order_by().values("number"))
    return asked.within(entries, "at")


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    for batch in pieces(found(asked).select_related("fund"), *asked.in_time("at")):
        numbers = {entry.reference for entry in batch}
        projects = {one.number: one for one in Project.objects.filter(number__in=numbers).with_names().select_related(
            "host")}  # fmt: skip
        parts = {(one.project_id, one.part): one for one in Tranche.objects.filter(project__number__in=numbers)}
        for entry in batch:
            project = projects[entry.reference]
            yield _row(entry, project, parts.get((project.pk, entry.part)))


def _row(entry: LedgerEntry, project: Project, tranche: Tranche | None) -> list[Any]:
    is_paid = tranche is not None and entry.kind == "pay" and tranche.paid_on is not None
    amount: Decimal = entry.amount if entry.kind == "pay" else -entry.amount
    return [
        month_of(entry.at), entry.at, KINDS[entry.kind], str(entry.fund), SOURCES[entry.fund.source],
        *project_cells(project), project.payee.name, entry.part, amount,
        tranche.paid_on if tranche and is_paid else None, tranche.bank_reference if tranche and is_paid else "",
    ]  # fmt: skip


def bank_columns(asked: Asked) -> list[Heading]:
    return BANK


def bank_found(asked: Asked) -> Any:
    lists = asked.within(BankList.objects.visible_to(asked.user), "made_at")
    return BankListLine.objects.filter(bank_list__in=lists, tranche__project__in=asked.projects)


def bank_count(asked: Asked) -> int:
    return bank_found(asked).count()


def bank_rows(asked: Asked) -> Rows:
    related = bank_found(asked).select_related("bank_list__fund", "tranche__project")
    for batch in pieces(related, *asked.in_time("bank_list_id", "ordinal")):
        for line in batch:
            fund = line.bank_list.fund
            sees_all = rules.has_perm("projects.see_list_accounts", asked.user, line.bank_list)
            yield [
                line.bank_list.number, line.bank_list.made_at, line.ordinal, line.account_name, line.bank_name,
                line.account if sees_all else mask_account(line.account), line.amount, line.purpose,
                line.project_number, line.tranche.project.title, str(fund), OUTCOMES[line.outcome], line.settled_on,
                line.reference, line.reason,
            ]  # fmt: skip
