"""One evaluation: arranging it, who goes, its page, and the steps its buttons take."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import workflow
from core.forms import add_refusal
from core.models import Event
from core.workflow import Refused, permit
from evaluations.actions import concluding, inspecting, rectifying, reporting
from evaluations.actions import evaluation as actions
from evaluations.excellence import is_provisional
from evaluations.forms import DistributeForm, HandOverForm, ReasonForm, ScheduleForm, VetoForm
from evaluations.models import Assignment, Evaluation, Purpose, Result, Score
from evaluations.vetoes import marked
from grants.models import Criterion
from grants.sheet_sections import sections
from people.models import User
from projects.figures import so_far
from projects.models import Project
from projects.models.project_queries import is_seen_by

RELATED = (
    *("project__call__funder", "project__applicant", "project__host", "project__community", "project__field"),
    *("commission__organization", "rubric", "lead", "visit", "self_evaluation", "answered_by", "issued_by"),
)


def find_project(request: HttpRequest, pk: int, purpose: str) -> Project:
    """A project whose delivery I may see, and a purpose that is an evaluation."""
    if purpose not in (Purpose.MIDTERM, Purpose.FINAL):
        raise Http404
    related = ("call__midterm_rubric", "call__final_rubric", "call__funder", "applicant", "host")
    return get_object_or_404(Project.objects.delivery_visible_to(request.user).select_related(*related), pk=pk)


def find(request: HttpRequest, pk: int) -> Evaluation:
    """An evaluation that I may see; 404 otherwise, also for its evaluator once the term is over."""
    return get_object_or_404(Evaluation.objects.visible_to(request.user).select_related(*RELATED), pk=pk)


@login_required
def evaluation_open(request: HttpRequest, pk: int, purpose: str) -> HttpResponse:
    """Arrange an evaluation; who comes is said by the organisation, or here when it is agreed on already."""
    project = find_project(request, pk, purpose)
    permit("evaluations.open", request.user, project)
    form = ScheduleForm(request.POST or None, project=project, purpose=purpose)
    if request.method == "POST" and form.is_valid():
        try:
            made = _arrange(project, purpose, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The evaluation is arranged. Everybody concerned has been told."))
            return redirect(made)
    context = {
        "project": project,
        "form": form,
        "which": Purpose(purpose).label,
        "nobody": not form.fields["commission"].queryset.exists(),
    }
    return render(request, "evaluations/evaluation_form.html", context)


def _arrange(project: Project, purpose: str, *, by: User, commission, people, finish_by) -> Evaluation:
    if people:
        return actions.open_evaluation(project, purpose, list(people), by=by, due_on=finish_by)[0].evaluation
    return actions.schedule(project, purpose, by=by, commission=commission, finish_by=finish_by)


@login_required
def evaluation_detail(request: HttpRequest, pk: int, purpose: str) -> HttpResponse:
    """The midterm or the final evaluation of a project: every round with its result."""
    project = find_project(request, pk, purpose)
    permit("evaluations.see_result", request.user, project)
    evaluations = list(project.evaluations.filter(purpose=purpose).select_related("commission__organization", "rubric"))
    rubric = evaluations[-1].rubric if evaluations else getattr(project.call, f"{purpose}_rubric")
    context = {
        "project": project,
        "which": Purpose(purpose).label,
        "purpose": purpose,
        "rubric": rubric,
        "sections": sections(rubric.lines_for(project.nature)),
        "is_provisional": purpose == Purpose.FINAL and is_provisional(project.call),
        "results": project.results.filter(purpose=purpose),
        "evaluations": evaluations,
        "figures": so_far(project),
        "may_open": rules.has_perm("evaluations.open", request.user, project),
    }
    return render(request, "evaluations/evaluation_detail.html", context)


@login_required
def evaluation_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Where an evaluation is, who has it, what is missing; its parts, as far as this person may read them."""
    evaluation = find(request, pk)
    user, project = request.user, evaluation.project

    def may(name: str) -> bool:
        return rules.has_perm(f"evaluations.{name}", user, evaluation)

    permit("evaluations.see_evaluation", user, evaluation)
    in_evaluator = user.has_role(evaluation.commission.organization_id, "manager", "evaluator")
    panel = list(evaluation.panel.select_related("person", "sheet"))
    for one in panel:
        one.evaluation = evaluation  # read once
    mine = next((one for one in panel if one.person_id == user.pk), None)
    reads_report, reads_sheets = may("read_report"), may("read_sheets")
    said = concluding.outcome(evaluation) if reads_report and reads_sheets else None
    vetoes = marked(panel) if reads_sheets else []
    hands_in = evaluation.state in inspecting.CHECKED_IN and may("hand_in_paper")
    context: dict[str, Any] = {
        "evaluation": evaluation,
        "project": project,
        "may": {
            name: may(name)
            for name in (
                *("distribute", "inspect", "lead", "hand_over", "self_evaluate", "answer_draft", "publish"),
                *("read_self_evaluation", "read_papers", "read_answers", "note_silence", "answer_visit"),
            )
        },
        "reads_report": reads_report,
        "reads_sheets": reads_sheets,
        "in_evaluator": in_evaluator,
        "sees_project": is_seen_by(project, user),
        "panel": panel,
        "mine": mine,
        "undeclared": mine is not None and Assignment.objects.undeclared().filter(pk=mine.pk).exists(),
        "unled": evaluation.is_left_alone,
        "outcome": said,
        "grade": Result.Grade(said.grade).label if said else "",
        "is_provisional": evaluation.purpose == Purpose.FINAL and is_provisional(project.call),
        "vetoes": vetoes,
        "veto_form": VetoForm(vetoes=vetoes) if may("publish") else None,
        "said": reasons_of(panel) if reads_sheets else [],
        "sections": sections(evaluation.lines),
        "result": evaluation.result if evaluation.is_published else None,
        "papers": (papers := list(evaluation.papers.all())),
        "asked_papers": [one for one in papers if one.is_waited_for] if hands_in else [],
        "points": evaluation.points.all(),
        "items": evaluation.items.all(),
        "blocked": blocked(evaluation),
        "unanswered": reporting.unanswered(evaluation) if may("lead") and evaluation.state == "final" else [],
        "log": Event.objects.about(evaluation).select_related("actor").order_by("-at", "-pk") if in_evaluator else [],
        "back_form": ReasonForm(),
        "failed_again": rectifying.failed_again(project) == evaluation,
        "proposal": evaluation.terminations.last(),
    }
    return render(request, "evaluations/evaluation_page.html", context)


