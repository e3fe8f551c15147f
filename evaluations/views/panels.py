"""The experts of a call: who judges what, what stands against it, and the start of the review."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import optimum
from evaluations.actions import panel as actions
from evaluations.conflicts import tie_map
from evaluations.forms import AssignForm, GroupsForm, ProposePanelsForm
from evaluations.models import Assignment, Draw, Purpose, Reduction
from evaluations.quorum import Needed
from grants.models import Call
from people.models import Expert, User
from projects.models import State


def find(request: HttpRequest, pk: int, permission: str) -> Call:
    """A published call I may see (404), of a funder for which I may do this (403)."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("funder", "fund"), pk=pk)
    if not rules.has_perm(permission, request.user, call):
        raise PermissionDenied
    return call


@login_required
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Who judges what: by hand or by calculation; what stands against it; the start of the review.

    The approver and the auditor read the same page without its buttons.
    """
    call = find(request, pk, "evaluations.see_ranking")
    if not rules.has_perm("evaluations.assign", request.user, call):
        if request.method == "POST":
            raise PermissionDenied
        context = {"call": call, "reads_only": True, **panels(call), **draws(call)}
        return render(request, "evaluations/panel.html", context)
    forms = {
        "assign": AssignForm(request.POST if "assign" in request.POST else None, call=call),
        "propose": ProposePanelsForm(request.POST if "propose" in request.POST else None, prefix="propose"),
        "groups": GroupsForm(request.POST if "groups" in request.POST else None, prefix="groups"),
    }
    verbs: dict[str, Callable[..., str]] = {"assign": assign, "propose": propose, "groups": deal}
    for name, form in forms.items():
        if name in request.POST and form.is_valid():
            try:
                messages.success(request, verbs[name](call, request, **form.cleaned_data))
                return redirect("evaluations:panel", pk=pk)
            except Refused as refused:
                add_refusal(form, refused)
    context = {"call": call, "forms": forms, **panels(call), **draws(call)}
    return render(request, "evaluations/panel.html", context)


def assign(call: Call, request: HttpRequest, **values: Any) -> str:
    assignment = actions.assign(by=request.user, **values)
    return _("%(person)s is assigned.") % {"person": assignment.person}


def propose(call: Call, request: HttpRequest, **values: Any) -> str:
    optimum.propose_panels(call, by=request.user, **values)
    return _("Panels are proposed. Nobody is asked before you confirm them.")


def deal(call: Call, request: HttpRequest, *, count: int) -> str:
    optimum.draw_groups(call, by=request.user, count=count)
    return _("The groups are drawn; seed and groups are on record.")


@login_required
@require_POST
def open_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the experts of every eligible project score."""
    call = find(request, pk, "evaluations.assign")
    try:
        count = actions.open_review(call, by=request.user)
        begun = ngettext("The review of %(n)s proposal has begun.", "The review of %(n)s proposals has begun.", count)
        messages.success(request, begun % {"n": count})
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect("evaluations:panel", pk=pk)


@login_required
@require_POST
def panels_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the proposed experts, or throw the proposal away."""
    draw = get_object_or_404(Draw.objects.select_related("call"), pk=pk, kind=Draw.Kind.PANEL)
    call = find(request, draw.call_id, "evaluations.assign")
    try:
        if "confirm" in request.POST:
            count = optimum.confirm_panels(draw, by=request.user)
            asked = ngettext("%(n)s assignment was made.", "%(n)s assignments were made.", count)
            messages.success(request, asked % {"n": count})
        else:
            optimum.discard_panels(draw, by=request.user)
            messages.info(request, _("Thrown away; nobody was asked."))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect("evaluations:panel", pk=call.pk)


def panels(call: Call) -> dict:
    """Every project that is or was judged with its experts, what they are experts for, and who is tied to what."""
    states = [State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW]
    shown = call.projects.filter(Q(state__in=states) | Q(assignments__purpose=Purpose.REVIEW)).distinct()
    projects = list(shown.select_related("applicant", "call").order_by("number"))
    waiting = [project for project in projects if project.state in states]
    asked: dict[int, list[Assignment]] = {project.pk: [] for project in projects}
    review = Assignment.objects.filter(project__in=projects, purpose=Purpose.REVIEW)
    for assignment in review.select_related("person", "sheet", "declaration").prefetch_related("conflicts"):
        asked[assignment.project_id].append(assignment)
    by_pk = {project.pk: project for project in projects}
    for one in (one for found in asked.values() for one in found):
        one.project = by_pk[one.project_id]  # read once
    experts = {
        one.person_id: one for one in Expert.objects.available().select_related("person").prefetch_related("skills")
    }
    names = {pk: expert.person for pk, expert in experts.items()}
    barred: dict[int, list[tuple[Any, list]]] = {}
    for (person_id, project_id), reasons in tie_map(names.values(), waiting).items():
        barred.setdefault(project_id, []).append((names[person_id], reasons))
    wanted, needed = list(call.panel_rules.all()), Needed(call, asked)
    rows = []
    for project in projects:
        active = [one for one in asked[project.pk] if one.is_seated]
        held = [optimum.skills(experts[one.person_id]) for one in active if one.person_id in experts]
        rows.append(
            {
                "project": project,
                "assignments": asked[project.pk],
                "active": len(active),
                "needed": needed[project.pk],
                "missing": actions.unmet(wanted, held),
                "barred": barred.get(project.pk, []),
            }
        )
    people = {one.person_id for found in asked.values() for one in found} | set(experts)
    return {
        "rows": rows,
        "late": still_to_come(rows),
        "reductions": {one.project_id: one for one in Reduction.objects.open().filter(project__in=projects)},
        "fields": {pk: experts[pk].expertise if pk in experts else [] for pk in people},
        "ready": any(row["project"].state == State.ELIGIBLE for row in rows),
        "short": any(row["active"] < row["needed"] and row["project"] in waiting for row in rows),
        "loads": sorted(Counter(active_people(rows)).items(), key=lambda item: (-item[1], str(item[0]))),
    }


def still_to_come(rows: list[dict]) -> list[tuple[User, list[Assignment]]]:
    """Who has not handed in yet (尚未交表), with what is open; the most first."""
    found: dict[User, list[Assignment]] = {}
    for row in rows:
        for one in row["assignments"]:
            if one.is_seated and not one.is_submitted and row["project"].state == State.IN_REVIEW:
                found.setdefault(one.person, []).append(one)
    return sorted(found.items(), key=lambda item: (-len(item[1]), str(item[0])))


def active_people(rows: list[dict]) -> list[User]:
    """Who judges now, once for each project."""
    return [one.person for row in rows for one in row["assignments"] if one.is_seated]


def draws(call: Call) -> dict:
    """The proposal that waits for the clerk, and the groups that were drawn last."""
    proposal = call.draws.filter(kind=Draw.Kind.PANEL, taken=None).first()
    return {
        "proposal": proposal,
        "proposed": list(optimum.still_to_ask(proposal).items()) if proposal else [],
        "groups_drawn": call.draws.filter(kind=Draw.Kind.GROUPS).first(),
    }
