"""Where a chosen set departs from the published order."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Inversion:
    """A project that is left out although later ones of the same group are chosen."""

    left_out: Hashable
    chosen: tuple[Hashable, ...]


def inversions(
    order: Sequence[Hashable], chosen: Collection[Hashable], same: Mapping[Hashable, Hashable] | None = None
) -> list[Inversion]:
    """Every id of the published order that is left out although a later one (of the same group by `same`) is chosen.

    ValueError when an id stands in the order twice, or a chosen one not at all.
    """
    taken = set(chosen)
    if len(set(order)) < len(order):
        raise ValueError("An id stands in the order twice")
    if taken - set(order):
        raise ValueError("A chosen id does not stand in the order")
    later: dict[Hashable, list[Hashable]] = {}
    found = []
    for one in reversed(order):
        group = same[one] if same is not None else None
        if one in taken:
            later.setdefault(group, []).append(one)
        elif group in later:
            found.append(Inversion(one, tuple(reversed(later[group]))))
    return found[::-1]
