"""What an official paper asks of words by GB/T 9704-2012: lines of a title, size of the red mark, levels of headings.

Pure: no database. A width is counted in characters of full width; what is narrow (ASCII) counts half.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

TITLE_ROOM = 20
"""So many characters of 22 pt stand in the 156 mm of a line (20.1)."""
MARK_STEPS = (8, 10, 12, 15, 18)
"""A red mark of at most so many characters has a size of its own (static/css/pdf/official.css), a longer one two lines.
"""
LONG_MARK_ROOM = 17

BRACKETS = "（《“〔【‘(", "）》”〕】’)"
OPENS, CLOSES = BRACKETS[0], f"{BRACKETS[1]}、，。：；！？的了和与及年月日号级期届"
NAME_END, BROKEN_WORD, BROKEN_BRACKET = 4.0, 60.0, 60.0
"""How much worse than between parts a break is after a name, within a word, and more within brackets: in squared
characters, as uneven lines are counted."""


class Level(StrEnum):
    """How deep a line of text stands (结构层次): a face for each."""

    FIRST = "lead"
    """一、 in 黑体."""
    SECOND = "lead-second"
    """（一） in 楷体."""
    TEXT = ""
    """1. and （1）, and all other text, in 仿宋."""


_OFFICE_ENDS = re.compile(r"(?<=[省市县镇乡局])|(?<=[^社]区)|(?<=街道|政府)|(?<=委员会|办公室|办事处|基金会|联合会)")
"""Where the name of a place or an office ends; 社区 is none."""
_FIRST = re.compile(r"[一二三四五六七八九十]{1,3}、")
_SECOND = re.compile(r"（[一二三四五六七八九十]{1,3}）")
HEADING_ROOM = 40
"""A heading is not longer than this; what is longer is a sentence that happens to begin like one."""


def width(text: str) -> float:
    """How many full-width characters wide a text is."""
    return sum(0.5 if ord(character) < 0x100 else 1.0 for character in text)


def level(line: str) -> tuple[Level, str, str]:
    """The level at which a line that somebody typed begins, its heading, and what follows in 仿宋.

    A heading ends with its first full stop, or with the line when it has none: 一、会议听取了汇报。→ all of it.
    """
    for found, pattern in ((Level.FIRST, _FIRST), (Level.SECOND, _SECOND)):
        if pattern.match(line):
            heading, stop, rest = line.partition("。")
            if len(heading) <= HEADING_ROOM:
                return found, heading + stop, rest
    return Level.TEXT, "", line


def mark_size(text: str) -> str:
    """The class that sets a red mark as large as it fits: `mark-8` to `mark-18`, or `mark-long` for two lines."""
    wide = width(text)
    return next((f"mark-{step}" for step in MARK_STEPS if wide <= step), "mark-long")


def mark_lines(text: str) -> list[str]:
    """A red mark in one line, or in two of about the same length."""
    return [text] if width(text) <= MARK_STEPS[-1] else balanced([text], LONG_MARK_ROOM)


def balanced(parts: Sequence[str], room: float = TITLE_ROOM) -> list[str]:
    """A title in as few lines as it needs, of about the same length, and broken where a part ends if that is possible.

    `parts` are what belongs together, in order: ["2026年柳溪镇公益创投", "项目", "立项通知书"]. The rule (7.3.1):
    「回行时，要做到词意完整，排列对称，长短适宜，间距恰当」. Chosen is the smallest sum of squared differences from the
    mean length and of what each break costs (`_costs`). A line that cannot be broken stays too long.
    """
    text = "".join(parts)
    if width(text) <= room:
        return [text] if text else []
    costs = _costs(parts)
    for lines in range(int(-(-width(text) // room)), len(text) + 1):
        if found := _cut(text, costs, lines, room):
            return found
    return [text]


def _costs(parts: Sequence[str]) -> dict[int, float]:
    """What a break costs after so many characters: nothing where a part ends, little after the name of a place or
    office and around quotes, much within a word or within brackets. Where none may be there is no entry: between two
    digits or letters, before what closes and after what opens."""
    text, costs, depth = "".join(parts), {}, 0
    names = {found.start() for found in _OFFICE_ENDS.finditer(text)}
    for at, (before, after) in enumerate(pairwise(text), start=1):
        depth += (before in BRACKETS[0]) - (before in BRACKETS[1])
        if (before.isascii() and after.isascii()) or after in CLOSES or before in OPENS:
            continue
        natural = at in names or after in "“《" or before in BRACKETS[1]
        costs[at] = (NAME_END if natural else BROKEN_WORD) + (BROKEN_BRACKET if depth > 0 else 0.0)
    seam = 0
    for part in parts:
        seam += len(part)
        costs[seam] = 0.0
    return costs


def _cut(text: str, costs: dict[int, float], lines: int, room: float) -> list[str]:
    """The best way into exactly so many lines, or nothing. `best[at]`: cost and cuts of the text up to `at`."""
    mean = width(text) / lines
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _line in range(lines):
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, cuts) in best.items():
            for end, more in costs.items():
                wide = width(text[start:end])
                if end <= start or wide > room:
                    continue
                total = cost + more + (wide - mean) ** 2
                if end not in reached or total < reached[end][0]:
                    reached[end] = (total, (*cuts, end))
        best = reached
    return [text[start:end] for start, end in pairwise(best[len(text)][1])] if len(text) in best else []


DIGITS = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """1 to 99 as headings are numbered: 1 → 一, 10 → 十, 12 → 十二, 20 → 二十, 21 → 二十一. Above, in figures."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return lead + (DIGITS[ones] if ones else "")
