"""What the groups learn from the judging."""

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from evaluations.models import Assignment, Feedback, Purpose
from people.models import User
from projects.actions.messages import tell_group
from projects.blinding import mentions
from projects.models import Project, State

UNDECIDED = (State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW)
"""While a project is here its group must not learn anything about the outcome."""


def drafted(project: Project) -> Feedback:
    """The stored feedback, or a draft from the words of the submitted sheets: each said once, nobody named."""
    return Feedback.objects.filter(project=project).first() or from_experts(project)


def from_experts(project: Project) -> Feedback:
    """A draft from the words of the submitted sheets: each said once, nobody named."""
    sheets = [
        assignment.sheet
        for assignment in Assignment.objects.active()
        .filter(project=project, purpose=Purpose.REVIEW, sheet__submitted_at__isnull=False)
        .select_related("sheet")
    ]
    return Feedback(
        project=project,
        strengths=_joined([sheet.strengths for sheet in sheets]),
        weaknesses=_joined([sheet.weaknesses for sheet in sheets]),
    )


def _joined(texts: list[str]) -> str:
    """Each text once, in an order that tells nothing about who wrote it."""
    return "\n".join(sorted({text.strip() for text in texts if text.strip()}))[:3000]


@transaction.atomic
def save_feedback(project: Project, *, by: User, strengths: str, weaknesses: str) -> Feedback:
    """Keep the clerk's wording; refused once it has been sent. Two empty fields are no feedback: refused, so that
    nobody loses the experts' words by a slip."""
    _permit(project, by)
    if not strengths.strip() and not weaknesses.strip():
        raise Refused(_("Please write at least one of the two; the experts' words can be brought back below."))
    feedback = Feedback.objects.select_for_update().filter(project=project).first() or Feedback(project=project)
    if feedback.is_sent:
        raise Refused(_("This feedback has been sent already."))
    feedback.strengths, feedback.weaknesses, feedback.edited_by = strengths.strip(), weaknesses.strip(), by
    feedback.save()
    return feedback


@transaction.atomic
def take_over_drafts(projects: Sequence[Project], *, by: User) -> list[Feedback]:
    """Store the experts' words as a draft for every project that has none yet; a clerk still reads and sends them."""
    has_one = set(Feedback.objects.filter(project__in=projects).values_list("project", flat=True))
    made = []
    for project in projects:
        _permit(project, by)
        if project.pk in has_one:
            continue
        draft = from_experts(project)
        if draft.strengths or draft.weaknesses:
            draft.edited_by = by
            draft.save()
            made.append(draft)
    return made


@transaction.atomic
def send_feedback(project: Project, *, by: User) -> Feedback:
    """Let the group read it. Refused before the decision is announced, while it says nothing, or while it names a
    judge: experts sign their words or mention each other, and the group must not learn who judged."""
    _permit(project, by)
    feedback = Feedback.objects.select_for_update().filter(project=project).first()
    if feedback is None or not (feedback.strengths or feedback.weaknesses):
        raise Refused(_("“%(title)s”: please write the feedback first.") % {"title": project.title})
    if feedback.is_sent:
        raise Refused(_("This feedback has been sent already."))
    if project.state in UNDECIDED:
        raise Refused(_("Feedback is sent when the decision has been announced."))
    refuse_names(feedback)
    feedback.sent_at = clock.now()
    feedback.save(update_fields=["sent_at"])
    record(project, "send_feedback", by=by, label=_("Feedback sent to the group"))
    url = reverse("evaluations:feedback_detail", args=[project.pk])
    tell_group(project, _("the experts' feedback can be read"), url=url)
    return feedback


def refuse_names(feedback: Feedback) -> None:
    """Refused while the name of anybody who was asked to judge the project stands in the words."""
    asked = Assignment.objects.filter(project=feedback.project_id, purpose=Purpose.REVIEW).select_related("person")
    text = f"{feedback.strengths}\n{feedback.weaknesses}"
    named = sorted({one.person.name for one in asked if mentions(text, one.person.name)})
    if named:
        words = {"title": feedback.project.title, "names": "、".join(named)}
        raise Refused(_("“%(title)s”: the words name experts, please leave it out: %(names)s.") % words)


def _permit(project: Project, by: User) -> None:
    permit("evaluations.write_feedback", by, project)
