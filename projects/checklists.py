"""What a site visit looks at: checklists as data, each with its version (`visit_checklists.toml`). Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

FILE = Path(__file__).with_name("visit_checklists.toml")

ANSWERS = {"yes": _("in order"), "partly": _("in part"), "no": _("not in order"), "unseen": _("not seen")}
"""What can be said of an item; nothing is said of one that has no answer."""
TONES = {"yes": "good", "partly": "warn", "no": "bad", "unseen": "neutral"}
NOTE_LENGTH = 200


@dataclass(frozen=True)
class Item:
    """One thing to look at; `key` is what answers are stored under."""

    key: str
    part: str
    text: str


@dataclass(frozen=True)
class Checklist:
    version: int
    items: tuple[Item, ...]
    use: str = ""
    """What it is for, where a file holds checklists for several uses."""

    @property
    def parts(self) -> list[tuple[str, list[Item]]]:
        """The items under their headings, in order."""
        return [(part, list(items)) for part, items in groupby(self.items, lambda item: item.part)]


@dataclass(frozen=True)
class Answered:
    """An item with what was said of it."""

    item: Item
    answer: str
    note: str

    @property
    def label(self) -> Any:
        return ANSWERS.get(self.answer, "—")

    @property
    def tone(self) -> str:
        return TONES.get(self.answer, "wait")


@cache
def checklists(file: Path = FILE) -> dict[int, Checklist]:
    """Every version that there ever was."""
    with file.open("rb") as source:
        found = tomllib.load(source)["checklists"]
    return {
        one["version"]: Checklist(one["version"], tuple(Item(**item) for item in one["items"]), one.get("use", ""))
        for one in found
    }


def current(file: Path = FILE, use: str = "") -> Checklist:
    """The newest for this use: what a visit of today is made with."""
    return max((one for one in checklists(file).values() if one.use == use), key=lambda one: one.version)


def answered(version: int, answers: Mapping[str, Any], file: Path = FILE) -> list[tuple[str, list[Answered]]]:
    """A visit's answers under their headings, by the checklist it was made with."""
    checklist = checklists(file).get(version) or current(file)
    return [
        (part, [Answered(item, *_answer(answers.get(item.key))) for item in items]) for part, items in checklist.parts
    ]


def _answer(stored: Any) -> tuple[str, str]:
    found = stored if isinstance(stored, Mapping) else {}
    return str(found.get("answer", "")), str(found.get("note", ""))
