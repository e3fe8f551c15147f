"""Strict and mild judges: what would the scores be if all had judged alike? Pure calculation, no ORM, nothing decided.

Where a few of many judges see each project, its mean depends on whom it met. The model is additive: score = project's
merit + judge's severity + noise. Raw mean and adjusted score stand side by side as an aid for the people who discuss;
the official rank is that of the published rule (`evaluations.ranking`).

Method. Merits are fixed, severities are random with mean 0. Their best linear unbiased prediction (Robinson, "That BLUP
is a good thing", 1991) solves the least squares equations of the judges, the projects eliminated, with noise variance /
judge variance added on the diagonal: the less a judge's scores say, the nearer to 0. Both variances come from the data,
by Henderson's method III: moments, no iteration ("Estimation of variance and covariance components", 1953). When the
judges differ no more than the noise would make them, or nothing is left to measure the noise by, nobody is adjusted.

A severity above 0 is mild, below 0 strict, against the average of the judges who are connected: those who share a
project with somebody who shares one with somebody … Between judges and projects that are not connected, nothing can be
said. Then `components` is more than 1, and adjusted scores and ranks compare only within a component: there every
component is taken to have equally severe judges on average, as the raw means take it.

A judge with fewer than `FEWEST` scores of projects that somebody else has scored, too, is not adjusted: the scores are
taken as they are (`adjusted=False`, severity 0). They do serve as comparison for the others.

Intervals (95 %) are percentiles of a residual bootstrap of the two levels (Carpenter, Goldstein and Rasbash, "A novel
bootstrap procedure for assessing the relationship between class size and achievement", 2003). In each round every panel
keeps its judges; severities and residuals, inflated to their estimated variances, are drawn anew with replacement, the
same estimate is made, and by how much it missed is taken off the real one. Ranks are those of the merits that come out,
as in Goldstein and Spiegelhalter, "League tables and their limitations" (1996). So the intervals hold what shrinkage
leaves undone and what is unknown about judges who are not adjusted, but not that the two variances are estimates (in
simulated seasons they hold the truth in 90 to 95 of 100 cases). The residuals of all panels are one pool: drawing a
panel's scores from its own few alone would let two judges who happen to agree pass for certainty. That a panel is torn
is shown by `evaluations.reliability.spread`, not by its interval.

An interval is widened to its own estimate, which the percentiles of a rank may miss. The same scores give the same
figures, in whatever order they come.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt

FEWEST = 5
ROUNDS = 200
SEED = 2013
CONFIDENCE = 0.95
ALIKE = 9
"""Scores that are equal to this many places share a rank: the rest is rounding."""
NOTHING = 1e-9
"""A variance, in squared points, or a ratio of two, that is rounding only."""

Triple = tuple[Hashable, Hashable, Decimal | float]
Floats = npt.NDArray[np.float64]
Indexes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class JudgeEffect:
    """How mild (above 0) or strict (below) a judge is, in points, from `n` scores; 0 without interval: not adjusted."""

    judge: Hashable
    n: int
    severity: float
    low: float | None
    high: float | None
    adjusted: bool
    component: int = 1


@dataclass(frozen=True)
class ProjectEffect:
    """A project's mean as given and with its judges' severities taken off, and the place among all by either.

    `adjusted` may leave the scale by as much as a severity. `low` to `high` is its interval, `rank_low` (the better
    place) to `rank_high` that of `adjusted_rank`; None where the noise cannot be measured.
    """

    project: Hashable
    n: int
    raw: float
    adjusted: float
    low: float | None
    high: float | None
    raw_rank: int
    adjusted_rank: int
    rank_low: int | None = None
    rank_high: int | None = None
    component: int = 1


@dataclass(frozen=True)
class Calibration:
    """Judges and projects in the order in which they first appear, and how many components cannot be compared.

    `judge_deviation` and `noise_deviation` are the standard deviations of severity and noise, in points; None when
    there is too little to estimate them. With `judge_deviation` None or 0 nobody was adjusted.
    """

    judges: tuple[JudgeEffect, ...]
    projects: tuple[ProjectEffect, ...]
    components: int
    judge_deviation: float | None
    noise_deviation: float | None


def calibrate(
    scores: Iterable[Triple],
    *,
    fewest: int = FEWEST,
    rounds: int = ROUNDS,
    seed: int = SEED,
    highest: Decimal | float = 100,
) -> Calibration:
    """The effects of (judge, project, score) triples; without `rounds` there are no intervals.

    ValueError for a judge who scores a project twice, and for a score that is not between 0 and `highest` (NaN is not).
    """
    triples = list(scores)
    _check(triples, highest)
    if fewest < 1 or rounds < 0:
        raise ValueError(f"fewest must be at least 1 and rounds at least 0, not {fewest} and {rounds}")
    if not triples:
        return Calibration((), (), 0, None, None)
    table = _Table(triples)
    fit = _Fit(table)
    enough = table.compared() >= fewest if fit.between else np.zeros(len(table.judges), bool)
    severity = np.where(enough, fit.severity, 0.0)
    raw = table.raw()
    means = raw - table.means(severity[table.judge])

    severities, merits = [severity], [means]
    for error in fit.errors(rounds, seed, enough):
        severities.append(severity - error.severity)
        merits.append(means - error.merit)
    ranks = [_places(merit) for merit in merits]
    judge_limits, merit_limits, rank_limits = _limits(severities), _limits(merits), _limits(ranks)

    raw_ranks = _places(raw)
    judges = {
        judge: JudgeEffect(
            judge,
            int(table.given[at]),
            float(severity[at]),
            *(judge_limits[at] if enough[at] else (None, None)),
            bool(enough[at]),
            int(table.judge_part[at]),
        )
        for at, judge in enumerate(table.judges)
    }
    projects = {
        project: ProjectEffect(
            project,
            int(table.size[at]),
            float(raw[at]),
            float(means[at]),
            *merit_limits[at],
            int(raw_ranks[at]),
            int(ranks[0][at]),
            *_whole(rank_limits[at]),
            int(table.project_part[at]),
        )
        for at, project in enumerate(table.projects)
    }
    return Calibration(
        tuple(judges[judge] for judge in dict.fromkeys(judge for judge, _, _ in triples)),
        tuple(projects[project] for project in dict.fromkeys(project for _, project, _ in triples)),
        table.components,
        None if fit.between is None else math.sqrt(fit.between),
        None if fit.noise is None else math.sqrt(fit.noise),
    )


def _check(triples: Sequence[Triple], highest: Decimal | float) -> None:
    seen = set()
    for judge, project, score in triples:
        if not 0 <= float(score) <= highest:  # NaN is refused, too
            raise ValueError(f"A score must be between 0 and {highest}, not {score}")
        if (judge, project) in seen:
            raise ValueError(f"Judge {judge!r} has scored project {project!r} twice")
        seen.add((judge, project))


class _Table:
    """The scores as columns, project by project, in an order that does not depend on that of the triples."""

    def __init__(self, triples: Sequence[Triple]) -> None:
        self.judges = sorted(dict.fromkeys(judge for judge, _, _ in triples), key=repr)
        self.projects = sorted(dict.fromkeys(project for _, project, _ in triples), key=repr)
        judge_at = {judge: at for at, judge in enumerate(self.judges)}
        project_at = {project: at for at, project in enumerate(self.projects)}
        rows = sorted((project_at[project], judge_at[judge], float(score)) for judge, project, score in triples)
        self.project: Indexes = np.array([row[0] for row in rows], np.intp)
        self.judge: Indexes = np.array([row[1] for row in rows], np.intp)
        self.score: Floats = np.array([row[2] for row in rows])
        self.size = np.bincount(self.project)
        self.given = np.bincount(self.judge)
        self.start = np.cumsum(self.size) - self.size
        parts = self._parts()
        self.judge_part, self.project_part = parts[: len(self.judges)], parts[len(self.judges) :]
        self.components = int(parts.max())

    def _parts(self) -> Indexes:
        """The component of each judge and then of each project, numbered from 1."""
        parent = list(range(len(self.judges) + len(self.projects)))

        def root(node: int) -> int:
            while parent[node] != node:
                parent[node] = node = parent[parent[node]]
            return node

        for judge, project in zip(self.judge.tolist(), self.project.tolist(), strict=True):
            parent[root(len(self.judges) + project)] = root(judge)
        number: dict[int, int] = {}
        return np.array([number.setdefault(root(node), len(number) + 1) for node in range(len(parent))], np.intp)

    def compared(self) -> Indexes:
        """How many of each judge's scores are of projects that somebody else scored, too."""
        return np.bincount(self.judge[self.size[self.project] > 1], minlength=len(self.judges))

    def raw(self) -> Floats:
        """Each project's mean, without the rounding of a running sum."""
        panels = np.split(self.score, self.start[1:])
        return np.array([math.fsum(panel) / len(panel) for panel in panels])

    def means(self, value: Floats) -> Floats:
        """The mean of a column in each project."""
        return _sums(self.project, value, len(self.projects)) / self.size

    def apart(self, value: Floats) -> Floats:
        """What each score's value is above the mean of its project."""
        return value - self.means(value)[self.project]

    def matrix(self) -> Floats:
        """The left side of the judges' normal equations, the merits eliminated."""
        of_one = self.size[self.project]
        first = np.repeat(np.arange(len(self.score)), of_one)  # every ordered pair of one project's scores
        second = np.arange(len(first)) - np.repeat(np.cumsum(of_one) - of_one, of_one) + self.start[self.project[first]]
        count = len(self.judges)
        cells = _sums(self.judge[first] * count + self.judge[second], 1 / self.size[self.project[first]], count * count)
        return np.diag(self.given.astype(np.float64)) - cells.reshape(count, count)

    def side(self, value: Floats) -> Floats:
        """Their right side."""
        return _sums(self.judge, self.apart(value), len(self.judges))


