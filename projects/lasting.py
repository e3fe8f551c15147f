"""How the projects of calls fared after their end: read once for all of them, counted by `survival`."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from grants.models import Call
from projects.models import FollowUp, Project, State
from projects.models.state import FUNDED
from projects.survival import Fate, Survival, fate, survival

CHUNK = 50
"""So many calls are read at a time."""


@dataclass(frozen=True)
class Round:
    """What came of one date (6, 12 or 24 months): how many were asked, and what they answered."""

    months: int
    label: str
    asked: int
    active: int
    stopped: int
    silent: int
    waiting: int


@dataclass(frozen=True)
class Lasting:
    """One call: its figures, its dates, its ended projects with what is known of each, and in which form they go on."""

    call: Call
    figures: Survival
    rounds: list[Round]
    projects: list[tuple[Project, Fate, FollowUp | None]]
    forms: dict[str, int]


def lasting(calls: Iterable[Call]) -> list[Lasting]:
    """For each call with a funded project, in the order given; a constant number of queries."""
    calls = list(calls)
    funded = Project.objects.with_names().filter(call__in=calls, state__in=FUNDED).prefetch_related("follow_ups")
    by_call: dict[int, list[Project]] = {}
    for project in funded.order_by("number"):
        by_call.setdefault(project.call_id, []).append(project)
    return [_of_call(call, by_call[call.pk]) for call in calls if call.pk in by_call]


def lasting_in_turn(calls: Iterable[Call]) -> Iterator[Lasting]:
    """The same of any number of calls, a few at a time: two queries for every fifty calls."""
    found = iter(calls)
    while some := list(islice(found, CHUNK)):
        yield from lasting(some)


def _of_call(call: Call, funded: list[Project]) -> Lasting:
    lines = [(project, *_known(project)) for project in funded if project.state in (State.COMPLETED, State.TERMINATED)]
    asked = [one for project, _fate, _seen in lines for one in project.follow_ups.all() if one.months]
    figures = survival([found for _project, found, _seen in lines], len(funded) - len(lines))
    forms = Counter(seen.form for _project, found, seen in lines if seen and found == Fate.ACTIVE)
    rounds = [_round(months, [one for one in asked if one.months == months]) for months in FollowUp.Months]
    return Lasting(call, figures, rounds, lines, dict(forms))


def _known(project: Project) -> tuple[Fate, FollowUp | None]:
    """What is known of an ended project, and the look back that says so."""
    all_of_it = list(project.follow_ups.all())
    answered = [one for one in all_of_it if one.seen_on is not None]
    seen = max(answered, key=lambda one: (one.seen_on, one.pk)) if answered else None
    silent = any(one.is_overdue and (seen is None or (one.due_on and one.due_on > seen.seen_on)) for one in all_of_it)
    found = fate(
        is_terminated=project.state == State.TERMINATED,
        last_seen_active=seen.still_active if seen else None,
        is_overdue=silent,
    )
    return found, seen


def _round(months: FollowUp.Months, asked: list[FollowUp]) -> Round:
    counted = Counter("silent" if one.is_overdue else one.still_active for one in asked)
    return Round(
        months.value, str(months.label), len(asked), counted[True], counted[False], counted["silent"], counted[None]
    )
