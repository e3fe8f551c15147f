"""Payments and months to take out: the book of a project, its empty table, the monthly report, the funder's ledger."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit
from projects.actions.monthly import renew
from projects.expense_table import ExpenseResource
from projects.forms.month_ledger import MonthLedgerFilter
from projects.models import MonthlyReport, Report
from projects.views.monthly import ledger_of
from reports import exchange, progress_papers
from reports.actions import exports
from reports.ledgers import catalogue, months
from reports.ledgers import spending as papers
from reports.pdf import LANGUAGE
from reports.views.documents import find, respond
from reports.views.imports import send_workbook


@require_safe
@login_required
def spending(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every payment of a project as a workbook, with budget against spending."""
    project = find(request, pk)
    permit("projects.see_spending", request.user, project)
    if not project.is_funded:
        raise Http404

    def write(file) -> None:
        with translation.override(LANGUAGE):
            papers.write_spending(project, file)

    return send_workbook(request, f"支出明细-{project.number}", write)


@require_safe
@login_required
def spending_template(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An empty table for the bookkeeper, with the lines of this project to choose from."""
    project = find(request, pk)
    permit("projects.keep_spending", request.user, project)
    resource = partial(ExpenseResource, project=project)
    table = exchange.Table(resource, gettext_lazy("Payments"), "projects.keep_spending", "")  # type: ignore[arg-type]
    name = _("%(table)s template") % {"table": table.label}
    return send_workbook(request, name, lambda file: exchange.write_template(table, file, by=request.user))


@require_safe
@login_required
def monthly(request: HttpRequest, pk: int) -> HttpResponse:
    """A monthly report as PDF; before it is handed in marked as such."""
    related = ("project__call__funder", "project__applicant", "project__community", "project__field", "handed_in_by")
    report = get_object_or_404(MonthlyReport.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("projects.see_spending", request.user, report.project)
    return respond(progress_papers.monthly(renew(report)))


@require_safe
@login_required
def milestone_report(request: HttpRequest, pk: int) -> HttpResponse:
    """What a group reported at a milestone, as PDF; the report at the end is the closing report."""
    related = ("project__call__funder", "project__applicant", "project__community", "milestone", "submitted_by")
    found = Report.objects.visible_to(request.user).filter(kind=Report.Kind.MILESTONE)
    report = get_object_or_404(found.select_related(*related, "accepted_by"), pk=pk)
    permit("projects.see_spending", request.user, report.project)
    return respond(progress_papers.milestone_report(report))


@require_safe
@login_required
def month_ledger(request: HttpRequest) -> HttpResponseBase:
    """The funder's ledger as a workbook, by the same filter as the page; who took it out is kept."""
    mine = ledger_of(request.user)
    form = MonthLedgerFilter(request.GET, reports=mine)
    found = form.chosen(mine)
    ledger, words = catalogue.LEDGERS["months"], form.words()
    chosen = [("筛选", words)] if words else []
    exports.record_ledger(by=request.user, ledger=ledger, kind="xlsx", chosen=chosen, rows=found.count())

    def write(file) -> None:
        catalogue.write_list(ledger, months.COLUMNS, months.rows_of(found), chosen, file)

    return send_workbook(request, f"{ledger.title}-{clock.today():%Y-%m-%d}", write)
