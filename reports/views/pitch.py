"""Papers of a pitch day, for the people of the funder; score sheets for its clerks."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from evaluations.views.pitch import find
from reports import pitch_papers
from reports.views.documents import respond


@require_safe
@login_required
def running_order(request: HttpRequest, pk: int) -> HttpResponse:
    return respond(pitch_papers.running_order(find(request, pk)))


@require_safe
@login_required
def sign_in_list(request: HttpRequest, pk: int) -> HttpResponse:
    return respond(pitch_papers.sign_in_list(find(request, pk)))


@require_safe
@login_required
def score_sheets(request: HttpRequest, pk: int) -> HttpResponse:
    day = find(request, pk, "evaluations.hold_pitch")
    address = request.build_absolute_uri(reverse("evaluations:paper_entry", args=[0]))
    return respond(pitch_papers.score_sheets(day, address))
