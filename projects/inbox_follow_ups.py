"""What waits for a person after the end of projects: groups answer, mentors and clerks call who is silent."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from core.inbox import Task
from people.models import Role, User
from projects.actions.follow_ups import path_of
from projects.models import FollowUp, Part, Participant

CALL_WITHIN = timedelta(days=14)


def waiting_for(user: User) -> Iterator[Task]:
    found = FollowUp.objects.open().select_related("project")
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    for asked in found.filter(project__applicant__in=mine):
        if asked.link_is_open:
            yield _task(asked, _("Say whether the project goes on"), path_of(asked), asked.answer_until)
    coached = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    mine_to_call = Q(project__funder__in=user.organizations_as(Role.STAFF)) | Q(project__in=coached)
    for asked in found.silent().filter(mine_to_call):
        url = reverse("projects:follow_up_detail", args=[asked.pk])
        assert asked.answer_until is not None  # it was asked
        yield _task(asked, _("Call the group: no answer how it goes on"), url, asked.answer_until + CALL_WITHIN)


def _task(asked: FollowUp, what: str, url: str, due_on) -> Task:
    return Task(asked.project.title, what, url, due_on, None, funder_id=asked.project.funder_id)
