"""My own data, the organisations I work with, and the communities, which are for everybody."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from people import actions
from people.forms import (
    CertificateForm,
    CouncilFormset,
    CreditRecordForm,
    ExpertForm,
    IdentityForm,
    InspectionForm,
    InterestForm,
    MemberForm,
    OrganizationFilter,
    OrganizationForm,
    ProfileForm,
    RatingForm,
    SearchForm,
)
from people.models import Community, CreditRecord, Expert, Inspection, Interest, Membership, Organization, Rating, User
from people.rules import belongs_to

PAGE = 20
COUNCIL_FIELDS = ("name", "post", "phone")


# -- Oneself ---------------------------------------------------------------------------------------


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Everything the platform keeps about me, with the way to change it."""
    memberships = request.user.memberships.current().select_related("organization")
    context = {"memberships": memberships, "certificates": request.user.certificates.all()}
    return render(request, "people/profile.html", context)


@login_required
def profile_edit(request: HttpRequest) -> HttpResponse:
    # Its own copy of the person: what is typed and refused must not show in the page's head.
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=request.user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_profile(by=request.user, values=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Your details are saved."))
            return redirect("people:profile")
    return render(request, "people/profile_form.html", {"form": form, "heading": _("Change my details")})


@sensitive_post_parameters("number")
@login_required
def identity_edit(request: HttpRequest) -> HttpResponse:
    """Check my resident ID number; only its fingerprint and last four characters stay."""
    form = IdentityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_identity(request.user, form.cleaned_data["number"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Your ID number is checked. The number itself has not been kept."))
            return redirect("people:profile")
    return render(request, "people/identity_form.html", {"form": form})


@login_required
def certificate_create(request: HttpRequest) -> HttpResponse:
    form = CertificateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_certificate(by=request.user, values=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The certificate is entered."))
            return redirect("people:profile")
    return render(request, "people/profile_form.html", {"form": form, "heading": _("Add a certificate")})


# -- Organisations ---------------------------------------------------------------------------------


def find(request: HttpRequest, pk: int) -> Organization:
    """The organisation, if this person may see it; 404 otherwise."""
    found = Organization.objects.visible_to(request.user).select_related("host", "community")
    return get_object_or_404(found, pk=pk)


def permit(permission: str, user: User, organization: Organization) -> None:
    """403 for a person who sees the organisation but may not do this to it."""
    if not rules.has_perm(permission, user, organization):
        raise PermissionDenied


@login_required
def organization_list(request: HttpRequest) -> HttpResponse:
    """The organisations I may see: my own, or all of them when I work for a funder."""
    form = OrganizationFilter(request.GET)
    found = Organization.objects.visible_to(request.user).select_related("community", "host")
    if form.is_valid():
        q, kind = form.cleaned_data["q"], form.cleaned_data["kind"]
        if q:
            found = found.named(q)
        if kind:
            found = found.filter(kind=kind)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/organization_list.html", {"page_obj": page, "form": form})


@login_required
def organization_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is known of an organisation; of its people only the names, unless one belongs to it."""
    organization = find(request, pk)
    current = organization.memberships.current().select_related("user")
    former = organization.memberships.exclude(pk__in=current.values("pk")).select_related("user")
    belongs = belongs_to.test(request.user, organization)
    may_record = rules.has_perm("people.record_credit", request.user, organization)
    context = {
        "organization": organization,
        "memberships": current,
        "former": former if belongs else [],
        "council": organization.council.all(),
        "belongs": belongs,
        "ratings": organization.ratings.select_related("confirmed_by"),
        "inspections": organization.inspections.select_related("confirmed_by"),
        "may_confirm": rules.has_perm("people.confirm_standing", request.user, organization),
        "credit_records": organization.credit_records.all() if belongs or may_record else [],
        "may_record": may_record,
        "see_account": rules.has_perm("people.see_account", request.user, organization),
    }
    return render(request, "people/organization_detail.html", context)


def add(request: HttpRequest, pk: int, permission: str, form_class, verb, heading: str) -> HttpResponse:
    """Enter one thing about an organisation by its form and its verb."""
    organization = find(request, pk)
    if not rules.has_perm(permission, request.user, organization):
        raise PermissionDenied
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verb(organization, by=request.user, values=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Entered."))
            return redirect(organization)
    context = {"form": form, "heading": heading, "back": organization.get_absolute_url(), "back_to": organization.name}
    return render(request, "people/profile_form.html", context)


@login_required
def rating_create(request: HttpRequest, pk: int) -> HttpResponse:
    return add(request, pk, "people.change_profile", RatingForm, actions.add_rating, _("Enter a rating"))


@login_required
def inspection_create(request: HttpRequest, pk: int) -> HttpResponse:
    heading = _("Enter an annual inspection")
    return add(request, pk, "people.change_profile", InspectionForm, actions.set_inspection, heading)


@login_required
def credit_record_create(request: HttpRequest, pk: int) -> HttpResponse:
    heading = _("Enter a credit record")
    return add(request, pk, "people.record_credit", CreditRecordForm, actions.add_credit_record, heading)


@login_required
@require_POST
def rating_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return confirm(request, Rating, pk)


@login_required
@require_POST
def inspection_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    return confirm(request, Inspection, pk)


def confirm(request: HttpRequest, model: type[Rating] | type[Inspection], pk: int) -> HttpResponse:
    """A clerk has seen the paper; `seen` is what the page said, so that nothing else is confirmed by mistake."""
    visible = Organization.objects.visible_to(request.user)
    found = get_object_or_404(model.objects.select_related("organization"), pk=pk, organization__in=visible)
    if request.POST.get("seen", str(found)) != str(found):
        messages.error(request, _("The organisation has just changed this. Please look again."))
        return redirect(found.organization)
    try:
        actions.confirm(found, by=request.user)
        messages.success(request, _("Confirmed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(found.organization)


@login_required
@require_POST
def credit_record_lift(request: HttpRequest, pk: int) -> HttpResponse:
    """The register has taken an entry off."""
    seen = Organization.objects.visible_to(request.user)
    found = get_object_or_404(CreditRecord.objects.select_related("organization"), pk=pk, organization__in=seen)
    try:
        actions.lift_credit_record(found, by=request.user)
        messages.success(request, _("The entry is lifted from today."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(found.organization)


@login_required
def organization_create(request: HttpRequest) -> HttpResponse:
    """First the legal status, which decides what is asked; then the facts."""
    status = request.POST.get("status") or request.GET.get("status")
    if status not in Organization.Status.values:
        return render(request, "people/organization_status.html")
    form = OrganizationForm(request.POST or None, status=status)
    formset = CouncilFormset(request.POST or None, prefix="council") if status == Organization.Status.FILED else None
    if request.method == "POST" and form.is_valid() and (formset is None or formset.is_valid()):
        try:
            council = formset.members if formset else []
            organization = actions.register_organization(by=request.user, values=form.values, council=council)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Registered. You are its head and can apply for it."))
            return redirect(organization)
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
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/community_list.html", {"page_obj": page, "form": form})


# -- The roster of experts -------------------------------------------------------------------------


def permit_roster(request: HttpRequest) -> None:
    if not rules.has_perm("people.keep_roster", request.user):
        raise PermissionDenied


@login_required
def expert_list(request: HttpRequest) -> HttpResponse:
    """Who may be asked to judge, for what, and how often."""
    permit_roster(request)
    found = Expert.objects.select_related("person").prefetch_related("skills").order_by("-is_active", "person__name")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/expert_list.html", {"page_obj": page})


@login_required
def expert_create(request: HttpRequest) -> HttpResponse:
    """Put somebody on the roster."""
    permit_roster(request)
    form = ExpertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.save_expert(actions.find_person(data.pop("login")), by=request.user, **data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The expert is on the roster."))
            return redirect("people:expert_list")
    return render(request, "people/expert_form.html", {"form": form})


@login_required
def expert_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a line of the roster; who may not be asked any more is switched off, not deleted."""
    permit_roster(request)
    expert = get_object_or_404(Expert.objects.select_related("person").prefetch_related("skills"), pk=pk)
    form = ExpertForm(request.POST or None, instance=expert)
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_expert(expert.person, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:expert_list")
    return render(request, "people/expert_form.html", {"form": form, "expert": expert})


# -- Declared interests ----------------------------------------------------------------------------


@login_required
def interest_list(request: HttpRequest) -> HttpResponse:
    """What ties me to organisations, for whoever judges: can be said at any time."""
    return _interests(request, request.user, reverse("people:interest_list"))


@login_required
def expert_interests(request: HttpRequest, pk: int) -> HttpResponse:
    """The same of an expert, for the clerk who keeps the roster."""
    permit_roster(request)
    expert = get_object_or_404(Expert.objects.select_related("person"), pk=pk)
    return _interests(request, expert.person, reverse("people:expert_interests", args=[pk]), expert=expert)


def _interests(request: HttpRequest, person: User, here: str, expert: Expert | None = None) -> HttpResponse:
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.declare_interest(person, by=request.user, **form.cleaned_data)
        messages.success(request, _("Written down. Sheets that it touches are on hold until a clerk has decided."))
        return redirect(here)
    interests = person.interests.select_related("organization").order_by("ended_on", "-declared_at")
    context = {"form": form, "person": person, "interests": interests, "expert": expert}
    return render(request, "people/interest_list.html", context)


@login_required
@require_POST
def interest_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A clerk writes down that a tie is over."""
    permit_roster(request)
    interest = get_object_or_404(Interest.objects.select_related("person__expert"), pk=pk)
    try:
        actions.end_interest(interest, by=request.user, reason=request.POST.get("reason", "")[:300])
        messages.success(request, _("The tie is ended; the line stays."))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    expert = getattr(interest.person, "expert", None)
    return redirect("people:expert_interests", pk=expert.pk) if expert else redirect("people:expert_list")
