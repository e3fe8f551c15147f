"""Site visits on ordinary pages, which work without JavaScript; what works without a line is in `visit_app`."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.forms import add_refusal
from core.models import Attachment
from core.paging import page_of
from core.workflow import Refused, permit
from projects.actions import visits as actions
from projects.checklists import answered, checklists, current
from projects.forms import VisitForm
from projects.models import SiteVisit, VisitVersion
from projects.views.arrivals import base_of
from projects.views.mentoring import follow_up
from projects.views.project import find
from projects.visit_values import differences, together

PAGE = 20


@login_required
def visit_list(request: HttpRequest) -> HttpResponse:
    """The visits I may read, the newest first."""
    seen = SiteVisit.objects.visible_to(request.user).select_related("project__applicant", "visitor")
    page = page_of(seen, PAGE, request.GET.get("page"))
    waiting = VisitVersion.objects.waiting().filter(by=request.user).select_related("visit__project")
    return render(request, "projects/visit_list.html", {"page_obj": page, "waiting": waiting})


def find_visit(request: HttpRequest, pk: int) -> SiteVisit:
    """The visit of a project whose delivery this person may see."""
    related = ("project__call__funder", "project__applicant", "project__host", "visitor", "answered_by", "done_by")
    return get_object_or_404(SiteVisit.objects.visible_to(request.user).select_related(*related), pk=pk)


@login_required
def visit_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit with its photos, what the group says to it, and its earlier versions."""
    visit = find_visit(request, pk)
    context, done = follow_up(request, visit)
    if done:
        return done
    context |= {
        "project": visit.project,
        "visit": visit,
        "parts": answered(visit.checklist, visit.answers),
        "versions": visit.versions.select_related("by"),
        "may_amend": rules.has_perm("projects.amend_advice", request.user, visit),
    }
    return render(request, "projects/visit_detail.html", context)


@login_required
def visit_create(request: HttpRequest, project_pk: int) -> HttpResponse:
    """Write a visit down, on a page like every other."""
    project = find(request, project_pk)
    permit("projects.visit", request.user, project)
    now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        instance=SiteVisit(project=project, visitor=request.user),
        initial={"visited_at": now},
    )
    if request.method == "POST" and form.is_valid():
        photos = form.cleaned_data["photos"]
        try:
            version = actions.record_visit(project, by=request.user, values=form.values, photos=photos)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The visit is stored. The group has been told."))
            return redirect(version.visit)
    return render(request, "projects/visit_form.html", {"project": project, "form": form, "heading": _("Site visit")})


@login_required
def visit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The visitor changes it; based on the version that the page was opened with."""
    visit = find_visit(request, pk)
    permit("projects.amend_advice", request.user, visit)
    base = base_of(request, visit)
    form = VisitForm(
        request.POST or None,
        request.FILES or None,
        instance=SiteVisit(project=visit.project, visitor=request.user),
        initial=VisitForm.initial_of(actions.values_of(visit)),
        checklist=checklists().get(visit.checklist) or current(),
    )
    if request.method == "POST" and form.is_valid():
        sending = actions.Sending(base=base)
        photos = form.cleaned_data["photos"]
        try:
            version = actions.record_visit(
                visit.project, by=request.user, values=form.values, key=visit.key, sending=sending, photos=photos
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            if version.is_waiting:
                return redirect("projects:visit_compare", pk=visit.pk, version_pk=version.pk)
            messages.success(request, _("Saved."))
            return redirect(visit)
    heading = _("Change visit %(number)s") % {"number": visit.number}
    context = {"project": visit.project, "form": form, "heading": heading, "base": base, "back": visit}
    return render(request, "projects/visit_form.html", context)


@login_required
def visit_compare(request: HttpRequest, pk: int, version_pk: int) -> HttpResponse:
    """Another version beside the present one; while it waits, the visitor keeps, takes, or writes both into one."""
    visit = find_visit(request, pk)
    version = get_object_or_404(visit.versions.select_related("by"), pk=version_pk)
    ours = actions.values_of(visit)
    may_settle = version.is_waiting and rules.has_perm("projects.amend_advice", request.user, visit)
    form = None
    if request.method == "POST":
        permit("projects.amend_advice", request.user, visit)
    if request.method == "POST" and ("keep" in request.POST or "take" in request.POST):
        try:
            actions.settle_conflict(version, by=request.user, take="take" in request.POST)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Decided. Both versions can still be read."))
        return redirect(visit)
    if may_settle:
        form = VisitForm(
            request.POST or None,
            instance=SiteVisit(project=visit.project, visitor=request.user),
            initial=VisitForm.initial_of(together(ours, version.values)),
            checklist=checklists().get(visit.checklist) or current(),
        )
        del form.fields["photos"]
        if request.method == "POST" and form.is_valid():
            try:
                actions.merge_conflict(version, by=request.user, values=form.values, base=base_of(request, visit))
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Decided. Both versions can still be read."))
                return redirect(visit)
    context = {
        "project": visit.project,
        "visit": visit,
        "version": version,
        "differences": differences(ours, version.values),
        "form": form,
        "photos": Attachment.objects.of(visit),
    }
    return render(request, "projects/visit_compare.html", context)
