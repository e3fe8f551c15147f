"""The minutes of the meeting that decides on a call (会议纪要), as paper and as a table, and what came of its notice.

Minutes bear no seal (GB/T 9704 and the field guide, 3.4): who proposed and who approved stand in them with the hour,
and there is room for the hand of those who were there. In Chinese like every paper: see `documents`.
"""

from collections import Counter
from decimal import Decimal
from itertools import groupby
from typing import IO, Any, NamedTuple

from core.spreadsheets import Heading, Workbook
from evaluations.actions.decision import passed_over
from evaluations.models import Decision, DecisionLine
from projects.models import Objection
from projects.models.objection import ObjectionQuerySet
from reports.documents import Document, file_name

ZERO = Decimal("0.00")
Outcome = DecisionLine.Outcome
UNDECIDED = "未定"
OUTCOMES = {Outcome.SHORTLIST: "拟立项", Outcome.WAITLIST: "候补", Outcome.DECLINE: "不予立项"}
ABSTAINED = "路演缺席，视为弃权"
"""Also what the reason begins with unless somebody words it otherwise (`evaluations.actions.decision.suggested`)."""
STATES = {
    Decision.State.DRAFT: "草稿，尚未提请审批",
    Decision.State.PROPOSED: "待审批稿",
    Decision.State.APPROVED: "已审批，尚未公布",
    Decision.State.ANNOUNCED: "已公布",
}


class Group(NamedTuple):
    """The lines of one track."""

    track: str
    lines: list[tuple[DecisionLine, str, Decimal, str]]
    amount: Decimal

    @property
    def said(self) -> str:
        """How many of each outcome: 拟立项1项，候补1项."""
        found = Counter(outcome for _line, outcome, _cut, _why in self.lines)
        return "，".join(f"{name}{found[name]}项" for name in (*OUTCOMES.values(), UNDECIDED) if found[name])


def minutes(decision: Decision) -> Document:
    """Who met, what was decided on each project and why, who proposed and who approved it."""
    lines = _lines(decision)
    over = passed_over(decision)
    groups = [
        _group(track, list(each), over) for track, each in groupby(lines, key=lambda line: line.project.track.name)
    ]
    counts = [(name, sum(1 for line in lines if line.outcome == outcome)) for outcome, name in OUTCOMES.items()]
    number = f"{decision.call.code} {decision.held_on:%Y-%m-%d}"
    return Document(
        file_name("会议纪要", decision.call.title, decision.held_on.isoformat()),
        "pdf/minutes.html",
        {
            "title": f"{decision.call.title}立项评议会议纪要",
            "number": number,
            "author": decision.call.funder.name,
            "call": decision.call,
            "funder": decision.call.funder,
            "decision": decision,
            "people": [
                ("出席", _named(decision.present)),
                ("请假", _named(decision.absent)),
                ("列席", _named(decision.attending)),
            ],
            "groups": groups,
            "counts": counts,
            "total": decision.total,
            "state": "" if decision.state == Decision.State.ANNOUNCED else STATES[Decision.State(decision.state)],
        },
    )


def _lines(decision: Decision) -> list[DecisionLine]:
    related = ("project__applicant", "project__track", "project__call", "project__pitch_slot")
    return list(decision.lines.select_related(*related).prefetch_related("project__budget_lines"))


def _group(track: str, lines: list[DecisionLine], over: set[int]) -> Group:
    rows = [
        (line, OUTCOMES.get(Outcome(line.outcome), "") if line.outcome else UNDECIDED, _cut(line), _why(line, over))
        for line in lines
    ]
    return Group(track, rows, sum((line.amount or ZERO for line in lines), ZERO))


def _cut(line: DecisionLine) -> Decimal:
    """Yuan less than the group asked for: what the pre-check took and what the meeting took."""
    requested = line.project.amount_requested or ZERO
    return requested - line.amount if line.amount is not None else ZERO


