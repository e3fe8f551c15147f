"""Who talks with whom at a speed meeting (社洽会), in which round and at which table. No ORM here.

Givers and projects are two sides; each pair meets at most once, nobody is in two places in one round, and each round
has so many tables. Two projects of one group have the same people: they are one *party*, and a party is in one place in
each round. No party stands on both sides (who gives does not apply).

The rule, in this order, so that the same people always get the same schedule:

1. Wishes go first: all first wishes, then all second ones, and so on. Afterwards the pairs that nobody wished for fill
   what is left of the day.
2. Among equals first the pair whose two sides have had the fewest talks so far, then whoever signed up earlier: the
   giver, then the project.
3. A pair is taken when neither party has a talk in every round already and the tables of all rounds are not used up.

What is taken always finds a round: pairs of two sides in which nobody has more than k can be spread over k rounds
(Kőnig's edge colouring), and the rounds can be made equally full, so that no round lacks tables (de Werra).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush


@dataclass(frozen=True)
class Side:
    """A giver or a project that has signed up; `party` is whose people sit there."""

    id: int
    party: int


@dataclass(frozen=True)
class Talk:
    """A giver and a project in one round at one table, both counted from 0; the rank of the wish, 0 without one."""

    giver: int
    project: int
    round: int
    table: int
    rank: int = 0


Pair = tuple[int, int]
"""A giver and a project by their place in the order of signing up."""


def schedule(
    givers: Sequence[Side], projects: Sequence[Side], wishes: dict[tuple[int, int], int], *, rounds: int, tables: int
) -> list[Talk]:
    """The talks in the order of rounds and tables.

    `givers` and `projects` stand in the order of their signing up; `wishes` gives the rank, from 1, by their ids.
    Raises ValueError for fewer than one round or table, a rank below 1, and somebody who signed up twice.
    """
    _check(givers, projects, wishes, rounds, tables)
    ranks = {
        (g, p): wishes[giver.id, project.id]
        for g, giver in enumerate(givers)
        for p, project in enumerate(projects)
        if (giver.id, project.id) in wishes
    }
    ours, theirs = [giver.party for giver in givers], [project.party for project in projects]
    chosen = _choose(ours, theirs, ranks, rounds, tables)
    placed = _level(_colour(chosen, ours, theirs, rounds), ours, theirs, rounds, tables)
    return _seat(placed, givers, projects, ranks, tables)


def _check(givers: Iterable[Side], projects: Iterable[Side], wishes: dict, rounds: int, tables: int) -> None:
    if rounds < 1 or tables < 1:
        raise ValueError("a meeting has at least one round and one table")
    if any(rank < 1 for rank in wishes.values()):
        raise ValueError("the rank of a wish is 1 or more")
    for side in (list(givers), list(projects)):
        if len({one.id for one in side}) < len(side):
            raise ValueError("somebody has signed up twice")


def _choose(ours: Sequence[int], theirs: Sequence[int], ranks: dict[Pair, int], rounds: int, tables: int) -> list[Pair]:
    """The pairs that talk at all, by the rule of the module."""
    busy: Counter[tuple[str, int]] = Counter()
    chosen: list[Pair] = []

    def order(pair: Pair) -> tuple[int, int, Pair]:
        talks = busy["giver", ours[pair[0]]], busy["project", theirs[pair[1]]]
        return max(talks), sum(talks), pair

    def take(pairs: Iterable[Pair]) -> None:
        waiting = [order(pair) for pair in pairs if ours[pair[0]] != theirs[pair[1]]]
        heapify(waiting)
        while waiting and len(chosen) < rounds * tables:
            known = heappop(waiting)
            now = order(known[2])
            if now[0] == rounds:
                continue  # one of the two has a talk in every round
            if now != known:  # since it was put down, one of the two has got another talk
                heappush(waiting, now)
                continue
            giver, project = now[2]
            chosen.append((giver, project))
            busy["giver", ours[giver]] += 1
            busy["project", theirs[project]] += 1

    for rank in sorted(set(ranks.values())):
        take(pair for pair, its in sorted(ranks.items()) if its == rank)
    take((g, p) for g in range(len(ours)) for p in range(len(theirs)) if (g, p) not in ranks)
    return chosen


def _colour(chosen: Sequence[Pair], ours: Sequence[int], theirs: Sequence[int], rounds: int) -> list[list[Pair]]:
    """A round for each pair, so that no party is in one twice: Kőnig's proof, with alternating chains."""
    at: dict[tuple[str, int, int], Pair] = {}  # side, party, round → the pair it is busy with

    def ends(pair: Pair) -> tuple[tuple[str, int], tuple[str, int]]:
        return ("giver", ours[pair[0]]), ("project", theirs[pair[1]])

    def free(end: tuple[str, int]) -> int:
        return next(number for number in range(rounds) if (*end, number) not in at)

    for pair in chosen:
        giver, project = ends(pair)
        first, second = free(giver), free(project)
        if first != second:  # make `first` free at the project: swap the two rounds along the chain that begins there
            chain: list[Pair] = []
            end, number, other = project, first, second
            while (*end, number) in at:
                step = at[*end, number]
                chain.append(step)
                end = next(one for one in ends(step) if one != end)
                number, other = other, number
            was = {step: (first if place % 2 == 0 else second) for place, step in enumerate(chain)}
            for step, number in was.items():
                for one in ends(step):
                    del at[*one, number]
            for step, number in was.items():
                for one in ends(step):
                    at[*one, second if number == first else first] = step
        at[*giver, first] = at[*project, first] = pair
    found: list[list[Pair]] = [[] for _number in range(rounds)]
    for (side, _party, number), pair in at.items():
        if side == "giver":
            found[number].append(pair)
    return found


