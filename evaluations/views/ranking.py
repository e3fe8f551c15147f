"""Where the projects of a call stand: the table, bonuses, lots, and what leads to the decision."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import clock
from core.forms import add_refusal
from core.models import Event
from core.workdays import uncertain_years
from core.workflow import Refused, permit
from evaluations import actions
from evaluations.actions.decision import current, inversions
from evaluations.forms import BonusForm, DecisionForm
from evaluations.models import Conflict, Decision, Draw, Honour, ListChange
from evaluations.standings import Standing, standings
from evaluations.views.panels import find
from grants.models import BonusRule, Call
from projects.models import Project, State


@login_required
def ranking(request: HttpRequest, pk: int) -> HttpResponse:
    """Where the projects stand; the clerk prepares the decision, everybody at the funder reads."""
    call = find(request, pk, "evaluations.see_ranking")
    may_confirm = rules.has_perm("evaluations.confirm", request.user, call)
    if request.method == "POST" and not may_confirm:
        raise PermissionDenied
    rows = standings(call)
    decision = current(call)
    form = DecisionForm(request.POST or None, rows=rows, instance=decision or Decision(call=call))
    if request.method == "POST" and form.is_valid() and ("propose" not in request.POST or form.check_for_proposal()):
        try:
            decision = actions.decision.save_decision(call, by=request.user, lines=form.proposals, **form.meeting)
            if "propose" in request.POST:
                actions.decision.propose(decision, by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            if "propose" in request.POST:
                messages.success(request, _("The decision waits for the approver. Nobody outside can read it yet."))
                return redirect(decision)
            messages.success(request, _("The draft of the decision is saved."))
            return redirect("evaluations:ranking", pk=pk)
    return render(request, "evaluations/ranking.html", shown(call, rows, form, decision, may_confirm))


def shown(call: Call, rows: list[Standing], form: DecisionForm, decision: Decision | None, may_act: bool) -> dict:
    """What the ranking page shows."""
    given = actions.ranking.money_given(call)
    waiting = [row for row in rows if row.project.state == State.IN_REVIEW and not row.is_complete]
    chosen = set(decision.lines.filter(outcome="shortlist").values_list("project", flat=True)) if decision else set()
    passed_over = {row.project.pk for row in inversions(rows, chosen)}
    may_decide = may_act and bool(form.projects) and not waiting and (decision is None or decision.is_open)
    return {
        "call": call,
        "rows": [decided(row, form, may_decide, passed_over) for row in rows],
        "form": form,
        "waiting": len(waiting),
        "decision": decision,
        "may_decide": may_decide,
        "may_act": may_act,
        "is_fixed": decision is not None and not decision.is_open,
        "to_publish": actions.ranking.to_publish(call),
        "tied": [row.project for row in rows if row.is_tied],
        "lot": call.draws.filter(kind=Draw.Kind.TIE).first(),
        "bonuses": call.bonus_rules.all(),
        "ties": call.tie_breaks.select_related("criterion"),
        "given": given,
        "left": call.budget - given,
        "changes": ListChange.objects.filter(project__call=call).select_related("project", "asked_by", "decided_by"),
        "conflicts": open_conflicts(call),
        "sent_back": sent_back(decision) if decision and decision.is_open else None,
        "moves": Event.objects.about(call).filter(name="move_up").reverse(),
        "outlook": outlook(call),
    }


def open_conflicts(call: Call) -> dict[int, list[Conflict]]:
    """By project id, the conflicts of interest that nobody has decided on yet: its sheets do not stand."""
    found: dict[int, list[Conflict]] = {}
    for conflict in Conflict.objects.open().filter(assignment__project__call=call).select_related("assignment"):
        found.setdefault(conflict.assignment.project_id, []).append(conflict)
    return found


def sent_back(decision: Decision) -> Event | None:
    """When a draft was with the approver before: who gave it back, and why."""
    return Event.objects.about(decision).filter(name__in=["send_back", "take_back"]).last()


def outlook(call: Call) -> dict:
    """Until when a notice would run that is published today, and how sure that is."""
    today = clock.today()
    last_day = call.notice_end(today)
    return {"last_day": last_day, "years": uncertain_years(today, last_day)}


def decided(row: Standing, form: DecisionForm, may_decide: bool, passed_over: set[int]) -> dict:
    """A standing with its three form fields, where there is still something to decide."""
    pk = row.project.pk
    found = {"standing": row, "is_passed_over": pk in passed_over}
    if may_decide and row.project.state == State.IN_REVIEW:
        found |= {name: form[f"{name}-{pk}"] for name in ("decision", "amount", "reason")}
    return found


@login_required
@require_POST
def draw_lots(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the lot between equal scores, once."""
    return _act(request, pk, actions.ranking.draw_lots, _("The lot is drawn; seed and order are on record."))


@login_required
@require_POST
def publish_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the projects that moved up to public notice, as they stand on the page that was seen."""
    done = _("The public notice has begun.")
    return _act(request, pk, actions.ranking.publish_notice, done, read=request.POST.get("read", ""))


def _act(request: HttpRequest, pk: int, verb, done: str, **seen: str) -> HttpResponse:
    call = find(request, pk, "evaluations.confirm")
    try:
        verb(call, by=request.user, **seen)
        messages.success(request, done)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect("evaluations:ranking", pk=pk)


@login_required
def bonus(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a project in review points by a bonus rule of its call."""
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("call"), pk=pk)
    permit("evaluations.confirm", request.user, project.call)
    form = BonusForm(request.POST or None, call=project.call)
    if request.method == "POST" and form.is_valid():
        try:
            actions.ranking.give_bonus(project, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The bonus is recorded; it stands apart from the experts' score."))
            return redirect("evaluations:ranking", pk=project.call_id)
    given = project.bonuses.select_related("rule")
    asks = project.call.bonus_rules.filter(kind=BonusRule.Kind.HONOUR).exists()
    honours = Honour.objects.counting().filter(organization=project.applicant_id) if asks else Honour.objects.none()
    context = {"project": project, "form": form, "given": given, "honours": honours.select_related("funder")}
    return render(request, "evaluations/bonus_form.html", context)
