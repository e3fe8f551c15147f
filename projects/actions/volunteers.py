"""Volunteers and their time: entered by the group, counted once its head has confirmed it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from people.models import Membership, User
from projects.actions.activities import lock
from projects.models import Activity, Project, Volunteer, VolunteerTime


@transaction.atomic
def enter_times(activity: Activity, *, by: User, rows: Sequence[Mapping[str, Any]]) -> list[VolunteerTime]:
    """Who helped at an activity and how long: replaces what was entered and is not confirmed yet."""
    locked = lock(activity, by)
    if locked.is_draft or locked.is_cancelled:
        raise Refused(_("Volunteers' time is entered for an activity whose plan is handed in."))
    if locked.starts_at > clock.now():
        raise Refused(_("Volunteers' time is entered once the activity has begun."))
    names = [row["name"] for row in rows]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise Refused(_("“%(name)s” stands there twice.") % {"name": twice})
    confirmed = set(locked.volunteer_times.confirmed().values_list("volunteer__name", flat=True))
    locked.volunteer_times.waiting().delete()
    day = clock.localdate(locked.starts_at)
    return [_time(locked.project, by, row, day, locked) for row in rows if row["name"] not in confirmed]


@transaction.atomic
def enter_time(project: Project, *, by: User, held_on: date, values: Mapping[str, Any]) -> VolunteerTime:
    """Time besides activities: a shift, shopping, a telephone duty."""
    permit("projects.plan_delivery", by, project)
    if held_on > clock.today():
        raise Refused(_("This day is in the future."))
    return _time(project, by, values, held_on, None)


def _time(project: Project, by: User, row: Mapping[str, Any], day: date, activity: Activity | None) -> VolunteerTime:
    volunteer, _made = Volunteer.objects.get_or_create(
        project=project, name=row["name"], defaults={"added_by": by, "person": _account(project, row["name"])}
    )
    return VolunteerTime.objects.create(
        volunteer=volunteer,
        activity=activity,
        held_on=day,
        minutes=row["minutes"],
        task=row.get("task", ""),
        entered_by=by,
    )


def _account(project: Project, name: str) -> User | None:
    """The one member of the group with this name, so that nobody confirms their own time."""
    held = Membership.objects.current().filter(organization=project.applicant_id, user__name=name)
    people = {membership.user_id: membership.user for membership in held.select_related("user")}
    free = [person for person in people.values() if not project.volunteers.filter(person=person).exists()]
    return free[0] if len(free) == 1 else None


@transaction.atomic
def confirm_times(project: Project, *, by: User, times: Iterable[VolunteerTime]) -> int:
    """The head confirms volunteers' time, another member of the group the head's own; how many were confirmed."""
    found = VolunteerTime.objects.select_for_update(of=("self",)).waiting().filter(volunteer__project=project)
    done = 0
    for time in found.filter(pk__in=[time.pk for time in times]).select_related(
        "volunteer__project", "volunteer__person"
    ):
        permit("projects.confirm_hours", by, time)
        time.confirmed_at, time.confirmed_by = clock.now(), by
        time.save(update_fields=["confirmed_at", "confirmed_by"])
        done += 1
    if done:
        record(project, "confirm_hours", by=by, label=_("Volunteers' time confirmed: %(n)s entries") % {"n": done})
    return done
