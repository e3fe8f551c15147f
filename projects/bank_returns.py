"""Reading what a bank sends back on a list: which column is which, what each row says, and what is wrong with it.

No ORM here: rows are judged against the lines of the list as they are given.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from core.identifiers import half_width
from core.money import yuan
from core.spreadsheets import Cell, Table
from people.resources.widgets import AmountWidget, CodeWidget, DayWidget, text

HEADINGS: dict[str, tuple[str, ...]] = {
    "ordinal": ("序号", "no", "no.", "行号"),
    "project_number": ("项目编号", "项目号", "projectnumber"),
    "account_name": ("收款人户名", "户名", "收款人名称", "收款人", "收款单位"),
    "account": ("账号", "收款人账号", "收款账号", "账户"),
    "amount": ("金额", "交易金额", "付款金额", "amount"),
    "outcome": ("结果", "状态", "交易状态", "处理结果", "处理状态", "付款结果", "outcome", "result"),
    "reference": ("流水号", "交易流水号", "银行流水号", "凭证号", "reference", "bankreference"),
    "day": ("日期", "交易日期", "付款日期", "处理日期", "退回日期", "date"),
    "reason": ("原因", "失败原因", "退回原因", "退汇原因", "备注", "reason"),
}
"""What banks call their columns; spaces, brackets and what stands in them are ignored."""
PAID = {
    "成功",
    "已付",
    "已支付",
    "付款成功",
    "支付成功",
    "交易成功",
    "处理成功",
    "已入账",
    "paid",
    "success",
    "succeeded",
}
FAILED = {
    *("失败", "未付", "付款失败", "支付失败", "交易失败", "处理失败", "退回", "已退回", "退汇", "已退汇"),
    *("failed", "failure", "returned", "rejected"),
}
LONGEST_REFERENCE, LONGEST_REASON = 60, 300


@dataclass
class Row:
    """One row as the bank sent it, and what it would do."""

    number: int
    ordinal: str = ""
    project_number: str = ""
    account_name: str = ""
    account: str = ""
    amount: str = ""
    outcome: str = ""
    reference: str = ""
    day: str = ""
    reason: str = ""
    unreadable: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    effect: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def read_rows(table: Table) -> list[Row]:
    """The rows of a file, each with what could not be read in it; `ValidationError` when columns are missing."""
    places = _columns(table.headings)
    missing = [
        names
        for names, found in (("序号/项目编号", {"ordinal", "project_number"}), ("结果", {"outcome"}))
        if not found & set(places)
    ]
    if missing:
        raise ValidationError(
            _("The file lacks the column %(names)s. Its first row must hold the headings."),
            code="columns",
            params={"names": "、".join(missing)},
        )
    return [_row(number, cells, places) for number, cells in table.rows if not _is_total(cells)]


def _is_total(cells: Sequence[Cell]) -> bool:
    """The last row of the list that the platform gave out, sent back with the others."""
    return any(text(cell) == "合计" for cell in cells)


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Where each column that we know stands."""
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        name = re.sub(r"[(（\[].*?[)）\]]|\s|:|：", "", half_width(heading)[:100]).casefold()
        for key, names in HEADINGS.items():
            if name in names:
                places.setdefault(key, place)
    return places


def _row(number: int, cells: Sequence[Cell], places: dict[str, int]) -> Row:
    row = Row(number)

    def cell(key: str) -> Cell:
        place = places.get(key)
        return cells[place] if place is not None and place < len(cells) else None

    readers = {"ordinal": CodeWidget(), "account": CodeWidget(), "reference": CodeWidget()}
    readers |= {"amount": AmountWidget(), "day": DayWidget()}
    for key in HEADINGS:
        try:
            value = readers[key].clean(cell(key)) if key in readers else text(cell(key))
        except ValidationError as error:
            row.unreadable += [f"{HEADINGS[key][0]}：{message}" for message in error.messages]
        else:
            setattr(row, key, "" if value is None else str(value))
    row.account = re.sub(r"[\s-]", "", row.account)
    said = half_width(row.outcome).strip().casefold()
    row.outcome = "paid" if said in PAID else "failed" if said in FAILED else row.outcome
    return row


