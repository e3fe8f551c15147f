"""The lots that decide between equals: digests that anybody who has the seed can repeat."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from evaluations.assignment.case import Case

LOT_BITS = 24


def lots(case: Case, seed: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The lots of all pairs, and the second ones."""
    width = LOT_BITS // 8
    columns = [str(project).encode() for project in case.projects]
    digits = bytearray()
    for judge in case.judges:
        begun = hashlib.sha256(f"{seed}:{judge}:".encode())
        for column in columns:
            digest = begun.copy()
            digest.update(column)
            digits += digest.digest()[: 2 * width]
    places = 256 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    parts = np.frombuffer(bytes(digits), dtype=np.uint8).reshape(*case.free.shape, 2, width) @ places
    return parts[:, :, 0], parts[:, :, 1]
