"""The draft of a research report: chosen, read on the screen, taken out as PDF and docx."""

from typing import Any

import rules
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from core.forms import OFFERED
from core.workflow import permit, record
from people.choosing import offered_codes
from people.models import place_names
from reports.documents import Document, file_name
from reports.figures.board import FUNDER, SUPPORT, Board
from reports.pdf import LANGUAGE
from reports.research import docx, facts
from reports.research.blocks import Report
from reports.research.composing import compose
from reports.research.facts import Place
from reports.views.documents import respond
from reports.views.imports import private

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class ResearchForm(forms.Form):
    """Region and year; what is not among the choices is said to be wrong."""

    region = forms.ChoiceField(label=gettext_lazy("Region"), required=False)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, *args: Any, board: Board, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places, years = facts.choices(board, self.data.get("region") or "", str(self.data.get("year") or ""))
        fields: dict[str, Any] = self.fields
        if len(self.places) > OFFERED:  # the region first, and what lies in the chosen one
            known = {place.code: place for place in self.places}
            offered = offered_codes(known, self.data.get("region") or "")
            larger = place_names(code for code in offered if code not in known)
            self.places = [known.get(code) or Place(code, larger[code] or code) for code in offered]
        fields["region"].choices = [("", _("All regions")), *((place.code, place.name) for place in self.places)]
        fields["year"].choices = [(year, str(year)) for year in years]

    def chosen(self) -> tuple[Place, int]:
        code = self.cleaned_data["region"]
        found = next((place for place in self.places if place.code == code), Place("", ""))
        return found, self.cleaned_data["year"]


def _board(request: HttpRequest) -> Board:
    permit("reports.compose_research", request.user)
    is_funder = rules.has_perm("reports.see_funder_board", request.user)
    return facts.board_of(FUNDER if is_funder else SUPPORT, request.user)


def _composed(board: Board, place: Place, year: int) -> Report:
    """In Chinese whatever language the screen is in, as it is a paper."""
    with translation.override(LANGUAGE):
        this = facts.read(board, place, year, with_pictures=True)
        before = facts.read(board, place, year - 1)
        return compose(this, before, office=facts.office_of(board.user), today=clock.today())


def report_name(report: Report, suffix: str) -> str:
    return file_name("调研报告草稿", report.region, f"{report.year}年度").removesuffix(".pdf") + suffix


def document_of(report: Report) -> Document:
    context = {"title": report.title, "author": report.office or "公益创投平台", "report": report}
    return Document(report_name(report, ".pdf"), "pdf/research.html", context)


@require_safe
@login_required
def research(request: HttpRequest) -> HttpResponse:
    """Choose region and year; below stands the draft as it would be written now."""
    board = _board(request)
    form = ResearchForm(request.GET or None, board=board, initial={"year": clock.today().year})
    report = _composed(board, *form.chosen()) if form.is_valid() else None
    context = {"form": form, "report": report, "query": request.GET.urlencode()}
    return render(request, "reports/research.html", context)


def _asked(request: HttpRequest) -> Report | None:
    board = _board(request)
    form = ResearchForm(request.GET, board=board)
    return _composed(board, *form.chosen()) if form.is_valid() else None


def _taken_out(request: HttpRequest, report: Report, kind: str) -> None:
    """Who took it out is kept."""
    if request.method == "GET":
        said = {"region": report.region, "year": report.year, "kind": kind}
        record(request.user, "export", by=request.user, label=_("Research report downloaded"), **said)


@require_safe
@login_required
def research_pdf(request: HttpRequest) -> HttpResponse:
    """The draft as PDF."""
    report = _asked(request)
    if report is None:
        return research(request)
    _taken_out(request, report, "pdf")
    return respond(document_of(report))


@require_safe
@login_required
def research_docx(request: HttpRequest) -> HttpResponse:
    """The draft as docx, to go on writing."""
    report = _asked(request)
    if report is None:
        return research(request)
    _taken_out(request, report, "docx")
    response = HttpResponse(docx.write(report), content_type=WORD)
    response["Content-Disposition"] = content_disposition_header(True, report_name(report, ".docx")) or "attachment"
    return private(response)
