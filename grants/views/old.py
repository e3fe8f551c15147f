"""Calls, for everybody; funds and the set-up of calls, for the funder's people."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.workdays import uncertain_years
from core.workflow import Refused
from grants.actions import calls, ledger
from grants.forms import AllocationForm, CallForm, FundForm, TrackFormSet
from grants.models import Call, Criterion, Fund
from people.models import Kind, Organization, Role

PAGE = 20
FIELDS_OF_CALL = ("fund", "review_rubric", "midterm_rubric", "final_rubric", "tranche_plan", "funder")


def call_list(request: HttpRequest) -> HttpResponse:
    """Open calls first, then upcoming and closed ones; drafts for the funder's people only."""
    found = Call.objects.visible_to(request.user).select_related("funder").prefetch_related("tracks", "service_fields")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    is_clerk = Organization.objects.funders_of(request.user, Role.STAFF).exists()
    return render(request, "grants/call_list.html", {"page_obj": page, "is_clerk": is_clerk})


def call_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything an applicant needs to know, and for the funder what is still missing."""
    criteria = Prefetch("review_rubric__criteria", Criterion.objects.prefetch_related("levels"))
    found = Call.objects.visible_to(request.user).select_related(*FIELDS_OF_CALL).prefetch_related(criteria)
    call = get_object_or_404(found, pk=pk)
    context = {
        "call": call,
        "tracks": call.tracks.all(),
        "rules": call.tranche_plan.rules.all(),
        "in_funder": request.user.is_authenticated and request.user.has_role(call.funder_id),
        "contradictions": [] if call.is_published else calls.contradictions(call),
        "uncertain": uncertain_years(call.starts_on, call.ends_on),
    }
    return render(request, "grants/call_detail.html", context)


@login_required
def call_create(request: HttpRequest) -> HttpResponse:
    """A clerk of a funder sets up a call."""
    if not Organization.objects.funders_of(request.user, Role.STAFF).exists():
        raise PermissionDenied
    return edit(request, Call())


@login_required
def call_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a call that is not published yet."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    if not rules.has_perm("grants.change_call", request.user, call):
        raise PermissionDenied
    return edit(request, call)


def edit(request: HttpRequest, call: Call) -> HttpResponse:
    """The form of a call with its tracks; both are stored, or neither."""
    form = CallForm(request.POST or None, instance=call, user=request.user)
    formset = TrackFormSet(request.POST or None, instance=call, prefix="tracks")
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        with transaction.atomic():
            if call.pk and Call.objects.select_for_update(of=("self",)).get(pk=call.pk).is_published:
                raise PermissionDenied  # published while this form was open
            saved = form.save()
            formset.instance = saved
            formset.save()
        messages.success(request, _("The call is saved. It is not public before it is published."))
        return redirect(saved)
    return render(request, "grants/call_form.html", {"call": call, "form": form, "formset": formset})


@login_required
@require_POST
def call_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The approver publishes a call that contradicts itself nowhere."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    try:
        calls.publish(call, by=request.user)
        messages.success(request, _("The call is published."))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect(call)


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
        "page_obj": page,
        "may_allocate": rules.has_perm("grants.allocate", request.user, fund),
    }
    return render(request, "grants/fund_detail.html", context)


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