def _why(line: DecisionLine, over: set[int]) -> str:
    """The reason that was given, after what must not be overlooked: an abstention, or a better place left behind."""
    marks = [ABSTAINED] if line.is_absent and not line.reason.startswith(ABSTAINED) else []
    if line.project_id in over:
        marks.append("名次在前而未入选")
    return "：".join([*marks, line.reason] if line.reason else marks)


def _named(text: str) -> str:
    """One a line as it was typed, in one line as minutes have it."""
    return "、".join(part.strip() for part in text.splitlines() if part.strip()) or "无"


LIST = [
    Heading("组别"), Heading("名次", 8), Heading("编号", 20), Heading("项目", 30), Heading("申报单位", 30),
    Heading("专家评分", 10), Heading("加分", 8), Heading("得分", 10), Heading("申请金额（元）", 14),
    Heading("决定", 10), Heading("拟资助金额（元）", 14), Heading("核减（元）", 14), Heading("理由", 40),
]  # fmt: skip


def write_minutes(decision: Decision, target: IO[bytes]) -> None:
    """The list with every amount, cut and reason, and the meeting, as a workbook."""
    book = Workbook(target)
    over = passed_over(decision)
    book.add_sheet("决定", LIST, (_row(line, over) for line in _lines(decision)))
    said = [
        ("批次", decision.call.title), ("会议日期", decision.held_on), ("地点", decision.place),
        ("主持人", decision.chair), ("出席", decision.present), ("列席", decision.attending),
        ("请假、缺席", decision.absent), ("会议内容", decision.minutes), ("给未入选单位的说明", decision.note),
        ("拟资助金额合计（元）", decision.total), ("状态", STATES[Decision.State(decision.state)]),
        ("提请人", str(decision.proposed_by or "")), ("提请时间", decision.proposed_at),
        ("审批人", str(decision.approved_by or "")), ("审批时间", decision.approved_at),
        ("公布时间", decision.announced_at),
    ]  # fmt: skip
    book.add_sheet("会议", [Heading("事项", 20), Heading("内容", 80)], said)
    book.close()


def _row(line: DecisionLine, over: set[int]) -> list[Any]:
    project = line.project
    bonus = None if line.score is None else line.bonus
    return [
        project.track.name, line.rank, project.number, project.title, project.applicant.name,
        line.base, bonus, line.score, project.amount_requested,
        OUTCOMES[Outcome(line.outcome)] if line.outcome else UNDECIDED, line.amount,
        _cut(line) if line.amount is not None else None, _why(line, over),
    ]  # fmt: skip


RULINGS = {
    Objection.Ruling.DISMISSED: "异议不成立，维持公示结果",
    Objection.Ruling.CORRECTED: "更正后重新公示",
    Objection.Ruling.UPHELD: "异议成立，取消资格",
    Objection.Ruling.RECONSIDER: "异议成立，重新评审或计算",
}
REGISTER = [
    Heading("编号", 16), Heading("批次", 30), Heading("公示", 16), Heading("项目", 30), Heading("收到时间", 18),
    Heading("核实时间", 18), Heading("开始核查", 18), Heading("处理期限", 12), Heading("处理决定", 24),
    Heading("处理理由", 60), Heading("处理时间", 18), Heading("处理人", 12),
]  # fmt: skip


def write_objections(found: ObjectionQuerySet, target: IO[bytes]) -> None:
    """The register of objections (异议台账), the latest first. It names nobody who objected."""
    book = Workbook(target)
    rows = found.select_related("project__call", "notice", "ruled_by").order_by("-arrived_at", "-pk")
    book.add_sheet("异议台账", REGISTER, (_register_row(one) for one in rows))
    book.close()


def _register_row(one: Objection) -> list[Any]:
    about = one.project.title if one.project else "公示整体"
    return [
        one.number, one.notice.call_title, one.notice.number, about, one.arrived_at, one.confirmed_at,
        one.examined_at, one.due_on, RULINGS[Objection.Ruling(one.ruling)] if one.ruling else "",
        one.reason, one.ruled_at, str(one.ruled_by or ""),
    ]  # fmt: skip
