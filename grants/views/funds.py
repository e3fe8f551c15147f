"""Funds and their ledgers, for the funder's people."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from grants.actions import ledger
from grants.forms import (
    AllocationForm,
    AnswerForm,
    CorrectionForm,
    FundFilter,
    FundForm,
    FundReferralsForm,
    LedgerFilter,
)
from grants.models import Fund, LedgerCorrection, LedgerEntry
from grants.soundness import promised
from grants.statement import statement
from people.models import Kind, Organization, Role

PAGE = 20


@login_required
def fund_list(request: HttpRequest) -> HttpResponse:
    """The funds of my funders with their balances."""
    if not Organization.objects.filter(pk__in=list(request.user.roles), kind=Kind.FUNDER).exists():
        raise PermissionDenied
    mine = Fund.objects.visible_to(request.user).select_related("funder")
    form = FundFilter(request.GET, funds=mine)
    page = page_of(form.chosen(mine), PAGE, request.GET.get("page"))
    rows = list(zip(page, Fund.balances(page.object_list), strict=True))
    may_create = Organization.objects.funders_of(request.user, Role.FINANCE).exists()
    return render(
        request, "grants/fund_list.html", {"page_obj": page, "rows": rows, "form": form, "may_create": may_create}
    )


@login_required
def fund_create(request: HttpRequest) -> HttpResponse:
    if not Organization.objects.funders_of(request.user, Role.FINANCE).exists():
        raise PermissionDenied
    form = FundForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        fund = form.save()
        messages.success(request, _("The fund is opened."))
        return redirect(fund)
    return render(request, "grants/fund_form.html", {"form": form, "heading": _("New fund")})


@login_required
def fund_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A fund's balance, every entry of its ledger with what stood where after it, and the corrections."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user).select_related("funder"), pk=pk)
    form = LedgerFilter(request.GET)
    number = form.cleaned_data["project"] if form.is_valid() else ""
    entries = fund.entries.filter(reference=number) if number else fund.entries.all()
    related = entries.select_related("by", "corrects", "taken_back_by").order_by("-at", "-pk")
    page = page_of(related, PAGE, request.GET.get("page"))
    context = {
        "fund": fund,
        "balance": fund.balance(),
        "promised": promised(fund),
        "page_obj": page,
        "rows": list(reversed(list(statement(entries, list(page)[::-1])))),
        "filter": form,
        "number": number,
        "account": fund.entries.account(number) if number else None,
        "corrections": LedgerCorrection.objects.filter(entry__fund=fund).select_related(
            "entry", "asked_by", "decided_by"
        ),
        "may_allocate": rules.has_perm("grants.allocate", request.user, fund),
        "may_change": rules.has_perm("grants.change_fund", request.user, fund),
        "may_correct": rules.has_perm("grants.ask_correction", request.user, fund),
    }
    return render(request, "grants/fund_detail.html", context)


def fund_corrections(fund: Fund):
    found = LedgerCorrection.objects.filter(entry__fund=fund)
    return found.select_related("entry", "asked_by", "decided_by")


@login_required
def correction_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The finance office says that an amount was mistyped."""
    entries = LedgerEntry.objects.filter(fund__in=Fund.objects.visible_to(request.user))
    entry = get_object_or_404(entries.select_related("fund", "by", "taken_back_by"), pk=pk)
    permit("grants.ask_correction", request.user, entry.fund)
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ledger.ask_correction(entry, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. A second person of the finance office or an approver decides."))
            return redirect(entry.fund)
    return render(request, "grants/correction_form.html", {"entry": entry, "fund": entry.fund, "form": form})


@login_required
def correction_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be corrected and why; a second person decides."""
    found = LedgerCorrection.objects.filter(entry__fund__in=Fund.objects.visible_to(request.user))
    related = ("entry__fund", "entry__by", "asked_by", "decided_by")
    correction = get_object_or_404(found.select_related(*related), pk=pk)
    may_decide = correction.is_open and rules.has_perm("grants.decide_correction", request.user, correction)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        permit("grants.decide_correction", request.user, correction)
        if form.is_valid():
            answer, approved = form.cleaned_data["answer"], "approve" in request.POST
            try:
                ledger.decide_correction(correction, by=request.user, approved=approved, answer=answer)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Corrected.") if approved else _("Refused. The entry stays as it is."))
                return redirect(correction.entry.fund)
    context = {"correction": correction, "entry": correction.entry, "fund": correction.entry.fund, "form": form}
    return render(request, "grants/correction_detail.html", context | {"may_decide": may_decide})


@login_required
def fund_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the fund looks at proposals all year; its name and year stay."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user), pk=pk)
    permit("grants.change_fund", request.user, fund)
    form = FundReferralsForm(request.POST or None, instance=fund)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect(fund)
    heading = _("Proposals without a call")
    return render(request, "grants/fund_form.html", {"form": form, "fund": fund, "heading": heading})


@login_required
def fund_allocate(request: HttpRequest, pk: int) -> HttpResponse:
    """The finance office enters money that came into a fund."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user), pk=pk)
    permit("grants.allocate", request.user, fund)
    form = AllocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ledger.allocate(fund, form.cleaned_data["amount"], by=request.user, memo=form.cleaned_data["memo"])
        messages.success(request, _("The money is entered."))
        return redirect(fund)
    return render(request, "grants/fund_form.html", {"form": form, "fund": fund, "heading": _("Money into the fund")})
