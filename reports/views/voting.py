"""Voting slips as paper. They are made by a button, never by a link: each printing makes codes that were not there."""

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.workflow import Refused
from evaluations.actions import vote_codes
from evaluations.forms import IssueForm, SlipReasonForm
from evaluations.models import Vote, VoteCode
from evaluations.views.vote_desk import held, slip_page, slips_page
from reports.views.documents import respond
from reports.voting_slips import voting_slips


@login_required
@require_POST
def vote_slips(request: HttpRequest, pk: int) -> HttpResponse:
    """Make codes for the households of a community and give out their slips, this once."""
    vote = held(request, pk)
    form = IssueForm(request.POST, vote=vote)
    if form.is_valid():
        try:
            slips = vote_codes.issue(vote, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return _paper(request, vote, slips)
    return slips_page(request, vote, form)


@login_required
@require_POST
def vote_slip_again(request: HttpRequest, pk: int) -> HttpResponse:
    """A slip instead of one that was lost."""
    slip = get_object_or_404(VoteCode.objects.select_related("community", "vote"), pk=pk)
    vote = held(request, slip.vote_id)
    form = SlipReasonForm(request.POST)
    if form.is_valid():
        try:
            made = vote_codes.reissue(slip, by=request.user, **form.cleaned_data)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            return _paper(request, vote, [made])
    return slip_page(request, vote, slip, form)


def _paper(request: HttpRequest, vote: Vote, slips: Sequence[vote_codes.Slip]) -> HttpResponse:
    def address_of(code: str) -> str:
        return request.build_absolute_uri(reverse("evaluations:vote_by_code", args=[code]))

    page = request.build_absolute_uri(reverse("evaluations:vote_code")).partition("://")[2]
    document = voting_slips(vote, slips, page=page, address_of=address_of)
    response = respond(document)
    # saved, not shown: a page that is loaded again would print codes again
    response["Content-Disposition"] = content_disposition_header(True, document.filename) or "attachment"
    return response
