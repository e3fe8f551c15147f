"""Service records by method."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from projects.actions import services as actions
from projects.disclosing import shown
from projects.figures import so_far
from projects.forms import SERVICE_FORMS
from projects.models import Service
from projects.views.project import find

PAGE = 30


@login_required
def service_list(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done by which method and how many it reached; the words stay behind the link."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    found = project.services.select_related("written_by", "beneficiary").annotate(came=Count("members"))
    found = found.order_by("-held_on", "-pk")
    context = {
        "project": project,
        "page_obj": page_of(found, PAGE, request.GET.get("page")),
        "figures": so_far(project),
        "methods": Service.Method.choices,
        "may_write": rules.has_perm("projects.plan_delivery", request.user, project),
        "reads_all": rules.has_perm("projects.read_all_services", request.user, project),
        "sees_roster": rules.has_perm("projects.see_roster", request.user, project),
    }
    return render(request, "projects/service_list.html", context)


@login_required
def service_create(request: HttpRequest, pk: int, method: str) -> HttpResponse:
    project = find(request, pk)
    permit("projects.plan_delivery", request.user, project)
    if method not in SERVICE_FORMS:
        raise Http404
    form = SERVICE_FORMS[method](request.POST or None, instance=Service(project=project, method=method))
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.write_service(project, method, by=request.user, values=form.values, members=form.members)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(made)
    return _form(request, project, form, method)


def find_service(request: HttpRequest, pk: int) -> Service:
    seen = Service.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("project__call", "beneficiary", "written_by"), pk=pk)


@login_required
def service_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole record, for the few who work with the person."""
    service = find_service(request, pk)
    permit("projects.read_service", request.user, service)
    sees_names = rules.has_perm("projects.see_names", request.user, service.project)
    members = list(service.members.all())
    if sees_names and (members or service.beneficiary):
        said = {"label": _("Names in a record of services seen"), "number": len(members) or 1, "service": service.pk}
        shown("service", by=request.user, project=service.project, **said)
    context = {"service": service, "project": service.project, "members": members, "sees_names": sees_names}
    return render(request, "projects/service_detail.html", context)


@login_required
def service_edit(request: HttpRequest, pk: int) -> HttpResponse:
    service = find_service(request, pk)
    permit("projects.change_service", request.user, service)
    form = SERVICE_FORMS[service.method](request.POST or None, instance=find_service(request, pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_service(service, by=request.user, values=form.values, members=form.members)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(service)
    return _form(request, service.project, form, service.method)


def _form(request: HttpRequest, project, form, method: str) -> HttpResponse:
    heading = _("Service record: %(method)s") % {"method": dict(Service.Method.choices)[method]}
    lead = _("Your words are read by whoever wrote them, your group's head and social workers, and the mentor.")
    context = {"project": project, "form": form, "heading": heading, "submit": _("Save the record"), "lead": lead}
    return render(request, "projects/form.html", context)
