"""The codes with which residents vote: made, typed, and kept as fingerprints only.

A code has ten of 32 letters and figures (2^50 codes), without 0, O, 1 and I, which people mix up. What is kept of it is
a keyed fingerprint. The ballot that was cast with it is kept under a second, different fingerprint: whoever reads the
database, but has neither the key nor the slip, cannot join the two.
"""

import hashlib
import hmac
import secrets

from django.conf import settings

from core.identifiers import half_width

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 10
RECEIPT = 8
"""Characters of a ballot's own number, which its voter is told and which is published."""
DEVICE = "vote-device"
"""The cookie by which a phone is known again in an open vote."""
DEVICE_FOR = 200 * 24 * 3600


def new_code() -> str:
    return _random(LENGTH)


def new_receipt() -> str:
    return _random(RECEIPT)


def new_device() -> str:
    return secrets.token_urlsafe(18)


def shown(code: str) -> str:
    """As it is printed: in two halves."""
    return f"{code[: len(code) // 2]}-{code[len(code) // 2 :]}"


def normalise(typed: str) -> str:
    """What somebody typed, with small letters, blanks, dashes or full width; empty when it cannot be a code."""
    code = "".join(sign for sign in half_width(typed).upper() if sign.isalnum())
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def fingerprint(code: str) -> str:
    """What is kept with a slip."""
    return _keyed("slip", code)


def voter_by_code(vote_id: int, code: str) -> str:
    """What is kept with the ballot that was cast with a code."""
    return _keyed("ballot", str(vote_id), code)


def voter_by_device(vote_id: int, device: str) -> str:
    return _keyed("device", str(vote_id), device)


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _place in range(length))


def _keyed(*parts: str) -> str:
    return hmac.new(
        settings.IDENTITY_HMAC_KEY.encode(), ":".join(("vote", *parts)).encode(), hashlib.sha256
    ).hexdigest()
