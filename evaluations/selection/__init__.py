"""Choosing the best set of projects under the money: pure calculation, no ORM. The rule is the one the call published.

Four objectives. Two follow the published order, by score, equal scores in the order of the input:

| objective | rule |
|---|---|
| rank | take in order; stop at the first that does not fit into the money |
| rank_skip | take in order, passing over what does not fit |
| score | the set with the greatest sum of scores |
| merit_amount | the set with the greatest sum of score × amount (points × yuan) |

A maximum of a group is kept while walking, too: who finds it full is passed over and stops nobody, since it concerns
that group alone. A minimum never lifts anybody over the published order: what the walk does not reach is reported as
`Selection.unmet`. In the other two objectives minimums are kept, or `Infeasible` says why they cannot be.

The best set is a multidimensional knapsack (Kellerer, Pferschy and Pisinger, "Knapsack Problems", 2004, ch. 9), solved
by HiGHS (Huangfu and Hall, "Parallelizing the dual revised simplex method", 2018) with a gap of 0. It is given integers
only: money in fen, scores as multiples of their smallest place. HiGHS reckons in doubles with a tolerance, so nothing
it says is believed unseen. Each set is added up again in Python's integers; one that breaks a limit by a fen is cut off
by a cover inequality (not all of these together), which no allowed set violates, and the problem is solved again.
`proven_optimal` means that its upper bound, too, leaves no room for one unit more. That bound is a double, and the one
thing that integers do not check: HiGHS could overlook a lead within its tolerance, some 10^-9 of the whole. Where only
a few candidates are in doubt, all their sets are counted out instead.

The search ends unproven after `effort` nodes, always at the same place (one thread), or after `seconds` of work,
whichever comes first: nodes alone bound little, since most of a hard case goes into cuts before the first branch.
`bound` then says how much better a set could be at most. What is proven is the same on every machine, and so is what
ends by nodes. What the seconds end can depend on the machine: it is checked to the fen all the same, but a slower one
may find a lesser set. Give `seconds=None` where that must not be.

Where every group has its own purse, and the purses together are within the budget, each is a problem of its own. To see
that, and to know which candidates can differ between two best sets, serves Lagrange's bound (Fisher, "The Lagrangian
relaxation method", 2004): any multipliers, rounded to integers, give an upper bound that is exact, and a candidate
whose reduced value exceeds the distance to it is in all best sets or in none.

Among equally good sets the one counts that prefers earlier inputs: its row of yes and no is the greatest by dictionary
order. Candidates that do not differ are taken in order. Then the best of all other sets is sought: when it is worth
less, there are no ties (one proof for both: nothing is better, nothing as good). Otherwise the places that can differ
are settled from the first to the last, sixteen at a time, with powers of two for weights and the value as a limit.
`first_among_equals` says that this came to its end; when the time is up it is not begun.

Two quotas for one group are both kept: the stricter limit of each kind counts.
"""

from collections.abc import Hashable, Iterable
from decimal import Decimal

from evaluations.selection.causes import Infeasible, causes
from evaluations.selection.change import Change
from evaluations.selection.change_in_order import change_in_order
from evaluations.selection.change_of_best import change_of_best
from evaluations.selection.effort import Effort
from evaluations.selection.explanation import reasons
from evaluations.selection.inversion import Inversion, inversions
from evaluations.selection.nouns import Candidate, Code, Quota, Reason, Selection
from evaluations.selection.optimum import EFFORT, Undecided, best
from evaluations.selection.order import selected
from evaluations.selection.part import Part
from evaluations.selection.problem import OBJECTIVES, Problem

__all__ = [
    "OBJECTIVES",
    "Candidate",
    "Change",
    "Code",
    "Infeasible",
    "Inversion",
    "Quota",
    "Reason",
    "Undecided",
    "greedy_merit",
    "inversions",
    "select",
    "what_would_change",
]


SECONDS = 1.4
"""For the search of the best set: with everything around it, less than two."""


def select(
    candidates: Iterable[Candidate],
    *,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Iterable[Quota] = (),
    objective: str = "merit_amount",
    effort: int = EFFORT,
    seconds: float | None = SECONDS,
) -> Selection:
    """The candidates to be funded, and the reason for each.

    Nobody with a score below `floor` is funded (exactly at it is allowed). `Infeasible` when the minimums cannot be
    kept; `Undecided` when not even that is known; ValueError for input that makes no sense, TypeError for money or
    scores that are not Decimal or int.
    """
    problem = Problem.of(candidates, budget, floor, quotas, objective)
    if problem.is_order:
        return selected(problem)
    found = best(problem, effort=Effort.of(effort, seconds))
    if found is None:
        raise Infeasible(causes(problem))
    return Selection(
        chosen=problem.ids(found.chosen),
        value=problem.worth(found.value),
        spent=problem.spent(found.chosen),
        proven_optimal=found.proven,
        reasons=reasons(problem, found.chosen),
        bound=problem.worth(found.bound),
        first_among_equals=found.first,
    )


def what_would_change(
    candidates: Iterable[Candidate],
    candidate_id: Hashable,
    *,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Iterable[Quota] = (),
    objective: str = "merit_amount",
    effort: int = EFFORT,
    seconds: float | None = SECONDS,
) -> Change:
    """What would have to change for this candidate: at most nine solutions of the problem, or two thousand walks.

    The best set of today has the same `seconds` as in `select`, so that it is the same set; each of the other solutions
    has a third of them.

    ValueError when there is no such candidate, otherwise as `select`.
    """
    problem = Problem.of(candidates, budget, floor, quotas, objective)
    place = next((place for place, one in enumerate(problem.candidates) if one.id == candidate_id), None)
    if place is None:
        raise ValueError(f"There is no candidate {candidate_id!r}")
    return change_in_order(problem, place) if problem.is_order else change_of_best(problem, place, effort, seconds)


def greedy_merit(
    candidates: Iterable[Candidate],
    *,
    budget: Decimal,
    floor: Decimal | None = None,
    quotas: Iterable[Quota] = (),
    objective: str = "merit_amount",
) -> frozenset[Hashable]:
    """The baseline: by value for each yuan, highest first, whatever fits; minimums are not looked at."""
    problem = Problem.of(candidates, budget, floor, quotas, objective)
    return problem.ids(Part(problem.values, problem.amounts, problem.rows, problem.pool).greedy())
