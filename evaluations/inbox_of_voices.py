"""What waits for people around what residents say: words to look at, odd answers, reports, words to answer."""

from collections.abc import Iterator

import rules
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.inbox import Task
from evaluations.models import Grievance, Voice
from people.models import Role, User
from projects.models import Part, Participant, Project


def waiting_for(user: User) -> Iterator[Task]:
    yield from _words(user)
    yield from _odd(user)
    yield from _reports(user)


def _words(user: User) -> Iterator[Task]:
    """One task a project whose words wait, for the funder's clerks and its mentor."""
    mentored = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    funders = user.organizations_as(Role.STAFF)
    waiting = Voice.objects.to_moderate()
    mine = Project.objects.filter(call__funder__in=funders) | Project.objects.filter(pk__in=mentored)
    numbers = list(waiting.filter(project__in=mine).values_list("project", flat=True))
    for project in Project.objects.filter(pk__in=set(numbers)).select_related("call"):
        if rules.has_perm("evaluations.moderate_voice", user, project):
            n = numbers.count(project.pk)
            what = ngettext("Look at %(n)s resident's words", "Look at the words of %(n)s residents", n) % {"n": n}
            yield Task(project.title, what, _url(project, "#words"), funder_id=project.call.funder_id)


def _odd(user: User) -> Iterator[Task]:
    """Answers that look odd, for the funder's clerks."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    odd = Voice.objects.to_look_at().filter(project__call__funder__in=funders)
    numbers = list(odd.values_list("project", flat=True))
    for project in Project.objects.filter(pk__in=set(numbers)).select_related("call"):
        if rules.has_perm("evaluations.exclude_voice", user, project):
            n = numbers.count(project.pk)
            what = ngettext("Look at %(n)s odd answer", "Look at %(n)s odd answers", n) % {"n": n}
            yield Task(project.title, what, _url(project, "#odd"), tone="warn", funder_id=project.call.funder_id)


def _reports(user: User) -> Iterator[Task]:
    """Residents' reports, with the day until which they are answered."""
    mine = Grievance.objects.visible_to(user).open()
    for grievance in mine.filter(project__call__funder__in=user.organizations_as(Role.STAFF)).select_related(
        "project__call"
    ):
        if rules.has_perm("evaluations.answer_grievance", user, grievance):
            what = _("Answer a resident's report: %(number)s") % {"number": grievance.number}
            yield Task(
                grievance.project.title,
                what,
                grievance.get_absolute_url(),
                grievance.due_on,
                grievance.arrived_at,
                "bad",
                grievance.project.call.funder_id,
            )


def _url(project: Project, part: str) -> str:
    return reverse("evaluations:voice_overview", args=[project.pk]) + part
