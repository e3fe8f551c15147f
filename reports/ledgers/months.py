"""The projects month by month (项目月度台账): what their monthly reports say. The funder's own."""

from collections.abc import Iterable
from typing import Any

from core.spreadsheets import COUNT, MOMENT, MONEY, NUMBER, PERCENT, Heading
from projects.models import MonthlyReport
from reports.ledgers.ledger import PROJECT, Asked, Rows, column, of_project, pieces, project_cells

COLUMNS = [
    column("月份", width=10), *PROJECT, column("计划活动", COUNT, adds_up=True), column("已开展", COUNT, adds_up=True),
    column("服务人次", COUNT, adds_up=True), column("服务人数", COUNT), column("志愿者人次", COUNT, 12, adds_up=True),
    column("志愿时长（小时）", NUMBER, 16, adds_up=True), column("本月支出（元）", MONEY, adds_up=True),
    column("累计支出（元）", MONEY), column("累计认定（元）", MONEY), column("资助金额（元）", MONEY),
    column("执行率", PERCENT), column("提交时间", MOMENT), column("是否逾期", width=10),
    column("问题与求助", width=50), column("下月计划", width=50), column("媒体报道", width=40),
]  # fmt: skip
NOTES = (
    ("口径", "人次按每次到场计，人数为本月去重人数；支出为受资助资金，已登记即计入。"),
    ("合计", "人数、累计支出、累计认定不跨月相加。"),
)


def columns(asked: Asked) -> list[Heading]:
    return COLUMNS


def found(asked: Asked) -> Any:
    """The monthly reports of the calls of this person's funders."""
    mine = MonthlyReport.objects.filter(project__in=asked.projects, funder__in=list(asked.user.roles))
    return asked.within(mine, "month")


def count(asked: Asked) -> int:
    return found(asked).count()


def rows(asked: Asked) -> Rows:
    return rows_of(found(asked), *asked.in_time("month"))


def rows_of(reports: Any, order: str = "month") -> Rows:
    """Of these reports, the newest month last."""
    batches: Iterable[list[MonthlyReport]] = pieces(of_project(reports), order)
    for batch in batches:
        for report in batch:
            yield _row(report)


def _row(report: MonthlyReport) -> list[Any]:
    late = "逾期提交" if report.is_handed_in and report.is_late else "逾期未交" if report.is_late else ""
    return [
        f"{report.month:%Y-%m}", *project_cells(report.project), report.activities_planned, report.activities_held,
        report.visits, report.persons, report.volunteers, report.volunteer_hours, report.spent, report.spent_in_all,
        report.recognised, report.award, report.rate / 100, report.handed_in_at, late, report.problems, report.plans,
        report.media,
    ]  # fmt: skip
