"""Papers of activities: the group gets the sheet, a funder's clerk the month's announcements."""

from functools import partial

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit
from people.models import Role
from projects import sign_in
from projects.models import Activity
from projects.month import month_of
from projects.resources import RosterResource
from reports import activity_papers, exchange
from reports.pdf import LANGUAGE
from reports.views.documents import find, respond
from reports.views.imports import send_workbook


@require_safe
@login_required
def activity_sign_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The sign-in sheet of an activity with its code, to be printed."""
    seen = Activity.objects.visible_to(request.user)
    related = ("project__call__funder", "project__applicant", "project__community")
    activity = get_object_or_404(seen.select_related(*related), pk=pk)
    permit("projects.see_names", request.user, activity.project)
    address = reverse("projects:activity_sign_in", args=[sign_in.new_code(activity)])
    return respond(activity_papers.sign_in_sheet(activity, request.build_absolute_uri(address)))


@require_safe
@login_required
def activity_record(request: HttpRequest, pk: int) -> HttpResponse:
    """The record of an activity that was held, to be printed and filed."""
    related = ("project__call__funder", "project__applicant", "project__community")
    seen = Activity.objects.visible_to(request.user).recorded()
    activity = get_object_or_404(seen.select_related(*related), pk=pk)
    return respond(activity_papers.record(activity))


@require_safe
@login_required
def announcements(request: HttpRequest) -> HttpResponseBase:
    """××年×月活动预告: what is handed in for a month in the projects of my funder."""
    permit("projects.export_announcements", request.user)
    month = month_of(request.GET.get("month", ""), clock.today())
    mine = Activity.objects.filter(project__funder__in=request.user.organizations_as(Role.STAFF))
    found = mine.standing().filter(starts_at__date__range=(month.first, month.last)).order_by("starts_at", "pk")
    found = found.select_related("project__applicant", "project__community")
    with translation.override(LANGUAGE):
        return send_workbook(
            request,
            activity_papers.announcements_name(month),
            partial(activity_papers.write_announcements, month=month, activities=found),
        )


@require_safe
@login_required
def roster_template(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An empty roster to fill in."""
    project = find(request, pk)
    permit("projects.plan_delivery", request.user, project)
    resource = partial(RosterResource, project=project)
    table = exchange.Table(resource, gettext_lazy("Roster"), "projects.plan_delivery", "")  # type: ignore[arg-type]
    name = _("%(table)s template") % {"table": table.label}
    return send_workbook(request, name, lambda file: exchange.write_template(table, file, by=request.user))
