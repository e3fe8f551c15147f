"""Lists of needs: read by everybody, published and withdrawn by a clerk, with remarks while the notice runs."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import clock
from core.forms import add_refusal
from core.strangers import sender_of
from core.workdays import uncertain_years
from core.workflow import Refused, disclosed, permit
from grants.actions import need_lists as actions
from grants.forms import NeedListForm, RemarkAnswerForm, RemarkForm, WithdrawForm
from grants.models import Call, NeedList, NeedRemark


def need_list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One published list with its numbered needs; a withdrawn one stays readable and is marked."""
    found = get_object_or_404(NeedList.objects.select_related("funder", "replaces", "replaced_by"), pk=pk)
    entries = found.entries.select_related("list", "community", "field")
    open_calls = [] if found.is_withdrawn else list(Call.objects.open().prefetch_related("service_fields"))
    remarks = NeedRemark.objects.visible_to(request.user).filter(list=found)
    remarks = remarks.select_related("entry__list", "answered_by")
    if remarks:
        said = {"label": _("Contacts of remarks seen"), "number": len(remarks), "list": found.pk}
        disclosed("remarks", by=request.user, funder=found.funder_id, **said)
    context = {
        "list": found,
        "rows": [(entry, _call_for(entry, open_calls)) for entry in entries],
        "may_change": rules.has_perm("grants.change_need_list", request.user, found),
        "in_funder": rules.has_perm("grants.see_needs", request.user),
        "remarks": remarks,
    }
    return render(request, "grants/need_list_detail.html", context)


def _call_for(entry, calls: list[Call]) -> Call | None:
    """An open call that funds the field of this need."""
    return next((c for c in calls if entry.field is None or entry.field in c.service_fields.all()), None)


@login_required
def need_list_create(request: HttpRequest) -> HttpResponse:
    """A clerk chooses and orders accepted needs, looks at the list as it will be, and publishes it."""
    permit("grants.handle_need", request.user)
    form = NeedListForm(request.POST or None, user=request.user, corrects=_to_correct(request))
    if request.method == "POST" and "back" not in request.POST and form.is_valid():
        given = form.cleaned_data
        try:
            if "publish" in request.POST:
                found = actions.publish_list(given["funder"], form.chosen, by=request.user, **form.values)
                messages.success(request, _("The list is published."))
                return redirect(found)
            last = actions.notice_end(
                clock.today(),
                given["notice_workdays"],
                counts_first_day=given["counts_first_day"],
                answer_until=given["answer_until"],
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return render(request, "grants/need_list_preview.html", _preview(form, last))
    return render(request, "grants/need_list_form.html", {"form": form})


def _to_correct(request: HttpRequest) -> NeedList | None:
    """The withdrawn list that `?replaces=` names, if it is this clerk's to correct."""
    asked = request.GET.get("replaces", "")
    found = NeedList.objects.to_correct().filter(pk=int(asked)) if asked.isdecimal() and len(asked) < 15 else None
    one = found.first() if found else None
    return one if one and rules.has_perm("grants.change_need_list", request.user, one) else None


def _preview(form: NeedListForm, last) -> dict:
    return {
        "form": form,
        "given": form.cleaned_data,
        "needs": form.chosen,
        "today": clock.today(),
        "notice_until": last,
        "uncertain": uncertain_years(clock.today(), last),
    }


@login_required
def need_list_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a published list back, with a reason; afterwards a corrected one can be published."""
    found = get_object_or_404(NeedList.objects.select_related("funder"), pk=pk)
    permit("grants.change_need_list", request.user, found)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_list(found, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The list is withdrawn. Its needs can be worded anew and published again."))
            return redirect(found)
    return render(request, "grants/need_list_withdraw.html", {"list": found, "form": form})


def need_remark_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Say something to a list while its notice runs: anybody, without an account, but with a name and a phone."""
    found = get_object_or_404(NeedList.objects.select_related("funder"), pk=pk)
    form = RemarkForm(request.POST or None, found=found, initial={"entry": request.GET.get("need")})
    if request.method == "POST" and form.is_valid():
        if form.is_trapped:
            return redirect(found)  # a program: it learns nothing from the answer
        try:
            remark = actions.remark_on_list(found, sender=sender_of(request), **form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Thank you. Keep this page's address: the answer will stand here."))
            return redirect(remark)
    return render(request, "grants/need_remark_form.html", {"list": found, "form": form})


@never_cache
def need_remark_follow(request: HttpRequest, token: str) -> HttpResponse:
    """A remark and its answer, for whoever has the link."""
    remark = get_object_or_404(NeedRemark.objects.select_related("list__funder", "entry__list"), token=token)
    link = request.build_absolute_uri()
    return render(request, "grants/need_remark_follow.html", {"remark": remark, "list": remark.list, "link": link})


@login_required
def need_remark_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A clerk of the funder reads a remark and answers it."""
    seen = NeedRemark.objects.visible_to(request.user).select_related("list__funder", "entry__list", "answered_by")
    remark = get_object_or_404(seen, pk=pk)
    form = RemarkAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_remark(remark, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The answer stands where whoever wrote the remark can read it."))
            return redirect(remark.list)
    said = {"label": _("Contacts of remarks seen"), "list": remark.list_id, "remark": remark.pk}
    disclosed("remarks", by=request.user, funder=remark.list.funder_id, **said)
    return render(request, "grants/need_remark_answer.html", {"remark": remark, "list": remark.list, "form": form})
