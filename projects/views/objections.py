"""Objections: anybody sends and follows one, a clerk looks into it, the group answers, an approver rules."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from core import clock
from core.forms import add_refusal
from core.models import Attachment
from core.paging import page_of
from core.strangers import sender_of
from core.workdays import add_workdays
from core.workflow import Refused, disclosed, permit
from projects.actions import inquiry, objections
from projects.forms import (
    CallForm,
    ExamineForm,
    HearingForm,
    InquiryForm,
    ObjectionAnswerForm,
    ObjectionForm,
    RulingForm,
    WholeExamineForm,
    WholeRulingForm,
)
from projects.models import Notice, Objection, ObjectionNote, Project

PAGE = 30
USUAL_TIME_TO_ANSWER = 3
"""Workdays that the form suggests; the clerk sets the day."""
NOTES = {ObjectionNote.Kind.INQUIRY: InquiryForm, ObjectionNote.Kind.HEARING: HearingForm}


def objection_create(request: HttpRequest, pk: int, project_pk: int | None = None) -> HttpResponse:
    """Object to one project of a notice, or to the notice as a whole; no account is needed, but a name and a way to be
    reached."""
    notice = get_object_or_404(Notice.objects.select_related("call"), pk=pk)
    entry, hindrance = None, ""
    if project_pk is not None:
        entry = get_object_or_404(notice.entries.select_related("project__call", "replaced_by"), project_id=project_pk)
    if entry is not None or notice.is_over:
        hindrance = objections.hindrance(notice, entry)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        if form.is_trapped:
            return redirect(notice)  # a program: it learns nothing from the answer
        site = request.build_absolute_uri("/").rstrip("/")
        try:
            found = objections.receive_objection(
                notice, entry.project if entry else None, sender=sender_of(request), site=site, **form.values
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect(found.get_follow_url())
    context = {"notice": notice, "entry": entry, "form": form, "hindrance": hindrance}
    return render(request, "projects/objection_form.html", context)


@never_cache
def objection_follow(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt, and how the objection stands: for whoever has the link."""
    related = ("project", "notice__call__funder")
    objection = get_object_or_404(Objection.objects.select_related(*related).prefetch_related("notes"), token=token)
    context = {
        "objection": objection,
        "steps": steps(objection),
        "files": Attachment.objects.of(objection),
        "link": request.build_absolute_uri(),
    }
    return render(request, "projects/objection_follow.html", context)


def steps(objection: Objection) -> list[dict[str, Any]]:
    """The way of an objection as its sender sees it: what was done when, and where it is now."""
    hearing = next((n for n in objection.notes.all() if n.kind == ObjectionNote.Kind.HEARING), None)
    done = [
        (_("Arrived"), objection.arrived_at),
        (_("Confirmed"), objection.confirmed_at),
        (_("Examined"), objection.examined_at),
        (_("Hearing"), hearing.held_on if hearing else None),
        (_("Ruled on"), objection.ruled_at),
    ]
    if objection.ruling and hearing is None:
        del done[3]  # not every objection needs one
    waiting = next((place for place, (_name, at) in enumerate(done) if at is None), None)
    if waiting == 3:
        waiting = 2  # a hearing is not promised: it is still being examined
    return [
        {"name": name, "at": at, "look": "now" if place == waiting else "done" if at else ""}
        for place, (name, at) in enumerate(done)
    ]


@never_cache
def objection_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link in the mail. It asks for a press: programs that look at mail open every link."""
    found = get_object_or_404(Objection.objects.select_related("project", "notice"), confirmation=token)
    if found.confirmed_at:
        return redirect(found.get_follow_url())
    if request.method == "POST":
        try:
            objections.confirm_by_link(found)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("projects:objection_confirm", token=token)
        messages.success(request, _("Thank you: your objection is confirmed and the funder reads it now."))
        return redirect(found.get_follow_url())
    return render(request, "projects/objection_confirm.html", {"objection": found})


def find(request: HttpRequest, pk: int, permission: str) -> Objection:
    """An objection to a project that this person may see (404), if this is theirs to do (403)."""
    related = (
        "project__call__funder",
        "project__applicant",
        "notice__call__funder",
        "examined_by",
        "ruled_by",
        "called_by",
    )
    whole = Q(project=None, notice__call__funder__in=list(request.user.roles))
    visible = Objection.objects.filter(Q(project__in=Project.objects.visible_to(request.user)) | whole)
    objection = get_object_or_404(visible.select_related(*related).prefetch_related("notes__by"), pk=pk)
    permit(permission, request.user, objection)
    return objection


@login_required
def objection_list(request: HttpRequest) -> HttpResponse:
    """The register of objections (异议台账): every one that this person may read, with how it stands."""
    permit("projects.see_register", request.user, None)
    found = Objection.objects.visible_to(request.user).select_related("project__call", "notice__call")
    page = page_of(found.order_by("-arrived_at", "-pk"), PAGE, request.GET.get("page"))
    return render(request, "projects/objection_list.html", {"page_obj": page})


@login_required
def objection_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The funder reads an objection: the clerk confirms and examines it, an approver rules."""
    objection = find(request, pk, "projects.see_objection")
    if not Objection.objects.visible_to(request.user).filter(pk=pk).exists():
        raise Http404  # nobody has confirmed that this address wants to object
    forms = available(objection, request)
    for name, form in forms.items():
        if request.method == "POST" and name in request.POST and form.is_valid():
            try:
                done = act(objection, name, form, request)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, done)
                return redirect(objection)
    said = {"label": _("Name and contact of an objector seen"), "objection": objection.pk}
    disclosed("objector", by=request.user, funder=objection.notice.call.funder_id, project=objection.project_id, **said)
    context = {
        "objection": objection,
        "project": objection.project,
        "forms": forms,
        "form": next((form for form in forms.values() if form.is_bound), None),
        "notes": with_files(objection),
        "files": Attachment.objects.of(objection),
        "may_note": may_note(objection, request),
        "looked_into_it": rules.has_perm("projects.decide_objection", request.user, objection)
        and not rules.has_perm("projects.rule_on_objection", request.user, objection),
    }
    return render(request, "projects/objection_detail.html", context)


