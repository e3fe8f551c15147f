"""Paper score sheets: which are to be keyed, keying them twice, settling what differs."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import paper
from evaluations.double_keying import differing
from evaluations.forms import PaperForm, SettleForm
from evaluations.models import Assignment, Purpose
from evaluations.views.panels import find as find_call
from evaluations.views.sheets import find as find_assignment
from projects.models import State


@login_required
def paper_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheets of a call that have not been handed in, and how far each paper has come; found by its number."""
    call = find_call(request, pk, "evaluations.assign")
    number = request.GET.get("number", "").strip().lstrip("0")
    waiting = Assignment.objects.seated().filter(
        project__call=call, purpose=Purpose.REVIEW, project__state=State.IN_REVIEW
    )
    waiting = waiting.select_related("person", "project", "sheet", "project__call", "project__pitch_slot")
    waiting = waiting.prefetch_related("paper_entries__keyed_by").order_by("project__number", "person__name")
    if number.isdecimal() and len(number) < 18 and (found := waiting.filter(pk=number).first()):
        return redirect("evaluations:paper_entry", pk=found.pk)
    context = {
        "call": call,
        "number": number,
        "rows": [(one, standing(one, request.user)) for one in waiting],
    }
    return render(request, "evaluations/paper_list.html", context)


def standing(assignment: Assignment, user) -> str:
    """How far a paper has come, for this person."""
    entries = list(assignment.paper_entries.all())
    if assignment.is_submitted:
        return "paper" if entries else "screen"
    if len(entries) == 2:
        return "differs"
    if entries:
        return "mine" if entries[0].keyed_by_id == user.pk else "second"
    return "first"


@login_required
def paper_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """Key one paper sheet, without seeing what another person keyed; then compare."""
    assignment = find_assignment(request, pk)
    if assignment.is_submitted and assignment.person_id != request.user.pk:
        messages.info(request, _("This sheet has been handed in."))
        return redirect("evaluations:paper_list", pk=assignment.project.call_id)
    call = assignment.project.call
    if not (
        rules.has_perm("evaluations.assign", request.user, call)
        and rules.has_perm("evaluations.key_paper", request.user, assignment)
    ):
        raise PermissionDenied
    entries = list(assignment.paper_entries.select_related("keyed_by"))
    mine = next((entry for entry in entries if entry.keyed_by_id == request.user.pk), None)
    keys_again = mine is not None and "again" in request.GET
    if len(entries) == 2 and not keys_again:
        return _settle(request, assignment, entries, mine)
    form = PaperForm(request.POST or None, assignment=assignment, mine=mine if keys_again else None)
    if request.method == "POST" and form.check_for_submission():
        texts = {name: form.cleaned_data[name] for name in paper.TEXTS}
        try:
            sheet = paper.key(assignment, by=request.user, points=form.points, **texts)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return _keyed(request, assignment, handed_in=sheet is not None)
    context = {
        "assignment": assignment,
        "call": assignment.project.call,
        "form": form,
        "turn": mine.turn if mine else len(entries) + 1,
        "waits": mine is not None and not keys_again,
    }
    return render(request, "evaluations/paper_entry.html", context)


def _keyed(request: HttpRequest, assignment: Assignment, *, handed_in: bool) -> HttpResponse:
    if handed_in:
        messages.success(request, _("Both keyings are the same: the sheet is handed in."))
    elif assignment.paper_entries.count() == 2:
        messages.warning(request, _("The two keyings differ: please look at the paper."))
        return redirect("evaluations:paper_entry", pk=assignment.pk)
    else:
        messages.success(request, _("Keyed once. Another person keys it a second time."))
    return redirect("evaluations:paper_list", pk=assignment.project.call_id)


def _settle(request: HttpRequest, assignment: Assignment, entries: list, mine) -> HttpResponse:
    """The two keyings side by side, with what differs marked."""
    first, second = (entry.cells for entry in entries)
    labels = {str(criterion.pk): criterion.name for criterion in assignment.lines}
    labels |= {"strengths": _("Strengths"), "weaknesses": _("Weaknesses and advice")}
    apart = differing(first, second)
    cells = [(cell, label, first.get(cell, ""), second.get(cell, "")) for cell, label in labels.items()]
    form = SettleForm(request.POST or None, cells=[row for row in cells if row[0] in apart])
    if request.method == "POST" and form.is_valid():
        try:
            paper.settle(assignment, by=request.user, chosen=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Settled: the sheet is handed in."))
            return redirect("evaluations:paper_list", pk=assignment.project.call_id)
    context = {
        "assignment": assignment,
        "call": assignment.project.call,
        "entries": entries,
        "mine": mine,
        "rows": [(*row, form[row[0]] if row[0] in apart else None) for row in cells],
        "form": form,
    }
    return render(request, "evaluations/paper_compare.html", context)
