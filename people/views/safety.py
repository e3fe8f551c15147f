"""Accounts and safety: what the security administrator does for people who cannot come in, and who the three are."""

from collections.abc import Callable
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.identifiers import half_width
from core.models import Event
from core.workflow import Refused, disclosed, permit
from people import actions
from people.forms import OfficeForm, ReasonForm
from people.models import Administrator, SignInGuard, User
from people.second_factor import must_have_second_factor, second_factors

HELP: dict[str, tuple[Callable[..., Any], str]] = {
    "second-factor": (actions.reset_second_factor, gettext_noop("The second step is reset.")),
    "password": (actions.ask_new_password, gettext_noop("A new password must be chosen at the next sign-in.")),
    "sessions": (actions.sign_out_everywhere, gettext_noop("Signed out everywhere.")),
}
"""What may be done for an account, each with a reason."""


@login_required
def safety_desk(request: HttpRequest) -> HttpResponse:
    """Locks, the three administrators, and the way to an account."""
    permit("people.keep_accounts", request.user)
    form = OfficeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.find_person(form.cleaned_data["login"])
            actions.give_office(person, form.cleaned_data["office"], by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("%(person)s is an administrator now.") % {"person": person})
            return redirect("people:safety_desk")
    q = half_width(request.GET.get("q", "")).replace("\0", "").strip()[:100]
    found = User.objects.filter(Q(username__icontains=q) | Q(name__icontains=q) | Q(phone=q) | Q(email__iexact=q))
    context = {
        "form": form,
        "locked": SignInGuard.objects.locked().select_related("user")[:100],
        "administrators": Administrator.objects.select_related("user"),
        "q": q,
        "found": found.order_by("name", "pk")[:20] if q else None,
    }
    return render(request, "people/safety_desk.html", context)


@login_required
def safety_person(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: how it stands, what happened to it, and what can be done."""
    permit("people.keep_accounts", request.user)
    person = get_object_or_404(User, pk=pk)
    disclosed("accounts", by=request.user, label=_("An account seen under accounts and safety"), person=pk)
    form = ReasonForm(request.POST or None)
    deed, done = HELP.get(request.POST.get("deed", ""), (None, ""))
    if request.method == "POST" and deed and form.is_valid():
        try:
            deed(person, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _(done))
            return redirect("people:safety_person", pk)
    context = {
        "person": person,
        "form": form,
        "factors": second_factors(person),
        "must_have": must_have_second_factor(person),
        "sessions": UserSession.objects.filter(user=person).count(),
        "lock": SignInGuard.objects.locked().filter(user=person).first(),
        "administrator": Administrator.objects.filter(user=person).first(),
        "events": Event.objects.about(person).order_by("-at", "-pk")[:15],
    }
    return render(request, "people/safety_person.html", context)


@require_POST
@login_required
def guard_unlock(request: HttpRequest, pk: int) -> HttpResponse:
    permit("people.keep_accounts", request.user)
    actions.unlock(get_object_or_404(SignInGuard, pk=pk), by=request.user)
    messages.success(request, _("Unlocked."))
    return redirect("people:safety_desk")


@login_required
def office_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the three offices, with the reason."""
    permit("people.give_offices", request.user)
    administrator = get_object_or_404(Administrator.objects.select_related("user"), pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_office(administrator, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The office has ended."))
            return redirect("people:safety_desk")
    return render(request, "people/office_end.html", {"form": form, "administrator": administrator})
