"""A pitch day for those who follow it by themselves: the judges on their phones, everybody on the screen."""

from dataclasses import dataclass, field

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import scoring
from evaluations.actions.watching import hindrances
from evaluations.forms import SheetForm
from evaluations.models import Assignment, PitchDay, Purpose, Slot
from evaluations.views.pitch import with_slots
from evaluations.views.polling import nothing_new, polled, private
from people.models import User

COMING = 3
"""How many of the next projects the screen names before the first one; while one is on, only the next."""


@dataclass
class Place:
    """What a judge can do about the project that is on; `mode` is also the name of what the page says about it."""

    slot: Slot | None
    mode: str = "none"
    assignment: Assignment | None = None
    form: SheetForm | None = None
    reasons: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Which sheet lies before the judge. While it is the same the page leaves it alone, with all that is typed."""
        return f"{self.slot.pk}.{self.mode}" if self.slot else ""


def place_of(user: User, day: PitchDay, slot: Slot | None) -> Place:
    """Before a judge: nothing yet, a sheet to fill in, one handed in, or why they do not score this project."""
    if slot is None:
        return Place(None)
    mine = Assignment.objects.filter(project=slot.project_id, person=user, purpose=Purpose.REVIEW)
    assignment = mine.select_related("person", "sheet", "project__call__review_rubric").first()
    if assignment is None:
        return Place(slot, "not_asked")
    if assignment.recused_at:
        return Place(slot, "stood_down", assignment, reasons=[assignment.recusal_reason])
    if assignment.is_absent:
        return Place(slot, "absent", assignment, reasons=[assignment.absence_reason])
    if assignment.is_submitted:
        return Place(slot, "done", assignment)
    if reasons := hindrances(assignment):
        return Place(slot, "conflict", assignment, reasons=reasons)
    if rules.has_perm("evaluations.score", user, assignment):  # also a sheet that was unlocked after the scores
        return Place(slot, "open", assignment, SheetForm(assignment=assignment))
    if slot.scores_are_locked:
        return Place(slot, "closed", assignment)
    return Place(slot, "sign_in" if slot.is_scoring else "soon", assignment)


def shown(user: User, day: PitchDay, place: Place | None = None) -> dict:
    """What the judge's page shows."""
    current = day.current
    place = place or place_of(user, day, current)
    mine = Assignment.objects.active().filter(person=user, purpose=Purpose.REVIEW, project__pitch_slot__day=day)
    asked = {one.project_id: one for one in mine.select_related("project").prefetch_related("project__participants")}
    return {
        "day": day,
        "call": day.call,
        "current": current,
        "waiting": [(slot, asked.get(slot.project_id)) for slot in day.waiting],
        "place": place,
        "key": place.key,
        "is_present": day.presences.filter(person=user).exists(),
    }


@login_required
def pitch_judge(request: HttpRequest, pk: int) -> HttpResponse:
    """Follow the session: which project is on, and its score sheet as soon as scoring is open."""
    day = get_object_or_404(with_slots(PitchDay.objects.judged_by(request.user)), pk=pk)
    place = None
    if request.method == "POST":
        place = place_sent(request, day)
        if place is None:
            return redirect("evaluations:pitch_judge", pk=pk)
    return private(render(request, "evaluations/pitch_judge.html", shown(request.user, day, place)))


def place_sent(request: HttpRequest, day: PitchDay) -> Place | None:
    """Keep or hand in the sheet that was sent; None when that is done, else the sheet with what is wrong about it."""
    sent = request.POST.get("assignment", "")
    mine = Assignment.objects.filter(person=request.user, purpose=Purpose.REVIEW, project__pitch_slot__day=day)
    related = ("person", "sheet", "project__call__review_rubric")
    found = mine.select_related(*related).filter(pk=int(sent) if sent.isdecimal() and len(sent) < 18 else 0).first()
    if found is None:
        raise Http404
    form = SheetForm(request.POST, assignment=found)
    place = Place(next(slot for slot in day.slots.all() if slot.project_id == found.project_id), "open", found, form)
    submit = "submit" in request.POST
    if not (form.check_for_submission() if submit else form.is_valid()):
        return place
    texts = {name: form.cleaned_data[name] for name in ("strengths", "weaknesses")}
    verb = scoring.submit_sheet if submit else scoring.save_sheet
    try:
        verb(found, by=request.user, points=form.points, **texts)
    except Refused as refused:
        add_refusal(form, refused)
        return place
    except PermissionDenied:
        form.add_error(None, _("The scoring of this project is closed; nothing can be handed in any more."))
        return place
    if submit:
        messages.success(request, _("Your sheet is submitted and locked. Thank you."))
    elif "quiet" not in request.POST:
        messages.success(request, _("The draft is saved; only you can see it."))
    return None


@polled
def pitch_judge_live(request: HttpRequest, pk: int) -> HttpResponse:
    """What is on now, and the sheet when another one lies before the judge; POST keeps what is typed as a draft."""
    found = PitchDay.objects.judged_by(request.user)
    if request.method == "POST":
        place_sent(request, get_object_or_404(with_slots(found), pk=pk))
        return nothing_new()
    day = get_object_or_404(found, pk=pk)
    if request.GET.get("seen") == str(day.revision):
        return nothing_new()
    context = shown(request.user, with_slots(found).get(pk=pk))
    place, before = context["place"], request.GET.get("sheet", "")
    # A sheet that is closed while somebody types stays as it is: what was typed can be read, or handed in if reopened.
    closed_under_the_pen = place.mode == "closed" and before == f"{place.slot.pk}.open"
    context["key"] = before if closed_under_the_pen else place.key
    context["swap"] = context["key"] != before
    return render(request, "evaluations/_pitch_judge_live.html", context)


@require_safe
def pitch_screen(request: HttpRequest, token: str) -> HttpResponse:
    """For the projector, without an account: who is on, who comes next, the time, the score once it is revealed."""
    day = get_object_or_404(with_slots(PitchDay.objects.all()), screen_token=token)
    return private(render(request, "evaluations/pitch_screen.html", screen(day)))


@require_safe
def pitch_screen_live(request: HttpRequest, token: str) -> HttpResponse:
    """The same without the frame; nothing while nothing has happened."""
    day = get_object_or_404(PitchDay, screen_token=token)
    if request.GET.get("seen") == str(day.revision):
        return private(nothing_new())
    day = with_slots(PitchDay.objects.all()).get(pk=day.pk)
    return private(render(request, "evaluations/_pitch_screen.html", screen(day)))


def screen(day: PitchDay) -> dict:
    current, order = day.current, day.order
    return {
        "day": day,
        "call": day.call,
        "current": current,
        "waiting": day.waiting[: 1 if current else COMING],
        "order": order,
        "correcting": [slot for slot in order if slot.is_being_corrected and slot != current],
    }
