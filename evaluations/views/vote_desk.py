"""Residents' votes for the clerk: prepare and announce one, print slips, take paper ballots."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.forms import NoteForm, add_refusal
from core.views import not_offered
from core.workflow import Refused, choices, permit
from evaluations.actions import paper_ballots, vote_codes, votes
from evaluations.forms import (
    CodeForm,
    EntryForm,
    IssueForm,
    PaperBallotForm,
    PrintingForm,
    SlipReasonForm,
    VoteForm,
)
from evaluations.models import Vote, VoteCode, VoteEntry
from evaluations.views.panels import find as find_call
from evaluations.views.votes import entries_of, find_vote

STEPS = {
    "announce": lambda vote, by, note: votes.announce(vote, by=by),
    "take_back": lambda vote, by, note: votes.take_back(vote, by=by, note=note),
    "call_off": lambda vote, by, note: votes.call_off(vote, by=by, note=note),
}


def held(request: HttpRequest, pk: int) -> Vote:
    """A vote that I see (404) and hold (403)."""
    vote = find_vote(request, pk)
    permit("evaluations.hold_vote", request.user, vote)
    return vote


@login_required
def vote_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a vote for a call."""
    call = find_call(request, pk, "evaluations.confirm")
    return _form(request, Vote(call=call, made_by=request.user))


@login_required
def vote_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is not announced yet."""
    vote = held(request, pk)
    if vote.state != Vote.State.DRAFT:
        raise PermissionDenied
    return _form(request, vote)


def _form(request: HttpRequest, vote: Vote) -> HttpResponse:
    initial = {} if vote.pk else {"title": _("Residents' vote"), "budget": vote.call.budget}
    form = VoteForm(request.POST or None, call=vote.call, instance=vote, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("projects", "communities")}
        try:
            made = votes.prepare(vote, by=request.user, **given, **form.values)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved. Look through it, then announce it."))
            return redirect(made)
    return render(request, "evaluations/vote_form.html", {"call": vote.call, "vote": vote, "form": form})


@login_required
def vote_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """How one project is told on the ballot."""
    found = get_object_or_404(VoteEntry.objects.select_related("vote__call", "project__applicant"), pk=pk)
    vote = held(request, found.vote_id)
    if vote.state != Vote.State.DRAFT:
        raise PermissionDenied
    form = EntryForm(request.POST or None, request.FILES or None, instance=VoteEntry.objects.get(pk=pk))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            votes.describe(found, by=request.user, words=data["words"], picture=data["upload"], clear=data["clear"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Saved."))
            return redirect(vote)
    return render(
        request, "evaluations/vote_entry.html", {"vote": vote, "call": vote.call, "entry": found, "form": form}
    )


@login_required
def vote_step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Announce it, take the announcement back, or call it off: with a look at what that means."""
    vote = find_vote(request, pk)
    choice = next((one for one in choices(vote, request.user) if one.name == name), None)
    if name not in STEPS:
        raise Http404
    if choice is None:
        return not_offered(request, vote, name, seen=vote.state, to=vote)
    form = NoteForm(request.POST or None, state=vote.state, needs_note=choice.note)
    if request.method == "POST" and form.is_valid():
        try:
            STEPS[name](vote, request.user, form.cleaned_data["note"])
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Done."))
            return redirect(vote)
    context = {"vote": vote, "call": vote.call, "choice": choice, "form": form, "entries": entries_of(vote)}
    return render(request, "evaluations/vote_step.html", context)


# -- slips -------------------------------------------------------------------------------------------------


