"""A judge who is not there: noted by the clerk, back again; a panel that goes on with fewer when two people agree."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused, permit
from evaluations.actions import absence
from evaluations.forms import AnswerForm, FewerForm, ReasonForm
from evaluations.models import Assignment, Purpose, Reduction
from evaluations.quorum import sheets_needed
from evaluations.views.panels import find as find_call
from evaluations.views.presence import RECORDED
from evaluations.views.sheets import find
from people.models import User
from projects.models import Project


def back_to(project: Project) -> HttpResponse:
    """To the session on which the project is heard, or to the experts of its call."""
    slot = getattr(project, "pitch_slot", None)
    return redirect(slot.day) if slot else redirect("evaluations:panel", pk=project.call_id)


@login_required
def assignment_absent(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a judge does not score one project."""
    assignment = find(request, pk)
    if not rules.has_perm("evaluations.note_absence", request.user, assignment) or not assignment.is_seated:
        raise PermissionDenied
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            absence.note_absence(assignment, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, RECORDED)
            return back_to(assignment.project)
    context = {"assignment": assignment, "call": assignment.project.call, "form": form}
    return render(request, "evaluations/assignment_absent.html", context)


@login_required
@require_POST
def assignment_back(request: HttpRequest, pk: int) -> HttpResponse:
    """The judge takes the seat again."""
    assignment = find(request, pk)
    permit("evaluations.note_absence", request.user, assignment)
    try:
        absence.come_back(assignment, by=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("%(person)s is back on the panel.") % {"person": assignment.person})
    return back_to(assignment.project)


@login_required
def fewer_ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a panel go on with the judges who are there."""
    visible = Project.objects.visible_to(request.user).select_related("call__funder")
    project = get_object_or_404(visible, pk=pk)
    permit("evaluations.ask_for_fewer", request.user, project)
    if asked := project.reductions.open().first():
        return redirect(asked)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            absence.ask_for_fewer(project, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. A second person of the funder decides."))
            return back_to(project)
    context = {"project": project, "call": project.call, "form": form, "sitting": absence.seats(project)}
    context |= {"needed": sheets_needed(project), "elsewhere": absent_elsewhere(project)}
    return render(request, "evaluations/fewer_ask.html", context)


def absent_elsewhere(project: Project) -> list[tuple[User, int]]:
    """Who is absent from this panel and from others that are short: for all of these it can be asked at once."""
    lines = project.assignments.active().filter(purpose=Purpose.REVIEW, absent_at__isnull=False)
    counted = [(one.person, len(absence.short_without(one.person, project.call))) for one in lines]
    return [(person, count) for person, count in counted if count > 1]


@login_required
def fewer_ask_without(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    """Ask it for every project of a call from which one judge is absent."""
    call = find_call(request, pk, "evaluations.assign")
    person = get_object_or_404(User, pk=person_pk)
    short = absence.short_without(person, call)
    if not short:
        messages.info(request, _("No panel waits for %(person)s, or it has been asked already.") % {"person": person})
        return redirect("evaluations:panel", pk=pk)
    possible = [project for project in short if absence.can_go_on(project)]
    form = FewerForm(request.POST or None, projects=possible)
    if request.method == "POST" and form.is_valid():
        chosen = list(form.cleaned_data["projects"])
        try:
            absence.ask_for_fewer_in(chosen, by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Asked. A second person of the funder decides."))
            return back_to(chosen[0])
    alone = [project for project in short if not absence.can_go_on(project)]
    context = {"call": call, "person": person, "form": form, "possible": possible, "alone": alone}
    return render(request, "evaluations/fewer_ask_without.html", context)


@login_required
def fewer_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Read who is missing and why, and decide whether the others are enough."""
    found = Reduction.objects.filter(project__funder__in=list(request.user.roles))
    related = ("project__call__funder", "project__pitch_slot__day", "asked_by", "decided_by")
    asked = get_object_or_404(found.select_related(*related), pk=pk)
    permit("evaluations.see_ranking", request.user, asked.call)
    may_decide = rules.has_perm("evaluations.decide_on_fewer", request.user, asked)
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        if not may_decide:
            raise PermissionDenied
        if form.is_valid():
            grant, answer = bool({"grant", "grant_all"} & set(request.POST)), form.cleaned_data["answer"]
            for_all = bool({"grant_all", "refuse_all"} & set(request.POST))
            decide = absence.decide_on_all_asked_with if for_all else absence.decide_on_fewer
            try:
                decide(asked, by=request.user, grant=grant, answer=answer)
            except Refused as refused:
                add_refusal(form, refused)
            else:
                done = _("The panel goes on with fewer judges.") if grant else _("The panel waits for another judge.")
                messages.success(request, done)
                return redirect(asked)
    project = asked.project
    panel = Assignment.objects.filter(project=project, purpose=Purpose.REVIEW).select_related("person", "sheet")
    context = {"asked": asked, "project": project, "call": project.call, "panel": panel, "form": form}
    together = Reduction.objects.asked_with(asked).select_related("project", "project__call")
    context |= {"may_decide": may_decide, "together": list(together.order_by("project__number"))}
    return render(
        request,
        "evaluations/fewer_decide.html",
        context | {"open_together": sum(one.is_open for one in context["together"])},
    )
