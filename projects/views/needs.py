"""Needs as the funder works with them: the desk, sorting one out, and taking several together."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core import workflow
from core.forms import NoteForm, SeenState, add_refusal
from core.identifiers import half_width
from core.models import Attachment, Event
from core.paging import page_of
from core.workflow import Refused, disclosed, permit
from grants.actions import needs as actions
from grants.forms import ReviseForm, VouchForm
from grants.models import Need
from people.territory import inside
from projects.similarity import similar_to

PAGE = 20
ALIKE = 0.25
"""Needs are short: a quarter of shared wording is worth a look."""
COMPARED = 2000
FOUND = 20
"""Needs that a search for the main one shows; with more of them it asks for more words."""
SORTABLE = (Need.State.RECEIVED, Need.State.ACCEPTED)


def permit_desk(request: HttpRequest, permission: str = "grants.handle_need") -> None:
    permit(permission, request.user)


def find(request: HttpRequest, pk: int) -> Need:
    """A need for whose place a bureau of mine is responsible; 404 otherwise."""
    found = Need.objects.on_desk_of(request.user).with_names().select_related("entered_by", "vouched_by")
    return get_object_or_404(found, pk=pk)


def find_mine(request: HttpRequest, pk: int) -> Need:
    """The same, for whoever works on it as a clerk there."""
    need = find(request, pk)
    permit("grants.handle_need", request.user, need)
    return need


@login_required
def need_desk(request: HttpRequest) -> HttpResponse:
    """The needs that wait for a clerk, oldest first; others by state."""
    permit_desk(request, "grants.see_needs")
    which = request.GET.get("state", Need.State.RECEIVED)
    found = Need.objects.on_desk_of(request.user).with_names().order_by("received_at", "pk")
    if which in Need.State.values:
        found = found.filter(state=which)
    page = page_of(found, PAGE, request.GET.get("page"))
    context = {"page_obj": page, "which": which, "states": Need.State.choices}
    return render(request, "projects/need_desk.html", context)


@login_required
def need_sort_out(request: HttpRequest, pk: int) -> HttpResponse:
    """One need with those that look like it: accept or decline it; `need_merge` takes it together with another.

    The rest of the funder reads what was said and done, and finds nothing to press.
    """
    permit_desk(request, "grants.see_needs" if request.method == "GET" else "grants.handle_need")
    need = find(request, pk)
    may_handle = rules.has_perm("grants.handle_need", request.user, need)
    if request.method != "GET":
        permit("grants.handle_need", request.user, need)
    step = request.POST.get("step", "")
    form = NoteForm(request.POST if step else None, state=need.state, needs_note=step == "decline")
    if step in ("accept", "decline") and form.is_valid():
        try:
            actions.decide(need, step, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": need.get_state_display()})
            return redirect("projects:need_desk")
    if may_handle and (need.contact or need.contact_phone):
        disclosed("reporter", by=request.user, label=_("Contact of who reported a need seen"), need=need.pk)
    context = {
        "need": need,
        "may_handle": may_handle,
        "form": form,
        "choices": workflow.choices(need, request.user),
        "alike": alike(need, request.user) if may_handle else [],
        "entry": need.entry,
        "merged": need.merged.with_names(),
        "may_unmerge": workflow.can_proceed(need, "unmerge", request.user),
        "needs_vouching": may_handle and need.source == Need.Source.COMMUNITY and need.vouched_by_id is None,
        "vouch_form": VouchForm(),
        "files": Attachment.objects.of(need),
        "events": Event.objects.about(need),
    }
    return render(request, "projects/need_sort_out.html", context)


@login_required
def need_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Word a need as the public will read it."""
    permit_desk(request)
    need = find_mine(request, pk)
    form = ReviseForm(request.POST or None, instance=get_object_or_404(Need, pk=pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.revise(need, by=request.user, values=form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:need_sort_out", pk=pk)
    return render(request, "projects/need_revise.html", {"need": need, "form": form})


@login_required
@require_POST
def need_vouch(request: HttpRequest, pk: int) -> HttpResponse:
    """The clerk has asked at the residents' committee whether it does say so."""
    permit_desk(request)
    need = find_mine(request, pk)
    form = VouchForm(request.POST)
    try:
        actions.vouch(need, by=request.user, note=form.cleaned_data["note"] if form.is_valid() else "")
        messages.success(request, _("Confirmed."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("projects:need_sort_out", pk=pk)


@login_required
def need_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a need together with another: search for that one, see both side by side, and confirm."""
    permit_desk(request)
    need = find_mine(request, pk)
    if need.state not in SORTABLE:
        messages.info(request, _("This need can no longer be merged."))
        return redirect("projects:need_sort_out", pk=pk)
    into = others(need, request.user).filter(pk=_number(request.POST.get("into") or request.GET.get("into"))).first()
    form = SeenState(request.POST or None, state=need.state)
    if request.method == "POST" and into and form.is_valid():
        try:
            actions.merge(need, into, by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Merged. If that was a mistake, it can be taken apart again below."))
            return redirect("projects:need_sort_out", pk=pk)
    words = half_width(request.GET.get("q", ""))[:100].replace("\x00", "").strip()
    found = list(search(need, words, request.user)[: FOUND + 1]) if words else []
    context = {
        "need": need,
        "into": into,
        "form": form,
        "words": words,
        "found": found[:FOUND],
        "more": len(found) > FOUND,
    }
    return render(request, "projects/need_merge.html", context)


@login_required
@require_POST
def need_unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """They were not the same: take them apart again."""
    permit_desk(request)
    need = find_mine(request, pk)
    try:
        actions.unmerge(need, by=request.user)
        messages.success(request, _("Taken apart again."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("projects:need_sort_out", pk=pk)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 15 else 0


def others(need: Need, user):
    """Open needs on the same desk that could speak for this one."""
    return Need.objects.on_desk_of(user).open().with_names().exclude(pk=need.pk)


def search(need: Need, words: str, user):
    """Open needs of the same desk in which all these words stand, or whose code it is."""
    found = others(need, user)
    for word in words.split()[:5]:
        place = Q(community__name__contains=word) | Q(community__street__contains=word)
        found = found.filter(Q(title__contains=word) | Q(text__contains=word) | place | Q(reference=word.upper()))
    return found


def alike(need: Need, user) -> list[tuple[Need, int]]:
    """Open needs of the same district whose words are like these, with the likeness in percent; the likest first."""
    if need.state not in SORTABLE:
        return []
    district = need.community.region_code[:6]
    near = others(need, user).filter(inside("community__region_code", district))
    by_pk = {other.pk: other for other in near.order_by("-received_at")[:COMPARED]}
    texts = {pk: f"{other.title}\n{other.text}" for pk, other in by_pk.items()}
    pairs = similar_to(f"{need.title}\n{need.text}", texts, threshold=ALIKE)
    return [(by_pk[pair.right], round(pair.score * 100)) for pair in pairs[:10]]
