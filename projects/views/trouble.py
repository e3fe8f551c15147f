"""The pages of a project in trouble: warnings and talks."""

from collections.abc import Callable
from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.models import Attachment
from core.workflow import Refused, permit
from projects.actions import trouble
from projects.forms import (
    ClosingForm,
    TalkConfirmForm,
    TalkForm,
    TalkMoveForm,
    TalkRecordForm,
    WarningAnswerForm,
    WarningForm,
)
from projects.models import Talk, WarningLetter
from projects.views.project import find

RELATED = ("project__call__funder", "project__applicant", "project__host")


def press(request: HttpRequest, form: Form, verb: Callable[..., Any], done: str) -> Any:
    """Let the verb happen when the form is right; what it made, or None with the reason at the form."""
    if request.method != "POST" or not form.is_valid():
        return None
    try:
        made = verb(**form.cleaned_data)
    except Refused as refused:
        add_refusal(form, refused)
        return None
    messages.success(request, done)
    return made


def _form_page(request: HttpRequest, project: Any, form: Form, **words: str) -> HttpResponse:
    return render(request, "projects/form.html", {"project": project, "form": form, **words})


@login_required
def warning_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Warn the group."""
    project = find(request, pk)
    permit("projects.supervise", request.user, project)
    form = WarningForm(request.POST or None)
    verb = partial(trouble.warn, project, by=request.user)
    if made := press(request, form, verb, _("The group is warned.")):
        return redirect(made)
    lead = _("The group and its mentors read this at once. It stays in the project's record.")
    return _form_page(request, project, form, heading=_("Warn the group"), submit=_("Send the warning"), lead=lead)


@login_required
def warning_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A warning, its answer, and what the funder says to it."""
    found = WarningLetter.objects.visible_to(request.user).select_related(*RELATED, "issued_by", "answered_by", "talk")
    warning = get_object_or_404(found, pk=pk)
    permit("projects.see_delivery", request.user, warning.project)
    may_answer = rules.has_perm("projects.deliver", request.user, warning.project)
    may_close = rules.has_perm("projects.supervise", request.user, warning.project)
    answer, closing = WarningAnswerForm(None), ClosingForm(None)
    if request.method == "POST" and "lift" in request.POST:
        permit("projects.supervise", request.user, warning.project)
        closing = ClosingForm(request.POST)
        verb = partial(trouble.lift_warning, warning, by=request.user)
        if press(request, closing, verb, _("The warning is lifted.")):
            return redirect(warning)
    elif request.method == "POST":
        permit("projects.deliver", request.user, warning.project)
        answer = WarningAnswerForm(request.POST, request.FILES)
        verb = partial(trouble.answer_warning, warning, by=request.user)
        if press(request, answer, verb, _("The funder has your answer.")):
            return redirect(warning)
    context = {
        "warning": warning,
        "project": warning.project,
        "talk": getattr(warning, "talk", None),
        "files": Attachment.objects.of(warning),
        "answer": answer if may_answer and not warning.answer and not warning.outcome else None,
        "closing": closing if may_close and not warning.outcome else None,
    }
    return render(request, "projects/warning_detail.html", context)


@login_required
def talk_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Call the group to a talk; `?warning=` names the warning that leads to it."""
    project = find(request, pk)
    permit("projects.supervise", request.user, project)
    number = request.GET.get("warning", "")
    warning = project.warnings.open().filter(pk=number).first() if number.isdecimal() and len(number) < 16 else None
    form = TalkForm(request.POST or None, initial={"reason": warning.words} if warning else None)
    verb = partial(trouble.call_to_talk, project, by=request.user, warning=warning)
    if talk := press(request, form, verb, _("The group is called to the talk.")):
        return redirect(talk)
    return _form_page(request, project, form, heading=_("Call the group to a talk"), submit=_("Send the invitation"))


def _talk(request: HttpRequest, pk: int) -> Talk:
    found = Talk.objects.visible_to(request.user).select_related(*RELATED, "recorded_by", "confirmed_by", "warning")
    talk = get_object_or_404(found, pk=pk)
    permit("projects.see_delivery", request.user, talk.project)
    return talk


@login_required
def talk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A talk: when and why, what was said and agreed, what became of it."""
    talk = _talk(request, pk)
    may_confirm = rules.has_perm("projects.confirm_talk", request.user, talk.project)
    may_lead = rules.has_perm("projects.supervise", request.user, talk.project)
    confirm, closing = TalkConfirmForm(None), ClosingForm(None)
    if request.method == "POST" and "close" in request.POST:
        permit("projects.supervise", request.user, talk.project)
        closing = ClosingForm(request.POST)
        verb = partial(trouble.close_talk, talk, by=request.user)
        if press(request, closing, verb, _("Saved.")):
            return redirect(talk)
    elif request.method == "POST":
        permit("projects.confirm_talk", request.user, talk.project)
        confirm = TalkConfirmForm(request.POST)
        verb = partial(trouble.confirm_talk, talk, by=request.user)
        if press(request, confirm, verb, _("The record is confirmed.")):
            return redirect(talk)
    context = {
        "talk": talk,
        "project": talk.project,
        "may_lead": may_lead,
        "confirm": confirm if may_confirm and talk.is_recorded and not talk.confirmed_at else None,
        "closing": closing if may_lead and talk.is_recorded and not talk.outcome else None,
    }
    return render(request, "projects/talk_detail.html", context)


@login_required
def talk_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time or place."""
    talk = _talk(request, pk)
    permit("projects.supervise", request.user, talk.project)
    form = TalkMoveForm(request.POST or None, instance=Talk.objects.get(pk=talk.pk))
    if moved := press(request, form, partial(trouble.move_talk, talk, by=request.user), _("Everybody is told.")):
        return redirect(moved)
    return _form_page(request, talk.project, form, heading=_("Move the talk"), submit=_("Move the talk"))


@login_required
def talk_record(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what was said."""
    talk = _talk(request, pk)
    permit("projects.supervise", request.user, talk.project)
    form = TalkRecordForm(request.POST or None, instance=Talk.objects.get(pk=talk.pk))
    verb = partial(trouble.record_talk, talk, by=request.user)
    if recorded := press(request, form, verb, _("Saved. The group is asked to confirm it.")):
        return redirect(recorded)
    return _form_page(request, talk.project, form, heading=_("Record of the talk"), submit=_("Save the record"))
