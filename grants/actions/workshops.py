"""Workshops before applying: hold one, sign up, cancel, and say afterwards who came."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import clock
from core.notifications import notify
from core.numbering import next_number
from core.workflow import Refused, permit, record
from grants.models import Attendance, TrainingCertificate, Workshop
from people.models import Organization, User


@transaction.atomic
def hold_workshop(workshop: Workshop, *, by: User) -> Workshop:
    """Announce a workshop, or change one that has not begun; whoever has a seat is told of another time or place."""
    _permit(workshop, by)
    before = None if workshop.pk is None else _locked(workshop)
    if before is None:
        workshop.created_by = by
    else:
        _permit(before, by)
        _refuse_if_fixed(before)
    try:
        workshop.clean()
    except ValidationError as error:
        raise Refused(*error.messages) from error
    workshop.save()
    if before is None:
        record(workshop, "announce", by=by, label=_("Workshop announced"))
        return workshop
    record(workshop, "change", by=by, label=_("Workshop changed"))
    if (before.starts_at, before.ends_at, before.place) != (workshop.starts_at, workshop.ends_at, workshop.place):
        body = _("Now: %(now)s. Before: %(before)s.") % {"now": _where(workshop), "before": _where(before)}
        _tell(workshop, _("“%(workshop)s” has another time or place") % {"workshop": workshop.title}, body)
    return workshop


@transaction.atomic
def cancel(workshop: Workshop, *, by: User, reason: str) -> Workshop:
    """Call a workshop off that is not over, with a reason; whoever has a seat is told. It counts for no condition."""
    workshop = _locked(workshop)
    _permit(workshop, by)
    if workshop.is_cancelled:
        raise Refused(workshop.why_fixed)
    if workshop.is_over:
        raise Refused(_("This workshop is over."))
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    workshop.cancelled_at, workshop.cancelled_by, workshop.cancel_reason = clock.now(), by, reason.strip()
    workshop.save(update_fields=["cancelled_at", "cancelled_by", "cancel_reason"])
    record(workshop, "cancel", by=by, label=_("Workshop cancelled"), note=workshop.cancel_reason)
    subject = _("“%(workshop)s” is cancelled") % {"workshop": workshop.title}
    _tell(workshop, subject, f"{_where(workshop)}\n{workshop.cancel_reason}")
    return workshop


@transaction.atomic
def sign_up(workshop: Workshop, organization: Organization, *, by: User) -> Attendance:
    """Take a seat for one's group; refused when it has begun or is full. Signing up twice changes the group."""
    if not by.has_role(organization.pk):
        raise PermissionDenied
    workshop = _locked(workshop)
    _refuse_if_fixed(workshop)
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
    _refuse_if_fixed(_locked(workshop))
    workshop.attendances.filter(person=by).delete()


@transaction.atomic
def record_attendance(workshop: Workshop, *, by: User, came: Mapping[int, bool]) -> None:
    """Say who came, by attendance id; only once the workshop has begun."""
    _permit(workshop, by)
    _refuse_unless_held(workshop)
    certified = {seat.pk for seat in workshop.attendances.filter(certificate__withdrawn_at__isnull=True)
                 .exclude(certificate=None)}  # fmt: skip
    if any(not came.get(pk, True) for pk in certified):
        raise Refused(_("Whoever has a certificate came. Please withdraw the certificate first."))
    for seat in workshop.attendances.all():
        if seat.pk in came:
            seat.came = came[seat.pk]
            seat.save(update_fields=["came"])
    data: dict[str, Any] = {"came": sorted(pk for pk, yes in came.items() if yes)}
    record(workshop, "attendance", by=by, label=_("Attendance recorded"), **data)


