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
"""

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil, fsum, isfinite
from typing import Any, TypeVar

import highspy
import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

Pair = tuple[Hashable, Hashable]
Naming = Callable[[Hashable], str]

WINDOW = 8
"""Loads this far from the level are priced one by one; further off by a line that is corrected if it matters."""
DIGITS = 7
LOT_BITS = 24
NODES = 2000
"""Of branch and bound, for one objective."""
TESTS = 50
"""Of the deletion filter: each asks whether a part of the conditions can be kept."""
NAMED = 8
"""Names in a sentence; the rest is counted."""
TINY = 1e-5
"""Below this a reduced cost is none, and a figure is whole: true ones are at least a simple fraction."""
CLOSE = 1e-3
"""Sums of whole costs that differ by less are the same."""

_Element = tuple[str, int]
Element = TypeVar("Element", bound=Hashable)


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
    case = _read(judges, projects, per_project, max_load, forbidden, affinity or {}, composition, fixed)
    if not case.projects:
        return Assignment({}, dict.fromkeys(case.judges, 0), 0.0, True)
    causes = _at_a_glance(case)
    if causes:
        raise Infeasible(causes)
    chosen, proven = _optimum(case, _lots(case, seed))
    panels = {
        project: tuple(case.judges[judge] for judge in np.flatnonzero(chosen[:, place]))
        for place, project in enumerate(case.projects)
    }
    loads = dict(zip(case.judges, chosen.sum(axis=1).tolist(), strict=True))
    made = [(judge, project) for project, panel in panels.items() for judge in panel]
    return Assignment(panels, loads, fsum(float((affinity or {}).get(pair, 0)) for pair in made), proven)


# Why there is none


@dataclass(frozen=True)
class FixedForbidden:
    """A pair made by hand that must never be made."""

    judge: Hashable
    project: Hashable

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("%(judge)s was put on the panel of %(project)s by hand, but must not judge it.")
        return [sentence % {"judge": name_of(self.judge), "project": name_of(self.project)}]


@dataclass(frozen=True)
class FixedAboveLoad:
    """More panels by hand for one judge than the highest load."""

    judge: Hashable
    fixed: int
    load: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("%(judge)s was given %(fixed)d of the panels by hand; the highest load is %(load)d.")
        return [sentence % {"judge": name_of(self.judge), "fixed": self.fixed, "load": self.load}]


@dataclass(frozen=True)
class FixedAbovePanel:
    """More judges by hand for one project than a panel has."""

    project: Hashable
    fixed: int
    needed: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("%(fixed)d experts were put on the panel of %(project)s by hand; a panel has %(needed)d.")
        return [sentence % {"project": name_of(self.project), "fixed": self.fixed, "needed": self.needed}]


@dataclass(frozen=True)
class FixedLeavesNoRoom:
    """The panel made by hand has fewer places left than a requirement still asks for."""

    project: Hashable
    requirement: str
    left: int
    missing: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _(
            "The panel of %(project)s, as far as it was made by hand, leaves %(left)d of its places; "
            "“%(requirement)s” still needs %(missing)d."
        )
        words = {"project": name_of(self.project), "requirement": self.requirement}
        return [sentence % {**words, "left": self.left, "missing": self.missing}]


@dataclass(frozen=True)
class TooFewFree:
    """Fewer judges than a panel needs are free of conflict with this project and have room left."""

    project: Hashable
    available: int
    needed: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("Only %(available)d of the experts can judge %(project)s; its panel needs %(needed)d.")
        return [sentence % {"project": name_of(self.project), "available": self.available, "needed": self.needed}]


@dataclass(frozen=True)
class TooFewQualified:
    """The same among those of one requirement."""

    project: Hashable
    requirement: str
    available: int
    needed: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _(
            "Only %(available)d of the experts for “%(requirement)s” can judge %(project)s; "
            "its panel needs at least %(needed)d of them."
        )
        words = {"project": name_of(self.project), "requirement": self.requirement}
        return [sentence % {**words, "available": self.available, "needed": self.needed}]


@dataclass(frozen=True)
class TooFewPlaces:
    """All projects together need more than all judges (or those of a requirement) may take.

    `load` for each of them would give enough places, and so would that many more `experts`, free for all projects, each
    with the greatest load that is allowed now.
    """

    needed: int
    available: int
    load: int
    experts: int
    requirement: str | None = None

    def sentences(self, name_of: Naming = str) -> list[str]:
        if self.requirement is None:
            shortage = _("The panels have %(needed)d places; the experts can take %(available)d of them.")
        else:
            shortage = _(
                "The panels need %(needed)d places for “%(requirement)s”; its experts can take %(available)d of them."
            )
        remedy = _(
            "A highest load of %(load)d for each of them would give enough places, "
            "and so would %(experts)d more of them."
        )
        words = {"needed": self.needed, "available": self.available, "requirement": self.requirement}
        return [shortage % words, remedy % {"load": self.load, "experts": self.experts}]


@dataclass(frozen=True)
class TooFewForGroup:
    """These projects share too few judges: together they can take `available` of the `needed` places.

    `judges` are all who can judge any of them (for the requirement, if one is named). Leave out any one project, and
    the others can be served; of a group of more than `TESTS` this is not looked into.
    """

    projects: tuple[Hashable, ...]
    judges: tuple[Hashable, ...]
    needed: int
    available: int
    requirement: str | None = None

    def sentences(self, name_of: Naming = str) -> list[str]:
        if self.requirement is None:
            sentence = _(
                "Together these need %(needed)d places: %(projects)s. Only these experts can judge any of them, and "
                "they can take %(available)d: %(judges)s."
            )
        else:
            sentence = _(
                "Together these need %(needed)d places for “%(requirement)s”: %(projects)s. Only these of its experts "
                "can judge any of them, and they can take %(available)d: %(judges)s."
            )
        words = {"projects": _listed(self.projects, name_of), "judges": _listed(self.judges, name_of)}
        counts = {"needed": self.needed, "available": self.available, "requirement": self.requirement}
        return [sentence % {**words, **counts}]


@dataclass(frozen=True)
class Conflict:
    """Conditions that cannot hold together, though none of the plainer causes applies.

    The panels of `projects`, these requirements, the highest loads of `judges`, and these pairs made by hand. Without
    any one of them the rest can be had, unless `minimal` is False: then the search was cut short.
    """

    projects: tuple[Hashable, ...]
    requirements: tuple[Requirement, ...]
    judges: tuple[Hashable, ...]
    fixed: tuple[Pair, ...]
    per_project: int
    minimal: bool = True

    def sentences(self, name_of: Naming = str) -> list[str]:
        words = {"size": self.per_project, "projects": _listed(self.projects, name_of)}
        found = [_("No panels of %(size)d can be made for %(projects)s that keep all of this:") % words]
        for requirement in self.requirements:
            sentence = _("“%(requirement)s” needs at least %(needed)d in each panel.")
            found.append(sentence % {"requirement": requirement.name, "needed": requirement.minimum})
        if self.judges:
            sentence = _("These experts must not be given more than their highest load: %(judges)s.")
            found.append(sentence % {"judges": _listed(self.judges, name_of)})
        for judge, project in self.fixed:
            sentence = _("%(judge)s was put on the panel of %(project)s by hand.")
            found.append(sentence % {"judge": name_of(judge), "project": name_of(project)})
        if not self.minimal:
            found.append(_("Not all of this may be needed for the conflict: the search was cut short."))
        return found


Cause = (
    FixedForbidden
    | FixedAboveLoad
    | FixedAbovePanel
    | FixedLeavesNoRoom
    | TooFewFree
    | TooFewQualified
    | TooFewPlaces
    | TooFewForGroup
    | Conflict
)


class Infeasible(Exception):
    """No assignment keeps what must hold. `causes` are all of the smallest kind that was found, `cause` the first."""

    def __init__(self, causes: Sequence[Cause]) -> None:
        super().__init__(causes)
        self.causes = tuple(causes)

    @property
    def cause(self) -> Cause:
        return self.causes[0]

    def sentences(self, name_of: Naming = str) -> list[str]:
        """What a person reads, in the language that is active now; `name_of` names judges and projects by their id."""
        return [sentence for cause in self.causes for sentence in cause.sentences(name_of)]

    def __str__(self) -> str:
        return " ".join(self.sentences())


def _listed(ids: Sequence[Hashable], name_of: Naming) -> str:
    names = "、".join(name_of(each) for each in ids[:NAMED])
    more = len(ids) - NAMED
    return _("%(names)s and %(count)d more") % {"names": names, "count": more} if more > 0 else names


# The input, by places instead of ids


@dataclass(frozen=True)
class _Skill:
    """A requirement as a mask over the judges."""

    requirement: Requirement
    judges: NDArray[np.bool_]

    @property
    def minimum(self) -> int:
        return self.requirement.minimum


@dataclass(frozen=True)
class _Case:
    """Judges are rows and projects columns of the matrices."""

    judges: tuple[Hashable, ...]
    projects: tuple[Hashable, ...]
    size: int
    loads: NDArray[np.int64]
    free: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    gains: NDArray[np.int64]
    skills: tuple[_Skill, ...]

    @property
    def room(self) -> NDArray[np.int64]:
        """Panels that each judge can have besides those given by hand."""
        return self.loads - self.fixed.sum(axis=1)

    @property
    def most(self) -> NDArray[np.int64]:
        """Panels that each judge can have at all."""
        return np.minimum(self.loads, self.free.sum(axis=1))

    def names(self, places: Iterable[int]) -> tuple[Hashable, ...]:
        return tuple(self.projects[place] for place in places)


def _read(
    judges: Sequence[Hashable],
    projects: Sequence[Hashable],
    size: int,
    max_load: int | Mapping[Hashable, int],
    forbidden: Collection[Pair],
    affinity: Mapping[Pair, float],
    composition: Sequence[Requirement],
    fixed: Collection[Pair],
) -> _Case:
    rows, columns = _places(judges, "judge"), _places(projects, "project")
    if size < 1:
        raise ValueError(f"per_project must be at least 1, not {size}")
    loads = max_load if isinstance(max_load, Mapping) else dict.fromkeys(judges, max_load)
    for judge in rows:
        if judge not in loads:
            raise ValueError(f"max_load says nothing of the judge {judge!r}")
    for judge, load in loads.items():
        if judge not in rows:
            raise ValueError(f"max_load names an unknown judge: {judge!r}")
        if load < 0:
            raise ValueError(f"max_load must not be negative, but is {load} for {judge!r}")

    def matrix(pairs: Iterable[Pair], what: str) -> NDArray[np.bool_]:
        found = np.zeros((len(rows), len(columns)), dtype=bool)
        for judge, project in pairs:
            if judge not in rows:
                raise ValueError(f"{what} names an unknown judge: {judge!r}")
            if project not in columns:
                raise ValueError(f"{what} names an unknown project: {project!r}")
            found[rows[judge], columns[project]] = True
        return found

    skills: list[_Skill] = []
    for requirement in composition:
        if requirement.minimum < 0:
            raise ValueError(f"The requirement {requirement.name!r} must not be negative: {requirement.minimum}")
        if requirement.name in (skill.requirement.name for skill in skills):
            raise ValueError(f"Two requirements have the name {requirement.name!r}")
        for judge in requirement.judges:
            if judge not in rows:
                raise ValueError(f"The requirement {requirement.name!r} names an unknown judge: {judge!r}")
        skills.append(_Skill(requirement, np.array([judge in requirement.judges for judge in judges], dtype=bool)))
    gains = np.zeros((len(rows), len(columns)), dtype=np.int64)
    matrix(affinity, "affinity")  # for unknown ids
    for (judge, project), figure in _whole(affinity).items():
        gains[rows[judge], columns[project]] = figure
    return _Case(
        judges=tuple(judges),
        projects=tuple(projects),
        size=size,
        loads=np.array([min(loads[judge], len(columns)) for judge in judges], dtype=np.int64),
        free=~matrix(forbidden, "forbidden"),
        fixed=matrix(fixed, "fixed"),
        gains=gains,
        skills=tuple(skills),
    )


def _places(ids: Sequence[Hashable], what: str) -> dict[Hashable, int]:
    """The place of each id; ValueError when two are the same, or written the same and so given the same lot."""
    places: dict[Hashable, int] = {}
    written: set[str] = set()
    for place, each in enumerate(ids):
        if each in places or str(each) in written:
            raise ValueError(f"The {what} {each!r} is there twice")
        places[each] = place
        written.add(str(each))
    return places


def _whole(affinity: Mapping[Pair, float]) -> dict[Pair, int]:
    """The affinities as whole numbers of at most `DIGITS` digits, in one common unit that is a power of ten."""
    for pair, figure in affinity.items():
        if not isfinite(figure):
            raise ValueError(f"The affinity of {pair!r} is {figure}")
    figures = {pair: Decimal(str(figure)) for pair, figure in affinity.items()}
    greatest = max(map(abs, figures.values()), default=Decimal(0))
    shift = DIGITS - 1 - greatest.adjusted() if greatest else 0
    return {pair: int(figure.scaleb(shift).to_integral_value()) for pair, figure in figures.items()}


def _lots(case: _Case, seed: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
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


# The optimum


@dataclass(frozen=True)
class _Solution:
    """What HiGHS found. The duals are those of the linear programme."""

    values: NDArray[np.float64]
    reduced: NDArray[np.float64]
    rows: NDArray[np.float64]
    row_duals: NDArray[np.float64]
    objective: float
    proven: bool = True


@dataclass
class _Programme:
    """A linear programme with whole figures, put together piece by piece; solved afresh, so nothing depends on before.

    Entries come as (row, column, value).
    """

    lower: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    upper: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    row_lower: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    row_upper: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    pieces: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)

    def columns(self, lower: Any, upper: Any) -> NDArray[np.int64]:
        first = len(self.lower)
        self.lower = np.concatenate([self.lower, np.asarray(lower, dtype=float)])
        self.upper = np.concatenate([self.upper, np.asarray(upper, dtype=float)])
        return np.arange(first, len(self.lower))

    def rows(self, lower: Any, upper: Any) -> NDArray[np.int64]:
        first = len(self.row_lower)
        self.row_lower = np.concatenate([self.row_lower, np.asarray(lower, dtype=float)])
        self.row_upper = np.concatenate([self.row_upper, np.asarray(upper, dtype=float)])
        return np.arange(first, len(self.row_lower))

    def entries(self, rows: NDArray[np.int64], columns: NDArray[np.int64], values: Any = 1.0) -> None:
        self.pieces.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=float), rows.shape)))

    def solve(self, cost: NDArray[Any], *, whole: bool = False) -> _Solution | None:
        """The least cost, in whole figures if asked for; None when nothing is feasible."""
        rows, columns, values = (np.concatenate(parts) for parts in zip(*self.pieces, strict=True))
        order = np.lexsort((rows, columns))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.lower), len(self.row_lower)
        model.col_cost_ = cost.astype(float)
        model.col_lower_, model.col_upper_ = self.lower, self.upper
        model.row_lower_, model.row_upper_ = self.row_lower, self.row_upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.searchsorted(columns[order], np.arange(len(self.lower) + 1)).astype(np.int32)
        model.a_matrix_.index_ = rows[order].astype(np.int32)
        model.a_matrix_.value_ = values[order]
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * len(self.lower)
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("parallel", "off")
        # HiGHS keeps one pool of threads a process: whoever asks for another number later gets an error, no solution.
        solver.setOptionValue("threads", 1)
        if whole:
            solver.setOptionValue("mip_rel_gap", 0.0)
            solver.setOptionValue("mip_abs_gap", 0.5)  # costs are whole
            solver.setOptionValue("mip_max_nodes", NODES)
        else:
            solver.setOptionValue("solver", "simplex")  # a corner
        solver.passModel(model)
        solver.run()
        status = solver.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            return None
        found = solver.getSolution()
        proven = status == highspy.HighsModelStatus.kOptimal
        if not found.value_valid or not (proven or whole):
            raise RuntimeError(f"HiGHS stopped without a solution: {solver.modelStatusToString(status)}")
        return _Solution(
            values=np.array(found.col_value),
            reduced=np.array(found.col_dual),
            rows=np.array(found.row_value),
            row_duals=np.array(found.row_dual),
            objective=solver.getInfo().objective_function_value,
            proven=proven,
        )

    def narrow(self, solution: _Solution) -> None:
        """Leave only what is as good as this solution of the linear programme: all of that, and nothing else."""
        fast = np.abs(solution.reduced) > TINY
        self.lower[fast] = self.upper[fast] = np.round(solution.values[fast])
        tight = np.abs(solution.row_duals) > TINY
        self.row_lower[tight] = self.row_upper[tight] = np.round(solution.rows[tight])


@dataclass(frozen=True)
class _Panels:
    """The programme of the panels: a column for each pair that may be made, with its judge and project.

    Rows: `panel` for each project, `load` for each judge (at most so many), `skill` for each requirement and project.
    """

    programme: _Programme
    judges: NDArray[np.int64]
    projects: NDArray[np.int64]
    panel: NDArray[np.int64]
    load: NDArray[np.int64]
    skill: tuple[NDArray[np.int64], ...]

    def cost(self, figures: NDArray[np.int64]) -> NDArray[np.int64]:
        """Costs of pairs, for all columns."""
        cost = np.zeros(len(self.programme.lower), dtype=np.int64)
        cost[: len(self.judges)] = figures[self.judges, self.projects]
        return cost


def _panels(case: _Case) -> _Panels:
    judges, projects = np.nonzero(case.free)
    programme = _Programme()
    pairs = programme.columns(case.fixed[judges, projects], np.ones(len(judges)))
    count = len(case.projects)
    panel = programme.rows(np.full(count, case.size), np.full(count, case.size))
    load = programme.rows(np.full(len(case.judges), -np.inf), case.loads)
    programme.entries(panel[projects], pairs)
    programme.entries(load[judges], pairs)
    rows = []
    for skill in case.skills:
        row = programme.rows(np.full(count, skill.minimum), np.full(count, np.inf))
        counted = skill.judges[judges]
        programme.entries(row[projects[counted]], pairs[counted])
        rows.append(row)
    return _Panels(programme, judges, projects, panel, load, tuple(rows))


@dataclass(frozen=True)
class _Steps:
    """What loads cost: each judge's from 0 to `low` at once, then one by one, then from `high` on at once.

    On [low − 1, high + 1] the cost is the square of the load (less a constant), outside it is below the square. So an
    optimum whose loads lie inside is one for the squares.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    cost: NDArray[np.int64]

    def keep(self, panels: _Panels, values: NDArray[np.float64]) -> None:
        """Have only loads on which the cost is the square from now on; `_Outside` when these are not."""
        pairs = len(panels.judges)
        loads = np.bincount(panels.judges, weights=values[:pairs], minlength=len(self.low))
        if (loads < self.low - 1 - TINY).any() or (loads > self.high + 1 + TINY).any():
            raise _Outside
        programme = panels.programme
        programme.lower[self.first] = np.maximum(self.low - 1, 0)
        programme.upper[self.last] = np.minimum(programme.upper[self.last], 1)


