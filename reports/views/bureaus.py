"""Bureaus of one deployment: those below with their figures, one of them, and a new one set up."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from grants.actions.offers import state_of
from people import actions as people_actions
from people.models import Organization, Region, Role
from people.rules import SETS_UP_BUREAUS, keeps_system
from people.territory import topmost
from reports.actions import bureaus as actions
from reports.bureau_forms import FIRST_PEOPLE, BureauForm, OneInviteForm, People, RegionForm
from reports.bureaus import checklist, figures_lately, figures_of, missing, open_needs, paid_from_elsewhere, sums_of

PAGE = 50


def regions_of(user: Any, *roles: str) -> list[str]:
    """The regions for which the person's bureaus answer."""
    held = user.bureaus_as(*roles) if roles else user.bureaus
    return topmost(region for region in held.values() if region)


def visible(user: Any) -> QuerySet[Organization]:
    """One's own bureaus and those below; all of them for the system administrator."""
    if keeps_system.test(user):
        return Organization.objects.bureaus().order_by("region", "name")
    own = Organization.objects.filter(pk__in=list(user.bureaus)).order_by().values("pk")
    below = Organization.objects.below(*regions_of(user)).order_by().values("pk")
    return Organization.objects.filter(pk__in=own.union(below)).order_by("region", "name")


@require_safe
@login_required
def bureau_list(request: HttpRequest) -> HttpResponse:
    """The bureaus of my region with their figures: sums, nobody's name and nobody's draft."""
    permit("reports.see_bureaus", request.user)
    found = visible(request.user)
    page = page_of(found, PAGE, request.GET.get("page"))
    shown = list(page)
    rows, counted_at = figures_lately(shown)
    named = dict(Region.objects.filter(code__in=[one.region for one in shown]).values_list("code", "name"))
    for row in rows:
        row["place"] = named.get(row["bureau"].region, "")
    regions = regions_of(request.user)
    every = figures_lately(list(found))[0] if page.has_other_pages else rows
    context = {
        "page_obj": page,
        "rows": rows,
        "sums": sums_of(every),
        "counted_at": counted_at,
        "needs": open_needs(regions) if regions else None,
        "elsewhere": paid_from_elsewhere(regions) if regions else None,
        "may_set_up": rules.has_perm("people.set_up_bureau", request.user, None),
        "may_see_board": rules.has_perm("reports.see_region_board", request.user),
    }
    return render(request, "reports/bureau_list.html", context)


def _sets_up_in(user: Any) -> list[str] | None:
    """The regions below which the person sets up bureaus; None: anywhere."""
    return None if keeps_system.test(user) else regions_of(user, *SETS_UP_BUREAUS)


@login_required
def bureau_create(request: HttpRequest) -> HttpResponse:
    """One page: region, office, first people, templates. The next one shows the links and what is still missing."""
    permit("people.set_up_bureau", request.user, None)
    form = BureauForm(request.POST or None, regions=_sets_up_in(request.user))
    first = [{"role": role} for role in FIRST_PEOPLE]
    people = People(request.POST or None, prefix="people", initial=first)
    if request.method == "POST" and form.is_valid() & people.is_valid():
        invited = [row.cleaned_data for row in people if row.cleaned_data.get("name", "").strip()]
        try:
            bureau = actions.set_up(
                by=request.user, values=form.values, mark=form.cleaned_data["mark"], people=invited,
                adopted=form.cleaned_data.get("offers", ()),
            )  # fmt: skip
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The bureau is set up. Give each person their link."))
            return redirect("bureaus:bureau_detail", bureau.pk)
    context = {"form": form, "people": people}
    return render(request, "reports/bureau_form.html", context)


@login_required
def bureau_region(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the region of a bureau that has not begun to work."""
    bureau = get_object_or_404(visible(request.user), pk=pk)
    permit("people.set_up_bureau", request.user, bureau)
    try:
        actions.refuse_begun(bureau)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("bureaus:bureau_detail", pk)
    form = RegionForm(
        request.POST or None, regions=_sets_up_in(request.user), bureau=bureau, initial={"region": bureau.region}
    )
    if request.method == "POST" and form.is_valid():
        try:
            moved = actions.correct_region(bureau, by=request.user, region=form.cleaned_data["region"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The bureau answers for %(code)s now.") % {"code": moved.region})
            return redirect("bureaus:bureau_detail", pk)
    return render(request, "reports/bureau_region.html", {"bureau": bureau, "form": form})


@login_required
def bureau_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A bureau: its figures, what is still missing, and for whoever invites there the links."""
    if not (request.user.bureaus or keeps_system.test(request.user)):
        raise PermissionDenied
    bureau = get_object_or_404(visible(request.user), pk=pk)
    may_invite = rules.has_perm("people.invite", request.user, bureau)
    form = OneInviteForm(request.POST or None, roles=people_actions.roles_to_invite(request.user, bureau))
    if request.method == "POST":
        permit("people.invite", request.user, bureau)
        if form.is_valid():
            try:
                people_actions.invite(bureau, by=request.user, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Invited. Give the person the link."))
                return redirect("bureaus:bureau_detail", pk)
    points = checklist(bureau)
    here = request.user.roles.get(bureau.pk, frozenset())
    invitations = bureau.invitations.select_related("accepted_by")
    if not may_invite:  # whoever set the bureau up takes back a link that went to the wrong person, also later
        invitations = invitations.filter(invited_by=request.user)
    context = {
        "bureau": bureau,
        "region": Region.objects.filter(code=bureau.region).first(),
        "may_see_list": rules.has_perm("reports.see_bureaus", request.user),
        "takes_over": request.user.has_role(bureau.pk, Role.STAFF),
        "may_move": rules.has_perm("people.set_up_bureau", request.user, bureau) and not actions.has_begun(bureau),
        "points": [(point, bool({*point.who} & {*here})) for point in points],
        "missing": missing(points),
        "figures": figures_of([bureau])[0],
        "offered": state_of(bureau),
        "may_invite": may_invite,
        "invitations": [(one, request.build_absolute_uri(one.get_absolute_url())) for one in invitations],
        "form": form,
    }
    return render(request, "reports/bureau_detail.html", context)
