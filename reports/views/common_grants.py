"""Calls and awards by the CommonGrants protocol, to read."""

from django.http import HttpRequest, HttpResponseBase

from core import clock
from core.lately import lately
from reports.figures.counted import AWARDS
from reports.open_data import common_grants, sources
from reports.open_data.description import MOST
from reports.open_data.identifiers import uuid_of
from reports.open_data.records import Publisher
from reports.open_data.searching import Misread, search
from reports.views.api import Problem, body_of, data, paging, send_json

GOOD = {"status": 200, "message": "Success"}


def _publisher(request: HttpRequest) -> Publisher:
    return sources.publisher(request.build_absolute_uri("/"))


@data()
def opportunity_list(request: HttpRequest) -> HttpResponseBase:
    """Every published call, the last changed first."""
    wanted, now = paging(request.GET.dict(), MOST), clock.now()
    calls, _counted_at = lately("opportunities", lambda: sources.last_changed(now))
    publisher = _publisher(request)
    codes = [code for code, _at in calls[wanted.start : wanted.start + wanted.size]]
    shown = sorted(sources.opportunities(codes), key=lambda one: codes.index(one.code))
    items = [common_grants.opportunity(one, publisher, now) for one in shown]
    latest = calls[0][1] if calls else None
    return send_json(request, GOOD | {"items": items, "paginationInfo": wanted.info(len(calls))}, latest)


@data()
def opportunity_detail(request: HttpRequest, key: str) -> HttpResponseBase:
    """One published call."""
    publisher, now = _publisher(request), clock.now()
    code = sources.code_of(uuid_of(key), publisher.prefix)
    if code is None:
        raise Problem(404, "没有这个批次")
    one = sources.opportunities([code])[0]
    return send_json(request, GOOD | {"data": common_grants.opportunity(one, publisher, now)}, one.modified(now))


@data("POST")
def opportunity_search(request: HttpRequest) -> HttpResponseBase:
    """The published calls that a search asks for."""
    body = body_of(request)
    asked = body.get("pagination")
    if asked is not None and not isinstance(asked, dict):
        raise Problem(400, "pagination 应为一个对象", [("pagination", "应为一个对象")])
    wanted, now = paging(asked or {}, MOST), clock.now()
    try:
        found = search(sources.opportunities(), body, now)
    except Misread as error:
        raise Problem(400, f"{error.place}：{error}", [(error.place, str(error))]) from error
    publisher = _publisher(request)
    shown = found.items[wanted.start : wanted.start + wanted.size]
    answer = GOOD | {
        "items": [common_grants.opportunity(one, publisher, now) for one in shown],
        "paginationInfo": wanted.info(len(found.items)),
        "sortInfo": {
            "sortBy": found.sort_by,
            "sortOrder": "desc" if found.descending else "asc",
            "errors": found.sort_errors,
        },
        "filterInfo": {"filters": found.filters, "errors": found.filter_errors},
    }
    return send_json(request, answer)


@data()
def award_list(request: HttpRequest) -> HttpResponseBase:
    """Every public award, the last changed first."""
    wanted = paging(request.GET.dict(), MOST)
    (keys, changed), _counted_at = lately(AWARDS, sources.awards_in_turn, ahead=True)
    here = keys[wanted.start : wanted.start + wanted.size]
    publisher, found = _publisher(request), sources.awards().filter(pk__in=here)  # what was given up since is not told
    shown = sources.each_award(found.order_by("-modified", "number"))
    items = [common_grants.award(one, publisher) for one in shown]
    return send_json(request, GOOD | {"items": items, "paginationInfo": wanted.info(len(keys))}, changed)


@data()
def award_detail(request: HttpRequest, key: str) -> HttpResponseBase:
    """One public award: its UUID says of which call, and there it is looked for."""
    publisher = _publisher(request)
    number = sources.number_of(uuid_of(key), publisher.prefix)
    one = next(sources.each_award(sources.awards().filter(number=number)), None) if number else None
    if one is None:
        raise Problem(404, "没有这项资助")
    return send_json(request, GOOD | {"data": common_grants.award(one, publisher)}, one.modified)


@data()
def nothing_here(request: HttpRequest, path: str) -> HttpResponseBase:
    """An address below /common-grants/ or /api/ that is none: said as data, not as a page."""
    raise Problem(404, "没有这个地址")
