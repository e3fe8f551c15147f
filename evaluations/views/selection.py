"""Choosing under the money: up to three ways side by side."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import selecting
from evaluations.actions.ranking import money_given
from evaluations.forms import AlternativeForm, QuotaFormSet
from evaluations.models import Alternative
from evaluations.portfolio import group_names, inputs_of, ordered, summary
from evaluations.standings import standings
from evaluations.views.panels import find


@login_required
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """The ways of choosing that were calculated, and a form for another one."""
    call = find(request, pk, "evaluations.see_ranking")
    may_act = rules.has_perm("evaluations.confirm", request.user, call)
    rows = standings(call)
    order = ordered(rows)
    sent = request.POST if may_act and request.method == "POST" else None
    form = AlternativeForm(sent, initial={"budget": call.budget - money_given(call)})
    quotas = QuotaFormSet(sent, prefix="quotas", form_kwargs={"groups": group_names(order)})
    if sent is not None and all([form.is_valid(), quotas.is_valid()]):
        try:
            selecting.add_alternative(call, by=request.user, quotas=quotas.filled, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Calculated."))
            return redirect("evaluations:selection", pk=pk)
    inputs = inputs_of(rows)
    summaries = [summary(one, rows, inputs) for one in call.alternatives.all()]
    lines = [
        (row, [(one, row.project.pk in one.alternative.chosen, row.project.pk in one.passed_over) for one in summaries])
        for row in order
    ]
    context = {
        "call": call,
        "summaries": summaries,
        "lines": lines,
        "waiting": sum(1 for row in rows if row.expected and not row.is_complete),
        "form": form,
        "quotas": quotas,
        "may_act": may_act,
        "may_add": may_act and bool(order) and len(summaries) < selecting.MOST,
    }
    return render(request, "evaluations/selection.html", context)


@login_required
@require_POST
def alternative_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a way over into the decision, calculate it again, or remove it."""
    alternative = get_object_or_404(Alternative.objects.select_related("call"), pk=pk)
    call = find(request, alternative.call_id, "evaluations.confirm")
    try:
        if "take_over" in request.POST:
            selecting.take_over(alternative, by=request.user)
            messages.success(request, _("Taken over into the draft of the decision. Look through it, then propose it."))
            return redirect("evaluations:ranking", pk=call.pk)
        if "recalculate" in request.POST:
            selecting.recalculate(alternative, by=request.user)
        elif "remove" in request.POST:
            selecting.remove_alternative(alternative, by=request.user)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect("evaluations:selection", pk=call.pk)


@login_required
def alternative_change(request: HttpRequest, pk: int, project_pk: int) -> HttpResponse:
    """What would have to change for one project under one way of choosing."""
    alternative = get_object_or_404(Alternative.objects.select_related("call"), pk=pk)
    call = find(request, alternative.call_id, "evaluations.see_ranking")
    rows = {row.project.pk: row for row in ordered(standings(call))}
    if project_pk not in rows:
        raise Http404
    change = selecting.change_for(alternative, project_pk)
    context = {
        "call": call,
        "alternative": alternative,
        "standing": rows[project_pk],
        "reason": alternative.reasons.get(project_pk, ""),
        "change": change,
        "leaving": [rows[one].project for one in rows if one in change.leaving],
        "joining": [rows[one].project for one in rows if one in change.joining],
    }
    return render(request, "evaluations/alternative_change.html", context)
