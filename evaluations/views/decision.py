"""The page of a decision: the second person reads and approves it, the clerk announces it."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Event
from core.workflow import Refused
from evaluations.actions import decision as actions
from evaluations.actions.ranking import money_given
from evaluations.forms import SendBackForm
from evaluations.models import Decision
from evaluations.views.ranking import outlook
from grants.models import Call

VERBS = {
    "approve": (actions.approve, _("The decision is approved. It is not public before it is announced.")),
    "announce": (actions.announce, _("The decision is announced.")),
}


@login_required
def decision_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A decision as it was proposed; approve it, send it back with a reason, or announce it."""
    found = Decision.objects.select_related("call__funder", "proposed_by", "approved_by")
    decision = get_object_or_404(found.filter(call__in=Call.objects.visible_to(request.user)), pk=pk)
    if not rules.has_perm("evaluations.see_ranking", request.user, decision.call):
        raise PermissionDenied
    form = SendBackForm(request.POST if "send_back" in request.POST else None)
    if request.method == "POST":
        try:
            if "send_back" in request.POST and form.is_valid():
                actions.send_back(decision, by=request.user, note=form.cleaned_data["note"])
                messages.success(request, _("The decision is sent back; the clerk reads why."))
                return redirect(decision)
            for name, (verb, done) in VERBS.items():
                if name in request.POST:
                    verb(decision, by=request.user)
                    messages.success(request, done)
                    return redirect(decision)
        except Refused as refused:
            add_refusal(form, refused)
            decision.refresh_from_db()
    may_approve = rules.has_perm("evaluations.approve_decision", request.user, decision)
    context = {
        "decision": decision,
        "call": decision.call,
        "lines": decision.lines.select_related("project__applicant", "project__track"),
        "form": form,
        "left": decision.call.budget - money_given(decision.call),
        "may_approve": may_approve and decision.state == Decision.State.PROPOSED,
        "may_announce": rules.has_perm("evaluations.decide", request.user, decision)
        and decision.state == Decision.State.APPROVED,
        "outlook": outlook(decision.call),
        "events": Event.objects.about(decision),
    }
    return render(request, "evaluations/decision_detail.html", context)
