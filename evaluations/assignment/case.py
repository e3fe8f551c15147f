"""The input by places instead of ids, checked."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from evaluations.assignment.nouns import Pair, Requirement

DIGITS = 7
"""To which affinities are compared."""


@dataclass(frozen=True)
class Skill:
    """A requirement as a mask over the judges."""

    requirement: Requirement
    judges: NDArray[np.bool_]

    @property
    def minimum(self) -> int:
        return self.requirement.minimum


@dataclass(frozen=True)
class Case:
    """Judges are rows and projects columns of the matrices."""

    judges: tuple[Hashable, ...]
    projects: tuple[Hashable, ...]
    size: int
    loads: NDArray[np.int64]
    free: NDArray[np.bool_]
    fixed: NDArray[np.bool_]
    gains: NDArray[np.int64]
    skills: tuple[Skill, ...]

    @property
    def room(self) -> NDArray[np.int64]:
        """Panels that each judge can have besides those given by hand."""
        return self.loads - self.fixed.sum(axis=1)

    @property
    def most(self) -> NDArray[np.int64]:
        """Panels that each judge can have at all."""
        return np.minimum(self.loads, self.free.sum(axis=1))

    def names(self, places: Iterable[int]) -> tuple[Hashable, ...]:
        return tuple(self.projects[place] for place in places)


def read(
    judges: Sequence[Hashable],
    projects: Sequence[Hashable],
    size: int,
    max_load: int | Mapping[Hashable, int],
    forbidden: Collection[Pair],
    affinity: Mapping[Pair, float],
    composition: Sequence[Requirement],
    fixed: Collection[Pair],
) -> Case:
    """ValueError when the input contradicts itself."""
    rows, columns = _places(judges, "judge"), _places(projects, "project")
    if size < 1:
        raise ValueError(f"per_project must be at least 1, not {size}")
    loads = _loads(rows, max_load)

    def matrix(pairs: Iterable[Pair], what: str) -> NDArray[np.bool_]:
        found = np.zeros((len(rows), len(columns)), dtype=bool)
        for judge, project in pairs:
            if judge not in rows:
                raise ValueError(f"{what} names an unknown judge: {judge!r}")
            if project not in columns:
                raise ValueError(f"{what} names an unknown project: {project!r}")
            found[rows[judge], columns[project]] = True
        return found

    skills = _skills(rows, composition)
    gains = matrix(affinity, "affinity").astype(np.int64)
    for (judge, project), figure in _whole(affinity).items():
        gains[rows[judge], columns[project]] = figure
    return Case(
        judges=tuple(judges),
        projects=tuple(projects),
        size=size,
        loads=np.array([min(loads[judge], len(columns)) for judge in judges], dtype=np.int64),
        free=~matrix(forbidden, "forbidden"),
        fixed=matrix(fixed, "fixed"),
        gains=gains,
        skills=skills,
    )


def _places(ids: Sequence[Hashable], what: str) -> dict[Hashable, int]:
    """The place of each id; ValueError when two are the same, or written the same and so given the same lot."""
    places: dict[Hashable, int] = {}
    written: set[str] = set()
    for place, each in enumerate(ids):
        if each in places or str(each) in written:
            raise ValueError(f"The {what} {each!r} is there twice")
        places[each] = place
        written.add(str(each))
    return places


def _loads(judges: Collection[Hashable], max_load: int | Mapping[Hashable, int]) -> Mapping[Hashable, int]:
    loads = max_load if isinstance(max_load, Mapping) else dict.fromkeys(judges, max_load)
    for judge in judges:
        if judge not in loads:
            raise ValueError(f"max_load says nothing of the judge {judge!r}")
    for judge, load in loads.items():
        if judge not in judges:
            raise ValueError(f"max_load names an unknown judge: {judge!r}")
        if load < 0:
            raise ValueError(f"max_load must not be negative, but is {load} for {judge!r}")
    return loads


def _skills(judges: Collection[Hashable], composition: Sequence[Requirement]) -> tuple[Skill, ...]:
    skills: dict[str, Skill] = {}
    for requirement in composition:
        if requirement.minimum < 0:
            raise ValueError(f"The requirement {requirement.name!r} must not be negative: {requirement.minimum}")
        if requirement.name in skills:
            raise ValueError(f"Two requirements have the name {requirement.name!r}")
        for judge in requirement.judges:
            if judge not in judges:
                raise ValueError(f"The requirement {requirement.name!r} names an unknown judge: {judge!r}")
        mask = np.array([judge in requirement.judges for judge in judges], dtype=bool)
        skills[requirement.name] = Skill(requirement, mask)
    return tuple(skills.values())


def _whole(affinity: Mapping[Pair, float]) -> dict[Pair, int]:
    """The affinities as whole numbers of at most `DIGITS` digits, in one common unit that is a power of ten."""
    for pair, figure in affinity.items():
        if not isfinite(figure):
            raise ValueError(f"The affinity of {pair!r} is {figure}")
    figures = {pair: Decimal(str(figure)) for pair, figure in affinity.items()}
    greatest = max(map(abs, figures.values()), default=Decimal(0))
    shift = DIGITS - 1 - greatest.adjusted() if greatest else 0
    return {pair: int(figure.scaleb(shift).to_integral_value()) for pair, figure in figures.items()}
