"""Charging evaluator organisations, and the workspace of their people."""

from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations.actions import commissions
from evaluations.actions.evaluation import OPENS_FROM, schedule
from evaluations.forms import CommissionForm, TermForm, TieForm
from evaluations.models import Assignment, Commission, CommissionTie, Evaluation, Purpose, RectificationItem
from evaluations.rules import JUDGED_IN
from evaluations.views.panels import find as find_call
from people.models import User
from projects.models import State


@login_required
def commission_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Charge an evaluator organisation with a call, or with chosen projects of it; those that are charged already."""
    call = find_call(request, pk, "evaluations.commission")
    form = CommissionForm(request.POST or None, call=call)
    if request.method == "POST" and form.is_valid():
        try:
            made = commissions.commission(call, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The evaluator is commissioned."))
            return redirect(made)
    context = {"call": call, "form": form, "commissions": call.commissions.select_related("organization")}
    return render(request, "evaluations/commission_form.html", context)


def find(request: HttpRequest, pk: int) -> Commission:
    """A commission of my call, or of my organisation as long as its term runs; 404 otherwise."""
    found = Commission.objects.visible_to(request.user).select_related("call__funder", "organization")
    return get_object_or_404(found, pk=pk)


@login_required
def commission_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What the organisation is charged with, project by project; for clerks also its ties, and what is due."""
    commission = find(request, pk)
    may_change = rules.has_perm("evaluations.change_commission", request.user, commission)
    if request.method == "POST":
        permit("evaluations.change_commission", request.user, commission)
        return _arrange(request, commission)
    context = {
        "commission": commission,
        "call": commission.call,
        "may_change": may_change,
        "rows": rows_of(commission),
        "ties": commission.ties.select_related("project", "decided_by") if may_change else [],
        "in_funder": request.user.has_role(commission.call.funder_id),
    }
    return render(request, "evaluations/commission_detail.html", context)


def _arrange(request: HttpRequest, commission: Commission) -> HttpResponse:
    """Arrange the next evaluation of one project, or of all that are due."""
    chosen = set(request.POST.getlist("project"))
    done, refusals = 0, []
    for row in rows_of(commission):
        if row["due"] and str(row["project"].pk) in chosen:
            try:
                schedule(row["project"], row["due"], by=request.user, commission=commission)
                done += 1
            except Refused as refused:
                refusals.append(_(": ").join((row["project"].title, str(refused))))
    for sentence in refusals:
        messages.error(request, sentence)
    if done:
        messages.success(
            request, _("%(n)s evaluations are arranged. The organisation now says who comes.") % {"n": done}
        )
    elif not refusals:
        messages.error(request, _("Please choose a project whose evaluation can be arranged."))
    return redirect(commission)


def rows_of(commission: Commission) -> list[dict[str, Any]]:
    """Each project it is charged with: its evaluations, and which one could be arranged now."""
    barred = {tie.project_id: tie for tie in commission.ties.all() if tie.decision != CommissionTie.Decision.KEEPS}
    chosen = commission.call.projects.all() if commission.is_whole_call else commission.projects.all()
    mine = Evaluation.objects.filter(purpose__in=commission.purposes).select_related("lead", "commission")
    mine = mine.prefetch_related("items")
    found = chosen.funded().select_related("applicant", "call").order_by("number")
    found = found.prefetch_related(Prefetch("evaluations", queryset=mine, to_attr="evaluated"), "results")
    return [
        {
            "project": project,
            "evaluations": [one for one in project.evaluated if one.commission_id == commission.pk],
            "tie": barred.get(project.pk),
            "due": "" if project.pk in barred or not commission.is_current else due_for(project, commission),
        }
        for project in found
    ]


def has_open_items(project: Any) -> bool:
    """Something is still to be mended: a second look would be refused."""
    return any(item.state == RectificationItem.State.OPEN for one in project.evaluated for item in one.items.all())


def due_for(project: Any, commission: Commission) -> str:
    """The purpose of the evaluation that could be arranged now; empty when there is none."""
    for purpose in (Purpose.MIDTERM, Purpose.FINAL):
        if purpose not in commission.purposes or project.state not in (*OPENS_FROM[purpose], JUDGED_IN[purpose]):
            continue
        if (project.midterm_passed_on is None) != (purpose == Purpose.MIDTERM):
            continue
        if project.state == State.RECTIFYING and has_open_items(project):
            continue
        number = sum(1 for result in project.results.all() if result.purpose == purpose) + 1
        if not any(one.purpose == purpose and one.round == number for one in project.evaluated):
            return purpose.value
    return ""


