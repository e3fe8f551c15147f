"""The projects in review as candidates for the money, and what a chosen set looks like."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.utils.translation import gettext as _

from evaluations.models import Alternative, Ballot
from evaluations.selection import Candidate, Quota, inversions
from evaluations.standings import Standing
from people.models import Region
from projects.models import State

ZERO = Decimal("0.00")
DISTRICT, STREET = 6, 9
"""Digits of a community's code that say where it lies."""


def candidates(rows: Sequence[Standing]) -> list[Candidate]:
    """Every project in review whose panel is complete, in the published order; the amount is the most it can get."""
    return [
        Candidate(row.project.pk, row.score, row.project.amount_payable, groups_of(row))
        for row in ordered(rows)
        if row.score is not None and row.project.amount_payable
    ]


def ordered(rows: Sequence[Standing]) -> list[Standing]:
    """The rows that can be chosen, by score; between equal scores, by place within their track."""
    found = [row for row in rows if row.is_complete and row.sum and row.project.state == State.IN_REVIEW]
    return sorted(found, key=lambda row: (-(row.score or ZERO), row.rank or 9999, row.project.number))


def groups_of(row: Standing) -> tuple[str, ...]:
    """The groups that a project counts in, by key: its track, its field, its district and street."""
    project = row.project
    found = [f"track:{project.track_id}"]
    if project.field_id:
        found.append(f"field:{project.field_id}")
    if project.community:
        code = project.community.region_code
        found += [f"district:{code[:DISTRICT]}", f"street:{code[:STREET]}"]
    return tuple(found)


def group_names(rows: Iterable[Standing]) -> dict[str, str]:
    """Every group that occurs, by key, in the order of its name; one query.

    A district is called as the table of regions calls it, where that is loaded, else as its communities say.
    """
    found: dict[str, str] = {}
    districts: dict[str, str] = {}
    for row in rows:
        project = row.project
        found[f"track:{project.track_id}"] = _("Track: %(name)s") % {"name": project.track.name}
        if project.field_id:
            found[f"field:{project.field_id}"] = _("Field: %(name)s") % {"name": project.field}
        if project.community:
            code = project.community.region_code
            districts.setdefault(code[:DISTRICT], project.community.district)
            found[f"street:{code[:STREET]}"] = _("Street: %(name)s") % {"name": project.community.street}
    districts |= dict(Region.objects.filter(code__in=districts).values_list("code", "name"))
    for code, name in districts.items():
        found[f"district:{code}"] = _("District: %(name)s") % {"name": name or code}
    return dict(sorted(found.items(), key=lambda item: item[1]))


def quotas_of(alternative: Alternative, names: dict[str, str]) -> list[Quota]:
    """The quotas of an alternative as they were typed; one for a group that occurs no more is left out."""
    return [
        Quota(
            one["group"],
            max_amount=Decimal(one["max_amount"]) if one.get("max_amount") is not None else None,
            max_count=one.get("max_count"),
            min_count=one.get("min_count"),
            name=names[one["group"]],
        )
        for one in alternative.quotas
        if one["group"] in names
    ]


@dataclass(frozen=True)
class GroupLine:
    """One group in an alternative: how many of it are funded with how much, and what was set for it."""

    name: str
    count: int
    amount: Decimal
    quota: Quota | None = None


@dataclass(frozen=True)
class Summary:
    """What an alternative comes to: how much each group gets, the lowest score funded, and who is passed over."""

    alternative: Alternative
    count: int
    lowest: Decimal | None
    passed_over: set[Any]
    is_current: bool
    groups: list[GroupLine] = field(default_factory=list)

    @property
    def limited(self) -> list[GroupLine]:
        """The groups for which something was set."""
        return [line for line in self.groups if line.quota]

    @property
    def others(self) -> list[GroupLine]:
        return [line for line in self.groups if not line.quota]

    @property
    def gap(self) -> Decimal | None:
        """By how many hundredths of its value a set could be better at most, where that is not proven to be nothing."""
        result = self.alternative.result
        if result.get("proven", True) or not Decimal(result["value"]):
            return None
        value, bound = Decimal(result["value"]), Decimal(result["bound"])
        return ((bound - value) / value * 100).quantize(Decimal("0.01"), ROUND_CEILING)


def summary(alternative: Alternative, rows: Sequence[Standing], names: dict[str, str] | None = None) -> Summary:
    """`names` are those of the groups, where they are known already."""
    order = ordered(rows)
    names = group_names(order) if names is None else names
    chosen = [row for row in order if row.project.pk in alternative.chosen]
    quotas = {quota.group: quota for quota in quotas_of(alternative, names)}
    counts, amounts = dict.fromkeys(names, 0), dict.fromkeys(names, ZERO)
    for row in chosen:
        for key in groups_of(row):
            counts[key] += 1
            amounts[key] += row.project.amount_payable
    tracks: dict[Hashable, Hashable] = {row.project.pk: row.project.track_id for row in order}
    by_track = [row.project.pk for row in sorted(order, key=lambda row: (row.project.track_id, row.rank or 9999))]
    return Summary(
        alternative=alternative,
        count=len(chosen),
        lowest=min((row.score for row in chosen if row.score is not None), default=None),
        passed_over={one.left_out for one in inversions(by_track, [row.project.pk for row in chosen], tracks)},
        is_current=alternative.inputs == inputs_of(alternative, rows),
        groups=[GroupLine(name, counts[key], amounts[key], quotas.get(key)) for key, name in names.items()],
    )


def inputs_of(alternative: Alternative, rows: Sequence[Standing]) -> dict[str, list[str]]:
    """Score and amount of every candidate, and the state of the ballots where these decide: what it rests on today."""
    found = {str(one.id): [str(one.score), str(one.amount)] for one in candidates(rows)}
    if alternative.is_by_vote:
        found["ballots"] = [Ballot.objects.readable().filter(call=alternative.call_id).digest()]
    return found
