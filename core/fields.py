"""Money in models and forms: stored as Decimal, typed the way people type it."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.identifiers import half_width

MAX_DIGITS = 14
DECIMAL_PLACES = 2
# Nobody types an amount this long; what is longer is not even looked at.
_LONGEST = 64

# [0-9], not \d: Decimal also reads the digits of other scripts, which nobody types here on purpose.
_PLAIN = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_WITH_COMMAS = re.compile(r"[0-9,]+(\.[0-9,]*)?")
_IN_LARGER_UNITS = re.compile(r"[0-9.,]+\s*[十百千万亿]+")
_NOT_FINITE = re.compile(r"[+-]?(s?nan[0-9]*|inf|infinity)", re.IGNORECASE)
# One minus at most, on either side of the currency sign: -¥5 and ¥-5 are the same amount.
_PREFIX = re.compile(r"(?:(?P<minus_first>-)\s*¥?|¥?\s*(?P<minus_after>-)?)\s*")
# A Chinese keyboard gives 。 for the decimal point, and pages give several dashes for a minus.
_PUNCTUATION = str.maketrans({"。": ".", "｡": ".", "−": "-", "–": "-", "—": "-"})


class MoneyInput(forms.TextInput):
    """A text box with a numeric keypad: `type=number` would refuse a comma before we could read it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "class": "num", **(attrs or {})})


class MoneyFormField(forms.DecimalField):
    """An amount in yuan as people type it: 12,345.00, １２，３４５, ¥12345, 12345 元.

    Cleans to a Decimal with all its places, or None when left empty. Arguments are those of
    `forms.DecimalField`, with `max_digits` and `decimal_places` as in `MoneyField` and `min_value=0`; None
    or a negative `min_value` allows a minus sign. Raises ValidationError with one code for each mistake:
    invalid, not_finite, negative, unit, grouping, decimals, too_large, besides Django's required,
    min_value and max_value.
    """

    widget = MoneyInput
    default_error_messages: ClassVar[Any] = {
        "invalid": _("Enter an amount in figures, for example 12,345.00."),
        "not_finite": _("This is not an amount: write it in figures."),
        "negative": _("The amount cannot be negative: leave out the minus sign."),
        "unit": _("Write the whole amount in yuan, without 万 or 亿: 50000 instead of 5 万."),
        "grouping": _("The commas do not stand between thousands: write 12,345.00 or 12345.00."),
        "decimals": _("An amount has at most %(places)s decimal places; this one has %(typed)s."),
        "too_large": _("The amount is too large: at most %(digits)s digits before the decimal point."),
    }

    def __init__(
        self,
        *,
        min_value: Decimal | int | None = 0,
        max_digits: int | None = MAX_DIGITS,
        decimal_places: int | None = DECIMAL_PLACES,
        **kwargs: Any,
    ) -> None:
        super().__init__(min_value=min_value, max_digits=max_digits, decimal_places=decimal_places, **kwargs)
        self.allows_negative = min_value is None or min_value < 0

    def _error(self, code: str, **params: int) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code, params=params)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # DecimalField does too
        """The amount, or None when nothing was typed; raises ValidationError as the class docstring says."""
        if value in self.empty_values:
            return None
        # Form data can also be a Decimal (tests, imports); its str() may be in scientific notation.
        text = format(value, "f") if isinstance(value, Decimal) else str(value)
        text = half_width(text).translate(_PUNCTUATION).strip()
        if not text:
            return None
        if len(text) > _LONGEST:
            raise self._error("invalid")
        prefix = _PREFIX.match(text)
        assert prefix is not None  # every part of it may be absent
        number = self._amount(text[prefix.end() :].removesuffix("元").rstrip())
        if not prefix["minus_first"] and not prefix["minus_after"]:
            return number
        if not self.allows_negative:
            raise self._error("negative")
        return number.copy_negate() if number else number

    def _amount(self, text: str) -> Decimal:
        """The amount without sign and currency; the checks run from the most to the least specific."""
        if _NOT_FINITE.fullmatch(text):
            raise self._error("not_finite")
        if _IN_LARGER_UNITS.fullmatch(text):
            raise self._error("unit")
        if not _PLAIN.fullmatch(text) and not _GROUPED.fullmatch(text):
            raise self._error("grouping" if _WITH_COMMAS.fullmatch(text) else "invalid")
        whole, _point, fraction = text.replace(",", "").partition(".")
        whole = whole.lstrip("0")
        if self.decimal_places is None:
            return Decimal(f"{whole or 0}.{fraction or 0}")
        if len(fraction) > self.decimal_places:
            raise self._error("decimals", places=self.decimal_places, typed=len(fraction))
        if self.max_digits is not None and len(whole) > self.max_digits - self.decimal_places:
            raise self._error("too_large", digits=self.max_digits - self.decimal_places)
        # Built from text, so no context can round it, and with all places, so that a page shows 5.00 before
        # the row has been through the database.
        return Decimal(f"{whole or 0}.{fraction.ljust(self.decimal_places, '0')}".rstrip("."))


class FigureFormField(MoneyFormField):
    """A number of pieces, hours, people or points as people type it: 1,000, １２, 0.5, and 。 for the point."""

    default_error_messages: ClassVar[Any] = {
        "invalid": _("Enter a number in figures, for example 12 or 0.5."),
        "not_finite": _("This is not a number: write it in figures."),
        "negative": _("The number cannot be negative: leave out the minus sign."),
        "unit": _("Write the whole number, without 万: 50000 instead of 5 万."),
        "grouping": _("The commas do not stand between thousands: write 12,345 or 12345."),
        "decimals": _("At most %(places)s decimal places; this one has %(typed)s."),
        "too_large": _("The number is too large: at most %(digits)s digits before the decimal point."),
    }


# Only type checkers know that Django's fields are generic.
if TYPE_CHECKING:
    _DecimalField = models.DecimalField[Any, Any]
else:
    _DecimalField = models.DecimalField


class MoneyField(_DecimalField):
    """An amount in yuan, to the fen, up to 999,999,999,999.99.

    The sign is not checked here: a deduction may be negative. The form field refuses a minus sign, and
    a model that must not hold one says so in a constraint.
    """

    def __init__(
        self,
        verbose_name: Any = None,
        name: str | None = None,
        max_digits: int | None = MAX_DIGITS,
        decimal_places: int | None = DECIMAL_PLACES,
        **kwargs: Any,
    ) -> None:
        super().__init__(verbose_name, name, max_digits, decimal_places, **kwargs)

    def deconstruct(self) -> Any:
        """As `models.DecimalField`, without the defaults: a migration shows only what is special."""
        name, path, args, kwargs = super().deconstruct()
        if self.max_digits == MAX_DIGITS:
            del kwargs["max_digits"]
        if self.decimal_places == DECIMAL_PLACES:
            del kwargs["decimal_places"]
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> Any:
        """A `MoneyFormField` with this field's digits; keyword arguments override, as in Django."""
        return super().formfield(**{"form_class": MoneyFormField, **kwargs})
