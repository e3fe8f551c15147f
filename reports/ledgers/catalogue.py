"""All ledgers, and how one becomes a file. A new ledger is a module and an entry here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, Any

import rules
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core import clock, spreadsheets
from core.money import yuan
from core.spreadsheets import COUNT, MONEY, NUMBER, PERCENT, Heading, Workbook, Written
from reports.ledgers import (
    activities,
    bureaus,
    fund_statement,
    gifts,
    months,
    organizations,
    payments,
    pledges,
    projects,
    scores,
)
from reports.ledgers.ledger import Asked, Ledger, Rows
from reports.pdf import LANGUAGE

PREVIEW = 20
COUNTED_AT_ONCE = 2000
"""A page adds up so many rows; of a longer ledger the sums stand in the file."""

LEDGERS = {
    one.key: one
    for one in (
        Ledger(
            "projects", pgettext_lazy("ledger", "Projects"), projects.columns, projects.count, projects.rows,
            period=_("handed in"), notes=projects.NOTES,
        ),
        Ledger(
            "months", pgettext_lazy("ledger", "Projects by month"), months.columns, months.count, months.rows,
            permission="projects.see_month_ledger", period=_("month of the report"), notes=months.NOTES,
        ),
        Ledger(
            "organizations", pgettext_lazy("ledger", "Organisations"), organizations.columns, organizations.count,
            organizations.rows, permission="reports.download_tables", notes=organizations.NOTES,
        ),
        Ledger(
            "scores", pgettext_lazy("ledger", "Scores"), scores.columns, scores.count, scores.rows,
            permission="reports.see_score_ledger", of_calls=scores.judged, notes=scores.NOTES,
        ),
        Ledger(
            "funds", pgettext_lazy("ledger", "Fund statement"), fund_statement.columns, fund_statement.count,
            fund_statement.rows, permission="reports.see_fund_statement", period=_("months shown"),
            follows=("call", "year"), notes=fund_statement.NOTES,
        ),
        Ledger(
            "payments", pgettext_lazy("ledger", "Grant paid out"), payments.columns, payments.count, payments.rows,
            period=_("entered in the ledger"), notes=payments.NOTES,
        ),
        Ledger(
            "bank", pgettext_lazy("ledger", "Bank lists"), payments.bank_columns, payments.bank_count,
            payments.bank_rows, permission="projects.see_bank_lists", period=_("list made"), notes=payments.BANK_NOTES,
        ),
        Ledger(
            "activities", pgettext_lazy("ledger", "Activities"), activities.columns, activities.count, activities.rows,
            period=_("day of the activity"), notes=activities.NOTES,
        ),
        Ledger(
            "services", pgettext_lazy("ledger", "Services"), activities.service_columns, activities.service_count,
            activities.service_rows, period=_("day of the service"), notes=activities.SERVICE_NOTES,
        ),
        Ledger(
            "pledges", pgettext_lazy("ledger", "Givers and groups"), pledges.columns, pledges.count, pledges.rows,
            permission="projects.see_pledge_ledger", period=_("offered"), notes=pledges.NOTES,
        ),
        Ledger(
            "gifts", pgettext_lazy("ledger", "Gifts received"), gifts.columns, gifts.count, gifts.rows,
            period=_("day on which it came"), notes=gifts.NOTES,
        ),
        Ledger(
            "bureaus", pgettext_lazy("ledger", "Bureaus of the region"), bureaus.columns, bureaus.count, bureaus.rows,
            permission="reports.see_bureaus", follows=(), notes=bureaus.NOTES,
        ),
    )
}  # fmt: skip


def allowed(user: Any) -> list[Ledger]:
    """The ledgers that this person may have; what stands in them is asked again, row by row."""
    return [one for one in LEDGERS.values() if not one.permission or rules.has_perm(one.permission, user)]


def in_chinese(found: Rows) -> Rows:
    """Like all papers; a streamed answer outlives the request and its language."""
    with translation.override(LANGUAGE):
        yield from found


@dataclass(frozen=True)
class Preview:
    """Some rows, the newest first where they come by time, and how many there are in all."""

    headings: list[tuple[str, bool]]
    """With whether they stand to the right, like figures."""
    rows: list[list[tuple[str, bool]]]
    count: int

    @property
    def is_whole(self) -> bool:
        return self.count == len(self.rows)


def preview(ledger: Ledger, asked: Asked, number: int) -> Preview:
    """Some of so many rows: `number` may be a while old (`whole`), and is at least what is shown."""
    headings = ledger.columns(asked)
    shown = [
        [(said(cell, one), one.shown in FIGURES) for cell, one in zip(row, headings, strict=True)]
        for row in islice(in_chinese(ledger.rows(replace(asked, newest_first=True))), PREVIEW)
    ]
    heads = [(one.label, one.shown in FIGURES) for one in headings]
    return Preview(heads, shown, max(number, len(shown)))


def whole(ledger: Ledger, asked: Asked) -> tuple[int, list[str]]:
    """How many rows there are, and what stands below them: nothing, where no column is added up, or where there are too
    many to read for a page."""
    number = ledger.count(asked)
    adds_up = number <= COUNTED_AT_ONCE and any(one.adds_up for one in ledger.columns(asked))
    return number, sums(ledger, asked) if adds_up else []


def sums(ledger: Ledger, asked: Asked) -> list[str]:
    """What stands below all rows: one a column, empty where nothing is added up. Reads every row."""
    headings = ledger.columns(asked)
    found = {place: Decimal(0) for place, one in enumerate(headings) if one.adds_up}
    for row in in_chinese(ledger.rows(asked)):
        for place in found:
            found[place] += Decimal(str(row[place] or 0))
    return [said(found[place], one) if place in found else "" for place, one in enumerate(headings)]


FIGURES = (MONEY, COUNT, NUMBER, PERCENT)


def said(cell: Any, heading: Heading) -> str:
    """A cell as the workbook shows it."""
    if cell is None or cell == "":
        return ""
    if isinstance(cell, datetime):
        return f"{timezone.localtime(cell):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    if heading.shown == MONEY:
        return yuan(cell)
    if heading.shown == PERCENT:
        return f"{cell:.1%}"
    if heading.shown in (COUNT, NUMBER):
        return f"{cell:,.0f}" if heading.shown == COUNT else f"{cell:,.2f}"
    return str(cell)


def write_xlsx(ledger: Ledger, asked: Asked, chosen: Sequence[tuple[str, str]], target: IO[bytes]) -> Written:
    """The ledger, and a sheet that says what was asked and how it counts."""
    return write_list(ledger, ledger.columns(asked), ledger.rows(asked), chosen, target)


def write_list(
    ledger: Ledger, headings: list[Heading], found: Rows, chosen: Sequence[tuple[str, str]], target: IO[bytes]
) -> Written:
    """The same for rows that were chosen by another page."""
    with translation.override(LANGUAGE):
        book = Workbook(target)
        words = "；".join(f"{label}：{value}" for label, value in chosen)
        written = book.add_list(ledger.title, headings, found, f"{ledger.title}（{words}）" if words else ledger.title)
        about = [
            ["台账", ledger.title], ["筛选条件", words or "全部"], ["行数", written.rows],
            ["导出时间", clock.now()], *ledger.notes,
        ]  # fmt: skip
        book.add_sheet("说明", [Heading("事项", 24), Heading("内容", 100)], about)
        book.close()
    return written


def csv_lines(ledger: Ledger, asked: Asked) -> Iterator[str]:
    labels = [heading.label for heading in ledger.columns(asked)]
    return spreadsheets.csv_lines(labels, in_chinese(ledger.rows(asked)))
