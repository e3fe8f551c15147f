from typing import Any, TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from evaluations.models.evaluation import Evaluation
from evaluations.models.kept import KeptQuerySet

M = TypeVar("M", bound=models.Model)


def with_reports_for(user: Any) -> QuerySet[Evaluation]:
    """Evaluations of which the person reads what was found (`evaluations.read_report`): it is the evaluator's alone
    until the draft is sent, then also the group's, its host's and the funder's; whoever else sees the evaluation reads
    it when it is published."""
    told = Q(pk__in=Evaluation.objects.files_visible_to(user).values("pk"), draft_sent_at__isnull=False)
    mine = Q(pk__in=Evaluation.objects.in_workspace_of(user).values("pk"))
    return Evaluation.objects.visible_to(user).filter(told | mine | Q(state=Evaluation.State.PUBLISHED))


class PartOfEvaluation(models.QuerySet[M]):
    """Parts of an evaluation: seen by whoever sees it; their files by whoever reads its papers."""

    def visible_to(self, user: Any) -> "PartOfEvaluation[M]":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))

    def files_visible_to(self, user: Any) -> "PartOfEvaluation[M]":
        return self.filter(evaluation__in=Evaluation.objects.files_visible_to(user))


class PartOfReport(KeptQuerySet[M]):
    """What the evaluators found: read with the report."""

    def visible_to(self, user: Any) -> "PartOfReport[M]":
        return self.filter(evaluation__in=with_reports_for(user)) if user.is_authenticated else self.none()
