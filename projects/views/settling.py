"""The end of the money: the account, its audit, what comes back, the file, and where every project stands."""

from decimal import Decimal
from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from grants.models import BudgetCategory
from projects.accounting import audit_of, final_accounts, needs_audit, recognisable, recognised_so_far
from projects.actions import archiving, audits, settling
from projects.forms import (
    AuditDecisionForm,
    AuditForm,
    FileForm,
    LeftOvers,
    RefundForm,
    SettlementForm,
)
from projects.matching import share_as_it_is, share_as_promised
from projects.models import Audit, Project, Refund, Settlement, State
from projects.papers import PARTS, listed, missing_of
from projects.settling_steps import Standing, may_open, standings
from projects.spending import spent
from projects.views.project import find
from projects.views.trouble import press

SETTLED_IN = (State.SETTLING, State.TERMINATED)


@login_required
def settling_desk(request: HttpRequest) -> HttpResponse:
    """Where each project between its request for closure and its archive stands, and whom it waits for."""
    permit("projects.see_settling", request.user, None)
    rows = standings_of(request.user)
    context = {
        "rows": rows,
        "open_to_me": {row.project.pk for row in rows if may_open(row, request.user)},
        "late": sum(1 for row in rows if row.is_late),
        "to_pay": sum((row.to_pay or Decimal(0) for row in rows), Decimal("0.00")),
        "due": sum((max(row.due, Decimal(0)) for row in rows), Decimal("0.00")),
    }
    return render(request, "projects/settling_desk.html", context)


def standings_of(user: Any) -> list[Standing]:
    """Of the projects of my funders that I may see."""
    return standings(Project.objects.visible_to(user).filter(funder__in=list(user.roles)))


def _without_a_report(project: Project) -> Decimal:
    """What is taken as spent until a figure is typed: all that was paid; nothing of a project that was terminated, from
    which as much is claimed back as the proposal to terminate it says."""
    return spent(project) if project.state == State.TERMINATED else project.amount_paid


@login_required
def settlement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The finance office settles the last account."""
    project = find(request, pk)
    permit("projects.settle", request.user, project)
    settlement = Settlement.objects.filter(project=project).first()
    initial = (
        {
            "recognised": settlement.spent_as_agreed,
            "share_note": settlement.share_note,
            "remark": settlement.remark,
        }
        if settlement
        else {}
    )
    audit = audit_of(project)
    books = recognisable(project, audit)
    last_report = project.reports.last()
    has_rule = share_as_promised(project).has_rule
    form = SettlementForm(request.POST or None, initial=initial, books=books, has_rule=has_rule)
    if request.method == "POST" and form.is_valid():
        try:
            settling.settle(project, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The account is settled."))
            return redirect("projects:final_accounts", pk)
    known = [form.cleaned_data.get("recognised") if form.is_bound else None, initial.get("recognised"), books]
    known += [last_report.spent if last_report else _without_a_report(project)]
    figure = next(figure for figure in known if figure is not None)
    context = {
        "project": project,
        "form": form,
        "settlement": settlement,
        "report": last_report,
        "books": books,
        "payments": spent(project) if books is not None else None,
        "audit": audit,
        "needs_audit": needs_audit(project),
        "to_return": max(project.amount_paid - figure, Decimal("0.00")),
        "to_pay": max(figure - project.amount_paid, Decimal("0.00")) if project.state == State.SETTLING else None,
        "promised_share": share_as_promised(project),
        "share": share_as_it_is(project, figure),
    }
    return render(request, "projects/settlement_form.html", context)


@login_required
def final_accounts_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The final accounts: as they were kept with the settlement, before that as the records have them today."""
    project = find(request, pk)
    permit("projects.see_spending", request.user, project)
    if not project.is_funded:
        raise Http404
    settlement = Settlement.objects.filter(project=project).first()
    if settlement is not None:
        settlement.project = project
    kept = settlement.accounts if settlement else None
    may_settle = rules.has_perm("projects.settle", request.user, project) and project.state in SETTLED_IN
    refunds = list(project.refunds.select_related("recorded_by", "confirmed_by"))
    for refund in refunds:
        refund.project = project
        refund.may_confirm = refund.confirmed_at is None and rules.has_perm(
            "projects.confirm_refund", request.user, refund
        )
    context = {
        "project": project,
        "settlement": settlement,
        "accounts": kept or final_accounts(project),
        "is_kept": kept is not None,
        "is_known": kept is not None or recognised_so_far(project, audit_of(project)) is not None,
        "names": dict(BudgetCategory.choices) | {"in_kind": _("In kind")},
        "account": project.account,
        "audits": project.audits.all(),
        "needs_audit": needs_audit(project),
        "left_overs": settlement.left_overs.all() if settlement else [],
        "refunds": refunds,
        "return_notices": project.return_notices.all(),
        "may_settle": may_settle,
        "may_audit": rules.has_perm("projects.hand_in_audit", request.user, project)
        and not hasattr(project, "archive_file"),
    }
    return render(request, "projects/final_accounts.html", context)


