"""The words of a text as the index keeps them, and what somebody asks for who types a line. Pure.

Chinese has no blanks between words, so it is cut into pairs of neighbours: 社区养老 is 社区, 区养, 养老. Latin letters
and figures are words as they stand. Full width, capitals and brackets of any kind make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

MOST_CHARACTERS = 100
"""So long is a line that somebody types; the longest number that we issue is shorter."""
MOST_WORDS = 8
"""So many words of a line are looked for."""
LONGEST_WORD = 40
FEWEST_BEGINNING = 3
"""With so many letters or figures of its beginning a number is found."""
_HAN = (
    "\u3005-\u3007\u3040-\u30ff\u3105-\u312f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(rf"([{_HAN}]+)|([^\W_{_HAN}]+)")
_PARTS = re.compile(r"\d+|\D+")


@dataclass(frozen=True)
class Asked:
    """What a typed line asks for.

    `tokens` all have to be there. `phrases` are what pairs alone do not prove: three characters and more have to stand
    together; `proven` are the tokens of which a phrase is the proof. `needles` are marked where they are found.
    """

    key: str
    tokens: tuple[str, ...]
    phrases: tuple[str, ...]
    needles: tuple[str, ...]
    is_cut: bool
    proven: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.tokens)


class _Shown(dict):
    """Half width for letters and figures of full width, a blank for what cannot be printed, the rest as it is. Each
    character stays one, so that places in the text stay where they are."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFKC", character)
        if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
            plain = " "
        elif len(plain) != 1 or not plain.isalnum():
            plain = character
        self[code] = plain
        return plain


_SHOWN = _Shown()


class _Small(dict):
    def __missing__(self, code: int) -> str:
        small = chr(code).casefold()
        self[code] = small if len(small) == 1 else chr(code)
        return self[code]


_SMALL = _Small()


def shown(text: str) -> str:
    """A text as it is kept and shown with a hit: on one line, letters and figures in half width."""
    return " ".join(text.translate(_SHOWN).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def key_of(text: str) -> str:
    """Nothing but letters and figures: two names or numbers that are the same have the same."""
    return "".join(han or latin for han, latin in _RUNS.findall(_folded(text)))


def tokens_of(number: str, names: Iterable[str], texts: Iterable[str]) -> set[str]:
    """Every token of a record: single characters are kept of numbers and names only, because everything has them."""
    found: set[str] = set()
    for text in (number, *names):
        for han, latin in _RUNS.findall(_folded(text)):
            found |= _pairs(han) | {f"h{ord(one):x}" for one in han} if han else _of_word(latin)
    for text in texts:
        for han, latin in _RUNS.findall(_folded(text)):
            found |= _pairs(han) if han else _of_word(latin)
    found |= _of_number(number)
    return found


def _pairs(han: str) -> set[str]:
    codes = [f"{ord(one):x}" for one in han]
    return {f"c{first}_{second}" for first, second in pairwise(codes)}


def _word(text: str) -> str:
    return f"w{text[:LONGEST_WORD]}" if text.isascii() else f"x{text.encode()[:LONGEST_WORD].hex()}"


def _of_word(word: str) -> set[str]:
    """The word, and where letters and figures meet in it, what stands behind each such place: MJ0100 in 52MJ0100."""
    parts = _PARTS.findall(word)
    if len(parts) == 1:
        return {_word(word)}
    ends = {_word("".join(parts[place:])) for place in range(len(parts))}
    return ends | {_word(part) for part in parts}


def _of_number(number: str) -> set[str]:
    """LX2026-0001 is also found as LX20260001, as 1, and by how it and each part of it begin: LX2, 000."""
    runs = _RUNS.findall(_folded(number))
    texts = [latin for _han, latin in runs if latin]
    if texts and not any(han for han, _latin in runs):
        texts.append("".join(texts))
    begun = {end for text in texts for end in _of_word(text)}
    found = {end[:length] for end in begun for length in range(FEWEST_BEGINNING + 1, len(end) + 1)}
    parts = (part.lstrip("0") for text in texts for part in _PARTS.findall(text))
    return found | {_word(part) for part in parts if part}


def read(line: str) -> Asked:
    """What a typed line asks for; nothing when there is no letter, figure or character in it."""
    folded = _folded(line.translate(_SHOWN))
    runs = list(dict.fromkeys(_RUNS.findall(folded)))
    tokens: dict[str, None] = {}
    phrases, proven, needed = [], set[str](), set[str]()
    for han, latin in runs[:MOST_WORDS]:
        if latin:
            tokens[_word(latin)] = None
        elif len(han) == 1:
            tokens[f"h{ord(han):x}"] = None
        else:
            # Every second pair covers a long run, and the last one its end.
            starts = [*range(0, len(han) - 1, 2), len(han) - 2]
            pairs = [token for start in starts for token in _pairs(han[start : start + 2])]
            tokens |= dict.fromkeys(pairs)
            if len(han) > 2:
                phrases.append(han)
            (proven if len(han) > 2 else needed).update(pairs)
    return Asked(
        key="".join(han or latin for han, latin in _RUNS.findall(folded)),
        tokens=tuple(tokens),
        phrases=tuple(phrases),
        needles=tuple(han or latin for han, latin in runs[:MOST_WORDS]),
        is_cut=len(runs) > MOST_WORDS,
        proven=frozenset(proven - needed),
    )


# -- Showing a hit ---------------------------------------------------------------------------------


def marked(text: str, needles: Iterable[str]) -> SafeString:
    """The text with what was looked for in `<mark>`, everything else escaped."""
    pattern = _pattern(needles)
    if pattern is None:
        return mark_safe(escape(text))
    small, parts, end = text.translate(_SHOWN).translate(_SMALL), [], 0
    for place in pattern.finditer(small):
        parts += [escape(text[end : place.start()]), "<mark>", escape(text[place.start() : place.end()]), "</mark>"]
        end = place.end()
    return mark_safe("".join([*parts, escape(text[end:])]))


def excerpt(text: str, needles: Iterable[str], *, before: int = 24, length: int = 110) -> str:
    """A piece of a text around the first place where one of the needles stands; empty where none does."""
    pattern = _pattern(needles)
    place = pattern.search(text.translate(_SHOWN).translate(_SMALL)) if pattern else None
    if place is None:
        return ""
    start = max(place.start() - before, 0)
    piece = text[start : start + length]
    return f"{'…' if start else ''}{piece.strip()}{'…' if start + length < len(text) else ''}"


def _pattern(needles: Iterable[str]) -> re.Pattern[str] | None:
    """The longest first, so that 社区养老 is marked as a whole where 社区 is looked for as well. A single figure or
    letter is marked only where it stands alone."""
    found = [
        rf"(?<![^\W_{_HAN}]){re.escape(one)}(?![^\W_{_HAN}])" if one.isascii() and len(one) < 2 else re.escape(one)
        for one in sorted(set(needles), key=len, reverse=True)
    ]
    return re.compile("|".join(found)) if found else None