def judge(rows: Iterable[Row], lines: Iterable[Any], *, made_on: date, today: date) -> list[Row]:
    """Say for each row which line it is about, what is wrong, and what it would do: pay, fail, reverse, or nothing.

    Of two rows that say the same about one line the first is taken, of two that differ neither.
    """
    lines = list(lines)
    seen: dict[int, Row] = {}
    judged = []
    for row in rows:
        row.errors, row.effect = list(row.unreadable), ""
        line = _line_of(row, lines)
        if line is not None and not row.errors:
            if earlier := seen.get(line.pk):
                _doubled(earlier, row)
            seen.setdefault(line.pk, row)
            _compare(row, line)
            _outcome(row, made_on, today)
            if not row.errors:
                row.effect = _effect(row, line)
        judged.append(row)
    return judged


def _doubled(earlier: Row, row: Row) -> None:
    """The second row about a line is not taken; when they differ neither is, as nobody here knows which is right."""
    row.errors.append(_("Row %(row)s is about the same line already.") % {"row": earlier.number})
    if any(getattr(earlier, name) != getattr(row, name) for name in ("outcome", "reference", "day", "reason")):
        words = _("Row %(row)s says otherwise of the same line: please ask the bank which is right.")
        earlier.errors.append(words % {"row": row.number})
        earlier.effect = ""


def lines_of(row: Row, lines: Iterable[Any]) -> list[Any]:
    """The lines that a row may be about: by its running number, or else by the project's; one, when it is right."""
    if row.ordinal:
        return [line for line in lines if str(line.ordinal) == row.ordinal]
    return [line for line in lines if row.project_number and line.project_number == row.project_number]


def _line_of(row: Row, lines: list[Any]) -> Any:
    found = lines_of(row, lines)
    if len(found) == 1:
        return found[0]
    if not found:
        row.errors.append(_("This list has no such line."))
    else:
        row.errors.append(_("The project has several lines in this list: the file must give their running number."))
    return None


def _compare(row: Row, line: Any) -> None:
    """Whatever the bank repeats must be what it was given."""
    if row.project_number and row.project_number != line.project_number:
        row.errors.append(_("The project number is not that of the line: %(right)s.") % {"right": line.project_number})
    if row.account_name and row.account_name.replace(" ", "") != line.account_name.replace(" ", ""):
        row.errors.append(_("The account name is not that of the line: %(right)s.") % {"right": line.account_name})
    if row.account and row.account != line.account:
        row.errors.append(_("The account number is not that of the line."))
    if row.amount and Decimal(row.amount) != line.amount:
        words = {"right": yuan(line.amount), "given": yuan(Decimal(row.amount))}
        row.errors.append(_("The amount is %(given)s and should be %(right)s.") % words)


def _outcome(row: Row, made_on: date, today: date) -> None:
    if row.outcome == "paid":
        if not row.reference:
            row.errors.append(_("A paid line needs the bank's reference."))
        if not row.day:
            row.errors.append(_("A paid line needs its day."))
    elif row.outcome == "failed":
        if not row.reason:
            row.errors.append(_("A line that was not paid needs the reason."))
    elif row.outcome:
        row.errors.append(_("“%(said)s” says neither paid nor not paid.") % {"said": row.outcome[:20]})
    else:
        row.errors.append(_("The outcome is empty."))
    if row.day and not made_on <= date.fromisoformat(row.day) <= today:
        row.errors.append(_("The day lies before the list was made, or in the future."))
    if len(row.reference) > LONGEST_REFERENCE or len(row.reason) > LONGEST_REASON:
        row.errors.append(_("The reference or the reason is too long."))


def _effect(row: Row, line: Any) -> str:
    """What a row without mistakes would do to a line as it stands."""
    now = line.outcome
    if row.outcome == "paid":
        if not now:
            return "pay"
        if now == "paid" and row.reference == line.reference:
            return "known"
        if now == "paid":
            row.errors.append(_("It was recorded as paid already, under %(other)s.") % {"other": line.reference})
        else:
            message = _("It was recorded as “%(outcome)s” already: please clear this with the bank.")
            row.errors.append(message % {"outcome": line.get_outcome_display()})
        return ""
    return {"": "fail", "paid": "reverse"}.get(now, "known")
