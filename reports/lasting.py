"""What lasts and the indicators as tables; in Chinese like every paper: see `documents`."""

from collections.abc import Sequence
from typing import IO

from django.db.models import QuerySet

from core.spreadsheets import Heading, Workbook
from grants.models import Call
from projects.indicator_facts import Scope, facts_of
from projects.indicators import Unit, indicators
from projects.lasting import Lasting, lasting_in_turn
from projects.models import FollowUp
from projects.survival import Fate

CALLS = [
    Heading("批次", 36), Heading("立项项目", 10), Heading("实施中（不计）", 12), Heading("已结束（分母）", 12),
    Heading("仍在开展", 10), Heading("结项后停止", 10), Heading("中途终止", 10), Heading("失联", 8),
    Heading("尚未回访", 10), Heading("坚持率%（占全部已结束）", 16), Heading("有结果的项目（分母）", 14),
    Heading("坚持率%（占有结果的）", 16),
]  # fmt: skip
ROUNDS = [
    Heading("批次", 36), Heading("时间", 14), Heading("已发问", 10), Heading("仍在开展", 10), Heading("已停止", 10),
    Heading("失联", 8), Heading("等待答复", 10),
]  # fmt: skip
PROJECTS = [
    Heading("批次", 36), Heading("编号", 20), Heading("项目", 30), Heading("申报单位", 30), Heading("现状", 14),
    Heading("形式", 20), Heading("回访日期", 12), Heading("回访方式", 12), Heading("每月参加人数", 12),
    Heading("资金来源", 36), Heading("需要什么", 40), Heading("情况", 50),
]  # fmt: skip
FATES = {
    Fate.ACTIVE: "仍在开展",
    Fate.STOPPED: "已停止",
    Fate.TERMINATED: "中途终止",
    Fate.SILENT: "失联",
    Fate.NOT_ASKED: "尚未回访",
}
FORMS = {"same": "同一项目", "regular": "已常态化", "changed": "换了形式", "stopped": "已停止"}
HOW = {"link": "单位自填", "phone": "电话", "visit": "走访"}
MONEY = {
    "none": "不用钱", "members": "成员自筹", "fees": "参加者交费", "community": "社区、街道", "public": "其他公共资金",
    "givers": "企业、基金会、捐赠",
}  # fmt: skip
FIGURES = [
    Heading("范围", 36), Heading("指标", 30), Heading("数值", 12), Heading("单位", 10), Heading("分子", 14),
    Heading("分母", 14), Heading("定义", 70), Heading("来源", 50), Heading("说明", 50),
]  # fmt: skip
UNITS = {
    Unit.PERCENT: "%", Unit.DAYS: "天", Unit.WORKDAYS: "工作日", Unit.GROUPS: "家", Unit.PAPERS: "件", Unit.TIMES: "次",
}  # fmt: skip


def write_survival(found: QuerySet[Call], target: IO[bytes]) -> None:
    """By call, by date, project by project: read once a sheet, so that nothing of it has to be kept."""
    book = Workbook(target)
    calls = []
    for line in lasting_in_turn(found.iterator()):
        f = line.figures
        calls.append(
            [line.call.title, f.funded, f.under_way, f.ended, f.active, f.stopped, f.terminated, f.silent, f.not_asked,
             f.rate, f.known, f.rate_of_known]
        )  # fmt: skip
    book.add_sheet("坚持率", CALLS, calls)
    rounds = (
        [line.call.title, f"结项后{one.months}个月", one.asked, one.active, one.stopped, one.silent, one.waiting]
        for line in lasting_in_turn(found.iterator())
        for one in line.rounds
    )
    book.add_sheet("按时间", ROUNDS, rounds)
    book.add_sheet(
        "按项目",
        PROJECTS,
        (_project(line, *one) for line in lasting_in_turn(found.iterator()) for one in line.projects),
    )
    book.close()


def _project(line: Lasting, project, fate: Fate, seen: FollowUp | None) -> list:
    head = [line.call.title, project.number, project.title, project.applicant.name, FATES[fate]]
    if seen is None:
        return [*head, *[None] * 7]
    money = "、".join(MONEY[one] for one in seen.money if one in MONEY)
    return [*head, FORMS[seen.form], seen.seen_on, HOW[seen.how], seen.people, money, seen.needs, seen.note]


def write_indicators(found: Sequence[Scope], target: IO[bytes]) -> None:
    """Every indicator of every scope with its base."""
    book = Workbook(target)
    rows = []
    for scope in found:
        for one in indicators(facts_of(scope)):
            said = "；".join(str(part) for part in (one.missing and f"未知：{one.missing}", one.note) if part)
            rows.append(
                [scope.label, str(one.label), one.value, UNITS[one.unit], one.numerator, one.denominator,
                 str(one.definition), str(one.source), said]
            )  # fmt: skip
    book.add_sheet("指标", FIGURES, rows)
    book.close()
