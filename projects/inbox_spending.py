"""What waits for a person about payments and monthly reports; a constant number of queries."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Count, F, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock
from core.inbox import Task
from people.models import Organization, Role, User
from projects.models import Expense, MonthlyReport, Part, Project
from projects.money_rules import WITH_ACCOUNT

DECIDE_WITHIN = timedelta(days=7)
"""A payment is decided on within a week; the mentor looks before that."""
LOOK_WITHIN = timedelta(days=4)
MEND_WITHIN = timedelta(days=7)
REMARK_WITHIN = timedelta(days=5)


def waiting_for(user: User) -> Iterator[Task]:
    yield from _keeper(user)
    yield from _writer(user)
    yield from _clerk(user)
    yield from _mentor(user)


def _by_project(found) -> Iterator[dict]:
    """One line for each project, with how many and since when."""
    columns = {"title": F("project__title"), "funder": F("project__funder")}
    yield from found.order_by().values("project", **columns).annotate(n=Count("pk"), since=Min("state_since"))


def _open():
    return Expense.objects.filter(project__state__in=WITH_ACCOUNT, project__settlement__isnull=True)


def _keeper(user: User) -> Iterator[Task]:
    """Whoever keeps the account, in the group or at its host."""
    mine = user.organizations_as(Role.MANAGER, Role.STAFF, Role.FINANCE)
    if not mine:
        return
    kept = _open().filter(Q(project__applicant__in=mine) | Q(project__host__in=mine))
    for one in _by_project(kept.filter(state=Expense.State.RETURNED)):
        what = ngettext("Mend %(n)s payment that was sent back", "Mend %(n)s payments that were sent back", one["n"])
        yield _task(one, what, clock.localdate(one["since"]) + MEND_WITHIN, "?state=returned")
    for one in _by_project(kept.filter(state=Expense.State.ENTERED)):
        what = ngettext("Hand in %(n)s payment", "Hand in %(n)s payments", one["n"])
        yield _task(one, what, None, "?state=entered")


def _task(one: dict, what: str, due_on, query: str = "", name: str = "projects:spending") -> Task:
    url = reverse(name, args=[one["project"]]) + query
    return Task(one["title"], what % {"n": one["n"]}, url, due_on, one["since"], funder_id=one["funder"])


def _writer(user: User) -> Iterator[Task]:
    """The group's words for the month."""
    mine = user.organizations_as(Role.MANAGER, Role.STAFF)
    if not mine:
        return
    reports = MonthlyReport.objects.open().filter(project__applicant__in=mine)
    for report in reports.select_related("project").order_by("month"):
        what = _("Complete the report of %(month)s and hand it in") % {"month": f"{report.month:%Y-%m}"}
        project, url = report.project, report.get_absolute_url()
        yield Task(project.title, what, url, report.due_on, report.made_at, funder_id=project.funder_id)


def _clerk(user: User) -> Iterator[Task]:
    if not user.organizations_as(Role.STAFF):
        return
    funders = list(Organization.objects.funders_of(user, Role.STAFF).values_list("pk", flat=True))
    for one in _by_project(_open().waiting().filter(project__funder__in=funders)) if funders else ():
        what = ngettext("Decide on %(n)s payment", "Decide on %(n)s payments", one["n"])
        yield _task(one, what, clock.localdate(one["since"]) + DECIDE_WITHIN, name="projects:spending_check")


def _mentor(user: User) -> Iterator[Task]:
    parts = user.participations.current().filter(part=Part.MENTOR)
    mine = list(Project.objects.filter(participants__in=parts).values_list("pk", flat=True))
    if not mine:
        return
    for one in _by_project(_open().waiting().filter(project__in=mine, opinion_at__isnull=True)):
        what = ngettext("Look at %(n)s payment", "Look at %(n)s payments", one["n"])
        yield _task(one, what, clock.localdate(one["since"]) + LOOK_WITHIN, "?state=handed_in")
    reports = MonthlyReport.objects.unanswered().filter(project__in=mine)
    for report in reports.select_related("project").order_by("month"):
        what = _("Answer the report of %(month)s") % {"month": f"{report.month:%Y-%m}"}
        assert report.handed_in_at is not None
        due_on = clock.localdate(report.handed_in_at) + REMARK_WITHIN
        url, funder = report.get_absolute_url(), report.project.funder_id
        yield Task(report.project.title, what, url, due_on, report.handed_in_at, funder_id=funder)
