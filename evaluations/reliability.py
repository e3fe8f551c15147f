"""How far do the judges agree? Pure calculation, no ORM. It shows where to talk; it changes no score and no rank.

`ratings[judge][project]` is a table of scores; None is a score that was not given. All sums are exact (`Fraction`), so
a `Decimal` score is what it says and every boundary is exact; only the last step of a result is a float. Indexes count
from 0.

* `krippendorff_alpha`: agreement beyond chance over any number of judges, gaps allowed (Krippendorff, "Computing
  Krippendorff's Alpha-Reliability", 2011). 1 is perfect, 0 is what chance would give, less is systematic disagreement;
  he trusts 0.800 and more and draws tentative conclusions from 0.667. The sums over his coincidence matrix are taken
  unit by unit without writing the matrix down. His ordinal difference of two values is that of their mid-ranks among
  all values that can be paired, so ordinal alpha is interval alpha of the mid-ranks.
* `icc2k`: how far the mean of this panel would be repeated by another panel of its size: ICC(2,k), two-way random
  effects, absolute agreement (Shrout and Fleiss, "Intraclass correlations", 1979). The interval is that of McGraw and
  Wong, "Forming inferences about some intraclass correlation coefficients" (1996), ICC(A,k), case 2.
* `spread`, `severity`, `discuss_first`, `outliers`: what the figures above are made of, project by project and judge by
  judge (field guide 2.3: somebody whose score lies apart explains it in writing; no score is removed by itself).

Quantiles of Student's t and of F come from the incomplete beta function by its continued fraction (Abramowitz and
Stegun 26.5.8), inverted by halving: as exact as a float up to some thousand degrees of freedom.
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from numbers import Rational
from typing import TypeVar

Number = int | float | Decimal | Fraction
Ratings = Sequence[Sequence[Number | None]]
T = TypeVar("T")

LEVELS = ("nominal", "ordinal", "interval")
CONFIDENCE = 0.95


class Undefined(ValueError):
    """These ratings do not say it, by their number or because they do not vary. To be shown as 无法计算, never as 0."""


@dataclass(frozen=True)
class Icc:
    """ICC(2,k) over `projects` projects that all of `judges` judges rated, with its 95 % interval.

    Without an interval (None) the formula has none: the projects' means are equal, or the judges agree less than chance
    would let them.
    """

    value: float
    projects: int
    judges: int
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Spread:
    """One project's scores: how many, mean, standard deviation (n − 1) and range; None: too few for it."""

    project: int
    n: int
    mean: float | None
    deviation: float | None
    range: float | None


@dataclass(frozen=True)
class Severity:
    """How far a judge stands above (mild) or below (strict) the others on the same projects, with a 95 % t interval.

    `n` counts the projects that somebody else rated, too. The mean is None without one, the interval with fewer than
    two. The interval takes the projects as independent, which they are not quite where the same panel sat together.
    """

    judge: int
    n: int
    mean: float | None
    low: float | None
    high: float | None


