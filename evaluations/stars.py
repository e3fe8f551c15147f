"""The yearly stars of organisations (S1 星级评价机制; field guide 2.9 F): a score from four parts, and its explanation.

    score = Σ weight × part / Σ weight     over the parts that are known, each 0 to 100

| part | what it is | known when |
|---|---|---|
| finals 项目末评 | mean of the final evaluations that were concluded in the year | so many of them (`least_finals`) |
| voices 群众评价 | share of satisfied residents, shrunk to the mean of the group | so many answers (`least_voices`) |
| compliance 过程合规 | points of its items that apply, of the points they could have | any item applies |
| openness 信息公开 | the same | any item applies |

The guide's weights are 0.4, 0.3, 0.2, 0.1; every figure here is data of the year (`Rules`).

**Shrinkage.** With `k` the strength, `m` the mean of the group and `s` satisfied of `n` answers the voice is

    (s + k·m) / (n + k)

the posterior mean of a binomial share under the prior Beta(k·m, k·(1−m)): Gelman et al., Bayesian Data Analysis, 3rd
ed., 2.4; the mean of the group comes from the data, as in Efron and Morris, "Data Analysis Using Stein's Estimator and
its Generalizations", JASA 70 (1975). `k` answers of the group's mean are added to everybody's own, so that 10 of 10
does not stand before 290 of 300.

**What is not known** neither helps nor harms: its weight is left out and the others count more. But no star is given to
whoever has no final evaluation, or of whom parts of less than `least_known` percent of the weight are known: nothing
can be said of them, and they have no place, so that nobody is last for being new. And nobody of whom a part is missing
gets more than `most_if_unknown` stars: the highest is for those of whom everything is known.

**Places** are given inside a group (registered and filed apart, by kind), equal scores share a place and the next is
counted on (1, 2, 2, 4), as `evaluations.ranking` does. A group's last is who stands there alone or with others, where
at least `LEAST_FOR_LAST` have a place and not all are equal.

Knows no database. Rounds once, at the end: half up to two places.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from core.money import round_half_up

HUNDRED = Decimal(100)
FINALS, VOICES, COMPLIANCE, OPENNESS = "finals", "voices", "compliance", "openness"
PARTS = (FINALS, VOICES, COMPLIANCE, OPENNESS)
ITEMS: dict[str, tuple[str, ...]] = {
    COMPLIANCE: ("on_time", "approved_first", "unwarned", "credit", "inspection"),
    OPENNESS: ("reports", "photos", "mark", "profile"),
}
"""What compliance and openness are made of, in the order in which they are read."""
NO_FINALS, TOO_LITTLE = "no_finals", "too_little"
"""Why there is no star."""
LEAST_FOR_LAST = 3
"""In a group of one or two somebody is always last: that says nothing."""


@dataclass(frozen=True)
class Rules:
    """What a year announced before it began to count."""

    weights: Mapping[str, Decimal]
    thresholds: tuple[Decimal, Decimal, Decimal, Decimal]
    """From how many points on there are 5, 4, 3 and 2 stars; below the last there is one."""
    strength: int
    least_voices: int
    least_finals: int
    least_known: Decimal
    """Percent of the weight."""
    most_if_unknown: int
    points: Mapping[str, Decimal]
    """Full points of each item of compliance and openness."""


@dataclass(frozen=True)
class Facts:
    """What the records know of one organisation in the year."""

    key: int
    group: str
    finals: tuple[Decimal, ...] = ()
    voices: int = 0
    satisfied: int = 0
    shares: Mapping[str, Decimal | None] = field(default_factory=dict)
    """Of each item how much was kept, from 0 to 1; None or absent: it does not apply."""


@dataclass(frozen=True)
class Part:
    """One part of a score: its value, the percent with which it is weighted, and the points it brings."""

    key: str
    weight: Decimal
    value: Decimal | None
    counts: Decimal
    """Percent of the score after the weights of what is not known were left out."""
    brings: Decimal | None

    @property
    def is_known(self) -> bool:
        return self.value is not None


@dataclass(frozen=True)
class Rated:
    """What a year says of one organisation."""

    key: int
    group: str
    parts: tuple[Part, ...]
    score: Decimal | None
    stars: int | None
    why_not: str = ""
    is_capped: bool = False
    """Fewer stars than the points would give, because a part is not known."""

    def part(self, key: str) -> Part:
        return next(part for part in self.parts if part.key == key)


@dataclass(frozen=True)
class Place:
    """A place inside a group, with how many share it and how many have one."""

    rank: int
    sharing: int
    of: int
    is_last: bool


Means = Mapping[str, tuple[int, int]]
"""By group: answers and satisfied ones."""


def means_of(facts: Iterable[Facts]) -> dict[str, tuple[int, int]]:
    """The answers of each group together."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in facts:
        sums[one.group][0] += one.voices
        sums[one.group][1] += one.satisfied
    return {group: (n, satisfied) for group, (n, satisfied) in sums.items()}


