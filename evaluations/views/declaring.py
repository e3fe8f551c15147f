"""What a judge says before reading, and what becomes of a tie that is found later."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations.actions import conflict as conflict_actions
from evaluations.actions import declaring
from evaluations.forms import ConflictForm, DeclarationForm
from evaluations.models import Assignment, Conflict, Purpose
from grants.models import Call
from projects.models import State

TO_BE_JUDGED = (State.SUBMITTED, State.RETURNED, State.ELIGIBLE, State.IN_REVIEW)


@login_required
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """One form for everything of a call that waits: which of these organisations am I tied to?

    Organisations in the order of their names, so that it tells nothing about which project is whose.
    """
    call = get_object_or_404(Call.objects.published(), pk=pk)
    asked = Assignment.objects.filter(person=request.user, project__call=call)
    waiting = list(asked.undeclared().select_related("project__applicant", "project__host"))
    if not waiting:
        if not asked.exists():
            raise PermissionDenied
        return redirect("evaluations:desk")
    shown = request.POST.get("shown", "").split(",")
    answered = [one for one in waiting if str(one.pk) in shown] if request.method == "POST" else waiting
    if not answered:
        return redirect("evaluations:declare", pk=pk)
    # Whose names stand here tells nothing about whose proposals these are: where they are judged blind, all are asked.
    projects = list(call.projects.filter(state__in=TO_BE_JUDGED)) if call.is_blind else [w.project for w in answered]
    evaluates = all(one.purpose != Purpose.REVIEW for one in answered)
    form = DeclarationForm(request.POST or None, assignments=answered, projects=projects, evaluates=evaluates)
    if request.method == "POST" and form.is_valid():
        try:
            made = declaring.declare(
                call, by=request.user, asked=form.asked, ties=form.ties, promised=form.cleaned_data["promised"]
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            if any(one.tie for one in made):
                messages.info(
                    request,
                    _("Thank you for saying so. You do not evaluate those to which you are tied.")
                    if evaluates
                    else _("Thank you for saying so. You do not judge those to which you are tied."),
                )
            else:
                messages.success(
                    request,
                    _("Thank you. You can see the projects and evaluate them now.")
                    if evaluates
                    else _("Thank you. You can read the proposals now."),
                )
            if len(answered) < len(waiting):
                messages.info(
                    request, _("You have been asked for another proposal meanwhile: please answer for it, too.")
                )
                return redirect("evaluations:declare", pk=pk)
            return redirect("evaluations:desk")
    context = {"call": call, "form": form, "waiting": answered, "evaluates": evaluates}
    return render(request, "evaluations/declare.html", context)


@login_required
def conflict_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A tie that was found after the assignment: the clerk stands the judge down, or writes why it is none."""
    related = ("assignment__project__call", "assignment__person", "assignment__sheet", "decided_by")
    conflict = get_object_or_404(
        Conflict.objects.filter(assignment__project__funder__in=list(request.user.roles)).select_related(*related),
        pk=pk,
    )
    permit("evaluations.see_ranking", request.user, conflict.call)
    may_decide = rules.has_perm("evaluations.decide_conflict", request.user, conflict)
    form = ConflictForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        if form.is_valid():
            try:
                _decide(request, conflict, form.cleaned_data["reason"])
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Decided."))
                return redirect(conflict)
    context = {
        "conflict": conflict,
        "assignment": conflict.assignment,
        "project": conflict.assignment.project,
        "form": form,
        "may_decide": may_decide and conflict.is_open,
        "is_after_result": conflict.is_after_result,
    }
    return render(request, "evaluations/conflict_detail.html", context)


def _decide(request: HttpRequest, conflict: Conflict, reason: str) -> None:
    """Who judges, or what becomes of the result: by the button that was pressed."""
    if {"stands", "again"} & set(request.POST):
        conflict_actions.answer(conflict, by=request.user, judge_again="again" in request.POST, reason=reason)
    else:
        conflict_actions.decide(conflict, by=request.user, stands_down="stand_down" in request.POST, reason=reason)
