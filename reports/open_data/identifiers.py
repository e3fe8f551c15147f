"""Identifiers of what is published. Each is made of a number that is public anyway (of a project, a call, an
organisation), never of a key of the database: who knows one can open nothing with it.

UUIDs are of version 8 (RFC 9562, 5.8: the bits mean what their maker says). The first 48 bits of an award's are those
of its call, so that the award behind a UUID is found among the awards of one call, without a column of its own.
"""

import hashlib
import re
from uuid import UUID


def grant_id(prefix: str, number: str) -> str:
    """The identifier of an award by 360Giving: prefix, hyphen, the project's number; no slashes or spaces."""
    return f"{prefix}-{_tidy(number)}"


def organization_id(prefix: str, *, credit_code: str, filing_number: str) -> str:
    """CN-USCC and the credit code (GB 32100); for a group that is only filed, the prefix and its filing number, as
    360Giving wants it for organisations without an official number."""
    return f"CN-USCC-{credit_code}" if credit_code else f"{prefix}-org-{_tidy(filing_number)}"


def _tidy(number: str) -> str:
    return re.sub(r"[^0-9A-Za-z_.-]+", "-", number)


def _bits(*parts: str) -> int:
    """122 bits that are the same for the same words."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return int.from_bytes(digest[:16], "big") >> 6


def _uuid8(high: int, low: int) -> UUID:
    """A UUID of version 8 from 48 bits and 74 bits."""
    return UUID(int=high << 80 | 8 << 76 | (low >> 62) << 64 | 0b10 << 62 | low & (1 << 62) - 1)


def _call_part(prefix: str, code: str) -> int:
    return _bits(prefix, "call", code) >> 74


def opportunity_uuid(prefix: str, code: str) -> UUID:
    """Of a call, by its code."""
    return _uuid8(_call_part(prefix, code), _bits(prefix, "opportunity", code) & (1 << 74) - 1)


def award_uuid(prefix: str, code: str, number: str) -> UUID:
    """Of an award, by the code of its call and the project's number."""
    return _uuid8(_call_part(prefix, code), _bits(prefix, "award", number) & (1 << 74) - 1)


def party_uuid(prefix: str, identifier: str) -> UUID:
    """Of an organisation, by its identifier (`organization_id`)."""
    bits = _bits(prefix, "organization", identifier)
    return _uuid8(bits >> 74, bits & (1 << 74) - 1)


def is_of_call(uuid: UUID, prefix: str, code: str) -> bool:
    """Whether an award with this UUID, if there is one, is of the call with this code."""
    return uuid.int >> 80 == _call_part(prefix, code)


def uuid_of(text: str) -> UUID | None:
    """The UUID that somebody wrote with its hyphens; None when it is none."""
    found = re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", text)
    return UUID(text) if found else None
