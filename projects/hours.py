"""How many hours of coaching there were, by mentor, project and call. Pure.

A session with several groups is one line a project: its hours count in full for each of the projects, and once for the
mentor and the call, for it took place once.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Held:
    """One line: who coached which project how long; `together` names a session that several groups took part in."""

    mentor: Any
    project: Any
    call: Any
    hours: Decimal
    together: Any = None


@dataclass(frozen=True)
class Total:
    """Of one mentor, project or call."""

    of: Any
    sessions: int
    hours: Decimal


def totals(held: Iterable[Held], by: Callable[[Held], Any]) -> list[Total]:
    """The sums of each, the most hours first; a session together counts once for each sum."""
    hours: dict[Any, dict[Any, Decimal]] = {}
    for place, one in enumerate(held):
        session = one.together or ("alone", place)
        found = hours.setdefault(by(one), {})
        found[session] = max(found.get(session, Decimal(0)), one.hours)
    sums = [Total(of, len(sessions), sum(sessions.values(), Decimal(0))) for of, sessions in hours.items()]
    return sorted(sums, key=lambda total: (-total.hours, str(total.of)))


def by_mentor(one: Held) -> Any:
    return one.mentor


def by_project(one: Held) -> Any:
    return one.project


def by_call(one: Held) -> Any:
    return one.call


def whole(held: Iterable[Held]) -> Decimal:
    """All hours, a session together once."""
    return sum((total.hours for total in totals(held, lambda _one: "all")), Decimal(0))
