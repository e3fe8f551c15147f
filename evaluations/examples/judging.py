"""Who judges, and how points become a place: names, panels, lots, sums, agreement, severity."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import combinations
from statistics import NormalDist

from evaluations.assignment import Assignment, assign
from evaluations.calibration import Calibration, ProjectEffect, calibrate
from evaluations.lots import draw, lot
from evaluations.names import is_near, stem
from evaluations.ranking import Entry, Ranked, Sum, add_up, rank
from evaluations.reliability import Icc, icc2k, krippendorff_alpha, outliers, severity, t_quantile

EMPLOYER = "柳溪社会工作服务中心"
SPELLINGS = (
    "（柳溪）社会工作服务中心",
    "柳溪社会工作服务中心有限公司",
    "柳溪社会工作服务中心（集团）",
    "朝阳区柳溪社会工作服务中心",
    "柳溪社会工作服务中新",
    "和风社会工作服务中心",
)


@lru_cache
def spellings() -> tuple[tuple[str, str], ...]:
    """Each name, and what it is to the employer above: "same", "near" or "other"."""
    own = stem(EMPLOYER)

    def verdict(name: str) -> str:
        return "same" if stem(name) == own else "near" if is_near(stem(name), own) else "other"

    return tuple((name, verdict(name)) for name in SPELLINGS)


@lru_cache
def panels() -> Assignment:
    """Four experts, three projects, two experts each; 甲 is tied to 01, 乙 judged the applicant of 02 last year."""
    return assign(
        ("甲", "乙", "丙", "丁"),
        ("01", "02", "03"),
        per_project=2,
        max_load=3,
        forbidden=[("甲", "01")],
        affinity={("乙", "02"): -10.0},
        seed="2026",
    )


@dataclass(frozen=True)
class Lots:
    """A seed, the lot of each item, and the order that comes out."""

    seed: str
    lots: tuple[tuple[str, str], ...]
    order: tuple[str, ...]


@lru_cache
def lots() -> Lots:
    items = ("P-01", "P-02", "P-03")
    return Lots("2026", tuple((item, lot("2026", item)) for item in items), tuple(draw(items, "2026")))


@dataclass(frozen=True)
class Added:
    """The totals of one panel and what they add up to."""

    totals: tuple[Decimal, ...]
    sum: Sum

    @property
    def counted(self) -> list[Decimal]:
        return [self.totals[at] for at in self.sum.counted]

    @property
    def dropped(self) -> list[Decimal]:
        return [self.totals[at] for at in self.sum.dropped]

    @property
    def total(self) -> Decimal:
        """Of the sheets that count."""
        return sum(self.counted, Decimal(0))


def _decimals(values: Sequence[int]) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, values))


@lru_cache
def added() -> Added:
    totals = _decimals((90, 85, 83, 82, 60))
    return Added(totals, add_up(totals, drop_from=5, bonuses=[Decimal("1.50")]))


@lru_cache
def places() -> tuple[Ranked, ...]:
    """Two of four with the same score: the first stated criterion decides between 乙 and 丙."""
    given = (("甲", "91.00", "26"), ("乙", "88.50", "25"), ("丙", "88.50", "27"), ("丁", "80.00", "24"))
    return tuple(rank(Entry(name, "", Decimal(score), (Decimal(tie),)) for name, score, tie in given))


@dataclass(frozen=True)
class Apart:
    """The sheets of one panel, their mean, and those of which a sentence is asked."""

    totals: tuple[Decimal, ...]
    asked: tuple[Decimal, ...]

    @property
    def spread(self) -> Decimal:
        return max(self.totals) - min(self.totals)

    @property
    def mean(self) -> Decimal:
        return add_up(self.totals).base


@lru_cache
def apart() -> tuple[Apart, ...]:
    panels = (_decimals((90, 88, 89, 87, 60)), _decimals((85, 84, 86, 85, 77)), _decimals((95, 88, 80, 74, 70)))
    return tuple(
        Apart(totals, tuple(totals[judge] for judge, _project in outliers([[total] for total in totals])))
        for totals in panels
    )


@lru_cache
def far_for_panel() -> tuple[tuple[int, float], ...]:
    """For panels of several sizes, how many (widened) deviations of the others away a score is far."""
    tail = NormalDist().cdf(-2)
    return tuple((size, -t_quantile(tail, size - 2)) for size in (3, 4, 5, 7))


@dataclass(frozen=True)
class Agreement:
    """Two experts and three projects: what alpha is made of, and ICC."""

    ratings: tuple[tuple[Decimal, ...], ...]
    observed: float
    expected: float
    alpha: float
    icc: Icc


@lru_cache
def agreement() -> Agreement:
    ratings = (_decimals((80, 70, 90)), _decimals((82, 72, 88)))
    within = [(one - other) ** 2 for one, other in zip(*ratings, strict=True)]
    between = [(one - other) ** 2 for one, other in combinations([score for row in ratings for score in row], 2)]
    return Agreement(
        ratings,
        float(sum(within) / len(within)),
        float(sum(between) / len(between)),
        krippendorff_alpha(ratings, "interval"),
        icc2k(ratings),
    )


JUDGES = "甲乙丙丁"
MERITS = (80, 80, 84, 76, 88, 72, 78, 86, 82, 74, 81, 79)
LEVELS = {"甲": -6, "乙": 6, "丙": 0, "丁": 0}
NOISE = (1, -1, 0, 2, -2, 1, -1, 0, 1, -1, 0, 2)


@dataclass(frozen=True)
class Calibrated:
    """Twelve projects, each scored by two of four experts: 甲 strict, 乙 mild. `strict` and `mild` are two projects of
    about the same merit that met different experts; `against` how far 甲 and 乙 are from the others."""

    calibration: Calibration
    against: dict[str, float]

    @property
    def effects(self) -> dict[object, float]:
        return {effect.judge: effect.severity for effect in self.calibration.judges}

    @property
    def strict(self) -> ProjectEffect:
        return self.calibration.projects[1]

    @property
    def mild(self) -> ProjectEffect:
        return self.calibration.projects[3]


@lru_cache
def calibrated() -> Calibrated:
    pairs = list(combinations(JUDGES, 2)) * 2
    scores = [
        (judge, project, Decimal(min(100, merit + LEVELS[judge] + (noise if first else -noise))))
        for project, (pair, merit, noise) in enumerate(zip(pairs, MERITS, NOISE, strict=True))
        for first, judge in enumerate(pair)
    ]
    given = {(judge, project): score for judge, project, score in scores}
    table = [[given.get((judge, project)) for project in range(len(pairs))] for judge in JUDGES]
    against = {judge: found.mean or 0.0 for judge, found in zip(JUDGES, severity(table), strict=True)}
    return Calibrated(calibrate(scores), against)
