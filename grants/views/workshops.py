"""Workshops: announced, signed up for, and who came."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from grants.actions import workshops as actions
from grants.forms import AttendanceForm, SignUpForm, WorkshopForm
from grants.models import Workshop
from grants.rules import organizers_of

PAGE = 20


def workshop_list(request: HttpRequest) -> HttpResponse:
    """Workshops, the next ones first."""
    found = Workshop.objects.select_related("organizer", "call")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    may_hold = rules.has_perm("grants.hold_workshop", request.user)
    return render(request, "grants/workshop_list.html", {"page_obj": page, "may_hold": may_hold})


def workshop_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One workshop; whoever belongs to a group signs up here, the organiser says who came."""
    workshop = get_object_or_404(Workshop.objects.select_related("organizer", "call"), pk=pk)
    seat = form = attendance = None
    may_change = rules.has_perm("grants.change_workshop", request.user, workshop)
    if request.user.is_authenticated:
        seat = workshop.attendances.filter(person=request.user).select_related("organization").first()
        form = SignUpForm(request.POST if "sign_up" in request.POST else None, user=request.user)
        if request.method == "POST" and "sign_up" in request.POST and form.is_valid():
            try:
                actions.sign_up(workshop, form.cleaned_data["organization"], by=request.user)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Your seat is taken."))
                return redirect(workshop)
    if may_change:
        sent = request.POST if "attendance" in request.POST else None
        attendance = AttendanceForm(sent, workshop=workshop)
        if sent is not None and attendance.is_valid():
            try:
                actions.record_attendance(workshop, by=request.user, came=attendance.came)
            except Refused as refused:
                add_refusal(attendance, refused)
            else:
                messages.success(request, _("Saved."))
                return redirect(workshop)
    context = {
        "workshop": workshop,
        "taken": workshop.attendances.count(),
        "seat": seat,
        "form": form if form and form.fields["organization"].queryset.exists() else None,
        "attendance": attendance,
        "may_change": may_change,
    }
    return render(request, "grants/workshop_detail.html", context)


@login_required
@require_POST
def workshop_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's seat up."""
    workshop = get_object_or_404(Workshop, pk=pk)
    try:
        actions.give_up_seat(workshop, by=request.user)
        messages.success(request, _("Your seat is free again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(workshop)


@login_required
def workshop_create(request: HttpRequest) -> HttpResponse:
    """Announce a workshop."""
    if not rules.has_perm("grants.hold_workshop", request.user):
        raise PermissionDenied
    return _edit(request, Workshop())


@login_required
def workshop_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a workshop before it begins."""
    workshop = get_object_or_404(Workshop, pk=pk)
    if not rules.has_perm("grants.change_workshop", request.user, workshop):
        raise PermissionDenied
    return _edit(request, workshop)


def _edit(request: HttpRequest, workshop: Workshop) -> HttpResponse:
    form = WorkshopForm(
        request.POST or None, instance=workshop, organizers=organizers_of(request.user), user=request.user
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.hold_workshop(form.save(commit=False), by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The workshop is announced."))
            return redirect(workshop)
    return render(request, "grants/workshop_form.html", {"workshop": workshop, "form": form})
