"""Pitch days for the clerk: plan a session, draw its order, conduct it step by step."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import NoteForm, add_refusal
from core.models import Event
from core.workflow import Choice, Refused, Stateful, choices, moved_on
from evaluations.actions import pitch, stage
from evaluations.forms import MoveForm, PitchDayForm
from evaluations.models import Conflict, PitchDay, Slot
from evaluations.views.panels import find as find_call
from evaluations.views.polling import nothing_new, polled, private
from people.models import User

Verbs = Mapping[str, Callable[[Any, User, str], Any]]
DAY_STEPS: Verbs = {
    "draw_order": lambda day, by, note: pitch.draw_order(day, by=by),
    "begin": lambda day, by, note: pitch.begin(day, by=by),
    "close": lambda day, by, note: pitch.close(day, by=by),
    "call_off": lambda day, by, note: pitch.call_off(day, by=by, note=note),
}
SLOT_STEPS: Verbs = {
    "call_up": lambda slot, by, note: stage.call_up(slot, by=by),
    "ask_questions": lambda slot, by, note: stage.ask_questions(slot, by=by),
    "open_scoring": lambda slot, by, note: stage.open_scoring(slot, by=by),
    "lock": lambda slot, by, note: stage.lock(slot, by=by),
    "reopen": lambda slot, by, note: stage.reopen(slot, by=by, note=note),
    "reveal": lambda slot, by, note: stage.reveal(slot, by=by),
    "be_absent": lambda slot, by, note: stage.mark_absent(slot, by=by, note=note),
    "readmit": lambda slot, by, note: stage.readmit(slot, by=by, note=note),
}


def with_slots(days):
    """Days with everything that a page shows of their slots, in a constant number of queries."""
    related = ("project__applicant", "project__track", "project__call")
    slots = Slot.objects.select_related(*related).prefetch_related("representatives")
    return days.select_related("call__funder", "draw").prefetch_related(Prefetch("slots", queryset=slots))


def find(request: HttpRequest, pk: int, permission: str = "evaluations.see_pitch") -> PitchDay:
    """A session of a funder for which I work (404), with which I may do this (403)."""
    day = get_object_or_404(with_slots(PitchDay.objects.visible_to(request.user)).with_progress(), pk=pk)
    if not rules.has_perm(permission, request.user, day):
        raise PermissionDenied
    return day


def find_slot(request: HttpRequest, pk: int) -> Slot:
    """A slot of such a session."""
    day_pk = get_object_or_404(Slot, pk=pk, day__in=PitchDay.objects.visible_to(request.user)).day_id
    return next(slot for slot in find(request, day_pk).slots.all() if slot.pk == pk)


@login_required
def pitch_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The sessions of a call."""
    call = find_call(request, pk, "evaluations.see_ranking")
    context = {
        "call": call,
        "days": call.pitch_days.annotate(projects=Count("slots")),
        "may_plan": rules.has_perm("evaluations.plan_pitch", request.user, call),
    }
    return render(request, "evaluations/pitch_list.html", context)


