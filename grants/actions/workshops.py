"""Workshops before applying: hold one, sign up, and say afterwards who came."""

from collections.abc import Mapping
from typing import Any

import rules
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from core.workflow import Refused, record
from grants.models import Attendance, Workshop
from people.models import Organization, User


@transaction.atomic
def hold_workshop(workshop: Workshop, *, by: User) -> Workshop:
    """Announce a workshop, or change one that has not begun."""
    if not rules.has_perm("grants.change_workshop", by, workshop):
        raise PermissionDenied
    is_new = workshop.pk is None
    if is_new:
        workshop.created_by = by
    elif Workshop.objects.get(pk=workshop.pk).has_begun:
        raise Refused(_("This workshop has begun already."))
    workshop.save()
    label = _("Workshop announced") if is_new else _("Workshop changed")
    record(workshop, "announce" if is_new else "change", by=by, label=label)
    return workshop


@transaction.atomic
def sign_up(workshop: Workshop, organization: Organization, *, by: User) -> Attendance:
    """Take a seat for one's group; refused when it has begun or is full. Signing up twice changes the group."""
    if not by.has_role(organization.pk):
        raise PermissionDenied
    workshop = Workshop.objects.select_for_update(of=("self",)).get(pk=workshop.pk)
    if workshop.has_begun:
        raise Refused(_("This workshop has begun already."))
    seat = workshop.attendances.filter(person=by).first()
    if seat is None:
        if workshop.attendances.count() >= workshop.seats:
            raise Refused(_("All %(seats)s seats are taken.") % {"seats": workshop.seats})
        return Attendance.objects.create(workshop=workshop, person=by, organization=organization)
    seat.organization = organization
    seat.save(update_fields=["organization"])
    return seat


@transaction.atomic
def give_up_seat(workshop: Workshop, *, by: User) -> None:
    """Free one's seat again, before the workshop begins."""
    if workshop.has_begun:
        raise Refused(_("This workshop has begun already."))
    workshop.attendances.filter(person=by).delete()


@transaction.atomic
def record_attendance(workshop: Workshop, *, by: User, came: Mapping[int, bool]) -> None:
    """Say who came, by attendance id; only once the workshop has begun."""
    if not rules.has_perm("grants.change_workshop", by, workshop):
        raise PermissionDenied
    if not workshop.has_begun:
        raise Refused(_("The workshop has not begun yet."))
    for seat in workshop.attendances.all():
        if seat.pk in came:
            seat.came = came[seat.pk]
            seat.save(update_fields=["came"])
    data: dict[str, Any] = {"came": sorted(pk for pk, yes in came.items() if yes)}
    record(workshop, "attendance", by=by, label=_("Attendance recorded"), **data)
