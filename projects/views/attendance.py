"""Who came: the code on the wall, the page on the phone, and the list that the group keeps."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core.forms import add_refusal
from core.strangers import device_of, new_device, remember_device, sender_of
from core.workflow import Refused, permit
from projects import qr, sign_in
from projects.actions import activities
from projects.actions import attendance as actions
from projects.disclosing import shown
from projects.forms import CorrectForm, HeadCountForm, SignInForm, TickForm, WriteDownForm
from projects.models import Activity, ConsentText, SignIn
from projects.views.activities import find_activity


@login_required
def attendance(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of an activity; the group ticks, writes down and counts, everybody else sees how many."""
    activity = find_activity(request, pk)
    permit("projects.see_names", request.user, activity.project)
    sent = request.POST if request.method == "POST" else {}
    tick = TickForm(sent if "tick" in sent else None, activity=activity)
    write = WriteDownForm(sent if "write" in sent else None, instance=SignIn(), activity=activity)
    count = HeadCountForm(sent if "count" in sent else None, initial={"number": activity.head_count})
    verbs = (
        (tick, lambda data: actions.tick(activity, by=request.user, people=data["people"])),
        (write, lambda data: actions.write_down(activity, by=request.user, values=write.values)),
        (count, lambda data: actions.count_heads(activity, by=request.user, number=data["number"])),
    )
    for form, verb in verbs:
        if form.is_bound and form.is_valid():
            try:
                verb(form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Saved."))
                return redirect("projects:attendance", pk=pk)
    signed = list(activity.sign_ins.select_related("beneficiary", "community"))
    if signed:
        said = {"label": _("Attendance list seen"), "number": len(signed), "activity": activity.pk}
        shown("attendance", by=request.user, project=activity.project, **said)
    context = {
        "activity": activity,
        "project": activity.project,
        "signed": signed,
        "known": sum(1 for one in signed if one.beneficiary_id or one.person_key),
        "first_timers": sum(1 for one in signed if one.first_time),
        "tick": tick,
        "write": write,
        "heads": count,
        "is_open": _is_open(request, activity),
    }
    return render(request, "projects/attendance.html", context)


@login_required
def sign_in_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a line of the list, or take it off."""
    seen = SignIn.objects.visible_to(request.user)
    signed = get_object_or_404(seen.select_related("activity__project__call", "activity__project__community"), pk=pk)
    activity = signed.activity
    permit("projects.see_names", request.user, activity.project)
    if request.method == "POST" and "forget" in request.POST:
        actions.forget(signed, by=request.user)
        messages.success(request, _("The name is gone; the visit still counts."))
        return redirect("projects:attendance", pk=activity.pk)
    form = CorrectForm(request.POST or None, instance=SignIn.objects.get(pk=pk), activity=activity)
    strikes = "strike" in request.POST
    if request.method == "POST" and (strikes or form.is_valid()):
        try:
            if strikes:
                actions.strike(signed, by=request.user)
            else:
                actions.correct(signed, by=request.user, values=form.values, person=form.cleaned_data["person"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:attendance", pk=activity.pk)
    context = {"signed": signed, "activity": activity, "project": activity.project, "form": form}
    context["is_open"] = _is_open(request, activity)
    return render(request, "projects/sign_in_edit.html", context)


def _is_open(request: HttpRequest, activity: Activity) -> bool:
    """Whether this person can still change the list."""
    may = rules.has_perm("projects.plan_delivery", request.user, activity.project)
    return may and activity.state in (Activity.State.PLANNED, Activity.State.CHANGED)


@login_required
def sign_in_code(request: HttpRequest, pk: int) -> HttpResponse:
    """The code, big, to be shown in the room or printed."""
    activity = _for_group(request, pk)
    context = {"activity": activity, "project": activity.project, "signed": activity.sign_ins.count()}
    context["address"] = _address(request, activity)
    context["closed"] = actions.why_closed(activity)
    return render(request, "projects/sign_in_code.html", context)


@login_required
@require_safe
def sign_in_image(request: HttpRequest, pk: int) -> HttpResponse:
    activity = _for_group(request, pk)
    response = HttpResponse(qr.svg(_address(request, activity)), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def sign_in_renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new code; the old one ends."""
    activities.renew_code(_for_group(request, pk), by=request.user)
    messages.success(request, _("There is a new code. What was printed before is worth nothing any more."))
    return redirect("projects:sign_in_code", pk=pk)


def _for_group(request: HttpRequest, pk: int) -> Activity:
    activity = find_activity(request, pk)
    permit("projects.plan_delivery", request.user, activity.project)
    return activity


def _address(request: HttpRequest, activity: Activity) -> str:
    return request.build_absolute_uri(reverse("projects:activity_sign_in", args=[sign_in.new_code(activity)]))


@never_cache
def activity_sign_in(request: HttpRequest, code: str) -> HttpResponse:
    """Behind the code, for everybody who is in the room: sign in, and correct what one wrote."""
    activity = sign_in.activity_of(code)
    if activity is None:
        return render(request, "projects/sign_in.html", {"activity": None}, status=404)
    device = device_of(request)
    signed = actions.mine(activity, device)
    corrects = signed is not None and "correct" in request.GET
    form = SignInForm(request.POST or None, instance=actions.mine(activity, device) or SignIn(), activity=activity)
    if request.method == "POST" and form.is_valid():
        response = redirect("projects:activity_sign_in", code=code)
        if form.is_trapped:
            return response  # a program: it learns nothing from the answer
        device = device or new_device()
        try:
            actions.sign_in(activity, device=device, sender=sender_of(request), values=form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            remember_device(request, response, device)
            return response
    context = {
        "activity": activity,
        "form": form,
        "signed": None if corrects or form.is_bound else signed,
        "corrects": signed is not None,
        "closed": actions.why_closed(activity),
        "text": ConsentText.objects.in_force(activity.project.call.funder, ConsentText.Purpose.SIGN_IN),
    }
    return render(request, "projects/sign_in.html", context)
