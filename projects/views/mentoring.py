"""Sessions of coaching: written by the mentor, answered by the group, counted for everybody."""

from decimal import Decimal
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.lately import asked_by, lately
from core.models import Attachment
from core.paging import page_of
from core.workflow import Refused, permit
from people.models import User
from projects.actions import mentoring
from projects.forms import AnswerAdviceForm, FinishForm, Narrowing, ReopenForm, SessionFilter, SessionForm
from projects.models import MentoringNote, Part, Participant, Project
from projects.models.state import UNDER_WAY
from projects.sessions import choices_among, hours_by, narrowed, sums_of
from projects.views.project import find

PAGE = 20
MOST_HOURS = 8


@login_required
def mentoring_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A mentor writes down a session, of one group or of several."""
    project = find(request, pk)
    permit("projects.mentor", request.user, project)
    companions = _companions(request.user, project)
    form = SessionForm(
        request.POST or None, companions=companions, instance=MentoringNote(project=project, mentor=request.user)
    )
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        others = values.pop("others", ())
        try:
            note = mentoring.add_session(project, by=request.user, values=values, others=others)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved. The group has been told."))
            return redirect(note)
    context = {"project": project, "form": form, "heading": _("Write a mentoring note"), "submit": _("Save the note")}
    return render(request, "projects/form.html", context)


def _companions(user: User, project: Project) -> QuerySet[Project]:
    """The other projects under way that this mentor follows: their groups can take part in a session together."""
    mentored = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    found = Project.objects.filter(pk__in=mentored, state__in=UNDER_WAY).exclude(pk=project.pk)
    inside = list(user.roles)
    return found.exclude(funder__in=inside).exclude(applicant__in=inside).order_by("title")


def find_session(request: HttpRequest, pk: int) -> MentoringNote:
    """The session of a project whose delivery this person may see."""
    related = ("project__call__funder", "project__applicant", "project__host", "mentor", "answered_by", "done_by")
    return get_object_or_404(MentoringNote.objects.visible_to(request.user).select_related(*related), pk=pk)


@login_required
def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One session with what the group says to it and what became of it."""
    note = find_session(request, pk)
    context, done = follow_up(request, note)
    if done:
        return done
    context |= {
        "project": note.project,
        "note": note,
        "companions": _held_together(note, request.user),
        "may_amend": rules.has_perm("projects.amend_advice", request.user, note) and not note.is_answered,
    }
    return render(request, "projects/session_detail.html", context)


def _held_together(note: MentoringNote, user: User) -> list[MentoringNote]:
    if note.together is None:
        return []
    others = MentoringNote.objects.visible_to(user).filter(together=note.together).exclude(pk=note.pk)
    return list(others.select_related("project"))


@login_required
def session_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The mentor mends it while the group has not answered."""
    note = find_session(request, pk)
    permit("projects.amend_advice", request.user, note)
    form = SessionForm(request.POST or None, instance=find_session(request, pk))
    if request.method == "POST" and form.is_valid():
        try:
            mentoring.amend_session(note, by=request.user, values=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(note)
    heading = _("Change session %(number)s") % {"number": note.number}
    context = {"project": note.project, "form": form, "heading": heading, "submit": _("Save the note")}
    return render(request, "projects/form.html", context)


def follow_up(request: HttpRequest, given: mentoring.Given) -> tuple[dict[str, Any], HttpResponse | None]:
    """The three small forms under a session or a visit, and where to go when one of them was sent and taken."""
    user = request.user
    sent = request.POST if request.method == "POST" else {}
    context: dict[str, Any] = {"given": given, "attachments": Attachment.objects.of(given)}
    offers = (
        ("answer", AnswerAdviceForm, "projects.answer_advice", not given.is_answered, mentoring.answer_advice),
        ("finish", FinishForm, "projects.finish_follow_up", bool(given.follow_up) and not given.is_done,
         mentoring.finish_follow_up),
        ("reopen", ReopenForm, "projects.amend_advice", given.is_done, mentoring.reopen_follow_up),
    )  # fmt: skip
    for name, form_class, permission, is_open, verb in offers:
        if name in sent:
            permit(permission, user, given)
        elif not is_open or not rules.has_perm(permission, user, given):
            continue
        form: Any = form_class(sent if name in sent else None, prefix=name)
        context[f"{name}_form"] = form
        if form.is_bound and form.is_valid():
            try:
                verb(given, by=user, **form.cleaned_data)  # type: ignore[operator]
            except Refused as refused:
                add_refusal(form, refused)
            else:
                messages.success(request, _("Saved. The other side has been told."))
                return context, redirect(given)
    return context, None


def _hours(found: QuerySet[MentoringNote]) -> tuple[tuple[int, Decimal], list[list[dict[str, Any]]]]:
    """All sessions and hours, and who or what has the most: one more than the page shows, which then says so."""
    by_what = ("mentor", "project", "project__call")
    return sums_of(found), [list(hours_by(found, by)[: MOST_HOURS + 1]) for by in by_what]


@login_required
def session_list(request: HttpRequest) -> HttpResponse:
    """The sessions I may see, with the hours by mentor, project and call."""
    seen = MentoringNote.objects.visible_to(request.user)
    form = SessionFilter(request.GET, **choices_among(seen))
    narrowing = Narrowing(request.GET, user=request.user, own=("call", "mentor"))
    found = narrowed(seen, form.cleaned_data if form.is_valid() else {}, narrowing)
    page = page_of(found, PAGE, request.GET.get("page"))
    ((sessions, all_hours), sums), counted_at = lately(f"sessions:{asked_by(request)}", lambda: _hours(found))
    context = {
        "form": form,
        "narrowing": narrowing,
        "page_obj": page,
        "sessions": sessions,
        "all_hours": all_hours,
        "sums": list(zip((_("By mentor"), _("By project"), _("By call")), sums, strict=True)),
        "most": MOST_HOURS,
        "counted_at": counted_at,
    }
    return render(request, "projects/session_list.html", context)
