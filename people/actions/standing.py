"""What speaks for or against an organisation: its rating, its annual inspections, entries in the credit registers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.workflow import Refused, permit, record
from people.models import CreditRecord, Inspection, Organization, Rating, Role, User


def _since_founding(organization: Organization, day: date, *, at: str) -> None:
    """Nothing is said of an organisation for a day before it was there."""
    if organization.established_on and day < organization.established_on:
        raise Refused(_("The organisation was not founded then."), at=at)


@transaction.atomic
def add_rating(organization: Organization, *, by: User, values: Mapping[str, Any]) -> Rating:
    """The head enters a rating; filed groups are not rated."""
    permit("people.change_profile", by, organization)
    if organization.is_filed:
        raise Refused(_("Filed groups are not rated."))
    _since_founding(organization, values["granted_on"], at="granted_on")
    if organization.ratings.filter(granted_on=values["granted_on"]).exists():
        raise Refused(_("A rating of this day is entered already."))
    rating = Rating.objects.create(organization=organization, **values)
    record(organization, "add_rating", by=by, label=_("Rating entered: %(rating)s") % {"rating": rating})
    return rating


@transaction.atomic
def set_inspection(organization: Organization, *, by: User, values: Mapping[str, Any]) -> Inspection:
    """The head enters the result of an annual inspection, or corrects that of the year, to be checked anew."""
    permit("people.change_profile", by, organization)
    if values["year"] >= clock.today().year:
        raise Refused(_("The inspection of a year takes place in the next one."))
    _since_founding(organization, date(values["year"], 12, 31), at="year")
    inspection, _created = Inspection.objects.update_or_create(
        organization=organization,
        year=values["year"],
        defaults={
            "result": values["result"],
            "income": values.get("income"),
            "public_income": values.get("public_income"),
            "confirmed_at": None,
            "confirmed_by": None,
        },
    )
    label = _("Annual inspection entered: %(inspection)s") % {"inspection": inspection}
    record(organization, "set_inspection", by=by, label=label)
    return inspection


@transaction.atomic
def confirm(entered: Rating | Inspection, *, by: User) -> Rating | Inspection:
    """A funder's clerk has seen the paper of a rating or inspection: no longer only the organisation's word."""
    locked = type(entered)._default_manager.select_for_update().get(pk=entered.pk)
    permit("people.confirm_standing", by, locked.organization)
    if locked.is_confirmed:
        raise Refused(_("This has been confirmed already."))
    if str(locked) != str(entered):
        raise Refused(_("The organisation has just changed this. Please look again."))
    locked.confirmed_at, locked.confirmed_by = clock.now(), by
    locked.save(update_fields=["confirmed_at", "confirmed_by"])
    record(locked.organization, "confirm", by=by, label=_("Confirmed: %(what)s") % {"what": locked})
    return locked


@transaction.atomic
def add_credit_record(organization: Organization, *, by: User, values: Mapping[str, Any]) -> CreditRecord:
    """A funder's clerk enters what a public credit register says; the organisation sees it."""
    permit("people.record_credit", by, organization)
    bureaus = by.bureaus_as(Role.STAFF)
    ours = [pk for pk in bureaus if Organization.objects.dealt_with_by({pk: bureaus[pk]}).filter(pk=organization.pk)]
    _since_founding(organization, values["entered_on"], at="entered_on")
    found = CreditRecord.objects.create(organization=organization, recorded_by=by, bureau_id=ours[0], **values)
    record(organization, "add_credit_record", by=by, label=_("Credit record entered: %(what)s") % {"what": found})
    return found


@transaction.atomic
def lift_credit_record(credit_record: CreditRecord, *, by: User) -> CreditRecord:
    """The register has taken the entry off, or the breach is mended: it stays, with the day on which it was lifted.
    Only the bureau that entered it lifts it."""
    permit("people.lift_credit", by, credit_record)
    if credit_record.lifted_on is not None:
        raise Refused(_("This entry has been lifted already."))
    credit_record.lifted_on = clock.today()
    credit_record.save(update_fields=["lifted_on"])
    label = _("Credit record lifted: %(what)s") % {"what": credit_record}
    record(credit_record.organization, "lift_credit_record", by=by, label=label)
    return credit_record
