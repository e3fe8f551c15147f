"""Applying: opening a draft, writing it, handing in files, reading it."""

from copy import copy
from typing import Any
from uuid import UUID

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock, workflow
from core.files import attach
from core.forms import add_refusal
from core.models import Attachment, Event
from core.views import acknowledge
from core.workflow import Refused, Stale, permit
from grants.models import Call, NeedListEntry, PaperKind
from people.models import Role
from projects.actions import drafts, proposals
from projects.applicants import applicant_facts
from projects.blinding import names_in_texts
from projects.completeness import budget_breaches, missing_papers, problems, stored_tables
from projects.disclosing import contact_shown
from projects.forms import ApplyForm, AttachmentForm, ProposalForm, Tables
from projects.models import Comment, Project
from projects.places import places
from projects.prices import peer_prices
from projects.sections import fields_of, progress, tables_of
from projects.snapshots import as_text, steps_by_key
from projects.views.project import find

NOT_KEPT = ("csrfmiddlewaretoken", "submit", "save", "tab", "continued", "unchanged")


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
    groups = list(form.fields["applicant"].queryset)
    context = {"call": call, "form": form, "has_group": bool(groups)}
    context["fits_none"] = bool(groups) and not any(call.track_for(group) for group in groups)
    return render(request, "projects/apply.html", context)


@login_required
def proposal_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the proposal: save the draft, or save and submit. What was typed is never lost."""
    project = with_tables(find(request, pk))
    if not project.is_editable and rules.has_perm("projects.see_advice", request.user, project):
        message = _("In the state “%(state)s” the proposal can be read and not changed.")
        messages.info(request, message % {"state": project.get_state_display()})
        return redirect("projects:proposal_detail", pk=pk)
    permit("projects.write_proposal", request.user, project)
    kept = project.scratches.filter(person=request.user).first() if request.method == "GET" else None
    scratch = kept if kept and (kept.is_current or "scratch" in request.GET) else None
    sent = _as_sent(scratch.data) if scratch else (request.POST or None)
    form = ProposalForm(sent, instance=copy(project))  # what is typed and found wrong must not count as stored
    tables = Tables(project, sent)
    if request.method == "POST":
        with clock.at(clock.arrived(request)):
            saved = save(request, project, form, tables)
        if saved:
            return saved
    # On a refused page the figures are those of what stands there; on every other one, of what is stored.
    written, rows = (form.instance, tables.rows()) if request.method == "POST" else (project, stored_tables(project))
    context = {
        "project": project,
        "form": form,
        "tables": tables,
        "sections": form.sections(tables),
        "progress": {p.section.key: p for p in progress(project.track.form, written, rows)},
        "section_a": applicant_facts(project),
        "scratch": scratch,
        "continued": scratch.tab if scratch else request.POST.get("continued"),
        "older": kept if kept is not scratch else None,
        "papers": missing_papers(project),
        "may_submit": request.user.has_role(project.applicant_id, Role.MANAGER),
        "comments": comments_by_place(project),
        "returned": returned_with(project),
        "named": names_in_texts(project) if project.call.is_blind else [],
    }
    return render(request, "projects/proposal_form.html", context | still_to_do(project))


def typed_in(request: HttpRequest) -> dict[str, list[str]]:
    """The whole form as it was sent, to be kept."""
    return {name: [str(value) for value in values] for name, values in request.POST.lists() if name not in NOT_KEPT}


def with_tables(project: Project) -> Project:
    """The project with all that its form shows and its rules read, each table fetched once."""
    prefetch_related_objects([project], *tables_of(project.track.form), "other_communities", "call__budget_rules")
    return project


def still_to_do(project: Project) -> dict:
    """What stands between the stored draft and its submission, and what the call's rules warn of."""
    warnings = [b for b in budget_breaches(project, list(project.budget_lines.all())) if not b.blocks]
    missing = problems(project) if project.version else []
    return {"missing": missing, "warnings": warnings, "names": dict(places(project)) if missing else {}}


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
    """Store what the form holds, and submit it when asked to: all of it, or nothing and the reasons at the fields.

    It happens at the moment at which it arrived: in the last minute before a call closes many write at once, and who
    has to wait for the others is not too late.
    """
    submits, was_returned = "submit" in request.POST, project.state == Project.State.RETURNED
    if submits and not request.user.has_role(project.applicant_id, Role.MANAGER):
        raise PermissionDenied
    both_valid = [form.is_valid(), tables.is_valid()]
    sent = {"version": form.cleaned_data.get("version", -1), "tab": form.cleaned_data.get("tab", "")}
    if not all(both_valid) or (submits and not form.check_for_submission(tables)):
        drafts.keep_refused(project, by=request.user, typed=typed_in(request), **sent)
        return None
    try:
        with transaction.atomic():
            values = {"values": form.values, "tables": tables.rows(), "continued": request.POST.get("continued")}
            drafts.save_proposal(project, by=request.user, **values, **sent)
            if submits:
                given = {"pledged": form.cleaned_data["pledge"], "unchanged": form.cleaned_data["unchanged"]}
                proposals.submit(project, by=request.user, **given)
    except Stale as stale:
        stored = find(request, project.pk)
        form.take_over(stored.version)
        add_refusal(form, stale)
        form.clashes = clashes(stored, form)
        return None
    except Refused as refused:
        drafts.keep_refused(project, by=request.user, typed=typed_in(request), **sent)
        add_refusal(form, refused)
        return None
    if submits:
        words = (
            _("Submitted again. Your number is still %(number)s.")
            if was_returned
            else _("Submitted. Your number is %(number)s.")
        )
        messages.success(request, words % {"number": project.number})
        return acknowledge(redirect(project), sent["tab"])
    messages.success(request, _("The draft is saved."))
    return acknowledge(redirect("projects:proposal_edit", pk=project.pk), sent["tab"])


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
    """Keep what is being typed: every part that is valid is stored, and all of it kept as it came until the rest is.

    Answers {"state": "stored" or "kept", "version", "at", "progress", "errors", "todo"}: the mistakes by the id of the
    input, what is still to be done as the page shows it; or {"state": "stale", "message"}.
    """
    project = find(request, pk)
    if not project.is_editable and rules.has_perm("projects.see_advice", request.user, project):
        message = _("The proposal has been handed in and cannot be changed now.")
        return JsonResponse({"state": "stale", "message": message})
    permit("projects.write_proposal", request.user, project)
    form, tables = ProposalForm(request.POST, instance=copy(project)), Tables(project, request.POST)
    is_whole = all([form.is_valid(), tables.is_valid()])
    sent = {"version": form.cleaned_data.get("version", -1), "tab": form.cleaned_data.get("tab", "")}
    sent |= {"unstored": None if is_whole else typed_in(request), "continued": request.POST.get("continued")}
    try:
        drafts.save_proposal(project, by=request.user, values=form.values, tables=tables.valid_rows(), **sent)
    except Stale as stale:
        return JsonResponse({"state": "stale", "message": str(stale)})
    stored = with_tables(find(request, pk))
    done = progress(stored.track.form, stored, stored_tables(stored))
    answer = {
        "state": "stored" if is_whole else "kept",
        "version": stored.version,
        "at": f"{timezone.localtime():%H:%M}",
        "progress": {p.section.key: {"done": p.done, "all": p.all} for p in done},
        "errors": mistakes(form, tables),
        "todo": render_to_string(
            "projects/_todo.html", {"project": stored, "form": form, **still_to_do(stored)}, request
        ),
    }
    return JsonResponse(answer)


