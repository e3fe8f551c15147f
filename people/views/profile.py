"""What the platform keeps about oneself."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from core.forms import add_refusal
from core.workflow import Refused
from people import actions
from people.forms import (
    CertificateForm,
    IdentityForm,
    ProfileForm,
)
from people.models import User


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
