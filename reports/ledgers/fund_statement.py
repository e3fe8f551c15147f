"""The fund statement (资金收支表): of each fund and month what stood there, came, went, and stands there.

Every figure is a sum over the ledger by `grants.movements`, as on the page of the fund: so both agree to the fen.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.db.models.functions import TruncMonth

from core import clock
from core.money import round_half_up
from core.spreadsheets import MONEY, Heading
from grants.forms.funds import funds_asked_for
from grants.models import Fund, LedgerEntry
from grants.movements import ZERO, balance_of
from reports.ledgers.ledger import Asked, Rows, column

SOURCES = {
    Fund.Source.BUDGET: "财政预算",
    Fund.Source.LOTTERY: "福利彩票公益金",
    Fund.Source.COMMUNITY: "社区公益基金",
    Fund.Source.DEPARTMENT: "部门资金",
    Fund.Source.ENTERPRISE: "企业",
    Fund.Source.FOUNDATION: "基金会",
}
COLUMNS = [
    column("资金", width=32), column("来源", width=16), column("年度", width=8), column("月份", width=10),
    column("期初结余（元）", MONEY), column("收入（元）", MONEY, adds_up=True),
    column("其中利息（元）", MONEY, adds_up=True), column("新签约（元）", MONEY, adds_up=True),
    column("拨付（元）", MONEY, adds_up=True), column("退回（元）", MONEY, adds_up=True),
    column("期末结余（元）", MONEY, formula="{期初结余（元）}+{收入（元）}-{拨付（元）}+{退回（元）}"),
    column("其中拟立项占用（元）", MONEY, 20), column("其中已签约未拨（元）", MONEY, 20),
    column("其中可用（元）", MONEY),
]  # fmt: skip
NOTES = (
    ("结余", "还在资金账上的钱：可用、拟立项占用与已签约未拨之和。期初、期末结余不跨月相加。"),
    ("收入", "下达的资金和利息，已减去更正。"),
    ("拨付、退回", "拨付已减去冲回的；退回含主动退回和追回。按入账的月份。"),
    ("新签约", "当月签约占用减去当月释放。"),
)
NET = {
    "income": {"allocate": 1, "interest": 1, "unallocate": -1},
    "committed": {"commit": 1, "decommit": -1},
    "paid": {"pay": 1, "reverse": -1},
    "returned": {"refund": 1, "clawback": 1, "unrefund": -1},
}
Sums = dict[str, Decimal]


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> list[Fund]:
    given = {name: asked.given[name] for name in ("source", "year", "call") if asked.given.get(name)}
    return list(
        funds_asked_for(Fund.objects.visible_to(asked.user), **given).order_by(*asked.in_time("year"), "name", "pk")
    )


def count(asked: Asked) -> int:
    return sum(1 for _row in rows(asked))


def rows(asked: Asked) -> Rows:
    funds = found(asked)
    sums = _by_month(funds)
    for fund in funds:
        yield from _fund(fund, sums.get(fund.pk, {}), asked)


def _fund(fund: Fund, months: dict[date, Sums], asked: Asked) -> Rows:
    """Every month from the first entry on, whether something happened or not, until today or the end of the period."""
    if not months:
        return
    today = clock.today()
    last = asked.until or max(max(months), date(today.year, today.month, 1))
    so_far: list[tuple[str, Decimal]] = []
    opening = ZERO
    for month in _months(min(months), last):
        moved = months.get(month, {})
        so_far += [(kind, amount) for kind, amount in moved.items() if kind != "interest taken back"]
        balance = balance_of(so_far)
        net = {name: sum((sign * moved.get(kind, ZERO) for kind, sign in kinds.items()), ZERO)
               for name, kinds in NET.items()}  # fmt: skip
        interest = moved.get("interest", ZERO) - moved.get("interest taken back", ZERO)
        closing = balance.free + balance.reserved + balance.committed
        if asked.since is None or month >= date(asked.since.year, asked.since.month, 1):
            yield [
                fund.name, SOURCES[Fund.Source(fund.source)], str(fund.year), f"{month:%Y-%m}", opening,
                net["income"], interest, net["committed"], net["paid"], net["returned"], closing,
                balance.reserved, balance.committed, balance.free,
            ]  # fmt: skip
        opening = closing


def _by_month(funds: list[Fund]) -> dict[int, dict[date, Sums]]:
    """Yuan by fund, month and kind; how much of the corrections is of interest stands beside. One query."""
    found: dict[int, dict[date, Sums]] = {}
    entries = LedgerEntry.objects.filter(fund__in=funds).order_by().annotate(month=TruncMonth("at"))
    lines: Any = entries.values_list("fund", "month", "kind", "corrects__kind").annotate(Sum("amount"))
    for fund, month, kind, corrected, amount in lines:
        sums = found.setdefault(fund, {}).setdefault(clock.localdate(month), {})
        for name in (kind, "interest taken back") if corrected == "interest" else (kind,):
            sums[name] = sums.get(name, ZERO) + round_half_up(amount)  # SQLite adds up in binary
    return found


def _months(first: date, last: date) -> Iterator[date]:
    month = date(first.year, first.month, 1)
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
