"""Which projects get the money: under a budget, by residents' votes, and the days of the notice."""

from collections.abc import Collection, Hashable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.workdays import add_workdays
from evaluations.equal_shares import Vote, by_votes, equal_shares
from evaluations.selection import Candidate, Change, Inversion, Quota, Selection, inversions, select, what_would_change

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