@login_required
def vote_slips(request: HttpRequest, pk: int) -> HttpResponse:
    """The slips of a vote: print more, find one by its number, revoke a printing that is lost."""
    vote = held(request, pk)
    if not vote.is_by_code:
        raise Http404
    form = PrintingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            number = vote_codes.revoke_printing(vote, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            said = ngettext("%(n)s slip of this printing ends.", "%(n)s slips of this printing end.", number)
            messages.success(request, said % {"n": number})
            return redirect("evaluations:vote_slips", pk=pk)
    wanted = request.GET.get("number", "").strip().lstrip("0")
    if wanted.isdecimal() and len(wanted) < 9 and (found := vote.slips.filter(number=wanted).first()):
        return redirect("evaluations:vote_slip", pk=found.pk)
    return slips_page(request, vote, IssueForm(vote=vote), form)


def slips_page(
    request: HttpRequest, vote: Vote, issue: IssueForm, printing: PrintingForm | None = None
) -> HttpResponse:
    """Also shown by whoever prints, when what was asked for cannot be printed."""
    counted = {
        "made": Count("pk"),
        "ended": Count("pk", filter=Q(revoked_at__isnull=False)),
    }
    batches = vote.slips.values("batch", "community__name", "issued_at__date").annotate(**counted).order_by("batch")
    context = {
        "vote": vote,
        "call": vote.call,
        "issue": issue,
        "printing": printing or PrintingForm(),
        "batches": batches,
        "valid": vote.slips.valid().count(),
        "prints": vote.state == Vote.State.ANNOUNCED and not vote.is_over,
        "number": request.GET.get("number", ""),
    }
    return render(request, "evaluations/vote_slips.html", context)


@login_required
def vote_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """One slip that was lost: revoke it, or print another instead (`reports` gives the paper)."""
    slip = get_object_or_404(VoteCode.objects.select_related("community", "replaces", "revoked_by"), pk=pk)
    vote = held(request, slip.vote_id)
    form = SlipReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            vote_codes.revoke(slip, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("The slip is worth nothing any more."))
            return redirect("evaluations:vote_slips", pk=vote.pk)
    return slip_page(request, vote, slip, form)


def slip_page(request: HttpRequest, vote: Vote, slip: VoteCode, form: SlipReasonForm) -> HttpResponse:
    context = {"vote": vote, "call": vote.call, "slip": slip, "form": form, "newer": getattr(slip, "replaced_by", None)}
    return render(request, "evaluations/vote_slip.html", context)


# -- paper -------------------------------------------------------------------------------------------------


@login_required
def vote_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """At the office: a slip is handed in for a paper ballot; papers are keyed, twice, by two people."""
    vote = held(request, pk)
    if not vote.is_by_code or vote.state == Vote.State.DRAFT:
        raise Http404
    stands = entries_of(vote)
    sent = request.POST if request.method == "POST" else {}
    code = CodeForm(sent if "hand_in" in sent else None)
    paper = PaperBallotForm(sent if "key" in sent else None, stands=stands)
    done = _handed_in(request, vote, code) or _keyed(request, vote, paper)
    if done:
        return redirect("evaluations:vote_paper", pk=pk)
    context: dict[str, Any] = {
        "vote": vote,
        "call": vote.call,
        "code": code,
        "paper": paper,
        "handed_in": vote.slips.filter(on_paper=True).count(),
        "rows": _papers(vote, request.user),
        "takes": vote.state == Vote.State.ANNOUNCED and vote.has_opened,
    }
    return render(request, "evaluations/vote_paper.html", context)


def _handed_in(request: HttpRequest, vote: Vote, form: CodeForm) -> bool:
    if not form.is_bound or not form.is_valid():
        return False
    try:
        vote_codes.hand_in(vote, form.cleaned_data["code"], by=request.user)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, _("Taken. Give out one paper ballot for it, without writing the code on it."))
    return True


def _keyed(request: HttpRequest, vote: Vote, form: PaperBallotForm) -> bool:
    if not form.is_bound or not form.is_valid():
        return False
    number = form.cleaned_data["number"]
    try:
        alike = paper_ballots.key(vote, number, by=request.user, approved=form.approved)
    except Refused as refused:
        add_refusal(form, refused)
        return False
    if alike:
        messages.success(request, _("Paper %(n)s: both keyings are the same.") % {"n": number})
    elif vote.papers.filter(number=number).count() == 2:
        messages.warning(
            request,
            _("Paper %(n)s: the two keyings differ. Look at the paper; whoever was wrong keys it again.")
            % {"n": number},
        )
    else:
        messages.success(request, _("Paper %(n)s is keyed once. Another person keys it a second time.") % {"n": number})
    return True


def _papers(vote: Vote, user: Any) -> list[tuple[int, str]]:
    """By number, how far each paper is for this person."""
    settled, rows = vote.settled_papers(), {}
    for paper in vote.papers.select_related("keyed_by"):
        mine = paper.keyed_by_id == user.pk or rows.get(paper.number) == "mine"
        rows[paper.number] = "mine" if mine else "second"
        if paper.turn == 2:
            rows[paper.number] = "done" if paper.number in settled else "differs"
    return sorted(rows.items())
