"""Two calls side by side: what this year's says otherwise than last year's. No ORM here: it is given descriptions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """One thing that a call says: its section, its name, and the words or figure."""

    section: str
    name: str
    value: str


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
    """What differs, in the order of the new call; what only the old one says comes last in its section."""
    before, after = _by_place(old), _by_place(new)
    found = [
        Difference(section, name, before.get((section, name), ""), value)
        for (section, name), value in after.items()
        if before.get((section, name), "") != value
    ]
    found += [Difference(s, n, value, "") for (s, n), value in before.items() if (s, n) not in after and value]
    order = list(dict.fromkeys(section for section, _name in (*after, *before)))
    return sorted(found, key=lambda difference: order.index(difference.section))


def _by_place(parts: Iterable[Part]) -> Mapping[tuple[str, str], str]:
    """By section and name; a name that stands twice gets a number, so that nothing is lost."""
    found: dict[tuple[str, str], str] = {}
    for part in parts:
        name, again = part.name, 2
        while (part.section, name) in found:
            name, again = f"{part.name} ({again})", again + 1
        found[part.section, name] = part.value
    return found
