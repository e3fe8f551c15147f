"""Documents as PDF. Who may not see the project gets 404, who may see it but not this paper 403."""

from functools import partial

import rules
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.models import Event
from core.workflow import permit
from grants.models import Call, NeedList
from people.models import Organization, User
from projects.disclosing import account_shown, contact_shown
from projects.models import Activity, Notice, Project, ReturnNotice
from reports import activity_papers, agreement_papers, eligibility_papers, letters, proposal_papers, public_papers
from reports.models import Paper
from reports.views.output import PUBLIC, respond, respond_issued

RELATED = ("call__funder", "call__fund", "track", "applicant", "applicant__community", "host", "field", "community")


def find(request: HttpRequest, pk: int, *related: str) -> Project:
    """The project, if this person may see it; 404 otherwise."""
    return get_object_or_404(Project.objects.visible_to(request.user).select_related(*RELATED, *related), pk=pk)


def _sees_account(user: User | AnonymousUser, project: Project) -> bool:
    return rules.has_perm("projects.see_payee_account", user, project)


@require_safe
@login_required
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal, a draft as well; phones and accounts only for whoever may see them."""
    project = find(request, pk)
    contact = rules.has_perm("projects.see_contact", request.user, project)
    cuts = rules.has_perm("projects.see_cuts", request.user, project)
    account = _sees_account(request.user, project)
    if contact or account:
        contact_shown(project, by=request.user, taken=True)
    return respond(proposal_papers.proposal(project, contact=contact, cuts=cuts, account=account))


@require_safe
@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """The agreement; there is none before the plan is finished and it is drawn up."""
    project = find(request, pk, "agreement__group_signed_by", "agreement__funder_signed_by", "agreement__version")
    permit("projects.see_delivery", request.user, project)
    if not hasattr(project, "agreement"):
        raise Http404
    if not _sees_account(request.user, project):  # then a copy with the account masked, which is not what was signed
        return respond(agreement_papers.agreement(project, account=False))
    account_shown(project, by=request.user, taken=True)
    document = partial(agreement_papers.agreement, project, account=True)
    return respond_issued(request, Paper.Kind.AGREEMENT, project.agreement, document)


@require_safe
@login_required
def award_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter of award; there is none before the award is approved."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    if project.approved_at is None:
        raise Http404
    return respond_issued(request, Paper.Kind.AWARD, project, lambda: letters.award_letter(project))


@require_safe
@login_required
def correction_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest notice of what must be corrected; there is none before the proposal was returned."""
    project = find(request, pk)
    permit("projects.see_log", request.user, project)
    returned = Event.objects.about(project).filter(name="return_for_correction").last()
    if returned is None:
        raise Http404
    document = partial(letters.correction_notice, project, returned)
    return respond_issued(request, Paper.Kind.CORRECTION, returned, document)


@require_safe
@login_required
def return_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter that asks for money back."""
    related = ("project__call__funder", "project__applicant", "project__host", "project__settlement")
    notice = get_object_or_404(ReturnNotice.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("projects.see_delivery", request.user, notice.project)
    return respond_issued(request, Paper.Kind.RETURN, notice, lambda: letters.return_notice(notice))


@require_safe
@login_required
def activity_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan of an activity, to be printed and taken along."""
    visible = Project.objects.visible_to(request.user)
    found = Activity.objects.select_related("project__call", "project__applicant", "project__community")
    activity = get_object_or_404(found, pk=pk, project__in=visible)
    permit("projects.see_delivery", request.user, activity.project)
    contact = rules.has_perm("projects.see_contact", request.user, activity.project)
    if contact:
        contact_shown(activity.project, by=request.user, taken=True)
    return respond(activity_papers.activity_plan(activity, contact=contact))


@require_safe
@login_required
def eligibility(request: HttpRequest, call_pk: int, organization_pk: int) -> HttpResponse:
    """The notice of eligibility (告知单) of an applicant: for its own people, and for the people of the funder."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("funder"), pk=call_pk)
    found = Organization.objects.applicants().select_related("host", "community")
    organization = get_object_or_404(found, pk=organization_pk)
    if not (request.user.has_role(organization.pk) or request.user.has_role(call.funder_id)):
        raise Http404
    written = Project.objects.visible_to(request.user).draft_of(organization, call)
    return respond(eligibility_papers.eligibility_notice(organization, call, written))


@require_safe
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """The public notice, for anybody: it exists from the moment it is published."""
    found = get_object_or_404(Notice.objects.select_related("call__funder"), pk=pk)
    document = partial(public_papers.notice, found)
    return respond_issued(request, Paper.Kind.NOTICE, found, document, caching=PUBLIC)


@require_safe
def need_list(request: HttpRequest, pk: int) -> HttpResponse:
    """A published list of needs, for anybody; also one that was withdrawn, marked as such."""
    found = get_object_or_404(NeedList.objects.select_related("funder", "replaces", "replaced_by"), pk=pk)
    return respond(public_papers.need_list(found), caching=PUBLIC)
