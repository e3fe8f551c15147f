"""The printed score sheet of an evaluation, for its evaluator, and once it is submitted for the funder's clerk."""

import rules
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from evaluations.models import Purpose
from evaluations.views.sheets import find, sees_project
from reports.evaluation_papers import evaluation_sheet as document
from reports.views.documents import respond


@require_safe
@login_required
def evaluation_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Proposals have printed sheets of their own (`pitch_papers`)."""
    assignment = find(request, pk)
    if assignment.purpose == Purpose.REVIEW or not sees_project(request, assignment):
        raise Http404
    if not rules.has_perm("evaluations.print_sheet", request.user, assignment):
        raise PermissionDenied
    return respond(document(assignment))
