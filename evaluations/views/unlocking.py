"""Opening a submitted sheet again: one person asks, a second one decides."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations.actions import unlocking
from evaluations.forms import AnswerForm, ReasonForm
from evaluations.models import Unlocking
from evaluations.quorum import is_whole
from evaluations.views.sheets import find


@login_required
def unlock_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a submitted sheet be opened again."""
    assignment = find(request, pk)
    if not rules.has_perm("evaluations.ask_to_unlock", request.user, assignment) or not assignment.is_submitted:
        raise PermissionDenied
    before = assignment.sheet.unlockings.last()
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            unlocking.ask_to_unlock(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. A second person of the funder decides."))
            if assignment.person_id == request.user.pk:
                return redirect("evaluations:sheet", pk=pk)
            return redirect("evaluations:panel", pk=assignment.project.call_id)
    return render(request, "evaluations/unlock_ask.html", {"assignment": assignment, "form": form, "before": before})


@login_required
def unlock_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Read who asks and why, and decide."""
    mine = list(request.user.roles)
    found = Unlocking.objects.filter(sheet__assignment__project__funder__in=mine)
    related = ("sheet__assignment__project__call", "sheet__assignment__person", "asked_by", "decided_by")
    asked = get_object_or_404(found.select_related(*related), pk=pk)
    permit("evaluations.see_sheets", request.user, asked.project)
    may_decide = rules.has_perm("evaluations.decide_on_unlocking", request.user, asked)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        if form.is_valid():
            grant = "grant" in request.POST
            try:
                unlocking.decide_on_unlocking(asked, by=request.user, grant=grant, answer=form.cleaned_data["answer"])
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("The sheet is open again.") if grant else _("The sheet stays locked."))
                return redirect(asked)
    assignment = asked.sheet.assignment
    slot = getattr(assignment.project, "pitch_slot", None)
    context = {
        "asked": asked,
        "assignment": assignment,
        "project": assignment.project,
        "form": form,
        "may_decide": may_decide,
        # what was given is nobody's business before the whole panel has handed in
        "shows_sheet": (bool(asked.before) or is_whole(assignment)) and not is_open_again(asked),
        "knows_names": assignment.project.call.is_blind and not assignment.is_blind,
        "revealed": slot if slot and slot.score is not None else None,
    }
    return render(request, "evaluations/unlock_decide.html", context)


def is_open_again(asked: Unlocking) -> bool:
    """Handed in again while the panel is not whole: what it says now waits like every other sheet."""
    return bool(asked.before) and asked.sheet.is_submitted and not is_whole(asked.sheet.assignment)
