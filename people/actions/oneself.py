"""What people say of themselves: name and addresses, their identity, their certificates."""

from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from core.identifiers import (
    fingerprint_resident_id,
    half_width,
    validate_resident_id,
)
from core.workflow import Refused, record
from people.actions.checks import check_email, check_phone, collect, save_once
from people.models import Certificate, User


@transaction.atomic
def change_profile(*, by: User, values: Mapping[str, Any]) -> User:
    """Change one's own name, e-mail address and mobile number.

    The last two sign in: the former address stops doing so, and mail about a forgotten password goes to
    the new one; that one of them has changed is an event. Refused when either is somebody else's.
    """
    reasons: list[str] = []
    user = User.objects.select_for_update().get(pk=by.pk)
    before = {"email": user.email, "phone": user.phone}
    user.name = values["name"].strip()
    user.email = collect(reasons, check_email, values.get("email", ""), apart_from=by.pk) or ""
    user.phone = collect(reasons, check_phone, values.get("phone") or "", apart_from=by.pk)
    if not user.name:
        reasons.append(_("Please enter the name."))
    if reasons:
        raise Refused(*reasons)
    save_once(user, taken=_("Somebody has signed up with this number already. If it is yours, sign in with it."))
    if not EmailAddress.objects.filter(user=user, email=user.email).exists():
        EmailAddress.objects.filter(user=user).delete()
        if user.email:
            EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    if changed := [name for name, value in before.items() if value != getattr(user, name)]:
        record(user, "address_changed", by=by, label=_("E-mail address or mobile number changed"), fields=changed)
    by.refresh_from_db()
    return by


@transaction.atomic
def set_identity(user: User, number: str) -> None:
    """Keep that this person has shown a resident identity number, without keeping the number.

    Only a keyed fingerprint, which finds the same person with two accounts, and the last four characters
    are stored. Refused for a wrong number, and for one with which somebody else has registered.
    """
    try:
        number = validate_resident_id(number)
        fingerprint = fingerprint_resident_id(number)
    except ValidationError as error:
        raise Refused(*error.messages) from None
    taken = _("Another account has been registered with this number. If that was you, sign in there.")
    if User.objects.filter(identity_fingerprint=fingerprint).exclude(pk=user.pk).exists():
        raise Refused(taken)
    user.identity_fingerprint, user.identity_tail = fingerprint, number[-4:]
    save_once(user, taken=taken, fields=["identity_fingerprint", "identity_tail"])
    record(user, "set_identity", by=user, label=_("Resident ID checked"))


@transaction.atomic
def add_certificate(*, by: User, values: Mapping[str, Any]) -> Certificate:
    """Enter one's own professional certificate; refused when the number is entered already."""
    certificate = Certificate(user=by, **values)
    certificate.number = half_width(certificate.number).strip().upper()
    taken = _("A certificate with this number is entered already.")
    if Certificate.objects.filter(number=certificate.number).exists():
        raise Refused(taken)
    save_once(certificate, taken=taken)
    return certificate
