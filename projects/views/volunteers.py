"""Volunteers and their time."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from projects.actions import volunteers as actions
from projects.disclosing import shown
from projects.figures import so_far
from projects.forms import OtherTimeForm, VolunteerTimes
from projects.models import VolunteerTime
from projects.models.volunteer import in_hours
from projects.views.activities import find_activity
from projects.views.project import find


@login_required
def volunteer_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Who helped how long in the project; the head confirms what was entered."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    waiting = VolunteerTime.objects.waiting().filter(volunteer__project=project)
    waiting = list(waiting.select_related("volunteer__project", "volunteer__person", "activity", "entered_by"))
    mine = [time for time in waiting if rules.has_perm("projects.confirm_hours", request.user, time)]
    if request.method == "POST":
        chosen = set(request.POST.getlist("time"))
        done = actions.confirm_times(project, by=request.user, times=[t for t in mine if str(t.pk) in chosen])
        messages.success(request, _("Confirmed: %(n)s.") % {"n": done})
        return redirect("projects:volunteer_list", pk=pk)
    confirmed = Q(times__confirmed_at__isnull=False)
    found = project.volunteers.annotate(
        minutes=Sum("times__minutes", filter=confirmed),
        days=Count("times", filter=confirmed),
        open=Sum("times__minutes", filter=~confirmed),
    ).order_by("name", "pk")
    sees_names = rules.has_perm("projects.see_names", request.user, project)
    if sees_names and found:
        shown("volunteers", by=request.user, project=project, label=_("Names of volunteers seen"), number=len(found))
    context = {
        "project": project,
        "volunteers": [(one, in_hours(one.minutes), in_hours(one.open)) for one in found],
        "waiting": waiting,
        "mine": {time.pk for time in mine},
        "figures": so_far(project),
        "may_enter": rules.has_perm("projects.plan_delivery", request.user, project),
        "sees_names": sees_names,
    }
    return render(request, "projects/volunteer_list.html", context)


@login_required
def volunteer_times(request: HttpRequest, pk: int) -> HttpResponse:
    """Who helped at one activity, and how many minutes."""
    activity = find_activity(request, pk)
    project = activity.project
    permit("projects.plan_delivery", request.user, project)
    times = activity.volunteer_times.select_related("volunteer")
    there = [{"name": t.volunteer.name, "minutes": t.minutes, "task": t.task} for t in times if not t.confirmed_at]
    named = {time.volunteer_id for time in times}
    usual = [{"name": one.name} for one in project.volunteers.all() if one.pk not in named]
    formset = VolunteerTimes(request.POST or None, initial=[*there, *usual], prefix="times")
    if request.method == "POST" and formset.is_valid():
        try:
            actions.enter_times(activity, by=request.user, rows=formset.rows())
        except Refused as refused:
            for reason in refused.reasons:
                formset.add_problem(reason)
        else:
            messages.success(request, _("Saved. The head of the group confirms the time."))
            return redirect(activity)
    context = {
        "activity": activity,
        "project": project,
        "formset": formset,
        "confirmed": [time for time in times if time.confirmed_at],
    }
    return render(request, "projects/volunteer_times.html", context)


@login_required
def volunteer_time_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Time besides activities."""
    project = find(request, pk)
    permit("projects.plan_delivery", request.user, project)
    form = OtherTimeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            actions.enter_time(project, by=request.user, held_on=values.pop("held_on"), values=values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved. The head of the group confirms the time."))
            return redirect("projects:volunteer_list", pk=pk)
    context = {"project": project, "form": form, "heading": _("Volunteer's time besides activities")}
    return render(request, "projects/form.html", context | {"submit": _("Save")})
