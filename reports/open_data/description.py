"""The OpenAPI 3.1 description of the interface, written by hand and held against every answer by the tests."""

from typing import Any

from reports.open_data.records import Publisher
from reports.open_data.schemas import SCHEMAS, TEXT, UUID, ref

VERSION = "1.0"
JSON = "application/json"
PROBLEM = "application/problem+json"
MOST = 100
"""The most records on a page."""

_HEADERS = {
    "ETag": {"schema": TEXT, "description": "内容的指纹；带 If-None-Match 再取，没有变化时回答 304"},
    "Last-Modified": {"schema": TEXT, "description": "数据最近一次变化的时间"},
}


def _answer(words: str, schema: dict[str, Any], kind: str = JSON) -> dict[str, Any]:
    return {"description": words, "headers": _HEADERS, "content": {kind: {"schema": schema}}}


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {PROBLEM: {"schema": ref("Problem")}}}


def _too_many() -> dict[str, Any]:
    wait = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "多少秒后再试"}}
    return _problem("请求太频繁") | {"headers": wait}


def _operation(tag: str, key: str, summary: str, answer: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An operation; `wrong` and `missing` say when it answers 400 and 404."""
    wrong, missing = more.pop("wrong", ""), more.pop("missing", "")
    answers = {"200": answer, "304": {"description": "没有变化"}}
    answers |= {"400": _problem(wrong)} if wrong else {}
    answers |= {"404": _problem(missing)} if missing else {}
    return {"tags": [tag], "operationId": key, "summary": summary, "responses": answers | {"429": _too_many()}} | more


def _query(name: str, words: str, most: int, default: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": most, "default": default}
    return {"name": name, "in": "query", "required": False, "description": words, "schema": schema}


PAGING = [_query("page", "第几页，从1开始", 1_000_000, 1), _query("pageSize", "每页条数", MOST, MOST)]
_PAGE_WRONG = "页码或每页条数不对"


def _of(name: str, words: str) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "description": words, "schema": UUID}]


def _file(summary: str, key: str, schema: dict[str, Any], kind: str = JSON) -> dict[str, Any]:
    return {"get": _operation("数据文件", key, summary, _answer("整个文件", schema, kind))}


def _paths() -> dict[str, Any]:
    table = {"type": "string", "description": "UTF-8（带BOM），逗号分隔，首行为列名"}
    return {
        "/common-grants/opportunities": {
            "get": _operation(
                "CommonGrants", "listOpportunities", "申报批次，最近变化的在前",
                _answer("一页批次", ref("OpportunityPage")), parameters=PAGING, wrong=_PAGE_WRONG,
            )
        },
        "/common-grants/opportunities/{oppId}": {
            "get": _operation(
                "CommonGrants", "getOpportunity", "一个申报批次", _answer("批次", ref("OpportunityAnswer")),
                parameters=_of("oppId", "批次的 UUID"), missing="没有这个批次",
            )
        },
        "/common-grants/opportunities/search": {
            "post": _operation(
                "CommonGrants", "searchOpportunities", "检索申报批次",
                _answer("一页批次，以及实际用到的条件和排序", ref("OpportunitiesFound")),
                requestBody={"required": False, "content": {JSON: {"schema": ref("OpportunitySearch")}}},
                wrong="请求内容不对",
            )
        },
        "/common-grants/awards": {
            "get": _operation(
                "CommonGrants", "listAwards", "立项资助，最近变化的在前", _answer("一页资助", ref("AwardPage")),
                parameters=PAGING, wrong=_PAGE_WRONG,
            )
        },
        "/common-grants/awards/{awdId}": {
            "get": _operation(
                "CommonGrants", "getAward", "一项立项资助", _answer("资助", ref("AwardAnswer")),
                parameters=_of("awdId", "资助的 UUID"), missing="没有这项资助",
            )
        },
        "/open-data/360giving.json": _file("全部立项资助（360Giving 1.4）", "getGrants", ref("GrantPackage")),
        "/open-data/awards.csv": _file("全部立项资助（表格）", "getAwardsTable", table, "text/csv"),
        "/open-data/calls.csv": _file("全部申报批次（表格）", "getCallsTable", table, "text/csv"),
        "/open-data/statistics.json": _file("统计", "getStatistics", ref("Statistics")),
        "/open-data/statistics.csv": _file("统计（表格）", "getStatisticsTable", table, "text/csv"),
        "/api/openapi.json": _file("本说明", "getDescription", {"type": "object"}),
    }  # fmt: skip


def description(publisher: Publisher) -> dict[str, Any]:
    """The whole description."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{publisher.name}：开放数据接口",
            "version": VERSION,
            "description": "公益创投的申报批次、立项资助和统计。只读，无需账号，不含个人信息。金额单位为元（人民币）。"
            "遵循 CommonGrants 0.4 与 360Giving 1.4。",
            "license": {"name": publisher.licence_name, "url": publisher.licence},
        },
        "servers": [{"url": publisher.base or "/"}],
        "paths": _paths(),
        "components": {"schemas": SCHEMAS},
    }
