"""Small worked examples for the page that explains the judging. Pure calculation; only the notice asks the calendar.

Every figure comes from the functions that decide in earnest, so that the page cannot say anything else than they do.
What does not change is calculated once a process.
"""

from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from statistics import NormalDist

from core.money import round_half_up
from core.workdays import add_workdays
from evaluations.assignment import Assignment, assign
from evaluations.calibration import Calibration, ProjectEffect, calibrate
from evaluations.equal_shares import Vote, by_votes, equal_shares
from evaluations.lots import draw, lot
from evaluations.marks import Scale, Total, grade, mean, propose, stay_excellent
from evaluations.marks import places as places_for_excellent
from evaluations.names import is_near, stem
from evaluations.ranking import Entry, Ranked, Sum, add_up, rank
from evaluations.reliability import Icc, icc2k, krippendorff_alpha, outliers, severity, t_quantile
from evaluations.selection import Candidate, Change, Inversion, Quota, Selection, inversions, select, what_would_change

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


BUDGET = Decimal(100000)
CANDIDATES = (
    Candidate("甲", Decimal(92), Decimal(60000), ("elderly",)),
    Candidate("乙", Decimal(90), Decimal(50000), ("children",)),
    Candidate("丙", Decimal(85), Decimal(40000), ("elderly",)),
    Candidate("丁", Decimal(80), Decimal(10000), ("children",)),
)
ONE_OF_THE_ELDERLY = Quota("elderly", max_count=1)


@dataclass(frozen=True)
class Chosen:
    """What one objective chooses, in the published order."""

    objective: str
    selection: Selection

    @property
    def names(self) -> list[str]:
        return [str(one.id) for one in CANDIDATES if one.id in self.selection.chosen]

    @property
    def left(self) -> Decimal:
        return BUDGET - self.selection.spent


def _chosen(objective: str, *quotas: Quota) -> Chosen:
    return Chosen(objective, select(CANDIDATES, budget=BUDGET, objective=objective, quotas=quotas))


@lru_cache
def choices() -> tuple[Chosen, ...]:
    return tuple(_chosen(one) for one in ("rank", "rank_skip", "score", "merit_amount"))


@lru_cache
def with_quota() -> Chosen:
    """The same with at most one project for the elderly."""
    return _chosen("merit_amount", ONE_OF_THE_ELDERLY)


@lru_cache
def among_equals() -> str:
    """Two projects of the same score and amount, and money for one of them."""
    twins = [Candidate(name, Decimal(85), Decimal(40000)) for name in ("戊", "己")]
    [chosen] = select(twins, budget=Decimal(50000), objective="merit_amount").chosen
    return str(chosen)


@lru_cache
def change() -> Change:
    """What would have to change for 乙 where the order passes over what does not fit."""
    return what_would_change(CANDIDATES, "乙", budget=BUDGET, objective="rank_skip")


@lru_cache
def passed_over() -> Inversion:
    [found] = inversions([one.id for one in CANDIDATES], select(CANDIDATES, budget=BUDGET).chosen)
    return found


BALLOTS: dict[Hashable, Collection[Hashable]] = {
    1: ("亭", "园"),
    2: ("亭", "园"),
    3: ("亭",),
    4: ("亭",),
    5: ("灯",),
    6: ("灯",),
}
COSTS: dict[Hashable, Decimal] = {"亭": Decimal(30000), "园": Decimal(18000), "灯": Decimal(20000)}
VOTED_MONEY = Decimal(60000)


@dataclass(frozen=True)
class Voted:
    """Six residents, three projects: by equal shares, and by plain counting."""

    shares: Vote
    counted: Vote

    @property
    def share(self) -> Decimal:
        """What every resident decides on."""
        return VOTED_MONEY / len(BALLOTS)

    @property
    def rows(self) -> list[tuple[str, Decimal, int, bool, str, bool]]:
        """Name, cost, votes, whether equal shares choose it and how that came about, whether plain counting would."""
        return [
            (str(name), found.cost, found.votes, found.is_chosen, found.sentence, name in self.counted.chosen)
            for name, found in self.shares.outcomes.items()
        ]


@lru_cache
def voted() -> Voted:
    return Voted(
        equal_shares(BALLOTS, COSTS, budget=VOTED_MONEY),
        by_votes(BALLOTS, COSTS, budget=VOTED_MONEY),
    )


BANDS = ((100, "10"), (80, "6.67"), (60, "3.33"))
GRANTED = 25000


@dataclass(frozen=True)
class Spent:
    """So much of the grant is recognised: the share as it is shown, and the points of its band."""

    amount: Decimal
    shown: Decimal
    points: Decimal


@lru_cache
def banded() -> tuple[Spent, ...]:
    """The third lacks one yuan to the band: 79.996 percent, which is shown as 80.00."""
    return tuple(
        Spent(
            Decimal(amount),
            round_half_up(Decimal(amount) * 100 / GRANTED),
            propose(Fraction(100 * amount, GRANTED), most=Decimal(10), bands=BANDS),
        )
        for amount in (25000, 20000, 19999, 12000)
    )


@dataclass(frozen=True)
class Evaluated:
    """Two sheets as they were filled in, as far as they count, and what the panel comes to."""

    sheets: tuple[Total, ...]
    scale: Scale

    @property
    def counted(self) -> list[Total]:
        return [one.counted for one in self.sheets]

    @property
    def total(self) -> Total:
        return mean(self.sheets)

    @property
    def grade(self) -> str:
        return grade(self.total.score, self.scale)


@lru_cache
def evaluated() -> Evaluated:
    """The second sheet has more bonus than reaches to the full points."""
    given = ((88, 5, 1), (97, 5, 0))
    return Evaluated(tuple(Total(*(Decimal(part) for part in parts)) for parts in given), Scale())


@dataclass(frozen=True)
class Excellent:
    """So many projects with a final result, the call's share in percent, and which stay excellent."""

    count: int
    share: int
    scores: tuple[tuple[str, int], ...]

    @property
    def most(self) -> int:
        return places_for_excellent(self.count, self.share)

    @property
    def stay(self) -> list[str]:
        return sorted(map(str, stay_excellent({name: Decimal(score) for name, score in self.scores}, self.most)))


@lru_cache
def excellent() -> tuple[Excellent, ...]:
    """One place: it goes to the best; between two equals it goes to neither."""
    return (Excellent(7, 20, (("甲", 96), ("乙", 95))), Excellent(7, 20, (("甲", 96), ("乙", 96), ("丙", 91))))


WEDNESDAY = date(2021, 8, 18)


@dataclass(frozen=True)
class Period:
    """Five workdays of a notice of Futian in 2021, with and without the first day."""

    first: date
    counted: date
    not_counted: date


def period() -> Period:
    """Not kept: the table of holidays may be mended at any time."""
    return Period(
        WEDNESDAY,
        counted=add_workdays(WEDNESDAY, 5, count_first_day=True),
        not_counted=add_workdays(WEDNESDAY, 5),
    )
