from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from evaluations.models.evaluation import Evaluation
from evaluations.models.kept import KeptQuerySet
from people.models import Role

M = TypeVar("M", bound=models.Model)


class PartOfEvaluation(models.QuerySet[M]):
    """Parts of an evaluation: seen by whoever sees it."""

    def visible_to(self, user: Any) -> "PartOfEvaluation[M]":
        return self.filter(evaluation__in=Evaluation.objects.visible_to(user))


class PartOfReport(KeptQuerySet[M]):
    """What the evaluators found: theirs alone until the draft is sent, then also the group's, its host's and the
    funder's; whoever else sees the evaluation reads it when it is published (`evaluations.read_report`)."""

    def visible_to(self, user: Any) -> "PartOfReport[M]":
        if not user.is_authenticated:
            return self.none()
        applies, works = user.organizations_as(Role.MANAGER, Role.STAFF), list(user.roles)
        parties = Q(project__applicant__in=applies) | Q(project__host__in=works) | Q(project__call__funder__in=works)
        told = Q(parties, draft_sent_at__isnull=False) | Q(state=Evaluation.State.PUBLISHED)
        mine = Q(pk__in=Evaluation.objects.in_workspace_of(user).values("pk"))
        seen = Evaluation.objects.visible_to(user).filter(told | mine)
        return self.filter(evaluation__in=seen)
