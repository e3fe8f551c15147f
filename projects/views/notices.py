"""Public notices and objections. Anybody may read and object; the funder examines."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workdays import uncertain_years
from core.workflow import Refused
from projects.actions import notices
from projects.forms import ObjectionForm, RulingForm
from projects.models import Notice, Objection, Project
from projects.views.project import permit

PAGE = 20


def notice_list(request: HttpRequest) -> HttpResponse:
    """Every public notice, newest first."""
    found = Notice.objects.select_related("call", "call__funder")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "projects/notice_list.html", {"page_obj": page})


def notice_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What is going to be funded, until when one may object, and whom to call."""
    notice = get_object_or_404(Notice.objects.select_related("call__funder"), pk=pk)
    entries = list(notice.entries.select_related("project"))
    context = {
        "notice": notice,
        "entries": entries,
        "total": sum(entry.amount for entry in entries),
        "unaltered": notice.digest == notice.compute_digest(),
        "uncertain": uncertain_years(notice.starts_on, notice.ends_on),
    }
    return render(request, "projects/notice_detail.html", context)


def objection_create(request: HttpRequest, pk: int, project_pk: int) -> HttpResponse:
    """Object to one project of a notice; no account is needed."""
    notice = get_object_or_404(Notice.objects.select_related("call"), pk=pk)
    entry = get_object_or_404(notice.entries.select_related("project__call"), project_id=project_pk)
    form = ObjectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            if not values.pop("website"):  # a program that fills in everything is thanked and forgotten
                notices.receive_objection(notice, entry.project, **values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Your objection has been received. The funder will examine it and answer you."))
            return redirect(notice)
    return render(request, "projects/objection_form.html", {"notice": notice, "entry": entry, "form": form})


@login_required
def objection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The funder reads an objection, examines it and rules on it."""
    objection = get_object_or_404(
        Objection.objects.select_related("project__call", "notice", "ruled_by"),
        pk=pk,
        project__in=Project.objects.visible_to(request.user),
    )
    project = objection.project
    permit("projects.examine_objection", request.user, project)
    form = RulingForm(request.POST if "rule" in request.POST else None)
    if request.method == "POST":
        try:
            if "examine" in request.POST:
                notices.examine_objection(objection, by=request.user)
                return redirect("projects:objection_detail", pk=pk)
            if form.is_valid():
                notices.rule_on_objection(objection, by=request.user, **form.cleaned_data)
                messages.success(request, _("The ruling is recorded."))
                return redirect(project)
        except Refused as refused:
            add_refusal(form, refused) if form.is_bound else messages.error(request, str(refused))
    return render(request, "projects/objection_detail.html", {"objection": objection, "project": project, "form": form})
