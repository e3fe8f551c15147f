"""Behind the places: do the experts agree, how did one project's place come about, and what does its group learn?"""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused
from evaluations import examples
from evaluations.actions import feedback as actions
from evaluations.cards import cards
from evaluations.consistency import FEWEST, consistency
from evaluations.forms import FeedbackForm
from evaluations.models import Alternative, Draw, Feedback
from evaluations.standings import standings
from evaluations.views.panels import find
from evaluations.views.ranking import open_conflicts
from projects.models import Project


def explained(request: HttpRequest) -> HttpResponse:
    """How the judging is calculated, in plain words, for everybody; the examples are calculated by what decides."""
    labels = dict(Alternative.Objective.choices)
    context = {
        "examples": examples,
        "objectives": labels,
        "choices": [(labels[one.objective], one) for one in examples.choices()],
    }
    return render(request, "evaluations/explained.html", context)


@login_required
def consistency_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the experts of a call agree: a decision aid for the funder."""
    call = find(request, pk, "evaluations.see_ranking")
    rows = standings(call)
    waiting = [row for row in rows if row.expected and not row.is_complete]
    context = {"call": call, "tracks": consistency(rows), "waiting": len(waiting), "fewest": FEWEST}
    return render(request, "evaluations/consistency.html", context)


def find_project(request: HttpRequest, pk: int, permission: str) -> Project:
    """A project I may see (404) and may do this with (403)."""
    related = ("call__funder", "track", "applicant", "host")
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related(*related), pk=pk)
    if not rules.has_perm(permission, request.user, project):
        raise PermissionDenied
    return project


@login_required
def result_card(request: HttpRequest, pk: int) -> HttpResponse:
    """How the place of one project came about."""
    project = find_project(request, pk, "evaluations.see_card")
    card = cards(standings(project.call)).get(project.pk)
    if card is None:
        raise Http404
    call = project.call
    context = {
        "project": project,
        "call": call,
        "card": card,
        "ties": call.tie_breaks.select_related("criterion"),
        "conflicts": open_conflicts(call),
        "lot": call.draws.filter(kind=Draw.Kind.TIE).first(),
        "reduction": project.reductions.in_force().select_related("asked_by", "decided_by").last(),
    }
    return render(request, "evaluations/result_card.html", context)


@login_required
def feedback_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The feedback of every judged project of a call: what is written and what has been sent."""
    call = find(request, pk, "evaluations.see_ranking")
    may_act = rules.has_perm("evaluations.confirm", request.user, call)
    if request.method == "POST" and not may_act:
        raise PermissionDenied
    rows = [row for row in standings(call) if row.is_complete and row.sum]
    stored = {one.project_id: one for one in Feedback.objects.filter(project__call=call)}
    if "take_over" in request.POST:
        taken = actions.take_over_drafts([row.project for row in rows], by=request.user)
        messages.success(request, _("The experts' words are taken over for %(n)s projects.") % {"n": len(taken)})
        return redirect("evaluations:feedback_list", pk=pk)
    if request.method == "POST":
        sent, refusals = 0, []
        for row in rows:
            found = stored.get(row.project.pk)
            if found and not found.is_sent:
                try:
                    actions.send_feedback(row.project, by=request.user)
                    sent += 1
                except Refused as refused:
                    refusals += refused.reasons
        for reason in dict.fromkeys(refusals):
            messages.error(request, reason)
        if sent:
            messages.success(request, _("Sent to %(n)s groups.") % {"n": sent})
        return redirect("evaluations:feedback_list", pk=pk)
    ready = sum(1 for found in stored.values() if not found.is_sent)
    context = {
        "call": call,
        "rows": [(row, stored.get(row.project.pk)) for row in rows],
        "ready": ready,
        "missing": sum(1 for row in rows if row.project.pk not in stored),
        "may_act": may_act,
    }
    return render(request, "evaluations/feedback_list.html", context)


@login_required
def feedback_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Word what the group will read, beginning with what the experts wrote."""
    project = find_project(request, pk, "evaluations.write_feedback")
    feedback = actions.drafted(project)
    if feedback.is_sent:
        return redirect("evaluations:feedback_detail", pk=pk)
    form, asks = FeedbackForm(request.POST or None, instance=feedback), False
    if request.method == "POST" and "restore" in request.POST:
        form = FeedbackForm(instance=actions.from_experts(project))
    elif request.method == "POST" and form.is_valid():
        try:
            saved = actions.save_feedback(project, by=request.user, **form.cleaned_data)
            if "send" in request.POST:
                actions.refuse_names(saved)  # before it asks whether that is to be sent
            asks = "send" in request.POST and request.POST["send"] != "sure"
            if "send" in request.POST and not asks:
                actions.send_feedback(project, by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            if not asks:
                messages.success(request, _("Sent.") if "send" in request.POST else _("Saved."))
                return redirect("evaluations:feedback_list", pk=project.call_id)
    context = {"project": project, "call": project.call, "form": form, "asks": asks}
    return render(request, "evaluations/feedback_form.html", context)


@login_required
def feedback_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the experts found, as the group reads it: the means of the criteria, no names, no single sheet."""
    project = find_project(request, pk, "evaluations.read_feedback")
    feedback = get_object_or_404(Feedback, project=project)
    result = project.results.filter(purpose="review").first()
    card = cards(standings(project.call)).get(project.pk)
    context = {"project": project, "feedback": feedback, "result": result, "card": card}
    return render(request, "evaluations/feedback_detail.html", context)
