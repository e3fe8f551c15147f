"""How a document leaves: laid out now, or, where it was issued, the file that is kept."""

import logging
from collections.abc import Callable

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from reports.actions.papers import printed
from reports.copies import bytes_of, copy_of
from reports.documents import Document
from reports.models import Paper
from reports.signing import CannotSign

PRIVATE = "private, no-store"
PUBLIC = "public, max-age=600"
log = logging.getLogger(__name__)


def respond(document: Document, *, caching: str = PRIVATE) -> HttpResponse:
    """The document, to be read in the browser and saved under its Chinese name."""
    response = HttpResponse(bytes_of(document), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, document.filename) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = caching
    return response


def respond_issued(
    request: HttpRequest, kind: str, about: Model, fresh: Callable[[], Document], *, caching: str = PRIVATE
) -> HttpResponse:
    """The stored file of the paper that was issued about this, or what stands in its place (`copies.copy_of`)."""
    found = copy_of(kind, about, fresh)
    if isinstance(found, Paper):
        return give_out(request, found, caching=caching)
    return respond(found, caching=caching)


def give_out(request: HttpRequest, paper: Paper, *, caching: str = PRIVATE) -> HttpResponse:
    """The bytes that are kept; laid out now when nobody has asked for them yet."""
    try:
        paper = printed(paper)
    except CannotSign as failure:
        log.error("Paper %s waits for its signature: %s", paper.pk, failure)
        return render(request, "reports/paper_waiting.html", {"paper": paper}, status=503)
    with paper.file.open("rb") as file:
        response = HttpResponse(file.read(), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, paper.filename) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = caching
    return response
