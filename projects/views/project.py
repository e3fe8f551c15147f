"""The list, the page of one project, and the steps its buttons take."""

from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import clock, workflow
from core.forms import NoteForm, add_refusal
from core.models import Attachment, Event
from core.paging import page_of
from core.views import not_offered
from core.workdays import add_workdays
from core.workflow import Refused, permit
from grants.models import PaperKind
from people.models import User
from projects.actions import archiving, award, checking, delivery, payments, people, proposals
from projects.closing import open_items
from projects.disclosing import contact_shown
from projects.forms import MentorForm, Narrowing, ProjectFilter, SubmitForm
from projects.gates import facts_of, gates_of
from projects.models import Objection, Part, Project, ReturnNotice, State
from projects.models.project_queries import ProjectQuerySet, is_seen_by
from projects.models.state import ENDED_WITHOUT_MONEY, STANDINGS, UNDER_WAY
from projects.places import name_places
from projects.stages import stage_bar

PAGE = 20
AT_ITS_END = (State.CLOSING, State.FINAL, State.SETTLING, State.COMPLETED, State.TERMINATED)
"""From the request for closure on, the page of a project leads to its final accounts and its file."""
INTERNAL = {
    *("add_judge", "end_judge", "recuse", "conflict_found", "conflict_decided", "conflict_answered"),
    *("note_absence", "end_absence", "ask_for_fewer", "go_on_with_fewer", "refuse_fewer"),
    *("ask_to_unlock", "unlock_sheet", "keep_locked", "paper_sheet", "bonus", "set_aside_result"),
    *("set_aside_feedback", "ask_list_change", "refuse_list_change"),
    *("commission_tie_decided", "propose_termination"),
}
"""Lines of the log that name an expert or tell of points: for the funder, never for the group that is judged. A test
(`tests/evaluations/test_leaks.py`) holds that every line of the judging is here, or told on purpose."""

TRIALS = {"cut_line", "finish_precheck"}
"""What the financial pre-check tries out before anything is decided: the group reads it with the decision."""


def _hand_in(project: Project, by: User, note: str, pledge: bool, unchanged: bool) -> Project:
    return proposals.submit(project, by=by, note=note, pledged=pledge, unchanged=unchanged)


# The steps that have a button, and the verb each one calls. Steps without a button belong to a larger verb.
STEPS = {
    "submit": _hand_in,
    "resubmit": _hand_in,
    "return_for_correction": lambda project, by, note: checking.check(
        project, "return_for_correction", by=by, note=note
    ),
    "declare_ineligible": lambda project, by, note: checking.check(project, "declare_ineligible", by=by, note=note),
    "accept": lambda project, by, note: checking.check(project, "accept", by=by, note=note),
    "withdraw": lambda project, by, note: proposals.withdraw(project, by=by, note=note),
    "approve": lambda project, by, note: award.approve(project, by=by, note=note),
    "refuse": lambda project, by, note: award.refuse(project, by=by, note=note),
    "forfeit": lambda project, by, note: award.forfeit(project, by=by, note=note),
    "suspend": lambda project, by, note: delivery.supervise(project, "suspend", by=by, note=note),
    "resume": lambda project, by, note: delivery.supervise(project, "resume", by=by, note=note),
    "reject_closing": lambda project, by, note: delivery.supervise(project, "reject_closing", by=by, note=note),
    "request_closing": lambda project, by, note: delivery.request_closing(project, by=by, note=note),
    "complete": lambda project, by, note: archiving.complete(project, by=by, note=note),
    "terminate": lambda project, by, note: payments.terminate(project, by=by, note=note),
}


def find(request: HttpRequest, pk: int) -> Project:
    """The project, if this person may see it; 404 otherwise."""
    related = ("call__funder", "call__fund", "track", "applicant", "host", "field", "community", "agreement")
    project = get_object_or_404(Project.objects.select_related(*related), pk=pk)
    if not is_seen_by(project, request.user):
        raise Http404
    return project


