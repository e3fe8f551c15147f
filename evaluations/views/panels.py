"""The experts of a call: who judges what, what stands against it, and the start of the review."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused
from evaluations import quorum
from evaluations.actions import optimum
from evaluations.actions import panel as actions
from evaluations.conflicts import tie_map
from evaluations.forms import AssignForm, GroupsForm, PanelFilter, ProposePanelsForm
from evaluations.models import Assignment, Draw, Purpose, Reduction
from grants.models import Call
from people.models import Expert, User
from projects.models import Project, State

WAITING = (State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW)
PAGE = 20
PROPOSED = 50
"""Of a proposal's panels on the page; all of them are in the table."""


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
    wanted, page = PanelFilter(request.GET or None), request.GET.get("page")
    if not rules.has_perm("evaluations.assign", request.user, call):
        if request.method == "POST":
            raise PermissionDenied
        context = {"call": call, "reads_only": True, **panels(call, wanted, page)}
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
                return redirect(request.get_full_path())  # the same page of the list, the same search
            except Refused as refused:
                add_refusal(form, refused)
    context = {"call": call, "forms": forms, **panels(call, wanted, page)}
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


def panels(call: Call, wanted: PanelFilter, page: str | None) -> dict:
    """A page of the projects that are or were judged with their experts, what they are experts for, and who is tied to
    what; with it what was drawn. A constant number of queries however many projects and experts there are."""
    shown = call.projects.filter(Q(state__in=WAITING) | Q(assignments__purpose=Purpose.REVIEW)).distinct()
    short = quorum.short(call.projects.filter(state__in=WAITING))
    if wanted.is_valid():
        shown = wanted.narrowed(shown, short)
    found = page_of(shown.select_related("applicant", "call").order_by("number"), PAGE, page)
    projects = list(found)
    asked: dict[int, list[Assignment]] = {project.pk: [] for project in projects}
    review = Assignment.objects.filter(project__in=projects, purpose=Purpose.REVIEW)
    for assignment in review.select_related("person", "sheet", "declaration").prefetch_related("conflicts"):
        asked[assignment.project_id].append(assignment)
    by_pk = {project.pk: project for project in projects}
    for one in (one for found in asked.values() for one in found):
        one.project = by_pk[one.project_id]  # read once
    drawn = draws(call)
    named = {one.person_id for each in asked.values() for one in each}
    named |= {person.pk for _project, people in drawn["proposed"] for person in people}
    waiting = [project for project in projects if project.state in WAITING]
    roster = Expert.objects.available().of_bureaus([call.funder_id]).select_related("person")
    experts = {one.person_id: one for one in (roster if waiting else roster.filter(person__in=named))}
    prefetch_related_objects([experts[pk] for pk in named if pk in experts], "skills")  # not of a whole city's roster
    barred = _barred(experts, waiting)
    rules_of_panels, needed = list(call.panel_rules.all()), quorum.needed(asked)
    rows = []
    for project in projects:
        seated = [one for one in asked[project.pk] if one.is_seated]
        held = [optimum.skills(experts[one.person_id]) for one in seated if one.person_id in experts]
        rows.append(
            {
                "project": project,
                "assignments": asked[project.pk],
                "active": len(seated),
                "needed": needed[project.pk],
                "missing": actions.unmet(rules_of_panels, held),
                "barred": barred.get(project.pk, []),
            }
        )
    return {
        "filter": wanted,
        "page_obj": found,
        "total": found.count,
        "rows": rows,
        "late": still_to_come(call),
        "reductions": {one.project_id: one for one in Reduction.objects.open().filter(project__in=projects)},
        "fields": {pk: experts[pk].expertise if pk in experts else [] for pk in named},
        "ready": call.projects.filter(state=State.ELIGIBLE).exists(),
        "short": short.exists(),
        "loads": _loads(call),
        **drawn,
    }


def _barred(experts: dict[int, Expert], projects: list[Project]) -> dict[int, list[tuple[User, list]]]:
    """By project id the experts of the roster that are tied to it, with why."""
    barred: dict[int, list[tuple[User, list]]] = {}
    for (person_id, project_id), reasons in tie_map([one.person for one in experts.values()], projects).items():
        barred.setdefault(project_id, []).append((experts[person_id].person, reasons))
    return barred


def _loads(call: Call) -> list[tuple[User, int]]:
    """Who judges how many projects of the call, most first."""
    counted = actions.loads(call)
    people = User.objects.in_bulk(counted)
    return sorted(((people[pk], n) for pk, n in counted.items()), key=lambda item: (-item[1], str(item[0])))


def still_to_come(call: Call) -> list[tuple[User, list[Assignment]]]:
    """Who has not handed in yet (尚未交表), with what is open; the most first."""
    waiting = Assignment.objects.seated().filter(project__call=call, purpose=Purpose.REVIEW, project__state="in_review")
    waiting = waiting.exclude(sheet__submitted_at__isnull=False).exclude(project__pitch_slot__state="absent")
    found: dict[User, list[Assignment]] = {}
    for one in waiting.select_related("person", "project").only("due_on", "person__name", "project__number"):
        found.setdefault(one.person, []).append(one)
    return sorted(found.items(), key=lambda item: (-len(item[1]), str(item[0])))


def draws(call: Call) -> dict:
    """The proposal that waits for the clerk, and the groups that were drawn last."""
    proposal = call.draws.filter(kind=Draw.Kind.PANEL, taken=None).first()
    proposed = list(optimum.still_to_ask(proposal).items()) if proposal else []
    dealt = call.draws.filter(kind=Draw.Kind.GROUPS).first()
    titles = dict(call.projects.values_list("number", "title")) if dealt else {}
    return {
        "proposal": proposal,
        "proposed": proposed[:PROPOSED],
        "more_proposed": max(0, len(proposed) - PROPOSED),
        "groups_drawn": dealt,
        "groups": [[(number, titles[number]) for number in group] for group in dealt.outcome] if dealt else [],
    }
