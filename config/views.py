"""The two home pages, the public one and mine."""

from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject

from config.reminders import tasks_of
from core import clock
from core.lately import lately
from core.paging import page_of
from grants.models import Call
from people.region_choice import asked, choice, narrowed
from people.territory import inside
from projects.models import Activity, Notice, Project
from projects.models.state import FUNDED

TASKS = 50
"""So many stand on one page of what waits for me, the most pressing first."""


def home(request: HttpRequest) -> HttpResponse:
    """For everybody: open calls, running notices, what came of earlier ones; as of up to `HOME_KEPT_FOR` seconds ago.

    Nothing is asked before the template asks for it, so that of what is kept nothing is asked again.
    """
    now = clock.now()
    region = asked(request)
    chosen = SimpleLazyObject(partial(choice, request))
    is_offered = not region or region in chosen["offered"]  # else anybody could fill the cache with codes
    calls = narrowed(Call.objects.published().filter(closes_at__gt=now), request)
    context = {
        "kept": settings.HOME_KEPT_FOR if is_offered else 0,
        "region": region,
        "chosen": chosen,
        "counted": SimpleLazyObject(partial(figures_of, region, is_offered)),
        "calls": calls.open_first().select_related("funder").prefetch_related("tracks")[:6],
        "notices": narrowed(Notice.objects.running(), request, "call__funder").select_related("call__funder")[:6],
        "happenings": narrowed(Activity.objects.told_to_residents(), request, "project__funder")
        .filter(starts_at__gte=clock.begin_of(clock.today()))
        .select_related("project__applicant", "project__community", "project__field")
        .order_by("starts_at", "pk")[:4],
        "projects": narrowed(Project.objects.completed(), request, "funder").with_names()[:6],
    }
    return render(request, "config/home.html", context)


def figures_of(region: str, is_kept: bool) -> tuple[dict[str, Any], Any]:
    """What is counted of a region, and of when it is (`core.lately`)."""
    count = partial(counted, region)
    return lately(f"home:{region}", count) if is_kept else (count(), None)


def counted(region: str = "") -> dict[str, Any]:
    """How many projects there have been, and how much they were awarded; of the bureaus of a region, when one is
    asked."""
    found = Project.objects.filter(inside("funder__region", region)) if region else Project.objects.all()
    return found.aggregate(
        proposed=Count("pk", filter=Q(submitted_at__isnull=False)),
        funded=Count("pk", filter=Q(state__in=FUNDED)),
        awarded=Sum("amount_awarded", filter=Q(state__in=FUNDED)),
    )


@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for me, the most pressing first, and what I have a hand in."""
    tasks = tasks_of(request.user)
    context = {
        "page_obj": page_of(tasks, TASKS, request.GET.get("page")),
        "tasks": tasks,
        "projects": Project.objects.not_ended_for(request.user).with_names()[:8],
        "late": sum(1 for task in tasks if task.due_on and task.due_on < clock.today()),
        "unread": request.user.notifications.filter(read_at__isnull=True)[:5],
        "open_calls": Call.objects.open().select_related("funder")[:3],
    }
    return render(request, "config/inbox.html", context)
