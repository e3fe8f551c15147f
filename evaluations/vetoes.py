"""One-vote vetoes (一票否决): what evaluators marked on the sheets of one panel, and whether a second person agrees.

One evaluator alone fails nobody: another one of the panel marks the same line, or whoever concludes confirms it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from evaluations.models import Assignment, Score
from grants.models import Criterion


@dataclass
class Veto:
    """A veto line that at least one evaluator has marked."""

    criterion: Criterion
    reasons: list[str] = field(default_factory=list)

    @property
    def is_confirmed(self) -> bool:
        """By a second evaluator of the panel."""
        return len(self.reasons) > 1


def marked(panel: Iterable[Assignment]) -> list[Veto]:
    """The marked lines of these submitted sheets, in the order of the sheet, each with everybody's reason."""
    sheets = [assignment.sheet.pk for assignment in panel if assignment.is_submitted]
    scores = Score.objects.filter(sheet__in=sheets, criterion__kind=Criterion.Kind.VETO, points__gt=0)
    found: dict[int, Veto] = {}
    for score in scores.select_related("criterion").order_by("criterion__position", "criterion", "pk"):
        found.setdefault(score.criterion_id, Veto(score.criterion)).reasons.append(score.reason)
    return list(found.values())
