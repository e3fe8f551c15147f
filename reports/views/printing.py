"""Printing in bulk: choose on a page with a list, watch it, fetch the result. Somebody else's job is not found."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.forms import add_refusal
from core.models import Event
from core.paging import page_of
from core.workflow import Refused, choices, record
from reports.actions import printing
from reports.forms import PrintForm
from reports.models import PrintItem, PrintJob
from reports.models.print_job import KEPT
from reports.print_kinds import KINDS, of_source
from reports.print_sources import SOURCES
from reports.views.imports import answer, private

PAGE = 20
LISTED = 50


def _find(request: HttpRequest, pk: int) -> PrintJob:
    return get_object_or_404(PrintJob.objects.visible_to(request.user).select_related("by"), pk=pk)


@require_safe
@login_required
def print_job_list(request: HttpRequest) -> HttpResponse:
    """My print jobs, the latest first."""
    page = page_of(PrintJob.objects.visible_to(request.user), PAGE, request.GET.get("page"))
    for job in page:
        job.label = KINDS[job.kind].label
    return render(request, "reports/print_job_list.html", {"page_obj": page, "days": KEPT.days})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def print_job_create(request: HttpRequest, source: str) -> HttpResponse:
    """Which papers of a choice are printed, and how; the choice is that of the page one comes from."""
    if source not in SOURCES:
        raise Http404
    asked = {key: value for key, value in request.GET.items() if key != "page" and value}
    found = SOURCES[source].find(request.user, asked)
    if found is None:
        raise Http404
    offers = [(key, row.label, row.things(found, request.user).count()) for key, row in of_source(source).items()]
    offers = [offer for offer in offers if offer[2]]
    form = PrintForm(request.POST or None, offers=offers)
    if request.method == "POST" and form.is_valid():
        origin = request.build_absolute_uri("/")
        try:
            job = printing.start(by=request.user, asked=asked, origin=origin, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect(job)
    context = {
        "form": form,
        "offers": offers,
        "about": SOURCES[source].about(found, asked, request.user),
        "source": source,
        "days": KEPT.days,
    }
    return render(request, "reports/print_job_form.html", context)


@require_safe
@login_required
def print_job_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where a job is: its progress, what went wrong, its result."""
    job = _find(request, pk)
    failed = job.items.filter(status=PrintItem.Status.FAILED)
    context = _progress(job) | {
        "label": KINDS[job.kind].label,
        "failed": failed[:LISTED],
        "failures": failed.count(),
        "choices": [] if job.is_stuck else choices(job, request.user),
        "events": Event.objects.about(job).select_related("actor"),
    }
    return render(request, "reports/print_job_detail.html", context)


def _progress(job: PrintJob) -> dict[str, Any]:
    printed = job.items.filter(status=PrintItem.Status.DONE).count()
    return {"job": job, "total": job.items.count(), "printed": printed}


@require_safe
@login_required
def print_job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for every two seconds; when it is over, the whole page is loaded again."""
    job = _find(request, pk)
    response = render(request, "reports/_print_progress.html", _progress(job))
    if not job.is_busy or job.is_stuck:
        response["HX-Refresh"] = "true"
    return private(response)


@require_POST
@login_required
def print_job_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """A button of the page."""
    job = _find(request, pk)
    said = {
        "pause": _("Paused. What is printed is kept."),
        "go_on": _("It goes on."),
        "try_again": _("It goes on."),
        "restart": _("It goes on."),
        "leave_out": _("The papers that are there are put together."),
        "cancel": _("The printing is cancelled, its files are removed."),
        "clear": _("The file is removed."),
    }
    if step not in said:
        raise Http404
    answer(request, job, getattr(printing, step), said[step])
    return redirect(job)


@require_safe
@login_required
def print_job_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The result, as long as one may still see every paper in it; who fetched it is kept."""
    job = _find(request, pk)
    if not job.is_done:
        raise Http404
    if not printing.still_sees_all(job, by=request.user):
        raise PermissionDenied
    if request.method == "GET":
        record(job, "download", by=request.user, label=_("Fetched"))
    media = "application/zip" if job.form == PrintJob.Form.ZIP else "application/pdf"
    file = job.result.open("rb")
    return private(FileResponse(file, as_attachment=True, filename=job.result_name, content_type=media))
