"""Residents' votes for everybody: what is announced, the ballot on the phone, the result and the published ballots."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import rules
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.forms import add_refusal
from core.models import Event
from core.strangers import sender_of
from core.views import given_out
from core.workflow import Refused, choices
from evaluations import vote_codes
from evaluations.actions import balloting, votes
from evaluations.forms import BallotForm, CodeForm
from evaluations.models import Ballot, Vote, VoteEntry
from evaluations.published_vote import FORMAT, as_csv
from evaluations.vote_count import Count, count, digest_of
from projects.models import Notice

UNCHANGED = "public, max-age=600"


def find_vote(request: HttpRequest, pk: int) -> Vote:
    """A vote that this person may see (404)."""
    seen = Vote.objects.visible_to(request.user)
    return get_object_or_404(seen.select_related("call__funder", "call__fund", "track"), pk=pk)


def entries_of(vote: Vote) -> list[VoteEntry]:
    related = ("project__applicant", "project__community", "project__field")
    return list(vote.entries.select_related(*related).prefetch_related("project__budget_lines"))


def counted(vote: Vote) -> Count:
    """The count again, from what is stored: the same as then, so that every step can be shown."""
    amounts = {number: amount for number, amount in _amounts(vote).items() if number in vote.result["votes"]}
    return count(votes.ballots_of(vote), amounts, budget=vote.budget, method=vote.method, seed=vote.seed)


def _amounts(vote: Vote) -> dict[str, Decimal]:
    return {number: amount or Decimal(0) for number, amount in vote.entries.values_list("project__number", "amount")}


@require_safe
def vote_list(request: HttpRequest) -> HttpResponse:
    """Votes that are announced, open or counted, the newest first; to the funder also what it prepares."""
    found = Vote.objects.visible_to(request.user).select_related("call__funder")
    open_now = [vote for vote in found if vote.is_open]
    return render(
        request,
        "evaluations/vote_list.html",
        {"votes": found[:50], "form": CodeForm() if any(vote.is_by_code for vote in open_now) else None},
    )


@never_cache
@require_safe
def vote_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One vote: what was announced, how many have voted, and from its end on the result with every step."""
    vote = find_vote(request, pk)
    votes.close_if_ended(vote)
    entries = entries_of(vote)
    context: dict[str, Any] = {
        "vote": vote,
        "call": vote.call,
        "entries": entries,
        "turnout": vote.ballots.count(),
        "slips": vote.slips.valid().count() if vote.is_by_code else None,
        "seed_digest": digest_of(vote.seed) if vote.seed else "",
        "form": CodeForm() if vote.is_open and vote.is_by_code else None,
        "choices": choices(vote, request.user),
        "holds": rules.has_perm("evaluations.hold_vote", request.user, vote),
        "called_off": Event.objects.about(vote).filter(name="call_off").last(),
    }
    if vote.is_counted:
        context |= _result(vote, entries)
        context["notices"] = Notice.objects.filter(call=vote.call).order_by("-pk")[:3]
    return render(request, "evaluations/vote_detail.html", context)


def _result(vote: Vote, entries: list[VoteEntry]) -> dict[str, Any]:
    found, titles = counted(vote), {entry.project.number: entry for entry in entries}
    equal: dict[int, int] = {}
    for line in found.lines:
        equal[line.votes] = equal.get(line.votes, 0) + 1
    return {
        "tally": found,
        "lines": [(line, titles[line.number], equal[line.votes] > 1) for line in found.lines],
        "left_out": [entry for entry in entries if entry.project.number not in found.votes],
        "left": vote.budget - found.spent,
        "papers": vote.ballots.filter(is_paper=True).count(),
    }


@require_safe
def vote_ballots(request: HttpRequest, pk: int) -> HttpResponse:
    """The published ballots to read; a voter finds their own by its number."""
    vote = _counted_or_404(request, pk)
    titles = {entry.project.number: entry.project.title for entry in entries_of(vote)}
    wanted = "".join(request.GET.get("number", "").split()).upper()[:40]
    found = sorted(votes.ballots_of(vote).items())
    shown = [(number, [(one, titles[one]) for one in sorted(approved)]) for number, approved in found]
    mine = [line for line in shown if line[0] == wanted] if wanted else []
    context = {"vote": vote, "call": vote.call, "ballots": shown, "wanted": wanted, "mine": mine}
    return render(request, "evaluations/vote_ballots.html", context)


