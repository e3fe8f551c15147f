"""Drawing lots that anybody can repeat: the order of the SHA-256 digests of the seed and each item."""

import hashlib
import secrets
from collections.abc import Sequence


def new_seed() -> str:
    """A seed nobody can foresee, to be recorded with what is drawn."""
    return secrets.token_hex(16)


def draw(items: Sequence[str], seed: str) -> list[str]:
    """The items in the order of their lots, whatever their order before."""
    return sorted(items, key=lambda item: hashlib.sha256(f"{seed}:{item}".encode()).hexdigest())
