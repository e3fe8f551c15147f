"""Who judged, who did not and why, as a workbook (专家分派与回避); in Chinese like all papers."""

from collections.abc import Iterator
from typing import IO, Any

from django.db.models import QuerySet

from core.spreadsheets import Heading, Workbook
from evaluations.models import Assignment, Conflict, Draw, Purpose, Reduction
from grants.models import Call

ASSIGNMENTS = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("分派人"), Heading("分派时间", 16),
    Heading("利害关系申报", 16), Heading("申报内容", 30), Heading("评分表", 10), Heading("回避时间", 16),
    Heading("回避理由", 40), Heading("缺席时间", 16), Heading("缺席理由", 40),
]  # fmt: skip
CONFLICTS = [
    Heading("编号", 20), Heading("项目", 30), Heading("专家"), Heading("发现时间", 16), Heading("发现的情况", 50),
    Heading("处理", 16), Heading("理由", 40), Heading("处理人"), Heading("处理时间", 16),
]  # fmt: skip
LOADS = [Heading("专家"), Heading("项目数", 8), Heading("回避数", 8), Heading("缺席数", 8)]
DRAWS = [
    Heading("事项"), Heading("种子", 36), Heading("时间", 16), Heading("采用", 8), Heading("输入", 60),
    Heading("结果", 60),
]  # fmt: skip


def write_panels(call: Call, target: IO[bytes]) -> None:
    """Assignments with declarations and recusals, the experts' loads, conflicts with their decisions, and the lots."""
    asked = Assignment.objects.filter(project__call=call, purpose=Purpose.REVIEW).order_by("project__number", "pk")
    asked = asked.select_related("project", "person", "assigned_by", "declaration", "sheet")
    found = Conflict.objects.filter(assignment__project__call=call).order_by("found_at", "pk")
    found = found.select_related("assignment__project", "assignment__person", "decided_by")
    book = Workbook(target)
    book.add_sheet("分派与回避", ASSIGNMENTS, (_assignment(one) for one in asked))
    book.add_sheet("专家工作量", LOADS, _loads(asked))
    fewer = Reduction.objects.filter(project__call=call).select_related("project", "asked_by", "decided_by")
    book.add_sheet("减员评审", REDUCTIONS, (_reduction(one) for one in fewer))
    book.add_sheet("利害关系", CONFLICTS, (_conflict(one) for one in found))
    book.add_sheet("抽签与分派计算", DRAWS, (_draw(one) for one in call.draws.order_by("pk")))
    book.close()


def _assignment(one: Assignment) -> list[Any]:
    declared = getattr(one, "declaration", None)
    said = "未申报" if declared is None else (declared.get_tie_display() or "无利害关系")
    state = "已提交" if one.is_submitted else "草稿" if hasattr(one, "sheet") else "未开始"
    return [
        one.project.number, one.project.title, str(one.person), str(one.assigned_by), one.assigned_at, said,
        declared.words if declared else "", state, one.recused_at, one.recusal_reason, one.absent_at,
        one.absence_reason,
    ]  # fmt: skip


def _loads(asked: QuerySet[Assignment]) -> Iterator[list[Any]]:
    loads: dict[Any, list[int]] = {}
    for one in asked:
        counts = loads.setdefault(one.person, [0, 0, 0])
        counts[1 if one.recused_at else 2 if one.is_absent else 0] += 1
    for person, counts in sorted(loads.items(), key=lambda item: (-item[1][0], str(item[0]))):
        yield [str(person), *counts]


REDUCTIONS = [
    Heading("编号", 20), Heading("项目", 30), Heading("评委人数", 8), Heading("事由", 40), Heading("申请人"),
    Heading("申请时间", 16), Heading("决定", 8), Heading("答复", 40), Heading("决定人"), Heading("决定时间", 16),
]  # fmt: skip


def _reduction(one: Reduction) -> list[Any]:
    said = {True: "同意", False: "不同意"}.get(one.granted, "待决定")
    return [
        one.project.number, one.project.title, one.judges, one.reason, str(one.asked_by), one.asked_at, said,
        one.answer, str(one.decided_by or ""), one.decided_at,
    ]  # fmt: skip


def _conflict(one: Conflict) -> list[Any]:
    project = one.assignment.project
    return [
        project.number, project.title, str(one.assignment.person), one.found_at, one.found,
        one.get_decision_display() or "待处理", one.reason, str(one.decided_by or ""), one.decided_at,
    ]  # fmt: skip


def _draw(one: Draw) -> list[Any]:
    taken = {True: "是", False: "否"}.get(one.taken, "")
    return [one.get_kind_display(), one.seed, one.drawn_at, taken, str(one.items), str(one.outcome)]
