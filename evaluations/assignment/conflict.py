"""Conditions that cannot hold together, as few as possible: when there is no plainer cause."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from evaluations.assignment.case import Case
from evaluations.assignment.causes import Conflict
from evaluations.assignment.deletion import TESTS, filtered
from evaluations.assignment.panels import Panels, is_feasible
from evaluations.assignment.programme import TINY

Condition = tuple[str, int]
"""A kind and a place: the panel of a project, the load of a judge, a pair made by hand (its place in the flat matrix),
a requirement."""
KINDS = ("project", "load", "fixed", "skill")


def smallest_conflict(case: Case) -> Conflict:
    """Conditions each of which is needed for there to be no assignment."""
    conditions = _in_proof(case, _conditions(case, _unable_alone(case) or range(len(case.projects))))

    def broken(part: list[Condition]) -> list[Condition] | None:
        return None if is_feasible(_with_only(case, part)) else part

    kept, complete = filtered(conditions, broken, TESTS, chunk=max(1, len(conditions) // 2))
    places = _by_kind(kept)
    pairs = [divmod(place, len(case.projects)) for place in places["fixed"]]
    return Conflict(
        projects=case.names(sorted(places["project"])),
        requirements=tuple(case.skills[place].requirement for place in places["skill"]),
        judges=tuple(case.judges[place] for place in places["load"]),
        fixed=tuple((case.judges[row], case.projects[column]) for row, column in pairs),
        per_project=case.size,
        minimal=complete,
    )


def _conditions(case: Case, projects: Iterable[int]) -> list[Condition]:
    """All conditions, but the panels of these projects only."""
    places = (projects, range(len(case.judges)), np.flatnonzero(case.fixed).tolist(), range(len(case.skills)))
    return [(kind, place) for kind, own in zip(KINDS, places, strict=True) for place in own]


def _by_kind(conditions: Iterable[Condition]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, place in conditions:
        found[kind].append(place)
    return found


def _with_only(case: Case, conditions: Iterable[Condition]) -> Case:
    """The case with these of its conditions only."""
    kept = _by_kind(conditions)
    columns = sorted(kept["project"])
    fixed = np.zeros_like(case.fixed)
    fixed.flat[kept["fixed"]] = True
    loads = np.full_like(case.loads, len(case.projects))
    loads[kept["load"]] = case.loads[kept["load"]]
    elsewhere = np.delete(fixed, columns, axis=1).sum(axis=1)
    return replace(
        case,
        projects=case.names(columns),
        loads=loads - elsewhere,
        free=case.free[:, columns],
        fixed=fixed[:, columns],
        gains=case.gains[:, columns],
        skills=tuple(case.skills[place] for place in kept["skill"]),
    )


def _unable_alone(case: Case) -> list[int]:
    """The first project that could have no panel even if it were the only one."""
    kinds = np.zeros(len(case.judges), dtype=np.int64)
    for skill in case.skills:
        kinds = 2 * kinds + skill.judges
    able = case.free & (case.room > 0)[:, None]
    seen = set()
    for project in range(len(case.projects)):
        fixed = case.fixed[:, project]
        alike = (tuple(sorted(kinds[fixed])), tuple(sorted(kinds[able[:, project] & ~fixed])))
        if alike not in seen and not is_feasible(_with_only(case, _conditions(case, [project]))):
            return [project]
        seen.add(alike)
    return []


def _in_proof(case: Case, conditions: list[Condition]) -> list[Condition]:
    """Those without which the linear programme is still infeasible; all when it is not.

    Let panels and requirements lack something, as little as possible. Rows that carry no dual have no part in the
    proof that something must be lacking.
    """
    panels = Panels.of(_with_only(case, conditions))
    programme = panels.programme
    rows = np.concatenate([panels.panel, *panels.skill])
    lacking = programme.columns.add(np.zeros(len(rows)), np.full(len(rows), np.inf))
    programme.entries(rows, lacking)
    cost = np.zeros(len(programme.columns))
    cost[lacking] = 1
    found = programme.solve(cost)
    if found is None or found.objective < TINY:
        return conditions
    tight = np.abs(found.row_duals) > TINY
    asked = tight[panels.panel] | np.array([tight[row] for row in panels.skill]).any(axis=0)
    projects = sorted(_by_kind(conditions)["project"])
    needed: set[Condition] = {("project", place) for place, is_asked in zip(projects, asked, strict=True) if is_asked}
    needed |= {("load", place) for place in np.flatnonzero(tight[panels.load]).tolist()}
    needed |= {("skill", place) for place, row in enumerate(panels.skill) if tight[row].any()}
    return [each for each in conditions if each in needed or each[0] == "fixed"]
