"""The desk of whoever judges, and the score sheet."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.views import acknowledge
from core.workflow import Refused, Stale, permit
from evaluations.actions import evidence, panel, scoring
from evaluations.actions.watching import hindrances
from evaluations.evidence_lists import evidence_on
from evaluations.forms import DeviationForm, ReasonForm, SheetForm
from evaluations.models import Assignment, PitchDay, Purpose
from evaluations.quorum import is_whole
from evaluations.suggestions import suggestions
from grants.models import Call
from people.models import Role
from projects.blinding import veiled
from projects.figures import so_far
from projects.models.project_queries import is_seen_by
from projects.prices import peer_prices

RELATED = ("person", "sheet", "project__call", "project__applicant", "project__track", "project__field")


def find(request: HttpRequest, pk: int) -> Assignment:
    """My own assignment, or one of a call that I handle as its clerk; 404 otherwise."""
    mine = Q(person=request.user) | Q(project__funder__in=request.user.organizations_as(Role.STAFF))
    return get_object_or_404(Assignment.objects.filter(mine).select_related(*RELATED), pk=pk)


def find_mine(request: HttpRequest, pk: int) -> Assignment:
    """My own assignment; 403 for the clerk who arranges the judging, 404 for everybody else."""
    assignment = find(request, pk)
    if assignment.person_id != request.user.pk:
        raise PermissionDenied
    return assignment


def sees_project(request: HttpRequest, assignment: Assignment) -> bool:
    return is_seen_by(assignment.project, request.user)


def is_declared(assignment: Assignment) -> bool:
    """The judge has said whether anything ties them to it, or nothing waits for that any more."""
    return not Assignment.objects.undeclared().filter(pk=assignment.pk).exists()


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """What I have to judge, and what I have judged."""
    mine = Assignment.objects.filter(person=request.user).for_their_person()
    context = {
        "waiting": list(mine.open()),
        "undeclared": Call.objects.filter(
            projects__assignments__in=Assignment.objects.undeclared().filter(person=request.user)
        ).distinct(),
        "days": PitchDay.objects.upcoming().judged_by(request.user).select_related("call"),
        "done": mine.filter(sheet__submitted_at__isnull=False).order_by("-sheet__submitted_at")[:50],
    }
    return render(request, "evaluations/desk.html", context)


@login_required
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill in a score sheet, keep it as a draft, hand it in; afterwards it can only be read."""
    assignment = find_mine(request, pk)
    if not is_declared(assignment):
        return redirect("evaluations:declare", pk=assignment.project.call_id)
    may_score = rules.has_perm("evaluations.score", request.user, assignment) and not assignment.is_submitted
    known = suggestions(assignment) if may_score and sees_project(request, assignment) else {}
    form = SheetForm(request.POST or None, assignment=assignment, known=known)
    if request.method == "POST" and may_score and (held := hindrances(assignment)):
        form.is_valid()  # what was typed is shown again, and cannot be changed while the sheet is on hold
        add_refusal(form, Refused(*held))
    elif request.method == "POST":
        if not may_score:
            messages.error(request, _("This sheet can no longer be changed."))
            return redirect("evaluations:sheet", pk=pk)
        if is_complete(form, assignment) if "submit" in request.POST else form.is_valid():
            verb = scoring.submit_sheet if "submit" in request.POST else scoring.save_sheet
            try:
                verb(assignment, by=request.user, points=form.points, reasons=form.reasons, **form.texts)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                if "submit" in request.POST:
                    messages.success(request, _("Your sheet is submitted and locked. Thank you."))
                    return acknowledge(redirect("evaluations:desk"), form.texts["tab"])
                if (line := request.POST.get("evidence", "")).isascii() and line.isdigit() and len(line) < 19:
                    to = redirect("evaluations:evidence_pick", pk=pk, criterion_pk=int(line))
                    return acknowledge(to, form.texts["tab"])
                messages.success(request, _("The draft is saved; only you can see it."))
                return acknowledge(redirect("evaluations:sheet", pk=pk), form.texts["tab"])
    return render(request, "evaluations/sheet.html", {"form": form, **shown(request, assignment, may_score)})


