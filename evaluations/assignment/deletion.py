"""Deletion filter: what is broken, made smaller until nothing of it can be left out."""

from collections.abc import Callable, Hashable
from typing import TypeVar

TESTS = 50
"""Of whether a part is broken, where each takes a while."""

Element = TypeVar("Element", bound=Hashable)


def filtered(
    elements: list[Element], broken: Callable[[list[Element]], list[Element] | None], tests: int, *, chunk: int = 1
) -> tuple[list[Element], bool]:
    """Elements without which the rest is no longer broken, and whether that was seen to its end.

    `broken` gives what is broken in a part of the elements, None when nothing is. Chunks are halved down to one.
    """
    kept = list(elements)
    while True:
        place = 0
        while place < len(kept):
            if not tests:
                return kept, False
            tests -= 1
            rest = broken(kept[:place] + kept[place + chunk :])
            if rest is None:
                place += chunk
            else:
                left = set(rest)
                kept = [each for each in kept if each in left]
        if chunk == 1:
            return kept, True
        chunk //= 2
