"""Applying: opening a draft, writing it, handing in files, reading it."""

from typing import Any
from uuid import UUID

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import workflow
from core.files import attach
from core.forms import add_refusal
from core.models import Attachment, Event
from core.workflow import Refused, Stale
from grants.models import Call, NeedListEntry, PaperKind
from people.models import Role
from projects.actions import drafts, proposals
from projects.blinding import names_in_texts
from projects.completeness import budget_breaches, missing_papers, problems, stored_tables
from projects.forms import ApplyForm, AttachmentForm, ProposalForm, Tables, places
from projects.models import BudgetLine, Comment, Project
from projects.peers import PeerPrice, compare
from projects.sections import progress
from projects.snapshots import as_text, steps_by_key
from projects.views.project import find, permit

NOT_KEPT = ("csrfmiddlewaretoken", "submit", "save")


@login_required
def apply(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a draft for a group I work for."""
    call = get_object_or_404(Call.objects.published(), pk=pk)
    initial = {"answers": request.GET.get("need", "")} if request.GET.get("need", "").isdecimal() else None
    form = ApplyForm(request.POST or None, user=request.user, call=call, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data.get(name) for name in ("title", "copy_of", "answers")}
        try:
            project = drafts.create_draft(call, form.cleaned_data["applicant"], by=request.user, **given)
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
    if not project.is_editable and rules.has_perm("projects.see_advice", request.user, project):
        message = _("In the state “%(state)s” the proposal can be read and not changed.")
        messages.info(request, message % {"state": project.get_state_display()})
        return redirect("projects:proposal_detail", pk=pk)
    permit("projects.write_proposal", request.user, project)
    scratch = project.scratches.filter(person=request.user).first() if request.method == "GET" else None
    sent = _as_sent(scratch.data) if scratch else (request.POST or None)
    form = ProposalForm(sent, instance=find(request, pk))
    tables = Tables(project, sent)
    if request.method == "POST":
        saved = save(request, project, form, tables)
        if saved:
            return saved
    context = {
        "project": project,
        "form": form,
        "tables": tables,
        "sections": form.sections(tables),
        "progress": {p.section.key: p for p in progress(project.track.form, project, stored_tables(project))},
        "scratch": scratch,
        "missing": problems(project) if project.version else [],
        "warnings": [b for b in budget_breaches(project, list(project.budget_lines.all())) if not b.blocks],
        "papers": missing_papers(project),
        "may_submit": request.user.has_role(project.applicant_id, Role.MANAGER),
        "comments": comments_by_place(project),
        "returned": returned_with(project),
        "named": names_in_texts(project) if project.call.is_blind else [],
    }
    return render(request, "projects/proposal_form.html", context)


def _as_sent(data: dict) -> QueryDict:
    """What was kept, in the shape in which a form sends it."""
    sent = QueryDict(mutable=True)
    for name, values in data.items():
        sent.setlist(name, values)
    return sent


def returned_with(project: Project) -> Event | None:
    """The clerk's words when the proposal was returned, while it is being corrected."""
    if project.state != project.State.RETURNED:
        return None
    return Event.objects.about(project).filter(name="return_for_correction").last()


def comments_by_place(project: Project) -> dict[str, list[Comment]]:
    """The open remarks of the coach and the clerk, by the field or table; `row` says which row one is about."""
    found: dict[str, list[Comment]] = {}
    comments = list(project.comments.open().sent().select_related("by"))
    names = dict(places(project)) if any(":" in comment.anchor for comment in comments) else {}
    for comment in comments:
        if ":" in comment.anchor:
            comment.row = names.get(comment.anchor, _("A row that is no longer there"))
        found.setdefault(comment.anchor.partition(":")[0], []).append(comment)
    return found


def save(request: HttpRequest, project: Project, form: ProposalForm, tables: Tables) -> HttpResponse | None:
    """Store what the form holds, and submit it when asked to: all of it, or nothing and the reasons at the fields."""
    submits = "submit" in request.POST
    if submits and not request.user.has_role(project.applicant_id, Role.MANAGER):
        raise PermissionDenied
    both_valid = [form.is_valid(), tables.is_valid()]
    if not all(both_valid):
        return None
    if submits and not form.check_for_submission(tables):
        return None
    try:
        with transaction.atomic():
            version = form.cleaned_data["version"]
            drafts.save_proposal(project, by=request.user, version=version, values=form.values, tables=tables.rows())
            if submits:
                proposals.submit(project, by=request.user, pledged=form.cleaned_data["pledge"])
    except Stale as stale:
        stored = find(request, project.pk)
        form.take_over(stored.version)
        add_refusal(form, stale)
        form.clashes = clashes(stored, form)
        return None
    except Refused as refused:
        add_refusal(form, refused)
        return None
    if submits:
        messages.success(request, _("Submitted. Your number is %(number)s.") % {"number": project.number})
        return redirect(project)
    messages.success(request, _("The draft is saved."))
    return redirect("projects:proposal_edit", pk=project.pk)


def clashes(stored: Project, form: ProposalForm) -> list[tuple[str, str]]:
    """The fields that say something else in the store than in the form: label and what is stored."""
    typed = {name for name, value in form.values.items() if not same(stored, name, value)}
    return [(form.fields[name].label, as_text(stored, name) or "—") for name in form.fields if name in typed]


def same(stored: Project, name: str, value: Any) -> bool:
    now = getattr(stored, name)
    if hasattr(now, "all"):
        return {each.pk for each in now.all()} == {each.pk for each in value or ()}
    return now == value or (not now and not value)


@login_required
@require_POST
def proposal_autosave(request: HttpRequest, pk: int) -> JsonResponse:
    """Keep what is being typed: stored when every part can be, else as it came. The page says which.

    Answers {"state": "stored", "version": …, "progress": …}, {"state": "kept"} or {"state": "stale", "message": …}.
    """
    project = find(request, pk)
    if not project.is_editable and rules.has_perm("projects.see_advice", request.user, project):
        message = _("The proposal has been handed in and cannot be changed now.")
        return JsonResponse({"state": "stale", "message": message})
    permit("projects.write_proposal", request.user, project)
    form, tables = ProposalForm(request.POST, instance=find(request, pk)), Tables(project, request.POST)
    at = f"{timezone.localtime():%H:%M}"
    if not all([form.is_valid(), tables.is_valid()]):
        version = request.POST.get("version", "")
        data = {name: values for name, values in request.POST.lists() if name not in NOT_KEPT}
        number = int(version) if version.isdecimal() and len(version) < 10 else project.version
        drafts.keep_scratch(project, by=request.user, version=number, data=data)
        return JsonResponse({"state": "kept", "at": at})
    version = form.cleaned_data["version"]
    try:
        drafts.save_proposal(project, by=request.user, version=version, values=form.values, tables=tables.rows())
    except Stale as stale:
        return JsonResponse({"state": "stale", "message": str(stale)})
    done = progress(project.track.form, project, stored_tables(project))
    sections = {p.section.key: {"done": p.done, "all": p.all} for p in done}
    return JsonResponse({"state": "stored", "version": project.version, "at": at, "progress": sections})


@login_required
@require_POST
def proposal_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Go back to what is stored, and forget what was typed since."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    drafts.discard_scratch(project, by=request.user)
    return redirect("projects:proposal_edit", pk=pk)


@login_required
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole proposal, to read."""
    project = find(request, pk)
    context = reading(request, project)
    if rules.has_perm("projects.see_prices", request.user, project):
        context["prices"] = peer_prices(project, context["tables"]["budget_lines"])
    return render(request, "projects/proposal_detail.html", context)


def peer_prices(project: Project, lines) -> dict[int, PeerPrice]:
    """By line: how its price stands among like items of other applicants; for reviewers, never for the group."""
    others = BudgetLine.objects.filter(
        project__submitted_at__isnull=False, category__in={line.category for line in lines}
    ).exclude(project__applicant=project.applicant)
    return {price.line.pk: price for price in compare(lines, others)}


def reading(request: HttpRequest, project: Project) -> dict:
    """What the page of a proposal shows."""
    return {
        "project": project,
        "tables": stored_tables(project),
        "steps": steps_by_key(project),
        "papers": missing_papers(project),
        "kinds": dict(PaperKind.choices),
        "removable": drafts.removable_files(project),
        "recommendations": project.recommendations.select_related("community"),
        "attachments": Attachment.objects.of(project),
        "choices": workflow.choices(project, request.user),
        "attachment_form": AttachmentForm(),
        "entry": NeedListEntry.objects.select_related("list").filter(pk=project.answers_id).first(),
    }


@login_required
def proposal_attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand in one file with the proposal."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    if request.method != "POST":  # the address of a refused upload, opened again
        return redirect(reverse("projects:proposal_detail", args=[pk]) + "#files")
    form = AttachmentForm(request.POST, request.FILES)
    if form.is_valid():
        attach(project, form.cleaned_data["file"], by=request.user, kind=form.cleaned_data["kind"])
        messages.success(request, _("The file is attached."))
        return redirect(reverse("projects:proposal_detail", args=[pk]) + "#files")
    return render(request, "projects/proposal_detail.html", reading(request, project) | {"attachment_form": form})


@login_required
@require_POST
def proposal_detach(request: HttpRequest, pk: int, file: UUID) -> HttpResponse:
    """Take back a file that was not handed in yet."""
    project = find(request, pk)
    permit("projects.write_proposal", request.user, project)
    attachment = get_object_or_404(Attachment.objects.of(project), pk=file)
    try:
        drafts.remove_file(project, attachment, by=request.user)
        messages.success(request, _("The file is removed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(reverse("projects:proposal_detail", args=[pk]) + "#files")