def _with_steps(case: _Case, panels: _Panels, width: int) -> _Steps:
    """Add the steps of the loads to the programme."""
    level = _level(case.most, len(case.projects) * case.size)
    middle = np.clip(level, case.fixed.sum(axis=1), case.most)
    low, high = np.maximum(middle - width, 0), np.minimum(middle + width, case.most)
    programme = panels.programme
    programme.row_lower[panels.load] = programme.row_upper[panels.load] = 0
    first = programme.columns(np.zeros(len(low)), low)
    last = programme.columns(np.zeros(len(low)), case.most - high)
    owner = np.repeat(np.arange(len(low)), high - low)
    number = np.concatenate([np.arange(start, end) for start, end in zip(low, high, strict=True)])
    single = programme.columns(np.zeros(len(owner)), np.ones(len(owner)))
    for columns, judges in ((first, np.arange(len(low))), (last, np.arange(len(low))), (single, owner)):
        programme.entries(panels.load[judges], columns, -1.0)
    cost = np.zeros(len(programme.lower), dtype=np.int64)
    cost[first], cost[last], cost[single] = 2 * low - 1, 2 * high + 1, 2 * number + 1
    return _Steps(low, high, first, last, cost)


def _level(most: NDArray[np.int64], needed: int) -> int:
    """The least load that gives as many places as needed, were each to take as much of it as possible."""
    greatest = int(most.max(initial=0))
    return next((load for load in range(greatest) if np.minimum(most, load).sum() >= needed), greatest)


