"""The formal check: the queue, the page with everything to look at, remarks, corrections, and the pre-check."""

from dataclasses import replace

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import workflow
from core.forms import add_refusal
from core.models import Attachment
from core.paging import page_of
from core.workflow import Refused, permit
from grants.models import PaperKind
from people.models import Organization, Role
from projects.actions import checking
from projects.comparison import Difference, compare
from projects.completeness import budget_breaches, missing_papers, stored_tables
from projects.disclosing import contact_shown
from projects.facts import check_applicant
from projects.forms import CommentForm, CutForm, ExtendForm
from projects.models import BudgetLine, Comment, Likeness, Project, State
from projects.places import name_places
from projects.prices import peer_prices
from projects.sections import fields_of
from projects.views.project import find

PAGE = 20


@login_required
def check_queue(request: HttpRequest) -> HttpResponse:
    """Proposals of my funders in the formal check, the most urgent first: for clerks and for finance."""
    funders = list(Organization.objects.funders_of(request.user, Role.STAFF, Role.FINANCE).values_list("pk", flat=True))
    if not funders:
        raise PermissionDenied
    waiting = (
        Project.objects.with_names()
        .filter(funder__in=funders, state__in=[State.SUBMITTED, State.RETURNED])
        .annotate(
            versions=Count("submissions", distinct=True),
            flags=Count("likenesses", filter=Q(likenesses__verdict=""), distinct=True),
        )
        .order_by("due_on", "submitted_at")
    )
    which = request.GET.get("state")
    if which in (State.SUBMITTED, State.RETURNED):
        waiting = waiting.filter(state=which)
    page = page_of(waiting, PAGE, request.GET.get("page"))
    return render(request, "projects/check_queue.html", {"page_obj": page, "which": which, "State": State})


@login_required
def check_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything a clerk looks at in the formal check; remarks are collected here and leave together."""
    project = find(request, pk)
    permit("projects.see_likeness", request.user, project)
    may_check = rules.has_perm("projects.check", request.user, project) and project.state == State.SUBMITTED
    form = CommentForm(request.POST or None, project=project, initial={"anchor": request.GET.get("place", "")})
    if request.method == "POST":
        permit("projects.check", request.user, project)
        if form.is_valid():
            try:
                checking.remark(
                    project, by=request.user, anchor=form.cleaned_data["anchor"], text=form.cleaned_data["text"]
                )
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Noted. It leaves with the others when you return the proposal."))
                return redirect(reverse("projects:check_page", args=[pk]) + "#remarks")
    contact_shown(project, by=request.user)
    tables = stored_tables(project)
    lines = tables["budget_lines"]
    asked = project.comments.roots().filter(kind=Comment.Kind.CORRECTION).select_related("by")
    remarks = name_places(project, list(asked.prefetch_related("answers__by")))
    for remark in remarks:
        remark.project = project
    may_cut = rules.has_perm("projects.check_budget", request.user, project) and project.state == State.SUBMITTED
    context = {
        "project": project,
        "may_check": may_check,
        "asked": fields_of(project.track.form),
        "remark_to": request.path if may_check else "",
        "may_cut": may_cut,
        "may_extend": rules.has_perm("projects.check", request.user, project) and project.state == State.RETURNED,
        "returns": checking.times_returned(project),
        "form": form if may_check else None,
        "remarks": remarks,
        "findings": check_applicant(project.applicant, project.call, host=project.host, project=project),
        "explanations": dict(project.explanations.values_list("rule", "text")),
        "limits_explained": dict(project.explanations.values_list("limit", "text")),
        "breaches": budget_breaches(project, lines),
        "lines": lines,
        "prices": peer_prices(project, lines),
        "papers": [paper for paper in project.call.papers.all() if paper.track_id in (None, project.track_id)],
        "missing": {paper.pk for paper in missing_papers(project)},
        "attachments": Attachment.objects.of(project),
        "kinds": dict(PaperKind.choices),
        "recommendations": project.recommendations.select_related("community", "called_by"),
        "changes": changes(project),
        "submissions": list(project.submissions.all()),
        "likenesses": Likeness.objects.about(project),
        "siblings": siblings(project, request.user),
        "choices": workflow.choices(project, request.user),
        "may_judge": rules.has_perm("projects.judge_likeness", request.user, project),
    }
    return render(request, "projects/check_page.html", context)


SHOWN = 20
"""Of the other proposals through the same host; a host may have hundreds."""


def siblings(project: Project, user) -> list[dict]:
    """Other proposals of the same applicant, and apart from them those through the same host, in any call and year.

    Each list with its true count; `seen` are those whose page this person may open.
    """
    others = Project.objects.with_names().filter(submitted_at__isnull=False).exclude(pk=project.pk)
    others = others.order_by("-submitted_at", "-pk")
    lists = [(_("of this applicant"), others.filter(applicant=project.applicant), None)]
    if project.host_id:
        through = others.filter(Q(host=project.host) | Q(applicant=project.host)).exclude(applicant=project.applicant)
        lists.append((_("through the same host"), through, SHOWN))
    seen = set(Project.objects.visible_to(user).filter(pk__in=others).values_list("pk", flat=True))
    found = [{"label": label, "count": rows.count(), "rows": list(rows[:most])} for label, rows, most in lists]
    return [each | {"seen": seen} for each in found if each["count"]]


def changes(project: Project, old: str | None = None, new: str | None = None) -> Difference | None:
    """What one submission says otherwise than another, by their numbers; the two newest unless told.

    None when there was only one, or none of these.
    """
    known = {str(submission.ordinal): submission for submission in project.submissions.all()}
    newest = list(known)[-2:]
    before, after = known.get(old or newest[0]), known.get(new or newest[-1]) if newest else (None, None)
    return compare(before.content, after.content) if before and after and before != after else None


@login_required
def submission_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What a correction changed: field by field, row by row, between any two submissions; for whoever sees it."""
    project = find(request, pk)
    submissions = list(project.submissions.all())
    numbers = [str(submission.ordinal) for submission in submissions]
    old, new = request.GET.get("old", ""), request.GET.get("new", "")
    old = old if old in numbers else "".join(numbers[-2:-1])
    new = new if new in numbers else "".join(numbers[-1:])
    difference = changes(project, old, new)
    if difference and not rules.has_perm("projects.see_contact", request.user, project):
        difference = without_contact(difference)
    context = {"project": project, "changes": difference, "submissions": submissions, "old": old, "new": new}
    return render(request, "projects/submission_changes.html", context)


