"""One page of a list, wherever it begins: every list of ours is turned by this.

A page goes on behind the last row of the one before (keyset), so the thousandth costs what the first does, and what is
added meanwhile neither repeats a row nor hides one. Where one has been is in the address, signed: whatever else
somebody types there leads to the first page. How many rows there are is counted up to a limit only.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import connections
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.formats import number_format
from django.utils.translation import gettext as _

MOST_COUNTED = 1000
MANY_TABLES = 6
AFTER, BEFORE = "a", "b"


@dataclass
class Page:
    """Some rows of a list, and where the neighbours begin; "" where there are none."""

    object_list: list[Any]
    next_page: str = ""
    previous_page: str = ""
    rows: Any = field(default=(), repr=False)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.object_list)

    def __len__(self) -> int:
        return len(self.object_list)

    def __getitem__(self, place: Any) -> Any:
        return self.object_list[place]

    @property
    def has_next(self) -> bool:
        return bool(self.next_page)

    @property
    def has_previous(self) -> bool:
        return bool(self.previous_page)

    @property
    def has_other_pages(self) -> bool:
        return self.has_next or self.has_previous

    @cached_property
    def count(self) -> int:
        """How many rows there are in all; of a stored list one more than MOST_COUNTED stands for all that are more."""
        if not isinstance(self.rows, QuerySet):
            return len(self.rows)
        return self.rows.order_by()[: MOST_COUNTED + 1].count()

    @property
    def said(self) -> str:
        """The same in words: a number, or "more than 1,000"."""
        return up_to(self.count, MOST_COUNTED) if isinstance(self.rows, QuerySet) else str(self.count)


def up_to(number: int, most: int) -> str:
    """A number that was counted no further than one more than `most`, in words."""
    return str(number) if number <= most else _("more than %(n)s") % {"n": number_format(most, force_grouping=True)}


def page_of(rows: Any, size: int, asked: str | None) -> Page:
    """The page that the address asks for: of a queryset in its order, or of what is in memory already."""
    if isinstance(rows, QuerySet):
        return _Keyset(rows, size).page(asked or "")
    return _by_number(rows, size, asked or "")


def page_of_keys(keys: Sequence[Any], rows: QuerySet, size: int, asked: str | None) -> Page:
    """The page of a list whose order was worked out before, as keys; a row that is gone meanwhile is left out."""
    page = page_of(keys, size, asked)
    there = rows.in_bulk(page.object_list)
    page.object_list = [there[key] for key in page.object_list if key in there]
    return page


def first_of(rows: QuerySet, size: int, *, by_keys: bool = False) -> list[Any]:
    """The first rows of an ordered queryset; `by_keys`: the keys alone are put into their order, and not whole rows.

    PostgreSQL looks for the best way among eight tables (`join_collapse_limit`): what is made of more is read so, too.
    """
    is_wide = connections[rows.db].vendor == "postgresql" and _tables(rows.query.select_related) >= MANY_TABLES
    if by_keys or is_wide:
        rows = rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:size]))
    return list(rows[:size])


def _tables(related: Any) -> int:
    """How many tables are joined to show a row."""
    return sum(1 + _tables(more) for more in related.values()) if isinstance(related, dict) else 0


def _by_number(rows: Sequence[Any], size: int, asked: str) -> Page:
    last = max(1, -(-len(rows) // size))
    number = min(max(int(asked), 1), last) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
    here = list(rows[(number - 1) * size : number * size])
    following, before = number + 1 if number < last else "", number - 1 or ""
    return Page(here, str(following), str(before), rows)


@dataclass(frozen=True)
class _Key:
    """One column of the order: what it is called in a filter, and on which side of everything else its blanks stand."""

    name: str
    column: OrderBy
    kind: Any
    blanks_last: bool | None
    """None: it has no blanks."""

    def order(self, backwards: bool) -> OrderBy:
        column: Any = self.column.copy()
        return column.reverse_ordering() if backwards else column

    def beyond(self, value: Any, backwards: bool) -> Q | None:
        """Further along than a value; None: nothing is."""
        blanks_follow = self.blanks_last is not None and self.blanks_last != backwards
        if value is None:
            return None if blanks_follow else Q((f"{self.name}__isnull", False))
        further = "lt" if self.column.descending != backwards else "gt"
        beyond = Q((f"{self.name}__{further}", value))
        return beyond | Q((f"{self.name}__isnull", True)) if blanks_follow else beyond

    def same(self, value: Any) -> Q:
        return Q((f"{self.name}__isnull", True)) if value is None else Q((self.name, value))


class _Keyset:
    def __init__(self, rows: QuerySet, size: int) -> None:
        self.rows, self.size = rows, size
        self.keys: list[_Key] = []
        self.is_elsewhere = False
        """Part of the order stands in another table: no index leads along it."""
        self.shown = rows
        ordering: list[Any] = list(rows.query.order_by or rows.query.get_meta().ordering or ())
        names = {str(each).lstrip("-") for each in ordering if isinstance(each, str)}
        if not names & {"pk", rows.model._meta.pk.name}:
            last = ordering[-1] if ordering else "-pk"
            backwards = last.startswith("-") if isinstance(last, str) else getattr(last, "descending", False)
            ordering.append("-pk" if backwards else "pk")
        for each in ordering:
            self._add(each)

    def _add(self, each: Any) -> None:
        if isinstance(each, str):
            name = each.lstrip("-")
            column = F(name).desc() if each.startswith("-") else F(name).asc()
        else:
            column = each if isinstance(each, OrderBy) else each.asc()
            name = getattr(column.expression, "name", "") if isinstance(column.expression, F) else ""
        found = column.expression.resolve_expression(self.rows.query.clone())
        meta = self.rows.model._meta
        own = {each: one for one in meta.concrete_fields for each in (one.name, one.attname)} | {"pk": meta.pk}
        is_full = name in own and not own[name].null
        if name in own and name != "pk":
            name = own[name].attname  # of a relation the key, which is a value
        if name not in own and name not in self.rows.query.annotation_select:  # an alias is on no row
            name = f"page_key_{len(self.keys)}"
            self.is_elsewhere = True
            self.shown = self.shown.annotate(**{name: column.expression})
        if is_full:
            blanks_last = None
        elif column.nulls_first or column.nulls_last:
            blanks_last = bool(column.nulls_last)
        else:  # PostgreSQL holds a blank for greater than everything, SQLite for less
            blanks_last = (connections[self.rows.db].vendor == "postgresql") != column.descending
        self.keys.append(_Key(name, column, found.output_field, blanks_last))

    @property
    def salt(self) -> str:
        """A place in one list is none in another."""
        return f"page:{self.rows.model._meta.label}:{[(key.name, key.column.descending) for key in self.keys]}"

    def page(self, asked: str) -> Page:
        side, values = self._read(asked)
        backwards = side == BEFORE
        found = self.shown.order_by(*(key.order(backwards) for key in self.keys))
        if values:
            found = found.filter(self._beyond(values, backwards))
        here = first_of(found, self.size + 1, by_keys=self.is_elsewhere)
        is_more, here = len(here) > self.size, here[: self.size]
        if values and (not here or (backwards and not is_more)):
            return self.page("")  # what was there has gone, or the first page would be a short one
        if backwards:
            here.reverse()
        has_next, has_previous = backwards or is_more, bool(values) and (is_more or not backwards)
        return Page(
            here,
            self._write(AFTER, here[-1]) if here and has_next else "",
            self._write(BEFORE, here[0]) if here and has_previous else "",
            self.rows,
        )

    def _beyond(self, values: list[Any], backwards: bool) -> Q:
        """Behind the row with these values, in the order of all the keys: the first that differs decides."""
        either, before = Q(pk__in=[]), Q()
        for key, value in zip(self.keys, values, strict=True):
            beyond = key.beyond(value, backwards)
            if beyond is not None:
                either |= before & beyond
            before &= key.same(value)
        first, value = self.keys[0], values[0]
        beyond = first.beyond(value, backwards)
        bound = first.same(value) if beyond is None else beyond | first.same(value)
        if first.blanks_last is None:  # said as one comparison, so that an index leads there
            bound = Q((f"{first.name}__{'lte' if first.column.descending != backwards else 'gte'}", value))
        return bound & either

    def _write(self, side: str, row: Any) -> str:
        return signing.dumps([side, *(_plain(getattr(row, key.name)) for key in self.keys)], salt=self.salt)

    def _read(self, asked: str) -> tuple[str, list[Any]]:
        try:
            side, *values = signing.loads(asked, salt=self.salt) if asked else ("",)
        except signing.BadSignature:
            return "", []
        return side, [
            None if value is None else key.kind.to_python(value) for key, value in zip(self.keys, values, strict=False)
        ]


def _plain(value: Any) -> Any:
    """As JSON has it; the kind of the column reads it again."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value
