"""Whose turn it is while a project is evaluated or mends: said by the evaluation itself, since the state of the project
says only that there is one. Everywhere else it is what the project's state says (`Project.standing`)."""

from collections.abc import Iterable
from typing import Any

from evaluations.models import Evaluation, RectificationItem
from projects.models import Project, State
from projects.models.state import BUREAU, EVALUATORS, GROUP

S = Evaluation.State


def turns(projects: Iterable[Project]) -> dict[int, Any]:
    """By project id who has it now, in at most two queries for all of them; empty for a project that has ended."""
    projects = list(projects)
    judged = [one.pk for one in projects if one.state in (State.MIDTERM, State.FINAL)]
    mending = [one.pk for one in projects if one.state == State.RECTIFYING]
    running = Evaluation.objects.open().filter(project__in=judged).select_related("commission", "self_evaluation")
    by_evaluation = {one.project_id: turn_of(one) for one in running} if judged else {}
    items = RectificationItem.objects.filter(evaluation__project__in=mending, state=RectificationItem.State.OPEN)
    to_mend = set(items.values_list("evaluation__project", flat=True)) if mending else set()
    found = {one.pk: one.standing.holder for one in projects}
    found |= {pk: by_evaluation.get(pk, BUREAU) for pk in judged}  # none is open: one is arranged, or the end proposed
    found |= {pk: GROUP if pk in to_mend else BUREAU for pk in mending}  # all reported: a second look is arranged
    return found


def turn_of(evaluation: Evaluation) -> Any:
    """Who has to act in an evaluation that is not published: the group, the evaluators, or the funder."""
    if evaluation.state == S.FINAL and evaluation.issued_at is not None:
        return BUREAU
    if not evaluation.commission.is_current:  # nobody can go on with it: the term is extended, or it is handed over
        return BUREAU
    if evaluation.state == S.SELF_EVALUATION and not (evaluation.is_self_evaluated or evaluation.is_overdue):
        return GROUP
    if evaluation.state == S.ANSWER and not evaluation.is_overdue:
        return GROUP
    return EVALUATORS