def without_contact(difference: Difference) -> Difference:
    """For experts: no telephone numbers, and not what the group said about its own standing."""
    fields = tuple(change for change in difference.fields if change.name != "leader_phone")
    rows = [change for change in difference.rows if change.table != "explanations"]
    plain = [replace(row, row={k: v for k, v in row.row.items() if k != "phone"},
                     cells=tuple(cell for cell in row.cells if cell.name != "phone")) for row in rows]  # fmt: skip
    return Difference(fields, tuple(row for row in plain if row.kind != "changed" or row.cells))


def _remark(request: HttpRequest, pk: int) -> Comment:
    """A clerk's remark on a proposal that this person sees, for whoever may check it."""
    seen = Project.objects.visible_to(request.user)
    found = get_object_or_404(Comment.objects.select_related("project__call"), pk=pk, project__in=seen)
    permit("projects.check", request.user, found.project)
    return found


def _back(project_id: int, part: str) -> HttpResponse:
    return redirect(reverse("projects:check_page", args=[project_id]) + f"#{part}")


@login_required
@require_POST
def remark_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a remark that has not been sent."""
    remark = _remark(request, pk)
    try:
        checking.take_back_remark(remark, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(remark.project_id, "remarks")


@login_required
@require_POST
def remark_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The correction is as it should be."""
    remark = _remark(request, pk)
    try:
        checking.confirm_remark(remark, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(remark.project_id, "remarks")


@login_required
def correction_extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the group more time to correct."""
    project = find(request, pk)
    permit("projects.check", request.user, project)
    form = ExtendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            checking.extend_correction(project, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The group has more time, and has been told."))
            return _back(pk, "remarks")
    heading = _("Extend the time to correct")
    context = {"project": project, "form": form, "heading": heading, "submit": _("Extend it")}
    return render(request, "projects/form.html", context)


@login_required
def line_cut(request: HttpRequest, pk: int) -> HttpResponse:
    """The financial pre-check of one budget line."""
    seen = Project.objects.visible_to(request.user)
    line = get_object_or_404(BudgetLine.objects.select_related("project__call"), pk=pk, project__in=seen)
    permit("projects.check_budget", request.user, line.project)
    if line.project.state != State.SUBMITTED and request.method != "POST":
        messages.info(request, _("The proposal is not in the formal check now."))
        return _back(line.project_id, "budget")
    form = CutForm(request.POST or None, initial={"amount": line.cut or line.cut_before, "reason": line.cut_reason})
    if request.method == "POST" and form.is_valid():
        try:
            checking.cut_line(line, form.cleaned_data["amount"], by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The cut is noted. The group reads it with the decision."))
            return _back(line.project_id, "budget")
    return render(request, "projects/line_cut.html", {"project": line.project, "line": line, "form": form})


@login_required
@require_POST
def precheck_finish(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that the financial pre-check is done."""
    project = find(request, pk)
    permit("projects.check_budget", request.user, project)
    try:
        checking.finish_precheck(project, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return _back(pk, "budget")
