"""Applying: opening a draft, writing it, handing in files, reading it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import workflow
from core.files import attach
from core.forms import add_refusal
from core.models import Attachment, Event
from core.workflow import Refused, Stale
from grants.models import Call
from people.models import Role
from projects.actions import proposals
from projects.completeness import problems
from projects.forms import ApplyForm, AttachmentForm, BudgetLines, ProposalForm, budget_initial
from projects.models import BudgetLine, Project
from projects.views.project import find, permit


@login_required
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a draft for a group I work for."""
    call = get_object_or_404(Call.objects.published(), pk=pk)
    form = ApplyForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            project = proposals.create_draft(
                call, form.cleaned_data["applicant"], by=request.user, title=form.cleaned_data["title"]
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect("projects:proposal_edit", pk=project.pk)
    context = {"call": call, "form": form, "has_group": form.fields["applicant"].queryset.exists()}
    return render(request, "projects/apply.html", context)


@login_required
def proposal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the proposal: save the draft, or save and submit. What was typed is never lost."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    form = ProposalForm(request.POST or None, instance=find(request, pk))
    # Sent rows are taken as they come: compared with stored ones, rows that another tab saved would vanish.
    formset = BudgetLines(
        request.POST or None, initial=None if request.POST else budget_initial(project), prefix="lines"
    )
    if request.method == "POST":
        saved = save(request, project, form, formset)
        if saved:
            return saved
    resubmits = project.state == project.State.RETURNED
    context = {
        "project": project,
        "form": form,
        "formset": formset,
        "missing": problems(project) if project.version else [],
        "may_submit": request.user.has_role(project.applicant_id, Role.MANAGER),
        "remarks": Event.objects.about(project).filter(name="return_for_correction").last() if resubmits else None,
    }
    return render(request, "projects/proposal_form.html", context)


def save(request: HttpRequest, project: Project, form: ProposalForm, formset) -> HttpResponse | None:
    """Store what the form holds, and submit it when asked to: all of it, or nothing and the reasons at the fields."""
    submits = "submit" in request.POST
    if submits and not request.user.has_role(project.applicant_id, Role.MANAGER):
        raise PermissionDenied
    if not (form.is_valid() and formset.is_valid()):
        return None
    lines = formset.lines()
    if submits and not form.check_for_submission([BudgetLine(**line) for line in lines]):
        return None
    try:
        with transaction.atomic():
            proposals.save_proposal(
                project, by=request.user, version=form.cleaned_data["version"], values=form.values, lines=lines
            )
            if submits:
                proposals.submit(project, by=request.user)
    except Stale as stale:
        form.take_over(Project.objects.values_list("version", flat=True).get(pk=project.pk))
        add_refusal(form, stale)
        return None
    except Refused as refused:
        add_refusal(form, refused)
        return None
    if submits:
        messages.success(request, _("Submitted. Your number is %(number)s.") % {"number": project.number})
        return redirect(project)
    messages.success(request, _("The draft is saved."))
    return redirect("projects:proposal_edit", pk=project.pk)


@login_required
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole proposal, to read."""
    project = find(request, pk)
    context = {
        "project": project,
        "lines": project.budget_lines.all(),
        "attachments": Attachment.objects.of(project),
        "choices": workflow.choices(project, request.user),
        "attachment_form": AttachmentForm(),
    }
    return render(request, "projects/proposal_detail.html", context)


@login_required
@require_POST
def proposal_attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in one file with the proposal."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        attach(project, form.cleaned_data["file"], by=request.user, kind=form.cleaned_data["kind"])
        messages.success(request, _("The file is attached."))
        return redirect(reverse("projects:proposal_detail", args=[pk]) + "#files")
    context = {
        "project": project,
        "lines": project.budget_lines.all(),
        "attachments": Attachment.objects.of(project),
        "attachment_form": form,
    }
    return render(request, "projects/proposal_detail.html", context)
