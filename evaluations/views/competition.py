"""The clerk's side of a competition: panels, ranking, notice, waitlist."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from evaluations import actions
from evaluations.conflicts import conflict_map
from evaluations.forms import AssignForm, DecisionForm, PromoteForm, ReasonForm
from evaluations.models import Assignment, Purpose
from evaluations.standings import standings
from grants.models import Call
from people.models import User
from projects.actions.competition import decline as decline_project
from projects.models import Project, State


def find(request: HttpRequest, pk: int, permission: str) -> Call:
    """A published call I may see (404), of a funder for which I may do this (403)."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("funder", "fund"), pk=pk)
    if not rules.has_perm(permission, request.user, call):
        raise PermissionDenied
    return call


@login_required
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Assign experts by hand, see conflicts, start the review."""
    call = find(request, pk, "evaluations.assign")
    form = AssignForm(request.POST if "assign" in request.POST else None, call=call)
    if request.method == "POST":
        try:
            if "open_review" in request.POST:
                count = actions.panel.open_review(call, by=request.user)
                begun = ngettext(
                    "The review of %(n)s proposal has begun.", "The review of %(n)s proposals has begun.", count
                )
                messages.success(request, begun % {"n": count})
                return redirect("evaluations:panel", pk=pk)
            if form.is_valid():
                actions.panel.assign(by=request.user, **form.cleaned_data)
                messages.success(request, _("%(person)s is assigned.") % {"person": form.cleaned_data["person"]})
                return redirect("evaluations:panel", pk=pk)
        except Refused as refused:
            if form.is_bound:
                add_refusal(form, refused)
            else:
                for reason in refused.reasons:
                    messages.error(request, reason)
    return render(request, "evaluations/panel.html", {"call": call, "form": form, **panels(call)})


def panels(call: Call) -> dict:
    """Every project before its result with its experts, and who is in conflict with what."""
    states = [State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW]
    projects = list(call.projects.filter(state__in=states).select_related("applicant", "call").order_by("number"))
    asked: dict[int, list[Assignment]] = {project.pk: [] for project in projects}
    review = Assignment.objects.filter(project__in=projects, purpose=Purpose.REVIEW)
    for assignment in review.select_related("person", "sheet"):
        asked[assignment.project_id].append(assignment)
    people = list(User.objects.filter(is_active=True))
    names = {person.pk: person for person in people}
    barred: dict[int, list[tuple[User, list[str]]]] = {}
    for (person_id, project_id), reasons in conflict_map(people, projects).items():
        barred.setdefault(project_id, []).append((names[person_id], reasons))
    rows = [
        {
            "project": project,
            "assignments": asked[project.pk],
            "active": sum(1 for assignment in asked[project.pk] if assignment.recused_at is None),
            "barred": barred.get(project.pk, []),
        }
        for project in projects
    ]
    ready = any(row["project"].state == State.ELIGIBLE for row in rows)
    return {"rows": rows, "ready": ready}


@login_required
def ranking(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the projects stand; the clerk decides, everybody at the funder reads."""
    call = find(request, pk, "evaluations.see_ranking")
    may_confirm = rules.has_perm("evaluations.confirm", request.user, call)
    rows = standings(call)
    form = DecisionForm(request.POST or None, rows=rows)
    if request.method == "POST":
        if not may_confirm:
            raise PermissionDenied
        if form.is_valid():
            try:
                actions.ranking.confirm_ranking(
                    call,
                    by=request.user,
                    decisions=form.decisions,
                    amounts=form.amounts,
                    note=form.cleaned_data["note"],
                )
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("The ranking is confirmed."))
                return redirect("evaluations:ranking", pk=pk)
    given = actions.ranking.money_given(call)
    waiting = [row for row in rows if row.project.state == State.IN_REVIEW and not row.is_complete]
    context = {
        "call": call,
        "rows": [decided(row, form) for row in rows],
        "form": form,
        "waiting": len(waiting),
        "may_confirm": may_confirm and not waiting,
        "may_act": may_confirm,
        "in_review": bool(form.projects),
        "shortlisted": any(row.project.state == State.SHORTLISTED for row in rows),
        "given": given,
        "left": call.budget - given,
    }
    return render(request, "evaluations/ranking.html", context)


def decided(row, form: DecisionForm) -> dict:
    """A standing with its two form fields, where there is still something to decide."""
    if row.project.state != State.IN_REVIEW:
        return {"standing": row}
    pk = row.project.pk
    return {"standing": row, "decision": form[f"decision-{pk}"], "amount": form[f"amount-{pk}"]}


@login_required
@require_POST
def publish_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the shortlisted projects to public notice."""
    call = find(request, pk, "evaluations.confirm")
    try:
        notice = actions.ranking.publish_notice(call, by=request.user)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
        return redirect("evaluations:ranking", pk=pk)
    messages.success(request, _("The notice is public until %(day)s.") % {"day": notice.ends_on})
    return redirect(notice)


@login_required
def promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a project up from the waitlist."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("call__fund"), pk=pk)
    if not rules.has_perm("projects.rank", request.user, project) or project.state != State.WAITLISTED:
        raise PermissionDenied
    form = PromoteForm(request.POST or None, initial={"amount": project.amount_payable})
    if request.method == "POST" and form.is_valid():
        try:
            actions.ranking.promote(project, by=request.user, amount=form.cleaned_data["amount"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("“%(title)s” has moved up.") % {"title": project.title})
            return redirect("evaluations:ranking", pk=project.call_id)
    context = {
        "project": project,
        "form": form,
        "heading": _("Move up from the waitlist"),
        "submit": _("Move it up"),
    }
    return render(request, "projects/form.html", context)


@login_required
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike a waitlisted or shortlisted project from the list, with a reason that its group reads."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("call"), pk=pk)
    listed = project.state in (State.WAITLISTED, State.SHORTLISTED)
    if not rules.has_perm("projects.rank", request.user, project) or not listed:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decline_project(project, by=request.user, note=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("“%(title)s” is no longer on the list.") % {"title": project.title})
            return redirect("evaluations:ranking", pk=project.call_id)
    context = {
        "project": project,
        "form": form,
        "heading": _("Strike from the list"),
        "submit": _("Strike from the list"),
    }
    return render(request, "projects/form.html", context)
