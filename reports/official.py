"""What an official paper asks of words by GB/T 9704-2012: lines of a title, the size of the red mark, levels of headings.

Pure: no database. A width is counted in characters of full width; what is narrow (ASCII) counts half.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise

TITLE_ROOM = 20
"""So many characters of 22 pt stand in the 156 mm of a line (20.1)."""
MARK_STEPS = (8, 10, 12, 15, 18)
"""A red mark of at most so many characters has a size of its own (static/css/pdf/official.css); a longer one two lines."""
LONG_MARK_ROOM = 17

OPENS, CLOSES = "（《“〔【‘(", "）》”〕】’、，。：；！？)的了和与及年月日号级期届"
BROKEN_WORD = 9.0
"""How much worse a break within a part is than one between parts, in squared characters."""


class Level(StrEnum):
    """How deep a line of text stands (结构层次): a face for each."""

    FIRST = "lead"
    """一、 in 黑体."""
    SECOND = "lead-second"
    """（一） in 楷体."""
    TEXT = ""
    """1. and （1）, and all other text, in 仿宋."""


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

    `parts` are what belongs together, in order: ["2026年柳溪镇公益创投", "项目", "立项通知书"]. (7.3.1: 「回行时，要做到
    词意完整，排列对称，长短适宜，间距恰当」.) Chosen is the smallest sum of squared differences from the mean length, a
    break within a part counting `BROKEN_WORD` more; never between two digits or letters, nor so that a line begins with
    what closes or ends with what opens. A line that cannot be broken stays too long.
    """
    text = "".join(parts)
    if width(text) <= room:
        return [text] if text else []
    seams, at = set(), 0
    for part in parts:
        at += len(part)
        seams.add(at)
    breaks = [at for at in range(1, len(text)) if at in seams or _may_break(text[at - 1], text[at])]
    lines = int(-(-width(text) // room))
    while True:
        found = _cut(text, breaks, seams, lines, room)
        if found or lines > len(text):
            return found or [text]
        lines += 1


def _may_break(before: str, after: str) -> bool:
    narrow = before.isascii() and after.isascii()
    return not (narrow or after in CLOSES or before in OPENS)


def _cut(text: str, breaks: Sequence[int], seams: set[int], lines: int, room: float) -> list[str]:
    """The best way into exactly so many lines, or nothing. `best[at]`: cost and cuts of the text up to `at`."""
    mean = width(text) / lines
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for _line in range(lines):
        reached: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (cost, cuts) in best.items():
            for end, more in _ends(text, start, breaks, seams, mean, room):
                if end not in reached or cost + more < reached[end][0]:
                    reached[end] = (cost + more, (*cuts, end))
        best = reached
    if len(text) not in best:
        return []
    return [text[start:end] for start, end in pairwise(best[len(text)][1])]


def _ends(
    text: str, start: int, breaks: Sequence[int], seams: set[int], mean: float, room: float
) -> Iterator[tuple[int, float]]:
    """Where a line that begins at `start` may end, and what each end costs."""
    for end in (*breaks, len(text)):
        if end <= start:
            continue
        wide = width(text[start:end])
        if wide > room:
            return
        yield end, (wide - mean) ** 2 + (0.0 if end in seams else BROKEN_WORD)


DIGITS = "〇一二三四五六七八九"


def numeral(number: int) -> str:
    """1 to 99 as headings are numbered: 1 → 一, 10 → 十, 12 → 十二, 20 → 二十, 21 → 二十一. Above, in figures."""
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return lead + (DIGITS[ones] if ones else "")
