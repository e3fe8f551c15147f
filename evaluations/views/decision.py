"""The page of a decision: the second person reads and approves it, the clerk announces it."""

from collections.abc import Callable
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import add_refusal
from core.models import Event
from core.workflow import Refused, permit
from evaluations.actions import decision as actions
from evaluations.actions.ranking import money_given
from evaluations.forms import SendBackForm
from evaluations.models import Assignment, Decision, Purpose
from evaluations.views.ranking import outlook
from grants.models import Call
from projects.models import Notice

VERBS = {
    "approve": (actions.approve, gettext_lazy("The decision is approved. It is not public before it is announced.")),
    "announce": (actions.announce, gettext_lazy("The decision is announced.")),
}


@login_required
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision as it was proposed; approve it, send it back with a reason, or announce it."""
    found = Decision.objects.select_related("call__funder", "proposed_by", "approved_by")
    decision = get_object_or_404(found.filter(call__in=Call.objects.visible_to(request.user)), pk=pk)
    permit("evaluations.see_ranking", request.user, decision.call)
    form = SendBackForm(request.POST if {"send_back", "take_back"} & set(request.POST) else None)
    if request.method == "POST":
        for name, (verb, done) in VERBS.items():
            if name in request.POST:
                return act(request, decision, verb, str(done))
        if form.is_bound and form.is_valid():
            takes_back = "take_back" in request.POST
            back = actions.take_back if takes_back else actions.send_back
            try:
                back(decision, by=request.user, note=form.cleaned_data["note"])
            except Refused as refused:
                add_refusal(form, refused)
                decision.refresh_from_db()
            else:
                done = (
                    _("The approval is taken back; the clerk reads why.")
                    if takes_back
                    else _("The decision is sent back; the clerk reads why.")
                )
                messages.success(request, done)
                return redirect(decision)
    may_approve = rules.has_perm("evaluations.approve_decision", request.user, decision)
    may_announce = rules.has_perm("evaluations.decide", request.user, decision) and (
        decision.state == Decision.State.APPROVED
    )
    context = {
        "decision": decision,
        "call": decision.call,
        "lines": decision.lines.select_related("project__applicant", "project__track", "project__pitch_slot"),
        "passed_over": actions.passed_over(decision),
        **background(decision),
        "form": form,
        "left": decision.call.budget - money_given(decision.call),
        "may_approve": may_approve and decision.state == Decision.State.PROPOSED,
        "may_take_back": may_approve and decision.state == Decision.State.APPROVED,
        "may_announce": may_announce and decision.is_due,
        "waits_for_its_day": may_announce and not decision.is_due,
        "outlook": outlook(decision.call),
        "notices": Notice.objects.filter(entries__project__in=decision.lines.values("project")).distinct(),
        "events": Event.objects.about(decision),
    }
    return render(request, "evaluations/decision_detail.html", context)


def background(decision: Decision) -> dict[str, Any]:
    """What the approver should know besides the list: which calculated way of choosing it follows, and how many
    scores far from the others wait for their judge's sentence. Only before it is approved."""
    if decision.state != Decision.State.PROPOSED:
        return {}
    chosen = set(decision.lines.filter(outcome="shortlist").values_list("project", flat=True))
    unexplained = Assignment.objects.active().filter(
        project__call=decision.call, purpose=Purpose.REVIEW, sheet__deviates_since__isnull=False
    )
    return {
        "followed": [one for one in decision.call.alternatives.all() if set(one.chosen) == chosen],
        "compared": decision.call.alternatives.exists(),
        "unexplained": unexplained.filter(sheet__deviation_note="").count(),
    }


def act(request: HttpRequest, decision: Decision, verb: Callable[..., Any], done: str) -> HttpResponse:
    """Approve or announce: a button without a form, so that what stands in the way is said on the page as it is now."""
    try:
        verb(decision, by=request.user, read=request.POST.get("read", ""))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    else:
        messages.success(request, done)
    return redirect(decision)
