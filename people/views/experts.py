"""The roster of experts, and what ties them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from people import actions
from people.forms import (
    ExpertForm,
    InterestForm,
)
from people.models import Expert, Interest, User

PAGE = 20


@login_required
def expert_list(request: HttpRequest) -> HttpResponse:
    """Who may be asked to judge, for what, and how often."""
    permit("people.keep_roster", request.user)
    found = Expert.objects.select_related("person").prefetch_related("skills").order_by("-is_active", "person__name")
    page = page_of(found, PAGE, request.GET.get("page"))
    return render(request, "people/expert_list.html", {"page_obj": page})


@login_required
def expert_create(request: HttpRequest) -> HttpResponse:
    """Put somebody on the roster."""
    permit("people.keep_roster", request.user)
    form = ExpertForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            actions.save_expert(actions.seek_person(data.pop("login"), by=request.user), by=request.user, **data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The expert is on the roster."))
            return redirect("people:expert_list")
    return render(request, "people/expert_form.html", {"form": form})


@login_required
def expert_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a line of the roster; who may not be asked any more is switched off, not deleted."""
    permit("people.keep_roster", request.user)
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
    permit("people.keep_roster", request.user)
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
    permit("people.keep_roster", request.user)
    interest = get_object_or_404(Interest.objects.select_related("person__expert"), pk=pk)
    try:
        actions.end_interest(interest, by=request.user, reason=request.POST.get("reason", "")[:300])
        messages.success(request, _("The tie is ended; the line stays."))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    expert = getattr(interest.person, "expert", None)
    return redirect("people:expert_interests", pk=expert.pk) if expert else redirect("people:expert_list")
