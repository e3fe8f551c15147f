"""The experts of a call: who judges what, what stands against it, and the start of the review."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.forms import add_refusal
from core.workflow import Refused
from evaluations import actions
from evaluations.conflicts import conflict_map
from evaluations.forms import AssignForm
from evaluations.models import Assignment, Purpose
from grants.models import Call
from people.models import User
from projects.models import State


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
