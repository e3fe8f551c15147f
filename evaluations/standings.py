"""Where the projects of a call stand in the review, by the rule published in the call; a constant number of queries."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from core.money import plain, round_half_up, yuan
from evaluations import quorum
from evaluations.models import Assignment, Bonus, Draw, Purpose, Result
from evaluations.ranking import Entry, Sum, add_up, rank
from grants.models import Call, TieBreak
from projects.models import Project, State

NOT_JUDGED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.INELIGIBLE, State.ELIGIBLE, State.WITHDRAWN)
ZERO = Decimal("0.00")


class Decider(NamedTuple):
    """One thing that decides between equal scores, for one project: the higher `value` wins, `shown` is read."""

    label: str
    value: Decimal
    shown: str


@dataclass
class Standing:
    """One project in the review: its sheets so far, and once its panel is whole what they add up to and its place.

    `open` are the sheets that are still to come, `absent` the judges who hand none in, `expected` how many sheets make
    the panel whole. `sum` says which sheets count; `is_tied` that only a lot can decide between it and another.
    `is_absent`: nobody came on the pitch day, so the group has abstained and nothing is added up. `deciders` are what
    decides between equal scores, in the call's order, and `lot` its place in the lot, once one is drawn.
    """

    project: Project
    sheets: list[Assignment] = field(default_factory=list)
    open: list[Assignment] = field(default_factory=list)
    absent: list[Assignment] = field(default_factory=list)
    expected: int = 0
    bonuses: list[Bonus] = field(default_factory=list)
    sum: Sum | None = None
    score: Decimal | None = None
    rank: int | None = None
    is_tied: bool = False
    is_absent: bool = False
    deciders: tuple[Decider, ...] = ()
    lot: int | None = None

    @property
    def tie_break(self) -> tuple[Decimal, ...]:
        return tuple(one.value for one in self.deciders)

    @property
    def is_complete(self) -> bool:
        return self.is_absent or (self.expected > 0 and len(self.sheets) == self.expected)

    @property
    def spread(self) -> Decimal | None:
        """Points between the highest and the lowest sheet: how far the experts are apart."""
        totals = [assignment.sheet.total for assignment in self.sheets]
        return max(totals) - min(totals) if totals else None

    @property
    def counted(self) -> list[tuple[Assignment, bool]]:
        """Each submitted sheet, and whether it counts or was left out as the highest or the lowest."""
        dropped = self.sum.dropped if self.sum else ()
        return [(assignment, index not in dropped) for index, assignment in enumerate(self.sheets)]

    @property
    def counting(self) -> list[Assignment]:
        return [assignment for assignment, counts in self.counted if counts]


def standings(call: Call) -> list[Standing]:
    """Every judged project of the call, by track and place; those without a sheet come last.

    Equal scores are decided in the order that the call states (`TieBreak`); without one by the means of the criteria
    in the rubric's order, then by the lower request. What is still equal is decided by the call's lot, once drawn.
    """
    related = ("applicant", "track", "call", "field", "community", "pitch_slot")
    projects = call.projects.exclude(state__in=NOT_JUDGED).select_related(*related)
    projects = projects.prefetch_related("budget_lines")
    rows = {project.pk: Standing(project) for project in projects.order_by("track", "number")}
    assignments = (
        Assignment.objects.active()
        .filter(project__in=rows, purpose=Purpose.REVIEW)
        .select_related("person", "sheet")
        .prefetch_related("sheet__scores__criterion")
    )
    needed = quorum.needed(rows)
    for assignment in assignments:
        row = rows[assignment.project_id]
        if assignment.is_absent:
            row.absent.append(assignment)
        elif assignment.is_submitted:
            row.sheets.append(assignment)
        else:
            row.open.append(assignment)
        # A panel from which somebody has stepped down, or is absent, waits for the next.
        row.expected = max(len(row.sheets) + len(row.open), needed[row.project.pk])
    for row in rows.values():
        slot = getattr(row.project, "pitch_slot", None)
        row.is_absent = slot is not None and slot.is_absent
    for bonus in Bonus.objects.filter(project__in=rows).select_related("rule"):
        rows[bonus.project_id].bonuses.append(bonus)
    ties = tie_breakers(call)
    for row in rows.values():
        if row.sheets and row.is_complete and not row.is_absent:  # an unfinished panel tells nothing, no place either
            totals = [assignment.sheet.total for assignment in row.sheets]
            row.sum = add_up(totals, drop_from=call.drop_from, bonuses=[bonus.points for bonus in row.bonuses])
            row.score = row.sum.score
            row.deciders = tuple(one for tie in ties for one in tie(row))
    _place(call, rows)
    frozen = Result.objects.filter(project__in=rows, purpose=Purpose.REVIEW).values_list("project", "score", "rank")
    for project_id, score, place in frozen:
        rows[project_id].score, rows[project_id].rank, rows[project_id].is_tied = score, place, False
    return sorted(rows.values(), key=lambda row: (row.project.track_id, row.rank or 9999, row.project.number))


def _place(call: Call, rows: dict[int, Standing]) -> None:
    """Give every scored row its place within its track; the lot decides what the stated order leaves equal."""
    scored = [row for row in rows.values() if row.score is not None]
    equals: dict[tuple, list[Standing]] = {}
    for row in scored:
        equals.setdefault((row.project.track_id, row.score, row.tie_break), []).append(row)
    drawn = Draw.objects.filter(call=call, kind=Draw.Kind.TIE).first()
    lots = {number: place for place, number in enumerate(drawn.outcome)} if drawn else {}
    for group in equals.values():
        for row in group:
            row.lot = lots[row.project.number] + 1 if row.project.number in lots else None
            row.is_tied = len(group) > 1 and not all(other.project.number in lots for other in group)
    entries = [
        Entry(
            row.project.pk,
            row.project.track_id,
            row.score,
            row.tie_break if row.is_tied else (*row.tie_break, Decimal(-lots.get(row.project.number, 0))),
        )
        for row in scored
    ]
    for ranked in rank(entries):
        rows[ranked.id].rank = ranked.rank


Tie = Callable[[Standing], list[Decider]]


def tie_breakers(call: Call) -> list[Tie]:
    """What decides between equal scores, in the call's order: each gives figures of which the higher wins."""
    stated = list(call.tie_breaks.select_related("criterion"))
    if not stated:
        return [_criterion_means, _lower_request(str(TieBreak.Kind.LOWER_REQUEST.label))]
    return [
        _mean_of(tie.criterion_id, str(tie))
        if tie.kind == TieBreak.Kind.CRITERION
        else BREAKERS[TieBreak.Kind(tie.kind)](str(tie))
        for tie in stated
    ]