def krippendorff_alpha(ratings: Sequence[Sequence[Hashable | None]], level: str) -> float:
    """Krippendorff's alpha; for "nominal" anything hashable is a rating, for "ordinal" and "interval" a number.

    Projects with fewer than two ratings are left out. `Undefined` when none is left, and when all that are left are the
    same value: without variation, agreement cannot be told from a scale that nobody used (Krippendorff gives no figure
    there). ValueError for another level, rows of different length, NaN or infinity.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(LEVELS)}, not {level!r}")
    if level == "nominal":
        return _alpha([list(panel.values()) for panel in _panels(ratings, _label)], _unlike)
    units = [list(panel.values()) for panel in _panels(ratings, _number)]
    if level == "ordinal":
        ranks = _mid_ranks(chain.from_iterable(unit for unit in units if len(unit) > 1))
        units = [[ranks[value] for value in unit] for unit in units if len(unit) > 1]
    return _alpha(units, _squares)


def icc2k(ratings: Ratings) -> Icc:
    """ICC(2,k) of the projects that every judge rated; the others are left out, and so is a judge without any rating.

    `Undefined` with fewer than two such projects or two judges, when all scores are equal, and when the variance of the
    panel's mean comes out as nothing or less (which takes judges who contradict each other).
    """
    rated = [row for row in ratings if any(score is not None for score in row)]
    table = [list(panel.values()) for panel in _panels(rated, _number) if len(panel) == len(rated)]
    n, k = len(table), len(rated)
    if n < 2 or k < 2:
        raise Undefined("ICC needs two projects that were rated by the same two judges")
    by_project = [_mean(row) for row in table]
    by_judge = [_mean(column) for column in zip(*table, strict=True)]
    projects = k * _scatter(by_project)
    judges = n * _scatter(by_judge)
    rest = _scatter(list(chain.from_iterable(table))) - projects - judges
    msr, msc, mse = projects / (n - 1), judges / (k - 1), rest / ((n - 1) * (k - 1))
    variance = msr + (msc - mse) / n
    if variance <= 0:
        raise Undefined("ICC is undefined: the mean scores have no variance to be divided")
    return Icc(float((msr - mse) / variance), n, k, *_icc_limits(msr, msc, mse, n, k))


def spread(ratings: Ratings) -> list[Spread]:
    """For each project, in their order, how far its scores lie apart."""
    return [_spread(project, list(panel.values())) for project, panel in enumerate(_panels(ratings, _number))]


def severity(ratings: Ratings) -> list[Severity]:
    """For each judge, in their order, the mean of own score minus mean of the other judges' scores of that project."""
    panels = _panels(ratings, _number)
    found = []
    for judge in range(len(ratings)):
        apart = [_from_others(panel, judge) for panel in panels if judge in panel and len(panel) > 1]
        found.append(_severity(judge, apart))
    return found


def discuss_first(ratings: Ratings, *, limit: int | None = None) -> list[int]:
    """The projects to discuss first: the largest standard deviation, then the largest range, then the given order.

    Projects with fewer than two scores, or with equal ones, are not among them.
    """
    if limit is not None and limit < 0:
        raise ValueError(f"limit must be at least 0, not {limit}")
    panels = [list(panel.values()) for panel in _panels(ratings, _number)]
    apart = {project: (_variance(scores), max(scores) - min(scores)) for project, scores in enumerate(panels) if scores}
    worth = [project for project, (variance, _) in apart.items() if variance]
    return sorted(worth, key=lambda project: apart[project], reverse=True)[:limit]


def outliers(ratings: Ratings, *, z: float = 2, points: Number = 20, least: Number = 5) -> list[tuple[int, int]]:
    """Scores to be explained in writing, as (judge, project), by judge: far in points, or far for this panel.

    Far in points: more than `points` from the mean of the panel, the score itself included, as it is published. Exactly
    20 is not more than 20.

    Far for the panel: within its own panel of n no |z| can exceed (n − 1) / √n, so with five judges (1.79) nobody ever
    would. The score is therefore held against the *others*: t = (score − their mean) / (their standard deviation ×
    √(1 + 1 / their number)), the externally studentized residual. With few others their deviation is itself a guess,
    so |t| must be as improbable under Student's t as |z| > `z` is under the normal curve: for z = 2 more than 13.97 in
    a panel of three, 4.53 of four, 3.31 of five, 2.65 of seven. Because others who happen to agree would make every
    point an outlier, the score must also be more than `least` points from the mean of the panel. A panel of two has
    nobody to hold against: there only the points count. ValueError for a negative bound.
    """
    if not min(z, points, least) >= 0:
        raise ValueError(f"z, points and least must be at least 0, not {z}, {points}, {least}")
    found = []
    for project, panel in enumerate(_panels(ratings, _number)):
        if len(panel) < 2:
            continue
        middle = _mean(panel.values())
        for judge, score in panel.items():
            distance = abs(score - middle)
            if distance > _number(points) or (distance > _number(least) and _is_far(panel, judge, z)):
                found.append((judge, project))
    return sorted(found)


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: float) -> float:
    """Which value a t-distributed quantity with `df` degrees of freedom stays below with probability p (0 < p < 1)."""
    _check(p, df)
    tails = 2 * min(p, 1 - p)
    if tails > 0.5:  # near the middle, where 1 − y would have few digits left
        x = _beta_quantile(abs(2 * p - 1), 0.5, df / 2)
        size = math.sqrt(df * x / (1 - x))
    else:
        y = _beta_quantile(tails, df / 2, 0.5)
        size = math.sqrt(df * (1 - y) / y) if y else math.inf
    return size if p > 0.5 else -size


