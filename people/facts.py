"""What may be said of an organisation, in the form and in a table alike. Each check takes what was typed and returns
what is stored, or raises `ValidationError`."""

import re
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.forms import PhoneField, has_been
from core.identifiers import half_width

OLDEST_HOUSE = date(1840, 1, 1)
"""Hospitals, schools and old firms are older than the republic."""
ACCOUNT_NUMBER = re.compile(r"[A-Za-z]{0,6}[0-9]{6,34}")
"""Figures, as banks give them; in some there are letters before."""
PHONE = PhoneField(required=False)


def check_founding(day: date | None) -> date | None:
    return has_been(day, since=OLDEST_HOUSE)


def check_dialling(phone: str) -> str:
    return PHONE.clean(phone)


def check_head(name: str) -> str:
    """A name begins with a letter of whatever writing and has no figures."""
    if name and (not name[0].isalpha() or any(sign.isdigit() for sign in name)):
        raise ValidationError(_("This is no name of a person."), code="name")
    return name


def check_account(number: str) -> str:
    number = half_width(number).replace(" ", "").replace("-", "")
    if number and not ACCOUNT_NUMBER.fullmatch(number):
        raise ValidationError(_("An account number has 6 to 34 figures."), code="account")
    return number
