"""The organisations one works with, their people and their council; the communities, for everybody."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from people import actions
from people.choosing import BureauField, CommunityField, HostField
from people.forms import (
    CouncilFormset,
    MemberForm,
    OrganizationFilter,
    OrganizationForm,
    SearchForm,
)
from people.models import Community, Membership, Organization
from people.rules import belongs_to

PAGE = 20
COUNCIL_FIELDS = ("name", "post", "phone")


def find(request: HttpRequest, pk: int) -> Organization:
    """The organisation, if this person may see it; 404 otherwise."""
    found = Organization.objects.visible_to(request.user).select_related("host", "community")
    return get_object_or_404(found, pk=pk)


@login_required
def organization_list(request: HttpRequest) -> HttpResponse:
    """The organisations I may see: my own, or all of them when I work for a funder."""
    form = OrganizationFilter(request.GET)
    found = Organization.objects.listed_for(request.user).select_related("community", "host")
    if form.is_valid():
        q, kind = form.cleaned_data["q"], form.cleaned_data["kind"]
        if q:
            found = found.named(q)
        if kind:
            found = found.filter(kind=kind)
    page = page_of(found, PAGE, request.GET.get("page"))
    context = {"page_obj": page, "form": form, "is_bureau": bool(request.user.bureaus)}
    return render(request, "people/organization_list.html", context)


@login_required
def organization_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of an organisation; of its people only the names, unless one belongs to it."""
    organization = find(request, pk)
    current = organization.memberships.current().select_related("user")
    former = organization.memberships.exclude(pk__in=current.values("pk")).select_related("user")
    belongs = belongs_to.test(request.user, organization)
    may_record = rules.has_perm("people.record_credit", request.user, organization)
    credit_records = organization.credit_records.select_related("bureau")
    if not belongs:
        credit_records = credit_records.shown_to(request.user) if may_record else credit_records.none()
    context = {
        "organization": organization,
        "memberships": current,
        "former": former if belongs else [],
        "council": organization.council.all(),
        "belongs": belongs,
        "ratings": organization.ratings.select_related("confirmed_by"),
        "inspections": organization.inspections.select_related("confirmed_by"),
        "may_confirm": rules.has_perm("people.confirm_standing", request.user, organization),
        "credit_records": credit_records,
        "may_record": may_record,
        "see_account": rules.has_perm("people.see_account", request.user, organization),
    }
    return render(request, "people/organization_detail.html", context)


@login_required
def organization_create(request: HttpRequest) -> HttpResponse:
    """First the legal status, which decides what is asked; then the facts."""
    permit("people.register", request.user)
    status = request.POST.get("status") or request.GET.get("status")
    if status not in Organization.Status.values:
        return render(request, "people/organization_status.html")
    form = OrganizationForm(request.POST or None, status=status, initial={"kind": request.GET.get("kind", "")})
    formset = CouncilFormset(request.POST or None, prefix="council") if status == Organization.Status.FILED else None
    if request.method == "POST" and form.is_valid() and (formset is None or formset.is_valid()):
        try:
            council = formset.members if formset else []
            organization = actions.register_organization(by=request.user, values=form.values, council=council)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            said = _("Registered. You are its head and can apply for it.")
            if organization.is_giver:
                said = _("Registered. You are its head: look for a project to support.")
            messages.success(request, said)
            came_from = request.GET.get("next", "")  # a giver comes from the project it wants to support
            safe = url_has_allowed_host_and_scheme(came_from, allowed_hosts=None)
            return redirect(came_from if safe else organization)
    return render(request, "people/organization_form.html", {"form": form, "formset": formset})


@login_required
def organization_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the facts; a filed group can become a registered one here (`?status=registered`)."""
    organization = find(request, pk)
    permit("people.change_profile", request.user, organization)
    asked = request.POST.get("status") or request.GET.get("status")
    status = Organization.Status.REGISTERED if asked == "registered" else organization.status
    form = OrganizationForm(request.POST or None, status=status, instance=organization)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_organization(organization, by=request.user, values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The details are saved."))
            return redirect(organization)
    return render(request, "people/organization_form.html", {"form": form, "organization": organization})


@login_required
def council_edit(request: HttpRequest, pk: int) -> HttpResponse:
    organization = find(request, pk)
    permit("people.change_profile", request.user, organization)
    initial = list(organization.council.values(*COUNCIL_FIELDS))
    formset = CouncilFormset(request.POST or None, prefix="council", initial=initial)
    if request.method == "POST" and formset.is_valid():
        actions.set_council(organization, by=request.user, members=formset.members)
        messages.success(request, _("The council is saved."))
        return redirect(organization)
    return render(request, "people/council_form.html", {"organization": organization, "formset": formset})


@login_required
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    organization = find(request, pk)
    permit("people.manage_members", request.user, organization)
    form = MemberForm(request.POST or None, organization=organization)
    if request.method == "POST" and form.is_valid():
        try:
            actions.seek_person(form.cleaned_data["login"], by=request.user)
            membership = actions.add_member(organization, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("%(person)s is added.") % {"person": membership.user})
            return redirect(organization)
    return render(request, "people/member_form.html", {"organization": organization, "form": form})


@login_required
@require_POST
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role: the head for anybody, everybody for oneself."""
    visible = Organization.objects.visible_to(request.user)
    membership = get_object_or_404(Membership.objects.filter(organization__in=visible), pk=pk)
    try:
        actions.end_membership(membership, by=request.user)
        messages.success(request, _("The role ends today."))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    if membership.user_id == request.user.pk:
        return redirect("people:profile")
    return redirect(membership.organization)


def community_list(request: HttpRequest) -> HttpResponse:
    """The communities of the area, for everybody."""
    form = SearchForm(request.GET)
    found = Community.objects.all()
    if form.is_valid() and form.cleaned_data["q"]:
        q = form.cleaned_data["q"].strip()
        found = found.filter(Q(name__icontains=q) | Q(street__icontains=q))
    page = page_of(found, PAGE, request.GET.get("page"))
    return render(request, "people/community_list.html", {"page_obj": page, "form": form})


@require_safe
def community_choices(request: HttpRequest) -> HttpResponse:
    """What fits while somebody types the name of a community: as public as the list of them."""
    return CommunityField.offer(request, Community.objects.all())


@require_safe
def bureau_choices(request: HttpRequest) -> HttpResponse:
    """The same of bureaus: whoever asks about their data need not have an account."""
    return BureauField.offer(request, Organization.objects.bureaus().order_by("name", "pk"))


@require_safe
@login_required
def host_choices(request: HttpRequest) -> HttpResponse:
    """The same of organisations that can sign for a filed group."""
    return HostField.offer(request, Organization.objects.possible_hosts())
