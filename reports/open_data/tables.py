"""The same as tables: CSV in UTF-8 with its mark, one line a record, Chinese headings; no cell is ever a formula
(`core.spreadsheets.guard`)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from core.spreadsheets import BOM, csv_lines
from reports.open_data.identifiers import grant_id
from reports.open_data.layout import Layout
from reports.open_data.records import PHASE_WORDS, STATUS_WORDS, Award, Opportunity, Party, Publisher

Column = tuple[str, Callable[[Any], Any]]


def _party(words: str, party: Callable[[Any], Party | None], prefix: str) -> list[Column]:
    return [
        (f"{words}标识", lambda one: found.identifier(prefix) if (found := party(one)) else None),
        (f"{words}名称", lambda one: found.name if (found := party(one)) else None),
    ]


def award_columns(publisher: Publisher) -> list[Column]:
    """The columns of the awards; the page on open data says which member of the JSON each one is."""
    prefix = publisher.prefix
    return [
        ("资助标识", lambda one: grant_id(prefix, one.number)),
        ("项目编号", lambda one: one.number),
        ("项目名称", lambda one: one.title),
        ("主要内容", lambda one: one.description),
        ("状态", lambda one: STATUS_WORDS[one.status]),
        ("币种", lambda one: "CNY"),
        ("申请金额（元）", lambda one: one.requested),
        ("资助金额（元）", lambda one: one.awarded),
        ("已拨付（元）", lambda one: one.paid),
        ("立项时间", lambda one: one.approved_at),
        ("计划开始", lambda one: one.planned_from),
        ("计划结束", lambda one: one.planned_until),
        ("实际开始", lambda one: one.started_on),
        ("实际结束", lambda one: one.ended_on),
        ("批次代码", lambda one: one.call_code),
        ("批次名称", lambda one: one.call_title),
        ("年度", lambda one: one.year),
        ("资金来源", lambda one: one.source),
        ("服务领域", lambda one: one.field),
        ("实施地点", lambda one: "；".join(one.places)),
        ("国家代码", lambda one: "CN"),
        ("公开申报", lambda one: "是"),
        *_party("资助方", lambda one: one.funder, prefix),
        *_party("承接单位", lambda one: one.recipient, prefix),
        *_party("代管主体", lambda one: one.host, prefix),
        ("公开页面", lambda one: publisher.link(one.page)),
        ("更新时间", lambda one: one.modified),
    ]


def call_columns(publisher: Publisher, now: datetime) -> list[Column]:
    prefix = publisher.prefix
    return [
        ("批次代码", lambda one: one.code),
        ("批次名称", lambda one: one.title),
        ("状态", lambda one: PHASE_WORDS[one.phase(now)]),
        *_party("资助方", lambda one: one.funder, prefix),
        ("年度", lambda one: one.year),
        ("资金来源", lambda one: one.source),
        ("币种", lambda one: "CNY"),
        ("资金总额（元）", lambda one: one.budget),
        ("单个项目最高资助（元）", lambda one: one.highest_grant),
        ("开始申报", lambda one: one.opens_at),
        ("截止申报", lambda one: one.closes_at),
        ("项目最早开始", lambda one: one.starts_on),
        ("项目最晚结束", lambda one: one.ends_on),
        ("实践模式", lambda one: one.mode),
        ("服务领域", lambda one: "；".join(one.fields)),
        ("组别", lambda one: "；".join(f"{lane.name}（最高{lane.cap:f}元）" for lane in one.lanes)),
        ("依据", lambda one: one.legal_basis),
        ("申报指南", lambda one: one.description),
        ("发布时间", lambda one: one.published_at),
        ("公开页面", lambda one: publisher.link(one.page)),
    ]


def awards_table(publisher: Publisher) -> Layout[Award]:
    return _table(award_columns(publisher))


def calls_table(publisher: Publisher, now: datetime) -> Layout[Opportunity]:
    return _table(call_columns(publisher, now))


def _table(columns: Sequence[Column]) -> Layout[Any]:
    head = "".join(csv_lines([label for label, _value in columns], []))

    def line(record: Any) -> str:
        # As a first line, so without the mark that a file begins with.
        return "".join(csv_lines([value(record) for _label, value in columns], [])).removeprefix(BOM)

    return Layout(head=head, line=line)
