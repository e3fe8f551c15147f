"""The agreement: read, drawn up, signed, its scan handed in and confirmed."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from projects.actions import agreements, award
from projects.agreement_text import shown
from projects.forms import SignForm
from projects.forms.changing import CommunityForm, ConfirmForm, CopyForm, DrawUpForm, MoreTimeForm, ProblemForm
from projects.models import Agreement, ChangeRequest, Project
from projects.views.project import find


def _found(project: Project) -> Agreement | None:
    related = ("version", "copy__uploaded_by", "group_signed_by", "funder_signed_by", "community_noted_by")
    found = Agreement.objects.select_related(*related, "copy_confirmed_by").filter(project=project).first()
    if found is not None:
        found.project = project  # with its names, so that the steps cost no query
    return found


PRESSED: dict[str, tuple[type[Form], Callable[..., Any]]] = {
    "group": (SignForm, lambda project, by, data: award.sign_for_group(project, by=by, read=data["read"])),
    "funder": (SignForm, lambda project, by, data: award.sign_for_funder(project, by=by)),
    "community": (CommunityForm, lambda project, by, data: agreements.note_community(project, by=by, **data)),
    "copy": (CopyForm, lambda project, by, data: agreements.upload_copy(project, data["scan"], by=by)),
    "incomplete": (ProblemForm, lambda project, by, data: agreements.refuse_copy(project, by=by, **data)),
    "confirm": (ConfirmForm, lambda project, by, data: agreements.confirm_copy(project, by=by, read=data["read"])),
}
"""What can be pressed on the page of the agreement: its form, its verb."""


@login_required
def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the frozen text, see what is next and who does it, and do it."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    agreement = _found(project)
    finishing = project.change_requests.filter(kind=ChangeRequest.Kind.OPTIMISATION).first()
    if agreement is None:
        if finishing is None:
            raise Http404
        if request.method == "POST":
            raise PermissionDenied
        return render(request, "projects/agreement_waits.html", {"project": project, "change": finishing})
    pressed = next((name for name in PRESSED if name in request.POST), "")
    if request.method == "POST" and not pressed:
        pressed = "group"
    forms = {name: kind() for name, (kind, _verb) in PRESSED.items()}
    if pressed:
        kind, verb = PRESSED[pressed]
        form = forms[pressed] = kind(request.POST, request.FILES) if pressed == "copy" else kind(request.POST)
        if form.is_valid():
            try:
                verb(project, request.user, form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, DONE[pressed]())
                return redirect("projects:agreement_detail", pk=pk)
        else:
            permit(PERMISSIONS[pressed], request.user, project)
        agreement = _found(project) or agreement
    context = {
        "project": project,
        "agreement": agreement,
        "blocks": shown(agreement.blocks, account=rules.has_perm("projects.see_payee_account", request.user, project)),
        "steps": agreement.steps,
        "next": agreement.next_step if project.state == project.State.APPROVED else None,
        "may": may_press(request.user, project, agreement),
        "forms": forms,
        "form": forms[pressed] if pressed else None,
        "tranches": project.tranches.all(),
        "copies": Attachment.objects.of(agreement),
        "finishing": finishing,
    }
    return render(request, "projects/agreement_detail.html", context)


DONE: dict[str, Callable[[], str]] = {
    "group": lambda: _("The agreement is signed."),
    "funder": lambda: _("The agreement is signed."),
    "community": lambda: _("The signature of the community is noted."),
    "copy": lambda: _("The scan is handed in; a clerk looks whether it is complete."),
    "incomplete": lambda: _("The group has been told what is missing."),
    "confirm": lambda: _("The scan is confirmed: the project runs."),
}
PERMISSIONS = {
    "group": "projects.sign_for_group",
    "funder": "projects.sign_for_funder",
    "community": "projects.draw_up",
    "copy": "projects.upload_signed_copy",
    "incomplete": "projects.draw_up",
    "confirm": "projects.draw_up",
}


def may_press(user: Any, project: Project, agreement: Agreement) -> set[str]:
    """What this person can do now: the next step if it is theirs, and beside it what is open at any time."""
    if project.state != project.State.APPROVED:
        return set()
    following = agreement.next_step
    open_now = {following.name} if following else set()
    if following and following.name == "confirm":
        open_now |= {"incomplete", "copy"}
        if agreement.copy and agreement.copy.uploaded_by == user:
            open_now -= {"confirm"}
    if agreement.has_community and not agreement.community_signed_on:
        open_now |= {"community"}
    found = {name for name in open_now if rules.has_perm(PERMISSIONS[name], user, project)}
    if rules.has_perm("projects.draw_up", user, project):
        found |= {"extend"} | ({"draw_up"} if agreement.is_open_to_change else set())
    return found


@login_required
def agreement_draw_up(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk draws the agreement up anew, from other clauses or between other parties, until somebody has signed."""
    project = find(request, pk)
    permit("projects.draw_up", request.user, project)
    agreement = _found(project)
    template = project.call.agreement_template
    initial = {"template": template, "has_community": agreement.has_community if agreement else False}
    form = DrawUpForm(request.POST or None, project=project, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen, third = form.cleaned_data["template"], form.cleaned_data["has_community"]
        try:
            agreements.draw_up(
                project, by=request.user, template=chosen, from_model=chosen is None, has_community=third
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The agreement is drawn up. Its text is fixed now."))
            return redirect("projects:agreement_detail", pk=pk)
    context = {"project": project, "form": form, "heading": _("Draw up the agreement"), "submit": _("Draw it up")}
    context["lead"] = _("Until somebody signs it can be drawn up anew; it keeps its number.")
    return render(request, "projects/form.html", context)


@login_required
def signing_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give more time to sign, with a reason."""
    project = find(request, pk)
    permit("projects.draw_up", request.user, project)
    form = MoreTimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            agreements.extend_signing(project, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("There is more time to sign, and the group has been told."))
            return redirect(project)
    context = {"project": project, "form": form, "heading": _("More time to sign"), "submit": _("Give more time")}
    return render(request, "projects/form.html", context)
