"""What of a paper is given out: the file of the register, or how things stand now."""

from collections.abc import Callable

from django.db.models import Model

from reports import pdf
from reports.documents import Document
from reports.models import Paper
from reports.paper_layout import has_marks, issued_as


def copy_of(kind: str, about: Model, fresh: Callable[[], Document]) -> Paper | Document:
    """The paper that was issued about this, whose one file is given out (`actions.papers.printed`); before one is
    issued, the document as it is now.

    Of a paper that is void, or whose thing says something else by now, a copy that says how things stand.
    """
    paper = Paper.objects.about(about).filter(kind=kind).select_related("issuer").first()
    if paper is None:
        return fresh()
    if not paper.is_in_force or has_marks(paper):
        return issued_as(fresh(), paper)
    return paper


def bytes_of(document: Document) -> bytes:
    return pdf.render(document.template, document.context)
