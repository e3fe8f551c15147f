"""The parts of an evaluation: self-evaluation, papers, visit, report, answers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import clock
from core.forms import VersionedForm, add_refusal
from core.models import Attachment
from core.workflow import Refused, Stale, permit
from evaluations.actions import inspecting, reporting, self_evaluation
from evaluations.forms import (
    AnswersForm,
    PaperHandInForm,
    PapersForm,
    RepliesForm,
    ReportForm,
    SelfEvaluationForm,
    VisitAnswerForm,
    VisitPlanForm,
    VisitRecordForm,
    item_forms,
)
from evaluations.models import Evaluation, EvaluationVisit, PaperLine, ReportTemplate
from evaluations.views.evaluation import find


def press(
    request: HttpRequest,
    form: Form,
    verb: Callable[[], Any],
    done: str,
    stored: Callable[[], VersionedForm] | None = None,
) -> bool:
    """Let the verb happen; its refusal stands at the field that it is about, or above the form, where what was typed
    still is.

    `stored` makes the form anew from what is stored, for who saves over what another window has saved since."""
    try:
        verb()
    except Stale as stale:
        if stored is not None:
            form.take_over(stored())
        add_refusal(form, stale)
        return False
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, done)
    return True


@login_required
def self_evaluation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The group writes its self-evaluation; everybody else reads it once it is handed in."""
    evaluation = find(request, pk)
    permit("evaluations.read_self_evaluation", request.user, evaluation)
    may_write = rules.has_perm("evaluations.self_evaluate", request.user, evaluation)
    form = SelfEvaluationForm(request.POST or None, evaluation=evaluation) if may_write else None
    if request.method == "POST":
        permit("evaluations.self_evaluate", request.user, evaluation)
        hands_in = "submit" in request.POST
        verb, done = self_evaluation.save, _("The draft is saved; only your group can see it.")
        if hands_in:
            verb, done = self_evaluation.hand_in, _("The self-evaluation is handed in. Thank you.")
        complete = form.check_for_submission() if hands_in else form.is_valid()
        if complete and press(
            request,
            form,
            lambda: verb(evaluation, by=request.user, **form.given),
            done,
            stored=lambda: SelfEvaluationForm(evaluation=find(request, pk)),
        ):
            return redirect(evaluation) if hands_in else redirect("evaluations:self_evaluation", pk)
    context = {
        "evaluation": evaluation,
        "project": evaluation.project,
        "form": form,
        "written": getattr(evaluation, "self_evaluation", None),
    }
    return render(request, "evaluations/self_evaluation.html", context)


