"""Instalments, matching funds, settlement."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import workflow
from core.forms import NoteForm, add_refusal
from core.models import Attachment
from core.views import not_offered
from core.workflow import Refused, permit
from grants.models import LedgerEntry
from grants.statement import statement
from projects.actions import matching, payments
from projects.actions.gifts import gifts_alike
from projects.disclosing import account_shown
from projects.forms import (
    MatchingAnswerForm,
    MatchingProofForm,
    PaymentForm,
    ReceiptForm,
)
from projects.gates import facts_of, gates_of
from projects.matching import promised, proven, share_as_it_is, share_as_promised
from projects.models import MatchingProof, Project, Settlement, Tranche
from projects.spending import spent
from projects.views.project import find

TRANCHE_FORMS = {"pay": PaymentForm, "receipt": ReceiptForm}


def take(tranche: Tranche, name: str, *, by, data: dict) -> None:
    """Call the verb of an instalment's step with what its form holds."""
    if name == "pay":
        payments.pay(tranche, by=by, bank_reference=data["bank_reference"], paid_on=data["paid_on"])
    elif name == "receipt":
        payments.confirm_receipt(tranche, by=by, receipt_number=data["receipt_number"])
    else:
        verb = {
            "request": payments.request_payment,
            "approve": payments.approve_payment,
            "refuse": payments.refuse_payment,
            "reverse": payments.reverse_payment,
        }[name]
        verb(tranche, by=by, note=data["note"])


@login_required
def tranche_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Request, approve, refuse, pay, receipt or reverse one instalment; with what its gates are and were."""
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
        return not_offered(request, tranche, name, seen=tranche.state, to=tranche.project)
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
    account_shown(tranche.project, by=request.user)
    context = {"tranche": tranche, "project": tranche.project, "choice": choice, "form": form}
    if name in ("request", "approve"):
        context["checks"] = gates_of(tranche)
    return render(request, "projects/tranche_step.html", context)


@login_required
def project_money(request: HttpRequest, pk: int) -> HttpResponse:
    """The money of one project: each instalment with its gates and what happened to it, matching funds, the ledger."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    if not project.is_funded:
        raise Http404
    facts = facts_of([project])[project.pk]
    tranches = list(project.tranches.prefetch_related("reversals__reversed_by", "bank_lines__bank_list"))
    asked = False
    for tranche in tranches:
        tranche.project = project
        tranche.choices = workflow.choices(tranche, request.user)
        tranche.checks = gates_of(tranche, facts) if tranche.state in ("planned", "reversed") else []
        tranche.can_be_asked = bool(tranche.checks) and all(check.is_open for check in tranche.checks) and not asked
        asked = asked or tranche.state in Tranche.OWED
    settlement = Settlement.objects.filter(project=project).first()
    entries = LedgerEntry.objects.filter(reference=project.number) if project.number else LedgerEntry.objects.none()
    settlement = Settlement.objects.filter(project=project).first()
    context = {
        "project": project,
        "tranches": tranches,
        "account": project.account,
        "spent": settlement.recognised if settlement else spent(facts.project),
        "promised": promised(facts.project),
        "proven": proven(facts.project),
        "pledges": facts.project.pledges.all(),
        "promised_share": share_as_promised(facts.project),
        "share": share_as_it_is(facts.project, settlement.spent_as_agreed if settlement else spent(facts.project)),
        "proofs": _with_files(project.matching_proofs.select_related("decided_by")),
        "settlement": settlement,
        "rows": list(statement(entries)),
    }
    return render(request, "projects/project_money.html", context)


def _with_files(proofs: Iterable[MatchingProof]) -> list[MatchingProof]:
    found = list(proofs)
    kind = ContentType.objects.get_for_model(MatchingProof)
    files = Attachment.objects.filter(content_type=kind, object_id__in=[proof.pk for proof in found])
    for proof in found:
        proof.files = [file for file in files if file.object_id == proof.pk]
    return found


@login_required
def matching_create(request: HttpRequest, pk: int) -> HttpResponse:
    """The group hands in a proof that matching funds have come in."""
    project = find(request, pk)
    permit("projects.prove_matching", request.user, project)
    form = MatchingProofForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            matching.prove_matching(project, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Handed in. The clerk looks at it."))
            return redirect("projects:project_money", pk=pk)
    heading = _("Proof of matching funds")
    context = {"project": project, "form": form, "heading": heading, "submit": _("Hand in")}
    return render(request, "projects/form.html", context)


@login_required
def matching_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk looks at a proof and confirms it, or says what is wrong."""
    proof = get_object_or_404(MatchingProof.objects.visible_to(request.user).select_related("project__call"), pk=pk)
    permit("projects.confirm_matching", request.user, proof)
    alike = gifts_alike(proof) if proof.is_open else []
    form = MatchingAnswerForm(request.POST or None, proof=proof, alike=alike)
    if request.method == "POST" and form.is_valid():
        try:
            accepted = "accept" in request.POST
            matching.decide_matching(proof, by=request.user, accepted=accepted, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:project_money", pk=proof.project_id)
    [proof] = _with_files([proof])
    context = {"proof": proof, "project": proof.project, "form": form, "alike": alike}
    return render(request, "projects/matching_decide.html", context)
