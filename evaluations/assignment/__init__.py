"""Who judges what: panels of exactly the size the call asks for, never a person in conflict, the best there is.

What must hold: every project has exactly `per_project` judges; a forbidden pair is never made; nobody has more than
the highest load; every panel has the composition asked for; pairs made by hand stay. Among all assignments that keep
this, in this order, each only where the one before leaves a choice:

1. Balance: the sum of the squared loads is least. Work is what experts are asked to give, and an unequal share of it
   is seen at once and hard to justify, so it dominates. Loads then differ by at most one whenever that can be had at
   all, and the greatest load is the least possible (with requirements that overlap without one lying in the other,
   the sum of squares alone is promised).
2. Affinity: its total is greatest. It holds field knowledge, and as negative figures who should rather not meet again.
   Figures are compared to seven digits, counted from the first digit of the largest.
3. Lot: the sum of the lots of the pairs is least. The lot of a pair is the first 24 bits of the SHA-256 digest of
   "seed:judge:project" (UTF-8, ids as `str` writes them), and between equal sums the next 24 bits decide. So neither
   the order of the input nor the machine decides, and anybody who has the seed can repeat it.

Method: a transportation problem (Hitchcock, "The distribution of a product from several sources to numerous
localities", 1941). The square of a load is the sum of the odd numbers up to it, so each further panel of a judge costs
the next odd number: a convex cost that a linear programme meets exactly. Without requirements, or when of any two one
contains the other or both are apart, the programme is a network and its corners are whole numbers (Hoffman and Kruskal,
"Integral boundary points of convex polyhedra", 1956): the linear optimum is the optimum. HiGHS solves it (Huangfu and
Hall, "Parallelizing the dual revised simplex method", 2018). After each objective what has a reduced cost is fixed:
by complementary slackness exactly all optima remain, so objectives are never weighed against one another with large
numbers. Overlapping requirements can leave fractions; then the same objectives are taken in the same order by branch
and bound, bounded by nodes and not by seconds, so that every machine stops at the same place.

When there is none, `Infeasible` names the smallest cause: a single project first, then a shortage of places, then a
group of projects that share too few experts (Hall, "On representatives of subsets", 1935; found by a search for
augmenting paths, shrunk until no project can be left out), and last a set of conditions of which each is needed for
the conflict, by deletion filter (Chinneck and Dravnieks, "Locating minimal infeasible constraint sets", 1991).
`Infeasible.remedies` says what would be enough, all causes taken together (`remedy`).
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from math import fsum

import numpy as np

from evaluations.assignment.case import read
from evaluations.assignment.causes import (
    Cause,
    Conflict,
    FixedAboveLoad,
    FixedAbovePanel,
    FixedForbidden,
    FixedLeavesNoRoom,
    Infeasible,
    TooFewForGroup,
    TooFewFree,
    TooFewPlaces,
    TooFewQualified,
)
from evaluations.assignment.conflict import smallest_conflict
from evaluations.assignment.counting import at_a_glance
from evaluations.assignment.groups import short_groups
from evaluations.assignment.lot import lots
from evaluations.assignment.nouns import Assignment, Pair, Requirement
from evaluations.assignment.optimum import Nothing, optimal_pairs
from evaluations.assignment.remedy import MoreExperts, MoreLoad, remedies

__all__ = [
    "Assignment",
    "Conflict",
    "FixedAboveLoad",
    "FixedAbovePanel",
    "FixedForbidden",
    "FixedLeavesNoRoom",
    "Infeasible",
    "MoreExperts",
    "MoreLoad",
    "Requirement",
    "TooFewForGroup",
    "TooFewFree",
    "TooFewPlaces",
    "TooFewQualified",
    "assign",
]


def assign(
    judges: Sequence[Hashable],
    projects: Sequence[Hashable],
    *,
    per_project: int,
    max_load: int | Mapping[Hashable, int],
    forbidden: Collection[Pair],
    affinity: Mapping[Pair, float] | None = None,
    composition: Sequence[Requirement] = (),
    fixed: Collection[Pair] = (),
    seed: str = "",
) -> Assignment:
    """The best assignment, by the order of objectives above; pairs are (judge, project).

    Infeasible when there is none, ValueError when the input contradicts itself, RuntimeError when branch and bound was
    stopped before it had found any.
    """
    case = read(judges, projects, per_project, max_load, forbidden, affinity or {}, composition, fixed)
    if not case.projects:
        return Assignment({}, dict.fromkeys(case.judges, 0), 0.0, True)
    causes = at_a_glance(case)
    if causes:
        raise Infeasible(causes, lambda: remedies(case, causes))
    try:
        chosen, proven = optimal_pairs(case, lots(case, seed))
    except Nothing:
        found: list[Cause] = [*short_groups(case)] or [smallest_conflict(case)]
        raise Infeasible(found, lambda: remedies(case, found)) from None
    panels = {
        project: tuple(case.judges[judge] for judge in np.flatnonzero(chosen[:, place]))
        for place, project in enumerate(case.projects)
    }
    loads = dict(zip(case.judges, chosen.sum(axis=1).tolist(), strict=True))
    made = [(judge, project) for project, panel in panels.items() for judge in panel]
    return Assignment(panels, loads, fsum(float((affinity or {}).get(pair, 0)) for pair in made), proven)
