"""Annual reports: which there are for a person, and each of them as PDF."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import translation
from django.views.decorators.http import require_safe

from core.paging import page_of
from core.workflow import permit
from reports.annual_papers import annual_report, districts
from reports.figures.board import FUNDER, Board, years_of
from reports.pdf import LANGUAGE
from reports.views.output import respond

PAGE = 30


@require_safe
@login_required
def annual_list(request: HttpRequest) -> HttpResponse:
    """The calls, and the districts of one year after the other, of which this person can print a report."""
    permit("reports.see_funder_board", request.user, None)
    board = Board(FUNDER, request.user)
    # Known already of what is counted: of the calls themselves it says where to look for the newest.
    mine = board.found_calls.filter(funder__in=list(request.user.roles))
    page = page_of(mine, PAGE, request.GET.get("page"))
    asked = request.GET.get("year", "")
    years = years_of(board.found_calls, asked)
    year = next((each for each in years if str(each) == asked), years[0] if years else None)
    context = {"page_obj": page, "districts": districts(board), "years": years, "year": year}
    return render(request, "reports/annual_list.html", context)


@require_safe
@login_required
def call_report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a call; 404 where this person counts no project of it."""
    permit("reports.see_funder_board", request.user, None)
    call = get_object_or_404(Board(FUNDER, request.user).found_calls, pk=pk)
    return _printed(Board(FUNDER, request.user, call=call))


@require_safe
@login_required
def district_report(request: HttpRequest, year: str, code: str) -> HttpResponse:
    """The report of a district's year."""
    permit("reports.see_funder_board", request.user, None)
    board = Board(FUNDER, request.user)
    if code not in districts(board, code) or int(year) not in years_of(board.found_calls, year):
        raise Http404
    return _printed(Board(FUNDER, request.user, year=int(year), place=code))


def _printed(board: Board) -> HttpResponse:
    with translation.override(LANGUAGE):  # words of the figures are those of the screen; a paper is Chinese
        document = annual_report(board)
    return respond(document)
