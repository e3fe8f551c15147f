"""Which calls a search of CommonGrants means: words, filters and an order, as the protocol has them. Pure.

What is not understood in a filter that we know is a mistake of the request (`Misread`); a filter or an order that we do
not have is said in the answer, and the rest of the search is done, as the protocol wants it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from reports.open_data.records import Opportunity, Phase

BY_DEFAULT = "lastModifiedAt"
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{0,6})?")


class Misread(ValueError):
    """A part of the request that says nothing; `place` names it."""

    def __init__(self, place: str, words: str) -> None:
        super().__init__(words)
        self.place = place


@dataclass
class Found:
    """What a search found, in order, with what was done of it and what not."""

    items: list[Opportunity]
    filters: dict[str, Any] = field(default_factory=dict)
    filter_errors: list[str] = field(default_factory=list)
    sort_by: str = BY_DEFAULT
    descending: bool = True
    sort_errors: list[str] = field(default_factory=list)


def search(calls: list[Opportunity], wanted: dict[str, Any], now: datetime) -> Found:
    """The calls that `wanted` (the body of the request without its paging) asks for. Raises Misread."""
    found = Found(list(calls))
    words = wanted.get("search")
    if words is not None and not isinstance(words, str):
        raise Misread("search", "应为文字")
    for word in (words or "").casefold().split():
        found.items = [one for one in found.items if word in _text(one)]
    for name, value in _object(wanted, "filters").items():
        if value is None:
            continue
        if name not in FILTERS:
            found.filter_errors.append(f"filters.{name[:80]}：这里没有这个条件")
            continue
        test = FILTERS[name](f"filters.{name}", value, now)
        found.items = [one for one in found.items if test(one)]
        found.filters[name] = value
    _sort(found, _object(wanted, "sorting"), now)
    return found


def _text(one: Opportunity) -> str:
    return " ".join((one.code, one.title, one.description, one.funder.name, *one.fields)).casefold()


def _object(wanted: dict[str, Any], name: str) -> dict[str, Any]:
    value = wanted.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Misread(name, "应为一个对象")
    return value


# -- Filters ---------------------------------------------------------------------------------------

Test = Callable[[Opportunity], bool]


def _operator(place: str, value: Any, *allowed: str) -> str:
    """The operator of a filter; every filter has one and a value."""
    if not isinstance(value, dict) or "value" not in value:
        raise Misread(place, "应为含 operator 和 value 的对象")
    if value.get("operator") not in allowed:
        raise Misread(f"{place}.operator", f"应为 {'、'.join(allowed)} 之一")
    return str(value["operator"])


def _status(place: str, value: Any, now: datetime) -> Test:
    operator = _operator(place, value, "in", "notIn")
    asked = value["value"]
    if not isinstance(asked, list) or not all(isinstance(one, str) for one in asked):
        raise Misread(f"{place}.value", "应为文字的列表")
    known = {str(phase) for phase in Phase} & set(asked)
    return lambda one: (str(one.phase(now)) in known) == (operator == "in")


def _closing(place: str, value: Any, _now: datetime) -> Test:
    low, high = _range(place, value, _day)
    return _between(value["operator"], low, high, lambda one: timezone.localdate(one.closes_at))


def _total(place: str, value: Any, _now: datetime) -> Test:
    low, high = _range(place, value, _yuan)
    return _between(value["operator"], low, high, lambda one: one.budget)


def _highest(place: str, value: Any, _now: datetime) -> Test:
    low, high = _range(place, value, _yuan)
    return _between(value["operator"], low, high, lambda one: one.highest_grant)


def _range(place: str, value: Any, read: Callable[[str, Any], Any]) -> tuple[Any, Any]:
    _operator(place, value, "between", "outside")
    ends = value["value"]
    if not isinstance(ends, dict):
        raise Misread(f"{place}.value", "应为含 min 和 max 的对象")
    low, high = (None if ends.get(end) is None else read(f"{place}.value.{end}", ends[end]) for end in ("min", "max"))
    return low, high


def _between(operator: str, low: Any, high: Any, of: Callable[[Opportunity], Any]) -> Test:
    """Inside or outside, both ends included in the inside; what has no such figure is in neither."""

    def test(one: Opportunity) -> bool:
        value = of(one)
        if value is None:
            return False
        inside = (low is None or low <= value) and (high is None or value <= high)
        return inside == (operator == "between")

    return test


def _day(place: str, value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Misread(place, "应为日期，如 2026-05-01")


def _yuan(place: str, value: Any) -> Decimal:
    if not isinstance(value, dict) or value.get("currency") != "CNY":
        raise Misread(place, "应为含 amount 和币种 CNY 的对象")
    amount = value.get("amount")
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise Misread(f"{place}.amount", '应为写成文字的数，如 "12000.00"')
    return Decimal(amount)


FILTERS: dict[str, Callable[[str, Any, datetime], Test]] = {
    "status": _status,
    "closeDateRange": _closing,
    "totalFundingAvailableRange": _total,
    "maxAwardAmountRange": _highest,
}
"""What we can filter by; a call here has no lowest grant, so `minAwardAmountRange` is not."""


# -- Order -----------------------------------------------------------------------------------------

_PLACES = {phase: place for place, phase in enumerate(Phase)}


def _orders(now: datetime) -> dict[str, Callable[[Opportunity], Any]]:
    return {
        "lastModifiedAt": lambda one: one.modified(now),
        "createdAt": lambda one: one.published_at,
        "title": lambda one: one.title,
        "status.value": lambda one: _PLACES[one.phase(now)],
        "keyDates.closeDate": lambda one: one.closes_at,
        "funding.maxAwardAmount": lambda one: one.highest_grant or Decimal(0),
        "funding.totalAmountAvailable": lambda one: one.budget,
    }


def _sort(found: Found, wanted: dict[str, Any], now: datetime) -> None:
    orders = _orders(now)
    name = wanted.get("sortBy", BY_DEFAULT)
    if not isinstance(name, str):
        raise Misread("sorting.sortBy", "应为文字")
    order = wanted.get("sortOrder") or "desc"
    if order not in ("asc", "desc"):
        raise Misread("sorting.sortOrder", "应为 asc 或 desc")
    if name not in orders:
        found.sort_errors.append(f"sorting.sortBy {name[:80]}：不能按它排序，已按 {BY_DEFAULT} 排序")
        name = BY_DEFAULT
    found.sort_by, found.descending = name, order == "desc"
    by_code = sorted(found.items, key=lambda one: one.code)
    found.items = sorted(by_code, key=orders[name], reverse=found.descending)
