"""Coaching before submission: asking for it, answering, commenting, and ticking off."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused, permit
from people.models import Role
from projects.actions import coaching
from projects.forms import AnswerForm, CoachingAnswerForm, CoachingForm, CommentForm, EndCoachingForm
from projects.models import CoachingRequest, Comment, Part, Participant, Project
from projects.places import places
from projects.views.project import find


@login_required
def comment_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Every remark on the proposal with its answers; a coach adds one, the group answers and ticks off."""
    project = find(request, pk)
    seen = readable(request, project)
    may_advise = rules.has_perm("projects.advise", request.user, project)
    initial = {"anchor": request.GET.get("place", "")}
    form = CommentForm(request.POST or None, project=project, initial=initial)
    if request.method == "POST":
        if not may_advise:
            raise PermissionDenied
        if form.is_valid():
            found = form.cleaned_data
            comment = coaching.advise(project, by=request.user, anchor=found["anchor"], text=found["text"])
            messages.success(request, _("The group can read your advice."))
            return redirect(f"{request.path}#c{comment.pk}")
    names = dict(places(project))
    comments = list(seen.roots().select_related("by", "resolved_by").prefetch_related("answers__by"))
    for comment in comments:
        comment.place = names.get(comment.anchor, _("A row that is no longer there"))
        comment.may_answer = rules.has_perm("projects.answer_comment", request.user, comment)
        comment.may_resolve = rules.has_perm("projects.resolve_comment", request.user, comment)
    coaches = list(
        project.participants.current()
        .filter(part=Part.COACH)
        .select_related("person", "organization", "project__applicant")
    )
    for coach in coaches:
        coach.may_end = rules.has_perm("projects.end_coaching", request.user, coach)
    context = {
        "project": project,
        "comments": comments,
        "form": form if may_advise else None,
        "answer_form": AnswerForm(),
        "may_ask": rules.has_perm("projects.ask_for_coaching", request.user, project),
        "may_take_back": rules.has_perm("projects.take_request_back", request.user, project),
        "requests": project.coaching_requests.select_related("organization", "answered_by"),
        "coaches": coaches,
    }
    return render(request, "projects/comment_list.html", context)


def readable(request: HttpRequest, project: Project):
    """The remarks this person may read: advice stays between group and coach, corrections are the funder's too."""
    if rules.has_perm("projects.see_advice", request.user, project):
        return project.comments.sent()
    if rules.has_perm("projects.see_likeness", request.user, project):
        return project.comments.sent().filter(kind=Comment.Kind.CORRECTION)
    raise PermissionDenied


def _comment(request: HttpRequest, pk: int) -> Comment:
    """A comment whose project this person sees; 404 otherwise."""
    found = Comment.objects.roots().sent().select_related("project__call", "by")
    return get_object_or_404(found, pk=pk, project__in=Project.objects.visible_to(request.user))


@login_required
@require_POST
def comment_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a remark."""
    comment = _comment(request, pk)
    permit("projects.answer_comment", request.user, comment)
    form = AnswerForm(request.POST)
    if form.is_valid():
        coaching.answer_comment(comment, by=request.user, text=form.cleaned_data["text"])
    else:
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    return redirect(reverse("projects:comment_list", args=[comment.project_id]) + f"#c{comment.pk}")


@login_required
@require_POST
def comment_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a remark off, or open it again."""
    comment = _comment(request, pk)
    permit("projects.resolve_comment", request.user, comment)
    coaching.resolve(comment, by=request.user, resolved="reopen" not in request.POST)
    return redirect(reverse("projects:comment_list", args=[comment.project_id]) + f"#c{comment.pk}")


@login_required
@require_POST
def coaching_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """The group takes back what it asked for."""
    asked = CoachingRequest.objects.select_related("project__call", "organization")
    found = get_object_or_404(asked, pk=pk, project__in=Project.objects.visible_to(request.user))
    try:
        coaching.withdraw_request(found, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The request is taken back."))
    return redirect("projects:comment_list", pk=found.project_id)


@login_required
def coaching_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The group or the coach ends the coaching, after being told what that means."""
    coaches = Participant.objects.current().filter(part=Part.COACH).select_related("project__call", "person")
    coach = get_object_or_404(coaches, pk=pk, project__in=Project.objects.visible_to(request.user))
    permit("projects.end_coaching", request.user, coach)
    project, is_coach = coach.project, coach.person_id == request.user.pk
    form = EndCoachingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            coaching.end_coaching(coach, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The coaching has ended."))
            return redirect("inbox") if is_coach else redirect("projects:comment_list", pk=project.pk)
    context = {
        "project": project,
        "form": form,
        "heading": _("End the coaching by %(person)s") % {"person": coach.person},
        "lead": _("The coach then no longer sees the proposal. What was said stays here for the group."),
        "submit": _("End the coaching"),
    }
    return render(request, "projects/form.html", context)


@login_required
def coaching_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """The group asks a support organisation to look at its draft."""
    project = find(request, pk)
    permit("projects.ask_for_coaching", request.user, project)
    form = CoachingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            coaching.ask_for_coaching(project, found["organization"], by=request.user, message=found["message"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. You will be told when a mentor has answered."))
            return redirect("projects:comment_list", pk=pk)
    context = {"project": project, "form": form, "heading": _("Ask for coaching"), "submit": _("Ask")}
    return render(request, "projects/form.html", context)


@login_required
def coaching_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """A mentor reads what is asked and takes it on, or says why not."""
    asked = CoachingRequest.objects.select_related("project__call", "project__applicant", "organization", "asked_by")
    found = get_object_or_404(asked, pk=pk)
    if not request.user.has_role(found.organization_id, Role.MENTOR):
        raise Http404
    form = CoachingAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            coaching.answer_request(found, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The group has been told."))
            return (
                redirect("projects:comment_list", found.project_id)
                if form.cleaned_data["accepted"]
                else redirect("inbox")
            )
    return render(request, "projects/coaching_answer.html", {"asked": found, "form": form})
