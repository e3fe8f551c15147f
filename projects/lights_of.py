"""What the lights of many projects are judged by, gathered in a constant number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max, prefetch_related_objects
from django.utils.translation import gettext as _

from core import clock
from projects.figures import persons_by_project
from projects.lights import Asked, Facts, Light, Owed, Warned, lights, trouble, worst
from projects.models import Activity, MentoringNote, Project, SiteVisit, State, WarningLetter
from projects.models.state import WORKING
from projects.spending import claimed, keeps_books, last_account

SHOWN = 24
"""So much of a sentence stands in a light."""


class Lit:
    """A project with its lights."""

    def __init__(self, project: Project, found: list[Light], seen_on: date | None) -> None:
        self.project, self.lights, self.seen_on = project, found, seen_on
        self.mine = self.may_visit = False
        self.tone = worst(found)
        self.order = (*trouble(found), project.title)


def lit(projects: Iterable[Project]) -> list[Lit]:
    """Each project with its lights, the most troubled first."""
    projects = list(projects)
    prefetch_related_objects(projects, "milestones__reports", "reports", "activities", "expenses")
    unanswered, undone = _advice(projects)
    warned = _warnings(projects)
    seen, known = last_seen(projects), persons_by_project(projects)
    today = clock.today()
    found = []
    for each in projects:
        seen_on = seen.get(each.pk)
        asked = (unanswered[each.pk], undone[each.pk], warned[each.pk])
        facts = _facts(each, today, *asked, seen_on, known.get(each.pk, 0))
        found.append(Lit(each, lights(facts), seen_on))
    return sorted(found, key=lambda one: one.order)


def last_seen(projects: Iterable[Project]) -> dict[int, date]:
    """The last day on which somebody was there: a site visit, or a session held on site."""
    visits = SiteVisit.objects.filter(project__in=projects).order_by().values_list("project")
    seen = {pk: clock.localdate(at) for pk, at in visits.annotate(last=Max("visited_at"))}
    on_site = MentoringNote.objects.filter(project__in=projects, form=MentoringNote.Form.VISIT)
    for pk, day in on_site.order_by().values_list("project").annotate(last=Max("held_on")):
        seen[pk] = max(seen.get(pk, day), day)
    return seen


def _advice(projects: list[Project]) -> tuple[dict[int, list[Asked]], dict[int, list[Asked]]]:
    """What waits for an answer, and what was agreed on and is not done, by project."""
    unanswered: dict[int, list[Asked]] = defaultdict(list)
    undone: dict[int, list[Asked]] = defaultdict(list)
    for model in (MentoringNote, SiteVisit):
        given: Any = model._default_manager.filter(project__in=projects)
        for one in given.unanswered():
            day = one.held_on if isinstance(one, MentoringNote) else clock.localdate(one.received_at)
            unanswered[one.project_id].append(Asked(_name(one), day))
        for one in given.undone().filter(follow_up_due_on__isnull=False):
            undone[one.project_id].append(Asked(_short(one.follow_up), one.follow_up_due_on))
    return unanswered, undone


def _warnings(projects: list[Project]) -> dict[int, list[Warned]]:
    """The funder's warnings that nobody has closed, by project."""
    found: dict[int, list[Warned]] = defaultdict(list)
    for one in WarningLetter.objects.open().filter(project__in=projects):
        found[one.project_id].append(Warned(clock.localdate(one.issued_at), one.answer_until, bool(one.answered_at)))
    return found


def _name(one: MentoringNote | SiteVisit) -> str:
    if isinstance(one, MentoringNote):
        return _("Session of %(day)s") % {"day": one.held_on}
    return _("Visit of %(day)s") % {"day": clock.localdate(one.visited_at)}


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _facts(
    project: Project,
    today: date,
    unanswered: list[Asked],
    undone: list[Asked],
    warned: list[Warned],
    seen_on: date | None,
    known: int,
) -> Facts:
    account = last_account(project)
    reports = list(project.reports.all())
    counted = max(reports, key=lambda report: (report.submitted_at, report.pk), default=None)
    since = clock.localdate(project.state_since)
    return Facts(
        today=today,
        is_working=project.state in WORKING,
        starts_on=project.starts_on,
        ends_on=project.ends_on,
        suspended_since=since if project.state == State.SUSPENDED else None,
        rectify_since=since if project.state == State.RECTIFYING else None,
        rectify_until=project.due_on if project.state == State.RECTIFYING else None,
        warned=warned,
        owed=tuple(_owed(project)),
        awarded=project.amount_awarded,
        spent=claimed(project),
        spent_on=today if keeps_books(project) else clock.localdate(account.submitted_at) if account else None,
        persons=max(known, counted.persons if counted else 0),
        persons_wanted=project.beneficiaries,
        persons_on=clock.localdate(counted.submitted_at) if counted and counted.persons > known else None,
        unanswered=unanswered,
        undone=undone,
        seen_on=seen_on,
    )


def _owed(project: Project) -> Iterable[Owed]:
    """What the group is to hand in: reports on milestones, records of activities, the closure."""
    for milestone in project.milestones.all():
        if not milestone.is_done and not milestone.reports.all():
            yield Owed(_("The report on “%(what)s”") % {"what": _short(milestone.name)}, milestone.due_on)
    for activity in project.activities.all():
        if activity.state in (Activity.State.PLANNED, Activity.State.CHANGED):
            day = clock.localdate(activity.ends_at or activity.starts_at)
            yield Owed(_("Record of “%(what)s”") % {"what": _short(activity.theme)}, day)
    if project.ends_on:
        yield Owed(_("The closing of the project"), project.ends_on)
