"""Needs, for everybody: report one without an account, ask after it, read the published lists."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Event
from core.strangers import sender_of
from core.workflow import Refused
from grants.actions import needs as actions
from grants.forms import NeedForm, NeedListForm, ReferenceForm
from grants.models import Call, Need, NeedList

PAGE = 20


def need_list(request: HttpRequest) -> HttpResponse:
    """The published lists of needs, newest first, and where one asks after one's own by its code."""
    form = ReferenceForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("grants:need_detail", reference=form.cleaned_data["code"])
    found = NeedList.objects.select_related("funder").prefetch_related("entries")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "grants/need_list.html", {"page_obj": page, "form": form})


def need_list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One published list with its numbered needs."""
    found = get_object_or_404(NeedList.objects.select_related("funder"), pk=pk)
    entries = found.entries.select_related("list", "community", "field")
    open_calls = list(Call.objects.open().prefetch_related("service_fields"))
    rows = [(entry, _call_for(entry, open_calls)) for entry in entries]
    return render(request, "grants/need_list_detail.html", {"list": found, "rows": rows})


def _call_for(entry, calls: list[Call]) -> Call | None:
    """An open call that funds the field of this need."""
    return next((c for c in calls if entry.field is None or entry.field in c.service_fields.all()), None)


def need_create(request: HttpRequest) -> HttpResponse:
    """Report a need: anybody, without an account; a clerk or social worker notes how it reached them."""
    user = request.user if request.user.is_authenticated else None
    form = NeedForm(request.POST or None, signed_in=user is not None)
    if request.method == "POST" and form.is_valid():
        if form.is_trapped:
            return redirect("grants:need_list")  # a program: it learns nothing from the answer
        try:
            need = actions.report_need(by=user, sender=sender_of(request), values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("Thank you. Keep the code %(code)s to ask after it.") % {"code": need.reference}
            )
            return redirect(need)
    return render(request, "grants/need_form.html", {"form": form})


def need_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of a need: for whoever has its code. Who reported it is shown to the funders' people only."""
    need = get_object_or_404(Need.objects.with_names(), reference=reference.upper())
    context = {
        "need": need,
        "events": Event.objects.about(need),
        "in_funder": rules.has_perm("grants.see_needs", request.user),
        "may_handle": rules.has_perm("grants.handle_need", request.user),
    }
    return render(request, "grants/need_detail.html", context)


@login_required
def need_list_create(request: HttpRequest) -> HttpResponse:
    """A clerk publishes accepted needs as a numbered list."""
    if not rules.has_perm("grants.handle_need", request.user):
        raise PermissionDenied
    form = NeedListForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            found = actions.publish_list(data.pop("funder"), list(data.pop("needs")), by=request.user, **data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The list is published."))
            return redirect(found)
    return render(request, "grants/need_list_form.html", {"form": form})
