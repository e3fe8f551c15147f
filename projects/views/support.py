"""Around a proposal: the eligibility check, explanations, and the community's recommendation."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from grants.models import Call
from people.forms import OrganizationFilter
from people.models import Organization, Role
from projects.actions import support
from projects.completeness import budget_breaches, papers_asked_of
from projects.facts import check_applicant
from projects.forms import (
    CallBackForm,
    ExplanationsForm,
    ProposalForm,
    RecommendationAskForm,
    RecommendationForm,
    Tables,
)
from projects.models import Project, Recommendation
from projects.views.project import find

FOUND = 20
"""So many organisations are shown of those that a name fits."""


@login_required
def eligibility(request: HttpRequest, pk: int) -> HttpResponse:
    """May my group apply here? Each condition of the call with the answer and what to do about it.

    The funder's people choose any applicant, for whoever comes to the counter (一口受理); everybody else one's own.
    """
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("funder"), pk=pk)
    at_counter = request.user.has_role(call.funder_id)
    applicants = Organization.objects.applicants().select_related("host", "community")
    groups = applicants.filter(pk__in=request.user.organizations_as(Role.MANAGER, Role.STAFF))
    wanted = request.GET.get("organization", "")
    if wanted:
        known = wanted.isdecimal() and len(wanted) < 15
        chosen = get_object_or_404(applicants if at_counter else groups, pk=wanted if known else 0)
    else:
        chosen = None if at_counter else groups.first()
    project = Project.objects.visible_to(request.user).draft_of(chosen, call) if chosen else None
    host = project.host if project else None
    findings = check_applicant(chosen, call, host=host, project=project) if chosen else []
    search = OrganizationFilter(request.GET)
    q = search.cleaned_data["q"] if search.is_valid() else ""
    context = {
        "call": call,
        "groups": groups,
        "at_counter": at_counter,
        "search": search,
        "q": q,
        "found": applicants.named(q)[:FOUND] if at_counter and q else [],
        "organization": chosen,
        "project": project,
        "papers": papers_asked_of(chosen, call, project) if chosen else [],
        "blocked": sum(1 for finding in findings if finding.blocks),
        "to_explain": sum(1 for finding in findings if not finding.is_met and not finding.blocks),
        "track": call.track_for(chosen) if chosen else None,
        "findings": findings,
    }
    return render(request, "projects/eligibility.html", context)


@login_required
def form_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The application form of each track as an applicant will see it; nothing typed here is kept."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("funder"), pk=pk)
    tracks = list(call.tracks.all())
    if not tracks:
        messages.error(request, _("The call has no track yet, so there is no form to show."))
        return redirect(call)
    wanted = request.GET.get("track", "")
    track = next((t for t in tracks if str(t.pk) == wanted), tracks[0])
    applicant = Organization(name=_("A sample group"), status=track.open_to)
    project = Project(call=call, track=track, applicant=applicant)
    tables = Tables(project)
    context = {
        "call": call,
        "tracks": tracks,
        "track": track,
        "project": project,
        "sections": ProposalForm(instance=project).sections(tables),
    }
    return render(request, "projects/form_preview.html", context)


@login_required
def explanations_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something to each warning of the eligibility check and of the budget rules."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    findings = check_applicant(project.applicant, project.call, host=project.host, project=project)
    broken = budget_breaches(project, list(project.budget_lines.all()))
    form = ExplanationsForm(request.POST or None, project=project, findings=findings, breaches=broken)
    if request.method == "POST" and form.is_valid():
        for name, text in form.cleaned_data.items():
            support.explain(project, form.rules[name], by=request.user, text=text)
        messages.success(request, _("Your explanations are kept with the proposal."))
        return redirect("projects:explanations_edit", pk=pk)
    return render(request, "projects/explanations.html", {"project": project, "findings": findings, "form": form})


@login_required
def recommendation_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the link that the community answers without an account."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    form = RecommendationAskForm(request.POST or None, project=project, initial={"community": project.community_id})
    if request.method == "POST" and form.is_valid():
        try:
            support.ask_for_recommendation(project, form.cleaned_data["community"], by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The link is ready: send it to the community."))
            return redirect("projects:recommendation_ask", pk=pk)
    found = list(project.recommendations.select_related("community"))
    for recommendation in found:
        recommendation.link = request.build_absolute_uri(recommendation.get_absolute_url())
        recommendation.open = support.is_answerable(recommendation)
    context = {"project": project, "form": form, "recommendations": found}
    return render(request, "projects/recommendation_ask.html", context)


def recommend(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link: the community reads the proposal and says its opinion. No account is needed."""
    related = ("project__call__funder", "project__applicant", "project__field", "project__track", "community")
    found = get_object_or_404(Recommendation.objects.select_related(*related), token=token)
    may_answer = rules.has_perm("projects.recommend", request.user, found.project)
    form = RecommendationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("supports", "text", "name", "post", "phone")}
        if not form.is_trapped:
            try:
                support.recommend(found, by=request.user, **given)
            except Refused as refused:
                add_refusal(form, refused)
                found.refresh_from_db()
                context = {"asked": found, "form": form, "open": True, "may_answer": may_answer}
                return render(request, "projects/recommend.html", context)
        return redirect(found)
    context = {"asked": found, "form": form, "open": support.is_answerable(found), "may_answer": may_answer}
    return render(request, "projects/recommend.html", context)


@login_required
def recommendation_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk has called the community's office and writes down what it said."""
    seen = Recommendation.objects.filter(project__in=Project.objects.visible_to(request.user))
    related = ("project__call__funder", "project__applicant", "community", "called_by")
    found = get_object_or_404(seen.select_related(*related), pk=pk, answered_at__isnull=False)
    permit("projects.check", request.user, found.project)
    form = CallBackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            support.confirm_recommendation(found, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Noted."))
            return redirect(reverse("projects:check_page", args=[found.project_id]) + "#papers")
    return render(request, "projects/recommendation_confirm.html", {"recommendation": found, "form": form})
