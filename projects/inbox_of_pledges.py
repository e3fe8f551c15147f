"""What pledges and speed meetings ask of people: of the giver, the group, the clerk, and whoever holds a meeting."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from people.models import Role, User
from projects.actions.pledges import ANSWER_WITHIN
from projects.models import Gift, IntentLetter, Meeting, Pledge


def waiting_for(user: User) -> list[Task]:
    return [*_group(user), *_giver(user), *_clerk(user), *_meetings(user)]


def _group(user: User) -> Iterator[Task]:
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    found = Pledge.objects.filter(project__applicant__in=mine, state__in=[Pledge.State.OFFERED, *Pledge.AWAITED])
    for pledge in found.select_related("project", "giver").prefetch_related("gifts"):
        funder_id, url = pledge.project.funder_id, pledge.get_absolute_url()
        words = {"giver": pledge.giver, "what": pledge.what}
        if pledge.state == Pledge.State.OFFERED:
            due_on = clock.localdate(pledge.offered_at) + ANSWER_WITHIN
            what = _("Answer the pledge of %(giver)s: %(what)s") % words
            yield Task(pledge.project.title, what, url, due_on, pledge.offered_at, "wait", funder_id)
        elif pledge.can_come:
            what = _("Record what %(giver)s has given: %(what)s") % words
            yield Task(pledge.project.title, what, url, pledge.due_on, pledge.state_since, "info", funder_id)


def _giver(user: User) -> Iterator[Task]:
    mine = user.organizations_as(Role.MANAGER, Role.STAFF) if user.gives_for else []
    if not mine:
        return
    promised = Pledge.objects.filter(giver__in=mine, state__in=Pledge.AWAITED)
    for pledge in promised.select_related("project").prefetch_related("gifts"):
        what = _("Give what you have promised: %(what)s") % {"what": pledge.what}
        yield Task(pledge.project.title, what, pledge.get_absolute_url(), pledge.due_on, pledge.state_since)
    letters = IntentLetter.objects.filter(talk__guest__giver__in=mine, pledge__isnull=True, until__gte=clock.today())
    for letter in letters.select_related("talk__entry__project"):
        what = _("Decide on your letter of intent %(number)s") % {"number": letter.number}
        yield Task(letter.project.title, what, letter.get_absolute_url(), letter.until, letter.written_at)


def _clerk(user: User) -> Iterator[Task]:
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    waiting = Gift.objects.waiting().filter(pledge__project__funder__in=funders).exclude(recorded_by=user)
    # Who belongs to the giver, or gives to the project in any other way, does not confirm it.
    waiting = waiting.exclude(pledge__giver__in=user.gives_for)
    for gift in waiting.select_related("pledge__project", "pledge__giver"):
        due_on = clock.localdate(gift.recorded_at) + ANSWER_WITHIN
        what = _("Confirm what %(giver)s has given") % {"giver": gift.pledge.giver}
        url, funder_id = gift.get_absolute_url(), gift.project.funder_id
        yield Task(gift.project.title, what, url, due_on, gift.recorded_at, "wait", funder_id)


def _meetings(user: User) -> Iterator[Task]:
    held = user.organizations_as(Role.MANAGER, Role.STAFF, Role.MENTOR)
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not held:
        return
    coming = Meeting.objects.standing().filter(starts_at__gt=clock.now())
    for meeting in coming.filter(organizer__in=held, planned_at__isnull=True, closes_on__lt=clock.today()):
        day = clock.localdate(meeting.starts_at)
        yield Task(meeting.title, _("Have the schedule of the meeting made"), meeting.get_absolute_url(), day)
    takes_part = Q(guests__giver__in=mine) | Q(entries__project__applicant__in=mine)
    for meeting in coming.filter(takes_part, planned_at__isnull=False).distinct():
        day, url = clock.localdate(meeting.starts_at), reverse("projects:meeting_detail", args=[meeting.pk])
        yield Task(meeting.title, _("Come to the meeting: your talks are fixed"), url, day, meeting.planned_at)
