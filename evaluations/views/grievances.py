"""Residents' reports (居民监督举报): the funder's clerks read and answer them."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment, Event
from core.workflow import Refused, permit
from evaluations.actions import grievances
from evaluations.forms import AnswerGrievanceForm
from evaluations.models import Grievance

PAGE = 30


@login_required
def grievance_list(request: HttpRequest) -> HttpResponse:
    """The register of reports that this person may read, the unanswered first."""
    permit("evaluations.see_grievances", request.user, None)
    found = Grievance.objects.visible_to(request.user).select_related("project__call", "activity")
    found = found.order_by("answered_at", "-arrived_at", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "evaluations/grievance_list.html", {"page_obj": page})


@login_required
def grievance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One report; a clerk answers it once."""
    related = ("project__call__funder", "project__applicant", "activity", "answered_by")
    grievance = get_object_or_404(Grievance.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("evaluations.see_grievance", request.user, grievance)
    may_answer = grievance.answered_at is None and rules.has_perm(
        "evaluations.answer_grievance", request.user, grievance
    )
    form = AnswerGrievanceForm(request.POST or None)
    if request.method == "POST":
        permit("evaluations.answer_grievance", request.user, grievance)
        if form.is_valid():
            try:
                grievances.answer_report(grievance, by=request.user, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Answered."))
                return redirect(grievance)
    context = {
        "grievance": grievance,
        "project": grievance.project,
        "form": form if may_answer or form.is_bound else None,
        "files": Attachment.objects.of(grievance),
        "events": Event.objects.about(grievance),
    }
    return render(request, "evaluations/grievance_detail.html", context)
