"""The plan of an activity, its page, and its record."""

from decimal import Decimal
from typing import Any

import rules
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import workflow
from core.forms import add_refusal
from core.models import Attachment, Event
from core.money import plain
from core.workflow import Refused, permit
from projects.actions import activities
from projects.forms import ActivityForm, ActivityItems, ActivityPartners, AmendForm, ReasonForm, RecordForm
from projects.models import Activity, Project
from projects.views.project import find

STEPS = {
    "hand_in": lambda activity, by, reason: activities.hand_in(activity, by=by),
    "cancel": lambda activity, by, reason: activities.cancel(activity, by=by, reason=reason),
}


def find_activity(request: HttpRequest, pk: int) -> Activity:
    """The activity of a project whose delivery this person may see."""
    found = Activity.objects.visible_to(request.user)
    related = ("project__call", "project__applicant", "project__community", "recorded_by")
    return get_object_or_404(found.select_related(*related), pk=pk)


@login_required
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about one activity, and what can be done with it now."""
    activity = find_activity(request, pk)
    project, times = activity.project, activity.volunteer_times.select_related("volunteer")
    context = {
        "activity": activity,
        "project": project,
        "choices": workflow.choices(activity, request.user),
        "items": activity.items.all(),
        "lines": {line.key: line for line in project.budget_lines.all()},
        "sheets": Attachment.objects.of(activity),
        "photos": activity.photos.all(),
        "times": times,
        "minutes": sum(time.minutes for time in times if time.confirmed_at),
        "signed": activity.sign_ins.count(),
        "first_timers": activity.sign_ins.filter(first_time=True).count(),
    }
    if rules.has_perm("projects.see_log", request.user, project):
        context["events"] = reversed(Event.objects.about(activity))
    return render(request, "projects/activity_detail.html", context)


@login_required
def activity_create(request: HttpRequest, pk: int) -> HttpResponse:
    return _plan(request, find(request, pk), None)


@login_required
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    activity = find_activity(request, pk)
    return _plan(request, activity.project, activity)


def _plan(request: HttpRequest, project: Project, activity: Activity | None) -> HttpResponse:
    """Write the plan of an activity: its words, who does what, and its materials."""
    permit("projects.plan_delivery", request.user, project)
    sent = request.POST if request.method == "POST" else None
    form = ActivityForm(sent, instance=activity or Activity(project=project))
    stored: dict[str, Any] = {"partners": None, "items": None}
    if activity and sent is None:
        stored["partners"] = list(activity.partners.values("name", "task"))
        columns = ("name", "quantity", "count", "unit_price", "amount", "line_key")
        stored["items"] = [row | {"count": _as_typed(row["count"])} for row in activity.items.values(*columns)]
    partners = ActivityPartners(sent, initial=stored["partners"], prefix="partners")
    items = ActivityItems(sent, initial=stored["items"], prefix="items", form_kwargs={"project": project})
    if sent is not None and all([form.is_valid(), partners.is_valid(), items.is_valid()]):
        try:
            saved = activities.plan_activity(
                project,
                by=request.user,
                values=form.values,
                partners=partners.rows(),
                items=items.rows(),
                targets=form.cleaned_data.get("targets", ()),
                activity=Activity.objects.get(pk=activity.pk) if activity else None,
                reason=form.cleaned_data.get("reason", ""),
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The plan is saved."))
            return redirect(saved)
    context = {"project": project, "activity": activity, "form": form, "partners": partners, "items": items}
    return render(request, "projects/activity_form.html", context)


def _as_typed(number: Decimal | None) -> str:
    """How many as people write it: 10, not 10.00."""
    return "" if number is None else plain(number)


@login_required
def activity_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Hand the plan in, or cancel the activity."""
    if name not in STEPS:
        raise Http404
    activity = find_activity(request, pk)
    choice = next((c for c in workflow.choices(activity, request.user) if c.name == name), None)
    if choice is None:
        permit("projects.plan_delivery", request.user, activity.project)
        messages.error(request, _("This cannot be done any more: look at how it stands now."))
        return redirect(activity)
    form = ReasonForm(request.POST or None) if choice.note else forms.Form(request.POST or None)
    if request.method == "POST" and (form.is_valid() or not choice.note):
        try:
            STEPS[name](activity, request.user, form.cleaned_data.get("reason", "") if choice.note else "")
        except Refused as refused:
            for reason in refused.reasons:
                messages.error(request, reason)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": choice.label})
        return redirect(activity)
    context = {"project": activity.project, "form": form, "heading": choice.label, "submit": choice.label}
    return render(request, "projects/form.html", context | {"lead": activity.theme, "back": activity})


@login_required
def activity_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how an activity went: kept half finished as often as one likes, handed in once."""
    activity = find_activity(request, pk)
    permit("projects.plan_delivery", request.user, activity.project)
    if activity.is_recorded and request.method != "POST":
        return redirect("projects:activity_amend", pk=pk)
    finished, written = "keep" not in request.POST, _with_team(find_activity(request, pk))
    form = RecordForm(request.POST or None, request.FILES or None, instance=written, hands_in=finished)
    if request.method == "POST" and form.is_valid():
        verb = activities.record_activity if finished else activities.save_record
        given = {"values": form.values, "achieved": form.achieved, "sheets": form.cleaned_data["sheets"]}
        try:
            verb(activity, by=request.user, **given)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The activity is recorded.") if finished else _("Kept. You can go on later."))
            return redirect(activity)
    context = {
        "project": activity.project,
        "activity": activity,
        "form": form,
        "signed": activity.sign_ins.count(),
        "sheets": Attachment.objects.of(activity).filter(kind=Activity.SIGN_IN_SHEET),
        "missing": [condition.reason for condition in form.unmet],
    }
    return render(request, "projects/activity_record.html", context)


def _with_team(activity: Activity) -> Activity:
    """Who ran it stands there from the proposal, until somebody writes otherwise."""
    if not activity.team:
        activity.team = "、".join(activity.project.team.values_list("name", flat=True))[:200]
    return activity


@login_required
def activity_amend(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a record, with the reason."""
    activity = find_activity(request, pk)
    permit("projects.plan_delivery", request.user, activity.project)
    if not activity.is_recorded:
        raise PermissionDenied
    form = AmendForm(request.POST or None, instance=find_activity(request, pk))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            activities.amend_record(
                activity, by=request.user, values=form.values, achieved=form.achieved, reason=reason
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The record is corrected."))
            return redirect(activity)
    context = {"project": activity.project, "activity": activity, "form": form, "signed": activity.sign_ins.count()}
    return render(request, "projects/activity_record.html", context)
