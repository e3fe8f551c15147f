"""Help before submission: a support organisation is asked, one of its mentors comments, the group answers.

A coach advises and never writes into the proposal or submits it (S3; S4: 「凡是关于行政的事务，协作者概不参与」).
It ends when the group or the coach ends it, and with the formal check at the latest.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.workflow import Refused, permit, record
from people.models import Kind, Organization, Role, User
from projects.actions.messages import holders, tell_group
from projects.actions.people import add_participant, end_participation
from projects.models import CoachingRequest, Comment, Part, Participant, Project


@transaction.atomic
def ask_for_coaching(project: Project, organization: Organization, *, by: User, message: str = "") -> CoachingRequest:
    """Ask a support organisation to look at the draft; its mentors are told."""
    permit("projects.ask_for_coaching", by, project)
    if organization.kind != Kind.SUPPORT_ORGANIZATION:
        raise Refused(_("Only a support organisation coaches."))
    if project.coaching_requests.open().filter(organization=organization).exists():
        raise Refused(_("%(organization)s has been asked already.") % {"organization": organization})
    request = CoachingRequest.objects.create(
        project=project, organization=organization, message=message.strip(), asked_by=by
    )
    label = _("Coaching asked of %(organization)s") % {"organization": organization}
    record(project, "ask_for_coaching", by=by, label=label, note=request.message)
    notify(
        holders(organization.pk, Role.MENTOR),
        subject=_("“%(project)s”: a group asks for coaching") % {"project": project.title},
        body=request.message,
        url=reverse("projects:coaching_answer", args=[request.pk]),
    )
    return request


@transaction.atomic
def answer_request(request: CoachingRequest, *, by: User, accepted: bool, answer: str = "") -> CoachingRequest:
    """A mentor of the organisation takes the draft on, or says why not. Who takes it on sees the proposal from now on.

    Refused for whoever belongs to the group or judges the project: coaching and judging exclude each other.
    """
    request = CoachingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    project = request.project
    if not by.has_role(request.organization_id, Role.MENTOR):
        raise PermissionDenied
    if request.answered_at is not None:
        raise Refused(_("This request has been answered already."))
    if request.withdrawn_at is not None:
        raise Refused(_("The group has taken this request back."))
    if accepted and (by.has_role(project.applicant_id) or by.has_role(project.host_id)):
        raise Refused(_("You belong to the group and cannot coach it."))
    if accepted and not project.is_editable:
        raise Refused(_("The proposal has been submitted meanwhile."))
    if not accepted and not answer.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    request.answered_by, request.answered_at = by, clock.now()
    request.accepted, request.answer = accepted, answer.strip()
    request.save()
    if accepted:
        add_participant(project, by, Part.COACH, by=by, organization=request.organization)
        tell_group(project, _("%(person)s coaches you now") % {"person": by}, body=request.answer)
    else:
        tell_group(project, _("the request for coaching was declined"), body=request.answer)
    return request


@transaction.atomic
def withdraw_request(request: CoachingRequest, *, by: User) -> CoachingRequest:
    """The group takes a request back that nobody has answered; the mentors of the organisation are told."""
    request = CoachingRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    permit("projects.take_request_back", by, request)
    if request.answered_at is not None:
        raise Refused(_("This request has been answered already."))
    if request.withdrawn_at is not None:
        raise Refused(_("The group has taken this request back."))
    _take_back(request, by)
    return request


def _take_back(request: CoachingRequest, by: User) -> None:
    request.withdrawn_at = clock.now()
    request.save(update_fields=["withdrawn_at"])
    label = _("Request for coaching taken back: %(organization)s") % {"organization": request.organization}
    record(request.project, "withdraw_coaching_request", by=by, label=label)
    notify(
        holders(request.organization_id, Role.MENTOR),
        subject=_("“%(project)s”: the request for coaching was taken back") % {"project": request.project.title},
    )


@transaction.atomic
def end_coaching(coach: Participant, *, by: User, note: str = "") -> None:
    """The group or the coach ends the coaching: the coach no longer sees the proposal, the other side is told.

    What was said stays with the group. Another request can be made, also of the same organisation.
    """
    project = coach.project
    permit("projects.end_coaching", by, coach)
    if not project.participants.current().filter(pk=coach.pk, part=Part.COACH).exists():
        raise Refused(_("This coaching has ended already."))
    end_participation(project, coach.person, Part.COACH, by=by, note=note.strip())
    if by.pk == coach.person_id:
        tell_group(project, _("%(person)s no longer coaches you") % {"person": by}, body=note.strip())
    else:
        subject = _("“%(project)s”: the group has ended the coaching") % {"project": project.title}
        notify([coach.person], subject=subject, body=note.strip())


def close_coaching(project: Project, *, by: User) -> None:
    """The proposal needs no more help, accepted or at its end: whoever coached it no longer sees it, and requests that
    wait are taken back. Part of a larger verb, which has asked for the permission.

    Not at the submission: a coach is needed most when the proposal comes back to be corrected.
    """
    for coach in project.participants.current().filter(part=Part.COACH).select_related("person"):
        end_participation(project, coach.person, Part.COACH, by=by)
        facts = {"project": project.title, "state": project.get_state_display()}
        notify([coach.person], subject=_("“%(project)s”: %(state)s, so your coaching has ended") % facts)
    for request in project.coaching_requests.open().select_related("organization"):
        _take_back(request, by)


@transaction.atomic
def advise(project: Project, *, by: User, anchor: str, text: str) -> Comment:
    """A coach comments on a field or a row of the draft; the group is told."""
    permit("projects.advise", by, project)
    comment = Comment.objects.create(
        project=project, kind=Comment.Kind.ADVICE, anchor=anchor, text=text.strip(), by=by, sent_at=clock.now()
    )
    tell_group(project, _("new advice on your draft"), body=comment.text)
    return comment


@transaction.atomic
def answer_comment(comment: Comment, *, by: User, text: str) -> Comment:
    """The group answers its coach or the clerk, or the coach answers back; the other side is told."""
    project = comment.project
    permit("projects.answer_comment", by, comment)
    answer = Comment.objects.create(
        project=project,
        kind=comment.kind,
        anchor=comment.anchor,
        parent=comment,
        text=text.strip(),
        by=by,
        sent_at=clock.now(),
    )
    if by.has_role(project.applicant_id):
        subject = _("“%(project)s”: an answer to your comment") % {"project": project.title}
        notify([comment.by], subject=subject, body=answer.text, url=project.get_absolute_url())
    else:
        tell_group(project, _("an answer on your draft"), body=answer.text)
    return answer


@transaction.atomic
def resolve(comment: Comment, *, by: User, resolved: bool = True) -> Comment:
    """The group ticks a comment off, or opens it again."""
    permit("projects.resolve_comment", by, comment)
    comment.resolved_at, comment.resolved_by = (clock.now(), by) if resolved else (None, None)
    comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment
