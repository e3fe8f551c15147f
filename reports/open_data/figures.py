"""The lines of the statistics by query: proposals to closed calls, and the awards of `sources.awards`."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import translation

from core.money import round_half_up
from grants.models import Fund
from projects.models import Project, Report
from projects.models.state import BEFORE_AWARD, State
from reports.open_data import sources
from reports.open_data.layout import moment, number, stated
from reports.open_data.records import Publisher
from reports.open_data.statistics import Figures, Line, Row, Table, tables

BY = (
    *("call__fund__year", "call__code", "call__title", "call__fund__source"),
    *("community__district", "community__street", "field__name"),
)
TITLES = {"year": "按年度", "call": "按批次", "field": "按服务领域", "street": "按街道（镇）", "source": "按资金来源"}
MEASURES = {
    "proposals": ("收到的申报", "申报已截止的批次收到的申报（含后来撤回的）", "份", ""),
    "awardRate": ("立项率", "立项数占收到的申报；尚未决定的批次不列", "%", "proposals"),
    "awards": ("立项", "经公示并批准的立项（不含放弃立项的）", "个", ""),
    "amountRequested": ("申请金额", "立项项目申请的金额", "元", "awards"),
    "amountAwarded": ("资助金额", "批准的资助金额", "元", "awards"),
    "shareOfAwarded": ("资助占比", "本组资助金额占全部资助金额", "%", "amountAwarded"),
    "amountPaid": ("已拨付", "已拨付并扣除冲回的金额", "元", "awards"),
    "paidRate": ("拨付率", "已拨付占资助金额", "%", "amountAwarded"),
    "completed": ("已结项", "结项归档的项目", "个", "awards"),
    "completedRate": ("结项率", "已结项占立项", "%", "awards"),
    "visits": ("服务人次", "已结项项目结项报告中的服务人次（同一人每次都计），取整到十", "人次", "completed"),
}
"""Every figure: its name, what it is, its unit, and what it is part of or counted over."""
WITHHELD = "为避免认出个人，人次不足10、按街道或领域未获资助的申报不足5份的，不公布（及可由相减得出的其他组）。"


@dataclass(frozen=True)
class Statistics:
    """All tables, and the last change of the data that they count."""

    tables: list[Table]
    modified: datetime | None


def statistics() -> Statistics:
    """The statistics of today, in a fixed number of queries."""
    with translation.override(sources.LANGUAGE):
        return Statistics(tables(lines()), last_change())


SHOWN = 50
"""So many groups of a table stand on the page; the files have all."""


class Shown(NamedTuple):
    """What stands on the page: each table with its first groups, and how many it has."""

    tables: list[tuple[Table, int]]
    modified: datetime | None


def shown() -> Shown:
    """The page of the statistics: small enough to be kept."""
    found = statistics()
    tables = [(replace(table, rows=table.rows[:SHOWN]), len(table.rows)) for table in found.tables]
    return Shown(tables, found.modified)


def last_change() -> datetime | None:
    """When anything that is counted last changed: the data, or one proposal more was handed in."""
    moments = (sources.last_change(), _proposals().aggregate(last=Max("submitted_at"))["last"])
    return max((at for at in moments if at), default=None)


def _proposals() -> QuerySet[Project]:
    return Project.objects.all().counted_in_public().order_by()


def lines() -> list[Line]:
    """One line for each combination that occurs, sorted: newest year first, then call, source, street and field."""
    found: dict[tuple, Figures] = {}
    undecided = Count("pk", filter=Q(state__in=BEFORE_AWARD))
    for values in _proposals().values_list(*BY).annotate(Count("pk"), undecided=undecided):
        found[values[: len(BY)]] = Figures(proposals=values[-2], undecided=values[-1])
    for values in _of_awards():
        key, (awards, requested, awarded, paid, completed, visits) = values[: len(BY)], values[len(BY) :]
        given = Figures(0, awards, 0, _sum(requested), _sum(awarded), _sum(paid), completed, visits or 0)
        found[key] = found.get(key, Figures()) + given
    return sorted((_line(key, figures) for key, figures in found.items()), key=_place)


def _sum(amount: Decimal | None) -> Decimal:
    return round_half_up(amount or Decimal(0))  # SQLite adds up in binary


def _of_awards() -> QuerySet:
    closing = Report.objects.filter(project=OuterRef("pk"), kind=Report.Kind.CLOSING).order_by("-submitted_at", "-pk")
    is_completed = Q(state=State.COMPLETED)
    awards = sources.awards().order_by().annotate(reached=Subquery(closing.values("visits")[:1]))
    return awards.values_list(*BY).annotate(
        Count("pk"),
        Sum("amount_requested"),
        Sum("amount_awarded"),
        Sum("amount_paid"),
        completed=Count("pk", filter=is_completed),
        visits=Sum("reached", filter=is_completed),
    )


def _line(key: tuple, figures: Figures) -> Line:
    year, code, title, source, district, street, field = key
    place = f"{district}{street}" if street else ""
    return Line(year, code, title, str(Fund.Source(source).label), place, field or "", figures)


def _place(line: Line) -> tuple:
    return -line.year, line.call, line.source, line.street == "", line.street, line.field == "", line.field


# -- As data ---------------------------------------------------------------------------------------

NOT_STATED = "未注明"


def as_json(found: Statistics, publisher: Publisher) -> dict[str, Any]:
    """The statistics as one object; withheld figures are null and named in `withheld`."""
    return {
        "publisher": publisher.name,
        "license": publisher.licence,
        "currency": "CNY",
        "modified": moment(found.modified) if found.modified else None,
        "measures": {
            key: stated(label=label, definition=words, unit=unit, denominator=over)
            for key, (label, words, unit, over) in MEASURES.items()
        },
        "withholding": WITHHELD,
        "tables": [
            {
                "key": table.key,
                "title": TITLES[table.key],
                "rows": [_row(one, one.key, one.label or NOT_STATED) for one in table.rows],
                "total": _row(table.total, "total", "合计"),
            }
            for table in found.tables
        ],
    }


def _row(one: Row, key: str, label: str) -> dict[str, Any]:
    return {"key": key, "label": label, **figures_of(one), "withheld": one.withheld}


def figures_of(one: Row) -> dict[str, int | float | None]:
    """The figures of a row by the names of `MEASURES`."""
    return {
        "proposals": one.proposals,
        "awardRate": number(one.award_rate),
        "awards": one.awards,
        "amountRequested": number(one.requested),
        "amountAwarded": number(one.awarded),
        "shareOfAwarded": number(one.share),
        "amountPaid": number(one.paid),
        "paidRate": number(one.paid_rate),
        "completed": one.completed,
        "completedRate": number(one.completed_rate),
        "visits": one.visits,
    }


def as_lines(found: Statistics) -> tuple[list[str], list[list[Any]]]:
    """The statistics as one flat table: a row for each group of each kind, and the totals."""
    heads = [f"{label}（{unit}）" for label, _words, unit, _over in MEASURES.values()]
    rows = []
    for table in found.tables:
        for one, label in [*((one, one.label or NOT_STATED) for one in table.rows), (table.total, "合计")]:
            figures = ["不公布" if value is None and _is_withheld(name, one) else value
                       for name, value in figures_of(one).items()]  # fmt: skip
            rows.append([TITLES[table.key], label, *figures])
    return ["统计方式", "分组", *heads], rows


def _is_withheld(name: str, one: Row) -> bool:
    return name in one.withheld or (name == "awardRate" and "proposals" in one.withheld)
