"""Annual reports: which there are for a person, and each of them as PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit
from reports.annual_papers import annual_report, districts
from reports.figures.board import FUNDER, Board
from reports.pdf import LANGUAGE
from reports.views.output import respond


def _years(board: Board) -> list[int]:
    """Those in which calls of the projects were opened, the newest first."""
    return sorted({clock.localdate(call.opens_at).year for call in board.calls}, reverse=True)


@require_safe
@login_required
def annual_list(request: HttpRequest) -> HttpResponse:
    """The calls, and the districts by year, of which this person can print a report."""
    permit("reports.see_funder_board", request.user, None)
    board = Board(FUNDER, request.user)
    context = {"calls": board.calls, "districts": districts(board), "years": _years(board)}
    return render(request, "reports/annual_list.html", context)


@require_safe
@login_required
def call_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a call; 404 where this person counts no project of it."""
    permit("reports.see_funder_board", request.user, None)
    found = [call for call in Board(FUNDER, request.user).calls if call.pk == pk]
    if not found:
        raise Http404
    return _printed(Board(FUNDER, request.user, call=found[0]))


@require_safe
@login_required
def district_report(request: HttpRequest, year: str, code: str) -> HttpResponse:
    """The report of a district's year."""
    permit("reports.see_funder_board", request.user, None)
    board = Board(FUNDER, request.user)
    if code not in districts(board) or int(year) not in _years(board):
        raise Http404
    return _printed(Board(FUNDER, request.user, year=int(year), place=code))


def _printed(board: Board) -> HttpResponse:
    with translation.override(LANGUAGE):  # words of the figures are those of the screen; a paper is Chinese
        document = annual_report(board)
    return respond(document)
