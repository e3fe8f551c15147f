"""Dashboards: for the funder, for mentors and hosts, for everybody; the screen in the hall; the rows behind figures."""

from decimal import Decimal
from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from core import clock
from core.lately import asked_by, lately
from core.money import round_half_up
from core.paging import page_of
from projects.figures import visited, visits_by_project, visits_together
from projects.forms import Narrowing
from projects.models import Project
from projects.models.project_queries import ProjectQuerySet
from projects.narrowing import reached, spent_together, with_spending
from projects.spending import spent
from reports.documents import Document, file_name
from reports.figures.board import FUNDER, NAMES, PUBLIC, REGION, SUPPORT, Board, BoardForm
from reports.figures.boards import SLIDES, sections
from reports.figures.counted import figures_of, rendered_slide, slide_key
from reports.pdf import LANGUAGE
from reports.views.documents import respond

PAGE = 30
NEWEST = ("-state_since", "-pk")
"""What moved last stands first, as in the list of projects: an index leads there, whatever is counted."""
SECONDS = 15
"""So long a slide stands in the hall."""
MAY = {FUNDER: "reports.see_funder_board", REGION: "reports.see_region_board", SUPPORT: "reports.see_support_board"}


def boards_of(user: Any) -> list[str]:
    """The dashboards a person may see; everybody sees the last one."""
    return [kind for kind, permission in MAY.items() if rules.has_perm(permission, user)] + [PUBLIC]


def _asked(request: HttpRequest) -> tuple[Board, BoardForm, list[str]]:
    """The dashboard that is asked for, as far as it can be read; 403 for one that is somebody else's."""
    allowed = boards_of(request.user)
    kind = request.GET.get("board", allowed[0])
    if kind not in NAMES:
        kind = allowed[0]
    if kind not in allowed:
        raise PermissionDenied
    board = Board(kind, request.user)
    form = BoardForm(request.GET, board=board)
    return form.narrow(board), form, allowed


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Every figure with its chart, its table, and the way to its rows."""
    board, form, allowed = _asked(request)
    figures, counted_at, is_old = figures_of(board)
    context = {
        "board": board,
        "counted_at": counted_at,
        "is_old": is_old,
        "name": NAMES[board.kind],
        "tabs": [(kind, NAMES[kind]) for kind in allowed],
        "form": form,
        "figures": figures,
        "today": clock.today(),
        "ledger_query": board.query(),
    }
    return render(request, "reports/dashboard.html", context)


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """The same as PDF: in Chinese, like every paper."""
    with translation.override(LANGUAGE):
        board, form, _allowed = _asked(request)
        tiles, found = sections(board)
        name, narrowed_to = str(NAMES[board.kind]), [str(one) for one in (board.year, board.call) if one]
        if board.place:
            narrowed_to.append(str(dict(form.fields["place"].choices).get(board.place, board.place)))
        document = Document(
            file_name("看板", name, *narrowed_to, f"{clock.today():%Y-%m-%d}"),
            "pdf/dashboard.html",
            {
                "title": f"公益创投数据看板（{name}）",
                "author": "公益创投平台",
                "tiles": tiles,
                "sections": found,
                "narrowed_to": "、".join(narrowed_to),
                "today": clock.today(),
            },
        )
    return respond(document)


@require_safe
def screen(request: HttpRequest) -> HttpResponse:
    """大屏: public figures in large type; the page itself asks for the next slide, without any script."""
    asked = request.GET.get("slide", "")
    number = int(asked) % len(SLIDES) if asked.isdecimal() and len(asked) < 6 else 0
    (at, shown), counted_at = lately(slide_key(number), lambda: rendered_slide(number), ahead=True)
    context = {
        "at": at,
        "following": (at + 1) % len(SLIDES),
        "before": (at - 1) % len(SLIDES),
        "slides": range(len(SLIDES)),
        "seconds": SECONDS,
        "shown": shown,
        "now": counted_at or clock.now(),
        "is_held": "hold" in request.GET,
    }
    return render(request, "reports/screen.html", context)


@require_safe
def public_projects(request: HttpRequest) -> HttpResponse:
    """The funded projects, for everybody: what the public notices have told of them, and where they are now."""
    narrowing = Narrowing(request.GET)
    found = narrowing.of(reached(Project.objects.all().counted_in_public(), "funded")).with_names()
    page = page_of(found.order_by(*NEWEST), PAGE, request.GET.get("page"))
    sums, counted_at = lately(
        f"public:{asked_by(request)}",
        lambda: found.order_by().aggregate(awarded=Sum("amount_awarded"), paid=Sum("amount_paid")),
    )
    context = {"page_obj": page, "narrowing": narrowing, "counted_at": counted_at, **sums}
    return render(request, "reports/public_projects.html", context)


@require_safe
@login_required
def visits(request: HttpRequest) -> HttpResponse:
    """The visits of a period, project by project: what stands behind a point of the curve."""
    narrowing = Narrowing(request.GET, user=request.user)
    since, until = _day(request.GET.get("since", "")), _day(request.GET.get("until", ""))
    projects = narrowing.of(Project.objects.delivery_listed_for(request.user))
    found = visited(projects, since, until).with_names().order_by(*NEWEST)
    page = page_of(found, PAGE, request.GET.get("page"))
    numbers = visits_by_project([project.pk for project in page], since, until)
    key = f"visits:{asked_by(request)}"
    (whole, said), counted_at = lately(key, lambda: (visits_together(projects, since, until), page.said))
    context = {
        "page_obj": page,
        "rows": [(project, numbers[project.pk]) for project in page],
        "narrowing": narrowing,
        "whole": whole,
        "said": said,
        "counted_at": counted_at,
        "since": since,
        "until": until,
    }
    return render(request, "reports/visits.html", context)


@require_safe
@login_required
def spending(request: HttpRequest) -> HttpResponse:
    """Award, payments and spending, project by project."""
    narrowing = Narrowing(request.GET, user=request.user)
    found = narrowing.of(reached(Project.objects.delivery_listed_for(request.user), "funded"))
    page = page_of(with_spending(found.with_names()).order_by(*NEWEST), PAGE, request.GET.get("page"))
    sums, counted_at = lately(f"spending:{asked_by(request)}", lambda: _sums(found))
    context = {
        "page_obj": page,
        "rows": [(project, spent(project)) for project in page],
        "narrowing": narrowing,
        "sums": sums,
        "counted_at": counted_at,
    }
    return render(request, "reports/spending.html", context)


def _sums(projects: ProjectQuerySet) -> list[Decimal]:
    """Awarded, paid and spent of all of them."""
    whole = projects.order_by().aggregate(awarded=Sum("amount_awarded"), paid=Sum("amount_paid"))
    return [round_half_up(whole["awarded"] or 0), round_half_up(whole["paid"] or 0), spent_together(projects)]


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:  # such a day there is not
        return None