def _optimum(case: _Case, lots: tuple[NDArray[np.int64], NDArray[np.int64]]) -> tuple[NDArray[np.bool_], bool]:
    """Who judges what, and whether that is proven to be the best."""
    objectives = [*([-case.gains] if case.gains.any() else []), *lots]
    width, whole = WINDOW, False
    while True:
        panels = _panels(case)
        steps = _with_steps(case, panels, width)
        costs = [steps.cost, *map(panels.cost, objectives)]
        try:
            values, proven = _by_branching(panels, steps, costs) if whole else (_at_corners(panels, steps, costs), True)
        except _Nothing:
            raise Infeasible(_in_depth(case)) from None
        except _Outside:
            width *= 4
            continue
        if values is not None:
            return _checked(case, panels, values), proven
        whole = True


class _Outside(Exception):
    """Loads lie where the cost of the steps is not the square."""


class _Nothing(Exception):
    """Nothing is feasible."""


def _at_corners(panels: _Panels, steps: _Steps, costs: list[NDArray[np.int64]]) -> NDArray[np.float64] | None:
    """The optimum if the linear programme ends in whole figures; they then reach each of its bounds. None if not."""
    values = np.empty(0)
    bounds: list[float] = []
    for cost in costs:
        found = panels.programme.solve(cost)
        if found is None:
            raise _Nothing
        if not bounds:
            steps.keep(panels, found.values)
        values = found.values
        bounds.append(found.objective)
        panels.programme.narrow(found)
    whole = np.round(values)
    reached = all(whole @ cost - bound < CLOSE for cost, bound in zip(costs, bounds, strict=True))
    return whole if reached and np.abs(whole - values).max() < TINY else None


