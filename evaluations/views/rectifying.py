"""What a project has to mend, item by item; and the proposal to end it."""

from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from evaluations.actions import rectifying
from evaluations.forms import AnswerForm, JudgeItemForm, ReasonForm, RectifiedForm
from evaluations.models import Evaluation, RectificationItem, TerminationProposal
from evaluations.views.procedure import press
from projects.models import Project
from projects.models.project_queries import is_seen_by


def items_of(request: HttpRequest, project: int) -> list[RectificationItem]:
    """Everything that was asked of a project, as far as this person may see it, with what was reported."""
    found = RectificationItem.objects.visible_to(request.user).filter(evaluation__project=project)
    related = ("evaluation__project__call__funder", "evaluation__project__applicant", "evaluation__commission")
    items = list(found.select_related(*related).prefetch_related("reports__by", "reports__decided_by"))
    for item in items:
        item.attempts = list(item.reports.all())
        for one in item.attempts:
            one.files = list(Attachment.objects.of(one))
    return items


@login_required
def rectification(request: HttpRequest, pk: int) -> HttpResponse:
    """What has to be mended, until when, what was reported, and what became of it."""
    items = items_of(request, pk)
    if not items:
        project = get_object_or_404(Project.objects.delivery_visible_to(request.user), pk=pk)
    else:
        project = items[0].evaluation.project
    return render(request, "evaluations/rectification.html", _context(request, project, items))


def _context(request: HttpRequest, project: Project, items: list[RectificationItem]) -> dict[str, Any]:
    for item in items:
        item.may_report = item.state == "open" and rules.has_perm("evaluations.report_item", request.user, item)
        item.may_judge = item.state == "reported" and rules.has_perm("evaluations.judge_item", request.user, item)
    return {
        "project": project,
        "items": items,
        "accepted": sum(1 for item in items if item.state == "accepted"),
        "sees_project": is_seen_by(project, request.user),
    }


@login_required
def item_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Report one item as mended, or judge what was reported."""
    found = RectificationItem.objects.visible_to(request.user)
    item = get_object_or_404(found.select_related("evaluation__project__call", "evaluation__commission"), pk=pk)
    may_report = rules.has_perm("evaluations.report_item", request.user, item)
    may_judge = rules.has_perm("evaluations.judge_item", request.user, item)
    if not (may_report or may_judge):
        raise PermissionDenied
    reports = item.state == "open" and may_report
    judges = item.state == "reported" and may_judge
    form: Any = None
    if reports:
        form = RectifiedForm(request.POST or None, request.FILES or None)
    elif judges:
        form = JudgeItemForm(request.POST or None)
    if form is None:
        messages.error(request, _("This has been done already."))
        return redirect(item)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        verb = partial(rectifying.report_item, item, by=request.user, **data)
        done = _("It is reported. The evaluator and the funder have been told.")
        if judges:
            verb = partial(rectifying.judge_item, item, by=request.user, accepts="accept" in request.POST, **data)
            done = _("Saved. The group has been told.")
        if press(request, form, verb, done):
            return redirect(item)
    last = item.reports.last()
    context = {
        "item": item,
        "project": item.evaluation.project,
        "form": form,
        "judges": judges,
        "last": last,
        "files": Attachment.objects.of(last) if last else [],
    }
    return render(request, "evaluations/item_act.html", context)


@login_required
def termination_propose(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk proposes to end a project that has failed again."""
    found = Evaluation.objects.visible_to(request.user).select_related("project__call__funder")
    evaluation = get_object_or_404(found, pk=pk)
    permit("evaluations.propose_termination", request.user, evaluation)
    if rectifying.failed_again(evaluation.project) != evaluation:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = rectifying.propose_termination(evaluation, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Proposed. The approvers have been told."))
            return redirect(made)
    context = {
        "evaluation": evaluation,
        "project": evaluation.project,
        "form": form,
        "to_claim": rectifying.to_claim(evaluation.project),
    }
    return render(request, "evaluations/termination_form.html", context)


@login_required
def termination_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal to end a project: its reason, what would come back, and the decision."""
    found = TerminationProposal.objects.select_related("evaluation__project__call__funder", "asked_by", "decided_by")
    seen = Project.objects.delivery_visible_to(request.user)
    proposal = get_object_or_404(found.filter(evaluation__project__in=seen), pk=pk)
    permit("evaluations.see_termination", request.user, proposal)
    may_decide = proposal.is_open and rules.has_perm("evaluations.decide_termination", request.user, proposal)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        permit("evaluations.decide_termination", request.user, proposal)
        if form.is_valid():
            verb = partial(rectifying.decide_termination, proposal, by=request.user, grant="grant" in request.POST)
            if press(request, form, partial(verb, answer=form.cleaned_data["answer"]), _("Decided.")):
                return redirect(proposal)
    context = {
        "proposal": proposal,
        "evaluation": proposal.evaluation,
        "project": proposal.project,
        "form": form if may_decide else None,
    }
    return render(request, "evaluations/termination_detail.html", context)
