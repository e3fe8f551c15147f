"""Workshops: announced, signed up for, cancelled, and who came."""

from collections.abc import Iterable
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from grants.actions import workshops as actions
from grants.forms import (
    AttendanceForm,
    CancelWorkshopForm,
    SignUpForm,
    WalkInForm,
    WithdrawCertificateForm,
    WorkshopForm,
)
from grants.models import Call, TrainingCertificate, Workshop
from grants.rules import organizers_of

PAGE = 20


def show_calls(workshops: Iterable[Workshop], user: Any) -> None:
    """Put the call beside each workshop for whoever may see it: a workshop can be for a call not published yet."""
    workshops = list(workshops)
    ids = {workshop.call_id for workshop in workshops} - {None}
    seen = set(Call.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    for workshop in workshops:
        workshop.shown_call = workshop.call if workshop.call_id in seen else None


def workshop_list(request: HttpRequest) -> HttpResponse:
    """Workshops, the next ones first."""
    found = Workshop.objects.select_related("organizer", "call")
    page = page_of(found, PAGE, request.GET.get("page"))
    show_calls(page.object_list, request.user)
    may_hold = rules.has_perm("grants.hold_workshop", request.user)
    return render(request, "grants/workshop_list.html", {"page_obj": page, "may_hold": may_hold})


def workshop_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One workshop; whoever belongs to a group signs up here, the organiser says who came."""
    workshop = get_object_or_404(Workshop.objects.select_related("organizer", "call"), pk=pk)
    show_calls([workshop], request.user)
    sent = request.POST if request.method == "POST" else {}
    context: dict[str, Any] = {
        "workshop": workshop,
        "taken": workshop.attendances.count(),
        "may_change": rules.has_perm("grants.change_workshop", request.user, workshop),
    }
    if request.user.is_authenticated:
        context["seat"] = workshop.attendances.filter(person=request.user).select_related("organization").first()
        form = SignUpForm(sent if "sign_up" in sent else None, user=request.user)
        if _done(request, form, lambda data: actions.sign_up(workshop, data["organization"], by=request.user)):
            messages.success(request, _("Your seat is taken."))
            return redirect(workshop)
        context["form"] = form if form.fields["organization"].queryset.exists() else None
        context["certificates"] = _certificates(workshop, request.user, sees_all=context["may_change"])
    if context["may_change"]:
        attendance = AttendanceForm(sent if "attendance" in sent else None, workshop=workshop)
        walk_in = WalkInForm(sent if "walk_in" in sent else None)
        if _done(
            request,
            attendance,
            lambda data: actions.record_attendance(workshop, by=request.user, came=attendance.came),
        ) or _done(request, walk_in, lambda data: actions.add_walk_in(workshop, by=request.user, **data)):
            messages.success(request, _("Saved."))
            return redirect(workshop)
        context |= {"attendance": attendance, "walk_in": walk_in}
        came = workshop.attendances.filter(came=True, certificate__isnull=True).count()
        context["to_certify"] = came if workshop.gives_certificates and workshop.is_over else 0
    return render(request, "grants/workshop_detail.html", context)


def _done(request: HttpRequest, form: Any, verb: Any) -> bool:
    """Whether this form was sent, was right, and its verb was not refused."""
    if not form.is_bound or not form.is_valid():
        return False
    try:
        verb(form.cleaned_data)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    return True


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


def _certificates(workshop: Workshop, user: Any, *, sees_all: bool) -> Any:
    """All of them for the organiser and for funders; else one's own and one's group's (`grants.see_certificate`)."""
    found = TrainingCertificate.objects.filter(attendance__workshop=workshop)
    if not sees_all and not rules.has_perm("grants.see_needs", user):
        found = found.filter(Q(attendance__person=user) | Q(attendance__organization__in=list(user.roles)))
    return found.select_related("attendance__person", "attendance__organization", "attendance__workshop")


@login_required
@require_POST
def certificates_issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who came gets a certificate."""
    workshop = _mine(request, pk)
    try:
        issued = actions.issue_certificates(workshop, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Certificates given: %(n)s") % {"n": len(issued)})
    return redirect(workshop)


@login_required
def certificate_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate that should not have been given."""
    found = TrainingCertificate.objects.select_related("attendance__workshop", "attendance__person")
    certificate = get_object_or_404(found, pk=pk)
    permit("grants.withdraw_certificate", request.user, certificate)
    form = WithdrawCertificateForm(request.POST or None)
    workshop = certificate.attendance.workshop
    if _done(
        request, form, lambda data: actions.withdraw_certificate(certificate, by=request.user, reason=data["reason"])
    ):
        messages.success(request, _("The certificate is withdrawn."))
        return redirect(workshop)
    context = {"certificate": certificate, "workshop": workshop, "form": form}
    return render(request, "grants/certificate_withdraw.html", context)


@login_required
def workshop_create(request: HttpRequest) -> HttpResponse:
    """Announce a workshop."""
    permit("grants.hold_workshop", request.user)
    return _edit(request, Workshop())


@login_required
def workshop_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a workshop before it begins; whoever has a seat is told of another time or place."""
    workshop = _mine(request, pk)
    if workshop.why_fixed and request.method != "POST":
        messages.error(request, workshop.why_fixed)
        return redirect(workshop)
    return _edit(request, workshop)


@login_required
def workshop_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Call a workshop off, with a reason that everybody with a seat reads."""
    workshop = _mine(request, pk)
    if workshop.is_cancelled and request.method != "POST":
        messages.error(request, workshop.why_fixed)
        return redirect(workshop)
    form = CancelWorkshopForm(request.POST or None)
    if _done(request, form, lambda data: actions.cancel(workshop, by=request.user, reason=data["reason"])):
        messages.success(request, _("The workshop is cancelled. Everybody with a seat has been told."))
        return redirect(workshop)
    taken = workshop.attendances.filter(person__isnull=False).count()
    return render(request, "grants/workshop_cancel.html", {"workshop": workshop, "form": form, "taken": taken})


def _mine(request: HttpRequest, pk: int) -> Workshop:
    """A workshop that this person may change; 403 otherwise, as everybody sees every workshop."""
    workshop = get_object_or_404(Workshop, pk=pk)
    permit("grants.change_workshop", request.user, workshop)
    return workshop


def _edit(request: HttpRequest, workshop: Workshop) -> HttpResponse:
    form = WorkshopForm(
        request.POST or None, instance=workshop, organizers=organizers_of(request.user), user=request.user
    )
    is_new = workshop.pk is None
    if _done(request, form, lambda data: actions.hold_workshop(form.save(commit=False), by=request.user)):
        messages.success(request, _("The workshop is announced.") if is_new else _("Saved."))
        return redirect(workshop)
    return render(request, "grants/workshop_form.html", {"workshop": workshop, "form": form})
