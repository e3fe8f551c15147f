"""Needs, for everybody: report one without an account, and ask after it."""

import rules
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment, Event
from core.paging import page_of
from core.strangers import sender_of
from core.workflow import Refused, disclosed
from grants.actions import needs as actions
from grants.forms import NeedForm, ReferenceForm
from grants.models import Need, NeedList
from people.region_choice import choice, narrowed

PAGE = 20


def need_list(request: HttpRequest) -> HttpResponse:
    """The published lists of needs, newest first, and where one asks after one's own by its code."""
    form = ReferenceForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("grants:need_detail", reference=form.cleaned_data["code"])
    found = NeedList.objects.select_related("funder", "replaced_by").prefetch_related("entries")
    page = page_of(narrowed(found, request), PAGE, request.GET.get("page"))
    return render(request, "grants/need_list.html", {"page_obj": page, "form": form, **choice(request)})


def need_create(request: HttpRequest) -> HttpResponse:
    """Report a need: anybody, without an account; a clerk or social worker notes how it reached them."""
    user = request.user if request.user.is_authenticated else None
    form = NeedForm(request.POST or None, request.FILES or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        if form.is_trapped:
            return redirect("grants:need_list")  # a program: it learns nothing from the answer
        files = form.cleaned_data.get("files", ())
        try:
            sender = sender_of(request)
            need = actions.sent_again(by=user, sender=sender, values=form.values)
            need = need or actions.report_need(by=user, sender=sender, values=form.values, files=files)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(
                request, _("Thank you. Keep the code %(code)s to ask after it.") % {"code": need.reference}
            )
            return redirect(need)
    return render(request, "grants/need_form.html", {"form": form})


def need_detail(request: HttpRequest, reference: str) -> HttpResponse:
    """What became of a need: for whoever has its code. Who reported it is shown to the funders' people only.

    A merged one shows how the other stands, in its published words or in none: the other's code and what its reporter
    wrote are theirs.
    """
    need = get_object_or_404(Need.objects.with_names(), reference=reference.upper())
    main = need.merged_into or need
    declined = Event.objects.about(main).filter(name="decline").last() if main.state == Need.State.DECLINED else None
    in_funder = rules.has_perm("grants.see_needs", request.user, need)
    if in_funder and (need.contact or need.contact_phone):
        disclosed("reporter", by=request.user, label=_("Contact of who reported a need seen"), need=need.pk)
    context = {
        "need": need,
        "main": main,
        "entry": main.entry,
        "declined": declined,
        "events": Event.objects.about(need),
        "in_funder": in_funder,
        "may_handle": rules.has_perm("grants.handle_need", request.user, need),
        "files": Attachment.objects.of(need) if Need.objects.visible_to(request.user).filter(pk=need.pk) else None,
    }
    return render(request, "grants/need_detail.html", context)
