"""Judged again: what follows in the judging when an objection to a whole notice is upheld."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from core.workflow import record
from evaluations.models import Assignment, Feedback, Purpose, Result
from people.models import User
from projects.models import Part, Participant, Project


def follow_reopening(sender: Any, *, projects: Sequence[Project], by: User, why: str, **kwargs: Any) -> None:
    """Hears from `projects` that some are judged or calculated again, in the transaction in which they are."""
    reopen(projects, by=by, why=why)


@transaction.atomic
def reopen(projects: Sequence[Project], *, by: User, why: str) -> None:
    """The frozen places no longer hold, and the judges may look again. What they scored stays as it is: a sheet is
    opened by two people as before. The log keeps the score and the place that every project had. Feedback that was
    sent can no longer be read by the group, until it is sent anew."""
    for result in Result.objects.filter(project__in=projects, purpose=Purpose.REVIEW).select_related("project"):
        score, rank = str(result.score), result.rank
        record(result.project, "set_aside_result", by=by, note=why, score=score, rank=rank)
        result.delete()
    for feedback in Feedback.objects.filter(project__in=projects, sent_at__isnull=False).select_related("project"):
        # Its page shows the means as they are now; the words stay, and are sent anew with the new result.
        sent_at = feedback.sent_at.isoformat() if feedback.sent_at else ""
        record(feedback.project, "set_aside_feedback", by=by, note=why, sent_at=sent_at)
        feedback.sent_at = None
        feedback.save(update_fields=["sent_at"])
    for assignment in Assignment.objects.active().filter(project__in=projects, purpose=Purpose.REVIEW):
        Participant.objects.filter(project=assignment.project_id, person=assignment.person_id, part=Part.JUDGE).update(
            until=None
        )
