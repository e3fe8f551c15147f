"""What waits for mentors and groups around advice: answers, what was agreed on, visits that are due."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.inbox import Task
from people.models import Role, User
from projects.models import MentoringNote, Part, Project, SiteVisit, State, VisitVersion
from projects.models.state import UNDER_WAY

ANSWER_WITHIN = timedelta(days=7)
"""The group says within a week that it has read the advice."""
COACH_EVERY = timedelta(days=30)
"""A mentor looks in on a running project once a month (field guide S11)."""
SAID_BEFORE = timedelta(days=7)


def for_group(user: User) -> Iterator[Task]:
    """Advice to read, and what was agreed on with a day: the rest is for both to remember."""
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    given: list[Any] = []
    for model in (MentoringNote, SiteVisit):
        found: Any = model._default_manager.filter(project__applicant__in=mine, project__state__in=UNDER_WAY)
        given += found.select_related("project")
    given.sort(key=lambda one: (one.project_id, _since(one)))
    for project, rows in groupby(given, key=lambda one: one.project):
        pieces = list(rows)
        yield from _to_answer(project, [one for one in pieces if not one.is_answered])
        for one in pieces:
            if one.follow_up_due_on and not one.is_done:
                what = _("Do what was agreed: %(what)s") % {"what": one.follow_up}
                yield _task(project, what, f"{one.get_absolute_url()}#follow-up", one.follow_up_due_on, _since(one))


def _to_answer(project: Project, pieces: list[Any]) -> Iterator[Task]:
    if not pieces:
        return
    since = _since(pieces[0])
    what = ngettext(
        "Read %(n)s piece of advice and answer it", "Read %(n)s pieces of advice and answer them", len(pieces)
    ) % {"n": len(pieces)}
    url = pieces[0].get_absolute_url() if len(pieces) == 1 else f"{project.get_absolute_url()}#coaching"
    yield _task(project, what, url, clock.localdate(since) + ANSWER_WITHIN, since)


def for_visitor(user: User) -> Iterator[Task]:
    """Two versions of a visit, between which its visitor has to choose, as long as they are its mentor or clerk."""
    mentored = user.participations.current().filter(part=Part.MENTOR).values("project")
    clerk_of = user.organizations_as(Role.STAFF)
    still = Q(visit__project__in=mentored) | Q(visit__project__funder__in=clerk_of)
    waiting = VisitVersion.objects.waiting().filter(still, visit__visitor=user)
    for version in waiting.select_related("visit__project"):
        url = reverse("projects:visit_compare", args=[version.visit_id, version.pk])
        what = _("Two versions of your visit: choose")
        yield _task(version.visit.project, what, url, clock.localdate(version.at) + ANSWER_WITHIN, version.at)


def for_mentor(user: User) -> Iterator[Task]:
    """Projects in which the mentor has not been heard of for a month."""
    mentored = user.participations.current().filter(part=Part.MENTOR).values_list("project", flat=True)
    coached = Project.objects.without_texts().filter(pk__in=list(mentored), state=State.RUNNING)  # keys: many tables
    coached = coached.exclude(funder__in=list(user.roles))
    for project in coached.annotate(
        last_note=Max("mentoring_notes__held_on"), last_visit=Max("site_visits__visited_at")
    ):
        days = [project.last_note, clock.localdate(project.last_visit) if project.last_visit else None]
        since = max((day for day in days if day), default=clock.localdate(project.state_since))
        due_on = since + COACH_EVERY
        if due_on <= clock.today() + SAID_BEFORE:
            url = reverse("projects:mentoring_create", args=[project.pk])
            yield _task(project, _("Look in on the group, as once a month"), url, due_on, project.state_since)


def _since(one: Any) -> Any:
    return one.written_at if isinstance(one, MentoringNote) else one.received_at


def _task(project: Project, what: str, url: str, due_on: Any, since: Any) -> Task:
    return Task(project.title, what, url, due_on, since, funder_id=project.funder_id)
