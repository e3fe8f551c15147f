"""Residents' reports (居民监督举报): the funder's clerks read and answer them."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment, Event
from core.paging import page_of
from core.workflow import Refused, permit
from evaluations.actions import grievances
from evaluations.forms import AnswerGrievanceForm, TellForm
from evaluations.models import Grievance
from projects.disclosing import shown

PAGE = 30


@login_required
def grievance_list(request: HttpRequest) -> HttpResponse:
    """The register of reports that this person may read, the unanswered first."""
    permit("evaluations.see_grievances", request.user, None)
    found = Grievance.objects.visible_to(request.user).select_related("project__call", "activity")
    found = found.order_by("answered_at", "-arrived_at", "-pk")
    page = page_of(found, PAGE, request.GET.get("page"))
    return render(request, "evaluations/grievance_list.html", {"page_obj": page})


@login_required
def grievance_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One report; a clerk answers it once, and calls where there is only a phone."""
    related = ("project__call__funder", "project__applicant", "activity", "answered_by", "told_by")
    grievance = get_object_or_404(Grievance.objects.visible_to(request.user).select_related(*related), pk=pk)
    permit("evaluations.see_grievance", request.user, grievance)
    may_answer = grievance.answered_at is None and rules.has_perm(
        "evaluations.answer_grievance", request.user, grievance
    )
    calls = "told" in request.POST
    form = AnswerGrievanceForm(None if calls else request.POST or None)
    told = TellForm(request.POST if calls else None)
    if request.method == "POST":
        permit("evaluations.answer_grievance", request.user, grievance)
        sent: Form = told if calls else form
        if sent.is_valid():
            try:
                verb = grievances.tell_by_phone if calls else grievances.answer_report
                verb(grievance, by=request.user, **sent.cleaned_data)
            except Refused as refused:
                add_refusal(sent, refused)
            else:
                messages.success(request, _("Saved.") if calls else _("Answered."))
                return redirect(grievance)
    if grievance.phone or grievance.email:
        said = {"label": _("Contact of who reported a problem seen"), "grievance": grievance.pk}
        shown("grievance", by=request.user, project=grievance.project, **said)
    may_tell = grievance.waits_for_a_call and rules.has_perm("evaluations.answer_grievance", request.user, grievance)
    context = {
        "grievance": grievance,
        "project": grievance.project,
        "form": form if may_answer or form.is_bound else None,
        "told": told if may_tell or told.is_bound else None,
        "files": Attachment.objects.of(grievance),
        "events": Event.objects.about(grievance),
    }
    return render(request, "evaluations/grievance_detail.html", context)
