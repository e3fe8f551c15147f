"""Site visits where there is no line: a page that a phone keeps, what it takes along, and what it sends later.

The page itself (`visit_app`) holds nobody's data, so that it may lie in the phone's cache; what is personal comes in
the pack and lies in the browser's database until it is deleted. The worker's scope is `/visits/`: no other page of the
site is ever answered from a cache.
"""

import json
from hashlib import sha256
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.workflow import Refused
from people.models import Role, User
from projects.actions import visits as actions
from projects.checklists import ANSWERS, Checklist, checklists, current
from projects.forms import SendingForm, VisitForm, VisitPhotoForm
from projects.models import Part, Participant, Project, SiteVisit
from projects.models.state import UNDER_WAY
from projects.views.arrivals import invalid, refused, stored, wrong_head

FILES = ("css/tokens.css", "css/site.css", "css/forms.css", "css/components.css", "css/visits.css",
         "js/visits-store.js", "js/visits.js", "img/logo.svg", "img/favicon.svg", "img/chevron.svg")  # fmt: skip
"""What the page needs to be shown without a line."""
PROJECTS, VISITS = 300, 30
"""So much is taken along at most."""


@require_safe
def visit_app(request: HttpRequest) -> HttpResponse:
    """The page that works without a line; the same for everybody, and without anybody's data."""
    return render(request, "projects/visit_app.html", {"answers": ANSWERS})


@require_safe
@never_cache
def visit_worker(request: HttpRequest) -> HttpResponse:
    """The service worker, anew whenever the page or one of its files has changed."""
    files = [static(name) for name in FILES]
    shell = render_to_string("projects/visit_app.html", {"answers": ANSWERS}, request)
    version = sha256("".join([shell, *files]).encode()).hexdigest()[:16]
    context = {"version": version, "shell": reverse("projects:visit_app"), "files": json.dumps(files)}
    return render(request, "projects/visit_worker.js", context, content_type="text/javascript")


@require_safe
def visit_manifest(request: HttpRequest) -> JsonResponse:
    """What a phone needs to put the page on its home screen."""
    page = reverse("projects:visit_app")
    icon = {"src": static("img/favicon.svg"), "type": "image/svg+xml", "sizes": "any"}
    found = {
        "name": _("Site visits"), "short_name": _("Site visits"), "start_url": page, "id": page,
        "scope": reverse("projects:visit_list"), "display": "standalone", "background_color": "#fbf8f1",
        "theme_color": "#0e5a52", "icons": [icon],
    }  # fmt: skip
    return JsonResponse(found, content_type="application/manifest+json")


@login_required
@require_safe
@never_cache
def visit_pack(request: HttpRequest) -> JsonResponse:
    """What somebody takes along: whom they may visit, with what checklist, and their latest visits."""
    user = request.user
    checklist = current()
    pack = {
        "user": user.pk,
        "name": str(user),
        "csrf": get_token(request),
        "at": timezone.localtime(clock.now()).strftime("%Y-%m-%d %H:%M"),
        "checklist": checklist.version,
        "checklists": {one.version: laid_out(one) for one in checklists().values()},
        "projects": [
            {"id": project.pk, "title": project.title, "group": str(project.applicant),
             "place": str(project.community or "")}
            for project in may_visit(user)
        ],
        "visits": [_taken_along(visit) for visit in _mine(user)],
    }  # fmt: skip
    return JsonResponse(pack)


def laid_out(checklist: Checklist) -> list[dict[str, Any]]:
    """A checklist as the page lays it out."""
    return [
        {"part": part, "items": [{"key": item.key, "text": item.text} for item in items]}
        for part, items in checklist.parts
    ]


def may_visit(user: User) -> list[Project]:
    """The projects under way that this person mentors, or whose funder's clerk they are."""
    mine, under_way = list(user.roles), Project.objects.filter(state__in=UNDER_WAY).order_by()
    mentored = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    as_mentor = under_way.filter(pk__in=mentored).exclude(funder__in=mine).values("pk")
    as_clerk = under_way.filter(funder__in=user.organizations_as(Role.STAFF)).values("pk")
    found = Project.objects.filter(pk__in=as_mentor.union(as_clerk)).exclude(applicant__in=mine).exclude(host__in=mine)
    return list(found.select_related("applicant", "community").only(
        "title", "applicant__name", "community").order_by("title")[:PROJECTS])  # fmt: skip


def _mine(user: User) -> list[SiteVisit]:
    found = SiteVisit.objects.visible_to(user).filter(visitor=user, project__state__in=UNDER_WAY)
    return list(found.select_related("project").prefetch_related("versions")[:VISITS])


def _taken_along(visit: SiteVisit) -> dict[str, Any]:
    values = VisitForm.initial_of(actions.values_of(visit))
    moment, day = timezone.localtime(values["visited_at"]), values["follow_up_due_on"]
    values |= {"visited_at": f"{moment:%Y-%m-%dT%H:%M}", "follow_up_due_on": f"{day:%Y-%m-%d}" if day else ""}
    waiting = next((version for version in visit.versions.all() if version.is_waiting), None)
    return {
        "key": str(visit.key), "project": visit.project_id, "title": visit.project.title, "number": visit.number,
        "version": visit.version, "checklist": visit.checklist, "url": visit.get_absolute_url(), "values": values,
        "waiting": reverse("projects:visit_compare", args=[visit.pk, waiting.pk]) if waiting else "",
    }  # fmt: skip


@login_required
@require_POST
def visit_sync(request: HttpRequest) -> JsonResponse:
    """Take in what a phone wrote; it is answered in every case, and keeps what was not stored."""
    head = SendingForm(request.POST)
    if not head.is_valid():
        return wrong_head(head)
    if head.cleaned_data["user"] != request.user.pk:
        return JsonResponse({"state": "other"})
    project = Project.objects.filter(pk=head.cleaned_data["project"]).first()
    if project is None:
        return refused(_("This project is not known here."))
    form = VisitForm(
        request.POST,
        instance=SiteVisit(project=project, visitor=request.user),
        checklist=head.cleaned_data["checklist"],
    )
    if not form.is_valid():
        return invalid(form)
    try:
        version = actions.record_visit(
            project, by=request.user, values=form.values, key=head.cleaned_data["key"], sending=head.sending
        )
    except Refused as why:
        return refused(str(why))
    except PermissionDenied:
        return refused(_("You are neither the mentor of this project nor its funder's clerk."))
    compare = reverse("projects:visit_compare", args=[version.visit_id, version.pk])
    return stored(version, version.visit, compare)


@login_required
@require_POST
def visit_photo(request: HttpRequest) -> JsonResponse:
    """One photo of a visit that is stored already; the same photo twice is kept once."""
    form = VisitPhotoForm(request.POST, request.FILES)
    if not form.is_valid():
        return wrong_head(form)
    visit = SiteVisit.objects.filter(key=form.cleaned_data["key"], visitor=request.user).first()
    if visit is None:
        return refused(_("This visit is not known here."))
    try:
        actions.add_photos(visit, by=request.user, photos=form.cleaned_data["photo"])
    except Refused as why:
        return refused(str(why))
    return JsonResponse({"state": "stored"})
