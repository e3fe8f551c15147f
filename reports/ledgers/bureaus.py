"""The ledger of the bureaus of a region (辖区单位汇总): figures of each, for those above; no names, no drafts."""

from typing import Any

from core.spreadsheets import COUNT, MONEY, Heading
from people.models import Organization, Region
from reports.bureaus import figures_of
from reports.ledgers.ledger import BATCH, Asked, Rows, column

COLUMNS = [
    column("单位", width=30), column("区划代码", width=14), column("区划", width=16),
    column("已截止批次", COUNT, adds_up=True), column("申报项目", COUNT, adds_up=True),
    column("立项项目", COUNT, adds_up=True), column("立项金额（元）", MONEY, adds_up=True),
    column("已拨（元）", MONEY, adds_up=True), column("结项项目", COUNT, adds_up=True),
]  # fmt: skip
NOTES = (
    ("范围", "只计申报已截止的批次。项目归资助单位，不论在哪里实施。"),
    ("内容", "只有汇总数据，没有姓名和草稿；各单位的项目由其自行办理。"),
)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    """One's own bureaus and those further down."""
    regions = [region for region in asked.user.bureaus.values() if region]
    own = Organization.objects.filter(pk__in=list(asked.user.bureaus))
    return own | Organization.objects.below(*regions)


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    bureaus = list(found(asked).order_by("region", "pk"))
    names = dict(Region.objects.filter(code__in=[one.region for one in bureaus]).values_list("code", "name"))
    for start in range(0, len(bureaus), BATCH):
        for row in figures_of(bureaus[start : start + BATCH]):
            one = row["bureau"]
            figures = [row[name] for name in ("calls", "received", "funded", "awarded", "paid", "completed")]
            yield [one.name, one.region, names.get(one.region, ""), *figures]
