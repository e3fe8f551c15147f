"""What an evaluation rests on, on paper: read by whoever reads the report."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from core.workflow import permit
from evaluations.views.evaluation import find
from evaluations.views.site_forms import find_form
from reports import evidence_papers
from reports.views.documents import respond


@require_safe
@login_required
def evidence_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of evidence."""
    evaluation = find(request, pk)
    permit("evaluations.read_evidence", request.user, evaluation)
    return respond(evidence_papers.evidence_list(evaluation))


@require_safe
@login_required
def site_record(request: HttpRequest, pk: int) -> HttpResponse:
    """One site form."""
    return respond(evidence_papers.site_record(find_form(request, pk)))
