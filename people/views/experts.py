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
    BorrowForm,
    ExpertForm,
    InterestForm,
)
from people.models import Expert, ExpertLoan, Interest, Role, User

PAGE = 20


@login_required
def expert_list(request: HttpRequest) -> HttpResponse:
    """Who may be asked to judge, for what, and how often."""
    permit("people.keep_roster", request.user)
    mine = request.user.bureaus_as(Role.STAFF)
    found = Expert.objects.of_bureaus(list(mine)).select_related("person", "bureau").prefetch_related("skills")
    page = page_of(found.order_by("-is_active", "person__name"), PAGE, request.GET.get("page"))
    asked = ExpertLoan.objects.filter(bureau__in=list(mine), agreed_at=None, ended_at=None)
    context = {"page_obj": page, "mine": mine, "asked": asked.select_related("expert__person", "expert__bureau")}
    return render(request, "people/expert_list.html", context)


@login_required
def expert_borrow(request: HttpRequest) -> HttpResponse:
    """Ask an expert of another bureau, who has to agree."""
    permit("people.keep_roster", request.user)
    form = BorrowForm(request.POST or None, bureaus=request.user.bureaus_as(Role.STAFF))
    if request.method == "POST" and form.is_valid():
        try:
            person = actions.find_person(form.cleaned_data["login"])
            actions.ask_for_loan(person, form.cleaned_data["bureau"], by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. The expert is in your pool once they have agreed."))
            return redirect("people:expert_list")
    return render(request, "people/expert_borrow.html", {"form": form})


@login_required
@require_POST
def loan_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The expert answers a bureau that asks."""
    loan = get_object_or_404(ExpertLoan, pk=pk, expert__person=request.user)
    try:
        actions.answer_loan(loan, by=request.user, agrees=request.POST.get("answer") == "yes")
        messages.success(request, _("Your answer is written down; the bureau is told."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("people:interest_list")


def find_expert(request: HttpRequest, pk: int) -> Expert:
    """Somebody in the pool of my bureaus; 404 for everybody else's."""
    pool = Expert.objects.of_bureaus(list(request.user.bureaus_as(Role.STAFF)))
    return get_object_or_404(pool.select_related("person", "bureau").prefetch_related("skills"), pk=pk)


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
    expert = find_expert(request, pk)
    permit("people.keep_roster", request.user, expert)
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
    expert = find_expert(request, pk)
    return _interests(request, expert.person, reverse("people:expert_interests", args=[pk]), expert=expert)


def _interests(request: HttpRequest, person: User, here: str, expert: Expert | None = None) -> HttpResponse:
    form = InterestForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.declare_interest(person, by=request.user, **form.cleaned_data)
        messages.success(request, _("Written down. Sheets that it touches are on hold until a clerk has decided."))
        return redirect(here)
    interests = person.interests.select_related("organization").order_by("ended_on", "-declared_at")
    loans = [] if expert else ExpertLoan.objects.filter(expert__person=person, ended_at=None).select_related("bureau")
    context = {"form": form, "person": person, "interests": interests, "expert": expert, "loans": loans}
    return render(request, "people/interest_list.html", context)


@login_required
@require_POST
def interest_end(request: HttpRequest, pk: int) -> HttpResponse:
    """A clerk writes down that a tie is over."""
    permit("people.keep_roster", request.user)
    pool = Expert.objects.of_bureaus(list(request.user.bureaus_as(Role.STAFF)))
    found = Interest.objects.filter(person__in=pool.values("person")).select_related("person__expert")
    interest = get_object_or_404(found, pk=pk)
    try:
        actions.end_interest(interest, by=request.user, reason=request.POST.get("reason", "")[:300])
        messages.success(request, _("The tie is ended; the line stays."))
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    expert = getattr(interest.person, "expert", None)
    return redirect("people:expert_interests", pk=expert.pk) if expert else redirect("people:expert_list")
