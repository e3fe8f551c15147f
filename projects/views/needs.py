"""Needs as the funder works with them: the desk that sorts them out, and where needs meet no money."""

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core import workflow
from core.forms import NoteForm, add_refusal
from core.workflow import Refused
from grants.actions import needs as actions
from grants.forms import ReviseForm
from grants.models import Need, ServiceField
from people.models import Community
from projects.gaps import Cell, gap_table
from projects.models import Project
from projects.models.state import ENDED, FUNDED, State
from projects.similarity import similar_to

PAGE = 20
ALIKE = 0.25
"""Needs are short: a quarter of shared wording is worth a look."""
COMPARED = 2000


def permit_desk(request: HttpRequest, permission: str = "grants.handle_need") -> None:
    if not rules.has_perm(permission, request.user):
        raise PermissionDenied


@login_required
def need_desk(request: HttpRequest) -> HttpResponse:
    """The needs that wait for a clerk, oldest first; others by state."""
    permit_desk(request, "grants.see_needs")
    which = request.GET.get("state", Need.State.RECEIVED)
    found = Need.objects.with_names().order_by("received_at")
    if which in Need.State.values:
        found = found.filter(state=which)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {"page_obj": page, "which": which, "states": Need.State.choices}
    return render(request, "projects/need_desk.html", context)


@login_required
def need_sort_out(request: HttpRequest, pk: int) -> HttpResponse:
    """One need with those that look like it: accept, decline, or merge it into another."""
    permit_desk(request)
    need = get_object_or_404(Need.objects.with_names(), pk=pk)
    step = request.POST.get("step", "")
    form = NoteForm(request.POST or None, state=need.state, needs_note=step == "decline")
    if request.method == "POST" and form.is_valid():
        try:
            if step == "merge":
                into = get_object_or_404(Need.objects.open(), pk=_number(request.POST.get("into")))
                actions.merge(need, into, by=request.user)
            elif step in ("accept", "decline"):
                actions.decide(need, step, by=request.user, note=form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done: %(step)s") % {"step": need.get_state_display()})
            return redirect("projects:need_desk")
    context = {"need": need, "form": form, "choices": workflow.choices(need, request.user), "alike": alike(need)}
    return render(request, "projects/need_sort_out.html", context)


@login_required
def need_revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Word a need as the public will read it."""
    permit_desk(request)
    need = get_object_or_404(Need.objects.with_names(), pk=pk)
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


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 15 else 0


def alike(need: Need) -> list[tuple[Need, int]]:
    """Open needs of the same district whose words are like these, with the likeness in percent; the likest first."""
    if need.state not in (Need.State.RECEIVED, Need.State.ACCEPTED):
        return []
    district = need.community.region_code[:6]
    others = Need.objects.open().with_names().filter(community__region_code__startswith=district).exclude(pk=need.pk)
    by_pk = {other.pk: other for other in others.order_by("-received_at")[:COMPARED]}
    texts = {pk: f"{other.title}\n{other.text}" for pk, other in by_pk.items()}
    pairs = similar_to(f"{need.title}\n{need.text}", texts, threshold=ALIKE)
    return [(by_pk[pair.right], round(pair.score * 100)) for pair in pairs[:10]]


@login_required
def need_gaps(request: HttpRequest) -> HttpResponse:
    """Need × funded field × community: where needs are open and nothing is funded (S1 「重点购买社区服务真空领域」)."""
    permit_desk(request, "grants.see_needs")
    fields = list(ServiceField.objects.all())
    needs = Need.objects.open().values_list("community", "field")
    funded = Project.objects.filter(state__in=FUNDED).exclude(state__in=ENDED - {State.COMPLETED})
    places = list(funded.values_list("community", "field"))
    places += list(funded.filter(other_communities__isnull=False).values_list("other_communities", "field"))
    table = gap_table(needs, places)
    communities = Community.objects.filter(pk__in=table.communities)
    rows = [
        (community, [table.cell(community.pk, field.pk) for field in fields], table.cell(community.pk, None))
        for community in communities
    ]
    totals: list[Cell] = [table.column(field.pk) for field in fields]
    context = {"fields": fields, "rows": rows, "totals": totals, "unsorted": table.column(None)}
    return render(request, "projects/need_gaps.html", context)
