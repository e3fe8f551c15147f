"""How the calculations grow: each at a quarter, at half and at the whole of the size that its promise names.

Seconds are those of the processor, so that a busy machine measures much the same as an idle one, and the median of
three runs, each prepared anew. `grows` is how much longer twice as much takes (of the larger pair): 2 is as much as
there is, 4 is its square.
"""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from time import process_time
from typing import Any, NamedTuple

from benchmarks import agreement, panels, portfolios
from benchmarks.texts import corpus, half_copied
from evaluations.assignment import assign
from evaluations.calibration import calibrate
from evaluations.equal_shares import by_votes, equal_shares
from evaluations.lots import draw
from evaluations.oddities import Said, oddities
from evaluations.ranking import Entry, rank
from evaluations.reliability import LEVELS, discuss_first, icc2k, krippendorff_alpha, outliers, severity, spread
from evaluations.selection import OBJECTIVES, select, what_would_change
from projects.similarity import similar_pairs, similar_to
from projects.speed_meeting import Side, schedule

ROUNDS = 3
TOO_SHORT = 0.02
"""Seconds of which no growth can be told."""


class Calculation(NamedTuple):
    """What is calculated, of how many at most, and how it is prepared and done for `n` of them."""

    label: str
    most: int
    prepared: Callable[[int], Callable[[], Any]]


def measure() -> Iterator[tuple[str, str]]:
    """(what was calculated, the figure)."""
    for one in CALCULATIONS:
        sizes = [one.most // 4, one.most // 2, one.most]
        seconds = [median(_seconds(one.prepared(size)) for _round in range(ROUNDS)) for size in sizes]
        growth = f"grows × {seconds[2] / seconds[1]:.1f}" if seconds[1] > TOO_SHORT else "too short to tell"
        found = ", ".join(f"{size:,}: {time:.2f} s" for size, time in zip(sizes, seconds, strict=True))
        yield one.label, f"{found}; {growth}"


def _seconds(work: Callable[[], Any]) -> float:
    start = process_time()
    work()
    return process_time() - start


# -- What each is given ----------------------------------------------------------------------------


def _panels(projects: int) -> Callable[[], Any]:
    given = panels.instance(of=projects, by=projects * panels.JUDGES // panels.PROJECTS)
    return lambda: assign(**given)


def _portfolio(objective: str, step: int) -> Callable[[int], Callable[[], Any]]:
    def prepared(count: int) -> Callable[[], Any]:
        found = portfolios.candidates(count, step=step)
        budget = portfolios.quarter(found)
        limits = portfolios.quotas(budget, of=count)
        return lambda: select(found, budget=budget, floor=Decimal(60), quotas=limits, objective=objective)

    return prepared


def _change(count: int) -> Callable[[], Any]:
    found = portfolios.candidates(count)
    budget = portfolios.quarter(found)
    limits = portfolios.quotas(budget, of=count)
    return lambda: what_would_change(
        found, 0, budget=budget, floor=Decimal(60), quotas=limits, objective="merit_amount"
    )


def _season(work: Callable[[Any], Any], *, table: bool = True) -> Callable[[int], Callable[[], Any]]:
    """Ten projects a judge, panels of five."""

    def prepared(projects: int) -> Callable[[], Any]:
        scores = agreement.season(projects // 10, projects, agreement.PANEL)
        given = agreement.as_table(scores) if table else scores
        return lambda: work(given)

    return prepared


def _everybody(projects: int) -> Callable[[], Any]:
    given = agreement.as_table(agreement.season(9, projects, 9))
    return lambda: icc2k(given)


def _copies(made: Callable[[int], dict[int, str]]) -> Callable[[int], Callable[[], Any]]:
    def prepared(count: int) -> Callable[[], Any]:
        texts = made(count)
        return lambda: similar_pairs(texts, threshold=0.3)

    return prepared


def _one_more(count: int) -> Callable[[], Any]:
    texts = corpus(count)
    return lambda: similar_to(texts[count - 1], texts, threshold=0.3)


def _vote(work: Callable[..., Any]) -> Callable[[int], Callable[[], Any]]:
    """Residents who approve three to six of 30 projects; the money is enough for a third."""

    def prepared(voters: int) -> Callable[[], Any]:
        dice = random.Random(1)
        costs = {project: Decimal(dice.randint(100, 500)) * 100 for project in range(30)}
        ballots = {voter: dice.sample(range(30), dice.randint(3, 6)) for voter in range(voters)}
        return lambda: work(ballots, costs, budget=Decimal(300_000))

    return prepared


def _ranking(count: int) -> Callable[[], Any]:
    dice = random.Random(1)
    entries = [Entry(n, f"track {n % 5}", Decimal(dice.randint(6000, 9600)).scaleb(-2)) for n in range(count)]
    return lambda: rank(entries)


def _lots(count: int) -> Callable[[], Any]:
    return lambda: draw(range(count), "seed")


def _answers(count: int) -> Callable[[], Any]:
    dice, begin = random.Random(1), datetime(2026, 3, 1)
    voices = [
        Said(n, begin + timedelta(minutes=dice.randrange(60 * 24 * 30)), f"sender {dice.randrange(count)}",
             "谢谢你们的服务" * dice.randint(1, 9), tuple((f"q{q}", dice.randint(1, 5)) for q in range(5)))
        for n in range(count)
    ]  # fmt: skip
    return lambda: oddities(voices)


def _meeting(sides: int) -> Callable[[], Any]:
    dice = random.Random(1)
    givers, projects = [Side(n, n) for n in range(sides)], [Side(n, sides + n) for n in range(sides)]
    wishes = {(n, other): place for n in range(sides) for place, other in enumerate(dice.sample(range(sides), 8), 1)}
    return lambda: schedule(givers, projects, wishes, rounds=8, tables=sides)


CALCULATIONS = (
    Calculation("assignment: projects, 10 a judge, panels of 5 (so 4 × the pairs)", 1000, _panels),
    *(Calculation(f"selection under 20 quotas, {each}", 1200, _portfolio(each, 10_000)) for each in OBJECTIVES),
    Calculation("selection under 20 quotas to the fen, merit_amount", 1200, _portfolio("merit_amount", 1)),
    Calculation("what would change it", 1200, _change),
    Calculation("calibration, 200 rounds", 1000, _season(lambda scores: calibrate(scores, rounds=200), table=False)),
    *(Calculation(f"alpha ({each})", 1000, _season(lambda t, e=each: krippendorff_alpha(t, e))) for each in LEVELS),
    *(Calculation(f"{work.__name__} of judges", 1000, _season(work)) for work in (spread, severity, outliers)),
    Calculation("what to discuss first", 1000, _season(discuss_first)),
    Calculation("ICC(2,k) of 9 judges", 1000, _everybody),
    Calculation("ranking", 100_000, _ranking),
    Calculation("drawing lots", 100_000, _lots),
    Calculation("similarity, one in twenty copied", 4000, _copies(corpus)),
    Calculation("similarity, half of each copied", 4000, _copies(half_copied)),
    Calculation("similarity of one more", 4000, _one_more),
    Calculation("residents' vote, equal shares", 20_000, _vote(equal_shares)),
    Calculation("residents' vote, counted", 20_000, _vote(by_votes)),
    Calculation("odd answers of residents", 20_000, _answers),
    Calculation("speed meeting, sides with 8 wishes", 80, _meeting),
)
