"""Commissions, midterm and final evaluation."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import evaluation
from evaluations.excellence import is_provisional
from evaluations.forms import CommissionForm, ConclusionForm, EvaluationForm
from evaluations.models import Purpose, Score
from evaluations.rules import JUDGED_IN
from evaluations.vetoes import marked
from evaluations.views.panels import find as find_call
from grants.sheet_sections import sections
from projects.figures import so_far
from projects.models import Project


def find(request: HttpRequest, pk: int, purpose: str) -> Project:
    """A project whose delivery I may see, and a purpose that is an evaluation."""
    if purpose not in (Purpose.MIDTERM, Purpose.FINAL):
        raise Http404
    related = ("call__midterm_rubric", "call__final_rubric", "call__funder", "applicant", "host")
    return get_object_or_404(Project.objects.delivery_visible_to(request.user).select_related(*related), pk=pk)


@login_required
def commission_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Charge an evaluator organisation with a call."""
    call = find_call(request, pk, "evaluations.commission")
    form = CommissionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            evaluation.commission(call, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The evaluator is commissioned."))
            return redirect(call)
    return render(request, "evaluations/commission_form.html", {"call": call, "form": form})


@login_required
def evaluation_open(request: HttpRequest, pk: int, purpose: str) -> HttpResponse:
    """Choose who goes to evaluate."""
    project = find(request, pk, purpose)
    if not rules.has_perm("evaluations.open", request.user, project):
        raise PermissionDenied
    form = EvaluationForm(request.POST or None, call=project.call)
    if request.method == "POST" and form.is_valid():
        people = list(form.cleaned_data["people"])
        try:
            evaluation.open_evaluation(project, purpose, people, by=request.user, due_on=form.cleaned_data["due_on"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The evaluators have been asked."))
            return redirect("evaluations:evaluation_detail", pk=pk, purpose=purpose)
    context = {
        "project": project,
        "form": form,
        "which": Purpose(purpose).label,
        "nobody": not form.fields["people"].queryset.exists(),
    }
    return render(request, "evaluations/evaluation_form.html", context)


@login_required
def evaluation_detail(request: HttpRequest, pk: int, purpose: str) -> HttpResponse:
    """The results so far; for the funder also the sheets and the form that concludes."""
    project = find(request, pk, purpose)
    if not rules.has_perm("evaluations.see_result", request.user, project):
        raise PermissionDenied
    may_conclude = (
        rules.has_perm("evaluations.conclude", request.user, project) and project.state == JUDGED_IN[Purpose(purpose)]
    )
    panel = evaluation.panel_of(project, purpose)
    found_vetoes = marked(panel) if may_conclude else []
    form = ConclusionForm(request.POST or None, vetoes=found_vetoes)
    if request.method == "POST":
        if not rules.has_perm("evaluations.conclude", request.user, project):
            raise PermissionDenied
        if form.is_valid():
            try:
                result = evaluation.conclude(
                    project, purpose, by=request.user, summary=form.cleaned_data["summary"], vetoes=form.vetoes
                )
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(
                    request,
                    _("Concluded: %(score)s, %(grade)s.")
                    % {"score": result.score, "grade": result.get_grade_display()},
                )
                return redirect(project)
    rubric = getattr(project.call, f"{purpose}_rubric")
    context = {
        "project": project,
        "which": Purpose(purpose).label,
        "purpose": purpose,
        "rubric": rubric,
        "sections": sections(rubric.lines_for(project.nature)),
        "results": project.results.filter(purpose=purpose),
        "is_provisional": purpose == Purpose.FINAL and is_provisional(project.call),
        "form": form,
        "figures": so_far(project),
        "may_conclude": may_conclude and bool(panel) and all(assignment.is_submitted for assignment in panel),
    }
    if rules.has_perm("evaluations.see_sheets", request.user, project):
        context["panel"] = panel
        said = Score.objects.filter(sheet__assignment__project=project, sheet__assignment__purpose=purpose)
        said = said.filter(sheet__submitted_at__isnull=False, sheet__assignment__recused_at__isnull=True)
        context["said"] = said.exclude(reason="").select_related("criterion", "sheet__assignment__person")
        context["vetoes"] = found_vetoes
    return render(request, "evaluations/evaluation_detail.html", context)
