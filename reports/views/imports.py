"""Tables in and out. Who may not have a table gets 403; somebody else's import is not found."""

from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.paging import page_of
from core.workflow import Refused, permit
from people.resources.rows import Outcome
from reports import exchange
from reports.actions import exports, imports
from reports.exchange import TABLES, Table
from reports.forms import DecisionForm, TableForm
from reports.models import ImportJob

PAGE = 50
LATEST = 10
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def find_table(key: str) -> Table:
    if key not in TABLES:
        raise Http404
    return TABLES[key]


def find(request: HttpRequest, pk: int) -> ImportJob:
    """One's own import, as long as one may still import such a table."""
    job = get_object_or_404(ImportJob.objects.visible_to(request.user), pk=pk)
    permit(find_table(job.table).permission, request.user)
    return job


def send_workbook(request: HttpRequest, name: str, write: Any) -> FileResponse:
    """A workbook that `write` puts into a file of its own, given out and forgotten."""
    file = TemporaryFile()  # noqa: SIM115  closed by the response
    write(file)
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    return private(response)


def private(response: Any) -> Any:
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


# -- Out -------------------------------------------------------------------------------------------


@login_required
@require_safe
def tables(request: HttpRequest) -> HttpResponse:
    """The tables that this person may take out or send, and the latest that were sent."""
    permit("reports.open_exchange", request.user)
    jobs = ImportJob.objects.visible_to(request.user).exclude(status=ImportJob.Status.DISCARDED)[:LATEST]
    latest = [(job, TABLES[job.table]) for job in jobs if job.table in TABLES]
    return render(request, "reports/exchange.html", {"offers": exchange.offers(request.user), "latest": latest})


@login_required
@require_safe
def table_export(request: HttpRequest, table: str, kind: str) -> HttpResponseBase:
    """The whole table, as xlsx or csv; kept in the log."""
    found = find_table(table)
    permit(found.download, request.user)
    if request.method == "GET":
        exports.record_export(by=request.user, table=table, kind=kind)
    name = f"{found.label} {clock.today():%Y-%m-%d}"
    if kind == "xlsx":
        return send_workbook(request, name, lambda file: exchange.write_xlsx(found, file, by=request.user))
    response = StreamingHttpResponse(exchange.csv_lines(found, by=request.user), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.csv")
    return private(response)


@login_required
@require_safe
def table_template(request: HttpRequest, table: str) -> HttpResponseBase:
    """An empty workbook to fill in."""
    found = find_table(table)
    permit(found.permission, request.user)
    name = _("%(table)s template") % {"table": found.label}
    return send_workbook(request, name, lambda file: exchange.write_template(found, file, by=request.user))


# -- In --------------------------------------------------------------------------------------------


@login_required
def import_create(request: HttpRequest, table: str) -> HttpResponse:
    """Send a table; it is checked, and nothing is written."""
    found = find_table(table)
    permit(found.permission, request.user)
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    if form.is_valid():
        try:
            job = imports.send(by=request.user, table=table, upload=form.cleaned_data["file"])
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect(job)
    columns = found.resource().columns()
    context = {"form": form, "table": found, "key": table, "columns": columns}
    return render(request, "reports/import_form.html", context)


@login_required
@require_safe
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an import is: its progress, what it would do, or what it has done."""
    job = find(request, pk)
    page = page_of(job.errors, PAGE, request.GET.get("page"))
    counts = [(outcome, Outcome(outcome).label, getattr(job, outcome)) for outcome in Outcome.values]
    samples = [(outcome, Outcome(outcome).label, rows) for outcome, rows in job.samples.items() if rows]
    context = {
        "job": job,
        "table": TABLES[job.table],
        "form": DecisionForm(),
        "counts": counts,
        "samples": samples if job.status == ImportJob.Status.READY else [],
        "page_obj": page,
    }
    return render(request, "reports/import_detail.html", context)


@login_required
@require_safe
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The bar alone, asked for every two seconds; when it is over, the whole page is loaded again."""
    job = find(request, pk)
    response = render(request, "reports/_progress.html", {"job": job})
    if not job.is_busy or job.is_stuck:
        response["HX-Refresh"] = "true"
    return private(response)


@login_required
@require_safe
def import_wrong_rows(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows that were not taken, with the reasons, to be corrected and sent again."""
    job = find(request, pk)
    if not job.wrong_rows:
        raise Http404
    name = _("%(table)s wrong rows") % {"table": TABLES[job.table].label}
    response = FileResponse(job.wrong_rows.open("rb"), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    return private(response)


def answer(request: HttpRequest, job: ImportJob, verb: Any, success: str, **values: Any) -> bool:
    """Do it, and say that it is done or why it is not."""
    try:
        verb(job, by=request.user, **values)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
        return False
    messages.success(request, success)
    return True


@login_required
@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    job = find(request, pk)
    form = DecisionForm(request.POST)
    if form.is_valid():
        answer(request, job, imports.confirm, _("The import has begun."), mode=form.cleaned_data["mode"])
    else:
        messages.error(request, _("Please choose what to import."))
    return redirect(job)


@login_required
@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    job = find(request, pk)
    done = answer(request, job, imports.discard, _("The table is discarded. Nothing was written."))
    return redirect("reports:exchange") if done else redirect(job)


@login_required
@require_POST
def import_resume(request: HttpRequest, pk: int) -> HttpResponse:
    job = find(request, pk)
    answer(request, job, imports.resume, _("It goes on."))
    return redirect(job)
