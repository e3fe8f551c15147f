"""What would be enough, when there is no assignment: as little as possible, of what a clerk can do, each by itself.

Every cause tells its own shortage. Where several bind at once the answers to each do not add up: one more expert for
finance and social work fills two gaps, and fills the panels too. So the whole is calculated:

- more load: with the least bound on what anybody is given more, the fewest additional panels, and for whom (a programme
  with a column of additional load a judge);
- more experts: the fewest, free for all these projects and with the greatest load that is allowed now, and then as few
  fields for each as will do (seen by leaving one out after the other).

What is said has been tried: with it there is an assignment. Least and fewest hold in cases that are not large.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from numpy.typing import NDArray

from evaluations.assignment.case import Case, Skill
from evaluations.assignment.causes import Cause, Naming, TooFewPlaces
from evaluations.assignment.panels import Panels, is_feasible
from evaluations.assignment.programme import TINY

MOST_EXPERTS = 64
"""More than that is no advice."""
TRIES = 12
"""Of leaving out a field, where each takes a while."""
LARGE = 20_000
"""Pairs from which each try takes seconds: what is advised is enough there, too, but need not be the least."""


@dataclass(frozen=True)
class MoreLoad:
    """The highest load of these judges would have to be so much; everything else as it is."""

    loads: tuple[tuple[Hashable, int], ...]

    def sentence(self, name_of: Naming = str) -> str:
        named = _(", ").join(_("%(judge)s to %(load)d") % {"judge": name_of(one), "load": n} for one, n in self.loads)
        return _("It is enough to raise the highest load: %(loads)s.") % {"loads": named}


@dataclass(frozen=True)
class MoreExperts:
    """These further judges would be enough, each with the fields named and room for `load` panels."""

    fields: tuple[tuple[str, ...], ...]
    load: int

    def sentence(self, name_of: Naming = str) -> str:
        kinds: dict[tuple[str, ...], int] = {}
        for one in sorted(self.fields, key=lambda fields: (-len(fields), fields)):
            kinds[one] = kinds.get(one, 0) + 1
        named = _("; ").join(
            _("%(count)d for %(fields)s") % {"count": count, "fields": _(" and ").join(f"“{one}”" for one in fields)}
            if fields
            else _("%(count)d of any field") % {"count": count}
            for fields, count in kinds.items()
        )
        sentence = ngettext(
            "It is enough to have %(count)d more expert, without ties to these projects and with room for %(load)d of "
            "them: %(kinds)s.",
            "It is enough to have %(count)d more experts, without ties to these projects and with room for %(load)d of "
            "them each: %(kinds)s.",
            len(self.fields),
        )
        return sentence % {"count": len(self.fields), "load": self.load, "kinds": named}


Remedy = MoreLoad | MoreExperts


def remedies(case: Case, causes: Sequence[Cause]) -> list[Remedy]:
    """Each of these alone makes an assignment possible. Nothing where what was made by hand stands in the way."""
    if (case.fixed & ~case.free).any() or (case.fixed.sum(axis=0) > case.size).any():
        return []
    found: list[Remedy | None] = [_more_load(case, causes), _more_experts(case, causes)]
    return [one for one in found if one is not None]


def _is_large(case: Case) -> bool:
    return case.free.size > LARGE


def _more_load(case: Case, causes: Sequence[Cause]) -> MoreLoad | None:
    """With the least bound on what anybody is given more, so that not one carries it all; then the least in all."""
    room = np.maximum(case.free.sum(axis=1) - case.loads, 0)
    most = int(room.max(initial=0))
    asked = [one.load - int(case.loads.max(initial=0)) for one in causes if isinstance(one, TooFewPlaces)]
    bound, below = min(max([1, *asked]), most), 0
    found = _raised(case, np.minimum(room, bound)) if bound else None
    while found is None and bound < most:
        below, bound = bound, min(2 * bound, most)
        found = _raised(case, np.minimum(room, bound))
    if found is None:
        return None
    while not _is_large(case) and bound - below > 1:
        middle = (below + bound) // 2
        if (less := _raised(case, np.minimum(room, middle))) is None:
            below = middle
        else:
            bound, found = middle, less
    raised = [(case.judges[at], int(case.loads[at] + found[at])) for at in np.flatnonzero(found)]
    return MoreLoad(tuple(raised)) if raised else None


def _raised(case: Case, room: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """What each would have to judge more, no more than they have room for; None when that is not enough."""
    panels = Panels.of(case)
    programme = panels.programme
    more = programme.columns.add(np.zeros(len(room)), room)
    programme.entries(panels.load, more, -1.0)
    cost = np.zeros(len(programme.columns))
    cost[more] = 1
    try:
        found = programme.solve(cost, whole=not _is_large(case))
    except RuntimeError:  # nothing in reasonable time: then nothing is advised
        return None
    if found is None or np.abs(found.values - np.round(found.values)).max() > TINY:
        return None
    return np.round(found.values[more]).astype(np.int64)


def _more_experts(case: Case, causes: Sequence[Cause]) -> MoreExperts | None:
    load = int(case.loads.max(initial=0)) or len(case.projects)
    count = len(case.skills)
    least = max([one.experts for one in causes if isinstance(one, TooFewPlaces)], default=1)
    tried = _rising(least)
    number = next((n for n in tried if _possible(case, load, np.ones((n, count), dtype=bool))), None)
    if number is None:
        return None
    held, tries = np.ones((number, count), dtype=bool), TRIES
    if _is_large(case):
        return _named(case, held, load)
    while number > 1 and _possible(case, load, np.ones((number - 1, count), dtype=bool)):
        number -= 1
    held = held[:number]
    for expert, skill in np.ndindex(held.shape):
        if not tries:
            break
        tries, held[expert, skill] = tries - 1, False
        held[expert, skill] = not _possible(case, load, held)
    return _named(case, held, load)


def _named(case: Case, held: NDArray[np.bool_], load: int) -> MoreExperts:
    names = [skill.requirement.name for skill in case.skills]
    return MoreExperts(tuple(tuple(names[at] for at in np.flatnonzero(row)) for row in held), load)


def _rising(least: int) -> list[int]:
    """Numbers to try, the first the least that could do."""
    found = [least, least + 1]
    while found[-1] < MOST_EXPERTS:
        found.append(min(found[-1] + max(1, found[-1] // 4), MOST_EXPERTS))
    return found


def _possible(case: Case, load: int, held: NDArray[np.bool_]) -> bool:
    """Whether there is an assignment with these further judges: a row for each, a column for each field."""
    number, width = len(held), len(case.projects)
    added = replace(
        case,
        judges=(*case.judges, *(("further", at) for at in range(number))),
        loads=np.concatenate([case.loads, np.full(number, min(load, width), dtype=np.int64)]),
        free=np.vstack([case.free, np.ones((number, width), dtype=bool)]),
        fixed=np.vstack([case.fixed, np.zeros((number, width), dtype=bool)]),
        gains=np.vstack([case.gains, np.zeros((number, width), dtype=np.int64)]),
        skills=tuple(
            Skill(skill.requirement, np.concatenate([skill.judges, held[:, at]]))
            for at, skill in enumerate(case.skills)
        ),
    )
    try:
        return is_feasible(added)
    except RuntimeError:
        return False
