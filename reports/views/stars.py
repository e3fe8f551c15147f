"""Papers of stars and honours, for those who may read them."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.workflow import permit, record
from evaluations.models import Honour, StarYear
from evaluations.views.stars import find_star, place_of
from reports import star_papers
from reports.models import Paper
from reports.pdf import LANGUAGE
from reports.views.documents import respond
from reports.views.imports import send_workbook
from reports.views.output import respond_issued


@require_safe
@login_required
def star_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """The explanation as PDF: for the organisation and the funder."""
    star = find_star(request, pk)
    permit("evaluations.see_explanation", request.user, star)
    with translation.override(LANGUAGE):
        return respond(star_papers.star_letter(star, place_of(star)))


@require_safe
def honour_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificate, for everybody, as the honour itself is; there is none before it is granted."""
    found = Honour.objects.visible_to(request.user).exclude(number="").select_related("organization", "funder")
    honour = get_object_or_404(found, pk=pk)
    return respond_issued(request, Paper.Kind.HONOUR, honour, lambda: star_papers.honour_certificate(honour))


@require_safe
@login_required
def star_year(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A year as a workbook, for the funder's people; who took it out is kept."""
    found = StarYear.objects.of_funders(request.user).select_related("funder")
    year = get_object_or_404(found, pk=pk)
    record(request.user, "export", by=request.user, label=_("Stars of a year downloaded"), year=year.pk)
    stars = year.stars.select_related("year__funder", "organization").prefetch_related("appeals")

    def write(file) -> None:
        with translation.override(LANGUAGE):
            star_papers.write_star_year(year, stars, file)

    return send_workbook(request, f"{year.title}-星级", write)