def is_complete(form: SheetForm, assignment: Assignment) -> bool:
    """Nothing is missing on the sheet; what is, stands at its field, also where few points rest on nothing."""
    if not form.check_for_submission():
        return False
    explained = scoring.explained(form.points, form.reasons, form.known)
    for line in evidence.lacking(assignment, form.points, explained):
        said = _("Few points or a deduction: please tie a record to it, or say in one sentence what shows it.")
        form.add_error(f"points-{line.pk}", said)
    return not form.errors


def shown(request: HttpRequest, assignment: Assignment, may_score: bool) -> dict:
    """What the page of a sheet shows besides its form."""
    stored = getattr(assignment, "sheet", None)
    on_hold = hindrances(assignment) if may_score else []
    opened = stored.unlockings.filter(granted=True).last() if stored and stored.unlocked_at else None
    context: dict[str, Any] = {
        "assignment": assignment,
        "project": assignment.project,
        "may_score": may_score and not on_hold,
        # after an evaluator's term the sheet can still be read, the project no longer
        "sees_project": sees_project(request, assignment),
        "on_hold": on_hold,
        "opened": opened,
        "asked": stored.unlockings.filter(granted=None).first() if stored else None,
        "sum": stored.sum if stored else None,
    }
    if assignment.purpose != Purpose.REVIEW and context["sees_project"]:
        context["figures"] = so_far(assignment.project)
        context["evidence"] = evidence_on(assignment)
    if assignment.is_submitted and assignment.recused_at is None and is_whole(assignment):
        others = assignment.panel.exclude(pk=assignment.pk)
        context["others"] = sorted(others.values_list("sheet__total", flat=True), reverse=True)
        if stored.deviates_since and not stored.deviation_note:
            context["deviation_form"] = DeviationForm()
    return context


@login_required
@require_POST
def sheet_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep what is being typed. Answers {"state": "stored" or "kept" or "stale", …} as the proposal's form does.

    "kept": the valid points are stored; what is not valid stays on the device until it is mended.
    """
    assignment = find_mine(request, pk)
    if not rules.has_perm("evaluations.score", request.user, assignment) or assignment.is_submitted:
        return JsonResponse({"state": "stale", "message": _("This sheet can no longer be changed.")})
    form = SheetForm(request.POST, assignment=assignment)
    valid = form.is_valid()
    try:
        saved = scoring.save_sheet(assignment, by=request.user, points=form.points, reasons=form.reasons, **form.texts)
    except (Stale, Refused) as refused:
        return JsonResponse({"state": "stale", "message": str(refused)})
    answer = {"at": f"{timezone.localtime():%H:%M}", "version": saved.version}
    answer["errors"] = {field.id_for_label: " ".join(field.errors) for field in form if field.errors}
    return JsonResponse({"state": "stored" if valid else "kept", **answer})


@login_required
def blind_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal as an expert reads it who judges blind: without names, people and files."""
    assignment = find_mine(request, pk)
    if not assignment.is_blind or assignment.recused_at:
        if assignment.project.call.is_blind and sees_project(request, assignment):
            return redirect(assignment.proposal_url)  # the veil has been lifted since the page was opened
        raise Http404
    if not is_declared(assignment):
        return redirect("evaluations:declare", pk=assignment.project.call_id)
    project = assignment.project
    prices = peer_prices(project, project.budget_lines.all())
    context = {
        "assignment": assignment,
        "project": project,
        "sections": veiled(project),
        "prices": {key: price for key, price in prices.items() if price.is_far},
    }
    return render(request, "evaluations/blind_proposal.html", context)


@login_required
@require_POST
def explain_deviation(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why my score is far from the others."""
    assignment = find_mine(request, pk)
    form = DeviationForm(request.POST)
    if form.is_valid():
        try:
            scoring.explain_deviation(assignment, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Thank you. Your explanation is kept with the sheet."))
            return redirect("evaluations:sheet", pk=pk)
    context = {"form": SheetForm(assignment=assignment), **shown(request, assignment, may_score=False)}
    return render(request, "evaluations/sheet.html", context | {"deviation_form": form})


@login_required
def recuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Step down from an assignment, or stand a judge down."""
    assignment = find(request, pk)
    permit("evaluations.recuse", request.user, assignment)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            panel.recuse(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The recusal is recorded."))
            if assignment.person_id == request.user.pk:
                return redirect("evaluations:desk")
            return redirect("evaluations:panel", pk=assignment.project.call_id)
    return render(request, "evaluations/recuse.html", {"assignment": assignment, "form": form})
