"""Causes that can be counted without looking for an assignment, the plainest first."""

from collections.abc import Iterator
from math import ceil

import numpy as np

from evaluations.assignment.balance import level
from evaluations.assignment.case import Case
from evaluations.assignment.causes import (
    Cause,
    FixedAboveLoad,
    FixedAbovePanel,
    FixedForbidden,
    FixedLeavesNoRoom,
    TooFewFree,
    TooFewPlaces,
    TooFewQualified,
)


def at_a_glance(case: Case) -> list[Cause]:
    """All causes of the first kind that there is."""
    for look in (_in_fixed, _in_one_project, _in_places):
        causes = list(look(case))
        if causes:
            return causes
    return []


def _in_fixed(case: Case) -> Iterator[Cause]:
    for judge, project in np.argwhere(case.fixed & ~case.free):
        yield FixedForbidden(case.judges[judge], case.projects[project])
    for judge, count in enumerate(case.fixed.sum(axis=1)):
        if count > case.loads[judge]:
            yield FixedAboveLoad(case.judges[judge], int(count), int(case.loads[judge]))
    for place, count in enumerate(case.fixed.sum(axis=0).tolist()):
        if count > case.size:
            yield FixedAbovePanel(case.projects[place], count, case.size)
        elif count:
            for skill in case.skills:
                missing = skill.minimum - int(case.fixed[skill.judges, place].sum())
                if missing > case.size - count:
                    yield FixedLeavesNoRoom(case.projects[place], skill.requirement.name, case.size - count, missing)


def _in_one_project(case: Case) -> Iterator[Cause]:
    able = case.fixed | (case.free & (case.room > 0)[:, None])
    few = [
        TooFewFree(project, count, case.size)
        for project, count in zip(case.projects, able.sum(axis=0).tolist(), strict=True)
        if count < case.size
    ]
    yield from few
    for skill in case.skills:
        if few or skill.minimum > case.size:
            continue
        for project, count in zip(case.projects, able[skill.judges].sum(axis=0).tolist(), strict=True):
            if count < skill.minimum:
                yield TooFewQualified(project, skill.requirement.name, count, skill.minimum)


def _in_places(case: Case) -> Iterator[Cause]:
    count = len(case.projects)
    everybody = np.ones(len(case.judges), dtype=bool)
    skilled = [(skill.judges, skill.minimum, skill.requirement.name) for skill in case.skills]
    for judges, target, name in [(everybody, case.size, None), *skilled]:
        needed, available = target * count, int(case.most[judges].sum())
        if available < needed and target <= case.size:
            load = level(case.free[judges].sum(axis=1), needed)
            each = int(case.loads.max(initial=0)) or count
            yield TooFewPlaces(needed, available, load, ceil((needed - available) / each), name)
            if name is None:
                return