@login_required
def project_list(request: HttpRequest) -> HttpResponse:
    """Every project I may see, with search, filters and paging."""
    projects, form, narrowing = listed(request.GET, request.user)
    page = page_of(projects.as_rows(), PAGE, request.GET.get("page"))
    context = {"page_obj": page, "form": form, "narrowing": narrowing}
    if narrowing.asked:
        context["awarded"] = projects.order_by().aggregate(sum=Sum("amount_awarded"))["sum"]
    return render(request, "projects/project_list.html", context)


def listed(asked: QueryDict, user: User) -> tuple[ProjectQuerySet, ProjectFilter, Narrowing]:
    """The projects of the list by what its address asks for, with the two forms that have read it."""
    form = ProjectFilter(asked, user=user)
    narrowing = Narrowing(asked, user=user, own=("call",))
    projects = narrowing.of(Project.objects.listed_for(user).with_names())
    return filtered(projects, **form.cleaned_data) if form.is_valid() else projects, form, narrowing


def filtered(projects: QuerySet, *, q: str, call, stage: int | None, field) -> QuerySet:
    """The projects that match a search form."""
    if q:
        projects = projects.filter(Q(title__contains=q) | Q(number__icontains=q) | Q(applicant__name__contains=q))
    if call:
        projects = projects.filter(call=call)
    if stage:
        projects = projects.filter(state__in=[state for state, s in STANDINGS.items() if s.stage == stage])
    if field:
        projects = projects.filter(field=field)
    return projects


@login_required
def project_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the project is, who has it, what comes next; its money, its work, its papers, its log."""
    project = find(request, pk)
    events = list(Event.objects.about(project))
    visible = Project.objects.visible_to(request.user)

    def may(permission: str) -> bool:
        return rules.has_perm(permission, request.user, project)

    context = {
        "project": project,
        "stages": stage_bar(project, events),
        "choices": workflow.choices(project, request.user),
        "mentors": project.participants.current().filter(part=Part.MENTOR).select_related("person", "organization"),
        "attachments": Attachment.objects.of(project),
        "kinds": dict(PaperKind.choices),
        "versions": project.submissions.count(),
        "routed_from": project.routed_from,
        "in_notice": project.notice_entries.select_related("notice").order_by("pk").last(),
        # Drafts with another funder are the group's own business until they are handed in there.
        "routed_to": project.routed_to.filter(pk__in=visible).select_related("call"),
        "sees_earlier": project.routed_from_id is not None and may("projects.see_earlier"),
        "may_offer": project.state in ENDED_WITHOUT_MONEY and may("projects.offer_elsewhere"),
        "may_extend": project.state == project.State.RETURNED and may("projects.check"),
        "reads_proposal": bool(project.summary) and not (project.is_funded and may("projects.see_delivery")),
    }
    if may("projects.see_contact"):
        contact_shown(project, by=request.user)
    if may("projects.see_log"):
        in_funder = may("projects.see_judges")
        told = [event for event in reversed(events) if in_funder or event.name not in INTERNAL]
        if not may("projects.see_cuts"):
            told = [event for event in told if event.name not in TRIALS or event.at < project.state_since]
        context["events"] = told
    if rules.has_perm("projects.see_delivery", request.user, project):
        tranches = list(project.tranches.all())
        waiting = [tranche for tranche in tranches if tranche.state in ("planned", "reversed")]
        facts = facts_of([project])[project.pk] if waiting and not project.has_ended else None
        for tranche in tranches:
            tranche.project = project
            tranche.choices = workflow.choices(tranche, request.user)
            tranche.checks = gates_of(tranche, facts) if facts and tranche in waiting else []
        context |= {
            "tranches": tranches,
            "milestones": project.milestones.prefetch_related("reports"),
            "activities": project.activities.with_signed().prefetch_related("items"),
            "reports": project.reports.select_related("milestone"),
            "mentoring_notes": project.mentoring_notes.select_related("mentor"),
            "site_visits": project.site_visits.select_related("visitor"),
            "follow_ups": project.follow_ups.all(),
            "warnings": project.warnings.all(),
            "talks": project.talks.all(),
            "has_closing_report": project.closing_reports.handed_in().exists(),
            "at_its_end": project.state in AT_ITS_END,
            "return_notices": returns_of(project),
            "may_ask_back": money_is_due(project) and may("projects.settle"),
            "may_warn": project.state in UNDER_WAY and may("projects.supervise"),
        }
    context |= objections_to(project, request.user)
    return render(request, "projects/project_detail.html", context)


def returns_of(project: Project) -> list[ReturnNotice]:
    """The notices to give money back, the newest first."""
    found = list(project.return_notices.all())
    for notice in found:
        notice.project = project  # read once
    return found


def money_is_due(project: Project) -> bool:
    """The account is settled, and something has not come back."""
    return hasattr(project, "settlement") and project.settlement.still_due > 0


def objections_to(project: Project, user: User) -> dict[str, Any]:
    """What the funder's people see of objections, and what the group does."""
    found: dict[str, Any] = {}
    if rules.has_perm("projects.see_objection", user, project):
        found["objections"] = Objection.objects.visible_to(user).filter(project=project)
        found["unconfirmed"] = project.objections.unconfirmed().exclude(email="").count()
    if rules.has_perm("projects.answer_objection", user, project):
        found["told_objections"] = project.objections.filter(examined_at__isnull=False).prefetch_related("notes")
    return found


