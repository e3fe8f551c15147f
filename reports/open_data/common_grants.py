"""Calls and awards by the CommonGrants protocol 0.4 (commongrants.org); `funders` and `identifiers` of calls as in 0.5.

What the protocol has no member for is in `customFields` of a call; an award has none there, so what China knows of it
is in its identifiers and in `funding.details`.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from reports.open_data.identifiers import award_uuid, grant_id, opportunity_uuid, party_uuid
from reports.open_data.layout import Layout, json_list, number, stated
from reports.open_data.records import PHASE_WORDS, STATUS_WORDS, Award, Opportunity, Party, Publisher

VERSION = "0.4.0"


def money(amount: Decimal | None) -> dict[str, str] | None:
    """An amount in yuan as the protocol's decimal string, with both places."""
    return None if amount is None else {"amount": f"{amount:.2f}", "currency": "CNY"}


def utc(at: datetime) -> str:
    """A moment in UTC with seconds: 2026-05-01T01:30:00Z."""
    return f"{at.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat()}Z"


def _at(name: str, at: datetime) -> dict[str, str]:
    """A moment as day and time on the clock of China."""
    here = timezone.localtime(at)
    return {"name": name, "eventType": "singleDate", "date": f"{here:%Y-%m-%d}", "time": f"{here:%H:%M:%S}"}


def _span(name: str, start: date | None, end: date | None) -> dict[str, str] | None:
    """From one day to another; only where both are known, as the protocol wants both."""
    if not (start and end):
        return None
    return {"name": name, "eventType": "dateRange", "startDate": start.isoformat(), "endDate": end.isoformat()}


def _registered(code: str, value: str) -> dict[str, Any]:
    return {"registry": {"code": code}, "id": value}


def _party(party: Party, prefix: str) -> dict[str, Any]:
    """An organisation with the number by which the authorities know it: credit code, or the filing number."""
    own = {"org:cn:uscc": party.credit_code, "org:cn:filing": party.filing_number}
    others = {code: _registered(code, value) for code, value in own.items() if value}
    return {
        "id": str(party_uuid(prefix, party.identifier(prefix))),
        "name": party.name,
        "identifiers": {"otherIds": others},
    }


# -- Calls -----------------------------------------------------------------------------------------


def opportunity(call: Opportunity, publisher: Publisher, now: datetime) -> dict[str, Any]:
    phase = call.phase(now)
    tracks = [
        {"name": lane.name, "openTo": lane.open_to, "cap": number(lane.cap), "maxShare": number(lane.share)}
        for lane in call.lanes
    ]
    return stated(
        id=str(opportunity_uuid(publisher.prefix, call.code)),
        title=call.title,
        identifiers={"otherIds": {"opp:cn:code": _registered("opp:cn:code", call.code)}},
        status={"value": str(phase), "description": PHASE_WORDS[phase]},
        description=call.description,
        funding=stated(totalAmountAvailable=money(call.budget), maxAwardAmount=money(call.highest_grant)),
        funders={"primary": _party(call.funder, publisher.prefix)},
        keyDates={
            "postDate": _at("发布", call.published_at),
            "closeDate": _at("截止申报", call.closes_at),
            "otherDates": {
                "openDate": _at("开始申报", call.opens_at),
                "projectPeriod": _span("项目实施", call.starts_on, call.ends_on),
            },
        },
        acceptedApplicantTypes=[
            {"value": "custom", "customValue": words, "description": words}
            for words in dict.fromkeys(lane.open_to for lane in call.lanes)
        ],
        source=publisher.link(call.page),
        customFields=_custom(
            ("code", "string", call.code, "批次代码"),
            ("year", "integer", call.year, "年度"),
            ("fundSource", "string", call.source, "资金来源"),
            ("mode", "string", call.mode, "实践模式"),
            ("serviceFields", "array", list(call.fields), "服务领域"),
            ("tracks", "array", tracks, "组别：面向、单个项目最高资助（元）、占项目总预算的最高比例（%）"),
            ("legalBasis", "string", call.legal_basis, "依据"),
        ),
        createdAt=utc(call.published_at),
        lastModifiedAt=utc(call.modified(now)),
    )


def _custom(*fields: tuple[str, str, Any, str]) -> dict[str, dict[str, Any]]:
    return {
        name: {"name": name, "fieldType": kind, "value": value, "description": words}
        for name, kind, value, words in fields
        if value not in ("", [])
    }


# -- Awards ----------------------------------------------------------------------------------------


def award(one: Award, publisher: Publisher) -> dict[str, Any]:
    prefix = publisher.prefix
    recipients = {"primary": _party(one.recipient, prefix)}
    if one.host:
        recipients["otherOrgs"] = {"host": _party(one.host, prefix)}
    said = "；".join(
        f"{label}：{words}" for label, words in (("资金来源", one.source), ("服务领域", one.field)) if words
    )
    others = {"awd:cn:number": _registered("awd:cn:number", one.number)}
    others["awd:xi:360giving"] = _registered("awd:xi:360giving", grant_id(prefix, one.number))
    return stated(
        id=str(award_uuid(prefix, one.call_code, one.number)),
        title=one.title,
        identifiers={"otherIds": others},
        description=one.description,
        status={"value": str(one.status), "description": STATUS_WORDS[one.status]},
        funding=stated(
            details=said,
            requestedAmount=money(one.requested),
            awardedAmount=money(one.awarded),
            disbursedAmount=money(one.paid),
        ),
        keyDates=stated(
            awardDate=_at("立项", one.approved_at),
            periodOfPerformance=_span("计划实施", one.planned_from, one.planned_until),
            otherDates=stated(actualPeriod=_span("实际实施", one.started_on, one.ended_on)),
        ),
        opportunity={"id": str(opportunity_uuid(prefix, one.call_code)), "title": one.call_title},
        funders={"primary": _party(one.funder, prefix)},
        recipientOrganizations=recipients,
        source=publisher.link(one.page),
        createdAt=utc(one.approved_at),
        lastModifiedAt=utc(one.modified),
    )


def opportunities_file(publisher: Publisher, now: datetime) -> Layout[Opportunity]:
    return json_list({"commonGrants": VERSION}, "items", lambda call: opportunity(call, publisher, now))


def awards_file(publisher: Publisher) -> Layout[Award]:
    return json_list({"commonGrants": VERSION}, "items", lambda one: award(one, publisher))
