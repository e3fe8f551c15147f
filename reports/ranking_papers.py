"""The ranking of a call as a paper to be signed by those who reviewed it (评审排名表). In Chinese: see `documents`."""

from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.utils import translation

from evaluations.standings import Standing, standings
from grants.models import Call
from reports.documents import Document, file_name

ZERO = Decimal("0.00")


class Line(NamedTuple):
    """One project in its place, and what must be known to read it."""

    standing: Standing
    requested: Decimal
    remark: str


class Group(NamedTuple):
    """The projects of one track."""

    track: str
    lines: list[Line]
    requested: Decimal


def ranking(call: Call) -> Document:
    """Every project of the review with its place; those whose panel is not whole have none, and the paper says so."""
    with translation.override("zh-hans"):  # what decides between equals is named by the words of the screen
        rows = standings(call)
        ties = [str(tie) for tie in call.tie_breaks.select_related("criterion")]
        groups = [_group(track, list(each)) for track, each in groupby(rows, key=lambda row: row.project.track.name)]
    waiting = sum(not row.is_complete for row in rows)
    return Document(
        file_name("评审排名表", call.code, call.title),
        "pdf/ranking.html",
        {
            "title": "评审排名表",
            "number": call.code,
            "author": call.funder.name,
            "call": call,
            "groups": groups,
            "waiting": waiting,
            "is_tied": any(row.is_tied for row in rows),
            "ties": ties or ["各评分项平均分（按评分表先后）", "申请金额少者在前"],
            "bonuses": [(str(rule), rule.most) for rule in call.bonus_rules.all()],
            "lot": call.draws.filter(kind="tie").first(),
            "projects": len(rows),
        },
    )


def _group(track: str, rows: list[Standing]) -> Group:
    lines = [Line(row, row.project.amount_requested or ZERO, _remark(row)) for row in rows]
    return Group(track, lines, sum((line.requested for line in lines), ZERO))


def _remark(row: Standing) -> str:
    if row.is_absent:
        return "路演缺席，视为弃权"
    if not row.is_complete:
        return f"评分表{len(row.sheets)}份，应有{row.expected}份"
    if row.is_tied:
        return "同分，待抽签"
    return f"抽签第{row.lot}位" if row.lot else ""
