"""What changed between two versions of a proposal: field by field, row by row, word by word. No ORM here.

A version is what `snapshot` wrote down: {"fields": {name: text}, "tables": {name: [row, …]}}, where a row is
{"key": …, column: text …} and every value is text as a person reads it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Version = Mapping[str, Any]
SHORT = 40
"""Code points of both texts together below which a figure or a name is shown whole."""
ALIKE = 0.4


@dataclass(frozen=True)
class Piece:
    """A stretch of text that was "kept", "removed" or "added"."""

    kind: str
    text: str


@dataclass(frozen=True)
class FieldChange:
    """A field (or column) whose text is not what it was."""

    name: str
    old: str
    new: str

    @property
    def pieces(self) -> list[Piece]:
        return text_pieces(self.old, self.new)

    @property
    def is_replaced(self) -> bool:
        """One text stands for the other: nothing of it was kept."""
        return [piece.kind for piece in self.pieces] == ["removed", "added"]


@dataclass(frozen=True)
class RowChange:
    """A row that was "added", "removed" or "changed"; `cells` are the columns that differ, `row` the newest content."""

    table: str
    kind: str
    row: Mapping[str, str]
    cells: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Everything that differs between two versions."""

    fields: tuple[FieldChange, ...]
    rows: tuple[RowChange, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.rows)


def compare(old: Version, new: Version) -> Difference:
    """What became of `old` in `new`, in the order of the new version; removed rows come after the others of a table."""
    names = [*new["fields"], *(name for name in old["fields"] if name not in new["fields"])]
    fields = tuple(
        FieldChange(name, old["fields"].get(name, ""), new["fields"].get(name, ""))
        for name in names
        if old["fields"].get(name, "") != new["fields"].get(name, "")
    )
    tables = [*new["tables"], *(name for name in old["tables"] if name not in new["tables"])]
    rows = [
        change
        for table in tables
        for change in _rows(table, old["tables"].get(table, ()), new["tables"].get(table, ()))
    ]
    return Difference(fields, tuple(rows))


def _rows(table: str, old: Iterable[Mapping[str, str]], new: Iterable[Mapping[str, str]]) -> Iterable[RowChange]:
    before = {row["key"]: row for row in old}
    for row in new:
        was = before.pop(row["key"], None)
        if was is None:
            yield RowChange(table, "added", row)
            continue
        cells = tuple(
            FieldChange(name, was.get(name, ""), row[name])
            for name in row
            if name != "key" and was.get(name, "") != row[name]
        )
        if cells:
            yield RowChange(table, "changed", row, cells)
    for row in before.values():
        yield RowChange(table, "removed", row)


def text_pieces(old: str, new: str) -> list[Piece]:
    """The two texts woven together, by code point; short or quite different ones stand one after the other."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if len(old) + len(new) < SHORT or matcher.ratio() < ALIKE:  # woven together they could not be read
        return [Piece(kind, text) for kind, text in (("removed", old), ("added", new)) if text]
    pieces: list[Piece] = []
    for kind, i, j, k, m in matcher.get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", new[k:m]))
            continue
        if i < j:
            pieces.append(Piece("removed", old[i:j]))
        if k < m:
            pieces.append(Piece("added", new[k:m]))
    return pieces
