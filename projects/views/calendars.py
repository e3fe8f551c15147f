"""Activities by the day: my month, the links for a calendar, and what residents read."""

from datetime import timedelta

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.models import Event
from core.paging import page_of
from core.workflow import Refused, permit
from people.choosing import COMMUNITY, places
from people.models import Community
from projects.actions import calendars
from projects.ical import calendar_of
from projects.models import Activity, ActivityPhoto, CalendarFeed, Milestone, Project
from projects.month import month_of
from projects.month_entries import entries_of
from projects.views.project import find

PAGE = 20
LOOKS_BACK = timedelta(days=370)
"""So much of the past a calendar still shows."""


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A month of all my projects, or of one of them."""
    month = month_of(request.GET.get("month", ""), clock.today())
    mine = Project.objects.delivery_visible_to(request.user)
    asked = request.GET.get("project", "")
    project = mine.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 15 else None
    seen = Q(project=project) if project else Project.objects.all().seen_in_delivery(request.user, "project")
    found = entries_of(seen, month, month.day(request.GET.get("day", "")))
    context = {
        "month": month,
        "weeks": month.weeks(found.rows, clock.today(), found.left_out),
        "is_empty": not found.rows,
        "project": project,
        "running": Project.objects.in_delivery_for(request.user).order_by("title")[:50],
    }
    return render(request, "projects/calendar.html", context)


@login_required
def calendar_links(request: HttpRequest) -> HttpResponse:
    """My links, those of my group's projects, and a button for a new one."""
    if request.method == "POST":
        asked = request.POST.get("project", "")
        project = find(request, int(asked)) if asked.isdecimal() and len(asked) < 15 else None
        try:
            calendars.make_link(by=request.user, project=project)
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("projects:calendar_links")
    groups = list(request.user.roles)
    known = CalendarFeed.objects.filter(revoked_at=None).select_related("project", "person")
    links = [
        (feed, request.build_absolute_uri(reverse("projects:calendar_feed", args=[feed.token])))
        for feed in known.filter(person=request.user)
    ]
    context = {
        "links": links,
        "others": known.filter(project__applicant__in=groups).exclude(person=request.user),
        "running": Project.objects.in_delivery_for(request.user).order_by("title")[:50],
    }
    return render(request, "projects/calendar_links.html", context)


@login_required
@require_POST
def calendar_link_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a link back: one's own, or one to a project of one's group."""
    feed = get_object_or_404(CalendarFeed.objects.select_related("project"), pk=pk)
    permit("projects.revoke_feed", request.user, feed)
    calendars.take_back_link(feed, by=request.user)
    messages.success(request, _("The link is taken back."))
    return redirect("projects:calendar_links")


@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar reads; whoever has the link may, as long as its maker sees the projects."""
    feed = get_object_or_404(CalendarFeed.objects.open().select_related("person", "project"), token=token)
    since = clock.now() - LOOKS_BACK
    held = Activity.objects.filter(project__in=feed.seen, starts_at__gte=since).exclude(state=Activity.State.DRAFT)
    due = Milestone.objects.filter(project__in=feed.seen, due_on__gte=since.date())
    held = list(held.select_related("project"))
    changed = Event.objects.filter(
        content_type__app_label="projects",
        content_type__model="activity",
        object_id__in=[one.pk for one in held],
        name__in=["hand_in", "change", "cancel", "record"],
    )
    counted = changed.order_by().values_list("object_id").annotate(n=Count("pk"), last=Max("at"))
    name = str(feed.project) if feed.project else _("Activities: %(person)s") % {"person": feed.person}
    text = calendar_of(
        name,
        held,
        due.select_related("project"),
        changes={pk: (n, last) for pk, n, last in counted},
        link=request.build_absolute_uri("/").rstrip("/"),
    )
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="activities.ics"'
    response["Cache-Control"] = "private, max-age=600"
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def happening_list(request: HttpRequest) -> HttpResponse:
    """活动预告: what takes place from today on, for everybody."""
    found = Activity.objects.told_to_residents().filter(starts_at__gte=clock.begin_of(clock.today()))
    found = found.select_related("project__applicant", "project__community", "project__field")
    here = Community.objects.filter(pk__in=found.order_by().values("project__community"))
    asked = request.GET.get("place", "")
    offered = places(here, asked, to=COMMUNITY)
    place = asked if asked in dict(offered) else ""
    if place:
        found = found.filter(project__community__region_code__startswith=place)
    page = page_of(found.order_by("starts_at", "pk"), PAGE, request.GET.get("page"))
    context = {
        "page_obj": page,
        "places": offered,
        "place": place,
        "may_export": rules.has_perm("projects.export_announcements", request.user),
        "month": month_of("", clock.today()),
    }
    return render(request, "projects/happening_list.html", context)


@require_safe
def happening_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One activity for everybody: only what is public; afterwards the released photos and how many came."""
    found = Activity.objects.told_to_residents().with_signed()
    activity = get_object_or_404(found.select_related("project__applicant", "project__community"), pk=pk)
    photos = ActivityPhoto.objects.public().filter(activity=activity)
    return render(request, "projects/happening_detail.html", {"activity": activity, "photos": photos})