def mistakes(form: ProposalForm, tables: Tables) -> dict[str, str]:
    """What is wrong, by the id of the input at which it is said."""
    rows = [row for formset in tables for row in formset]
    return {
        field.id_for_label or field.auto_id: " ".join(field.errors)
        for part in (form, *rows)
        for field in part
        if field.errors
    }


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
    if rules.has_perm("projects.see_contact", request.user, project):
        contact_shown(project, by=request.user)
    if rules.has_perm("projects.see_prices", request.user, project):
        context["prices"] = peer_prices(project, context["tables"]["budget_lines"])
    return render(request, "projects/proposal_detail.html", context)


def remark_page(request: HttpRequest, project: Project) -> str:
    """Where this person remarks on a place of it now: a coach on the page of advice, the clerk in the formal check."""
    if rules.has_perm("projects.advise", request.user, project):
        return reverse("projects:comment_list", args=[project.pk])
    if project.state == project.State.SUBMITTED and rules.has_perm("projects.check", request.user, project):
        return reverse("projects:check_page", args=[project.pk])
    return ""


def reading(request: HttpRequest, project: Project) -> dict:
    """What the page of a proposal shows."""
    return {
        "project": project,
        "section_a": applicant_facts(project),
        "asked": fields_of(project.track.form),
        "remark_to": remark_page(request, project),
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
        try:
            attach(project, form.cleaned_data["file"], by=request.user, kind=form.cleaned_data["kind"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
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