@login_required
def commission_term(request: HttpRequest, pk: int) -> HttpResponse:
    """Extend the term, or end it early."""
    commission = find(request, pk)
    permit("evaluations.change_commission", request.user, commission)
    form = TermForm(request.POST or None, initial={"until": commission.until})
    if request.method == "POST" and form.is_valid():
        verb = commissions.extend if form.cleaned_data["until"] > commission.until else commissions.end_early
        try:
            verb(commission, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The term is changed. The organisation has been told."))
            return redirect(commission)
    context = {"commission": commission, "call": commission.call, "form": form}
    return render(request, "evaluations/commission_term.html", context)


@login_required
def tie_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide on a conflict of interest of an evaluator organisation."""
    found = CommissionTie.objects.filter(commission__in=Commission.objects.visible_to(request.user))
    tie = get_object_or_404(found.select_related("commission__call", "commission__organization", "project"), pk=pk)
    permit("evaluations.change_commission", request.user, tie.commission)
    form = TieForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        verb = partial(commissions.decide_tie, tie, by=request.user, keeps="keeps" in request.POST)
        try:
            verb(reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(tie.commission)
    context = {"tie": tie, "commission": tie.commission, "call": tie.commission.call, "form": form}
    return render(request, "evaluations/tie_decide.html", context)


@login_required
def workspace(request: HttpRequest) -> HttpResponse:
    """我的评估: everything that my organisation is charged with, by stage, with its day and what is missing."""
    permit("evaluations.see_workspace", request.user, None)
    found = Evaluation.objects.in_workspace_of(request.user).select_related(
        "project__applicant", "project__call", "commission", "lead"
    )
    found = found.prefetch_related("assignments__person", "assignments__sheet", "papers", "points", "items")
    found = found.select_related("visit", "self_evaluation").order_by("due_on", "pk")
    evaluations = list(found)
    stages = [
        {"label": label, "state": state, "evaluations": [one for one in evaluations if one.state == state]}
        for state, label in Evaluation.State.choices
    ]
    for one in evaluations:
        one.lacking = lacking(one)
    context = {
        "stages": [stage for stage in stages if stage["evaluations"]],
        "counts": [(stage["label"], len(stage["evaluations"]), stage["state"]) for stage in stages],
        "commissions": Commission.objects.of(request.user).current().select_related("call", "organization"),
        "undeclared": undeclared_calls(request.user),
        "distributes": may_distribute(request.user, evaluations),
    }
    return render(request, "evaluations/workspace.html", context)


def undeclared_calls(user: User) -> list[Any]:
    asked = Assignment.objects.undeclared().filter(person=user).exclude(purpose=Purpose.REVIEW)
    return list({one.project.call_id: one.project.call for one in asked.select_related("project__call")}.values())


def may_distribute(user: User, evaluations: list[Evaluation]) -> set[int]:
    """Whose evaluators this person names: heads of the organisation, up to the draft."""
    heads = set(user.organizations_as("manager"))
    early = {"scheduled", "self_evaluation", "document_check", "site_visit", "draft"}
    return {one.pk for one in evaluations if one.commission.organization_id in heads and one.state in early}


def lacking(evaluation: Evaluation) -> list[str]:
    """What an evaluation waits for now, in a few words; reads only what was fetched with it."""
    S, found = Evaluation.State, []
    state = evaluation.state
    panel = [one for one in evaluation.assignments.all() if one.is_seated]
    if state == S.SCHEDULED:
        found.append(_("say who goes"))
    elif state == S.SELF_EVALUATION:
        found.append(_("self-evaluation of the group"))
    elif state == S.DOCUMENT_CHECK:
        papers = list(evaluation.papers.all())
        if unseen := sum(1 for line in papers if not line.standing):
            found.append(_("%(n)s papers to look at") % {"n": unseen})
        if waited := sum(1 for line in papers if line.is_waited_for):
            found.append(_("%(n)s papers asked from the group") % {"n": waited})
    elif state == S.SITE_VISIT:
        visit = getattr(evaluation, "visit", None)
        found.append(_("announce a day") if visit is None else _("write the visit down"))
    if evaluation.is_left_alone:
        found.append(_("whoever leads has stood down: send somebody else"))
    unsent = [str(one.person) for one in panel if not one.is_submitted]
    if unsent and state in (S.DOCUMENT_CHECK, S.SITE_VISIT, S.DRAFT, S.FINAL):
        found.append(_("sheet of %(names)s") % {"names": "、".join(unsent)})
    if state == S.DRAFT and not all(getattr(evaluation, name) for name in ("conclusion", "problems", "summary")):
        found.append(_("texts of the report"))
    if state == S.ANSWER:
        found.append(_("answer of the group"))
    if state == S.FINAL:
        if evaluation.issued_at:
            return [_("the funder concludes")]
        if open_points := sum(1 for point in evaluation.points.all() if point.needs_reply and not point.outcome):
            found.append(_("%(n)s answers to reply to") % {"n": open_points})
        found = found or [_("issue the final report")]
    return found
