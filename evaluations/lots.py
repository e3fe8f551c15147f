"""Drawing lots that anybody can repeat.

Method: everything in the pot is written down; a seed nobody can foresee is made and recorded with the result; the lot
of an item is the SHA-256 digest (FIPS 180-4) of "seed:item" in UTF-8, in hexadecimal, and items come in the order of
their lots, the least first. So the order in which they lay in the pot decides nothing, and who has the seed and a
SHA-256 calculator can check every place: `printf %s "seed:item" | sha256sum`. Groups are dealt from that order like
cards: first to the first group, second to the second, and again from the first.

Fair only if the seed is made once, after the pot is closed, and kept: whoever may try seeds until one pleases has not
drawn a lot.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Item = TypeVar("Item", bound=Hashable)


def new_seed() -> str:
    """A seed nobody can foresee (128 bits), to be recorded with what is drawn."""
    return secrets.token_hex(16)


def lot(seed: str, written: str) -> str:
    """The lot of an item: the SHA-256 digest of "seed:item" in hexadecimal."""
    return hashlib.sha256(f"{seed}:{written}".encode()).hexdigest()


def draw(items: Sequence[Item], seed: str, *, key: Callable[[Item], str] = str) -> list[Item]:
    """The items in the order of their lots, whatever their order before; `key` writes an item.

    ValueError when two are written the same: they would have one lot.
    """
    twice = [written for written, count in Counter(map(key, items)).items() if count > 1]
    if twice:
        raise ValueError(f"In the pot twice: {', '.join(twice)}")
    return sorted(items, key=lambda item: lot(seed, key(item)))


def groups(items: Sequence[Item], count: int, seed: str, *, key: Callable[[Item], str] = str) -> list[list[Item]]:
    """The items in `count` groups, each in the order of its lots; sizes differ by at most one, the first are larger.

    ValueError when there is no group, or when two items are written the same.
    """
    if count < 1:
        raise ValueError(f"There must be at least one group, not {count}")
    order = draw(items, seed, key=key)
    return [order[number::count] for number in range(count)]
