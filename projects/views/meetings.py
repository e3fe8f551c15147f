"""Speed meetings: announced, signed up for, their schedule, and letters of intent."""

from functools import partial
from typing import Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import add_refusal
from core.paging import page_of
from core.workflow import Refused, permit
from people.models import Role
from projects.actions import meetings
from projects.forms import CancelMeetingForm, EntryForm, GuestForm, IntentForm, MeetingForm
from projects.models import IntentLetter, Meeting, MeetingEntry, MeetingGuest, MeetingTalk
from projects.views.trouble import press

PAGE = 12


def meeting_list(request: HttpRequest) -> HttpResponse:
    """Every meeting, the newest first, for everybody."""
    found = Meeting.objects.select_related("organizer")
    page = page_of(found, PAGE, request.GET.get("page"))
    may_hold = rules.has_perm("projects.hold_meeting", request.user)
    return render(request, "projects/meeting_list.html", {"page_obj": page, "may_hold": may_hold})


@login_required
def meeting_create(request: HttpRequest) -> HttpResponse:
    permit("projects.hold_meeting", request.user, None)
    form = MeetingForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            meeting = meetings.announce(form.save(commit=False), by=request.user)
        except Refused as refused:
            add_refusal(form, refused)
        else:
            messages.success(request, _("Announced: givers and groups can sign up."))
            return redirect(meeting)
    return render(request, "projects/meeting_form.html", {"form": form})


def _meeting(pk: int) -> Meeting:
    return get_object_or_404(Meeting.objects.select_related("organizer"), pk=pk)


