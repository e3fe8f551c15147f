"""Choosing under the money: up to three ways side by side."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import selecting
from evaluations.actions.ranking import money_given
from evaluations.forms import AlternativeForm, QuotaFormSet
from evaluations.models import Alternative, Vote
from evaluations.portfolio import group_names, inputs_of, ordered, summary
from evaluations.standings import standings
from evaluations.views.panels import find
from evaluations.views.ranking import open_conflicts


@login_required
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """The ways of choosing that were calculated, and a form for another one."""
    call = find(request, pk, "evaluations.see_ranking")
    may_act = rules.has_perm("evaluations.confirm", request.user, call)
    rows = standings(call)
    order = ordered(rows)
    names = group_names(order)
    votes = call.ballots.all().imported().count()
    held = list(call.votes.all())
    counted = any(vote.is_counted for vote in held)
    sent = request.POST if may_act and request.method == "POST" else None
    form = AlternativeForm(
        sent, votes=bool(votes), counted=counted, initial={"budget": call.budget - money_given(call)}
    )
    quotas = QuotaFormSet(sent, prefix="quotas", form_kwargs={"groups": names})
    if sent is not None and _calculated(
        request, form, quotas, lambda values: selecting.add_alternative(call, by=request.user, **values)
    ):
        return redirect("evaluations:selection", pk=pk)
    summaries = [summary(one, rows, names) for one in call.alternatives.all()]
    lines = [
        (row, [(one, row.project.pk in one.alternative.chosen, row.project.pk in one.passed_over) for one in summaries])
        for row in order
    ]
    context = {
        "call": call,
        "summaries": summaries,
        "lines": lines,
        "conflicts": open_conflicts(call),
        "waiting": sum(1 for row in rows if row.expected and not row.is_complete),
        "form": form,
        "quotas": quotas,
        "votes": votes,
        "held": held,
        "several_tracks": len({row.project.track_id for row in order}) > 1,
        "may_act": may_act,
        "may_add": may_act and bool(order) and len(summaries) < selecting.MOST,
        "most": selecting.MOST,
    }
    return render(request, "evaluations/selection.html", context)


def _calculated(
    request: HttpRequest, form: AlternativeForm, quotas: BaseFormSet, verb: Callable[[dict[str, Any]], Any]
) -> bool:
    """Whether what was sent is complete and could be calculated; if not, the form says why not."""
    if not all([form.is_valid(), quotas.is_valid()]):
        return False
    try:
        verb(form.cleaned_data | {"quotas": quotas.filled})
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, _("Calculated."))
    return True


@login_required
def alternative_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a way of choosing goes by, and calculate it again."""
    alternative = get_object_or_404(Alternative.objects.select_related("call"), pk=pk)
    call = find(request, alternative.call_id, "evaluations.confirm")
    names = group_names(ordered(standings(call)))
    sent = request.POST if request.method == "POST" else None
    form = AlternativeForm(
        sent,
        votes=call.ballots.all().imported().exists() or alternative.objective == Alternative.Objective.EQUAL_SHARES,
        counted=call.votes.filter(state=Vote.State.COUNTED).exists(),
        instance=alternative,
    )
    said = [one for one in alternative.quotas if one["group"] in names]
    quotas = QuotaFormSet(sent, prefix="quotas", initial=said, form_kwargs={"groups": names})
    if sent is not None:
        kept = Alternative.objects.get(pk=pk)  # the form has written into the other one already
        if _calculated(
            request, form, quotas, lambda values: selecting.change_alternative(kept, by=request.user, **values)
        ):
            return redirect("evaluations:selection", pk=call.pk)
    context = {"call": call, "name": Alternative.objects.get(pk=pk).name, "form": form, "quotas": quotas}
    return render(request, "evaluations/alternative_form.html", context)


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
    change, refusals = None, []
    try:
        change = selecting.change_for(alternative, project_pk)
    except Refused as refused:
        refusals = refused.reasons
    context = {
        "call": call,
        "alternative": alternative,
        "standing": rows[project_pk],
        "reason": alternative.reasons.get(project_pk, ""),
        "change": change,
        "refusals": refusals,
        "is_current": alternative.inputs == inputs_of(alternative, list(rows.values())),
        "leaving": [rows[one].project for one in rows if change and one in change.leaving],
        "leaving_with_extra": [rows[one].project for one in rows if change and one in change.leaving_with_extra],
        "joining": [rows[one].project for one in rows if change and one in change.joining],
    }
    return render(request, "evaluations/alternative_change.html", context)
