"""What a panel's sheets come to: the score with its parts, the vetoes with their answers, the grade."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from core.workflow import Refused
from evaluations.marks import Scale, Total, grade, mean
from evaluations.models import Assignment
from evaluations.vetoes import marked
from grants.models import Rubric


@dataclass(frozen=True)
class Outcome:
    total: Total
    grade: str
    vetoes: list[dict[str, Any]]
    sheets: int

    @property
    def values(self) -> dict[str, Any]:
        """As a result keeps it."""
        parts = {"base": self.total.base, "bonus": self.total.bonus, "deduction": self.total.deduction}
        return {**parts, "score": self.total.score, "grade": self.grade, "earned": self.grade, "vetoes": self.vetoes}


def scale_of(rubric: Rubric) -> Scale:
    return Scale(excellent=rubric.excellent_from, good=rubric.good_from, passing=rubric.pass_mark)


def outcome_of(panel: Sequence[Assignment], confirmed: Mapping[int, bool] | None) -> Outcome:
    """Of a panel whose sheets are all in. `confirmed` answers, by criterion id, each veto that only one evaluator has
    marked: Refused while one has no answer; None: they do not count, as nobody has been asked yet."""
    vetoes = []
    for veto in marked(panel):
        stands = veto.is_confirmed or ({} if confirmed is None else confirmed).get(veto.criterion.pk)
        if confirmed is None:
            stands = bool(stands)
        if stands is None:
            said = _("“%(veto)s” is marked by one evaluator: please say whether you confirm it.")
            raise Refused(said % {"veto": veto.criterion})
        vetoes.append({"name": veto.criterion.name, "reasons": veto.reasons, "confirmed": stands})
    total = mean([assignment.sheet.sum for assignment in panel])
    is_vetoed = any(veto["confirmed"] for veto in vetoes)
    return Outcome(total, grade(total.score, scale_of(panel[0].rubric), vetoed=is_vetoed), vetoes, len(panel))
