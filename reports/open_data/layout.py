"""How records become a file without ever being all in memory: a head, a line for each, a tail."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from django.utils import timezone

Record = TypeVar("Record")


@dataclass(frozen=True)
class Layout(Generic[Record]):
    """A file of records: what stands before, the text of one, what joins two, what stands after."""

    head: str
    line: Callable[[Record], str]
    joint: str = ""
    tail: str = ""

    def pieces(self, records: Iterable[Record]) -> Iterator[str]:
        yield self.head
        for place, record in enumerate(records):
            yield (self.joint if place else "") + self.line(record)
        yield self.tail


def json_list(around: dict[str, Any], name: str, to_json: Callable[[Record], dict[str, Any]]) -> Layout[Record]:
    """A JSON object with the members `around` and, last, the list `name` of all records, one a line."""
    opened = compact(around)[:-1] + ("," if around else "")
    return Layout(
        head=f'{opened}"{name}":[\n', line=lambda record: compact(to_json(record)), joint=",\n", tail="\n]}\n"
    )


def compact(value: Any) -> str:
    """JSON in one line, Chinese as it is written; what is None is to be left out before (`stated`)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def stated(**members: Any) -> dict[str, Any]:
    """The members that say something: neither None nor an empty text, list or object."""
    return {name: value for name, value in members.items() if value is not None and value not in ("", [], {}, ())}


def number(amount: Decimal | None) -> int | float | None:
    """Yuan as a JSON number that reads exactly as it was: an amount has at most 12 digits before the point and 2 after
    it (`core.fields.MAX_DIGITS`), and a binary64 keeps 15, so its shortest form has the same digits."""
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def moment(at: datetime) -> str:
    """A moment as RFC 3339 with seconds, in the platform's time zone: 2026-05-01T09:30:00+08:00."""
    return timezone.localtime(at).replace(microsecond=0).isoformat()
