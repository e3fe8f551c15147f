"""The formal check: the clerk's queue, the page with everything to look at, remarks, cuts and likenesses."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import workflow
from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused
from grants.models import PaperKind
from people.models import Role
from projects.actions import checking
from projects.actions.likeness import text_of
from projects.comparison import Difference, compare
from projects.completeness import budget_breaches, missing_papers, stored_tables
from projects.facts import check_applicant
from projects.forms import CommentForm, CutForm, VerdictForm, places
from projects.models import BudgetLine, Comment, Likeness, Project, State
from projects.prices import peer_prices
from projects.similarity import marked, shared_spans
from projects.views.project import find, permit

PAGE = 20


@login_required
def check_queue(request: HttpRequest) -> HttpResponse:
    """Proposals of my funders in the formal check, the most urgent first."""
    funders = request.user.organizations_as(Role.STAFF)
    if not rules.has_perm("grants.handle_need", request.user):
        raise PermissionDenied
    waiting = (
        Project.objects.with_names()
        .filter(call__funder__in=funders, state__in=[State.SUBMITTED, State.RETURNED])
        .annotate(
            versions=Count("submissions", distinct=True),
            flags=Count("likenesses", filter=Q(likenesses__verdict=""), distinct=True),
        )
        .order_by("due_on", "submitted_at")
    )
    which = request.GET.get("state")
    if which in (State.SUBMITTED, State.RETURNED):
        waiting = waiting.filter(state=which)
    page = Paginator(waiting, PAGE).get_page(request.GET.get("page"))
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
    tables = stored_tables(project)
    lines = tables["budget_lines"]
    names = dict(places(project))
    remarks = list(project.comments.roots().filter(kind=Comment.Kind.CORRECTION).select_related("by"))
    for remark in remarks:
        remark.place = names.get(remark.anchor, _("A row that is no longer there"))
    context = {
        "project": project,
        "may_check": may_check,
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
        "recommendations": project.recommendations.select_related("community"),
        "changes": changes(project),
        "submissions": list(project.submissions.all()),
        "likenesses": Likeness.objects.about(project),
        "siblings": siblings(project),
        "choices": workflow.choices(project, request.user),
        "may_judge": rules.has_perm("projects.judge_likeness", request.user, project),
    }
    return render(request, "projects/check_page.html", context)


def siblings(project: Project):
    """Other proposals of the same applicant, or through the same host, in any call and year."""
    same = Q(applicant=project.applicant)
    if project.host_id:
        same |= Q(host=project.host) | Q(applicant=project.host)
    found = Project.objects.with_names().filter(same, submitted_at__isnull=False).exclude(pk=project.pk)
    return found.order_by("-submitted_at")[:20]


def changes(project: Project) -> Difference | None:
    """What the newest submission says otherwise than the one before it; None when there was only one."""
    newest = list(project.submissions.order_by("-ordinal")[:2])
    return compare(newest[1].content, newest[0].content) if len(newest) == 2 else None


@login_required
def submission_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What a correction changed: field by field, row by row; for everybody who sees the proposal."""
    project = find(request, pk)
    context = {"project": project, "changes": changes(project), "submissions": list(project.submissions.all())}
    return render(request, "projects/submission_changes.html", context)


@login_required
@require_POST
def remark_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a remark that has not been sent."""
    seen = Project.objects.visible_to(request.user)
    remark = get_object_or_404(Comment.objects.select_related("project__call"), pk=pk, project__in=seen)
    permit("projects.check", request.user, remark.project)
    try:
        checking.take_back_remark(remark, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(reverse("projects:check_page", args=[remark.project_id]) + "#remarks")


@login_required
def line_cut(request: HttpRequest, pk: int) -> HttpResponse:
    """The financial pre-check of one budget line."""
    seen = Project.objects.visible_to(request.user)
    line = get_object_or_404(BudgetLine.objects.select_related("project__call"), pk=pk, project__in=seen)
    permit("projects.check", request.user, line.project)
    form = CutForm(request.POST or None, initial={"amount": line.cut, "reason": line.cut_reason})
    if request.method == "POST" and form.is_valid():
        try:
            checking.cut_line(line, form.cleaned_data["amount"], by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The cut is noted."))
            return redirect(reverse("projects:check_page", args=[line.project_id]) + "#budget")
    return render(request, "projects/line_cut.html", {"project": line.project, "line": line, "form": form})


@login_required
def likeness_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Two proposals side by side, the shared passages marked; a clerk says what it is."""
    related = ("project__call__funder", "project__applicant", "other__call", "other__applicant")
    seen = Project.objects.visible_to(request.user)
    likeness = get_object_or_404(Likeness.objects.select_related(*related), pk=pk, project__in=seen)
    permit("projects.see_likeness", request.user, likeness.project)
    may_judge = rules.has_perm("projects.judge_likeness", request.user, likeness.project)
    form = VerdictForm(request.POST or None, initial={"verdict": likeness.verdict, "note": likeness.note})
    if request.method == "POST":
        permit("projects.judge_likeness", request.user, likeness.project)
        if form.is_valid():
            try:
                checking.judge_likeness(likeness, by=request.user, **form.cleaned_data)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Your verdict is noted."))
                return redirect(reverse("projects:check_page", args=[likeness.project_id]) + "#likenesses")
    left, right = likeness.project, likeness.other
    context = {
        "likeness": likeness,
        "form": form if may_judge else None,
        "texts": _side_by_side(left, right),
        "lines": list(_same_lines(left, right)),
    }
    return render(request, "projects/likeness_detail.html", context)


def _side_by_side(left: Project, right: Project) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in pieces, each with whether the other has it too."""
    one, two = text_of(left), text_of(right)
    spans = shared_spans(one, two)
    return (
        marked(one, [(span.left, span.length) for span in spans]),
        marked(two, [(span.right, span.right_length) for span in spans]),
    )


def _same_lines(left: Project, right: Project):
    """The budget lines of both, those that are the same next to each other."""
    theirs = list(right.budget_lines.all())
    for line in left.budget_lines.all():
        same = next(
            (t for t in theirs if (t.item, t.unit_price, t.quantity) == (line.item, line.unit_price, line.quantity)),
            None,
        )
        if same:
            theirs.remove(same)
        yield line, same
    for line in theirs:
        yield None, line