@lru_cache(maxsize=4096)
def f_quantile(p: float, df1: float, df2: float) -> float:
    """The same of F with `df1` and `df2` degrees of freedom, which need not be whole."""
    _check(p, df1, df2)
    if p < 0.5:
        x = _beta_quantile(p, df1 / 2, df2 / 2)
        return df2 * x / (df1 * (1 - x))
    y = _beta_quantile(1 - p, df2 / 2, df1 / 2)
    return df2 * (1 - y) / (df1 * y) if y else math.inf


def _panels(ratings: Sequence[Sequence[Hashable | None]], read: Callable[[Hashable], T]) -> list[dict[int, T]]:
    """For each project the ratings that were given, by judge."""
    width = len(ratings[0]) if ratings else 0
    if any(len(row) != width for row in ratings):
        raise ValueError("Every judge's row must have as many projects as the first")
    return [
        {judge: read(rating) for judge, row in enumerate(ratings) if (rating := row[project]) is not None}
        for project in range(width)
    ]


def _label(rating: Hashable) -> Hashable:
    if isinstance(rating, float | Decimal) and math.isnan(rating):
        raise ValueError("NaN is no rating; a missing one is None")
    return rating


def _number(rating: object) -> Fraction:
    if not isinstance(rating, Rational | float | Decimal):
        raise ValueError(f"A rating must be a number, not {rating!r}")
    if not math.isfinite(rating):
        raise ValueError(f"A rating must be finite, not {rating}; a missing one is None")
    return Fraction(rating)


def _mean(values: Iterable[Fraction]) -> Fraction:
    values = list(values)
    return sum(values, Fraction(0)) / len(values)


def _scatter(values: Sequence[Fraction]) -> Fraction:
    """The sum of squared distances from the mean."""
    return sum((value * value for value in values), Fraction(0)) - sum(values, Fraction(0)) ** 2 / len(values)


def _variance(values: Sequence[Fraction]) -> Fraction:
    return _scatter(values) / (len(values) - 1) if len(values) > 1 else Fraction(0)


def _unlike(values: Sequence[Hashable]) -> Fraction:
    """How many ordered pairs are of different values."""
    return Fraction(len(values) ** 2 - sum(count * count for count in Counter(values).values()))


def _squares(values: Sequence[Fraction]) -> Fraction:
    """The squared difference, over all ordered pairs."""
    return 2 * len(values) * _scatter(values)


def _mid_ranks(values: Iterable[Fraction]) -> dict[Fraction, Fraction]:
    ranks, below = {}, 0
    for value, count in sorted(Counter(values).items()):
        ranks[value] = below + Fraction(count, 2)
        below += count
    return ranks


def _alpha(units: Iterable[Sequence[T]], differences: Callable[[Sequence[T]], Fraction]) -> float:
    """1 − observed / expected disagreement, where `differences` adds up all ordered pairs of some values.

    Each unit's pairs count 1 / (its ratings − 1), as in the coincidence matrix; so do those of all values together.
    """
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        raise Undefined("Alpha is undefined: no project has two ratings")
    everything = list(chain.from_iterable(units))
    expected = differences(everything) / (len(everything) - 1)
    if not expected:
        raise Undefined("Alpha is undefined: all ratings are the same")
    observed = sum((differences(unit) / (len(unit) - 1) for unit in units), Fraction(0))
    return float(1 - observed / expected)


