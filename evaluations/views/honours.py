"""Honours: the list for everybody, one honour, and the clerk's proposal."""

from functools import partial

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import NoteForm, add_refusal
from core.paging import page_of
from core.workflow import Refused
from evaluations.actions import honours as actions
from evaluations.forms import HonourForm, WithdrawHonourForm
from evaluations.models import Honour
from evaluations.views.oversight import for_clerks
from projects.views.trouble import press

PAGE = 20


@require_safe
def honour_list(request: HttpRequest) -> HttpResponse:
    """Who was honoured, and who is in notice: for everybody."""
    found = Honour.objects.exclude(state=Honour.State.DECLINED).select_related("organization", "funder")
    page = page_of(found, PAGE, request.GET.get("page"))
    return render(request, "evaluations/honour_list.html", {"page_obj": page})


@login_required
def honour_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose an organisation for an honour."""
    organization, funders = for_clerks(request, pk)
    form = HonourForm(request.POST or None, funders=funders)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose(organization, form.funder, by=request.user, **form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The notice has begun."))
            return redirect(made)
    words = {"heading": _("Propose for an honour"), "submit": _("Begin the notice")}
    lead = _("It is put to notice today; when the notice is over, an approver decides.")
    context = {"organization": organization, "form": form, "lead": lead, **words}
    return render(request, "evaluations/oversight_form.html", context)


def _declined(request: HttpRequest, honour: Honour, form: NoteForm) -> bool:
    if not form.is_valid():
        return False
    try:
        actions.decline(honour, by=request.user, note=form.cleaned_data["note"])
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, _("Not granted."))
    return True


def honour_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One honour for everybody; an approver grants, declines or withdraws it here."""
    found = Honour.objects.visible_to(request.user).select_related("organization", "funder", "proposed_by")
    honour = get_object_or_404(found, pk=pk)
    in_notice = honour.state == Honour.State.NOTICE
    may_decide = in_notice and rules.has_perm("evaluations.decide_honour", request.user, honour)
    may_withdraw = honour.is_granted and rules.has_perm("evaluations.withdraw_honour", request.user, honour)
    decline = NoteForm(None, state=honour.state, needs_note=True)
    withdraw = WithdrawHonourForm(None)
    if request.method == "POST":
        if not may_decide and not may_withdraw:
            raise PermissionDenied
        if may_withdraw:
            withdraw = WithdrawHonourForm(request.POST)
            if press(request, withdraw, partial(actions.withdraw, honour, by=request.user), _("Withdrawn.")):
                return redirect(honour)
        elif "grant" in request.POST:
            try:
                actions.grant(honour, by=request.user)
                messages.success(request, _("Granted: the certificate can be printed."))
            except Refused as refused:
                for reason in refused.reasons:
                    messages.error(request, reason)
            return redirect(honour)
        else:
            decline = NoteForm(request.POST, state=honour.state, needs_note=True)
            if _declined(request, honour, decline):
                return redirect(honour)
    context = {
        "honour": honour,
        "organization": honour.organization,
        "decline": decline if may_decide else None,
        "withdraw": withdraw if may_withdraw else None,
    }
    return render(request, "evaluations/honour_detail.html", context)
