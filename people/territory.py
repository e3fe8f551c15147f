"""Which bureau is responsible for what, by the codes of regions: 110105030 lies in 110105, and that in 11.

A bureau is an organisation of kind funder with a region. What lies in its region is its ground, except where a bureau
further down has a region of its own: the nearest one is responsible, those above it see figures. Besides its ground a
bureau deals with organisations that have come to it from elsewhere; what ties them is said by later apps (`ties`).
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any, NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

LENGTHS = (2, 4, 6, 9, 12)
NOWHERE = Q(pk__in=())


class Tie(NamedTuple):
    """Rows that tie organisations to bureaus: in which column the organisation stands, and which way leads to the
    bureau."""

    rows: "QuerySet[Any]"
    column: str
    bureau: str

    def of(self, bureaus: Collection[int]) -> "QuerySet[Any]":
        """The rows that lead to these bureaus."""
        return self.rows.filter(**{f"{self.bureau}__in": bureaus}).order_by()

    def of_one(self, organization: Any, bureaus: Collection[int]) -> IsNull:
        """Whether one of them is that organisation's. Its rows are looked at one by one, however many the bureaus have:
        databases like to begin with those, and count all projects of a bureau anew for each organisation; or, asked
        whether there is a row and not for one, read everybody's before the first."""
        same = self.rows.model._default_manager.filter(pk=OuterRef("pk")).order_by()
        mine = self.rows.filter(**{self.column: organization}).order_by()
        found = mine.alias(leads_to=Subquery(same.values(self.bureau)[:1])).filter(leads_to__in=bureaus)
        return IsNull(Subquery(found.values("pk")[:1]), False)


ties: list[Callable[[], Tie]] = []
"""By which somebody has come to a bureau."""


def prefix_of(code: str) -> str:
    """The code without the zeros that stand for "all of it": 110000 is 11, 110105000000 is 110105."""
    for length in LENGTHS:
        if length < len(code) and set(code[length:]) == {"0"}:
            return code[:length]
    return code


def home_of(number: str) -> str:
    """Where an organisation is registered or filed, by its number; empty where the number does not say.

    A credit code names the region of its registration in its digits 3 to 8, a filing number begins with it.
    """
    found = re.match(r"BA-([0-9]{12})-", number) or re.match(r"[0-9A-Z]{2}([0-9]{6})[0-9A-Z]{10}$", number)
    return prefix_of(found[1]) if found and 11 <= int(found[1][:2]) <= 82 else ""


def inside(path: str, *codes: str) -> Q:
    """Those whose code begins with one of these, as a range that an index on the column answers on any database."""
    found = NOWHERE
    for code in codes:
        if code.isascii() and code.isdecimal():
            found |= Q(**{f"{path}__gte": code, f"{path}__lt": str(int(code) + 1)})
    return found


def above(code: str) -> list[str]:
    """The code and those of everything that it lies in: what a column is compared with to find who stands above."""
    return [code[:length] for length in LENGTHS if length <= len(code)]


def lies_in(code: str, region: str) -> bool:
    return bool(region) and code.startswith(region)


def topmost(codes: Iterable[str]) -> list[str]:
    """Those that lie in none of the others."""
    found: list[str] = []
    for code in sorted(set(codes)):
        if not (found and code.startswith(found[-1])):
            found.append(code)
    return found


def without_lower(path: str, region: str, lower: Iterable[str]) -> Q:
    """What lies in the region and in none of those further down."""
    inner = topmost(code for code in lower if code != region and lies_in(code, region))
    return inside(path, region) & ~inside(path, *inner) if inner else inside(path, region)
