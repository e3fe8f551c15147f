"""Who has seen or taken along personal data: for the auditor, by person, by project and by day."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.models import Event
from core.models.event import EventQuerySet, whose
from core.paging import page_of
from core.workflow import permit
from people.models import Membership, Office, Role
from projects.models import Project
from reports.exchange import TABLES
from reports.forms import DisclosureFilter

PAGE = 50


def _mine(user: Any) -> EventQuerySet:
    """What concerns the funders that I audit: their projects, or people who work there or once did. The audit
    administrator of the platform sees all of it."""
    if user.office == Office.AUDIT:
        return Event.objects.disclosures().select_related("actor").order_by("-pk")
    mine = user.organizations_as(Role.AUDITOR)
    people = list(Membership.objects.filter(organization__in=mine).values_list("user", flat=True).distinct())
    found = Event.objects.disclosures().filter(Q(data__funder__in=mine) | Q(actor__in=people))
    return found.select_related("actor").order_by("-pk")


def _taken(event: Event) -> str:
    """Which table or ledger was taken along; empty where it was something else."""
    table = TABLES.get(event.data.get("table", ""))
    return str(table.label) if table else event.data.get("ledger", "")


@require_safe
@login_required
def disclosure_list(request: HttpRequest) -> HttpResponse:
    """One line for each page and file that showed personal data unmasked, the latest first."""
    permit("reports.see_disclosures", request.user)
    form = DisclosureFilter(request.GET)
    page = page_of(form.chosen(_mine(request.user)), PAGE, request.GET.get("page"))
    asked = {event.data.get("project") for event in page}
    projects = Project.objects.in_bulk([pk for pk in asked if isinstance(pk, int)])
    about = whose(page, but="project")
    rows = [
        (
            event,
            _taken(event),
            about[event.pk],
            projects.get(event.data.get("project")),
            event.data.get("number", event.data.get("rows")),
        )
        for event in page
    ]
    return render(
        request,
        "reports/disclosure_list.html",
        {"form": form, "page_obj": page, "rows": rows, "links": not request.user.office},
    )
