"""Groups of projects that share too few experts, found by a search for augmenting paths."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from evaluations.assignment.case import Case, Skill
from evaluations.assignment.causes import TooFewForGroup
from evaluations.assignment.deletion import TESTS, filtered


def short_groups(case: Case) -> list[TooFewForGroup]:
    """At most one for the panels, and one for each requirement."""
    return [found for skill in (None, *case.skills) if (found := _short_group(case, skill)) is not None]


def _short_group(case: Case, skill: Skill | None) -> TooFewForGroup | None:
    """Projects that share too few judges, of all or of those for one requirement."""
    target = case.size if skill is None else skill.minimum
    if target > case.size:
        return None
    who = np.ones(len(case.judges), dtype=bool) if skill is None else skill.judges
    held = np.minimum((case.fixed & who[:, None]).sum(axis=0), target)
    free = case.free & ~case.fixed & who[:, None]
    need, room = target - held, case.room
    found = _stuck(free, need, room, list(range(len(case.projects))))
    if found is None:
        return None

    def places(projects: list[int]) -> int:
        return int(np.minimum(room, free[:, projects].sum(axis=1)).sum())

    def smaller(projects: list[int]) -> list[int] | None:
        return projects if need[projects].sum() > places(projects) else None

    found, _complete = filtered(found, smaller, len(found) ** 2)
    if len(found) <= TESTS:
        found, _complete = filtered(found, lambda projects: _stuck(free, need, room, projects), TESTS)
    able = (case.fixed & who[:, None]) | (free & (room > 0)[:, None])
    return TooFewForGroup(
        projects=case.names(found),
        judges=tuple(case.judges[judge] for judge in np.flatnonzero(able[:, found].any(axis=1))),
        needed=target * len(found),
        available=places(found) + int(held[found].sum()),
        requirement=None if skill is None else skill.requirement.name,
    )


def _stuck(
    free: NDArray[np.bool_], need: NDArray[np.int64], room: NDArray[np.int64], projects: list[int]
) -> list[int] | None:
    """Some of these projects that need more than all their judges can take; None when all can be served.

    Projects are served one after the other, by judges with room and by moving others along an augmenting path. When
    that fails, whatever the path could reach is full: the projects it reached are those (König).
    """
    left = room.copy()
    made = np.zeros_like(free)
    for project in projects:
        for _place in range(int(need[project])):
            cause: dict[int, int] = {}  # by which project a judge was reached
            source: dict[int, int] = {project: -1}  # by which judge a project was reached
            queue = deque([project])
            end = -1
            while queue and end < 0:
                current = queue.popleft()
                for judge in np.flatnonzero(free[:, current] & ~made[:, current]).tolist():
                    if judge in cause:
                        continue
                    cause[judge] = current
                    if left[judge] > 0:
                        end = judge
                        break
                    for other in np.flatnonzero(made[judge]).tolist():
                        if other not in source:
                            source[other] = judge
                            queue.append(other)
            if end < 0:
                return sorted(source)
            left[end] -= 1
            while end >= 0:
                current = cause[end]
                made[end, current] = True
                end = source[current]
                if end >= 0:
                    made[end, current] = False
    return None