def _level(
    found: list[list[Pair]], ours: Sequence[int], theirs: Sequence[int], rounds: int, tables: int
) -> list[list[Pair]]:
    """The same pairs with at most `tables` in each round: a fuller and an emptier round swap along a chain."""
    while True:
        full = next((number for number in range(rounds) if len(found[number]) > tables), None)
        if full is None:
            return found
        spare = min(range(rounds), key=lambda number: (len(found[number]), number))
        chain = _longer_chain(found[full], found[spare], ours, theirs)
        moved = [pair for pair in chain if pair in found[full]]
        back = [pair for pair in chain if pair in found[spare]]
        found[full] = [pair for pair in found[full] if pair not in moved] + back
        found[spare] = [pair for pair in found[spare] if pair not in back] + moved


def _longer_chain(full: list[Pair], spare: list[Pair], ours: Sequence[int], theirs: Sequence[int]) -> list[Pair]:
    """A chain of pairs of the two rounds with one more of the fuller one: there is one, since that round has more."""
    touching: dict[tuple[str, int], list[Pair]] = {}
    for pair in [*full, *spare]:
        touching.setdefault(("giver", ours[pair[0]]), []).append(pair)
        touching.setdefault(("project", theirs[pair[1]]), []).append(pair)
    seen: set[Pair] = set()
    for start in sorted(full):
        if start in seen:
            continue
        chain, waiting = [], [start]
        while waiting:
            pair = waiting.pop()
            if pair in seen:
                continue
            seen.add(pair)
            chain.append(pair)
            waiting += touching["giver", ours[pair[0]]] + touching["project", theirs[pair[1]]]
        if sum(1 if pair in full else -1 for pair in chain) > 0:
            return chain
    raise AssertionError("a fuller round always has such a chain")


def _seat(
    placed: list[list[Pair]], givers: Sequence[Side], projects: Sequence[Side], ranks: dict[Pair, int], tables: int
) -> list[Talk]:
    """Givers keep their table all day where there are enough (固定席位); else the tables fill in order."""
    fixed = len(givers) <= tables
    talks = []
    for number, pairs in enumerate(placed):
        for place, (giver, project) in enumerate(sorted(pairs)):
            table, rank = giver if fixed else place, ranks.get((giver, project), 0)
            talks.append(Talk(givers[giver].id, projects[project].id, number, table, rank))
    return sorted(talks, key=lambda talk: (talk.round, talk.table))
