"""Where two keyings of one paper sheet differ: pure comparison, no ORM."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation


def same(first: str, second: str) -> bool:
    """12 and 12.00 are the same points; texts are the same whatever their blanks and the width of their signs."""
    try:
        return Decimal(first) == Decimal(second)
    except InvalidOperation:
        return _plain(first) == _plain(second)


def differing(first: Mapping[str, str], second: Mapping[str, str]) -> list[str]:
    """The cells in which the two keyings differ, in the order of the first."""
    cells = [*first, *(cell for cell in second if cell not in first)]
    return [cell for cell in cells if not same(first.get(cell, ""), second.get(cell, ""))]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())
