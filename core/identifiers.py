"""Numbers that identify organizations, people and places: each is checked before it is stored.

Every `validate_…` takes what a person typed or pasted, drops white space and full-width forms, and
returns the one writing we store; otherwise it raises a ValidationError whose message says what is wrong
and whose `code` names the kind of error. Nothing is silently corrected: a guessed digit would be a
different organization. Messages about people never repeat the number, since messages reach logs.
"""

import hashlib
import hmac
import re
import unicodedata
from datetime import date
from typing import Final

import phonenumbers
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core import clock

# Explicit, because Unicode's own compatibility form would also turn ② into 2 and ½ into 1⁄2.
_HALF_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}


def half_width(text: str) -> str:
    """`text` with full-width ASCII, the ideographic space and ￥ as half-width forms; the rest as it is."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def _normalise(text: str) -> str:
    """Half-width, upper case, without white space or the invisible characters that pasting brings."""
    if text.isascii():
        return "".join(text.split()).upper()
    kept = (c for c in half_width(text) if not c.isspace() and unicodedata.category(c) != "Cf")
    # Only ASCII: upper() turns ı into I and ß into SS, which would move the positions we report.
    return "".join(c.upper() if c.isascii() else c for c in kept)


# -- Unified social credit code ------------------------------------------------------------------

CREDIT_CODE_LENGTH: Final = 18
_CREDIT_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = tuple(3**exponent % 31 for exponent in range(17))
_ORGANIZATION_CHARACTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANIZATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
# What an unused letter was probably meant to be. Only a hint: which one it is, the certificate says.
_LOOKS_LIKE: Final = {"I": "1", "O": "0", "S": "5", "V": "U", "Z": "2"}

# First character: the registering body. GB 32100-2015, table 1, and the later codes A, N and Y.
_REGISTERING_BODIES: Final[dict[str, Promise]] = {
    "1": _("Registered with the staffing commission"),
    "2": _("Registered with the foreign ministry"),
    "3": _("Registered with the justice authority"),
    "4": _("Registered with the culture authority"),
    "5": _("Registered with the civil affairs authority"),
    "6": _("Registered with the tourism authority"),
    "7": _("Registered with the religious affairs authority"),
    "8": _("Registered with the trade unions"),
    "9": _("Registered with the market regulator"),
    "A": _("Registered with the armed forces"),
    "N": _("Registered with the agriculture authority"),
    "Y": _("Registered with another authority"),
}
# First two characters, where the kind has a name of its own that users of a grant platform meet.
_REGISTRATION_KINDS: Final[dict[str, Promise]] = {
    "11": _("Government body"),
    "12": _("Public institution"),
    "13": _("People's organization"),
    "51": _("Social association"),
    "52": _("Social service organization"),
    "53": _("Foundation"),
    "54": _("Residents' committee"),
    "55": _("Villagers' committee"),
    "59": _("Other social organization"),
    "81": _("Trade union"),
    "91": _("Company"),
    "92": _("Sole trader"),
    "93": _("Farmers' cooperative"),
    "N1": _("Collective economic organization of a villagers' group"),
    "N2": _("Collective economic organization of a village"),
    "N3": _("Collective economic organization of a township"),
}


def _organization_check_character(body: str) -> str:
    """The ninth character of an organization code (GB 11714) for its first eight."""
    weighted = zip(body, _ORGANIZATION_WEIGHTS, strict=True)
    total = sum(_ORGANIZATION_CHARACTERS.index(character) * weight for character, weight in weighted)
    return "0123456789X"[(11 - total % 11) % 11]


def _credit_check_character(body: str) -> str:
    """The eighteenth character of a credit code (GB 32100) for its first seventeen."""
    weighted = zip(body, _CREDIT_WEIGHTS, strict=True)
    total = sum(_CREDIT_CHARACTERS.index(character) * weight for character, weight in weighted)
    # The second "mod 31" matters: without it a remainder of 0 asks for a 32nd character.
    return _CREDIT_CHARACTERS[(31 - total % 31) % 31]


def validate_credit_code(code: str) -> str:
    """The 18 characters of a unified social credit code (统一社会信用代码), upper case, without spaces.

    Checked in this order, each with its own error code: `length`, `unused_letter` (I, O, S, V, Z) or
    `illegal_character`, `registration_kind`, `organization_check` (characters 9–17), `check` (character
    18). The region is not looked up: codes outlive the regions they were issued in. Source: GB 32100-2015
    and GB 11714-1997. Raises ValidationError.
    """
    code = _normalise(code)
    if len(code) != CREDIT_CODE_LENGTH:
        raise ValidationError(
            _("A unified social credit code has 18 characters; this one has %(count)s."),
            params={"count": len(code)},
            code="length",
        )
    for position, character in enumerate(code, start=1):
        if character in _LOOKS_LIKE:
            raise ValidationError(
                _(
                    "Character %(position)s is the letter %(character)s. I, O, S, V and Z are not used in "
                    "credit codes: did you mean %(hint)s?"
                ),
                params={"position": position, "character": character, "hint": _LOOKS_LIKE[character]},
                code="unused_letter",
            )
        if character not in _CREDIT_CHARACTERS:
            raise ValidationError(
                _("Character %(position)s is “%(character)s”: only digits and capital letters are used."),
                params={"position": position, "character": character},
                code="illegal_character",
            )
    # A body may name new kinds by amendment, so only the body is looked up; every kind so far is 1–9.
    if code[0] not in _REGISTERING_BODIES or code[1] not in "123456789":
        raise ValidationError(
            _("A credit code cannot begin with %(kind)s: no registering authority issues such codes."),
            params={"kind": code[:2]},
            code="registration_kind",
        )
    if _organization_check_character(code[8:16]) != code[16]:
        raise ValidationError(
            _(
                "The organization code in characters 9 to 17 (%(part)s) does not match its check character: "
                "compare it with the certificate."
            ),
            params={"part": code[8:17]},
            code="organization_check",
        )
    if _credit_check_character(code[:17]) != code[17]:
        raise ValidationError(
            _("The last character (%(character)s) does not match the others: compare with the certificate."),
            params={"character": code[17]},
            code="check",
        )
    return code


def credit_code_kind(code: str) -> str:
    """What kind of organization the first two characters name, in the active language.

    Falls back to the registering body, then to "Unknown kind": pages show this beside codes that may
    predate our checks, so it never raises.
    """
    kind = _normalise(code)[:2]
    return str(_REGISTRATION_KINDS.get(kind) or _REGISTERING_BODIES.get(kind[:1]) or _("Unknown kind"))


# -- Resident identity number --------------------------------------------------------------------

RESIDENT_ID_LENGTH: Final = 18
_RESIDENT_WEIGHTS: Final = tuple(2 ** (17 - index) % 11 for index in range(17))
_RESIDENT_CHECKS: Final = "10X98765432"


def validate_resident_id(number: str) -> str:
    """The 18 characters of a resident identity number (公民身份号码), with a capital X.

    Error codes in the order they are checked: `old_format` (15 digits), `length`, `illegal_character`,
    `birth_date`, `too_early` (before 1900), `future`, `check`. The region is not checked: a number keeps
    the region of its first issue, which may be gone. Source: GB 11643-1999. Raises ValidationError.
    """
    number = _normalise(number)
    if re.fullmatch(r"[0-9]{15}", number):
        raise ValidationError(
            _("Numbers of 15 digits are no longer valid: enter the 18 characters on the current card."),
            code="old_format",
        )
    if len(number) != RESIDENT_ID_LENGTH:
        raise ValidationError(
            _("A resident identity number has 18 characters; this one has %(count)s."),
            params={"count": len(number)},
            code="length",
        )
    for position, character in enumerate(number, start=1):
        allowed = "0123456789X" if position == RESIDENT_ID_LENGTH else "0123456789"
        if character not in allowed:
            raise ValidationError(
                _("Character %(position)s is wrong: there are 17 digits, then a digit or X."),
                params={"position": position},
                code="illegal_character",
            )
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise ValidationError(
            _("Characters 7 to 14 are not a date: they are the birthday as year, month, day."),
            code="birth_date",
        ) from None
    if born.year < 1900:
        raise ValidationError(_("The birthday in the number is before 1900."), code="too_early")
    if born > clock.today():
        raise ValidationError(_("The birthday in the number is in the future."), code="future")
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _RESIDENT_WEIGHTS, strict=True))
    if _RESIDENT_CHECKS[total % 11] != number[17]:
        raise ValidationError(
            _("The last character does not match the other 17: compare the number with the card."),
            code="check",
        )
    return number


def fingerprint_resident_id(number: str) -> str:
    """64 hex digits that are equal for equal numbers and tell nothing else: HMAC-SHA256 of the number.

    Finds double entries without keeping the number (field guide 3.2). The key is
    `settings.IDENTITY_HMAC_KEY`, apart from SECRET_KEY and outside the database: there are few enough
    possible numbers that a plain hash could be tried out. Changing the key makes old fingerprints
    incomparable. Raises ValidationError for an invalid number, ImproperlyConfigured without a key.
    """
    number = validate_resident_id(number)
    key = getattr(settings, "IDENTITY_HMAC_KEY", "")
    if not key:
        raise ImproperlyConfigured("IDENTITY_HMAC_KEY must be set to fingerprint identity numbers")
    secret = key if isinstance(key, bytes) else key.encode()
    return hmac.new(secret, number.encode(), hashlib.sha256).hexdigest()


# -- Regions and filed groups --------------------------------------------------------------------

# Province-level codes of GB/T 2260; the numbers between them were never assigned.
_PROVINCES: Final = frozenset(
    str(code)
    for block in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in block
) | {"71", "81", "82"}


def validate_region_code(code: str) -> str:
    """The 12 digits of a community's region code: county 6, street or town 3, community 3.

    Error codes: `region_format` (not 12 digits), `province` (first two digits, from 11 to 82, name no
    province). Lower levels are looked up in the imported region table, not here. Source: GB/T 2260,
    GB/T 10114. Raises ValidationError.
    """
    code = _normalise(code)
    if not re.fullmatch(r"[0-9]{12}", code):
        raise ValidationError(
            _("A region code has 12 digits; this is “%(value)s”."),
            params={"value": code},
            code="region_format",
        )
    if code[:2] not in _PROVINCES:
        raise ValidationError(
            _("No province has the code %(province)s, with which this region code begins."),
            params={"province": code[:2]},
            code="province",
        )
    return code


_DASHES: Final = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))


def comparable(number: str) -> str:
    """The number of a paper (invoice, quotation) as it is compared: half-width, upper case, one dash, no space."""
    return _normalise(number).translate(_DASHES)


_FIRST_FILING_YEAR: Final = 1950


def validate_filing_number(number: str) -> str:
    """The number of a group that is filed but not registered (备案), as BA-<region 12>-<year 4>-<serial 4>.

    Our own scheme (field guide 3.1 f), since such a group has no credit code. Any dash is read as a hyphen.
    Error codes: `filing_format`; `province` for the region; `filing_year` before 1950, the year of the first
    rules on registering associations, or in the future; `filing_serial` for 0000. Raises ValidationError.
    """
    number = _normalise(number).translate(_DASHES)
    match = re.fullmatch(r"BA-([0-9]{12})-([0-9]{4})-([0-9]{4})", number)
    if not match:
        raise ValidationError(
            _("A filing number is written BA-<12-digit region>-<year>-<4-digit serial>, not “%(value)s”."),
            params={"value": number},
            code="filing_format",
        )
    validate_region_code(match[1])
    if not _FIRST_FILING_YEAR <= int(match[2]) <= clock.today().year:
        raise ValidationError(
            _("%(year)s is not a year in which a group can have been filed."),
            params={"year": match[2]},
            code="filing_year",
        )
    if match[3] == "0000":
        raise ValidationError(_("Serial numbers begin with 0001."), code="filing_serial")
    return number


# -- Mobile numbers ------------------------------------------------------------------------------

_MOBILE_TYPES: Final = {
    phonenumbers.PhoneNumberType.MOBILE,
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
}


def validate_mobile(number: str) -> str:
    """The 11 digits of a mainland mobile number; +86, 0086, spaces, hyphens and full width are accepted.

    Error codes: `mobile_characters` (anything but digits and separators: the library would read letters as
    keys), `foreign` (another country's code), `mobile_length`, `not_mobile` (a landline or a range that is
    not in use). Which ranges are in use, `phonenumbers` knows. Raises ValidationError.
    """
    text = re.sub(r"[()-]", "", _normalise(number).translate(_DASHES))
    if not re.fullmatch(r"\+?[0-9]+", text):
        raise ValidationError(
            _("A mobile number has only digits, for example 13800138000."),
            code="mobile_characters",
        )
    # 0086 is +86 as dialled; the library expects China's own international prefix only with a known carrier.
    text = re.sub(r"^00", "+", text)
    try:
        parsed = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        raise ValidationError(_("A mobile number has 11 digits."), code="mobile_length") from None
    if parsed.country_code != 86:
        raise ValidationError(
            _("Only mainland mobile numbers (+86) can be used here, not +%(country)s."),
            params={"country": parsed.country_code},
            code="foreign",
        )
    digits = phonenumbers.national_significant_number(parsed)
    if phonenumbers.number_type(parsed) in _MOBILE_TYPES:  # UNKNOWN for a number that is not valid
        return digits
    if len(digits) != 11 and not phonenumbers.is_valid_number(parsed):
        raise ValidationError(_("A mobile number has 11 digits."), code="mobile_length")
    raise ValidationError(_("This is not a mobile number in use."), code="not_mobile")


def fingerprint_address(address: str) -> str:
    """A keyed fingerprint of a network address: enough to limit one sender, not enough to know who it was."""
    key = settings.IDENTITY_HMAC_KEY.encode()
    return hmac.new(key, b"address:" + address.encode(), hashlib.sha256).hexdigest()
