"""What everybody may count: groups so small that somebody could be recognised are kept back. Pure: no ORM.

A cell that counts people is kept back when it is more than none and fewer than `LEAST` (the rule of thumb of official
statistics: a table shows no cell below ten, and none that the others and the sum give away). If only one is kept back,
the sum would give it away: the smallest of the others goes with it.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

LEAST = 10

Key = TypeVar("Key", bound=Hashable)


def kept_back(cells: Mapping[Key, int], least: int = LEAST) -> set[Key]:
    """The cells of a table with a sum that everybody must not see."""
    hidden = {key for key, n in cells.items() if 0 < n < least}
    if len(hidden) == 1:
        others = [key for key, n in cells.items() if n >= least]
        hidden |= {min(others, key=lambda key: cells[key])} if others else set()
    return hidden
