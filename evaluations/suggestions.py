"""The points that the records propose on an evaluator's sheet: a fact of `evidence_facts` by the bands of its line."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from evaluations.evidence_facts import Fact, facts_of
from evaluations.marks import propose
from evaluations.models import Assignment, Purpose
from grants.models import Criterion


@dataclass(frozen=True)
class Suggestion:
    """What the records know for one line, and the points that this means; None where only the figure is known."""

    fact: Fact
    points: Decimal | None = None


def suggestions(assignment: Assignment, until: date | None = None) -> dict[int, Suggestion]:
    """By line; nothing for the review of a proposal, and no query where no line asks the records."""
    lines = [line for line in assignment.lines if line.fact]
    if assignment.purpose == Purpose.REVIEW or not lines:
        return {}
    facts = facts_of(assignment.project, until)
    return {line.pk: suggest(line, facts[line.fact]) for line in lines if line.fact in facts}


def suggest(line: Criterion, fact: Fact) -> Suggestion:
    """A line that has neither bands nor points a unit shows the figure and leaves the points to the evaluator."""
    if not line.bands and line.per_unit is None:
        return Suggestion(fact)
    return Suggestion(fact, propose(fact.figure, most=line.weight, bands=line.bands, each=line.per_unit))
