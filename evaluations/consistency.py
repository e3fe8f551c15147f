"""Do the experts of a call agree? The sheets of its complete panels, read once and handed to the pure modules.

A decision aid and nothing more: the official place is that of the rule published in the call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from evaluations.calibration import Calibration, calibrate
from evaluations.models import Assignment
from evaluations.reliability import LEVELS, Icc, Severity, Undefined, discuss_first, icc2k, krippendorff_alpha, severity
from evaluations.standings import Standing
from people.models import User

Ratings = list[list[Decimal | None]]
FEWEST = 3
"""Projects of a track from which a measure of agreement says something: of one or two it is an accident."""


@dataclass(frozen=True)
class JudgeLine:
    """One expert: how far above (mild) or below (strict) the others on the same projects."""

    person: User
    severity: Severity
    adjusted: bool
    shrunk: float


@dataclass(frozen=True)
class PlaceLine:
    """One project: its official score and place; the plain mean of its sheets and that without its judges' severities.

    The two means are ranked among the same projects, so that the shift between them is the judges' and nothing else's:
    the official place also knows bonuses, dropped sheets and the order between equals.
    """

    standing: Standing
    raw: float
    raw_rank: int
    adjusted: float
    low: float | None
    high: float | None
    adjusted_rank: int

    @property
    def shift(self) -> int:
        """Places gained (above 0) or lost by the adjustment."""
        return self.raw_rank - self.adjusted_rank


@dataclass(frozen=True)
class Consistency:
    """A track's experts and projects, with the measures of their agreement; None where one cannot be calculated.

    `alphas` is Krippendorff's alpha by level: nominal asks for the very same points, ordinal for the same order,
    interval for small differences. Points are measured on a scale with equal steps, so `alpha` is the interval one.
    """

    track: Any
    alpha: float | None
    alphas: dict[str, float | None]
    icc: Icc | None
    judges: list[JudgeLine]
    places: list[PlaceLine]
    discuss: list[Standing]
    outliers: list[Assignment]
    calibration: Calibration

    @property
    def is_comparable(self) -> bool:
        """Every project is joined to every other by shared judges; else adjusted places cannot be compared."""
        return self.calibration.components <= 1

    @property
    def is_too_small(self) -> bool:
        """Too few projects for a measure of agreement: the page says so instead of only leaving it out."""
        return len(self.places) < FEWEST

    @property
    def verdict(self) -> str:
        """Krippendorff's limits: "good" from 0.800, "fair" from 0.667, else "poor"."""
        if self.alpha is None:
            return ""
        return "good" if self.alpha >= 0.8 else "fair" if self.alpha >= 0.667 else "poor"


def consistency(rows: Sequence[Standing]) -> list[Consistency]:
    """For each track, what its complete panels say about the experts' agreement; tracks without any are left out."""
    tracks: dict[int, list[Standing]] = {}
    for row in rows:
        if row.is_complete and row.sum:
            tracks.setdefault(row.project.track_id, []).append(row)
    return [_of_track(found) for found in tracks.values()]


def _of_track(rows: list[Standing]) -> Consistency:
    people = list(dict.fromkeys(assignment.person for row in rows for assignment in row.sheets))
    place = {person.pk: index for index, person in enumerate(people)}
    ratings: Ratings = [[None] * len(rows) for _person in people]
    for column, row in enumerate(rows):
        for assignment in row.sheets:
            ratings[place[assignment.person_id]][column] = assignment.sheet.total
    calibration = calibrate(
        (assignment.person_id, row.project.pk, assignment.sheet.total or Decimal(0))
        for row in rows
        for assignment in row.sheets
    )
    effects = {effect.judge: effect for effect in calibration.judges}
    merits = {effect.project: effect for effect in calibration.projects}
    severities = severity(ratings)
    alphas = {
        level: _defined(partial(krippendorff_alpha, ratings, level)) if len(rows) >= FEWEST else None
        for level in LEVELS
    }
    return Consistency(
        track=rows[0].project.track,
        alpha=alphas["interval"],
        alphas=alphas,
        icc=_defined(lambda: icc2k(ratings)) if len(rows) >= FEWEST else None,
        judges=[
            JudgeLine(person, severities[index], effects[person.pk].adjusted, effects[person.pk].severity)
            for index, person in enumerate(people)
        ],
        places=[
            PlaceLine(row, merit.raw, merit.raw_rank, merit.adjusted, merit.low, merit.high, merit.adjusted_rank)
            for row in rows
            if (merit := merits[row.project.pk])
        ],
        discuss=[rows[index] for index in discuss_first(ratings, limit=5)],
        outliers=[one for row in rows for one in row.sheets if one.sheet.deviates_since],
        calibration=calibration,
    )


def _defined(measure: Any) -> Any:
    try:
        return measure()
    except Undefined:
        return None
