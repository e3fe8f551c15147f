"""Funds and their ledgers, for the funder's people."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from grants.actions import ledger
from grants.forms import AllocationForm, FundForm, FundReferralsForm
from grants.models import Fund
from grants.soundness import promised
from people.models import Kind, Organization, Role

PAGE = 20


@login_required
def fund_list(request: HttpRequest) -> HttpResponse:
    """The funds of my funders with their balances."""
    if not Organization.objects.filter(pk__in=list(request.user.roles), kind=Kind.FUNDER).exists():
        raise PermissionDenied
    funds = list(Fund.objects.visible_to(request.user).select_related("funder"))
    rows = list(zip(funds, Fund.balances(funds), strict=True))
    may_create = Organization.objects.funders_of(request.user, Role.FINANCE).exists()
    return render(request, "grants/fund_list.html", {"rows": rows, "may_create": may_create})


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
    """A fund's balance and every entry of its ledger."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user).select_related("funder"), pk=pk)
    page = Paginator(fund.entries.select_related("by").order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "fund": fund,
        "balance": fund.balance(),
        "promised": promised(fund),
        "page_obj": page,
        "may_allocate": rules.has_perm("grants.allocate", request.user, fund),
        "may_change": rules.has_perm("grants.change_fund", request.user, fund),
    }
    return render(request, "grants/fund_detail.html", context)


@login_required
def fund_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether the fund looks at proposals all year; its name and year stay."""
    fund = get_object_or_404(Fund.objects.visible_to(request.user), pk=pk)
    if not rules.has_perm("grants.change_fund", request.user, fund):
        raise PermissionDenied
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
    if not rules.has_perm("grants.allocate", request.user, fund):
        raise PermissionDenied
    form = AllocationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ledger.allocate(fund, form.cleaned_data["amount"], by=request.user, memo=form.cleaned_data["memo"])
        messages.success(request, _("The money is entered."))
        return redirect(fund)
    return render(request, "grants/fund_form.html", {"form": form, "fund": fund, "heading": _("Money into the fund")})
