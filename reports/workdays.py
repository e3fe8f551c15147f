"""The days of a notice period as a workbook (公示期工作日表): each day, whether it counts, and why; in Chinese."""

from typing import IO, Any

from core.spreadsheets import Heading, Workbook
from core.workdays import Day, days_of
from projects.models import Notice

DAYS = [
    Heading("日期", 12), Heading("星期", 8), Heading("是否计入", 10), Heading("第几个工作日", 12), Heading("原因", 40),
    Heading("依据", 40),
]  # fmt: skip
FACTS = [Heading("事项", 20), Heading("内容", 50)]
WHY = {
    "workday": "工作日", "makeup": "调休上班", "holiday": "节假日", "weekend": "周末",
    "first": "公示首日，按公告规定不计入",
}  # fmt: skip
CERTAIN, UNSURE = "国务院放假安排", "该年放假安排尚未全部公布，按周末和法定固定假日计算，可能变动"


def write_days(notice: Notice, target: IO[bytes]) -> None:
    """From the first day to the last as it is now, extended or not."""
    book = Workbook(target)
    days = days_of(notice.starts_on, notice.last_day, count_first_day=notice.counts_first_day)
    book.add_sheet("工作日", DAYS, (_row(day) for day in days))
    counts = "首日计入" if notice.counts_first_day else "自次日起算"
    facts: list[list[Any]] = [
        ["公示编号", notice.number], ["项目批次", notice.call_title], ["公示单位", notice.funder_name],
        ["开始", notice.starts_on], ["截止（发布时）", notice.ends_on], ["顺延至", notice.extended_until],
        ["工作日数", notice.workdays], ["起算", counts],
        ["本表计入天数", max(day.number for day in days)],
    ]  # fmt: skip
    book.add_sheet("说明", FACTS, facts)
    book.close()


def _row(day: Day) -> list[Any]:
    counted = day.number or None
    week = "周" + "一二三四五六日"[day.date.weekday()]
    sure = CERTAIN if day.is_certain else UNSURE
    return [day.date, week, "计入" if counted else "不计入", counted, WHY[day.kind], sure]
