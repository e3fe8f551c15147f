"""What a research report is made of, before it is set. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field

TIERS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三", "十四", "十五")


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of text; `lead`: the words it begins with, set apart."""

    text: str
    lead: str = ""

    kind = "paragraph"


@dataclass(frozen=True)
class ToWrite:
    """What only a person can know: shown as 【待填写：…】."""

    what: str

    kind = "to_write"

    @property
    def text(self) -> str:
        return f"【待填写：{self.what}】"


@dataclass(frozen=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""
    figures: Sequence[int] = ()
    """Which columns are figures, and stand on the right."""

    kind = "table"

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        return [[(text, at in self.figures) for at, text in enumerate(row)] for row in self.rows]


@dataclass(frozen=True)
class Chart:
    """A drawing of ours (`reports.charts`) as SVG, for paper."""

    title: str
    svg: str
    note: str = ""

    kind = "chart"


Block = Paragraph | ToWrite | Table | Chart


@dataclass
class Section:
    """（一）: title and what stands below it; without a title it belongs to the chapter itself."""

    title: str
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Chapter:
    """一、"""

    title: str
    sections: list[Section] = field(default_factory=list)

    @property
    def numbered(self) -> list[tuple[str, Section]]:
        """The sections with their numbers, （一）."""
        found, n = [], 0
        for section in self.sections:
            number = ""
            if section.title:
                number, n = f"（{TIERS[n]}）", n + 1
            found.append((number, section))
        return found


@dataclass
class Report:
    title: str
    region: str
    year: int
    day: str
    office: str
    opening: list[Block]
    chapters: list[Chapter]
    annexes: list[Chapter]
    is_empty: bool = False

    @property
    def numbered(self) -> list[tuple[str, Chapter]]:
        return [(f"{TIERS[n]}、", chapter) for n, chapter in enumerate(self.chapters)]

    @property
    def blocks(self) -> list[Block]:
        """Everything that stands in it, in its order."""
        parts = [*self.chapters, *self.annexes]
        return [*self.opening, *(block for part in parts for section in part.sections for block in section.blocks)]

    @property
    def text(self) -> str:
        """All sentences."""
        return "\n".join(block.text for block in self.blocks if isinstance(block, Paragraph | ToWrite))