@login_required
def pitch_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a session."""
    call = find_call(request, pk, "evaluations.plan_pitch")
    form = PitchDayForm(request.POST or None, call=call, instance=PitchDay(call=call))
    if request.method == "POST" and form.is_valid():
        try:
            day = pitch.plan_day(call, form.cleaned_data["projects"], by=request.user, **form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The session is planned. Its projects are now scored when they were heard."))
            return redirect(day)
    return render(request, "evaluations/pitch_form.html", {"call": call, "form": form})


@login_required
def pitch_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a session that is not over."""
    day = find(request, pk, "evaluations.hold_pitch")
    if not day.is_open:
        raise PermissionDenied
    fresh = PitchDay.objects.get(pk=pk)  # the form writes into its instance also what is refused
    form = PitchDayForm(request.POST or None, call=day.call, instance=fresh)
    if request.method == "POST" and form.is_valid():
        try:
            pitch.change_day(day, form.cleaned_data.get("projects"), by=request.user, **form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(day)
    return render(request, "evaluations/pitch_form.html", {"call": day.call, "day": day, "form": form})


@login_required
def pitch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Conduct a session: who is on, the next step, who has handed in, the running order."""
    day = find(request, pk)
    context = on_stage(request, day) | {"events": Event.objects.about(day)}
    return private(render(request, "evaluations/pitch_detail.html", context))


@polled
@require_safe
def pitch_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of that page which changes; nothing while nothing has happened."""
    found = PitchDay.objects.visible_to(request.user).with_progress()
    if stamp(get_object_or_404(found, pk=pk)) == request.GET.get("seen"):
        return nothing_new()
    return render(request, "evaluations/_pitch_stage.html", on_stage(request, find(request, pk)))


def stamp(day: Any) -> str:
    """Changes with everything that the conducting page shows."""
    return f"{day.revision}-{day.sheets_in}-{day.stood_down}"


def on_stage(request: HttpRequest, day: PitchDay) -> dict[str, Any]:
    """What the conducting page shows."""
    current, waiting = day.current, day.waiting
    may_hold = rules.has_perm("evaluations.hold_pitch", request.user, day)
    steps = {slot.pk: choices(slot, request.user) if may_hold else [] for slot in day.slots.all()}
    coming = waiting[0] if waiting and not (current and current.is_on) else None
    there = set(day.presences.values_list("person", flat=True))
    panel = current.panel if current else []
    sitting = [assignment for assignment in panel if assignment.is_seated]
    shortage = stage.too_few(current, sitting) if current and current.state != Slot.State.REVEALED else ""
    not_in = [assignment.person for assignment in sitting if not assignment.is_submitted]
    correcting = [slot for slot in day.order if slot.is_being_corrected and slot != current]
    return {
        "day": day,
        "call": day.call,
        "stamp": stamp(day),
        "may_hold": may_hold,
        "day_steps": day_steps(day, request.user),
        "current": current,
        "steps": [still_lacking(step, current) for step in steps[current.pk]] if current else [],
        "coming": coming,
        "coming_step": next((step for step in steps[coming.pk] if step.name == "call_up" and not step.blocked), None)
        if coming
        else None,
        "panel": panel,
        "there": there,
        "sheets_in": sum(assignment.is_submitted for assignment in sitting),
        "sitting": len(sitting),
        "not_in": not_in,
        # what was given is nobody's business before every sheet is in
        "shows_totals": bool(current) and current.scores_are_locked and not not_in and not shortage,
        "held": on_hold(panel),
        "shortage": shortage,
        "reduction": current.project.reductions.open().first() if shortage else None,
        "correcting": correcting,
        "rows": [
            (slot, offered(slot, steps[slot.pk], is_on=slot == current), lacking(slot, is_on=slot == current))
            for slot in day.order
        ],
    }


def day_steps(day: PitchDay, user: User) -> list[Choice]:
    """The steps of the session; closing it is offered when everybody was heard, and says whose score is missing."""
    found = [step for step in choices(day, user) if step.name != "close" or not step.blocked]
    return [replace(step, blocked=pitch.unrevealed(day)) if step.name == "close" else step for step in found]


def on_hold(panel: list) -> set[int]:
    """The ids of the assignments whose conflict of interest waits for the clerk."""
    return set(Conflict.objects.open().filter(assignment__in=panel).values_list("assignment", flat=True))


def offered(slot: Slot, steps: list[Choice], *, is_on: bool) -> list[Choice]:
    """The buttons of a slot in the running order; a corrected score is revealed from there when its sheets are in."""
    found = [step for step in steps if not step.blocked]
    if not is_on and slot.state == Slot.State.LOCKED:
        found = [step for step in (still_lacking(one, slot) for one in found) if not step.blocked]
    return found


def lacking(slot: Slot, *, is_on: bool) -> list[str]:
    """Why the score of a project that was heard before is not shown yet; the one on the stage says it at its button."""
    return stage.missing(slot) if slot.state == Slot.State.LOCKED and not is_on else []


def still_lacking(step: Choice, slot: Slot) -> Choice:
    """A button that the verb would refuse says so beforehand."""
    return replace(step, blocked=[*step.blocked, *stage.missing(slot)]) if step.name == "reveal" else step


@login_required
def pitch_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Draw, begin, close, or call off with a reason."""
    if name not in DAY_STEPS:
        raise Http404
    day = find(request, pk)
    return take(request, day, day, name, DAY_STEPS)


@login_required
def slot_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The next step of a project on the stage."""
    if name not in SLOT_STEPS:
        raise Http404
    slot = find_slot(request, pk)
    return take(request, slot, slot.day, name, SLOT_STEPS)


def take(request: HttpRequest, obj: Stateful, day: PitchDay, name: str, verbs: Verbs) -> HttpResponse:
    """Take a step at once, or ask for its reason first; a press on a stale page moves nothing."""
    choice = next((found for found in choices(obj, request.user) if found.name == name), None)
    form = NoteForm(request.POST or None, state=obj.state, needs_note=bool(choice and choice.note))
    if choice is None:
        if request.method != "POST" or not rules.has_perm("evaluations.hold_pitch", request.user, day):
            raise PermissionDenied
        messages.error(request, moved_on(obj))
        return redirect(day)
    if request.method == "POST" and form.is_valid():
        try:
            verbs[name](obj, request.user, form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return redirect(day)
    if request.method == "POST" and not choice.note:  # pressed on the conducting page: it is answered there
        for problem in [problem for problems in form.errors.values() for problem in problems]:
            messages.error(request, problem)
        return redirect(day)
    slot = obj if isinstance(obj, Slot) else None
    context = {"day": day, "call": day.call, "slot": slot, "choice": choice, "form": form}
    return render(request, "evaluations/pitch_step.html", context)


@login_required
def slot_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the running order by hand, with a reason."""
    slot = find_slot(request, pk)
    if not rules.has_perm("evaluations.conduct", request.user, slot) or not slot.is_waiting:
        raise PermissionDenied
    form = MoveForm(request.POST or None, slot=slot)
    if request.method == "POST" and form.is_valid():
        try:
            pitch.move(slot, form.cleaned_data["place"], by=request.user, reason=form.cleaned_data["reason"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The order is changed; the reason is on record."))
            return redirect(slot.day)
    heading = _("Change the order")
    return render(
        request,
        "evaluations/slot_form.html",
        {"slot": slot, "day": slot.day, "call": slot.day.call, "form": form, "heading": heading, "submit": _("Change")},
    )