@require_safe
def vote_ballots_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The table of which the digest was printed, byte for byte."""
    vote = _counted_or_404(request, pk)
    response = HttpResponse(as_csv(votes.ballots_of(vote)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="vote-{vote.pk}-ballots.csv"'
    response["Cache-Control"] = UNCHANGED
    return response


@require_safe
def vote_ballots_json(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that a count needs: `manage.py recount_vote FILE`, or a program of one's own."""
    vote = _counted_or_404(request, pk)
    response = JsonResponse(document(vote), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="vote-{vote.pk}.json"'
    response["Cache-Control"] = UNCHANGED
    return response


def document(vote: Vote) -> dict[str, Any]:
    """A counted vote as it is published."""
    return {
        "format": FORMAT,
        "vote": vote.title,
        "call": vote.call.code,
        "opens_at": vote.opens_at.isoformat(),
        "closes_at": vote.closes_at.isoformat(),
        "method": vote.method,
        "budget": str(vote.budget),
        "max_approvals": vote.max_approvals,
        "within_budget": vote.within_budget,
        "seed": vote.seed,
        "seed_sha256": digest_of(vote.seed),
        "ballots_sha256": vote.digest,
        "projects": [
            {
                "number": entry.project.number,
                "title": entry.project.title,
                "amount": str(entry.amount),
                "counts": entry.project.number in vote.result["votes"],
            }
            for entry in entries_of(vote)
        ],
        "ballots": [
            {"number": number, "approves": sorted(approved)}
            for number, approved in sorted(votes.ballots_of(vote).items())
        ],
        "result": {"chosen": vote.result["numbers"], "votes": vote.result["votes"], "spent": vote.result["spent"]},
    }


def _counted_or_404(request: HttpRequest, pk: int) -> Vote:
    vote = find_vote(request, pk)
    if not vote.is_counted:
        raise Http404
    return vote


@require_safe
def vote_picture(request: HttpRequest, pk: int) -> HttpResponseBase:
    entry = get_object_or_404(
        VoteEntry.objects.exclude(picture=""), pk=pk, vote__in=Vote.objects.visible_to(request.user)
    )
    response = FileResponse(entry.picture.open("rb"), content_type="image/jpeg")
    given_out(response)["Cache-Control"] = UNCHANGED
    return response


# -- voting ------------------------------------------------------------------------------------------------


@never_cache
def vote_code(request: HttpRequest) -> HttpResponse:
    """Where the code of a slip is typed."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            slip = balloting.slip_of(form.cleaned_data["code"], sender=sender_of(request))
        except Refused as refused:
            add_refusal(form, refused)
        else:
            if slip is not None:
                plain = vote_codes.normalise(form.cleaned_data["code"])
                return redirect("evaluations:vote_by_code", code=vote_codes.shown(plain))
            form.add_error("code", _wrong_code(form.cleaned_data["code"]))
    return render(request, "evaluations/vote_code.html", {"form": form})


def _wrong_code(code: str) -> str:
    if balloting.was_revoked(code):
        return _("This slip has been revoked. Please ask the office.")
    return _("This code is not valid. It has ten letters and figures; there is no 0, O, 1 and I in it.")


@never_cache
def vote_by_code(request: HttpRequest, code: str) -> HttpResponse:
    """Behind the QR code of a slip: the ballot, and what was cast with it so far."""
    try:
        slip = balloting.slip_of(code, sender=sender_of(request))
    except Refused as refused:
        form = CodeForm({"code": code})
        add_refusal(form, refused)
        return render(request, "evaluations/vote_code.html", {"form": form})
    if slip is None:
        form = CodeForm({"code": code})
        form.add_error("code", _wrong_code(code))
        return render(request, "evaluations/vote_code.html", {"form": form}, status=404)
    plain = vote_codes.normalise(code)
    voter = vote_codes.voter_by_code(slip.vote_id, plain)
    page = _Ballot(request, slip.vote, balloting.ballot_of(slip.vote, voter), on_paper=slip.on_paper)
    return page.answer(lambda approved: balloting.cast_with_code(slip, plain, approved=approved))


@never_cache
def vote_by_device(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballot of an open vote: one a phone."""
    vote = get_object_or_404(Vote.objects.announced().select_related("call"), pk=pk)
    if vote.is_by_code:
        return render(request, "evaluations/vote_code.html", {"form": CodeForm()})
    device = request.get_signed_cookie(vote_codes.DEVICE, default="", salt=vote_codes.DEVICE) or vote_codes.new_device()
    voter = vote_codes.voter_by_device(vote.pk, device)
    page = _Ballot(request, vote, balloting.ballot_of(vote, voter))
    response = page.answer(
        lambda approved: balloting.cast_with_device(vote, device, sender=sender_of(request), approved=approved)
    )
    if response.status_code == 302:
        response.set_signed_cookie(
            vote_codes.DEVICE,
            device,
            salt=vote_codes.DEVICE,
            max_age=vote_codes.DEVICE_FOR,
            httponly=True,
            samesite="Lax",
            secure=request.is_secure(),
        )
    return response


class _Ballot:
    """The three faces of a ballot's page: to tick, to look over what is ticked, and what was cast with its number."""

    def __init__(self, request: HttpRequest, vote: Vote, mine: Ballot | None, *, on_paper: bool = False) -> None:
        self.request, self.vote, self.mine, self.on_paper = request, vote, mine, on_paper
        self.stands = entries_of(vote)

    def answer(self, cast: Callable[[list[int]], Ballot]) -> HttpResponse:
        request, sent = self.request, self.request.method == "POST"
        form = BallotForm(
            request.POST if sent else None,
            vote=self.vote,
            stands=self.stands,
            initial={"approves": self.mine.approved if self.mine else []},
        )
        checked = sent and form.is_valid()
        if checked and "cast" in request.POST:
            if form.is_trapped:
                return redirect(request.path)  # a program: it learns nothing from the answer
            try:
                cast(form.approved)
            except Refused as refused:
                add_refusal(form, refused)
                checked = False
            else:
                return redirect(request.path)
        looks_over = checked and "again" not in request.POST
        if looks_over:
            face = "check"
        elif not sent and (self.on_paper or not self.vote.is_open or (self.mine and "change" not in request.GET)):
            face = "cast"
        else:
            face = "tick"
        approved = set(form.approved) if looks_over else set(self.mine.approved if self.mine else ())
        chosen = [entry for entry in self.stands if entry.project_id in approved]
        context = {
            "vote": self.vote,
            "form": form,
            "face": face,
            "mine": self.mine,
            "on_paper": self.on_paper,
            "entries": self.stands,
            "ticked": form.ticked,
            "chosen": chosen,
            "total": sum((entry.amount or Decimal(0) for entry in chosen), Decimal(0)),
        }
        return render(request, "evaluations/vote_ballot.html", context)
