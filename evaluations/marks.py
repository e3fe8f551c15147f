"""From figures to points, from points to a grade: pure calculation, no ORM. The rules are data of a framework.

| what | rule (field guide 2.8, 2.9) |
|---|---|
| bands | the band with the highest beginning that the figure reaches gives its points; below all of them none |
| figures | are exact: a share of 89.996 percent is shown as 90.00 and does not reach the band from 90 on |
| points a unit | units × points, rounded half-up once, never more than the line has |
| total | full points + bonuses − deductions, each line within its own points; never below 0 or above 100 |
| grade | from the framework's marks on, e.g. 90/80/60 (财预〔2020〕10号) or 85/75/60 (苏州); a confirmed veto fails |
| excellent | a share of the call's projects, rounded down; who is equal at the limit is treated equally: none of them |
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

from core.money import round_half_up

ZERO, HUNDRED = Decimal("0.00"), Decimal(100)


@dataclass(frozen=True)
class Scale:
    """From how many points on which grade is given."""

    excellent: Decimal = Decimal(90)
    good: Decimal = Decimal(80)
    passing: Decimal = Decimal(60)


@dataclass(frozen=True)
class Mark:
    """What one line of a sheet was given: "points", "bonus", "deduction" or "veto", and how many points."""

    kind: str
    points: Decimal


@dataclass(frozen=True)
class Total:
    """What the lines of a sheet, or the sheets of a panel, come to."""

    base: Decimal = ZERO
    bonus: Decimal = ZERO
    deduction: Decimal = ZERO

    @property
    def score(self) -> Decimal:
        """Out of 100: a bonus makes nobody better than full points, a deduction nobody worse than none."""
        return max(ZERO, min(HUNDRED, self.base + self.bonus - self.deduction))

    @property
    def counted(self) -> "Total":
        """With the bonus and the deduction only as far as they reach: base + bonus − deduction is the score."""
        bonus = max(ZERO, min(self.bonus, HUNDRED - self.base + self.deduction))
        return Total(self.base, bonus, min(self.deduction, self.base + bonus))


def by_bands(figure: Decimal | Fraction, bands: Iterable[Sequence[Decimal | str | int]]) -> Decimal:
    """The points of a figure: [[100, 6], [80, 4], [60, 2]] gives 6 from 100 on, 4 from 80 on, 0 below 60."""
    reached = [(Decimal(start), Decimal(points)) for start, points in bands if Fraction(figure) >= Fraction(start)]
    return max(reached)[1] if reached else ZERO


def by_units(figure: Decimal | Fraction, each: Decimal, most: Decimal) -> Decimal:
    """So many points a unit, at most `most`: 7 days late at 1 a day and 5 at most are 5."""
    points = max(Fraction(figure), Fraction(0)) * Fraction(each)
    return min(round_half_up(Decimal(points.numerator) / Decimal(points.denominator)), most)


def propose(
    figure: Decimal | Fraction,
    *,
    most: Decimal,
    bands: Iterable[Sequence[Decimal | str | int]] = (),
    each: Decimal | None = None,
) -> Decimal:
    """The points that a figure of the records means for a line with `most` points."""
    return by_units(figure, each, most) if each is not None else min(by_bands(figure, bands), most)


def add_up(marks: Iterable[Mark]) -> Total:
    """A sheet: what is marked on a veto line is no points."""
    sums = {"points": ZERO, "bonus": ZERO, "deduction": ZERO}
    for mark in marks:
        if mark.kind in sums:
            sums[mark.kind] += mark.points
    return Total(sums["points"], sums["bonus"], sums["deduction"])


def mean(totals: Sequence[Total]) -> Total:
    """A panel: the mean of each part, half-up to two places, so that the score is exactly their sum. What goes beyond
    the full points on one sheet makes up for nothing on another. ValueError when there is no sheet."""
    if not totals:
        raise ValueError("There is no score to average")
    parts = [(one.base, one.bonus, one.deduction) for one in (each.counted for each in totals)]
    return Total(*(round_half_up(sum(each, ZERO) / len(totals)) for each in zip(*parts, strict=True)))


def grade(score: Decimal, scale: Scale, *, vetoed: bool = False) -> str:
    """The grade of an evaluation score out of 100: "excellent", "good", "pass" or "fail"."""
    if vetoed or score < scale.passing:
        return "fail"
    if score >= scale.excellent:
        return "excellent"
    return "good" if score >= scale.good else "pass"


def places(count: int, share: int) -> int:
    """How many of so many projects may be excellent at this share in percent: rounded down, never above the share."""
    return int((Decimal(count) * share / HUNDRED).quantize(Decimal(1), ROUND_DOWN))


def stay_excellent(scores: Mapping[Hashable, Decimal], most: int) -> set[Hashable]:
    """Which of the excellent projects keep the grade: the highest scores, at most `most`. Where the limit falls between
    equal scores none of these keeps it, so that equals are treated equally and the limit is never exceeded."""
    ordered = sorted(scores.values(), reverse=True)
    if len(ordered) <= most:
        return set(scores)
    first_out = ordered[most]
    return {key for key, score in scores.items() if score > first_out}
