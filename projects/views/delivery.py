"""What the group and its mentor record."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused
from projects.actions import delivery
from projects.forms import (
    ActivityForm,
    ActivityItems,
    ActivityRecordForm,
    FollowUpForm,
    MentoringForm,
    MilestoneForm,
    ReportForm,
)
from projects.models import Activity, MentoringNote, Milestone, Project, Report
from projects.views.project import find, permit


def simple(request: HttpRequest, pk: int, *, permission: str, form_class, verb, heading: str, submit: str, new=None):
    """Find, check, form, verb, redirect: for everything that is one form on one project."""
    project = find(request, pk)
    permit(permission, request.user, project)
    form = form_class(request.POST or None, request.FILES or None, **({"instance": new(project)} if new else {}))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        extra = {"files": values.pop("files")} if "files" in values else {}
        try:
            verb(project, by=request.user, values=values, **extra)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(project)
    context = {"project": project, "form": form, "heading": heading, "submit": submit}
    return render(request, "projects/form.html", context)


@login_required
def milestone_create(request: HttpRequest, pk: int) -> HttpResponse:
    return simple(
        request,
        pk,
        permission="projects.plan_delivery",
        form_class=MilestoneForm,
        verb=delivery.add_milestone,
        new=lambda project: Milestone(project=project),
        heading=_("New milestone"),
        submit=_("Add the milestone"),
    )


@login_required
def report_create(request: HttpRequest, pk: int) -> HttpResponse:
    return simple(
        request,
        pk,
        permission="projects.plan_delivery",
        form_class=ReportForm,
        verb=delivery.submit_report,
        new=lambda project: Report(project=project),
        heading=_("Write a report"),
        submit=_("Submit the report"),
    )


@login_required
def mentoring_create(request: HttpRequest, pk: int) -> HttpResponse:
    return simple(
        request,
        pk,
        permission="projects.mentor",
        form_class=MentoringForm,
        verb=delivery.add_mentoring_note,
        new=lambda project: MentoringNote(project=project, mentor=request.user),
        heading=_("Write a mentoring note"),
        submit=_("Save the note"),
    )


@login_required
def follow_up_create(request: HttpRequest, pk: int) -> HttpResponse:
    return simple(
        request,
        pk,
        permission="projects.follow_up",
        form_class=FollowUpForm,
        verb=delivery.add_follow_up,
        heading=_("Look back"),
        submit=_("Save"),
    )


@login_required
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a report; the clerk accepts it here."""
    report = get_object_or_404(
        Report.objects.visible_to(request.user).select_related(
            "project__call", "submitted_by", "accepted_by", "milestone"
        ),
        pk=pk,
    )
    if request.method == "POST":
        try:
            delivery.accept_report(report, by=request.user)
            messages.success(request, _("The report is accepted."))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("projects:report_detail", pk=pk)
    context = {"report": report, "project": report.project, "attachments": Attachment.objects.of(report)}
    return render(request, "projects/report_detail.html", context)


def find_activity(request: HttpRequest, pk: int) -> Activity:
    """The activity of a project whose delivery this person may see."""
    found = Activity.objects.visible_to(request.user)
    return get_object_or_404(found.select_related("project__call", "project__applicant", "recorded_by"), pk=pk)


@login_required
def activity_detail(request: HttpRequest, pk: int) -> HttpResponse:
    activity = find_activity(request, pk)
    context = {
        "activity": activity,
        "project": activity.project,
        "items": activity.items.all(),
        "attachments": Attachment.objects.of(activity),
    }
    return render(request, "projects/activity_detail.html", context)


@login_required
def activity_create(request: HttpRequest, pk: int) -> HttpResponse:
    project = find(request, pk)
    return plan(request, project, None)


@login_required
def activity_edit(request: HttpRequest, pk: int) -> HttpResponse:
    activity = find_activity(request, pk)
    return plan(request, activity.project, activity)


def plan(request: HttpRequest, project: Project, activity: Activity | None) -> HttpResponse:
    """Write the plan of an activity with its materials."""
    permit("projects.plan_delivery", request.user, project)
    form = ActivityForm(request.POST or None, instance=activity or Activity(project=project))
    initial = list(activity.items.values("name", "quantity", "amount")) if activity and not request.POST else None
    formset = ActivityItems(request.POST or None, initial=initial, prefix="items")
    if request.method == "POST" and form.is_valid() and formset.is_valid():
        stored = Activity.objects.get(pk=activity.pk) if activity else None
        try:
            saved = delivery.plan_activity(
                project, by=request.user, values=form.cleaned_data, items=formset.rows(), activity=stored
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The plan is saved."))
            return redirect(saved)
    context = {"project": project, "activity": activity, "form": form, "formset": formset}
    return render(request, "projects/activity_form.html", context)


@login_required
def activity_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how an activity went, with its evidence."""
    activity = find_activity(request, pk)
    permit("projects.plan_delivery", request.user, activity.project)
    form = ActivityRecordForm(request.POST or None, request.FILES or None, instance=find_activity(request, pk))
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        files = values.pop("files")
        try:
            delivery.record_activity(activity, by=request.user, values=values, files=files)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The activity is recorded."))
            return redirect(activity)
    context = {
        "project": activity.project,
        "form": form,
        "heading": _("Record: %(theme)s") % {"theme": activity.theme},
        "submit": _("Record the activity"),
    }
    return render(request, "projects/form.html", context)