@login_required
def papers(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of papers: the evaluators go through it, the group hands in what is asked for."""
    evaluation = find(request, pk)
    permit("evaluations.read_papers", request.user, evaluation)
    lines = list(evaluation.papers.select_related("delivered_by"))
    checks = evaluation.state in inspecting.CHECKED_IN
    may_check = checks and rules.has_perm("evaluations.inspect", request.user, evaluation)
    form = PapersForm(request.POST or None, papers=lines) if may_check else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            verb = partial(inspecting.check_papers, evaluation, by=request.user, found=form.found)
            verb = partial(verb, another=form.cleaned_data["another"], ask="ask" in request.POST)
            done = _("The group has been asked.") if "ask" in request.POST else _("Saved.")
            if press(request, form, verb, done):
                return redirect("evaluations:papers", pk)
    for line in lines:
        line.files = list(Attachment.objects.of(line)) if line.asked_at else []
    context = {
        "evaluation": evaluation,
        "project": evaluation.project,
        "lines": lines,
        "form": form,
        "may_hand_in": checks and rules.has_perm("evaluations.hand_in_paper", request.user, evaluation),
    }
    return render(request, "evaluations/papers.html", context)


@login_required
def paper_hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """The group hands in one paper."""
    found = PaperLine.objects.visible_to(request.user).select_related("evaluation__project__call__funder")
    line = get_object_or_404(found, pk=pk)
    permit("evaluations.hand_in_paper", request.user, line.evaluation)
    form = PaperHandInForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        verb = partial(inspecting.hand_in_paper, line, by=request.user, **form.cleaned_data)
        if press(request, form, verb, _("It is handed in. The evaluators have been told.")):
            return redirect("evaluations:papers", line.evaluation_id)
    context = {"line": line, "evaluation": line.evaluation, "project": line.evaluation.project, "form": form}
    return render(request, "evaluations/paper_hand_in.html", context)


@login_required
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """The site visit: announced, answered, written down."""
    evaluation = find(request, pk)
    permit("evaluations.read_papers", request.user, evaluation)
    stored = EvaluationVisit.objects.filter(evaluation=evaluation).first()
    may_inspect = rules.has_perm("evaluations.inspect", request.user, evaluation)
    plans = may_inspect and evaluation.state in ("document_check", "site_visit") and not (stored and stored.is_recorded)
    records = may_inspect and evaluation.asks_visit and evaluation.state in ("site_visit", "draft")
    answers = bool(stored and not stored.is_recorded) and rules.has_perm(
        "evaluations.answer_visit", request.user, evaluation
    )
    sent = {name: request.POST if name in request.POST else None for name in ("plan", "answer", "record")}
    fresh = EvaluationVisit.objects.filter(evaluation=evaluation).first()
    names = "、".join(str(one.person) for one in evaluation.panel.select_related("person"))
    forms: dict[str, Any] = {
        "plan": VisitPlanForm(sent["plan"], instance=fresh, initial={"visitors": names}) if plans else None,
        "answer": VisitAnswerForm(sent["answer"]) if answers else None,
        "record": VisitRecordForm(
            sent["record"],
            request.FILES if sent["record"] else None,
            instance=EvaluationVisit.objects.filter(evaluation=evaluation).first(),
            initial={"held_at": stored.planned_at if stored and stored.planned_at <= clock.now() else None},
        )
        if records
        else None,
    }
    if request.method == "POST":
        pressed = next((name for name in forms if name in request.POST and forms[name] is not None), None)
        if pressed is None:
            raise PermissionDenied
        form, data = forms[pressed], None
        verbs: dict[str, Callable[[], Any]] = {
            "plan": lambda: inspecting.announce_visit(evaluation, by=request.user, **data),
            "answer": lambda: inspecting.answer_visit(stored, by=request.user, **data),
            "record": lambda: inspecting.record_visit(evaluation, by=request.user, **data),
        }
        if form.is_valid():
            data = form.cleaned_data
            if press(request, form, verbs[pressed], _("Saved.")):
                return redirect("evaluations:visit", pk)
    context = {
        "evaluation": evaluation,
        "project": evaluation.project,
        "visit": stored,
        "files": Attachment.objects.of(stored) if stored else [],
        "forms": forms,
        "reads_record": rules.has_perm("evaluations.read_report", request.user, evaluation),
    }
    return render(request, "evaluations/visit.html", context)


@login_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the report: its texts and what has to be mended. Own texts are added without losing what is typed."""
    evaluation = find(request, pk)
    permit("evaluations.lead", request.user, evaluation)
    fixed = evaluation.issued_at is not None or evaluation.state in ("answer", "published")
    if fixed:
        return redirect(evaluation)
    data = request.POST.copy() if request.method == "POST" else None
    templates = ReportTemplate.objects.usable().filter(organization=evaluation.commission.organization_id)
    templates = templates.exclude(kind=ReportTemplate.Kind.PAPERS)
    adds = None
    if data is not None and data.get("use", "").isdecimal() and len(data["use"]) < 16:
        adds = templates.filter(pk=data["use"]).first()
        if adds is not None:
            data[adds.kind] = "\n".join(part for part in (data.get(adds.kind, "").rstrip(), adds.text) if part)
    form = ReportForm(data, evaluation=evaluation)
    items = item_forms(evaluation, data)
    if data is not None and adds is None and form.is_valid() and items.is_valid():
        verb = partial(reporting.save_report, evaluation, by=request.user, texts=form.texts, items=items.items)
        verb = partial(verb, version=form.cleaned_data["version"])
        done = _("Saved. Nobody outside your organisation reads it before it is sent.")
        if press(request, form, verb, done, lambda: ReportForm(evaluation=find(request, pk))):
            return redirect(evaluation) if "close" in data else redirect("evaluations:report", pk)
    context = {
        "evaluation": evaluation,
        "project": evaluation.project,
        "form": form,
        "formset": items,
        "templates": templates,
        "added": adds,
    }
    return render(request, "evaluations/report_form.html", context)


@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The group answers the draft point by point."""
    evaluation = find(request, pk)
    if evaluation.is_sent and evaluation.state != Evaluation.State.ANSWER:  # the back button, or another window
        messages.error(request, _("This has been done already."))
        return redirect(evaluation)
    permit("evaluations.answer_draft", request.user, evaluation)
    form = AnswersForm(request.POST or None, request.FILES or None, points=evaluation.points.all())
    if request.method == "POST" and form.is_valid():
        verb = partial(reporting.answer, evaluation, by=request.user, answers=form.answers)
        verb = partial(verb, files=form.cleaned_data["files"])
        if press(request, form, verb, _("Your answer is sent. The evaluator replies to each point.")):
            return redirect(evaluation)
    context = {"evaluation": evaluation, "project": evaluation.project, "form": form}
    return render(request, "evaluations/answer_form.html", context)


@login_required
def replies(request: HttpRequest, pk: int) -> HttpResponse:
    """The lead replies to the answers."""
    evaluation = find(request, pk)
    permit("evaluations.lead", request.user, evaluation)
    form = RepliesForm(request.POST or None, points=evaluation.points.all())
    if request.method == "POST" and form.is_valid():
        verb = partial(reporting.reply, evaluation, by=request.user, replies=form.replies)
        if press(request, form, verb, _("Saved.")):
            return redirect(evaluation)
    context = {"evaluation": evaluation, "project": evaluation.project, "form": form}
    return render(request, "evaluations/replies_form.html", context)
