"""Issued papers: their register, each with its standing, the marks before their numbers, and the files themselves."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core import clock
from core.forms import add_refusal
from core.models import Event
from core.paging import page_of
from core.workflow import Refused, permit, record
from people.models import Kind, Organization, Role
from reports.actions import marks as mark_actions
from reports.actions import papers as actions
from reports.forms import MarksForm, PaperFilter, VoidForm
from reports.models import Paper
from reports.paper_kinds import ROWS
from reports.paper_register import write_register
from reports.pdf import LANGUAGE
from reports.views.documents import find
from reports.views.imports import send_workbook
from reports.views.output import give_out

PAGE = 40
RELATED = ("issuer", "project", "supersedes")


# -- The register --------------------------------------------------------------------------------------


def _mine(request: HttpRequest) -> Any:
    permit("reports.see_register", request.user)
    return Paper.objects.register_of(request.user)


@require_safe
@login_required
def paper_list(request: HttpRequest) -> HttpResponse:
    """Every paper that my office has issued, or that was issued in its projects, the latest first."""
    mine = _mine(request)
    form = PaperFilter(request.GET, papers=mine)
    # What took a paper's place is asked for afterwards: few papers have such a one, and joined SQLite reads all.
    found = form.chosen(mine).select_related(*RELATED).prefetch_related("superseded_by")
    context = {
        "form": form,
        "page_obj": page_of(found, PAGE, request.GET.get("page")),
        "query": request.GET.urlencode(),
        "offices": Organization.objects.funders_of(request.user, Role.STAFF, Role.APPROVER),
    }
    return render(request, "reports/paper_list.html", context)


@require_safe
@login_required
def paper_table(request: HttpRequest) -> HttpResponseBase:
    """The register by the same filter as a workbook; who took it out is kept."""
    mine = _mine(request)
    found = PaperFilter(request.GET, papers=mine).chosen(mine)
    record(request.user, "export", by=request.user, label=_("Register of papers downloaded"))

    def write(file: Any) -> None:
        with translation.override(LANGUAGE):
            write_register(found, file)

    return send_workbook(request, f"发文登记簿-{clock.today():%Y-%m-%d}", write)


def _find(request: HttpRequest, pk: int) -> Paper:
    found = Paper.objects.visible_to(request.user).select_related(*RELATED, "event__actor", "project__call__funder")
    return get_object_or_404(found, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def paper_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One paper: what it is, whether it holds, and for an approver the button that declares it void."""
    paper = _find(request, pk)
    may_void = rules.has_perm("reports.void_paper", request.user, paper)
    form = VoidForm(request.POST or None, state=paper.state) if may_void and paper.is_in_force else None
    if request.method == "POST":
        permit("reports.void_paper", request.user, paper)
        if form is None:
            messages.error(request, _("This paper is not in force any more."))
        elif form.is_valid():
            try:
                actions.void(paper, by=request.user, reason=form.cleaned_data["note"])
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("The paper is void. Its number stays and is never given again."))
                return redirect(paper)
    context = {"paper": paper, "form": form, "reads": _may_read(request, paper), "events": Event.objects.about(paper)}
    return render(request, "reports/paper_detail.html", context)


def _may_read(request: HttpRequest, paper: Paper) -> bool:
    row = ROWS[paper.kind]
    return not row.permission or rules.has_perm(row.permission, request.user, row.asked(paper.target))


@require_safe
@login_required
def paper_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file as it was issued, whatever has become of it since."""
    paper = _find(request, pk)
    if not _may_read(request, paper):
        raise PermissionDenied
    return give_out(request, paper)


@require_safe
@login_required
def project_papers(request: HttpRequest, pk: int) -> HttpResponse:
    """What was issued in one project, for those who follow it."""
    project = find(request, pk)
    permit("projects.see_delivery", request.user, project)
    papers = project.papers.select_related(*RELATED)
    if not rules.has_perm("projects.see_log", request.user, project):
        papers = papers.exclude(kind=Paper.Kind.CORRECTION)
    registered = set(Paper.objects.visible_to(request.user).filter(project=project).values_list("pk", flat=True))
    context = {"project": project, "papers": papers, "registered": registered}
    return render(request, "reports/project_papers.html", context)


# -- Marks ---------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def marks_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """What an office puts before the year of its numbers."""
    issuer = get_object_or_404(Organization.objects.visible_to(request.user).filter(kind=Kind.FUNDER), pk=pk)
    permit("reports.set_marks", request.user, issuer)
    form = MarksForm(request.POST or None, issuer=issuer)
    if request.method == "POST" and form.is_valid():
        try:
            mark_actions.set_marks(issuer, by=request.user, texts=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved. Papers that are issued from now on bear these marks."))
            return redirect("reports:paper_list")
    return render(request, "reports/marks.html", {"form": form, "issuer": issuer})
