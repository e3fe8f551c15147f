"""The desk of whoever judges, and the score sheet."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import panel, scoring
from evaluations.forms import ReasonForm, SheetForm
from evaluations.models import Assignment, PitchDay
from people.models import Role
from projects.models import Project

RELATED = ("person", "sheet", "project__call", "project__applicant", "project__track", "project__field")


def find(request: HttpRequest, pk: int) -> Assignment:
    """My own assignment, or one of a call that I handle as its clerk; 404 otherwise."""
    mine = Q(person=request.user) | Q(project__call__funder__in=request.user.organizations_as(Role.STAFF))
    return get_object_or_404(Assignment.objects.filter(mine).select_related(*RELATED), pk=pk)


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """What I have to judge, and what I have judged."""
    mine = Assignment.objects.filter(person=request.user).select_related(*RELATED)
    waiting = list(mine.open())
    context = {
        "waiting": waiting,
        "days": PitchDay.objects.upcoming().judged_by(request.user).select_related("call"),
        "done": mine.filter(sheet__submitted_at__isnull=False).order_by("-sheet__submitted_at")[:50],
    }
    return render(request, "evaluations/desk.html", context)


@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in a score sheet, keep it as a draft, hand it in; afterwards it can only be read."""
    assignment = find(request, pk)
    if assignment.person_id != request.user.pk:
        raise PermissionDenied
    may_score = rules.has_perm("evaluations.score", request.user, assignment) and not assignment.is_submitted
    form = SheetForm(request.POST or None, assignment=assignment)
    if request.method == "POST":
        if not may_score:
            messages.error(request, _("This sheet can no longer be changed."))
            return redirect("evaluations:sheet", pk=pk)
        if form.is_valid() and ("submit" not in request.POST or form.check_for_submission()):
            texts = {name: form.cleaned_data[name] for name in ("strengths", "weaknesses")}
            verb = scoring.submit_sheet if "submit" in request.POST else scoring.save_sheet
            try:
                verb(assignment, by=request.user, points=form.points, **texts)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                if "submit" in request.POST:
                    messages.success(request, _("Your sheet is submitted and locked. Thank you."))
                    return redirect("evaluations:desk")
                messages.success(request, _("The draft is saved; only you can see it."))
                return redirect("evaluations:sheet", pk=pk)
    context = {
        "assignment": assignment,
        "project": assignment.project,
        "form": form,
        "may_score": may_score,
        # after an evaluator's term the sheet can still be read, the project no longer
        "sees_project": Project.objects.visible_to(request.user).filter(pk=assignment.project_id).exists(),
    }
    return render(request, "evaluations/sheet.html", context)


@login_required
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Step down from an assignment, or stand a judge down."""
    assignment = find(request, pk)
    if not rules.has_perm("evaluations.recuse", request.user, assignment):
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            panel.recuse(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The recusal is recorded."))
            if assignment.person_id == request.user.pk:
                return redirect("evaluations:desk")
            return redirect("evaluations:panel", pk=assignment.project.call_id)
    return render(request, "evaluations/recuse.html", {"assignment": assignment, "form": form})
