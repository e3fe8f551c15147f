"""Versions of the plan, and the requests to change it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import workflow
from core.forms import NoteForm, add_refusal
from core.models import Attachment, Event
from core.views import not_offered
from core.workflow import Refused, permit
from grants.models import BudgetCategory
from people.models import User
from projects import change_problems, changes
from projects.actions import changing
from projects.comparison import Difference, compare
from projects.disclosing import account_shown
from projects.forms.changing import AdviceForm, ChangeForms, ConsentForm, LookForm
from projects.models import ChangeRequest, PlanVersion, Project
from projects.views.checking import without_contact
from projects.views.project import find

BESIDE = ("papers", "explanations", "recommendations")
"""What goes with a proposal and is no part of the plan."""


def shown(difference: Difference, user: User, project: Project) -> Difference:
    """Without telephone numbers for whoever may not read them."""
    return difference if rules.has_perm("projects.see_contact", user, project) else without_contact(difference)


@login_required
def plan_versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of the plan, the difference between any two, and the requests that made them."""
    project = find(request, pk)
    permit("projects.see_plan", request.user, project)
    versions = list(project.plan_versions.select_related("approved_by", "written_by", "change"))
    numbers = {str(version.ordinal): version for version in versions}
    old = numbers.get(request.GET.get("old", ""), versions[-2] if len(versions) > 1 else None)
    new = numbers.get(request.GET.get("new", ""), versions[-1] if versions else None)
    difference = shown(compare(_plan(old), _plan(new)), request.user, project) if old and new else None
    context = {
        "project": project,
        "versions": versions,
        "old": old,
        "new": new,
        "changes": difference,
        "requests": ChangeRequest.objects.visible_to(request.user).filter(project=project),
        "kinds": kinds_for(project, request.user),
    }
    return render(request, "projects/plan_versions.html", context)


def _plan(version: PlanVersion) -> Mapping[str, Any]:
    content = version.content
    return {"fields": content["fields"], "tables": {k: v for k, v in content["tables"].items() if k not in BESIDE}}


def kinds_for(project: Project, user: User) -> list[tuple[str, str]]:
    """The kinds of change that this person may ask for now."""
    if not rules.has_perm("projects.ask_for_change", user, project):
        return []
    return [
        (kind, label)
        for kind, label in ChangeRequest.Kind.choices
        if kind != ChangeRequest.Kind.OPTIMISATION
        and rules.has_perm("projects.hand_in_change", user, ChangeRequest(project=project, kind=kind))
    ]


@login_required
def plan_version(request: HttpRequest, pk: int, ordinal: int) -> HttpResponse:
    """One version of the plan, to read."""
    project = find(request, pk)
    permit("projects.see_plan", request.user, project)
    version = get_object_or_404(project.plan_versions.select_related("approved_by", "written_by"), ordinal=ordinal)
    nothing = {"fields": {}, "tables": {}}
    whole = shown(compare(nothing, _plan(version)), request.user, project)
    tables: dict[str, list[Any]] = {}
    for row in whole.rows:
        tables.setdefault(row.table, []).append(row)
    following = project.plan_versions.filter(ordinal=ordinal + 1).first()
    context = {"project": project, "version": version, "fields": whole.fields, "tables": tables, "next": following}
    return render(request, "projects/plan_version.html", context)


