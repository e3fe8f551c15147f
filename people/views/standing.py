"""What counts for an organisation when it applies: its rating, inspections and credit records."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused, permit
from people import actions
from people.forms import (
    CreditRecordForm,
    InspectionForm,
    RatingForm,
)
from people.models import CreditRecord, Inspection, Organization, Rating
from people.views.organizations import find


def add(request: HttpRequest, pk: int, permission: str, form_class, verb, heading: str) -> HttpResponse:
    """Enter one thing about an organisation by its form and its verb."""
    organization = find(request, pk)
    permit(permission, request.user, organization)
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
