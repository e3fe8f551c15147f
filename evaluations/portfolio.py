"""The projects in review as candidates for the money, and what a chosen set looks like."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluations.models import Alternative
from evaluations.selection import Candidate, Quota, inversions
from evaluations.standings import Standing
from projects.models import State

ZERO = Decimal("0.00")


def candidates(rows: Sequence[Standing]) -> list[Candidate]:
    """Every project in review whose panel is complete, in the published order; the amount is the most it can get."""
    return [
        Candidate(row.project.pk, row.score, row.project.amount_payable, frozenset(groups_of(row)))
        for row in ordered(rows)
        if row.score is not None and row.project.amount_payable
    ]


def ordered(rows: Sequence[Standing]) -> list[Standing]:
    """The rows that can be chosen, by score; between equal scores, by place within their track."""
    found = [row for row in rows if row.is_complete and row.sum and row.project.state == State.IN_REVIEW]
    return sorted(found, key=lambda row: (-(row.score or ZERO), row.rank or 9999, row.project.number))


def groups_of(row: Standing) -> dict[str, str]:
    """The groups that a project counts in, by key, with their names: its track, field and district."""
    project = row.project
    found = {f"track:{project.track_id}": f"{_('Track')}：{project.track.name}"}
    if project.field_id:
        found[f"field:{project.field_id}"] = f"{_('Field')}：{project.field}"
    if project.community and project.community.street:
        found[f"street:{project.community.street}"] = f"{_('Street')}：{project.community.street}"
    return found


def group_names(rows: Iterable[Standing]) -> dict[str, str]:
    """Every group that occurs, by key, in the order of its name."""
    found: dict[str, str] = {}
    for row in rows:
        found |= groups_of(row)
    return dict(sorted(found.items(), key=lambda item: item[1]))


def quotas_of(alternative: Alternative, names: dict[str, str]) -> list[Quota]:
    """The quotas of an alternative as they were typed; one for a group that occurs no more is left out."""
    return [
        Quota(
            one["group"],
            max_amount=Decimal(one["max_amount"]) if one.get("max_amount") else None,
            max_count=one.get("max_count"),
            min_count=one.get("min_count"),
            name=names[one["group"]],
        )
        for one in alternative.quotas
        if one["group"] in names
    ]


@dataclass(frozen=True)
class Summary:
    """What an alternative comes to: how many in each group, the lowest score funded, and who is passed over."""

    alternative: Alternative
    count: int
    groups: list[tuple[str, int]]
    lowest: Decimal | None
    passed_over: set[Any]
    is_current: bool


def summary(alternative: Alternative, rows: Sequence[Standing], inputs: dict[str, Any]) -> Summary:
    """`inputs` are today's; an alternative that was calculated with others is not current."""
    order = ordered(rows)
    chosen = [row for row in order if row.project.pk in alternative.chosen]
    names = group_names(order)
    counted = Counter(key for row in chosen for key in groups_of(row))
    tracks: dict[Hashable, Hashable] = {row.project.pk: row.project.track_id for row in order}
    by_track = [row.project.pk for row in sorted(order, key=lambda row: (row.project.track_id, row.rank or 9999))]
    return Summary(
        alternative=alternative,
        count=len(chosen),
        groups=[(names[key], counted[key]) for key in names],
        lowest=min((row.score for row in chosen if row.score is not None), default=None),
        passed_over={one.left_out for one in inversions(by_track, [row.project.pk for row in chosen], tracks)},
        is_current=alternative.inputs == inputs,
    )


def inputs_of(rows: Sequence[Standing]) -> dict[str, list[str]]:
    """Score and amount of every candidate, as they are kept with an alternative."""
    return {str(one.id): [str(one.score), str(one.amount)] for one in candidates(rows)}