def available(objection: Objection, request: HttpRequest) -> dict[str, Form]:
    """The forms that are this person's to send now, by the name of their button."""
    clerk = rules.has_perm("projects.examine_objection", request.user, objection)
    found: dict[str, Form] = {}
    if clerk and not objection.email and objection.is_confirmable:
        found["call"] = CallForm(request.POST if "call" in request.POST else None)
    if clerk and objection.confirmed_at and not objection.examined_at:
        usual = {"gist": objection.text, "answer_until": add_workdays(clock.today(), USUAL_TIME_TO_ANSWER)}
        sent = request.POST if "examine" in request.POST else None
        found["examine"] = ExamineForm(sent, initial=usual) if objection.project else WholeExamineForm(sent)
    if (
        objection.examined_at
        and not objection.ruling
        and rules.has_perm("projects.rule_on_objection", request.user, objection)
    ):
        form = RulingForm if objection.project else WholeRulingForm
        found["rule"] = form(request.POST if "rule" in request.POST else None)
    return found


def act(objection: Objection, name: str, form: Form, request: HttpRequest) -> str:
    """Take the step of a form; what was done, in words."""
    if name == "call":
        objections.confirm_by_call(objection, by=request.user, **form.cleaned_data)
        return _("The call is noted.")
    if name == "examine":
        inquiry.examine_objection(objection, by=request.user, **form.cleaned_data)
        return (
            _("The examination has begun; the group has been told.")
            if objection.project
            else _("The examination has begun.")
        )
    site = request.build_absolute_uri("/").rstrip("/")
    inquiry.rule_on_objection(objection, by=request.user, site=site, **form.cleaned_data)
    return _("The ruling is recorded.")


def may_note(objection: Objection, request: HttpRequest) -> bool:
    clerk = rules.has_perm("projects.examine_objection", request.user, objection)
    return bool(clerk and objection.examined_at and not objection.ruling)


def with_files(objection: Objection) -> list[tuple[ObjectionNote, list[Attachment]]]:
    """Every note with its files, in two queries."""
    notes = list(objection.notes.all())
    files: dict[int, list[Attachment]] = {}
    kind = ContentType.objects.get_for_model(ObjectionNote)
    for file in Attachment.objects.filter(content_type=kind, object_id__in=[note.pk for note in notes]):
        files.setdefault(file.object_id, []).append(file)
    return [(note, files.get(note.pk, [])) for note in notes]


@login_required
def objection_note(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The clerk writes down an inquiry or a hearing."""
    if kind not in NOTES:
        raise Http404
    objection = find(request, pk, "projects.examine_objection")
    form = NOTES[ObjectionNote.Kind(kind)](request.POST or None, request.FILES or None, objection=objection)
    if request.method == "POST" and form.is_valid():
        try:
            inquiry.add_note(
                objection, by=request.user, kind=kind, values=form.values, files=form.cleaned_data["files"]
            )
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The note is kept."))
            return redirect(objection)
    heading = ObjectionNote.Kind(kind).label
    context = {"objection": objection, "form": form, "heading": heading}
    return render(request, "projects/objection_note.html", context)


@login_required
def objection_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """The group reads what is said against its project, answers once, and later reads the ruling."""
    objection = find(request, pk, "projects.answer_objection")
    if objection.examined_at is None:
        raise Http404  # the group is told when the examination begins
    form = ObjectionAnswerForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            inquiry.answer_objection(objection, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Your answer has been sent to the funder."))
            return redirect("projects:objection_answer", pk=pk)
    answer = objection.answer
    context = {
        "objection": objection,
        "project": objection.project,
        "form": form,
        "answer": answer,
        "files": Attachment.objects.of(answer) if answer else [],
    }
    return render(request, "projects/objection_answer.html", context)
