"""Two calls side by side: what this year's says otherwise than last year's. No ORM here: it is given descriptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One thing that a call says: its section, its name, and the words or figure; and of which row, if it has rows."""

    section: str
    name: str
    value: str
    row: str = ""


@dataclass(frozen=True)
class Difference:
    """One thing that two calls say differently; an empty side says nothing about it."""

    section: str
    name: str
    old: str
    new: str

    @property
    def kind(self) -> str:
        return "added" if not self.old else "removed" if not self.new else "changed"


def compare(old: Iterable[Part], new: Iterable[Part]) -> list[Difference]:
    """What differs, in the order of the new call; what only the old one says comes last in its section.

    A row that only one of them has is one difference with all that it says.
    """
    before, after = _by_row(old), _by_row(new)
    found = [
        difference
        for place in (*after, *(place for place in before if place not in after))
        for difference in _differences(*place, before.get(place), after.get(place))
    ]
    order = list(dict.fromkeys(section for section, _row in (*after, *before)))
    return sorted(found, key=lambda difference: order.index(difference.section))


def _differences(
    section: str, row: str, before: Mapping[str, str] | None, after: Mapping[str, str] | None
) -> list[Difference]:
    if row and (before is None or after is None):
        return [Difference(section, row, _all(before), _all(after))]
    before, after = before or {}, after or {}
    return [
        Difference(section, f"{row} · {name}" if row else name, before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys((*after, *before))
        if before.get(name, "") != after.get(name, "")
    ]


def _all(values: Mapping[str, str] | None) -> str:
    """Everything that a row says, in one piece."""
    return "\n".join(f"{name}：{value}" for name, value in (values or {}).items() if value)


def _by_row(parts: Iterable[Part]) -> dict[tuple[str, str], dict[str, str]]:
    """By section and row, then by name; a name that stands twice gets a number, so that nothing is lost."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for part in parts:
        values = found.setdefault((part.section, part.row), {})
        name, again = part.name, 2
        while name in values:
            name, again = f"{part.name} ({again})", again + 1
        values[name] = part.value
    return found