def blocked(evaluation: Evaluation) -> list[str]:
    """What still stands before the next step, in sentences."""
    S = Evaluation.State
    name = {S.DRAFT: "ask_answer", S.ANSWER: "note_silence"}.get(S(evaluation.state), evaluation.next_step)
    found = next((t for t in workflow.transitions(Evaluation) if t.name == name and t.source == evaluation.state), None)
    return workflow.unmet(evaluation, found) if found else []


def reasons_of(panel: list[Assignment]) -> QuerySet[Score]:
    """Where evaluators gave other points than the records propose, or marked a veto, and why."""
    found = Score.objects.filter(sheet__assignment__in=panel, sheet__submitted_at__isnull=False).exclude(reason="")
    found = found.exclude(criterion__kind=Criterion.Kind.VETO, points=0)  # written, and then not marked
    return found.select_related("criterion", "sheet__assignment__person")


STEPS = {
    "go-on": (actions.go_on, ""),
    "send-draft": (reporting.send_draft, ""),
    "note-silence": (reporting.note_silence, ""),
    "issue": (reporting.issue, ""),
    "publish": (concluding.publish, ""),
    "send-back": (reporting.send_back, "reason"),
}


@login_required
@require_POST
def evaluation_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a step; what stands in its way is said on the page."""
    evaluation = find(request, pk)
    if name not in STEPS:
        raise Http404
    verb, wants = STEPS[name]
    given: dict[str, Any] = {wants: request.POST.get(wants, "")[:500]} if wants else {}
    if name == "publish":
        form = VetoForm(request.POST, vetoes=marked(evaluation.panel.select_related("sheet")))
        given = {"vetoes": form.vetoes if form.is_valid() else {}}
    try:
        verb(evaluation, by=request.user, **given)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    else:
        evaluation.refresh_from_db()
        done = _("Done. It is now at “%(state)s”.") % {"state": evaluation.get_state_display()}
        if name == "issue":  # which stays at its state until the clerk concludes
            done = _("The final report %(number)s is issued. The funder's clerk concludes.")
            done = done % {"number": evaluation.number}
        messages.success(request, done)
    return redirect(evaluation)


@login_required
def evaluation_distribute(request: HttpRequest, pk: int) -> HttpResponse:
    """The head of the organisation says who goes."""
    evaluation = find(request, pk)
    permit("evaluations.distribute", request.user, evaluation)
    form = DistributeForm(request.POST or None, evaluation=evaluation)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.distribute(
                evaluation, list(data["people"]), by=request.user, lead=data["lead"], finish_by=data["finish_by"]
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("They have been told, and see the project once they have declared."))
            return redirect(evaluation)
    context = {"evaluation": evaluation, "project": evaluation.project, "form": form}
    return render(request, "evaluations/evaluation_distribute.html", context)


@login_required
def evaluation_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk gives it to another organisation."""
    evaluation = find(request, pk)
    permit("evaluations.hand_over", request.user, evaluation)
    if evaluation.is_sent:
        messages.error(request, _("The group has the draft report already: it cannot be handed over any more."))
        return redirect(evaluation)
    form = HandOverForm(request.POST or None, evaluation=evaluation)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_over(evaluation, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("It is handed over."))
            return redirect(evaluation)
    context = {"evaluation": evaluation, "project": evaluation.project, "form": form}
    return render(request, "evaluations/evaluation_hand_over.html", context)


@login_required
def sheet_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Open my own sheet again, before the final report is issued."""
    found = Assignment.objects.filter(person=request.user, evaluation__isnull=False)
    assignment = get_object_or_404(found.select_related("project", "evaluation__commission"), pk=pk)
    permit("evaluations.inspect", request.user, assignment.evaluation)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reporting.reopen_sheet(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Your sheet is open again; what it said is kept."))
            return redirect("evaluations:sheet", pk=pk)
    context = {"assignment": assignment, "project": assignment.project, "form": form}
    return render(request, "evaluations/sheet_reopen.html", context)