def _lower_request(label: str) -> Tie:
    def request(row: Standing) -> list[Decider]:
        asked = row.project.amount_requested or ZERO
        return [Decider(label, -asked, yuan(asked))]

    return request


def _own_share(label: str) -> Tie:
    """The share of the budget that does not come from the grant, in ten-thousandths."""

    def share(row: Standing) -> list[Decider]:
        total = row.project.total_budget
        own = round_half_up((total - row.project.grant_budget) / total, 4) if total else ZERO
        return [Decider(label, own, f"{plain(own * 100)}%")]

    return share


def _lower_spread(label: str) -> Tie:
    def spread(row: Standing) -> list[Decider]:
        apart = row.spread or ZERO
        return [Decider(label, -apart, plain(apart))]

    return spread


BREAKERS = {
    TieBreak.Kind.LOWER_REQUEST: _lower_request,
    TieBreak.Kind.OWN_SHARE: _own_share,
    TieBreak.Kind.LOWER_SPREAD: _lower_spread,
}


def _points(row: Standing) -> dict[tuple[int, int, str], list[Decimal]]:
    """The points given for each criterion by the sheets that count, by (position, criterion id, name)."""
    points: dict[tuple[int, int, str], list[Decimal]] = {}
    for assignment in row.counting:
        for score in assignment.sheet.scores.all():
            key = (score.criterion.position, score.criterion_id, score.criterion.name)
            points.setdefault(key, []).append(score.points)
    return points


def _mean(given: list[Decimal]) -> Decimal:
    return round_half_up(sum(given, ZERO) / len(given))


def _criterion_means(row: Standing) -> list[Decider]:
    """The mean points of each criterion, in the rubric's order."""
    means = [(name, _mean(given)) for (_place, _pk, name), given in sorted(_points(row).items())]
    return [Decider(name, mean, str(mean)) for name, mean in means]


def _mean_of(criterion_id: int, label: str) -> Tie:
    def mean(row: Standing) -> list[Decider]:
        given = [points for (_place, found, _name), points in _points(row).items() if found == criterion_id]
        value = _mean(given[0]) if given else ZERO
        return [Decider(label, value, str(value))]

    return mean
