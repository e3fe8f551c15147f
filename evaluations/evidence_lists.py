"""The evidence of an evaluation by line of its framework, as pages and papers lay it out.

Who tied what is for the evaluators and for whoever reads their sheets; everybody else reads each record once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from evaluations.models import Assignment, Evaluation, Evidence, EvidenceWord
from evaluations.records import Tied, compared
from grants.models import Criterion


@dataclass
class Line:
    """One line of the framework, what it rests on, and what was said where no record shows it."""

    criterion: Criterion
    tied: list[Tied] = field(default_factory=list)
    words: list[EvidenceWord] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.tied and not self.words


def evidence_of(evaluation: Evaluation, *, with_names: bool) -> list[Line]:
    """Every line of the framework with the evidence of the whole panel. Without names each record stands once."""
    seated = evaluation.panel.values("pk")
    pieces = Evidence.objects.tied().filter(assignment__in=seated).select_related("assignment__person", "criterion")
    words = EvidenceWord.objects.filter(assignment__in=seated).exclude(text="").select_related("assignment__person")
    return _lines(evaluation, list(pieces), list(words), once=not with_names)


def evidence_on(assignment: Assignment) -> dict[int, Line]:
    """The evidence on one sheet, by line."""
    pieces = list(Evidence.objects.tied().filter(assignment=assignment))
    words = list(EvidenceWord.objects.filter(assignment=assignment).exclude(text=""))
    return {line.criterion.pk: line for line in _lines(assignment.evaluation, pieces, words, once=False)}


def _lines(
    evaluation: Evaluation, pieces: Iterable[Evidence], words: Iterable[EvidenceWord], *, once: bool
) -> list[Line]:
    lines = {one.pk: Line(one) for one in evaluation.lines}
    seen = set()
    for tied in compared(evaluation, pieces):
        piece = tied.evidence
        if once and (piece.criterion_id, piece.kind, piece.key) in seen:
            continue
        seen.add((piece.criterion_id, piece.kind, piece.key))
        lines[piece.criterion_id].tied.append(tied)
    for word in words:
        lines[word.criterion_id].words.append(word)
    return list(lines.values())