@login_required
def change_create(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask for a change of one kind: the empty form, of which nothing stands anywhere before it is sent."""
    project = find(request, pk)
    labels = dict(ChangeRequest.Kind.choices)
    if kind not in labels or kind == ChangeRequest.Kind.OPTIMISATION:
        raise Http404
    if kind not in dict(kinds_for(project, request.user)):
        raise PermissionDenied
    if request.method != "POST" and (found := project.change_requests.open().filter(kind=kind).first()):
        if found.is_writable:
            return redirect("projects:change_edit", pk=found.pk)
        messages.info(request, _("A request of this kind is under way. Another can be made when it is decided on."))
        return redirect(found)
    change = ChangeRequest(project=project, kind=kind, base=changes.current(project), made_by=request.user)
    return _write(request, change, partial(changing.ask_for_change, project, kind))


def find_change(request: HttpRequest, pk: int) -> ChangeRequest:
    """The request, if this person may see it; 404 otherwise."""
    return get_object_or_404(ChangeRequest.objects.visible_to(request.user).with_names(), pk=pk)


@login_required
def change_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wished, beside what is now; who has said what; what comes next and from whom."""
    change = find_change(request, pk)
    project = change.project
    sees_account = rules.has_perm("projects.see_payee_account", request.user, change)
    if sees_account and change.kind == "account":
        account_shown(project, by=request.user)
    context = {
        "project": project,
        "change": change,
        "changes": shown(changes.difference(change), request.user, project),
        "beside": changes.beside(change, shown=sees_account),
        "shifts": change_problems.category_shifts(change) if change.is_open else [],
        "labels": dict(BudgetCategory.choices),
        "lowered": change_problems.lowered(change) if change.is_open else [],
        "warnings": change_problems.warnings(change),
        "problems": change_problems.problems(change) if change.is_writable else [],
        "is_small": change.is_writable and change_problems.is_small(change),
        "choices": choices(change, request.user),
        "may_write": rules.has_perm("projects.write_change", request.user, change),
        "may_look": may_look(change, request.user),
        "attachments": Attachment.objects.of(change) if sees_account or change.kind != "account" else [],
        "events": Event.objects.about(change),
        "next": whose_turn(change),
    }
    return render(request, "projects/change_detail.html", context)


def may_look(change: ChangeRequest, user: User) -> bool:
    waits = change.state in (ChangeRequest.State.WITH_MENTOR, ChangeRequest.State.WITH_FUNDER)
    return waits and change.finance_at is None and rules.has_perm("projects.look_at_account", user, change)


def choices(change: ChangeRequest, user: User) -> list[workflow.Choice]:
    """The buttons: approving and rejecting, returning, advising, handing in, taking back."""
    return [choice for choice in workflow.choices(change, user) if not (choice.name == "go_on" and choice.blocked)]


def whose_turn(change: ChangeRequest) -> str:
    """What comes next and who does it, in one sentence; empty when it is over."""
    state = change.State
    if change.state == state.WITH_FUNDER:
        if change.is_optimisation:
            return _("The clerk confirms the plan; then the agreement is drawn up.")
        if change.kind == change.Kind.ACCOUNT and change.finance_at is None:
            return _("The finance office looks at the new account; then the approver decides.")
        return _("The approver decides.")
    return {
        state.DRAFT: _("The group writes it and hands it in."),
        state.RETURNED: _("The group mends it and hands it in again."),
        state.WITH_MENTOR: _("The mentor gives an opinion; then the funder decides."),
    }.get(change.state, "")


@login_required
def change_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the wish: filled with what is now, the present text beside it."""
    change = find_change(request, pk)
    permit("projects.write_change", request.user, change)
    return _write(request, change, partial(changing.write_change, change))


def _write(request: HttpRequest, change: ChangeRequest, verb: Callable[..., ChangeRequest]) -> HttpResponse:
    """The page on which a request is written; `verb` keeps what was sent."""
    form = ChangeForms(change, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = {"reason": form.reason.cleaned_data["reason"], "files": form.reason.cleaned_data["files"]}
        try:
            written = verb(by=request.user, wish=form.wish(), **given)
        except Refused as refused:
            add_refusal(form.reason, refused)
        else:
            messages.success(request, _("Saved. Look at the difference, then hand it in."))
            return redirect(written)
    context = {
        "project": change.project,
        "change": change,
        "form": form,
        "now": changes.current(change.project),
        "warnings": change_problems.warnings(change),
        "remarks": change.project.comments.open().filter(kind="advice") if change.is_optimisation else [],
    }
    return render(request, "projects/change_form.html", context)


def _advise(change: ChangeRequest, by: User, data: dict[str, Any]) -> Any:
    return changing.advise(change, by=by, supports=data["supports"], opinion=data["note"])


def _approve(change: ChangeRequest, by: User, data: dict[str, Any]) -> Any:
    return changing.approve(change, by=by, note=data["note"], consents=data.get("consents", False))


STEPS: dict[str, Callable[[ChangeRequest, User, dict[str, Any]], Any]] = {
    "hand_in": lambda change, by, data: changing.hand_in(change, by=by, note=data["note"]),
    "advise": _advise,
    "go_on": lambda change, by, data: changing.go_on(change, by=by, note=data["note"]),
    "approve": _approve,
    "return_to_group": lambda change, by, data: changing.return_to_group(change, by=by, note=data["note"]),
    "reject": lambda change, by, data: changing.reject(change, by=by, note=data["note"]),
    "withdraw": lambda change, by, data: changing.withdraw(change, by=by, note=data["note"]),
    "look": lambda change, by, data: changing.look_at_account(change, by=by, note=data["note"]),
}


@login_required
def change_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Confirm a step of a request and take it."""
    if name not in STEPS:
        raise Http404
    change = find_change(request, pk)
    choice = next((c for c in choices(change, request.user) if c.name == name), None)
    if name == "look" and may_look(change, request.user):
        choice = workflow.Choice("look", _("The account is checked"), "primary", True)
    if choice is None:
        return not_offered(request, change, name, seen=change.edition, to=change)
    lowered = change_problems.lowered(change) if name == "approve" else []
    form_class: type[NoteForm] = {"advise": AdviceForm, "look": LookForm}.get(name, NoteForm)
    if lowered:
        form_class = ConsentForm
    form = form_class(request.POST or None, state=change.edition, needs_note=choice.note)
    if request.method == "POST" and form.is_valid():
        try:
            STEPS[name](change, request.user, form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": choice.label})
            return redirect(change)
    context = {"project": change.project, "change": change, "choice": choice, "form": form, "lowered": lowered}
    if name in ("approve", "advise", "look"):  # what it is about stands on the page on which one says yes or no
        context["changes"] = shown(changes.difference(change), request.user, change.project)
        context["warnings"] = change_problems.warnings(change)
    return render(request, "projects/change_step.html", context)
