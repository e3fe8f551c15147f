"""Where projects wait: how long they stood in each state, from their log. Pure: no ORM.

A stay begins with the move into a state and ends with the move out of it; a move that stays is none. A project that was
in a state several times (sent back, and sent back again) stood there as long as all of its stays together. Half of the
projects took no longer than the median; a quarter no longer than the lower quartile, three quarters no longer than the
upper (nearest rank, as the 90th percentile of `projects.indicators`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import ceil

from projects.indicators import median

Move = tuple[int, str, str, datetime]
"""Whose, from which state, to which, and when; the oldest of a project first."""


@dataclass(frozen=True)
class Stay:
    """One project in one state, from a day to a day."""

    project: int
    state: str
    since: date
    until: date


@dataclass(frozen=True)
class Wait:
    """Of one state: how many projects have left it, and after how many workdays."""

    state: str
    projects: int
    lower: Decimal
    middle: Decimal
    upper: Decimal


def stays(moves: Iterable[Move], day_of: Callable[[datetime], date]) -> list[Stay]:
    """Every stay that has ended; `day_of` turns a moment into a day. What began before the log has no length."""
    found, entered = [], dict[int, tuple[str, datetime]]()
    for project, source, target, at in moves:
        if source == target or not target:
            continue
        state, since = entered.get(project, ("", at))
        if state and state == source:
            found.append(Stay(project, state, day_of(since), day_of(at)))
        entered[project] = (target, at)
    return found


def waits(lengths: Iterable[tuple[int, str, int]]) -> dict[str, Wait]:
    """By state, from the workdays of each stay (project, state, workdays)."""
    sums: dict[str, dict[int, int]] = {}
    for project, state, days in lengths:
        of_state = sums.setdefault(state, {})
        of_state[project] = of_state.get(project, 0) + days
    return {state: _wait(state, sorted(of_state.values())) for state, of_state in sums.items()}


def _wait(state: str, ranked: Sequence[int]) -> Wait:
    middle = median(ranked)
    assert middle is not None
    return Wait(state, len(ranked), _rank(ranked, 25), middle, _rank(ranked, 75))


def _rank(ranked: Sequence[int], percent: int) -> Decimal:
    return Decimal(ranked[ceil(len(ranked) * percent / 100) - 1])
