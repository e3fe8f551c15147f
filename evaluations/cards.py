"""How the place of one project came about: what each criterion gave, which sheets counted, and how far the line is."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.money import round_half_up
from evaluations.standings import Standing
from grants.models import Criterion
from projects.models.state import PLACED

ZERO = Decimal("0.00")


@dataclass(frozen=True)
class CriterionLine:
    """One criterion: the mean of the sheets that count, the mean of the track, and the full points."""

    criterion: Criterion
    mean: Decimal
    track_mean: Decimal

    @property
    def moved(self) -> Decimal:
        """Points by which it lifted (above 0) or lowered the project against the average of its track."""
        return self.mean - self.track_mean


@dataclass(frozen=True)
class Equal:
    """A project of the same track with the same score, and what decided between the two: the first of the call's
    deciders in which they differ, else the lot (`label` empty; `mine` and `theirs` are places in it, empty until it is
    drawn)."""

    rival: Standing
    label: str
    mine: str
    theirs: str
    is_ahead: bool | None


@dataclass(frozen=True)
class Card:
    """Everything behind one place. `line` is the lowest score that is funded in its track, `distance` the points
    from it (below 0: missing); None while nothing is decided."""

    standing: Standing
    of: int
    criteria: list[CriterionLine]
    line: Decimal | None
    equals: list[Equal]

    @property
    def distance(self) -> Decimal | None:
        if self.line is None or self.standing.score is None:
            return None
        return self.standing.score - self.line

    @property
    def missing(self) -> Decimal:
        """Points that it lacks to the line; 0 when it lies on or above it."""
        return max(-self.distance, ZERO) if self.distance is not None else ZERO

    @property
    def decided_by(self) -> list[str]:
        """What decided between it and the projects with the same score, each once; empty text: the lot."""
        return list(dict.fromkeys(one.label for one in self.equals if one.is_ahead is not None))

    @property
    def moved_most(self) -> list[CriterionLine]:
        """The three criteria that moved it furthest from the average of its track."""
        moved = [line for line in self.criteria if line.moved]
        return sorted(moved, key=lambda line: abs(line.moved), reverse=True)[:3]


def criterion_means(row: Standing) -> dict[Criterion, Decimal]:
    """The mean points of each criterion over the sheets that count, in the rubric's order, half-up to two places."""
    points: dict[Criterion, list[Decimal]] = {}
    for assignment in row.counting:
        for score in assignment.sheet.scores.all():
            points.setdefault(score.criterion, []).append(score.points)
    ordered = sorted(points, key=lambda criterion: (criterion.position, criterion.pk))
    return {criterion: _mean(points[criterion]) for criterion in ordered}


def cards(rows: Sequence[Standing]) -> dict[int, Card]:
    """The card of every project whose panel is complete, by project id."""
    complete = [row for row in rows if row.is_complete and row.sum]
    lines = funding_lines(complete)
    tracks: dict[int, list[Standing]] = {}
    for row in complete:
        tracks.setdefault(row.project.track_id, []).append(row)
    found = {}
    for track, peers in tracks.items():
        means = {row.project.pk: criterion_means(row) for row in peers}
        criteria = {criterion for given in means.values() for criterion in given}
        of_track = {
            criterion: _mean([given.get(criterion, ZERO) for given in means.values()]) for criterion in criteria
        }
        equals = _equals(peers)
        for row in peers:
            pk = row.project.pk
            shown = [CriterionLine(criterion, mean, of_track[criterion]) for criterion, mean in means[pk].items()]
            found[pk] = Card(row, len(peers), shown, lines.get(track), equals[pk])
    return found


def _equals(peers: Sequence[Standing]) -> dict[int, list[Equal]]:
    """By project id the ties that each of a track was in, with each rival, best place first."""
    same: dict[Decimal | None, list[Standing]] = {}
    for row in sorted(peers, key=lambda row: row.rank or 0):
        same.setdefault(row.score, []).append(row)
    return {row.project.pk: [_between(row, rival) for rival in same[row.score] if rival is not row] for row in peers}


def _between(row: Standing, rival: Standing) -> Equal:
    for mine, theirs in zip(row.deciders, rival.deciders, strict=False):
        if mine.value != theirs.value:
            return Equal(rival, mine.label, mine.shown, theirs.shown, mine.value > theirs.value)
    if row.lot is None or rival.lot is None:
        return Equal(rival, "", "", "", None)
    return Equal(rival, "", str(row.lot), str(rival.lot), row.lot < rival.lot)


def funding_lines(rows: Sequence[Standing]) -> dict[int, Decimal]:
    """The lowest score in each track among the projects that hold a place now: who dropped out no longer sets the
    line, who moved up does."""
    lines: dict[int, Decimal] = {}
    for row in rows:
        if row.project.state in PLACED and row.score is not None:
            track = row.project.track_id
            lines[track] = min(row.score, lines.get(track, row.score))
    return lines


def _mean(given: Sequence[Decimal]) -> Decimal:
    return round_half_up(sum(given, ZERO) / len(given))