@login_required
def left_overs_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Interest and things that are left, each in a line."""
    project = find(request, pk)
    permit("projects.settle", request.user, project)
    settlement = get_object_or_404(Settlement, project=project)
    fields = ("kind", "words", "amount", "whereto")
    rows = [{name: getattr(row, name) for name in fields} for row in settlement.left_overs.all()]
    forms = LeftOvers(request.POST) if request.method == "POST" else LeftOvers(initial=rows)
    if request.method == "POST" and forms.is_valid():
        try:
            settling.write_left_overs(project, by=request.user, rows=forms.rows())
        except Refused as refused:
            forms.add_problem(str(refused))
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:final_accounts", pk)
    return render(request, "projects/left_overs_form.html", {"project": project, "forms": forms})


@login_required
def refund_create(request: HttpRequest, pk: int) -> HttpResponse:
    """The finance office records what came back."""
    project = find(request, pk)
    permit("projects.settle", request.user, project)
    settlement = get_object_or_404(Settlement, project=project)
    settlement.project = project
    initial = {"amount": max(settlement.unspent_due, Decimal("0.00")), "interest": settlement.interest_due}
    form = RefundForm(request.POST or None, initial=initial)
    verb = partial(settling.record_refund, project, by=request.user)
    if press(request, form, verb, _("Recorded. A second person compares it with the bank statement.")):
        return redirect("projects:final_accounts", pk)
    lead = _("Still due: %(unspent)s yuan not spent, %(interest)s yuan of interest.")
    context = {"project": project, "form": form, "heading": _("Money came back"), "submit": _("Record what came back")}
    context["lead"] = lead % {"unspent": settlement.unspent_due, "interest": settlement.interest_due}
    return render(request, "projects/form.html", context)


@login_required
@require_POST
def refund_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person has seen it on the bank statement."""
    refund = get_object_or_404(Refund.objects.visible_to(request.user).select_related("project__call"), pk=pk)
    try:
        settling.confirm_refund(refund, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Confirmed: it is on the bank statement."))
    return redirect("projects:final_accounts", refund.project_id)


@login_required
def audit_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in the report of the accounting firm."""
    project = find(request, pk)
    permit("projects.hand_in_audit", request.user, project)
    form = AuditForm(request.POST or None, request.FILES or None, project=project)
    if request.method == "POST" and form.is_valid():
        try:
            made = audits.hand_in_audit(
                project,
                by=request.user,
                values=form.values(),
                adjustments=form.adjustments(),
                files=form.cleaned_data["files"],
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Handed in. The finance office confirms it."))
            return redirect(made)
    return render(request, "projects/audit_form.html", {"project": project, "form": form})


@login_required
def audit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """An audit with what it takes off; the finance office confirms it here, never who handed it in."""
    related = ("project__call__funder", "project__applicant", "project__host", "handed_in_by", "decided_by")
    audit = get_object_or_404(Audit.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("projects.see_spending", request.user, audit.project)
    form = AuditDecisionForm(request.POST or None)
    if request.method == "POST":
        permit("projects.confirm_audit", request.user, audit)
        verb = partial(audits.decide_audit, audit, by=request.user, accepted="accept" in request.POST)
        if press(request, form, verb, _("Saved.")):
            return redirect(audit)
    may_decide = audit.is_open and rules.has_perm("projects.confirm_audit", request.user, audit)
    context = {
        "audit": audit,
        "project": audit.project,
        "form": form if may_decide or form.is_bound else None,
        "adjustments": with_lines(audit),
        "files": Attachment.objects.of(audit),
    }
    return render(request, "projects/audit_detail.html", context)


def with_lines(audit: Audit) -> list[Any]:
    """What it takes off, each with the name of its line."""
    names = {line.key: line.item for line in final_accounts(audit.project).lines}
    found = list(audit.adjustments.all())
    for one in found:
        one.line = names.get(one.line_key, one.line_key)
    return found


@login_required
def archive_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file of a project: what is in it, what is missing, who confirmed it; unchanged or not."""
    project = find(request, pk)
    permit("projects.see_spending", request.user, project)
    if not project.is_funded:
        raise Http404
    made = getattr(project, "archive_file", None)
    changes = archiving.changed_since(made) if made else []
    papers, missing = (made.papers, made.missing) if made and not changes else (listed(project), missing_of(project))
    may_confirm = rules.has_perm("projects.confirm_file", request.user, project) and (made is None or bool(changes))
    form = FileForm(request.POST or None, is_whole=not missing)
    if request.method == "POST":
        permit("projects.confirm_file", request.user, project)
        if press(request, form, partial(archiving.confirm_file, project, by=request.user), _("The file is confirmed.")):
            return redirect("projects:archive_file", pk)
    can_be_confirmed = project.state in SETTLED_IN
    context = {
        "project": project,
        "file": made,
        "changes": changes,
        "missing": missing,
        "groups": [(part, [row for row in papers if row["part"] == part]) for part in PARTS],
        "number": len(papers),
        "form": form if (may_confirm and can_be_confirmed) or form.is_bound else None,
    }
    return render(request, "projects/archive_file.html", context)
