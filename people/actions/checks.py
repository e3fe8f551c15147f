"""Checks that a form makes while one types, and a verb once more: whose number, phone or address it is."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.identifiers import (
    validate_credit_code,
    validate_filing_number,
    validate_mobile,
)
from core.workflow import Refused
from people.models import Organization, User

Status = Organization.Status


def check_number(status: str, number: str, *, apart_from: int | None = None) -> str:
    """The credit code (registered) or filing number (filed) as we store it; `ValidationError` if wrong or taken.

    `apart_from` is the id of the organisation that may have it already.
    """
    filed = status == Status.FILED
    if not number.strip():
        missing = _("Please enter the filing number.") if filed else _("Please enter the unified social credit code.")
        raise ValidationError(missing, code="required")
    number = validate_filing_number(number) if filed else validate_credit_code(number)
    same = Q(filing_number=number) if filed else Q(credit_code=number)
    holder = Organization.objects.filter(same).exclude(pk=apart_from or 0).first()
    if holder:
        raise ValidationError(
            _("“%(name)s” is here with this number already: ask its head to add you as a member."),
            code="taken",
            params={"name": holder.name},
        )
    return number


def check_phone(number: str, *, apart_from: int | None = None) -> str | None:
    """A mobile number as we store it, None for an empty one; `ValidationError` if wrong or somebody else's."""
    if not number:
        return None
    number = validate_mobile(number)
    if User.objects.filter(phone=number).exclude(pk=apart_from or 0).exists():
        raise ValidationError(
            _("Somebody has signed up with this number already. If it is yours, sign in with it."), code="taken"
        )
    return number


def check_email(address: str, *, apart_from: int | None = None) -> str:
    """An e-mail address in lower case; `ValidationError` if it is somebody else's, since it signs in."""
    address = address.strip().lower()
    theirs = User.objects.filter(Q(email__iexact=address) | Q(emailaddress__email__iexact=address))
    if address and theirs.exclude(pk=apart_from or 0).exists():
        raise ValidationError(_("Somebody has signed up with this e-mail address already."), code="taken")
    return address


def collect(reasons: list[str], check: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What `check` gives; or None, with its complaint added to the reasons."""
    try:
        return check(*args, **kwargs)
    except ValidationError as error:
        reasons.extend(error.messages)
        return None


def save_once(obj: models.Model, *, taken: str, fields: Iterable[str] | None = None) -> None:
    """Save; of two people who claim the same number at the same moment the second is refused, not shown an error."""
    try:
        with transaction.atomic():
            obj.save(update_fields=fields)
    except IntegrityError:
        raise Refused(taken) from None