@login_required
def project_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Confirm a step and take it."""
    if name not in STEPS:
        raise Http404
    project = find(request, pk)
    choice = next((c for c in workflow.choices(project, request.user) if c.name == name), None)
    # What was noted at its place in the formal check leaves with the return, and is reason enough the first time.
    returning = checking_facts(project, request.user, name) if choice else {}
    remarks = returning.get("remarks", [])
    needs_note = bool(choice and choice.note and (not remarks or returning["returns"]))
    form_class = SubmitForm if name in ("submit", "resubmit") else NoteForm
    form = form_class(request.POST or None, state=project.state, needs_note=needs_note)
    if choice is None:
        return not_offered(request, project, name, seen=project.state, to=project)
    if request.method == "POST" and form.is_valid():
        try:
            given = {field: value for field, value in form.cleaned_data.items() if field != "seen"}
            STEPS[name](project, request.user, **given)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": choice.label})
            return redirect(project if name != "withdraw" else "projects:project_list")
    context = {"project": project, "choice": choice, "form": form} | returning
    return render(request, "projects/project_step.html", context)


def checking_facts(project: Project, user: User, name: str) -> dict[str, Any]:
    """What somebody should know before a step: before a return what leaves and until when, before an acceptance the
    pre-check, before the request for closure what is still open."""
    if name == "return_for_correction":
        return {
            "remarks": name_places(project, list(project.comments.unsent())),
            "returns": checking.times_returned(project),
            "last_day": add_workdays(clock.today(), project.call.correction_workdays),
        }
    if name == "request_closing":
        return {"open_items": open_items(project), "asks_for_closure": True}
    if name == "accept":
        return {"precheck_is_open": project.budget_checked_at is None}
    return {}


@login_required
def mentor_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk names a mentor."""
    project = find(request, pk)
    permit("projects.assign_mentor", request.user, project)
    form = MentorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        held = form.cleaned_data["mentor"]
        try:
            people.assign_mentor(project, held.user, held.organization, by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("%(person)s is now the mentor.") % {"person": held.user})
            return redirect(project)
    return render(
        request,
        "projects/form.html",
        {"project": project, "form": form, "heading": _("Name a mentor"), "submit": _("Name the mentor")},
    )
