"""The judging as paper and as tables."""

from collections.abc import Callable
from io import BytesIO

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from core.workflow import permit
from evaluations.models import Decision, Feedback
from grants.models import Call
from projects.models import Notice, Objection
from reports import judging, ranking_papers
from reports import minutes as papers
from reports.conflicts import write_conflicts
from reports.models import Paper
from reports.panels import write_panels
from reports.pdf import LANGUAGE
from reports.views.documents import find, respond
from reports.views.output import respond_issued
from reports.workdays import write_days

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@login_required
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """The experts' feedback as PDF."""
    project = find(request, pk)
    permit("evaluations.read_feedback", request.user, project)
    get_object_or_404(Feedback, project=project)
    return respond(judging.feedback(project))


def find_decision(request: HttpRequest, pk: int) -> Decision:
    """A decision, for those at the funder who may read the ranking."""
    found = Decision.objects.select_related("call__funder", "proposed_by", "approved_by")
    decision = get_object_or_404(found.filter(call__in=Call.objects.visible_to(request.user)), pk=pk)
    permit("evaluations.see_ranking", request.user, decision.call)
    return decision


@require_safe
@login_required
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes of the meeting as PDF."""
    decision = find_decision(request, pk)
    return respond_issued(request, Paper.Kind.MINUTES, decision, lambda: papers.minutes(decision))


@require_safe
@login_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """The decision with its meeting as a workbook."""
    found = find_decision(request, pk)
    return _send(lambda target: papers.write_minutes(found, target), f"立项决定-{found.call.code}")


@require_safe
@login_required
def objections(request: HttpRequest) -> HttpResponse:
    """The register of objections as a workbook: what this person may read on the page."""
    permit("projects.see_register", request.user)
    found = Objection.objects.visible_to(request.user)
    return _send(lambda target: papers.write_objections(found, target), "异议台账")


@require_safe
@login_required
def ranking(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranking with every sheet that counts, as a workbook."""
    return _workbook(request, pk, judging.write_ranking, "评审排名")


@require_safe
@login_required
def ranking_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The ranking as PDF, to be signed."""
    found = Call.objects.visible_to(request.user).select_related("funder", "review_rubric")
    call = get_object_or_404(found, pk=pk)
    permit("evaluations.see_ranking", request.user, call)
    return respond(ranking_papers.ranking(call))


@require_safe
@login_required
def consistency(request: HttpRequest, pk: int) -> HttpResponse:
    """The experts' agreement as a workbook."""
    return _workbook(request, pk, judging.write_consistency, "评审一致性")


@require_safe
@login_required
def panels(request: HttpRequest, pk: int) -> HttpResponse:
    """Who judged, who did not and why, as a workbook."""
    return _workbook(request, pk, write_panels, "专家分派与回避")


@require_safe
@login_required
def conflicts(request: HttpRequest, pk: int) -> HttpResponse:
    """The register of conflicts of interest as a workbook."""
    return _workbook(request, pk, write_conflicts, "利害关系登记")


@require_safe
def notice_days(request: HttpRequest, pk: int) -> HttpResponse:
    """The days of a notice period, counted or not, as a workbook: for everybody, like the notice."""
    notice = get_object_or_404(Notice, pk=pk)
    return _send(lambda target: write_days(notice, target), f"公示期工作日-{notice.number}")


@require_safe
@login_required
def selection(request: HttpRequest, pk: int) -> HttpResponse:
    """The ways of choosing under the money as a workbook."""
    return _workbook(request, pk, judging.write_selection, "资金方案")


def _workbook(request: HttpRequest, pk: int, write, name: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    permit("evaluations.see_ranking", request.user, call)
    return _send(lambda target: write(call, target), f"{name}-{call.code}")


def _send(write: Callable[[BytesIO], None], name: str) -> HttpResponse:
    target = BytesIO()
    with translation.override(LANGUAGE):  # a table is Chinese like every paper, whatever language the screen is in
        write(target)
    response = HttpResponse(target.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    response["Cache-Control"] = "private, no-store"
    return response
