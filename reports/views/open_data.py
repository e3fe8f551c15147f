"""Open data: what there is and how to use it, the statistics as tables, and the files. For everybody."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.lately import lately
from grants.models import Call
from reports.figures.counted import AWARDS, STATISTICS
from reports.open_data import figures, sources
from reports.open_data.datasets import find
from reports.open_data.description import MOST
from reports.views.api import FOR_A_WHOLE_FILE, FRESH_FOR, Problem, data, send_file

NAMES = ("360giving.json", "awards.csv", "calls.csv", "statistics.json", "statistics.csv")
"""The files that have an address of their own; the others are behind the interface and in the export."""


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Which data there are, under which licence, in which formats, with an example of each way to them."""
    publisher = sources.publisher(request.build_absolute_uri("/"))
    (keys, changed), counted_at = lately(AWARDS, sources.awards_in_turn, ahead=True)
    context = {
        "publisher": publisher,
        "awards": len(keys),
        "calls": Call.objects.published().count(),
        "modified": changed,
        "counted_at": counted_at,
        "limit": settings.OPEN_DATA_LIMIT,
        "file_cost": FOR_A_WHOLE_FILE,
        "most": MOST,
        "fresh_minutes": FRESH_FOR // 60,
    }
    return render(request, "reports/open_data.html", context)


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """What was given, by year, call, field, street and source, each figure with what it is part of."""
    found, counted_at = lately(STATISTICS, figures.shown, ahead=True)
    context = {
        "tables": found.tables,
        "modified": found.modified,
        "counted_at": counted_at,
    }
    return render(request, "reports/statistics.html", context)


@data(cost=FOR_A_WHOLE_FILE)
def file(request: HttpRequest, name: str) -> HttpResponseBase:
    """One file as it is now."""
    dataset = find(name)
    if dataset is None or name not in NAMES:
        raise Problem(404, "没有这个文件")
    publisher = sources.publisher(request.build_absolute_uri("/"))
    modified = dataset.modified()
    return send_file(request, dataset.pieces(publisher), dataset.kind, name, modified)


@data()
def description(request: HttpRequest) -> HttpResponseBase:
    """The OpenAPI description."""
    dataset = find("openapi.json")
    assert dataset is not None
    publisher = sources.publisher(request.build_absolute_uri("/"))
    return send_file(request, dataset.pieces(publisher), dataset.kind, dataset.name, None)
