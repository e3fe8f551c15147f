"""Signing in on a pitch day: the code on the screen, the judge's phone, the clerk's list."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations import sign_in
from evaluations.actions import absence, presence
from evaluations.attendance import judges_of
from evaluations.forms import ReasonForm, RepresentativeForm
from evaluations.models import PitchDay
from evaluations.views.pitch import find, find_slot
from evaluations.views.polling import private
from projects.qr import svg

RECORDED = gettext_lazy("The absence is recorded. Until the scores are locked the judge can come back.")


@login_required
def pitch_presence(request: HttpRequest, pk: int) -> HttpResponse:
    """Who is there: judges and groups; the clerk ticks whom the code did not reach."""
    day = find(request, pk)
    judges = judges_of(day)
    may_hold = rules.has_perm("evaluations.hold_pitch", request.user, day)
    if request.method == "POST":
        if not may_hold:
            raise PermissionDenied
        person = next((one.person for one in judges if str(one.person.pk) == request.POST.get("person")), None)
        try:
            if person:
                presence.note_presence(day, person, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("evaluations:pitch_presence", pk=pk)
    context = {"day": day, "call": day.call, "judges": judges, "slots": day.order, "may_hold": may_hold}
    away = [judge.person for judge in judges if judge.absent and may_hold]
    context["short_without"] = {person.pk: len(absence.short_without(person, day.call)) for person in away}
    return render(request, "evaluations/pitch_presence.html", context)


@login_required
def judge_absent(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    """Note a judge as absent from everything of the session that is still to come."""
    day = find(request, pk, "evaluations.hold_pitch")
    judge = next((one for one in judges_of(day) if one.person.pk == person_pk), None)
    if judge is None or not day.is_open:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            presence.mark_absent(day, judge.person, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, RECORDED)
            return redirect("evaluations:pitch_presence", pk=pk)
    context = {"day": day, "call": day.call, "judge": judge, "form": form}
    return render(request, "evaluations/judge_absent.html", context)


@login_required
def representative_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Note who came for a group."""
    slot = find_slot(request, pk)
    permit("evaluations.conduct", request.user, slot)
    form = RepresentativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            presence.note_representative(slot, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect("evaluations:pitch_presence", pk=slot.day_id)
    context = {"slot": slot, "day": slot.day, "call": slot.day.call, "form": form}
    context |= {"heading": _("Who came for the group"), "submit": _("Save")}
    return render(request, "evaluations/slot_form.html", context)


@login_required
def pitch_qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The code for the judges, big, to be shown in the room; it renews itself."""
    day = find(request, pk, "evaluations.hold_pitch")
    there = {found.person_id for found in day.presences.all()}
    context = {
        "day": day,
        "judges": [(one.person, one.person.pk in there) for one in judges_of(day) if not one.is_recused],
        "seconds": int(sign_in.RENEWED_EVERY.total_seconds()),
        "at": int(clock.now().timestamp()),  # a new picture has a new address
    }
    return private(render(request, "evaluations/pitch_qr.html", context))


@login_required
@require_safe
def pitch_qr_image(request: HttpRequest, pk: int) -> HttpResponse:
    """The picture of a fresh code."""
    day = find(request, pk, "evaluations.hold_pitch")
    address = request.build_absolute_uri(reverse("evaluations:pitch_sign_in", args=[sign_in.new_code(day)]))
    return private(HttpResponse(svg(address), content_type="image/svg+xml"))


@login_required
def pitch_sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Behind the code: a judge says “I am here”, and follows the session from then on."""
    pk = sign_in.day_of(code)
    if pk is None:
        return render(request, "evaluations/pitch_code_too_old.html", status=200)
    day = get_object_or_404(PitchDay.objects.select_related("call"), pk=pk)
    permit("evaluations.judge_pitch", request.user, day)
    if request.method == "POST":
        try:
            presence.sign_in(day, by=request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("You are signed in. This page follows the session by itself."))
        return redirect("evaluations:pitch_judge", pk=pk)
    if day.presences.filter(person=request.user).exists():
        return redirect("evaluations:pitch_judge", pk=pk)
    return render(request, "evaluations/pitch_sign_in.html", {"day": day})
