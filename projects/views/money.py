"""Instalments, settlement."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import workflow
from core.forms import NoteForm, add_refusal
from core.workflow import Refused
from projects.actions import payments
from projects.forms import PaymentForm, ReceiptForm, SettlementForm
from projects.models import Project, Settlement, Tranche
from projects.views.project import find, permit

TRANCHE_FORMS = {"pay": PaymentForm, "receipt": ReceiptForm}


def take(tranche: Tranche, name: str, *, by, data: dict) -> None:
    """Call the verb of an instalment's step with what its form holds."""
    if name == "pay":
        payments.pay(tranche, by=by, bank_reference=data["bank_reference"])
    elif name == "receipt":
        payments.confirm_receipt(tranche, by=by, receipt_number=data["receipt_number"])
    else:
        verb = {
            "request": payments.request_payment,
            "approve": payments.approve_payment,
            "refuse": payments.refuse_payment,
        }[name]
        verb(tranche, by=by, note=data["note"])


@login_required
def tranche_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Request, approve, refuse, pay or receipt one instalment."""
    visible = Project.objects.visible_to(request.user)
    tranche = get_object_or_404(
        Tranche.objects.select_related("project__call__fund", "project__applicant", "project__host"),
        pk=pk,
        project__in=visible,
    )
    choice = next((c for c in workflow.choices(tranche, request.user) if c.name == name), None)
    if choice is None:
        known = {transition.name for transition in workflow.transitions(Tranche)}
        if name not in known:
            raise Http404
        if request.method == "POST" and request.POST.get("seen", tranche.state) != tranche.state:
            messages.error(
                request,
                _("This cannot be done any more: the state is now “%(state)s”.")
                % {"state": tranche.get_state_display()},
            )
            return redirect(tranche.project)
        raise PermissionDenied
    form_class = TRANCHE_FORMS.get(name, NoteForm)
    extra = {"needs_note": choice.note} if form_class is NoteForm else {}
    form = form_class(request.POST or None, state=tranche.state, **extra)
    if request.method == "POST" and form.is_valid():
        try:
            take(tranche, name, by=request.user, data=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": choice.label})
            return redirect(tranche.project)
    context = {"tranche": tranche, "project": tranche.project, "choice": choice, "form": form}
    return render(request, "projects/tranche_step.html", context)


@login_required
def settlement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The finance office settles the last account."""
    project = find(request, pk)
    permit("projects.settle", request.user, project)
    settlement = Settlement.objects.filter(project=project).first()
    initial = (
        {"recognised": settlement.recognised, "returned": settlement.returned, "remark": settlement.remark}
        if settlement
        else {}
    )
    form = SettlementForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            payments.settle(project, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The account is settled."))
            return redirect(project)
    last_report = project.reports.last()
    context = {"project": project, "form": form, "settlement": settlement, "report": last_report}
    return render(request, "projects/settlement_form.html", context)
