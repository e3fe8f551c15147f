"""Papers of evaluations: read by whoever may read what is in them."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.workflow import permit
from evaluations.models import Purpose
from evaluations.views import sheets
from evaluations.views.evaluation import find
from reports import evaluation_papers
from reports.models import Paper
from reports.views.documents import respond
from reports.views.output import respond_issued


@require_safe
@login_required
def self_evaluation(request: HttpRequest, pk: int) -> HttpResponse:
    """The self-evaluation of the group; there is none before it is written."""
    evaluation = find(request, pk)
    permit("evaluations.read_self_evaluation", request.user, evaluation)
    if not hasattr(evaluation, "self_evaluation"):
        raise Http404
    return respond(evaluation_papers.self_evaluation(evaluation))


@require_safe
@login_required
def evaluation_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report: a draft for the evaluator's people, from its sending on for group and funder."""
    evaluation = find(request, pk)
    permit("evaluations.read_report", request.user, evaluation)
    document = partial(evaluation_papers.evaluation_report, evaluation)
    return respond_issued(request, Paper.Kind.EVALUATION, evaluation, document)


@require_safe
@login_required
def rectification_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """What has to be mended; there is none before the report is published, or when nothing has to."""
    evaluation = find(request, pk)
    permit("evaluations.read_report", request.user, evaluation)
    if not evaluation.is_published or not evaluation.items.exists():
        raise Http404
    document = partial(evaluation_papers.rectification_notice, evaluation)
    return respond_issued(request, Paper.Kind.RECTIFICATION, evaluation, document)


@require_safe
@login_required
def evaluation_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposals have printed sheets of their own (`pitch_papers`)."""
    assignment = sheets.find(request, pk)
    if assignment.purpose == Purpose.REVIEW or not sheets.sees_project(request, assignment):
        raise Http404
    permit("evaluations.print_sheet", request.user, assignment)
    return respond(evaluation_papers.evaluation_sheet(assignment))
