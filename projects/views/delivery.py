"""What the group and its mentor record."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from projects.actions import delivery
from projects.figures import so_far
from projects.forms import ReportForm
from projects.models import Project, Report
from projects.views.project import find


def simple(
    request: HttpRequest, pk: int, *, permission: str, form_class, verb, heading: str, submit: str, new=None, lead=""
):
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
    context = {"project": project, "form": form, "heading": heading, "submit": submit, "lead": lead}
    return render(request, "projects/form.html", context)


@login_required
def report_create(request: HttpRequest, pk: int) -> HttpResponse:
    return simple(
        request,
        pk,
        permission="projects.plan_delivery",
        form_class=ReportForm,
        verb=delivery.submit_report,
        new=from_records,
        heading=_("Write a report"),
        submit=_("Submit the report"),
        lead=_("The figures come from your records since the project began. Correct them if something is missing."),
    )


def from_records(project: Project) -> Report:
    """A report whose figures stand there already: the group writes the words."""
    counted = so_far(project)
    figures = {"persons": counted.persons, "visits": counted.visits, "volunteer_hours": counted.volunteer_hours}
    return Report(project=project, **figures)


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
