"""Counting a residents' vote by the announced rule, so that anybody can do it again from the published ballots.

Two rules. `greedy`: the projects by their votes, most first; each is chosen when its cost still fits into the money
that is left, and passed over when it does not. `equal_shares`: the Method of Equal Shares with cost utility, the money
that is left over used like `greedy` (`evaluations.equal_shares`, with the reference).

Equal votes (and in `equal_shares` equal cost effectiveness) are decided by lot: the projects come in the order of their
lots from the seed of the vote (`evaluations.lots`). Its digest was published with the announcement, the seed with the
result. A project that is no longer to be chosen when it is counted is left out, and so are the ticks for it; a ballot
of which nothing is left still counts as a ballot. Pure: no ORM.
"""

import hashlib
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from core.money import round_half_up
from evaluations.equal_shares import Code, by_votes, equal_shares
from evaluations.lots import draw


class Method(StrEnum):
    GREEDY = "greedy"
    EQUAL_SHARES = "equal_shares"


@dataclass(frozen=True)
class Line:
    """What became of one project: its votes, its place in the lot, the sentence, and the money left after it."""

    number: str
    amount: Decimal
    votes: int
    lot: int
    is_chosen: bool
    sentence: str
    left: Decimal | None = None
    by_shares: bool = False


@dataclass(frozen=True)
class Count:
    """The lines as they were looked at: first in the order of choosing, then by votes; `share` with equal shares."""

    lines: tuple[Line, ...]
    ballots: int
    budget: Decimal
    spent: Decimal
    share: Decimal | None

    @property
    def chosen(self) -> tuple[str, ...]:
        return tuple(line.number for line in self.lines if line.is_chosen)

    @property
    def votes(self) -> dict[str, int]:
        return {line.number: line.votes for line in self.lines}


def count(
    ballots: Mapping[str, Collection[str]], amounts: Mapping[str, Decimal], *, budget: Decimal, method: str, seed: str
) -> Count:
    """`ballots` say which project numbers each approves, `amounts` what the projects cost that can be chosen (yuan).

    ValueError for an unknown method and for amounts that `equal_shares` refuses.
    """
    if method not in list(Method):
        raise ValueError(f"method must be greedy or equal_shares, not {method!r}")
    order = draw(list(amounts), seed)
    costs: dict[Hashable, Decimal] = {number: amounts[number] for number in order}
    counted: dict[Hashable, Collection[Hashable]] = {
        receipt: {number for number in approved if number in amounts} for receipt, approved in ballots.items()
    }
    if method == Method.GREEDY:
        vote = by_votes(counted, costs, budget=budget)
    else:
        vote = equal_shares(counted, costs, budget=budget, completion="greedy", utility="cost")
    lot = {number: place for place, number in enumerate(order, start=1)}
    chosen = [str(number) for number in vote.chosen]
    rest = sorted(
        (number for number in order if number not in chosen), key=lambda one: (-vote.outcomes[one].votes, lot[one])
    )
    left, after = budget, {}
    for number in chosen:
        left -= amounts[number]
        after[number] = left
    lines = []
    for number in [*chosen, *rest]:
        found = vote.outcomes[number]
        line = Line(number, amounts[number], found.votes, lot[number], found.is_chosen, found.sentence)
        lines.append(replace(line, left=after.get(number), by_shares=found.code == Code.SHARES))
    share = None
    if method == Method.EQUAL_SHARES and ballots:
        share = round_half_up(budget / len(ballots))
    return Count(tuple(lines), len(ballots), budget, vote.spent, share)


def digest_of(text: str) -> str:
    """SHA-256 in hexadecimal of a text as it is published (UTF-8), as `sha256sum` gives it for the file."""
    return hashlib.sha256(text.encode()).hexdigest()
