"""A judge who is not there: noted by the clerk, back again; a panel that goes on with fewer when two people agree."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import absence
from evaluations.forms import ReasonForm, UnlockingForm
from evaluations.models import Assignment, Reduction
from evaluations.quorum import sheets_needed
from evaluations.views.presence import RECORDED
from evaluations.views.sheets import find
from projects.models import Project


def back_to(project: Project) -> HttpResponse:
    """To the session on which the project is heard, or to the experts of its call."""
    slot = getattr(project, "pitch_slot", None)
    return redirect(slot.day) if slot else redirect("evaluations:panel", pk=project.call_id)


@login_required
def assignment_absent(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a judge does not score one project."""
    assignment = find(request, pk)
    if not rules.has_perm("evaluations.note_absence", request.user, assignment) or not assignment.is_seated:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            absence.note_absence(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, RECORDED)
            return back_to(assignment.project)
    context = {"assignment": assignment, "call": assignment.project.call, "form": form}
    return render(request, "evaluations/assignment_absent.html", context)


@login_required
@require_POST
def assignment_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The judge takes the seat again."""
    assignment = find(request, pk)
    if not rules.has_perm("evaluations.note_absence", request.user, assignment):
        raise PermissionDenied
    try:
        absence.come_back(assignment, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(person)s is back on the panel.") % {"person": assignment.person})
    return back_to(assignment.project)


@login_required
def fewer_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a panel go on with the judges who are there."""
    visible = Project.objects.visible_to(request.user).select_related("call__funder")
    project = get_object_or_404(visible, pk=pk)
    if not rules.has_perm("evaluations.ask_for_fewer", request.user, project):
        raise PermissionDenied
    if asked := project.reductions.open().first():
        return redirect(asked)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            absence.ask_for_fewer(project, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. A second person of the funder decides."))
            return back_to(project)
    context = {"project": project, "call": project.call, "form": form, "sitting": absence.seats(project)}
    return render(request, "evaluations/fewer_ask.html", context | {"needed": sheets_needed(project)})


@login_required
def fewer_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Read who is missing and why, and decide whether the others are enough."""
    found = Reduction.objects.filter(project__call__funder__in=list(request.user.roles))
    related = ("project__call__funder", "project__pitch_slot__day", "asked_by", "decided_by")
    asked = get_object_or_404(found.select_related(*related), pk=pk)
    may_decide = rules.has_perm("evaluations.decide_on_fewer", request.user, asked)
    form = UnlockingForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        if form.is_valid():
            grant, answer = "grant" in request.POST, form.cleaned_data["answer"]
            try:
                absence.decide_on_fewer(asked, by=request.user, grant=grant, answer=answer)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                done = _("The panel goes on with fewer judges.") if grant else _("The panel waits for another judge.")
                messages.success(request, done)
                return redirect(asked)
    project = asked.project
    panel = Assignment.objects.filter(project=project, purpose="review").select_related("person", "sheet")
    context = {"asked": asked, "project": project, "call": project.call, "panel": panel, "form": form}
    return render(request, "evaluations/fewer_decide.html", context | {"may_decide": may_decide})