@transaction.atomic
def add_walk_in(workshop: Workshop, organization: Organization, *, by: User, name: str) -> Attendance:
    """Somebody came without a seat: write them down with their group, while it is held or afterwards.

    There may be more of them than seats; who has signed up is ticked, not written down again.
    """
    workshop = _locked(workshop)
    _permit(workshop, by)
    _refuse_unless_held(workshop)
    name = name.strip()
    there = [seat.who for seat in workshop.attendances.filter(organization=organization).select_related("person")]
    if name in there:
        raise Refused(_("%(name)s is on the list already: please tick the name.") % {"name": name})
    seat = Attendance.objects.create(workshop=workshop, organization=organization, name=name, came=True)
    label = _("Came without a seat: %(name)s (%(group)s)") % {"name": name, "group": organization}
    record(workshop, "walk_in", by=by, label=label[:120], attendance=seat.pk)
    return seat


@transaction.atomic
def issue_certificates(workshop: Workshop, *, by: User) -> list[TrainingCertificate]:
    """Give everybody who came a certificate with a number, once the workshop is over; who has an account is told."""
    workshop = _locked(workshop)
    _permit(workshop, by)
    _refuse_unless_held(workshop)
    if workshop.hours is None:
        raise Refused(_("This workshop gives no certificates: no hours of training were announced."))
    if not workshop.is_over:
        raise Refused(_("Certificates are given when the workshop is over."))
    seats = list(workshop.attendances.filter(came=True, certificate__isnull=True).select_related("person"))
    if not seats:
        raise Refused(_("Everybody who came has a certificate."))
    year = timezone.localtime(workshop.starts_at).year
    issued = []
    for seat in seats:
        number = f"PX{year}-{next_number(f'training-{year}'):04d}"
        issued.append(
            TrainingCertificate.objects.create(attendance=seat, number=number, hours=workshop.hours, issued_by=by)
        )
    record(workshop, "certify", by=by, label=_("Certificates given: %(n)s") % {"n": len(issued)})
    subject = _("Your certificate of “%(workshop)s” is there") % {"workshop": workshop.title}
    notify([seat.person for seat in seats if seat.person], subject=subject, url=workshop.get_absolute_url())
    return issued


@transaction.atomic
def withdraw_certificate(certificate: TrainingCertificate, *, by: User, reason: str) -> TrainingCertificate:
    """A certificate that should not have been given counts no longer; its number stays, and the person reads why."""
    certificate = TrainingCertificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    permit("grants.withdraw_certificate", by, certificate)
    if certificate.is_withdrawn:
        raise Refused(_("This certificate has been withdrawn already."))
    if not reason.strip():
        raise Refused(_("Please give a reason: the people concerned will read it."))
    certificate.withdrawn_at, certificate.withdrawn_by = clock.now(), by
    certificate.withdraw_reason = reason.strip()
    certificate.save(update_fields=["withdrawn_at", "withdrawn_by", "withdraw_reason"])
    attendance = certificate.attendance
    label = _("Certificate %(number)s withdrawn") % {"number": certificate.number}
    record(attendance.workshop, "withdraw_certificate", by=by, label=label, note=certificate.withdraw_reason)
    if attendance.person:
        notify([attendance.person], subject=label, body=reason.strip(), url=attendance.workshop.get_absolute_url())
    return certificate


def _locked(workshop: Workshop) -> Workshop:
    return Workshop.objects.select_for_update(of=("self",)).get(pk=workshop.pk)


def _permit(workshop: Workshop, by: User) -> None:
    permit("grants.change_workshop", by, workshop)


def _refuse_if_fixed(workshop: Workshop) -> None:
    if workshop.why_fixed:
        raise Refused(workshop.why_fixed)


def _refuse_unless_held(workshop: Workshop) -> None:
    if workshop.is_cancelled:
        raise Refused(workshop.why_fixed)
    if not workshop.has_begun:
        raise Refused(_("The workshop has not begun yet."))


def _where(workshop: Workshop) -> str:
    first, last = timezone.localtime(workshop.starts_at), timezone.localtime(workshop.ends_at)
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    return f"{first:%Y-%m-%d %H:%M}–{until}, {workshop.place}"


def _tell(workshop: Workshop, subject: str, body: str) -> None:
    """Everybody who has a seat."""
    people = User.objects.filter(attendances__workshop=workshop).distinct()
    notify(people, subject=subject, body=body, url=workshop.get_absolute_url())