def _by_branching(panels: _Panels, steps: _Steps, costs: list[NDArray[np.int64]]) -> tuple[NDArray[np.float64], bool]:
    """The optimum by branch and bound, and whether all of it is proven."""
    programme = panels.programme
    values, proven = np.empty(0), True
    for cost in costs:
        linear, found = programme.solve(cost), programme.solve(cost, whole=True)
        if linear is None or found is None:
            if not len(values):
                raise _Nothing
            return values, False
        if not len(values):
            steps.keep(panels, found.values)
        values, proven = np.round(found.values), proven and found.proven
        reached = int(values @ cost)
        if reached - linear.objective < CLOSE:
            programme.narrow(linear)
        else:
            row, columns = programme.rows([-np.inf], [reached]), np.flatnonzero(cost)
            programme.entries(np.repeat(row, len(columns)), columns, cost[columns])
    return values, proven


def _checked(case: _Case, panels: _Panels, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The pairs as a matrix, everything that must hold looked at once more, in whole numbers."""
    chosen = np.zeros(case.free.shape, dtype=bool)
    chosen[panels.judges, panels.projects] = values[: len(panels.judges)] > 0.5
    held = (
        not (chosen & ~case.free).any()
        and not (case.fixed & ~chosen).any()
        and bool(np.all(chosen.sum(axis=0) == case.size))
        and bool(np.all(chosen.sum(axis=1) <= case.loads))
        and all(bool(np.all(chosen[skill.judges].sum(axis=0) >= skill.minimum)) for skill in case.skills)
    )
    if not held:
        raise RuntimeError("HiGHS gave a solution that does not hold")
    return chosen


# Looking for the smallest cause


def _at_a_glance(case: _Case) -> list[Cause]:
    """What can be counted without looking for an assignment; all causes of the first kind that there is."""
    for look in (_in_fixed, _in_one_project, _in_places):
        causes = list(look(case))
        if causes:
            return causes
    return []


def _in_fixed(case: _Case) -> Iterator[Cause]:
    for judge, project in np.argwhere(case.fixed & ~case.free):
        yield FixedForbidden(case.judges[judge], case.projects[project])
    for judge, count in enumerate(case.fixed.sum(axis=1)):
        if count > case.loads[judge]:
            yield FixedAboveLoad(case.judges[judge], int(count), int(case.loads[judge]))
    for place, count in enumerate(case.fixed.sum(axis=0)):
        if count > case.size:
            yield FixedAbovePanel(case.projects[place], int(count), case.size)
        elif count:
            for skill in case.skills:
                missing = skill.minimum - int(case.fixed[skill.judges, place].sum())
                if missing > case.size - count:
                    name = skill.requirement.name
                    yield FixedLeavesNoRoom(case.projects[place], name, case.size - int(count), missing)


def _in_one_project(case: _Case) -> Iterator[Cause]:
    able = case.fixed | (case.free & (case.room > 0)[:, None])
    few = [
        TooFewFree(project, int(count), case.size)
        for project, count in zip(case.projects, able.sum(axis=0), strict=True)
        if count < case.size
    ]
    yield from few
    for skill in case.skills:
        if few or skill.minimum > case.size:
            continue
        for project, count in zip(case.projects, able[skill.judges].sum(axis=0), strict=True):
            if count < skill.minimum:
                yield TooFewQualified(project, skill.requirement.name, int(count), skill.minimum)


def _in_places(case: _Case) -> Iterator[Cause]:
    count = len(case.projects)
    everybody = np.ones(len(case.judges), dtype=bool)
    skilled = [(skill.judges, skill.minimum, skill.requirement.name) for skill in case.skills]
    for judges, target, name in [(everybody, case.size, None), *skilled]:
        needed, available = target * count, int(case.most[judges].sum())
        if available < needed and target <= case.size:
            load = _level(case.free[judges].sum(axis=1), needed)
            each = int(case.loads.max(initial=0)) or count
            yield TooFewPlaces(needed, available, load, ceil((needed - available) / each), name)
            if name is None:
                return


def _in_depth(case: _Case) -> list[Cause]:
    """Why an assignment was looked for in vain."""
    groups = [found for skill in (None, *case.skills) if (found := _group(case, skill)) is not None]
    return [*groups] if groups else [_conflict(case)]


def _group(case: _Case, skill: _Skill | None) -> TooFewForGroup | None:
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

    def lacks(projects: list[int]) -> bool:
        return bool(need[projects].sum() > np.minimum(room, free[:, projects].sum(axis=1)).sum())

    def smaller(projects: list[int]) -> list[int] | None:
        return projects if lacks(projects) else None

    found, _complete = _filtered(found, smaller, len(found) ** 2)
    if len(found) <= TESTS:
        found, _complete = _filtered(found, lambda projects: _stuck(free, need, room, projects), TESTS)
    able = (case.fixed & who[:, None]) | (free & (room > 0)[:, None])
    return TooFewForGroup(
        projects=case.names(found),
        judges=tuple(case.judges[judge] for judge in np.flatnonzero(able[:, found].any(axis=1))),
        needed=target * len(found),
        available=int(np.minimum(room, free[:, found].sum(axis=1)).sum() + held[found].sum()),
        requirement=None if skill is None else skill.requirement.name,
    )


def _filtered(
    elements: list[Element], broken: Callable[[list[Element]], list[Element] | None], tests: int, *, chunk: int = 1
) -> tuple[list[Element], bool]:
    """Deletion filter: elements without which the rest is no longer broken, and whether that was seen to its end.

    `broken` gives what is broken in a part of the elements, None when nothing is. Chunks are halved down to one.
    """
    kept = list(elements)
    while True:
        place = 0
        while place < len(kept):
            if not tests:
                return kept, False
            tests -= 1
            rest = broken(kept[:place] + kept[place + chunk :])
            if rest is None:
                place += chunk
            else:
                left = set(rest)
                kept = [each for each in kept if each in left]
        if chunk == 1:
            return kept, True
        chunk //= 2


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


def _conflict(case: _Case) -> Conflict:
    """Conditions each of which is needed for there to be no assignment."""
    projects = [("project", place) for place in _unable_alone(case) or range(len(case.projects))]
    skills = [("skill", place) for place in range(len(case.skills))]
    loads = [("load", place) for place in range(len(case.judges))]
    pairs = [("fixed", place) for place in np.flatnonzero(case.fixed).tolist()]
    elements = _in_proof(case, [*projects, *loads, *pairs, *skills])

    def broken(part: list[_Element]) -> list[_Element] | None:
        return None if _is_feasible(_part(case, part)) else part

    kept, complete = _filtered(elements, broken, TESTS, chunk=max(1, len(elements) // 2))
    places = {kind: [place for each, place in kept if each == kind] for kind in ("project", "skill", "load", "fixed")}
    rows, columns = np.unravel_index(np.array(places["fixed"], dtype=np.int64), case.fixed.shape)
    return Conflict(
        projects=case.names(sorted(places["project"])),
        requirements=tuple(case.skills[place].requirement for place in places["skill"]),
        judges=tuple(case.judges[place] for place in places["load"]),
        fixed=tuple((case.judges[row], case.projects[column]) for row, column in zip(rows, columns, strict=True)),
        per_project=case.size,
        minimal=complete,
    )


def _part(case: _Case, elements: Collection[_Element]) -> _Case:
    """The case with these of its conditions only."""
    kept: dict[str, list[int]] = {"project": [], "skill": [], "load": [], "fixed": []}
    for kind, place in elements:
        kept[kind].append(place)
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


def _is_feasible(case: _Case) -> bool:
    if not case.projects:
        return True
    panels = _panels(case)
    cost = np.zeros(len(panels.programme.lower))
    found = panels.programme.solve(cost)
    if found is None:
        return False
    whole = np.abs(found.values - np.round(found.values)).max() < TINY
    return bool(whole) or panels.programme.solve(cost, whole=True) is not None


def _unable_alone(case: _Case) -> list[int]:
    """The first project that could have no panel even if it were the only one."""
    kinds = np.zeros(len(case.judges), dtype=np.int64)
    for skill in case.skills:
        kinds = 2 * kinds + skill.judges
    others = [("load", place) for place in range(len(case.judges))]
    others += [("fixed", place) for place in np.flatnonzero(case.fixed).tolist()]
    others += [("skill", place) for place in range(len(case.skills))]
    able = case.free & (case.room > 0)[:, None]
    seen = set()
    for project in range(len(case.projects)):
        fixed = case.fixed[:, project]
        alike = (tuple(sorted(kinds[fixed])), tuple(sorted(kinds[able[:, project] & ~fixed])))
        if alike not in seen and not _is_feasible(_part(case, [("project", project), *others])):
            return [project]
        seen.add(alike)
    return []


def _in_proof(case: _Case, elements: list[_Element]) -> list[_Element]:
    """Those without which the linear programme is still infeasible; all when it is not.

    Let panels and requirements lack something, as little as possible. Rows that carry no dual have no part in the
    proof that something must be lacking.
    """
    part = _part(case, elements)
    panels = _panels(part)
    programme = panels.programme
    rows = np.concatenate([panels.panel, *panels.skill])
    lacking = programme.columns(np.zeros(len(rows)), np.full(len(rows), np.inf))
    programme.entries(rows, lacking)
    cost = np.zeros(len(programme.lower))
    cost[lacking] = 1
    found = programme.solve(cost)
    if found is None or found.objective < TINY:
        return elements
    tight = np.abs(found.row_duals) > TINY
    columns = sorted(place for kind, place in elements if kind == "project")
    asked = tight[panels.panel] | np.array([tight[row] for row in panels.skill]).any(axis=0)
    needed: set[_Element] = {("project", place) for place, is_asked in zip(columns, asked, strict=True) if is_asked}
    needed |= {("load", place) for place in np.flatnonzero(tight[panels.load]).tolist()}
    needed |= {("skill", place) for place, row in enumerate(panels.skill) if tight[row].any()}
    return [each for each in elements if each in needed or each[0] == "fixed"]