def shrunk(satisfied: int, n: int, mean: Decimal, strength: int) -> Decimal:
    """The share of satisfied answers, drawn to the mean of the group; `n` + `strength` is above 0."""
    if not 0 <= satisfied <= n or n + strength <= 0:
        raise ValueError(f"{satisfied} of {n} answers with strength {strength}")
    return (satisfied + strength * mean) / (n + strength)


def kept(done: int, of: int) -> Decimal | None:
    """How much of what was due was done; None when nothing was due."""
    return Decimal(done) / of if of else None


def spared(times: int, none_left_at: int) -> Decimal:
    """1 when nothing happened, less with each time, 0 from `none_left_at` times on."""
    return max(Decimal(0), 1 - Decimal(times) / none_left_at)


def stars_for(score: Decimal, thresholds: Sequence[Decimal]) -> int:
    """5 to 1 stars; a threshold that is met exactly is met."""
    return 5 - sum(score < threshold for threshold in thresholds)


def value_of_items(part: str, shares: Mapping[str, Decimal | None], points: Mapping[str, Decimal]) -> Decimal | None:
    """Points of the items that apply, of the points that they could have, in percent."""
    applying = [(points.get(item, Decimal(0)), shares.get(item)) for item in ITEMS[part]]
    full = sum((most for most, share in applying if share is not None), Decimal(0))
    if not full:
        return None
    return sum((most * share for most, share in applying if share is not None), Decimal(0)) * HUNDRED / full


def _values(facts: Facts, rules: Rules, means: Means) -> dict[str, Decimal | None]:
    found: dict[str, Decimal | None] = dict.fromkeys(PARTS)
    if facts.finals and len(facts.finals) >= rules.least_finals:
        found[FINALS] = sum(facts.finals, Decimal(0)) / len(facts.finals)
    n, satisfied = means.get(facts.group, (0, 0))
    if facts.voices and facts.voices >= rules.least_voices and n:
        mean = Decimal(satisfied) / n
        found[VOICES] = shrunk(facts.satisfied, facts.voices, mean, rules.strength) * HUNDRED
    for part in ITEMS:
        found[part] = value_of_items(part, facts.shares, rules.points)
    return found


def rate_one(facts: Facts, rules: Rules, means: Means) -> Rated:
    """The score of one organisation, beside the means of its year."""
    values = _values(facts, rules, means)
    known = sum((rules.weights[key] for key in PARTS if values[key] is not None), Decimal(0))
    parts, exact = [], Decimal(0)
    for key in PARTS:
        weight, value = rules.weights[key], values[key]
        if value is None or not known:
            parts.append(Part(key, weight, None, Decimal(0), None))
            continue
        exact += weight * value / known
        counts = round_half_up(weight * HUNDRED / known)
        parts.append(Part(key, weight, round_half_up(value), counts, round_half_up(weight * value / known)))
    why_not = NO_FINALS if values[FINALS] is None else TOO_LITTLE if known < rules.least_known else ""
    if why_not:
        return Rated(facts.key, facts.group, tuple(parts), None, None, why_not)
    score = round_half_up(exact)
    stars = stars_for(score, rules.thresholds)
    most = 5 if all(part.is_known for part in parts) else rules.most_if_unknown
    return Rated(facts.key, facts.group, tuple(parts), score, min(stars, most), is_capped=stars > most)


def rate(facts: Sequence[Facts], rules: Rules) -> list[Rated]:
    """All organisations of a year, in the order in which they are given."""
    means = means_of(facts)
    return [rate_one(one, rules, means) for one in facts]


def places(scores: Iterable[tuple[int, str, Decimal | None]]) -> dict[int, Place]:
    """Of (key, group, score): the place of everybody who has a score, inside the group."""
    found: dict[int, Place] = {}
    groups: dict[str, list[tuple[int, Decimal]]] = defaultdict(list)
    for key, group, score in scores:
        if score is not None:
            groups[group].append((key, score))
    for rows in groups.values():
        sharing = Counter(score for _key, score in rows)
        lowest = min(sharing)
        tells = len(rows) >= LEAST_FOR_LAST and len(sharing) > 1
        for key, score in rows:
            better = sum(times for other, times in sharing.items() if other > score)
            found[key] = Place(better + 1, sharing[score], len(rows), tells and score == lowest)
    return found


def has_many_bad(bad: int, n: int, *, limit: Decimal, least: int) -> bool:
    """More than `limit` percent of enough answers are bad."""
    return n >= least and n > 0 and bad * HUNDRED > limit * n