def _icc_limits(msr: Fraction, msc: Fraction, mse: Fraction, n: int, k: int) -> tuple[float | None, float | None]:
    """McGraw and Wong's limits. What they divide by Satterthwaite's rule, c·MSC + d·MSE, adds up to MSR."""
    if not msc and not mse:
        return 1.0, 1.0
    if not msr:
        return None, None
    judges = (msr - mse) * msc / (msc + (n - 1) * mse)
    df = float(msr**2 / (judges**2 / (k - 1) + (msr - judges) ** 2 / ((n - 1) * (k - 1))))
    tail = (1 + CONFIDENCE) / 2
    rows, columns, rest = float(msr), float(msc), float(mse)
    down, up = f_quantile(tail, n - 1, df), f_quantile(tail, df, n - 1)
    below, above = down * (columns - rest) + n * rows, columns - rest + n * up * rows
    if not (0 < below < math.inf and 0 < above < math.inf):
        return None, None
    return n * (rows - down * rest) / below, n * (up * rows - rest) / above


def _spread(project: int, scores: Sequence[Fraction]) -> Spread:
    if not scores:
        return Spread(project, 0, None, None, None)
    deviation = math.sqrt(_variance(scores)) if len(scores) > 1 else None
    return Spread(project, len(scores), float(_mean(scores)), deviation, float(max(scores) - min(scores)))


def _from_others(panel: dict[int, Fraction], judge: int) -> Fraction:
    """The judge's score minus the mean of the others'."""
    return panel[judge] - _mean(score for other, score in panel.items() if other != judge)


def _severity(judge: int, apart: Sequence[Fraction]) -> Severity:
    n = len(apart)
    if not n:
        return Severity(judge, 0, None, None, None)
    mean = float(_mean(apart))
    if n < 2:
        return Severity(judge, n, mean, None, None)
    half = t_quantile((1 + CONFIDENCE) / 2, n - 1) * math.sqrt(_variance(apart) / n)
    return Severity(judge, n, mean, mean - half, mean + half)


def _is_far(panel: dict[int, Fraction], judge: int, z: float) -> bool:
    """Is the externally studentized residual as improbable as a normal |z| above `z`?"""
    others = [score for other, score in panel.items() if other != judge]
    if len(others) < 2:
        return False
    variance = _variance(others) * (1 + Fraction(1, len(others)))
    if not variance:
        return panel[judge] != others[0]
    tail = math.erfc(z / math.sqrt(2)) / 2
    bound = -t_quantile(tail, len(others) - 1) if tail else math.inf
    return math.sqrt(_from_others(panel, judge) ** 2 / variance) > bound


def _check(p: float, *dfs: float) -> None:
    if not 0 < p < 1:
        raise ValueError(f"p must be above 0 and below 1, not {p}")
    if not all(0 < df < math.inf for df in dfs):
        raise ValueError(f"Degrees of freedom must be above 0, not {dfs}")


def _beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, for 0 < x < 1."""
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, the other tail's does not
        return 1 - _beta(1 - x, b, a)
    scale = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    factor = math.exp(a * math.log(x) + b * math.log1p(-x) + scale) / a
    # Lentz's method: the fraction from its front, as the product of ratios of successive numerators and denominators.
    tiny = 1e-300
    c, d = 1.0, 1 / (1 - (a + b) * x / (a + 1) or tiny)
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / (1 + term * d or tiny)
            c = 1 + term / c or tiny
            value *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return factor * value


def _beta_quantile(p: float, a: float, b: float) -> float:
    """The x at which the incomplete beta function is p, by halving until two neighbouring floats are left."""
    if not 0 < p < 1:
        return p
    low, high = 0.0, 1.0
    while low < (middle := (low + high) / 2) < high:
        if _beta(middle, a, b) < p:
            low = middle
        else:
            high = middle
    return low
