"""Papers of the end. Who may not see the project gets 404, who may see it but not this paper 403."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit, record
from projects.models import State
from projects.views.settling import standings_of
from reports import closing_papers as papers
from reports.models import Paper
from reports.pdf import LANGUAGE
from reports.views.documents import find, respond
from reports.views.imports import send_workbook
from reports.views.output import respond_issued


def _find_funded(request: HttpRequest, pk: int, permission: str = "projects.see_spending", *related: str):
    project = find(request, pk, *related)
    permit(permission, request.user, project)
    if not project.is_funded:
        raise Http404
    return project


@require_safe
@login_required
def final_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """The final accounts as a paper."""
    project = _find_funded(request, pk)
    return respond_issued(request, Paper.Kind.ACCOUNTS, project, lambda: papers.final_accounts_paper(project))


@require_safe
@login_required
def final_accounts_table(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The final accounts as a workbook."""
    project = _find_funded(request, pk)

    def write(file) -> None:
        with translation.override(LANGUAGE):
            papers.write_final_accounts(project, file)

    return send_workbook(request, f"收支决算表-{project.number}", write)


@require_safe
@login_required
def closing_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The closing report as it was handed in last."""
    project = _find_funded(request, pk, "projects.see_delivery")
    closing = project.closing_reports.handed_in().select_related("report__submitted_by").first()
    if closing is None:
        raise Http404
    closing.project = project
    return respond_issued(request, Paper.Kind.CLOSING, closing, lambda: papers.closing_report_paper(closing))


@require_safe
@login_required
def archive_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of what the file holds; there is none before it is confirmed."""
    project = _find_funded(request, pk, "projects.see_spending", "archive_file__confirmed_by")
    if not hasattr(project, "archive_file"):
        raise Http404
    return respond(papers.archive_list(project.archive_file))


@require_safe
@login_required
def completion_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate; there is none before the project is archived."""
    project = _find_funded(request, pk, "projects.see_delivery", "archive_file", "settlement")
    if project.state != State.COMPLETED or not hasattr(project, "archive_file"):
        raise Http404
    return respond_issued(request, Paper.Kind.COMPLETION, project, lambda: papers.completion_certificate(project))


@require_safe
@login_required
def settling_table(request: HttpRequest) -> HttpResponseBase:
    """Where every project stands as a workbook; who took it out is kept."""
    permit("projects.see_settling", request.user, None)
    record(request.user, "export", by=request.user, label=_("Settlement of projects downloaded"))

    def write(file) -> None:
        with translation.override(LANGUAGE):
            papers.write_settling(standings_of(request.user), file)

    return send_workbook(request, f"结算进度-{clock.today():%Y-%m-%d}", write)
