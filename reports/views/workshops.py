"""Papers of a workshop, for whoever holds it."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from core.workflow import permit
from grants.models import TrainingCertificate, Workshop
from reports import workshop_papers
from reports.models import Paper
from reports.views.documents import respond
from reports.views.output import respond_issued


@require_safe
@login_required
def sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The sign-in list, to be printed."""
    workshop = get_object_or_404(Workshop.objects.select_related("organizer", "call"), pk=pk)
    permit("grants.change_workshop", request.user, workshop)
    return respond(workshop_papers.sign_in_sheet(workshop))


@require_safe
@login_required
def training_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate as PDF: for who holds it, their group, the organiser, and any funder that asks for it."""
    found = TrainingCertificate.objects.select_related(
        "attendance__person", "attendance__organization", "attendance__workshop__organizer"
    )
    certificate = get_object_or_404(found, pk=pk)
    permit("grants.see_certificate", request.user, certificate)
    document = partial(workshop_papers.training_certificate, certificate)
    return respond_issued(request, Paper.Kind.TRAINING, certificate, document)
