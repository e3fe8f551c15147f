"""Papers of giving: the receipt, a meeting's schedule, the letter of intent, the ledger of pairs.

In Chinese like every paper: see `documents`.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import IO, Any

from django.db.models import QuerySet

from core.spreadsheets import Heading, Workbook
from people.models import Kind
from projects.models import Gift, IntentLetter, Meeting, MeetingTalk, Pledge
from projects.pairs import sums_of
from reports.documents import Document, file_name
from reports.wording import KINDS

GIVEN = {
    Pledge.Kind.MONEY: "资金",
    Pledge.Kind.GOODS: "物资",
    Pledge.Kind.VENUE: "场地",
    Pledge.Kind.HOURS: "服务工时",
}
BASES = {
    "": "",
    Pledge.Basis.MARKET: "市场价",
    Pledge.Basis.INVOICE: "发票",
    Pledge.Basis.APPRAISAL: "评估",
    Pledge.Basis.WAGE: "小时最低工资",
    Pledge.Basis.LIST: "捐赠方价目",
}
STATES = {
    Pledge.State.OFFERED: "待答复",
    Pledge.State.ACCEPTED: "已接受",
    Pledge.State.PARTLY: "部分到位",
    Pledge.State.FULFILLED: "全部到位",
    Pledge.State.LAPSED: "逾期失效",
    Pledge.State.DECLINED: "未接受",
    Pledge.State.WITHDRAWN: "已撤回",
}
LEDGER = [
    Heading("捐赠方", 30), Heading("类型", 10), Heading("受助组织", 28), Heading("项目编号", 18), Heading("项目", 30),
    Heading("批次", 30), Heading("服务领域", 14), Heading("街道（镇）", 14), Heading("社区", 16), Heading("形式", 10),
    Heading("内容", 34), Heading("数量", 12), Heading("单位", 8), Heading("单价（元）", 12), Heading("计价依据", 12),
    Heading("依据说明", 34), Heading("认捐（元）", 14), Heading("到位（元）", 14), Heading("约定到位日", 12),
    Heading("状态", 10), Heading("收据编号", 26),
]  # fmt: skip
SUMS = [Heading("形式", 14), Heading("认捐（元）", 16), Heading("到位（元）", 16)]


def gift_receipt(gift: Gift) -> Document:
    """The receipt for the giver (捐赠确认单): who received what, valued how, confirmed by whom."""
    pledge, project = gift.pledge, gift.project
    payee = project.payee
    return Document(
        file_name("捐赠确认单", gift.number, pledge.giver.name),
        "pdf/gift_receipt.html",
        {
            "title": "捐赠确认单",
            "number": gift.number,
            "author": project.applicant.name,
            "gift": gift,
            "pledge": pledge,
            "project": project,
            "payee": payee if payee != project.applicant else None,
            "kind": GIVEN[Pledge.Kind(pledge.kind)],
            "basis": BASES[pledge.basis],
            "giver_kind": KINDS[Kind(pledge.giver.kind)],
        },
    )


def meeting_schedule(meeting: Meeting, talks: Iterable[MeetingTalk]) -> Document:
    """Who talks with whom, round by round, to be put up and handed out (洽谈日程表)."""
    rounds = [
        {"number": number + 1, "begins": meeting.begins(number), "talks": list(found)}
        for number, found in groupby(talks, key=lambda talk: talk.round)
    ]
    return Document(
        file_name("社洽会洽谈日程", meeting.title),
        "pdf/meeting_schedule.html",
        {"title": "洽谈日程表", "author": meeting.organizer.name, "meeting": meeting, "rounds": rounds},
    )


def intent_letter(letter: IntentLetter) -> Document:
    """The letter of intent (意向书), with room for both to sign."""
    return Document(
        file_name("意向书", letter.number, letter.giver.name),
        "pdf/intent_letter.html",
        {
            "title": "合作意向书",
            "number": letter.number,
            "author": letter.giver.name,
            "letter": letter,
            "meeting": letter.talk.meeting,
            "giver": letter.giver,
            "project": letter.project,
        },
    )


def write_pledge_ledger(found: QuerySet[Pledge], chosen: str, target: IO[bytes]) -> None:
    """Who helps whom (企业—组织结对台账), with sums as formulas, and the sums by kind."""
    book = Workbook(target)
    rows = [_row(pledge) for pledge in found]
    sheet = book.add_sheet("结对台账", LEDGER, rows)
    if rows:
        style, last = book.book.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}), len(rows) + 1
        sheet.write_string(last, 15, "合计", book.bold)
        for column in (16, 17):
            letter = chr(ord("A") + column)
            total = float(sum(row[column] for row in rows))
            sheet.write_formula(last, column, f"=SUM({letter}2:{letter}{last})", style, total)
        sheet.autofilter(0, 0, len(rows), len(LEDGER) - 1)
    sums = sums_of(found)
    book.add_sheet("按形式", SUMS, [[GIVEN[Pledge.Kind(k.kind)], k.promised, k.received] for k in sums.kinds])
    notes = [
        ("筛选条件", chosen or "全部"),
        ("认捐", "组织接受后计入；未答复、未接受和已撤回的列出但不计入“按形式”。"),
        ("到位", "组织登记、主办单位经办人确认后计入；实物、场地和工时按数量×单价折价。"),
    ]
    book.add_sheet("说明", [Heading("事项", 16), Heading("内容", 90)], notes)
    book.close()


def _row(pledge: Pledge) -> list[Any]:
    project = pledge.project
    place = project.community
    receipts = "、".join(gift.number for gift in pledge.gifts.all() if gift.counts)
    return [
        pledge.giver.name, KINDS[Kind(pledge.giver.kind)], project.applicant.name, project.number, project.title,
        project.call.title, str(project.field or ""), place.street if place else "", place.name if place else "",
        GIVEN[Pledge.Kind(pledge.kind)], pledge.what, pledge.quantity, pledge.unit, pledge.unit_price,
        BASES[pledge.basis], pledge.basis_words, pledge.value, pledge.received_value, pledge.due_on,
        STATES[Pledge.State(pledge.state)], receipts,
    ]  # fmt: skip
