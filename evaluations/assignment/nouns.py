"""What is asked of the panels, and what comes out."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

Pair = tuple[Hashable, Hashable]
"""(judge, project)"""


@dataclass(frozen=True)
class Requirement:
    """Each panel needs at least `minimum` of these judges. One judge may count for several requirements."""

    judges: frozenset[Hashable]
    minimum: int
    name: str


@dataclass(frozen=True)
class Assignment:
    """The panels (judges in the order of the input), how many panels each judge has, and the total affinity.

    `proven_optimal` is False only when branch and bound was stopped; what must hold holds all the same.
    """

    panels: Mapping[Hashable, tuple[Hashable, ...]]
    loads: Mapping[Hashable, int]
    affinity: float
    proven_optimal: bool
