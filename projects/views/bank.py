"""Lists of payments for the bank, and what the bank sends back."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.forms import add_refusal
from core.models import Event
from core.paging import page_of
from core.workflow import Refused, disclosed, permit
from people.models import Organization, Role
from projects.actions import bank
from projects.bank_returns import lines_of
from projects.forms import BankListForm, BankReturnForm, WithdrawForm
from projects.models import BankList, BankReturn, Tranche

PAGE = 20
EFFECTS = [
    ("pay", gettext_lazy("is recorded as paid")),
    ("fail", gettext_lazy("was not paid: stays approved, with the reason")),
    ("reverse", gettext_lazy("was paid and came back: the payment is reversed")),
    ("known", gettext_lazy("is known already")),
]
"""What a row of the bank's table does."""


@login_required
def bank_list_list(request: HttpRequest) -> HttpResponse:
    """Every list of my funders, newest first, and how many instalments wait for one."""
    permit("projects.see_bank_lists", request.user)
    found = BankList.objects.visible_to(request.user).with_lines()
    context = {
        "page_obj": page_of(found, PAGE, request.GET.get("page")),
        "waiting": payable(request).count(),
        "may_make": rules.has_perm("projects.make_bank_list", request.user),
    }
    return render(request, "projects/bank_list_list.html", context)


def payable(request: HttpRequest):
    """The approved instalments of the funders whose finance office I am in, that are in no list."""
    mine = Organization.objects.funders_of(request.user, Role.FINANCE)
    related = ("project__call__fund", "project__applicant", "project__host")
    found = Tranche.objects.to_be_listed().filter(project__funder__in=mine)
    return found.select_related(*related).order_by("project__call__fund", "project__number", "ordinal")


@login_required
def bank_list_create(request: HttpRequest) -> HttpResponse:
    """Choose approved instalments; each fund gets a list of its own."""
    permit("projects.make_bank_list", request.user)
    rows = list(payable(request))
    for tranche in rows:
        tranche.why_not = bank.why_not(tranche)
        tranche.is_mine = not rules.has_perm("projects.pay", request.user, tranche)
    form = BankListForm(request.POST if request.method == "POST" else None, tranches=payable(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = bank.make_lists(form.cleaned_data["tranches"], by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Made: %(numbers)s") % {"numbers": "、".join(one.number for one in made)})
            return redirect(made[0]) if len(made) == 1 else redirect("projects:bank_list_list")
    chosen = set(request.POST.getlist("tranches")) if request.method == "POST" else None
    for tranche in rows:
        free = not tranche.why_not and not tranche.is_mine
        tranche.is_chosen = free if chosen is None else str(tranche.pk) in chosen
    return render(request, "projects/bank_list_form.html", {"form": form, "rows": rows})


def find_list(request: HttpRequest, pk: int) -> BankList:
    permit("projects.see_bank_lists", request.user)
    return get_object_or_404(BankList.objects.visible_to(request.user).with_lines(), pk=pk)


@login_required
def bank_list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One list, line by line; the finance office sends in what the bank said, or withdraws lines."""
    bank_list = find_list(request, pk)
    works = rules.has_perm("projects.work_bank_list", request.user, bank_list)
    if request.method == "POST" and not works:
        raise PermissionDenied
    withdrawing = "withdraw" in request.POST
    sending = request.method == "POST" and not withdrawing
    upload = BankReturnForm(request.POST, request.FILES) if sending else BankReturnForm()
    withdraw = WithdrawForm(request.POST if withdrawing else None, bank_list=bank_list, prefix="w")
    if sending and upload.is_valid():
        try:
            made = bank.read_return(bank_list, upload.cleaned_data["file"], by=request.user)
        except ValidationError as error:
            upload.add_error("file", error)
        else:
            return redirect("projects:bank_return_detail", pk=made.pk)
    if withdrawing and withdraw.is_valid():
        try:
            bank.withdraw_lines(bank_list, by=request.user, **withdraw.cleaned_data)
        except Refused as refused:
            add_refusal(withdraw, refused)
        else:
            messages.success(request, _("Withdrawn. The instalments can be put into another list."))
            return redirect(bank_list)
    sees_accounts = rules.has_perm("projects.see_list_accounts", request.user, bank_list)
    lines = list(bank_list.lines.select_related("tranche__project"))
    if sees_accounts:
        said = {"label": _("Account numbers of a bank list seen"), "number": len(lines), "bank_list": bank_list.pk}
        disclosed("bank_list", by=request.user, funder=bank_list.fund.funder_id, **said)
    context = {
        "bank_list": bank_list,
        "lines": lines,
        "totals": [(label, bank_list.total_of(value)) for value, label in bank.Outcome.choices],
        "returns": bank_list.returns.select_related("sent_by"),
        "events": Event.objects.about(bank_list),
        "works": works,
        "see_accounts": sees_accounts,
        "upload": upload,
        "withdraw": withdraw,
    }
    return render(request, "projects/bank_list_detail.html", context)


@login_required
def bank_return_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the bank sent back, row by row, and what it would do; stored with one press."""
    visible = BankList.objects.visible_to(request.user)
    found = get_object_or_404(
        BankReturn.objects.select_related("bank_list__fund", "sent_by", "stored_by"), pk=pk, bank_list__in=visible
    )
    permit("projects.work_bank_list", request.user, found.bank_list)
    if request.method == "POST":
        try:
            bank.store_return(found, by=request.user)
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
            return redirect("projects:bank_return_detail", pk=pk)
        messages.success(request, _("Stored."))
        return redirect(found.bank_list)
    rows = bank.rows_of(found, by=request.user)
    lines = list(found.bank_list.lines.select_related("tranche__project"))
    effects = [(key, label, sum(row.effect == key for row in rows)) for key, label in EFFECTS]
    context = {
        "found": found,
        "bank_list": found.bank_list,
        "rows": [(row, lines_of(row, lines)[:1], dict(EFFECTS).get(row.effect, "")) for row in rows],
        "effects": [(label, count) for _key, label, count in effects if count],
        "wrong": sum(bool(row.errors) for row in rows),
        "changes": sum(count for key, _label, count in effects if key != "known"),
    }
    return render(request, "projects/bank_return_detail.html", context)
