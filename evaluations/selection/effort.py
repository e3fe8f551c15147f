"""How long a search may go on: so many nodes of its tree, and so many seconds of work.

The nodes alone bound nothing a person would notice: most of a hard case goes into cuts before the first branch. The
seconds are those that this thread has worked, not those of the clock: what comes out does not depend on who else is
using the machine, only on how fast it is.
"""

from dataclasses import dataclass, replace
from time import thread_time


@dataclass(frozen=True)
class Effort:
    nodes: int
    until: float | None = None
    """By `thread_time`; None: as long as it takes."""

    @classmethod
    def of(cls, nodes: int, seconds: float | None) -> "Effort":
        return cls(nodes, None if seconds is None else thread_time() + seconds)

    @property
    def seconds(self) -> float | None:
        """What is left."""
        return None if self.until is None else max(0.0, self.until - thread_time())

    @property
    def is_over(self) -> bool:
        return self.nodes <= 0 or self.seconds == 0

    def less(self, nodes: int) -> "Effort":
        return replace(self, nodes=self.nodes - nodes)

    def with_nodes(self, *, most: int | None = None, least: int = 1) -> "Effort":
        return replace(self, nodes=max(least, self.nodes if most is None else min(most, self.nodes)))

    def share(self, part: float) -> "Effort":
        """The same number of nodes in this part of the time that is left."""
        left = self.seconds
        return self if left is None else replace(self, until=thread_time() + left * part)
