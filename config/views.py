"""The two home pages, the public one and mine, and a sign of life for the machine that watches us."""

import sys
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template import loader
from django.views.defaults import server_error

from config.accidents import Accident, accident_of
from config.reminders import tasks_of
from core import clock
from core.lately import lately
from core.paging import page_of
from grants.models import Call
from people import held
from people.region_choice import asked, choice, narrowed
from people.territory import inside
from projects.models import Activity, Notice, Project, State
from projects.models.state import ENDED, FUNDED

TASKS = 50
"""So many stand on one page of what waits for me, the most pressing first."""


def home(request: HttpRequest) -> HttpResponse:
    """For everybody: open calls, running notices, what came of earlier ones."""
    now = clock.now()
    region, chosen = asked(request), choice(request)
    is_offered = not region or region in dict(chosen["regions"])  # else anybody could fill the cache with codes
    count = partial(counted, region)
    figures, counted_at = lately(f"home:{region}", count) if is_offered else (count(), None)
    calls = narrowed(Call.objects.published().filter(closes_at__gt=now), request)
    context = {
        "calls": calls.open_first().select_related("funder").prefetch_related("tracks")[:6],
        "notices": narrowed(Notice.objects.running(), request, "call__funder").select_related("call__funder")[:6],
        "happenings": Activity.objects.told_to_residents()
        .filter(starts_at__gte=clock.begin_of(clock.today()))
        .select_related("project__applicant", "project__community", "project__field")
        .order_by("starts_at", "pk")[:4],
        "projects": narrowed(Project.objects.completed(), request, "call__funder").with_names()[:6],
        "figures": figures,
        "counted_at": counted_at,
        **chosen,
    }
    return render(request, "config/home.html", context)


def counted(region: str = "") -> dict[str, Any]:
    """How many projects there have been, and how much they were awarded; of the bureaus of a region, when one is
    asked."""
    found = Project.objects.filter(inside("call__funder__region", region)) if region else Project.objects.all()
    return found.aggregate(
        proposed=Count("pk", filter=Q(submitted_at__isnull=False)),
        funded=Count("pk", filter=Q(state__in=FUNDED)),
        awarded=Sum("amount_awarded", filter=Q(state__in=FUNDED)),
    )


@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for me, the most pressing first, and what I have a hand in."""
    tasks = tasks_of(request.user)
    at_work = [state for state in State.values if state not in ENDED]  # said like this, an index leads to the few
    projects = Project.objects.visible_to(request.user).with_names().filter(state__in=at_work)
    context = {
        "page_obj": page_of(tasks, TASKS, request.GET.get("page")),
        "tasks": tasks,
        "projects": projects[:8],
        "late": sum(1 for task in tasks if task.due_on and task.due_on < clock.today()),
        "unread": request.user.notifications.filter(read_at__isnull=True)[:5],
        "open_calls": Call.objects.open().select_related("funder")[:3],
    }
    return render(request, "config/inbox.html", context)


def health(request: HttpRequest) -> HttpResponse:
    """200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def went_wrong(request: HttpRequest) -> HttpResponse:
    """A mistake of ours gets the page of mistakes; an accident of the machine a page that says what to do, with what
    was typed: it can be sent again from there. Neither asks the database, nor anything that might ask it."""
    accident = accident_of(sys.exc_info()[1])
    if accident is None:
        return server_error(request)
    context = {"words": accident.value, "was_sent": request.method == "POST", **_what_was_sent(request)}
    if accident is Accident.DAMAGED:
        context["pairs"] = []
    context["again"] = request.get_full_path()
    response = HttpResponse(loader.get_template("503.html").render(context), status=503)
    response["Retry-After"] = str(accident.value.again)
    response["Cache-Control"] = "no-store"
    return response


def _what_was_sent(request: HttpRequest) -> dict[str, Any]:
    """What somebody typed, so far as it may go along on a page and could be read at all."""
    try:
        if not held.can_be_held(request):
            return {"pairs": []}
        found = held.typed(request)
        token = get_token(request)
    except Exception:  # its body broke off, or it does not fit on this disk either
        return {"pairs": []}
    return {"pairs": found["pairs"], "files": found["files"], "texts": held.readable(found), "csrf_token": token}
