"""What waits for people around what residents say: words to look at, odd answers, reports, words to answer."""

from collections.abc import Iterator

import rules
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
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
    yield from _calls(user)


def _words(user: User) -> Iterator[Task]:
    """One task a project whose words wait, for the funder's clerks and its mentor."""
    inside = list(user.roles)
    mentored = Participant.objects.current().filter(person=user, part=Part.MENTOR).values("project")
    as_clerk = Q(funder__in=user.organizations_as(Role.STAFF))
    as_mentor = Q(pk__in=mentored) & ~Q(funder__in=inside)
    mine = Project.objects.filter(as_clerk | as_mentor).exclude(applicant__in=inside).exclude(host__in=inside)
    for project, n in _counted(Voice.objects.to_moderate(), mine):
        if not user.gives_for or rules.has_perm("evaluations.moderate_voice", user, project):
            what = ngettext("Look at %(n)s resident's words", "Look at the words of %(n)s residents", n) % {"n": n}
            yield Task(project.title, what, _url(project, "#words"), funder_id=project.funder_id)


def _odd(user: User) -> Iterator[Task]:
    """Answers that look odd, for the funder's clerks."""
    funders = user.organizations_as(Role.STAFF)
    if not funders:
        return
    for project, n in _counted(Voice.objects.to_look_at(), Project.objects.filter(funder__in=funders)):
        if rules.has_perm("evaluations.exclude_voice", user, project):
            what = ngettext("Look at %(n)s odd answer", "Look at %(n)s odd answers", n) % {"n": n}
            yield Task(project.title, what, _url(project, "#odd"), tone="warn", funder_id=project.funder_id)


def _counted(voices: QuerySet[Voice], mine: QuerySet[Project]) -> list[tuple[Project, int]]:
    """Each of these projects of which there are such answers, with how many."""
    found = (
        voices.filter(Exists(mine.filter(pk=OuterRef("project")).order_by()))
        .order_by()
        .values_list("project")
        .annotate(n=Count("pk"))
    )
    numbers = dict(found)
    projects = Project.objects.filter(pk__in=numbers).select_related("call").order_by("title", "pk")
    return [(project, numbers[project.pk]) for project in projects]


def _reports(user: User) -> Iterator[Task]:
    """Residents' reports, with the day until which they are answered."""
    mine = Grievance.objects.visible_to(user).open()
    for grievance in mine.filter(project__funder__in=user.organizations_as(Role.STAFF)).select_related("project__call"):
        if rules.has_perm("evaluations.answer_grievance", user, grievance):
            what = _("Answer a resident's report: %(number)s") % {"number": grievance.number}
            yield Task(
                grievance.project.title,
                what,
                grievance.get_absolute_url(),
                grievance.due_on,
                grievance.arrived_at,
                "bad",
                grievance.project.funder_id,
            )


def _calls(user: User) -> Iterator[Task]:
    """Answered reports of people who left a phone alone: somebody calls."""
    mine = Grievance.objects.visible_to(user).to_tell().filter(project__funder__in=user.organizations_as(Role.STAFF))
    for one in mine.select_related("project__call"):
        if rules.has_perm("evaluations.answer_grievance", user, one):
            what = _("Tell the answer by phone: %(number)s") % {"number": one.number}
            url, funder = one.get_absolute_url(), one.project.funder_id
            yield Task(one.project.title, what, url, None, one.answered_at, "warn", funder)


def _url(project: Project, part: str) -> str:
    return reverse("evaluations:voice_overview", args=[project.pk]) + part
