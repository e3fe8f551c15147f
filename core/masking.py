"""What a public page shows of a person: enough to recognise oneself, not enough to be found.

Personal Information Protection Law, art. 6 (the least necessary) and 25 (publication); the patterns are
those of field guide 3.2. Nothing here ever returns the whole of a value. Masking is for display: store
and compare the value itself, or its fingerprint (`core.identifiers`).
"""

import re
from collections.abc import Callable, Iterable
from functools import partial

from core.identifiers import half_width

STAR = "*"


def mask_name(name: str) -> str:
    """The first character, then one star for each further code point: 张三 → 张*, 欧阳娜娜 → 欧***.

    The dot of a name (买买提·艾力) becomes a star like the rest: where it stands tells a person's origin.
    Characters beyond the basic plane (𬱖, 𠅤) count as one. A single character is hidden altogether, since
    it would be the whole name; an empty name stays empty.
    """
    name = name.strip()
    if len(name) < 2:
        return STAR * len(name)
    return name[0] + STAR * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """A mobile number as 138****5678; any other number as **** and its last four digits.

    Country code (+86), spaces and hyphens are dropped. A landline's area code is hidden too: with it, a
    small town's number is as good as whole. Fewer than seven digits (a short number or an extension) are
    hidden altogether; an empty number stays empty.
    """
    text = half_width(phone).strip()
    if not text:
        return ""
    digits = re.sub(r"[^0-9]", "", text)
    mobile = re.fullmatch(r"(?:00)?(?:86)?(1[3-9][0-9])[0-9]{4}([0-9]{4})", digits)
    if mobile:
        return f"{mobile[1]}****{mobile[2]}"
    return STAR * 4 + (digits[-4:] if len(digits) >= 7 else "")


def mask_account(account: str) -> str:
    """A bank account as **** and its last four: the number of stars does not tell its length.

    Spaces and hyphens are dropped. Eight characters or fewer are hidden altogether; an empty account
    stays empty.
    """
    text = re.sub(r"[\s-]", "", half_width(account))
    if not text:
        return ""
    return STAR * 4 + (text[-4:] if len(text) > 8 else "")


def mask_resident_id(number: str) -> str:
    """An ID number as fourteen stars and its last four: **************002X.

    Region and birthday are hidden: with a name they find one person. A number too short to be one is
    hidden altogether; an empty one stays empty.
    """
    text = re.sub(r"\s", "", half_width(number)).upper()
    shown = 4 if len(text) > 8 else 0
    return STAR * (len(text) - shown) + text[len(text) - shown :]


def mask_email(address: str) -> str:
    """The first character, three stars and the domain: zhang@example.org → z***@example.org.

    A mailbox of one character is hidden whole, and so is a text without @; an empty one stays empty.
    """
    address = address.strip()
    if not address:
        return ""
    mailbox, at, domain = address.rpartition("@")
    if not at:
        return STAR * 3
    return f"{mailbox[0] if len(mailbox) > 1 else ''}***@{domain}"


_HIDDEN_IN_TEXT = (
    # Only from the beginning of a word: from each of its letters it would take a minute for a text without an address.
    (re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), mask_email),
    (re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"), mask_resident_id),
    (re.compile(r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])"), mask_phone),
    (re.compile(r"(?<![0-9])0[0-9]{2,3}[- ]?[0-9]{7,8}(?![0-9])"), mask_phone),
    (re.compile(r"(?<![0-9])[0-9]{12,19}(?![0-9])"), mask_account),
)


def _masked(found: re.Match[str], *, mask: Callable[[str], str]) -> str:
    return mask(found[0])


_KEPT_WIDE = "，：；！？"
"""What stands between the words of a Chinese sentence stays as it was written."""


def mask_text(text: str, names: Iterable[str] = ()) -> str:
    """A text for the public: every address, phone, ID number and account in it masked, and each of `names`.

    Only names that are given are found: nobody can tell by looking whether two characters are a person.
    """
    if re.search("[０-９]", text):
        text = "".join(sign if sign in _KEPT_WIDE else half_width(sign) for sign in text)
    for pattern, mask in _HIDDEN_IN_TEXT:
        text = pattern.sub(partial(_masked, mask=mask), text)
    for name in sorted({name.strip() for name in names}, key=len, reverse=True):
        if len(name) > 1:
            text = text.replace(name, mask_name(name))
    return text
