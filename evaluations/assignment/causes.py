"""Why there is no assignment: each cause as a noun, with the sentences that say it."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from evaluations.assignment.nouns import Pair, Requirement

Naming = Callable[[Hashable], str]

NAMED = 8
"""Names in a sentence; the rest is counted."""


@dataclass(frozen=True)
class FixedForbidden:
    """A pair made by hand that must never be made."""

    judge: Hashable
    project: Hashable

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("%(judge)s was put on the panel of %(project)s by hand, but must not judge it.")
        return [sentence % {"judge": name_of(self.judge), "project": name_of(self.project)}]


@dataclass(frozen=True)
class FixedAboveLoad:
    """More panels by hand for one judge than the highest load."""

    judge: Hashable
    fixed: int
    load: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("%(judge)s was given %(fixed)d of the panels by hand; the highest load is %(load)d.")
        return [sentence % {"judge": name_of(self.judge), "fixed": self.fixed, "load": self.load}]


@dataclass(frozen=True)
class FixedAbovePanel:
    """More judges by hand for one project than a panel has."""

    project: Hashable
    fixed: int
    needed: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("%(fixed)d experts were put on the panel of %(project)s by hand; a panel has %(needed)d.")
        return [sentence % {"project": name_of(self.project), "fixed": self.fixed, "needed": self.needed}]


@dataclass(frozen=True)
class FixedLeavesNoRoom:
    """The panel made by hand has fewer places left than a requirement still asks for."""

    project: Hashable
    requirement: str
    left: int
    missing: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _(
            "The panel of %(project)s, as far as it was made by hand, leaves %(left)d of its places; "
            "“%(requirement)s” still needs %(missing)d."
        )
        words = {"project": name_of(self.project), "requirement": self.requirement}
        return [sentence % {**words, "left": self.left, "missing": self.missing}]


@dataclass(frozen=True)
class TooFewFree:
    """Fewer judges than a panel needs are free of conflict with this project and have room left."""

    project: Hashable
    available: int
    needed: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _("Only %(available)d of the experts can judge %(project)s; its panel needs %(needed)d.")
        return [sentence % {"project": name_of(self.project), "available": self.available, "needed": self.needed}]


@dataclass(frozen=True)
class TooFewQualified:
    """The same among those of one requirement."""

    project: Hashable
    requirement: str
    available: int
    needed: int

    def sentences(self, name_of: Naming = str) -> list[str]:
        sentence = _(
            "Only %(available)d of the experts for “%(requirement)s” can judge %(project)s; "
            "its panel needs at least %(needed)d of them."
        )
        words = {"project": name_of(self.project), "requirement": self.requirement}
        return [sentence % {**words, "available": self.available, "needed": self.needed}]


@dataclass(frozen=True)
class TooFewPlaces:
    """All projects together need more than all judges (or those of a requirement) may take.

    `load` for each of them would give enough places, and so would that many more `experts`, free for all projects, each
    with the greatest load that is allowed now.
    """

    needed: int
    available: int
    load: int
    experts: int
    requirement: str | None = None

    @property
    def shortage(self) -> str:
        if self.requirement is None:
            said = _("The panels have %(needed)d places; the experts can take %(available)d of them.")
        else:
            said = _(
                "The panels need %(needed)d places for “%(requirement)s”; its experts can take %(available)d of them."
            )
        return said % {"needed": self.needed, "available": self.available, "requirement": self.requirement}

    def sentences(self, name_of: Naming = str) -> list[str]:
        remedy = _(
            "A highest load of %(load)d for each of them would give enough places, "
            "and so would %(experts)d more of them."
        )
        return [self.shortage, remedy % {"load": self.load, "experts": self.experts}]


@dataclass(frozen=True)
class TooFewForGroup:
    """These projects share too few judges: together they can take `available` of the `needed` places.

    `judges` are all who can judge any of them (for the requirement, if one is named). Leave out any one project, and
    the others can be served; of a group of more than `deletion.TESTS` this is not looked into.
    """

    projects: tuple[Hashable, ...]
    judges: tuple[Hashable, ...]
    needed: int
    available: int
    requirement: str | None = None

    def sentences(self, name_of: Naming = str) -> list[str]:
        if self.requirement is None:
            sentence = _(
                "Together these need %(needed)d places: %(projects)s. Only these experts can judge any of them, and "
                "they can take %(available)d: %(judges)s."
            )
        else:
            sentence = _(
                "Together these need %(needed)d places for “%(requirement)s”: %(projects)s. Only these of its experts "
                "can judge any of them, and they can take %(available)d: %(judges)s."
            )
        words = {"projects": _listed(self.projects, name_of), "judges": _listed(self.judges, name_of)}
        counts = {"needed": self.needed, "available": self.available, "requirement": self.requirement}
        return [sentence % {**words, **counts}]


@dataclass(frozen=True)
class Conflict:
    """Conditions that cannot hold together, though none of the plainer causes applies.

    The panels of `projects`, these requirements, the highest loads of `judges`, and these pairs made by hand. Without
    any one of them the rest can be had, unless `minimal` is False: then the search was cut short.
    """

    projects: tuple[Hashable, ...]
    requirements: tuple[Requirement, ...]
    judges: tuple[Hashable, ...]
    fixed: tuple[Pair, ...]
    per_project: int
    minimal: bool = True

    def sentences(self, name_of: Naming = str) -> list[str]:
        words = {"size": self.per_project, "projects": _listed(self.projects, name_of)}
        found = [_("No panels of %(size)d can be made for %(projects)s that keep all of this:") % words]
        for requirement in self.requirements:
            sentence = _("“%(requirement)s” needs at least %(needed)d in each panel.")
            found.append(sentence % {"requirement": requirement.name, "needed": requirement.minimum})
        if self.judges:
            sentence = _("These experts must not be given more than their highest load: %(judges)s.")
            found.append(sentence % {"judges": _listed(self.judges, name_of)})
        for judge, project in self.fixed:
            sentence = _("%(judge)s was put on the panel of %(project)s by hand.")
            found.append(sentence % {"judge": name_of(judge), "project": name_of(project)})
        if not self.minimal:
            found.append(_("Not all of this may be needed for the conflict: the search was cut short."))
        return found


Cause = (
    FixedForbidden
    | FixedAboveLoad
    | FixedAbovePanel
    | FixedLeavesNoRoom
    | TooFewFree
    | TooFewQualified
    | TooFewPlaces
    | TooFewForGroup
    | Conflict
)


class Infeasible(Exception):
    """No assignment keeps what must hold. `causes` are all of the smallest kind that was found, `cause` the first.

    `remedies` are looked for when they are asked for: each would be enough by itself, whatever else binds.
    """

    def __init__(self, causes: Sequence[Cause], look_for: Callable[[], list[Any]] | None = None) -> None:
        super().__init__(causes)
        self.causes = tuple(causes)
        self._look_for = look_for

    @cached_property
    def remedies(self) -> list[Any]:
        return self._look_for() if self._look_for else []

    @property
    def cause(self) -> Cause:
        return self.causes[0]

    def sentences(self, name_of: Naming = str) -> list[str]:
        """What a person reads, in the language that is active now; `name_of` names judges and projects by their id."""
        return [sentence for cause in self.causes for sentence in cause.sentences(name_of)]

    def advice(self, name_of: Naming = str) -> list[str]:
        """What a clerk reads: the causes, so many as can be read, and what would be enough for all of them together."""
        if len(self.causes) == 1 and isinstance(self.cause, TooFewPlaces):
            return self.sentences(name_of)  # it says its own remedy
        found = [
            cause.shortage if isinstance(cause, TooFewPlaces) else " ".join(cause.sentences(name_of))
            for cause in self.causes[:NAMED]
        ]
        if (more := len(self.causes) - NAMED) > 0:
            found.append(_("And %(count)d more of this kind.") % {"count": more})
        return [*found, *(one.sentence(name_of) for one in self.remedies)]

    def __str__(self) -> str:
        return " ".join(self.sentences())


def _listed(ids: Sequence[Hashable], name_of: Naming) -> str:
    names = "、".join(name_of(each) for each in ids[:NAMED])
    more = len(ids) - NAMED
    return _("%(names)s and %(count)d more") % {"names": names, "count": more} if more > 0 else names
