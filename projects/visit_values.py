"""What a visit says, as one dictionary that a database keeps and a page lays side by side with another. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from projects.checklists import ANSWERS, Checklist, checklists, current

TEXTS = ("place", "met", "findings", "follow_up")
NAMES = {
    "visited_at": _("when"),
    "place": _("place"),
    "met": _("whom you met"),
    "findings": _("seen and found"),
    "follow_up": _("to be done next"),
    "follow_up_due_on": _("to be done until"),
}
JOINED = ("findings",)
"""Where two versions can stand one below the other; of the other texts one is chosen."""

Values = dict[str, Any]


def packed(values: Mapping[str, Any]) -> Values:
    """Times and days as text, so that JSON keeps them; the rest as it is."""
    return {name: _written(value) for name, value in values.items()}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def unpacked(stored: Mapping[str, Any]) -> Values:
    """What `packed` made, as a model takes it."""
    found = dict(stored)
    found["visited_at"] = datetime.fromisoformat(found["visited_at"])
    if "follow_up_due_on" in found:
        day = found["follow_up_due_on"]
        found["follow_up_due_on"] = date.fromisoformat(day) if day else None
    return found


@dataclass(frozen=True)
class Difference:
    """One place at which two versions say something else."""

    name: Any
    ours: str
    theirs: str


def differences(
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    names: Mapping[str, Any] = NAMES,
    checklist: Checklist | None = None,
) -> list[Difference]:
    """Where two packed versions differ, in the order of the form (`names`), in words."""
    found = [
        Difference(label, _said(name, ours), _said(name, theirs))
        for name, label in names.items()
        if _said(name, ours) != _said(name, theirs)
    ]
    checklist = checklist or checklists().get(theirs.get("checklist", 0)) or current()
    for item in checklist.items:
        here, there = _answer(ours, item.key), _answer(theirs, item.key)
        if here != there:
            found.append(Difference(item.text, here, there))
    return found


def together(
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    texts: Iterable[str] = TEXTS,
    below: Collection[str] = JOINED,
) -> Values:
    """A beginning for who writes the two into one: long texts one below the other, gaps filled, else what is there."""
    joined = dict(ours)
    for name in texts:
        mine, other = str(ours.get(name) or ""), str(theirs.get(name) or "")
        if not mine:
            joined[name] = other
        elif name in below and other and other not in mine:
            joined[name] = other if mine in other else f"{mine}\n{other}"
    joined["answers"] = dict(theirs.get("answers") or {}) | dict(ours.get("answers") or {})
    if "follow_up_due_on" in ours:
        joined["follow_up_due_on"] = ours["follow_up_due_on"] or theirs.get("follow_up_due_on")
    return joined


def _said(name: str, values: Mapping[str, Any]) -> str:
    stored = values.get(name)
    if name == "visited_at" and stored:
        return f"{timezone.localtime(datetime.fromisoformat(stored)):%Y-%m-%d %H:%M}"
    if isinstance(stored, bool):
        return str(_("yes") if stored else _("no"))
    return str(stored or "")


def _answer(values: Mapping[str, Any], key: str) -> str:
    found = (values.get("answers") or {}).get(key) or {}
    said = str(ANSWERS.get(found.get("answer", ""), ""))
    return f"{said}：{found['note']}" if said and found.get("note") else said or str(found.get("note", ""))