@dataclass(frozen=True)
class _Error:
    """By how much one round's estimates missed."""

    severity: Floats
    merit: Floats


class _Fit:
    """The variances (None: too few scores, 0: nothing), and the severities of all judges, whether adjusted or not."""

    def __init__(self, table: _Table) -> None:
        self.table = table
        self.noise: float | None = None
        self.between: float | None = None
        self.severity: Floats = np.zeros(len(table.judges))
        rank = len(table.judges) - table.components
        left = len(table.score) - len(table.projects) - rank
        if left < 1:
            return
        matrix, side, apart = table.matrix(), table.side(table.score), table.apart(table.score)
        plain = np.linalg.pinv(matrix, rcond=NOTHING, hermitian=True)
        explained = float(side @ plain @ side)
        noise = (float(apart @ apart) - explained) / left
        self.noise = noise if noise > NOTHING else 0.0
        between = (explained - rank * self.noise) / float(np.trace(matrix))
        self.between = between if between > NOTHING else 0.0
        if self.between:
            ratio = self.noise / self.between
            self.solver = np.linalg.inv(matrix + ratio * np.eye(len(side))) if ratio > NOTHING else plain
            self.severity = self._predict(table.score)

    def _predict(self, value: Floats) -> Floats:
        return self._centred(self.solver @ self.table.side(value))

    def _centred(self, severity: Floats) -> Floats:
        """Adding up to 0 in every component."""
        part = self.table.judge_part
        level = _sums(part, severity, self.table.components + 1)[part] / np.bincount(part)[part]
        return severity - level

    def errors(self, rounds: int, seed: int, enough: npt.NDArray[np.bool_]) -> Iterable[_Error]:
        """Of the estimates in each round of the bootstrap; none where the noise is unknown."""
        if self.noise is None:
            return
        table = self.table
        residual = table.apart(table.score - self.severity[table.judge])
        several = table.size[table.project] > 1  # a single score has no residual
        size = table.size[table.project][several]
        noises = _inflated(residual[several] * np.sqrt(size / (size - 1)), self.noise)
        severities = _inflated(self.severity, self.between or 0.0)
        random = np.random.RandomState(seed)  # the older generator: its sequence is promised never to change

        def drawn(pool: Floats, count: int) -> Floats:
            return pool[(random.random_sample(count) * len(pool)).astype(np.intp)]

        for _ in range(rounds):
            severity = self._centred(drawn(severities, len(table.judges)))
            noise = drawn(noises, len(table.score))
            found = np.where(enough, self._predict(severity[table.judge] + noise), 0.0) if enough.any() else 0.0
            missed = found - severity
            yield _Error(missed, table.means(noise - missed[table.judge]))


