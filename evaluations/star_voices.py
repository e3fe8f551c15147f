"""What residents said of the projects of a year: asked of `satisfaction`, which alone says which answers count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from evaluations.satisfaction import satisfactions
from projects.models import Project

BAD_UNTIL = 2
"""Of five levels 不满意 and 非常不满意 are bad answers; 一般 is neither good nor bad."""


@dataclass(frozen=True)
class Counted:
    """Answers, satisfied ones, bad ones."""

    n: int = 0
    satisfied: int = 0
    bad: int = 0


def voices_of(projects: Iterable[Project], since: date, until: date) -> dict[int, Counted]:
    """By project id, both days included; who was left out by a person with a reason is not counted."""
    found = satisfactions([project.pk for project in projects], since, until)
    return {
        pk: Counted(one.n, one.satisfied, sum(n for level, n in one.levels.items() if level <= BAD_UNTIL))
        for pk, one in found.items()
    }
