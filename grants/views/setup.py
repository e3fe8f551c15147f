"""Setting up a call without a developer: from a template or last year's, part by part, then published."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused, Stale, permit
from grants.actions import calls
from grants.comparison import compare
from grants.descriptions import TABLES, describe, describe_rows, describe_table, fingerprint, shown
from grants.forms import (
    BonusRuleFormSet,
    BudgetRuleFormSet,
    CloneForm,
    EligibilityFormSet,
    FromPresetForm,
    PanelRuleFormSet,
    PaperFormSet,
    TakeOverForm,
    TermsForm,
    TieBreakFormSet,
    TrackFormSet,
    taken_over,
)
from grants.models import Call
from grants.presets import preset
from grants.soundness import gaps, notes
from people.models import Organization, Role


@dataclass(frozen=True)
class Part:
    """One part of the set-up with its rows."""

    title: Any
    lead: Any
    formset: Callable[..., Any]
    prefix: str
    add: Any


PARTS = {
    "tracks": Part(
        gettext_lazy("Tracks"),
        gettext_lazy("Who may apply, for how much, and with which form. Each legal status has its own track."),
        TrackFormSet,
        "tracks",
        gettext_lazy("Add a track"),
    ),
    "conditions": Part(
        gettext_lazy("Conditions for applicants"),
        gettext_lazy("What the eligibility check asks. Every condition says on which rule it rests."),
        EligibilityFormSet,
        "conditions",
        gettext_lazy("Add a condition"),
    ),
    "budget": Part(
        gettext_lazy("Budget rules"),
        gettext_lazy("Warned of while a draft is written, enforced when it is submitted, to the fen."),
        BudgetRuleFormSet,
        "budget",
        gettext_lazy("Add a rule"),
    ),
    "papers": Part(
        gettext_lazy("Papers"),
        gettext_lazy("What must be handed in with a proposal."),
        PaperFormSet,
        "papers",
        gettext_lazy("Add a paper"),
    ),
    "panels": Part(
        gettext_lazy("Panels"),
        gettext_lazy("Which experts every panel must have, for example one for finance and one for social work."),
        PanelRuleFormSet,
        "panels",
        gettext_lazy("Add a rule"),
    ),
    "bonuses": Part(
        gettext_lazy("Bonuses"),
        gettext_lazy("Points added to the experts' score and always shown apart from it."),
        BonusRuleFormSet,
        "bonuses",
        gettext_lazy("Add a bonus"),
    ),
    "ties": Part(
        gettext_lazy("Equal scores"),
        gettext_lazy(
            "What decides between equal scores, in this order; in the end a recorded lot. "
            "Empty: the criteria in the order of the rubric, then the lower request."
        ),
        TieBreakFormSet,
        "ties",
        gettext_lazy("Add a step"),
    ),
}
TAKES_CALL = ("papers", "ties")
"""Parts whose rows choose from other parts of the same call."""


def permit_clerk(request: HttpRequest) -> None:
    if not Organization.objects.funders_of(request.user, Role.STAFF).exists():
        raise PermissionDenied


def draft(request: HttpRequest, pk: int) -> Call:
    """A call this clerk may change; 403 once it is published."""
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    permit("grants.change_call", request.user, call)
    return call


@login_required
def call_create(request: HttpRequest) -> HttpResponse:
    """A new call from a ready template, or from last year's call."""
    permit_clerk(request)
    which = "clone" if "clone" in request.POST or "clone" in request.GET else "preset"
    given = {which: request.POST} if request.method == "POST" else {}
    start = FromPresetForm(given.get("preset"), user=request.user, prefix="preset")
    copy = CloneForm(given.get("clone"), user=request.user, prefix="clone")
    form = copy if which == "clone" else start
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            if which == "clone":
                call = calls.clone(data.pop("original"), by=request.user, **data)
            else:
                chosen = preset(data.pop("template"), data.pop("mode"))
                call = calls.begin_from_preset(chosen, by=request.user, **data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The draft is made. Look through its parts; nothing is public yet."))
            return redirect("grants:call_compare" if which == "clone" else "grants:call_edit", pk=call.pk)
    return render(request, "grants/call_create.html", {"start": start, "copy": copy, "which": which})


@login_required
def call_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The terms of a call that is not published yet: dates, money, judging, time limits."""
    call = draft(request, pk)
    form = TermsForm(request.POST or None, instance=draft(request, pk), user=request.user)
    context: dict[str, Any] = {"call": call, "form": form, "parts": PARTS, "gaps": gaps(call), "notes": notes(call)}
    if request.method == "POST" and form.is_valid():
        mode = call.mode
        try:
            with calls.changing(call, by=request.user, what=_("terms"), seen=request.POST.get("seen", "")):
                form.save()
        except Stale as stale:
            add_refusal(form, stale)
            context["clashes"] = _differing(draft(request, pk), form)
        else:
            messages.success(request, _("The call is saved. It is not public before it is published."))
            if form.instance.mode not in ("", mode):
                return redirect(f"{reverse('grants:call_take_over', args=[pk])}?mode={form.instance.mode}")
            return redirect("grants:call_edit", pk=pk)
    typed_on = request.POST.get("seen") if "clashes" not in context else None
    return render(request, "grants/call_form.html", context | {"seen": typed_on or fingerprint(call)})


def _differing(stored: Call, form: TermsForm) -> list[tuple[str, str]]:
    """The fields that say something else in the store than in the form: label and what is stored."""
    typed = form.instance
    found = []
    for name, value in form.cleaned_data.items():
        field = Call._meta.get_field(name)
        now = shown(stored, field)
        said = "、".join(str(each) for each in value) if field.many_to_many else shown(typed, field)
        if now != said:
            found.append((form.fields[name].label, now or "—"))
    return found


@login_required
def call_part(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """One part of a call: its tracks, conditions, budget rules or papers."""
    if part not in PARTS:
        raise Http404
    call, table = draft(request, pk), PARTS[part]
    formset = _rows(call, part, request.POST or None)
    seen = request.POST.get("seen", "") or fingerprint(call, part)
    clash, clashes = "", []
    if request.method == "POST":
        try:
            if calls.is_stale(call, part, seen):  # said first: rows removed meanwhile are no mistake of who typed
                raise Stale(calls.stale_words(call))
            if formset.is_valid():
                with calls.changing(call, by=request.user, what=str(table.title), part=part, seen=seen):
                    formset.save()
                messages.success(request, _("Saved."))
                return redirect("grants:call_part", pk=pk, part=part)
        except Stale as stale:
            call, clash = draft(request, pk), str(stale)
            stored = {str(row) for row in getattr(call, TABLES[part].relation).values_list("pk", flat=True)}
            formset = _rows(call, part, taken_over(request.POST, table.prefix, stored))
            seen, clashes = fingerprint(call, part), _stored_rows(call, part, formset)
    context = {
        "call": call,
        "part": part,
        "shown": table,
        "formset": formset,
        "seen": seen,
        "clash": clash,
        "clashes": clashes,
        "parts": PARTS,
        "gaps": [gap for gap in gaps(call) if gap.section == part],
        "notes": [note for note in notes(call) if note.section == part],
    }
    return render(request, "grants/call_part.html", context)


def _rows(call: Call, part: str, sent: QueryDict | None) -> Any:
    kwargs = {"form_kwargs": {"call": call}} if part in TAKES_CALL else {}
    return PARTS[part].formset(sent, instance=call, prefix=PARTS[part].prefix, **kwargs)


def _stored_rows(call: Call, part: str, formset: Any) -> list[tuple[str, str]]:
    """What the table says now where it differs from what was typed; all of it while the typed rows are not valid."""
    stored = describe_table(call, part)
    typed = []
    if formset.is_valid():
        kept = [form.instance for form in formset if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        typed = describe_rows(str(TABLES[part].section), kept)
    return [(difference.name, difference.new or "—") for difference in compare(typed, stored)]


@login_required
def call_take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """The rules of a template in a practice mode for this draft: first what they would change, then taken over."""
    call = draft(request, pk)
    asked = request.POST if request.method == "POST" else request.GET if "template" in request.GET else None
    form = TakeOverForm(asked, initial={"mode": request.GET.get("mode", call.mode)})
    differences = None
    if asked is not None and form.is_valid():
        chosen = preset(form.cleaned_data["template"], form.cleaned_data["mode"])
        if request.method == "POST":
            calls.take_over_rules(call, chosen, by=request.user)
            messages.success(request, _("The rules are taken over. Look through them."))
            return redirect("grants:call_part", pk=pk, part="conditions")
        rows = calls.rules_of(call, chosen)
        new = [each for key in rows for each in describe_rows(str(TABLES[key].section), rows[key])]
        differences = compare([each for key in rows for each in describe_table(call, key)], new)
    context = {"call": call, "form": form, "differences": differences, "parts": PARTS}
    return render(request, "grants/call_take_over.html", context)


@login_required
def call_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What this call says otherwise than the one it was made from, or than another of the same funder."""
    call = get_object_or_404(Call.objects.visible_to(request.user).select_related("cloned_from"), pk=pk)
    if not request.user.has_role(call.funder_id):
        raise PermissionDenied
    others = Call.objects.filter(funder=call.funder_id).exclude(pk=pk)
    chosen = request.GET.get("with", "")
    other = others.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 15 else call.cloned_from
    differences = compare(describe(other), describe(call)) if other else None
    context = {"call": call, "other": other, "others": others, "differences": differences}
    return render(request, "grants/call_compare.html", context)


@login_required
@require_POST
def call_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """The approver publishes a call that contradicts itself nowhere."""
    verb = partial(calls.publish, read=request.POST.get("read", ""))
    return _decide(request, pk, verb, _("The call is published."))


@login_required
@require_POST
def call_conclude(request: HttpRequest, pk: int) -> HttpResponse:
    """The approver says that no more awards will come from a call."""
    return _decide(request, pk, calls.conclude, _("Concluded. What was not awarded is free in the fund again."))


def _decide(request: HttpRequest, pk: int, verb: Callable[..., Call], done: str) -> HttpResponse:
    call = get_object_or_404(Call.objects.visible_to(request.user), pk=pk)
    try:
        verb(call, by=request.user)
        messages.success(request, done)
    except Refused as refused:
        for reason in refused.reasons:
            messages.error(request, reason)
    return redirect(call)
