"""Changes of an announced list: the clerk lets the next one move up or asks for something else, an approver decides."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations.actions import list_change as actions
from evaluations.actions.ranking import money_given
from evaluations.actions.waitlist import next_in_line
from evaluations.forms import AnswerForm, PromoteForm, StrikeForm
from evaluations.models import ListChange
from evaluations.standings import standings
from projects.models import Project

Kind = ListChange.Kind


def find(request: HttpRequest, pk: int, kind: str) -> Project:
    """A project I may see (404), that stands where it can be changed so, and is mine to change (403)."""
    related = ("call__fund", "call__funder", "track", "applicant")
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("evaluations.confirm", request.user, project.call)
    if project.state not in actions.LISTED[Kind(kind)]:
        raise PermissionDenied
    return project


@login_required
def promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Move a project up from the waitlist: at once when it is the next in order, else an approver is asked."""
    project = find(request, pk, Kind.MOVE_UP)
    waiting = next_in_line(project.call, project.track_id)
    in_order = waiting is not None and waiting.pk == project.pk
    form = PromoteForm(request.POST or None, initial={"amount": project.amount_payable})
    if request.method == "POST" and form.is_valid():
        amount, reason = form.cleaned_data["amount"], form.cleaned_data["reason"]
        try:
            actions.refuse_amount(project, project.call, amount)
            if actions.is_next(project, amount):
                actions.promote(project, by=request.user, amount=amount)
                messages.success(request, _("“%(title)s” has moved up.") % {"title": project.title})
            elif not reason:
                form.add_error("reason", _("Out of order, or with a lower amount: please give the reason."))
            else:
                actions.ask(project, by=request.user, kind=Kind.MOVE_UP, reason=reason, amount=amount)
                messages.success(request, _("Asked. Nothing moves before an approver agrees."))
        except Refused as refused:
            add_refusal(form, refused)
        if not form.errors:
            return redirect("evaluations:ranking", pk=project.call_id)
    context = {
        "project": project,
        "call": project.call,
        "form": form,
        "next": waiting,
        "in_order": in_order,
        "left": project.call.budget - money_given(project.call),
    }
    return render(request, "evaluations/promote_form.html", context)


@login_required
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to strike a waitlisted or shortlisted project from the list, with a reason that its group reads."""
    project = find(request, pk, Kind.STRIKE)
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ask(project, by=request.user, kind=Kind.STRIKE, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. Nothing moves before an approver agrees."))
            return redirect("evaluations:ranking", pk=project.call_id)
    context = {
        "project": project,
        "form": form,
        "heading": _("Strike from the list"),
        "submit": _("Ask the approver"),
    }
    return render(request, "projects/form.html", context)


@login_required
def list_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Read what is asked for and why, and decide."""
    found = ListChange.objects.filter(project__in=Project.objects.visible_to(request.user))
    related = ("project__call__funder", "project__track", "project__applicant", "asked_by", "decided_by")
    change = get_object_or_404(found.select_related(*related), pk=pk)
    call = change.project.call
    permit("evaluations.see_ranking", request.user, call)
    may_decide = change.granted is None and rules.has_perm("evaluations.decide_list_change", request.user, change)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        permit("evaluations.decide_list_change", request.user, change)
        if form.is_valid():
            try:
                actions.decide(
                    change, by=request.user, grant="grant" in request.POST, answer=form.cleaned_data["answer"]
                )
            except Refused as refused:
                add_refusal(form, refused)
                change.refresh_from_db()
            else:
                messages.success(request, _("Decided."))
                return redirect(change)
    track = [row for row in standings(call) if row.project.track_id == change.project.track_id]
    context = {
        "change": change,
        "project": change.project,
        "call": call,
        "form": form,
        "may_decide": may_decide,
        "rows": track,
        "left": call.budget - money_given(call),
    }
    return render(request, "evaluations/list_change.html", context)
