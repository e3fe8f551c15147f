"""Templates between the levels: what is offered from above, and what one offers to those below."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused, permit
from grants.actions import offers as actions
from grants.forms.offers import OfferForm
from grants.models import Offer
from grants.sheet_sections import sheets_of
from people.models import Organization, Role


@login_required
def offer_list(request: HttpRequest) -> HttpResponse:
    """For clerks: what bureaus above offer, whether one has it and in which version, and what one offers oneself."""
    permit("grants.see_terms", request.user)
    mine = list(Organization.objects.funders_of(request.user, Role.STAFF).order_by("pk"))
    may_offer = any(one.is_bureau and len(one.region) < 9 for one in mine)
    form = OfferForm(request.POST or None, bureaus=mine) if may_offer else None
    if form is not None and request.method == "POST" and form.is_valid():
        try:
            actions.offer(form.thing, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Offered. The clerks of the bureaus of the region are told."))
            return redirect("grants:offer_list")
    own = Offer.objects.filter(bureau__in=mine).with_things().prefetch_related("adoptions__bureau")
    above: list[tuple[Organization, list[dict[str, Any]]]] = [(one, actions.state_of(one)) for one in mine]
    return render(request, "grants/offer_list.html", {"above": above, "own": own, "form": form})


@login_required
def offer_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is offered, to be read before it is taken over: for the clerks of the bureaus that it reaches, and of the
    one that offers it."""
    permit("grants.see_terms", request.user)
    offered = get_object_or_404(Offer.objects.with_things(), pk=pk)
    mine = Organization.objects.funders_of(request.user, Role.STAFF).order_by("pk")
    reached = [(one, row) for one in mine for row in actions.state_of(one) if row["offer"] == offered]
    if not reached and offered.bureau not in mine:
        raise Http404
    sheets = sheets_of(offered.rubric) if offered.rubric else []
    return render(request, "grants/offer_detail.html", {"offer": offered, "reached": reached, "sheets": sheets})


@login_required
@require_POST
def offer_adopt(request: HttpRequest, pk: int, bureau: int) -> HttpResponse:
    """Take one over for a bureau of mine."""
    mine = get_object_or_404(Organization.objects.funders_of(request.user, Role.STAFF), pk=bureau)
    offered = get_object_or_404(Offer.objects.reaching(mine.region), pk=pk)
    try:
        made = actions.adopt(offered, mine, by=request.user)
        messages.success(request, _("Taken over as “%(copy)s”: change what is different here.") % {"copy": made.copy})
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect("grants:offer_list")


@login_required
@require_POST
def offer_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer offer something of one's own."""
    mine = Organization.objects.funders_of(request.user, Role.STAFF)
    offered = get_object_or_404(Offer, pk=pk, bureau__in=mine)
    try:
        actions.withdraw(offered, by=request.user)
        messages.success(request, _("No longer offered; copies stay."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("grants:offer_list")
