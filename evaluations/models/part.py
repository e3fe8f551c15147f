from typing import Any, TypeVar

from django.db import models

from evaluations.models.evaluation import Evaluation

M = TypeVar("M", bound=models.Model)


class PartOfEvaluation(models.QuerySet[M]):
    """Parts of an evaluation: seen by whoever sees it."""

    def visible_to(self, user: Any) -> "PartOfEvaluation[M]":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))
