"""What waits for a person in the tables: a calendar that deadlines already run into."""

from collections.abc import Iterator

import rules
from django.urls import reverse
from django.utils.translation import gettext as _

from core import clock
from core.inbox import Task
from core.workdays import uncertain_years
from grants.models import Call
from people.models import DataRequest, Organization, Role, User
from projects.models import Notice, Project
from projects.models.state import ENDED
from reports.bureaus import checklist, missing
from reports.exchange import TABLES


def waiting_for(user: User) -> list[Task]:
    """For clerks: what people ask about their data. For them and the head of a new bureau: what it lacks before its
    first call. For whoever keeps the calendar: years in which something falls due and whose holidays are unknown."""
    funders = user.organizations_as(Role.STAFF)
    found = [*_requests(funders)] if funders else []
    if rules.has_perm(TABLES["calendar"].permission, user):
        found += _calendars()
    return [*_bureaus_to_make_ready(user), *found]


def _bureaus_to_make_ready(user: User) -> Iterator[Task]:
    mine = list(user.bureaus)
    if not mine:
        return
    published = Call.objects.published().filter(funder__in=mine).values("funder")
    for bureau in Organization.objects.filter(pk__in=mine).exclude(region="").exclude(pk__in=published):
        held = () if user.has_role(bureau.pk, Role.MANAGER, Role.STAFF) else tuple(user.roles[bureau.pk])
        if lacking := missing(checklist(bureau), *held):
            what = _("Make the bureau ready for its first call; missing of what you do: %(n)s") % {"n": lacking}
            yield Task(str(bureau), what, reverse("bureaus:bureau_detail", args=[bureau.pk]))


def _requests(funders: list[int]) -> Iterator[Task]:
    for asked in DataRequest.objects.open().filter(funder__in=funders).order_by("due_on", "pk"):
        yield Task(
            _("%(number)s: %(kind)s") % {"number": asked.number, "kind": asked.get_kind_display()},
            _("Somebody asks about their personal data: look it up and answer"),
            asked.get_absolute_url(),
            due_on=asked.due_on,
            since=asked.received_at,
            funder_id=asked.funder_id,
        )


def _calendars() -> Iterator[Task]:
    today = clock.today()
    due = Project.objects.filter(due_on__gte=today).exclude(state__in=ENDED)
    last_days = list(due.order_by().values_list("due_on", flat=True).distinct())
    last_days += [notice.last_day for notice in Notice.objects.running()]
    years = {day.year for day in last_days} | {today.year}
    for year in uncertain_years(today, max([today, *last_days])):
        if year in years:
            what = _("Enter the public holidays: days are counted in a year that nobody has announced to the platform")
            title = _("Calendar of %(year)s") % {"year": year}
            yield Task(title, what, reverse("reports:import_create", args=["calendar"]))