def _inflated(pool: Floats, variance: float) -> Floats:
    """The pool on the scale on which its mean square is the variance."""
    square = float(np.mean(pool * pool))
    return pool * math.sqrt(variance / square) if square > 0 else pool


def _sums(group: Indexes, value: Floats, count: int) -> Floats:
    return np.asarray(np.bincount(group, value, count), np.float64)


def _places(means: Floats) -> Indexes:
    """The best is first, equals share a place: 1, 2, 2, 4."""
    falling = -np.round(means, ALIKE)
    return np.searchsorted(np.sort(falling), falling) + 1


def _limits(rounds: Sequence[Floats] | Sequence[Indexes]) -> list[tuple[float | None, float | None]]:
    """What is left without the least and the greatest 2.5 %, widened to hold the first round: the estimate itself."""
    estimate, *resampled = rounds
    if not resampled:
        return [(None, None)] * len(estimate)
    ordered = np.sort(np.array(resampled), axis=0)
    outside = int(len(ordered) * (1 - CONFIDENCE) / 2 + NOTHING)
    low, high = np.minimum(ordered[outside], estimate), np.maximum(ordered[-1 - outside], estimate)
    return [(float(down), float(up)) for down, up in zip(low, high, strict=True)]


def _whole(limits: tuple[float | None, float | None]) -> tuple[int | None, int | None]:
    low, high = limits
    return (None, None) if low is None or high is None else (round(low), round(high))
