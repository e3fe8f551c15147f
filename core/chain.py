"""How an event becomes a link of the chain: pure calculation, so that anybody can do it again with nothing but SHA-256.

    commitment = SHA-256(salt ‖ value)                          for each value that may say something of a person
    digest     = SHA-256(the event as canonical JSON, commitments in the place of those values)
    hash       = SHA-256(previous hash ⏎ number ⏎ moment ⏎ digest)    in letters, ⏎ is a line feed

Canonical JSON is UTF-8 with sorted names, without blanks and with times in UTC to the microsecond. A number is written
the same whichever database gave it back: PostgreSQL turns 1e16 into 10000000000000000.
"""

import json
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from secrets import token_hex
from typing import Any, NamedTuple

GENESIS = "0" * 64
"""What stands before the first link."""
SALT_LENGTH = 32
"""Letters of a salt: 128 bits. What is erased leaves its commitment, which has 64."""
ERASABLE = ("label", "note", "data")
"""What of an event may say something of a person."""


class Said(NamedTuple):
    """An event as the database gives it back."""

    id: int
    content_type_id: int
    object_id: int
    name: str
    source_state: str
    target_state: str
    actor_id: int | None
    at: datetime
    label: str
    note: str
    data: Any


class Keys(NamedTuple):
    """Of each erasable value its salt, or its commitment once it is erased; nothing where there was nothing."""

    label: str
    note: str
    data: str


def new_keys(said: Said) -> Keys:
    """Fresh salts. The label always has one, so that no digest can be guessed from the other fields."""
    return Keys(
        label=token_hex(SALT_LENGTH // 2),
        note=token_hex(SALT_LENGTH // 2) if said.note else "",
        data=token_hex(SALT_LENGTH // 2) if said.data else "",
    )


def moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def details(data: Any) -> str:
    """Details as the text that is committed to."""
    return json.dumps(_plain(data), sort_keys=True, **_COMPACT)


def commitment(key: str, text: str) -> str:
    """What the chain holds of a value. Where it is erased, the key is it already, and the value has to be gone."""
    if len(key) == SALT_LENGTH:
        return sha256(bytes.fromhex(key) + text.encode()).hexdigest()
    return key if not text else f"written where nothing is: {text}"


def digest(said: Said, keys: Keys) -> str:
    """What one event says, as 64 letters."""
    fields = {
        "id": said.id,
        "content_type": said.content_type_id,
        "object_id": said.object_id,
        "name": said.name,
        "source_state": said.source_state,
        "target_state": said.target_state,
        "actor": said.actor_id,
        "at": moment(said.at),
        "label": commitment(keys.label, said.label),
        "note": commitment(keys.note, said.note),
        "data": commitment(keys.data, details(said.data) if said.data else ""),
    }
    return sha256(json.dumps(fields, sort_keys=True, **_COMPACT).encode()).hexdigest()


def link(previous: str, number: int, sealed_at: datetime, digest: str) -> str:
    """The hash of one link, which says all that came before."""
    return sha256(f"{previous}\n{number}\n{moment(sealed_at)}\n{digest}".encode()).hexdigest()


_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}


def _plain(value: Any) -> Any:
    """The same value with each number in one spelling: 1.0 is 1."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    return value