@login_required
def meeting_edit(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    permit("projects.run_meeting", request.user, meeting)
    form = MeetingForm(request.POST or None, user=request.user, instance=Meeting.objects.get(pk=pk))
    verb = partial(meetings.change_meeting, meeting, by=request.user)
    if press(request, form, lambda **values: verb(values=values), _("Saved. Whoever has signed up is told.")):
        return redirect(meeting)
    return render(request, "projects/meeting_form.html", {"form": form, "meeting": meeting})


def meeting_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A meeting for everybody; whoever signs up does it here, and reads here with whom they talk and when."""
    meeting = _meeting(pk)
    guests = list(meeting.guests.select_related("giver"))
    entries = list(meeting.entries.select_related("project__applicant", "project__field"))
    holds = rules.has_perm("projects.run_meeting", request.user, meeting)
    context: dict[str, Any] = {"meeting": meeting, "guests": guests, "entries": entries, "holds": holds}
    if request.user.is_authenticated:
        answer = _sign_up(request, meeting, context)
        if answer is not None:
            return answer
        context |= _mine(request.user, guests, entries)
        if meeting.is_planned:
            context["rows"] = schedule_of(meeting, None if holds else context["my_places"])
    return render(request, "projects/meeting_detail.html", context)


def _mine(user: Any, guests: list[MeetingGuest], entries: list[MeetingEntry]) -> dict[str, Any]:
    speaks = set(user.organizations_as(Role.MANAGER, Role.STAFF))
    my_guests = [guest for guest in guests if guest.giver_id in speaks]
    my_entries = [entry for entry in entries if entry.project.applicant_id in speaks]
    places = ({guest.pk for guest in my_guests}, {entry.pk for entry in my_entries})
    return {"my_guests": my_guests, "my_entries": my_entries, "my_places": places}


def _sign_up(request: HttpRequest, meeting: Meeting, context: dict[str, Any]) -> HttpResponse | None:
    """The two forms for signing up, each for whom it can be; the answer when one was sent and taken."""
    if not meeting.takes_guests:
        if request.method == "POST":
            messages.error(request, _("Signing up is over."))
        return None
    who, asked = {"person": request.user.name}, {"user": request.user, "meeting": meeting}
    sent = request.POST if request.method == "POST" else {}
    guest = GuestForm(sent if "guest" in sent else None, initial=_wishes(request, meeting) | who, **asked)
    entry = EntryForm(sent if "entry" in sent else None, initial=who, user=request.user)
    if guest.is_bound and guest.is_valid():
        values = guest.cleaned_data
        verb = partial(meetings.come_as_giver, meeting, values["giver"], by=request.user, person=values["person"])
        if _done(request, guest, partial(verb, wishes=guest.wishes)):
            return redirect(meeting)
    if entry.is_bound and entry.is_valid():
        verb = partial(meetings.come_with_project, meeting, by=request.user, **entry.cleaned_data)
        if _done(request, entry, verb):
            return redirect(meeting)
    context["guest_form"] = guest if guest.fields["giver"].queryset else None
    context["entry_form"] = entry if entry.fields["project"].queryset else None
    return None


def _wishes(request: HttpRequest, meeting: Meeting) -> dict[str, Any]:
    """What one's giver has wished for so far."""
    guest = meeting.guests.filter(giver__in=request.user.gives_for).prefetch_related("wishes").first()
    if guest is None:
        return {}
    return {"giver": guest.giver_id} | {f"wish_{wish.rank}": wish.entry_id for wish in guest.wishes.all()}


def _done(request: HttpRequest, form: Any, verb: Any) -> bool:
    try:
        verb()
    except Refused as refused:
        add_refusal(form, refused)
        return False
    messages.success(request, _("You are signed up."))
    return True


def schedule_of(meeting: Meeting, places: tuple[set[int], set[int]] | None) -> list[MeetingTalk]:
    """The talks in order: all of them, or those of one's own givers and projects."""
    related = ("guest__giver", "entry__project__applicant", "letter")
    talks = list(meeting.talks.select_related(*related))
    for talk in talks:
        talk.meeting = meeting
    if places is None:
        return talks
    guests, entries = places
    return [talk for talk in talks if talk.guest_id in guests or talk.entry_id in entries]


@login_required
@require_POST
def meeting_leave(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Take one's place back: `kind` is guest or entry, `pk` is its id."""
    if kind not in ("guest", "entry"):
        raise Http404
    model = MeetingGuest if kind == "guest" else MeetingEntry
    place = get_object_or_404(model.objects.select_related("meeting"), pk=pk)
    meeting = place.meeting
    try:
        meetings.stay_away(place, by=request.user)
        messages.success(request, _("You are not signed up any more."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(meeting)


@login_required
@require_POST
def meeting_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the schedule made, or made anew."""
    meeting = _meeting(pk)
    permit("projects.run_meeting", request.user, meeting)
    try:
        meetings.make_schedule(meeting, by=request.user)
        messages.success(request, _("The schedule is made. Everybody has it."))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect(meeting)


@login_required
def meeting_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(pk)
    permit("projects.run_meeting", request.user, meeting)
    form = CancelMeetingForm(request.POST or None)
    if press(request, form, partial(meetings.cancel, meeting, by=request.user), _("Everybody is told.")):
        return redirect(meeting)
    return render(request, "projects/meeting_cancel.html", {"form": form, "meeting": meeting})


@login_required
def intent_create(request: HttpRequest, pk: int) -> HttpResponse:
    """After a talk: what the giver thinks of giving."""
    related = ("meeting", "guest__giver", "entry__project__applicant")
    talk = get_object_or_404(MeetingTalk.objects.select_related(*related), pk=pk)
    permit("projects.write_intent", request.user, talk)
    if letter := IntentLetter.objects.filter(talk=talk).first():  # written already, perhaps on another page
        return redirect(letter)
    form = IntentForm(request.POST or None)
    verb = partial(meetings.write_intent, talk, by=request.user)
    if letter := press(request, form, verb, _("The group has your letter of intent.")):
        return redirect(letter)
    return render(request, "projects/intent_form.html", {"form": form, "talk": talk, "meeting": talk.meeting})


@login_required
def intent_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A letter of intent, to be printed and turned into a pledge."""
    related = (
        "talk__meeting__organizer",
        "talk__guest__giver",
        "talk__entry__project__applicant",
        "pledge",
        "written_by",
    )
    letter = get_object_or_404(IntentLetter.objects.visible_to(request.user).select_related(*related), pk=pk)
    may_pledge = not letter.is_pledged and rules.has_perm("projects.pledge", request.user, letter.project)
    may_pledge = may_pledge and request.user.has_role(letter.giver.pk, Role.MANAGER, Role.STAFF)
    context = {"letter": letter, "project": letter.project, "may_pledge": may_pledge}
    return render(request, "projects/intent_detail.html", context)
