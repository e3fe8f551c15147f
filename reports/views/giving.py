"""Papers of giving: for the giver, the group, whoever holds a meeting, and the funder."""

import rules
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from core import clock
from core.workflow import permit
from people.models import Role
from projects.forms import PledgeLedgerFilter
from projects.models import Gift, IntentLetter, Meeting
from projects.views.giving import pledges_of
from projects.views.meetings import schedule_of
from reports import giving_papers as papers
from reports.actions import exports
from reports.ledgers import catalogue, pledges
from reports.pdf import LANGUAGE
from reports.views.documents import respond
from reports.views.imports import send_workbook


@require_safe
@login_required
def gift_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt of what came; there is none before it is confirmed."""
    related = ("pledge__giver", "pledge__project__call__funder", "pledge__project__applicant", "pledge__project__host")
    gift = get_object_or_404(Gift.objects.visible_to(request.user).select_related(*related, "decided_by"), pk=pk)
    permit("projects.see_pledge", request.user, gift.pledge)
    if not gift.counts:
        raise Http404
    return respond(papers.gift_receipt(gift))


@require_safe
@login_required
def meeting_schedule(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole schedule for whoever holds the meeting; one's own talks for givers and groups."""
    meeting = get_object_or_404(Meeting.objects.select_related("organizer"), pk=pk)
    if not meeting.is_planned:
        raise Http404
    if rules.has_perm("projects.run_meeting", request.user, meeting):
        return respond(papers.meeting_schedule(meeting, schedule_of(meeting, None)))
    mine = request.user.organizations_as(Role.MANAGER, Role.STAFF)
    guests = set(meeting.guests.filter(giver__in=mine).values_list("pk", flat=True))
    entries = set(meeting.entries.filter(project__applicant__in=mine).values_list("pk", flat=True))
    if not guests and not entries:
        raise PermissionDenied
    return respond(papers.meeting_schedule(meeting, schedule_of(meeting, (guests, entries))))


@require_safe
@login_required
def intent_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter of intent to print and sign."""
    related = ("talk__meeting__organizer", "talk__guest__giver", "talk__entry__project__applicant")
    letter = get_object_or_404(IntentLetter.objects.visible_to(request.user).select_related(*related), pk=pk)
    return respond(papers.intent_letter(letter))


@require_safe
@login_required
def pledge_ledger(request: HttpRequest) -> HttpResponseBase:
    """The ledger of pairs as a workbook, by the same filter as the page; who took it out is kept."""
    permit("projects.see_pledge_ledger", request.user, None)
    mine = pledges_of(request.user)
    form = PledgeLedgerFilter(request.GET, pledges=mine.order_by())
    with translation.override(LANGUAGE):
        found, words = form.chosen(mine), form.words()
    ledger, chosen = catalogue.LEDGERS["pledges"], [("筛选", words)] if words else []
    exports.record_ledger(by=request.user, ledger=ledger, kind="xlsx", chosen=chosen, rows=found.count())

    def write(file) -> None:
        catalogue.write_list(ledger, pledges.COLUMNS, pledges.rows_of(found), chosen, file)

    return send_workbook(request, f"{ledger.title}-{clock.today():%Y-%m-%d}", write)
